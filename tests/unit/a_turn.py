"""A talk with one action, as the action server sees it: the library's words found, slots kept between turns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from actions.base import TopicAction, Turn
from actions.details import Details
from bot.knowledge.knowledge import Knowledge
from bot.settings import Settings
from bot.understanding.words import LibraryWords
from bot.wording import Wording


class TurnTalk:
    """Asks one action again and again, in one language."""

    def __init__(self, knowledge: Knowledge, action: TopicAction, lang: str = "en") -> None:
        self.knowledge, self.action, self.lang = knowledge, action, lang
        self.wording = Wording.load(Settings().responses)
        self.words = LibraryWords(knowledge.library)
        self.slots: dict[str, Any] = {"language": lang, "topic": None, "details": None, "shown": None, "offered": None}

    async def ask(self, text: str, **entities: list[str]) -> Turn:
        """Ask a new question; `entities` are those of a quick reply, otherwise the words say them."""
        turn = self.turn(text, entities)
        await self.action.perform(turn)
        return self._kept(turn)

    async def follow(self, text: str) -> Turn:
        """Change a detail of the last question, as ActionChangeDetail does."""
        turn = self.turn(text)
        turn.details = turn.details.over(turn.earlier)
        await self.action.follow(turn)
        return self._kept(turn)

    async def choose(self, turn: Turn, label: str) -> Turn:
        """Choose a quick reply of an answer."""
        (chosen,) = (one for one in choices(turn) if one["label"] == label)
        assert chosen["value"]["intent"] == self.action.intent
        return await self.ask(label, **chosen["value"]["entities"])

    def turn(self, text: str, entities: Mapping[str, list[str]] | None = None) -> Turn:
        """Return the turn that a message begins."""
        found = [
            {"entity": word.kind, "value": word.value, "start": word.start, "end": word.end}
            for word in self.words.find(text)
        ]
        if entities:
            found = [
                {"entity": name, "value": value, "start": 0, "end": 0}
                for name, values in entities.items()
                for value in values
            ]
        message = {"text": text, "entities": found, "intent": {"name": self.action.intent}}
        tracker = Tracker("talk", dict(self.slots), message, [], False, None, {}, "action_listen")
        return Turn(
            tracker=tracker,
            knowledge=self.knowledge,
            wording=self.wording,
            now=datetime(2026, 11, 21, 14, 5, tzinfo=self.knowledge.library.zone),
            lang=self.lang,
            details=Details.from_entities(found, text),
            topic=self.slots["topic"],
            earlier=Details.from_slot(self.slots["details"]),
            page_branch=None,
        )

    def _kept(self, turn: Turn) -> Turn:
        self.slots |= {event["name"]: event["value"] for event in turn.events if event["event"] == "slot"}
        return turn


def said(turn: Turn) -> str:
    """Return the text of an answer."""
    return "\n".join(block["text"] for block in turn.blocks if block["type"] == "text")


def cards(turn: Turn) -> list[dict[str, Any]]:
    """Return the cards of an answer."""
    return [card for block in turn.blocks if block["type"] == "cards" for card in block["cards"]]


def choices(turn: Turn) -> list[dict[str, Any]]:
    """Return the quick replies of an answer."""
    return [choice for block in turn.blocks if block["type"] == "choices" for choice in block["choices"]]
