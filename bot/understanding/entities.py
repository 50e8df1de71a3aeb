"""Finds the language, the library's own words and the dates in a message, with facts that need no training."""

import time
from datetime import datetime
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge.dates import DateSpan, resolve
from bot.knowledge.library import Library, load_library
from bot.knowledge.resource_file import load_resources, resources_path
from bot.knowledge.suggestions import without_code
from bot.settings import Settings
from bot.understanding.language import detect
from bot.understanding.words import LibraryWords
from bot.wording import LANGUAGES


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LibraryEntities(GraphComponent, EntityExtractorMixin):
    """Adds the entities that are told by rule, `language` among them, and sets `language` on the message.

    The words come from the library's files at start, so a new branch or another name needs no training. A date is
    resolved at the moment when the message came, which the message's metadata tells (`received_at`, epoch seconds).
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Have no options."""
        return {}

    def __init__(self, library: Library) -> None:
        """Keep the library and prepare its words."""
        self._library = library
        self._words = LibraryWords(library, load_resources(resources_path(library)).names)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LibraryEntities":
        """Read the library that the settings name."""
        return cls(load_library(Settings.from_environ().library))

    def process(self, messages: List[Message]) -> List[Message]:
        """Add what is found to each message."""
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            metadata = message.get("metadata") or {}
            language, _ = detect(without_code(text), metadata.get("lang"))
            message.set("language", language, add_to_output=True)
            moment = datetime.fromtimestamp(metadata.get("received_at") or time.time(), self._library.zone)
            found = [
                *(_entity(word.kind, word.value, word.start, word.end) for word in self._words.find(text)),
                *(
                    _entity("when", _when(span, language), *span.span)
                    for span in resolve(text, moment, country=self._library.country)
                ),
                _entity("language", language if language in LANGUAGES else LANGUAGES[0], 0, 0),
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True)
        return messages


def _entity(kind: str, value: Any, start: int, end: int) -> Dict[str, Any]:
    return {"entity": kind, "value": value, "start": start, "end": end}


def _when(span: DateSpan, language: str) -> Dict[str, Any]:
    """Return a date span as JSON; actions/details.py reads it back."""
    return {
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "grain": span.grain.value,
        "text": span.text,
        "name": span.name.to(language) if span.name else None,
        "day_said": span.day_said,
    }
