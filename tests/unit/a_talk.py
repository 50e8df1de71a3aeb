"""A talk with the actions alone: the intent is given, the library's words are found as in the pipeline."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import PatronAction
from actions.contact import ActionTellContact
from actions.guides import ActionCheckInformation, ActionFixDigitalResource
from actions.resources import ActionFindDatabase, ActionUseDigitalResource, resource_follow_up
from bot.knowledge.library import load_library
from bot.knowledge.resource_file import load_resources, resources_path
from bot.understanding.words import LibraryWords
from tests.unit.a_library import SAMPLE

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=ZoneInfo("America/New_York"))
Blocks = list[dict[str, Any]]
Found = tuple[str, Any, int, int]


class _FollowUp(PatronAction):
    """A follow-up as actions/follow_up.py meets it: the details of this message over those of the talk."""

    def name(self) -> str:
        return "action_test_follow_up"

    async def perform(self, turn: Any) -> None:
        assert await resource_follow_up(turn)


class _GuideFollowUp(_FollowUp):
    async def perform(self, turn: Any) -> None:
        turn.details = turn.details.over(turn.earlier)
        await ActionFixDigitalResource().follow(turn)


ACTIONS: dict[str, type[PatronAction]] = {
    "use_digital_resource": ActionUseDigitalResource,
    "find_database": ActionFindDatabase,
    "fix_digital_resource": ActionFixDigitalResource,
    "check_information": ActionCheckInformation,
    "ask_contact": ActionTellContact,
}


@cache
def _words() -> LibraryWords:
    library = load_library(SAMPLE)
    return LibraryWords(library, load_resources(resources_path(library)).names)


def _found(text: str) -> list[Found]:
    return [(word.kind, word.value, word.start, word.end) for word in _words().find(text)]


class Talk:
    """One talk: its slots go on from message to message, as Rasa keeps them."""

    def __init__(self, lang: str = "en") -> None:
        self.slots: dict[str, Any] = {"language": lang}
        self.last: Blocks = []

    @property
    def asks_for_a_person(self) -> bool:
        """Whether the last answer brings the talk to the desk."""
        return any(block["type"] == "handoff" for block in self.last)

    async def say(self, intent: str, text: str, entities: dict[str, Any] | None = None) -> Blocks:
        """Send a message that was understood as `intent`, and return the blocks of the reply."""
        if entities is None:
            return await self._run(ACTIONS[intent](), intent, text, _found(text))
        found: list[Found] = [(kind, value, 0, 0) for kind, value in entities.items()]
        return await self._run(ACTIONS[intent](), intent, text, found)

    async def follow(self, topic: str, text: str) -> Blocks:
        """Send a message that makes sense only after the last answer, which was on `topic`."""
        assert self.slots["topic"] == topic
        action = _GuideFollowUp() if topic == "fix_digital_resource" else _FollowUp()
        return await self._run(action, "change_detail", text, _found(text))

    async def choose(self, label: str) -> Blocks:
        """Choose a quick reply of the last answer."""
        offered = {one["label"]: one["value"] for b in self.last if b["type"] == "choices" for one in b["choices"]}
        return await self.say(offered[label]["intent"], label, offered[label]["entities"])

    async def plain(self, answer: str) -> Blocks:
        """Type "yes" or "no": what the last answer offered for it."""
        offered = self.slots["offered"]
        meant = offered if answer == "yes" else offered["no"]
        return await self.say(meant["intent"], answer, meant["entities"])

    async def _run(
        self, action: PatronAction, intent: str, text: str, found: list[tuple[str, Any, int, int]]
    ) -> Blocks:
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [{"entity": k, "value": v, "start": start, "end": end} for k, v, start, end in found],
            "metadata": {"received_at": NOW.timestamp()},
        }
        dispatcher = CollectingDispatcher()
        tracker = Tracker("talk", dict(self.slots), message, [], False, None, {}, None)
        for event in await action.run(dispatcher, tracker, {}):
            self.slots[event["name"]] = event["value"]
        self.last = [block for said in dispatcher.messages for block in said["custom"]["blocks"]]
        return self.last


def reading(blocks: Blocks) -> str:
    """Return every word that a patron reads, without quick replies."""
    lines = []
    for block in blocks:
        if block["type"] == "text":
            lines.append(block["text"])
        for card in block.get("cards", ()):
            lines += [card["title"], *card["lines"]]
    return "\n".join(lines)


def choices(blocks: Blocks) -> list[str]:
    """Return the labels of the quick replies."""
    return [one["label"] for block in blocks if block["type"] == "choices" for one in block["choices"]]
