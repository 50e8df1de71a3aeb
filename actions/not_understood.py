"""Says so when a message was not understood, or is not known, or is not the library's business."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions.answers import answer_from
from actions.base import OFFERED, PatronAction, Turn
from actions.catalogue import found_title
from actions.details import Details
from actions.events import ActionFindEvents
from actions.follow_up import change_detail, topic_of
from actions.shown import leans
from actions.topics import TOPICS, answer_as
from bot.complaints import UNHELPED

OFFERED_MOST = 3
SHORT = 4  # words
SURELY = 0.6  # how near a page must come where the message was taken for none of the library's business
PERSON = "talk_to_staff"
LIKELY = 0.08  # a topic below this probability is not worth a "did you mean"
MISSES = 2  # in a row, after which a person is offered
BROAD = ("ask_hours", "find_event", "find_item", "use_digital_resource", "get_library_card")
"""What is offered to somebody who asked for something that a library does not do."""


class ActionSayNotUnderstood(PatronAction):
    """Offer the topics that it may have been, or say that it is not known."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_not_understood"

    async def perform(self, turn: Turn) -> None:
        """Look for another way to understand it, then ask "did you mean"; the patron's details go with each choice.

        Whoever was not understood twice in a row is offered a person instead.
        """
        if await rescued(turn) or answer_from(turn, None):
            return
        if turn.miss() >= MISSES:
            offer_person(turn)
            return
        ranking: list[dict[str, Any]] = turn.tracker.latest_message.get("intent_ranking") or []
        close = [topic["name"] for topic in ranking if topic["name"] in TOPICS and topic["confidence"] >= LIKELY]
        meant = topic_of(turn.details, None)
        if meant is not None and meant not in close[:OFFERED_MOST]:
            close = [*close[: OFFERED_MOST - 1], meant]
        if close:
            offer(turn, close[:OFFERED_MOST])
        else:
            turn.say("utter_not_understood_unknown", **turn.contact())


async def rescued(turn: Turn) -> bool:
    """Answer what no intent was found for: what a guide asked, a branch or a day alone, a title of the catalogue."""
    goes_on = turn.topic and not turn.of_several and leans(turn.text)
    if (turn.only_details or goes_on) and await change_detail(turn):
        return True
    return await found_title(turn)


def offer_person(turn: Turn, words: str = "utter_staff_offer_not_understood") -> None:
    """Offer a person, also for a plain "yes"; `words` is the response that does."""
    turn.say(words)
    turn.choices([(turn.words("utter_staff_yes"), PERSON, {}), (turn.words("utter_staff_no"), "deny", {})])
    turn.events.append(SlotSet(OFFERED, {"intent": PERSON, "entities": {}}))


def offer(turn: Turn, topics: list[str]) -> None:
    """Ask "did you mean", and remember the first topic for a plain "yes"."""
    entities = turn.entities
    turn.say("utter_not_understood_did_you_mean")
    offered = [(label(turn, topic), topic, entities) for topic in topics]
    turn.choices([*offered, (turn.words("utter_not_understood_none_of_these"), "deny", {})])
    turn.events.append(SlotSet(OFFERED, {"intent": topics[0], "entities": entities, "guessed": True}))


def label(turn: Turn, topic: str) -> str:
    """Return a topic as a quick reply, with the branch that the patron named."""
    words = turn.words(f"utter_topic_{topic}")
    if not turn.details.branches or len(turn.branches()) != 1 or topic == PERSON:
        return words
    return turn.words("utter_topic_at", topic=words, branch=turn.branches()[0].name.to(turn.lang))


class ActionSayOutOfScope(PatronAction):
    """Say what the assistant cannot do, and what it can."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_out_of_scope"

    async def perform(self, turn: Turn) -> None:
        """Offer the topics that it knows; a subject alone ("chess", "anime night") is about events after all."""
        if await rescued(turn):
            return
        if answer_from(turn, None, least=SURELY):
            return
        named = turn.knowledge.events.words.topic(turn.bare_text) and len(turn.text.split()) <= SHORT
        if named or (turn.only_details and topic_of(turn.details, None) == "find_event"):
            await ActionFindEvents().perform(turn)
            return
        if turn.miss() >= MISSES:
            offer_person(turn)
            return
        turn.say("utter_not_understood_out_of_scope")
        turn.choices([(turn.words(f"utter_topic_{topic}"), topic, {}) for topic in BROAD])


class ActionTakeOffer(PatronAction):
    """Answer a plain "yes": what the last message offered."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_take_offer"

    async def perform(self, turn: Turn) -> None:
        """Answer what was offered, if anything was."""
        offered = turn.tracker.get_slot(OFFERED)
        if not offered or not await answer_as(turn, offered["intent"], offered["entities"]):
            turn.say("utter_affirm")


class ActionRefuseOffer(PatronAction):
    """Answer a plain "no"."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_refuse_offer"

    async def perform(self, turn: Turn) -> None:
        """Take a correction ("no, Eastside") for what it is; after a wrong guess name a person."""
        offered = turn.tracker.get_slot(OFFERED) or {}
        if turn.details != Details() and await change_detail(turn):
            return
        if offered.get("no") and await answer_as(turn, offered["no"]["intent"], offered["no"]["entities"]):
            return
        if offered.get("guessed"):
            turn.say("utter_not_understood_unknown", **turn.contact())
        elif UNHELPED.search(turn.text):
            offer_person(turn, "utter_staff_offer")
        else:
            turn.say("utter_deny")
