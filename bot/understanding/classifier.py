"""Finds what a patron wants: a regression on the sentence's meaning and word pieces, and the examples nearest to it."""

from functools import partial
from typing import Any, Dict, List, Optional, Sequence, Type

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

from bot.understanding.certainty import decided, in_order
from bot.understanding.encoder import SentenceEncoder, calm, encode, is_word
from bot.understanding.questions import questions_in
from bot.understanding.spelling import Speller

FILE = "topics.npz"
QUESTIONS = "questions"
"""The attribute of a message that holds what it asks: {text, intent, intent_ranking} of each question."""
CORE = "core"
"""The attribute that holds the clause that asks, and its vector: what the library's pages are held against."""
Vectors = npt.NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking`. Its model is a plain array file: nothing in it can run code.

    Two judges that err differently are asked, and the geometric mean of their probabilities counts: the regression,
    which weighs words, and the examples themselves, each with a vote of exp(sharpness * (cosine - 1)).
    """

    @classmethod
    def required_components(cls) -> List[Type[GraphComponent]]:
        """Need the sentence's vector."""
        return [SentenceEncoder]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the options; docs/understanding.md has the measurements behind them."""
        return {
            "strength": 20.0,  # inverse of the regularisation
            "rounds": 50,  # of fitting; more change nothing that can be measured
            "pieces_weight": 0.5,  # of the word pieces beside the sentence's vector, whose weight is 1
            "pieces": 2**13,  # hashed features
            "sharpness": 35.0,  # how much less a farther example counts
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learnt: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Keep what was learnt: arrays by name, as `train` stores them."""
        self._config = config
        self._storage, self._resource = model_storage, resource
        self._pieces = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 4),
            n_features=config["pieces"],
            alternate_sign=False,
            strip_accents="unicode",
        )
        self._intents: List[str] = []
        if learnt is not None:
            self._take(learnt)

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
            return cls(config, model_storage, resource, dict(saved))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples that have an intent; the same data give the same model."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        texts = [message.get(TEXT) for message in examples]
        vectors = np.stack([_vector(message) for message in examples])
        model = LogisticRegression(C=self._config["strength"], max_iter=self._config["rounds"], class_weight="balanced")
        model.fit(self._features(texts, vectors), [message.get(INTENT) for message in examples])
        speller = Speller.of(texts, is_word)
        intents = model.classes_.tolist()
        learnt = {
            "intents": np.array(intents),
            "weights": model.coef_.astype(np.float32),
            "bias": model.intercept_.astype(np.float32),
            "examples": vectors.astype(np.float16),
            "wanted": np.array([intents.index(message.get(INTENT)) for message in examples], np.int32),
            "words": np.array(list(speller.counts)),
            "counts": np.array(list(speller.counts.values()), np.int32),
        }
        self._take(learnt)
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **learnt)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent (nlu_fallback where none is sure) and the ranking of all intents with their probabilities."""
        for message in messages:
            text = message.get(TEXT)
            if not text or not self._intents:
                continue
            known = {text: _vector(message)}
            questions = questions_in(text, partial(self._ranked, known=known))
            ranking = questions[0].ranking
            message.set("intent", decided(ranking), add_to_output=True)
            message.set("intent_ranking", in_order(ranking), add_to_output=True)
            found = [
                {"text": one.text, "intent": decided(one.ranking), "intent_ranking": in_order(one.ranking)}
                for one in questions
            ]
            message.set(QUESTIONS, found, add_to_output=True)
            message.set("asks", questions[0].core, add_to_output=True)
            message.set(CORE, (questions[0].core, known.get(questions[0].core, known[text])))
        return messages

    def _ranked(self, texts: Sequence[str], known: Dict[str, Vectors]) -> List[Dict[str, float]]:
        """Rank the intents of each text; `known` holds vectors already made, and takes those made here."""
        mended = [self._speller.mended(text) for text in texts]
        new = [place for place, text in enumerate(texts) if text not in known or mended[place] != text]
        vectors = dict(zip(new, encode([calm(mended[place]) for place in new]), strict=True))
        rows = np.stack([vectors[place] if place in vectors else known[text] for place, text in enumerate(texts)])
        known.update({text: rows[place] for place, text in enumerate(texts) if text not in known})
        chances = np.sqrt(self._by_words(mended, rows) * self._by_examples(rows))
        chances /= chances.sum(axis=1, keepdims=True)
        return [dict(zip(self._intents, row, strict=True)) for row in chances.tolist()]

    def _take(self, learnt: Dict[str, Any]) -> None:
        self._intents = learnt["intents"].tolist()
        self._weights, self._bias = learnt["weights"], learnt["bias"]
        self._examples = learnt["examples"].astype(np.float32)
        self._wanted = learnt["wanted"]
        self._speller = Speller(dict(zip(learnt["words"].tolist(), learnt["counts"].tolist(), strict=True)), is_word)

    def _by_words(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        scores = self._features(texts, vectors) @ self._weights.T + self._bias
        chances: Vectors = np.exp(scores - scores.max(axis=1, keepdims=True))
        return chances / chances.sum(axis=1, keepdims=True)

    def _by_examples(self, vectors: Vectors) -> Vectors:
        votes = np.exp(self._config["sharpness"] * (vectors @ self._examples.T - 1))
        chances = np.stack([np.bincount(self._wanted, row, len(self._intents)) for row in votes]).astype(np.float32)
        summed: Vectors = chances / chances.sum(axis=1, keepdims=True)
        return summed

    def _features(self, texts: Sequence[str], vectors: Vectors) -> scipy.sparse.csr_matrix:
        pieces = self._pieces.transform(texts) * self._config["pieces_weight"]
        return scipy.sparse.hstack([scipy.sparse.csr_matrix(vectors), pieces], format="csr")


def _vector(message: Message) -> Vectors:
    vector: Vectors = message.get_dense_features(TEXT, [])[1].features[0]
    return vector
