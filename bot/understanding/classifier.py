"""Finds what a patron wants: logistic regression on the sentence's vector and on its words and word pieces."""

from typing import Any, Dict, List, Optional, Type

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.encoder import SentenceEncoder

FILE = "topics.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking`. Its model is a plain array file: nothing in it can run code."""

    @classmethod
    def required_components(cls) -> List[Type[GraphComponent]]:
        """Need the sentence's vector."""
        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the options; docs/understanding.md has the measurements behind them."""
        return {
            "strength": 20.0,  # inverse of the regularisation
            "pieces_weight": 0.5,  # of the word pieces beside the sentence's vector, whose weight is 1
            "pieces": 2**15,  # hashed features
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        intents: Optional[List[str]] = None,
        weights: Optional[npt.NDArray[np.float32]] = None,
        bias: Optional[npt.NDArray[np.float32]] = None,
    ) -> None:
        """Keep the trained arrays: weights of shape (intents, features), bias of shape (intents,)."""
        self._config = config
        self._storage, self._resource = model_storage, resource
        self._intents, self._weights, self._bias = intents or [], weights, bias
        self._pieces = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 4),
            n_features=config["pieces"],
            alternate_sign=False,
            strip_accents="unicode",
        )

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TopicClassifier":
        """Make an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TopicClassifier":
        """Read the trained arrays."""
        with model_storage.read_from(resource) as folder, np.load(folder / FILE, allow_pickle=False) as saved:
            return cls(config, model_storage, resource, saved["intents"].tolist(), saved["weights"], saved["bias"])

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that have an intent; the same data give the same model."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        model = LogisticRegression(C=self._config["strength"], max_iter=300, class_weight="balanced")
        model.fit(self._features(examples), [message.get(INTENT) for message in examples])
        self._intents = model.classes_.tolist()
        self._weights, self._bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, intents=np.array(self._intents), weights=self._weights, bias=self._bias)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and the ranking of all intents with their probabilities."""
        for message in messages:
            if not message.get(TEXT) or self._weights is None:
                continue
            scores = (self._features([message]) @ self._weights.T)[0] + self._bias
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            ranking = [
                {"name": self._intents[place], "confidence": float(chances[place])} for place in np.argsort(-chances)
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _features(self, messages: List[Message]) -> scipy.sparse.csr_matrix:
        dense = np.stack([message.get_dense_features(TEXT, [])[1].features[0] for message in messages])
        pieces = self._pieces.transform([message.get(TEXT) for message in messages]) * self._config["pieces_weight"]
        return scipy.sparse.hstack([scipy.sparse.csr_matrix(dense), pieces], format="csr")
