"""What all actions share: reading the turn, saying sentences, and never leaving a patron without a word."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions import context
from actions.details import ALL_BRANCHES, Details
from actions.notices import tell_closing, tell_notices
from bot.errors import LibraryError
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import Branch
from bot.say import clock_in_sentence, day_beside, day_name, sentence
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES, Wording

log = logging.getLogger(__name__)

OFFERED = "offered"
"""The slot that holds what the last message offered, for a plain "yes"."""
SHOWN = "shown"
"""The slot that holds what the last answer listed: [{kind, id, title}] in the order in which it was shown."""
MISSED = "missed"
"""The slot that counts the messages in a row that were not understood."""
GUIDE = "guide"
"""The slot that holds the guide under way and how far the patron is in it."""


def said_in(tracker: Tracker) -> Details:
    """Return the details that the message itself names."""
    message = tracker.latest_message
    return Details.from_entities(
        message.get("entities") or (), str(message.get("text") or ""), str(message.get("asks") or "")
    )


@dataclass
class Turn:
    """One message being answered: what it says, what the talk was about, and the reply as it grows."""

    tracker: Tracker
    knowledge: Knowledge
    wording: Wording
    now: datetime
    lang: str
    details: Details
    topic: str | None
    earlier: Details
    page_branch: str | None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    events: list[EventType] = field(default_factory=list)

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the turn from Rasa's tracker; the moment is when the gateway received the message."""
        told = tracker.latest_message.get("metadata") or {}
        knowledge = context.knowledge()
        lang = tracker.get_slot("language")
        return cls(
            tracker=tracker,
            knowledge=knowledge,
            wording=context.wording(),
            now=datetime.fromtimestamp(told["received_at"], knowledge.library.zone),
            lang=lang if lang in LANGUAGES else DEFAULT_LANGUAGE,
            details=said_in(tracker),
            topic=tracker.get_slot("topic"),
            earlier=Details.from_slot(tracker.get_slot("details")),
            page_branch=told.get("branch"),
        )

    @property
    def text(self) -> str:
        """The patron's own words."""
        return str(self.tracker.latest_message.get("text") or "")

    @property
    def entities(self) -> dict[str, Any]:
        """The details found in the message, by kind, for a quick reply that asks the same again."""
        found: dict[str, list[Any]] = {}
        for entity in self.tracker.latest_message.get("entities") or ():
            if entity["entity"] != "language":
                values = entity["value"] if isinstance(entity["value"], list) else [entity["value"]]
                found.setdefault(entity["entity"], []).extend(values)
        return dict(found)

    def entity(self, kind: str) -> Any:
        """Return the first value found of a kind, or None."""
        return next(iter(self.entities.get(kind, ())), None)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What the last answer listed: kind, id and title of each."""
        return self.tracker.get_slot(SHOWN) or []

    @property
    def missed(self) -> int:
        """How many messages in a row were not understood before this one."""
        return int(self.tracker.get_slot(MISSED) or 0)

    def miss(self) -> int:
        """Count this message as not understood; return how many there are in a row now."""
        self.events.append(SlotSet(MISSED, self.missed + 1))
        return self.missed + 1

    @property
    def guide_reached(self) -> dict[str, Any] | None:
        """How far the patron is in a guide, for staff: its title, the step, and of how many."""
        set_now = [event["value"] for event in self.events if event.get("name") == GUIDE and event["value"]]
        state = set_now[-1] if set_now else self.tracker.get_slot(GUIDE) or {}
        guide = self.knowledge.guides.get(state["guide"]) if state.get("guide") else None
        if guide is None:
            return None
        steps = guide.steps_on(state.get("device"))
        step = min(int(state.get("step") or 0), len(steps) - 1) + 1
        return {"title": guide.title.to(DEFAULT_LANGUAGE), "step": step, "of": len(steps)}

    def list_shown(self, kind: str, things: Iterable[tuple[str, str]]) -> None:
        """Remember the (id, title) of what this answer lists, for "the second one"."""
        self.events.append(SlotSet(SHOWN, [{"kind": kind, "id": id_, "title": title} for id_, title in things]))

    @property
    def confidence(self) -> float:
        """How sure the intent is, from 0 to 1."""
        return float((self.tracker.latest_message.get("intent") or {}).get("confidence") or 0)

    @property
    def chosen(self) -> bool:
        """Whether the message is a quick reply, and so asks what was offered and nothing else."""
        found = self.tracker.latest_message.get("entities") or ()
        return any(one.get("extractor") == "choice" for one in found)

    @property
    def of_several(self) -> bool:
        """Whether this is one of several questions in a message."""
        return bool((self.tracker.latest_message.get("metadata") or {}).get("of_several"))

    @property
    def only_details(self) -> bool:
        """Whether the message names a branch, day, audience or subject and little else ("chess", "robots saturday")."""
        kinds = {e["entity"] for e in self.tracker.latest_message.get("entities") or ()}
        return self.only_of(*kinds - {"language"})

    def only_of(self, *kinds: str) -> bool:
        """Tell whether the message names details of these kinds and little else."""
        found = [e for e in self.tracker.latest_message.get("entities") or () if e["entity"] in kinds]
        letters = list(self.text)
        for entity in found:
            letters[entity["start"] : entity["end"]] = " " * (entity["end"] - entity["start"])
        return bool(found) and not self.knowledge.events.words.read("".join(letters)).stems

    @property
    def bare_text(self) -> str:
        """The patron's words without the branches, services and days that were found in them."""
        found = self.tracker.latest_message.get("entities") or ()
        letters = list(self.text)
        for entity in found:
            if entity["entity"] in ("branch", "service", "when"):
                letters[entity["start"] : entity["end"]] = " " * (entity["end"] - entity["start"])
        return "".join(letters)

    @property
    def today(self) -> date:
        """The day in the library's town."""
        return self.now.date()

    def words(self, response: str, **facts: object) -> str:
        """Return a sentence of data/responses in the patron's language."""
        return self.wording.say(response, self.lang, **facts)

    def say(self, response: str, **facts: object) -> None:
        """Add a sentence to the paragraph under way."""
        self._add(" ", sentence(self.words(response, **facts)))

    def say_apart(self, response: str, **facts: object) -> None:
        """Add a sentence that begins a new paragraph."""
        self._add("\n\n", sentence(self.words(response, **facts)))

    def _add(self, joint: str, words: str) -> None:
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last["type"] == "text":
            last["text"] += joint + words
        else:
            self.blocks.append({"type": "text", "text": words})

    def show(self, block: dict[str, Any]) -> None:
        """Add a block that is not text."""
        self.blocks.append(block)

    def on(self, day: date, *, brief: bool = False) -> str:
        """Return the day as a sentence has it: 'today', 'tomorrow, Sunday, November 22', 'on Monday, November 23'."""
        return day_beside(day, self.today, self.lang, self.wording, brief=brief)

    def to(self, day: date) -> str:
        """Return the day as it stands after 'from' and 'to': 'today', 'Friday, November 27', 'el viernes 27 ...'."""
        if day == self.today:
            return self.words("utter_day_today")
        return self.words("utter_day_bare", day=day_name(day, self.lang, self.today))

    def clock(self, moment: datetime) -> str:
        """Return the time of day as a sentence has it: '6 PM', 'las 6 p.m.'."""
        return clock_in_sentence(moment, self.lang, self.wording)

    def become(self, intent: str, entities: Mapping[str, Any]) -> None:
        """Take the message for one that asks `intent` about `entities` ({kind: value}), as a quick reply does."""
        found = [{"entity": kind, "value": value, "start": 0, "end": 0} for kind, value in entities.items()]
        self.tracker.latest_message = {
            **self.tracker.latest_message,
            "intent": {"name": intent, "confidence": 1.0},
            "entities": found,
        }
        self.details = Details.from_entities(found)

    @property
    def intent(self) -> str:
        """What the patron asks, by its name in domain.yml."""
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    def choices(self, offered: list[tuple[str, str, dict[str, Any]]]) -> None:
        """Add quick replies: (label, intent, entities) each."""
        self.show(
            {
                "type": "choices",
                "choices": [
                    {"label": label, "value": {"intent": intent, "entities": entities}}
                    for label, intent, entities in offered
                ],
            }
        )

    def branches(self) -> list[Branch]:
        """Return the branches asked about; the one of the page that the patron came from if none was; else all."""
        library = self.knowledge.library
        wanted = self.details.branches or ((self.page_branch,) if self.page_branch else ())
        named = [branch for branch in library.branches if branch.id in wanted]
        return named if named and ALL_BRANCHES not in wanted else list(library.branches)

    def contact(self) -> dict[str, str]:
        """Return the facts {phone} and {email} for sentences that name the library's contact."""
        return {"phone": self.knowledge.library.phone, "email": self.knowledge.library.email}


class PatronAction(Action, ABC):
    """An action that answers a patron. Whatever happens in `perform`, the patron gets a reply."""

    guides: ClassVar[bool] = False
    """Whether the action itself goes on with a guide or drops it."""

    @abstractmethod
    def name(self) -> str:
        """Return the action's name in domain.yml."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answer the turn; an expected failure is said by its own sentence, any other is logged and apologised for."""
        turn = Turn.of(tracker)
        try:
            await self._answer(turn)
        except ActionExecutionRejection:
            raise  # Rasa's own signal, not a failure
        except LibraryError as error:
            log.warning("%s: %s in conversation %s", self.name(), error.code, tracker.sender_id)
            turn.blocks.clear()
            turn.say(error.response, **(turn.contact() | error.facts))
        except Exception:
            log.exception("%s failed in conversation %s", self.name(), tracker.sender_id)
            turn.blocks.clear()
            turn.say("utter_service_something_went_wrong_offer_staff", **turn.contact())
        dispatcher.utter_message(json_message={"blocks": turn.blocks, "guide": turn.guide_reached})
        if turn.missed and not any(event.get("name") == MISSED for event in turn.events):
            turn.events.append(SlotSet(MISSED, 0))
        if tracker.get_slot(OFFERED) is not None and not any(event.get("name") == OFFERED for event in turn.events):
            turn.events.append(SlotSet(OFFERED, None))  # a "yes" later on means something else
        return turn.events

    async def _answer(self, turn: Turn) -> None:
        """Answer, unless the talk so far gives the message another meaning; a guide left alone is offered again."""
        from actions.in_context import answered_in_context, offer_to_resume, titled  # made of actions itself
        from actions.suggestions import tracked

        if tracked(turn) or await titled(turn):
            return
        if self.guides or not (turn.tracker.get_slot(GUIDE) or turn.shown):
            await self.perform(turn)
        elif not await answered_in_context(turn):
            await self.perform(turn)
            offer_to_resume(turn)

    @abstractmethod
    async def perform(self, turn: Turn) -> None:
        """Add the reply to `turn`."""


class TopicAction(PatronAction, ABC):
    """Answers a question that follow-ups may change: it remembers what was asked."""

    intent: str
    takes: ClassVar[frozenset[str]] = frozenset(("branches",))
    """The fields of Details that a follow-up may change."""
    for_visit: ClassVar[bool] = False
    """Whether patrons ask it before they come, so that closings and notices belong to the answer."""

    async def perform(self, turn: Turn) -> None:
        """Answer a new question."""
        turn.details = self.understood(turn)
        await self.follow(turn)

    def understood(self, turn: Turn) -> Details:
        """Return what a new question is about; the branch may be left out once the talk is about one."""
        return turn.details.over(Details(branches=turn.earlier.branches))

    async def follow(self, turn: Turn) -> None:
        """Answer with the turn's details as they are, and remember them."""
        if self.for_visit:
            tell_closing(turn)
        await self.answer(turn)
        if self.for_visit:
            tell_notices(turn)
        if not any(event.get("name") == "topic" for event in turn.events):  # another topic's action may have answered
            turn.events += [SlotSet("topic", self.intent), SlotSet("details", turn.details.as_slot())]

    @abstractmethod
    async def answer(self, turn: Turn) -> None:
        """Add the reply to `turn`."""
