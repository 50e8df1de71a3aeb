"""Says so when a message was not understood, or is not known, or is not the library's business."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import OFFERED, PatronAction, Turn
from actions.details import Details
from actions.events import ActionFindEvents
from actions.follow_up import action_for, change_detail, topic_of

OFFERED_MOST = 3
SHORT = 4  # words
LIKELY = 0.12  # a topic below this probability is not worth a "did you mean"
TOPICS = ("ask_hours", "find_event", "ask_location", "ask_parking", "ask_contact", "talk_to_staff")


class ActionSayNotUnderstood(PatronAction):
    """Offer the topics that it may have been, or say that it is not known."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_not_understood"

    async def perform(self, turn: Turn) -> None:
        """Ask "did you mean" when something comes close; the patron's own details go along with each choice."""
        if turn.only_details and await change_detail(turn):
            return
        ranking: list[dict[str, Any]] = turn.tracker.latest_message.get("intent_ranking") or []
        close = [topic["name"] for topic in ranking if topic["name"] in TOPICS and topic["confidence"] >= LIKELY]
        meant = topic_of(turn.details, None)
        if meant is not None and meant not in close:
            close.append(meant)
        if close:
            offer(turn, close[:OFFERED_MOST])
        else:
            turn.say("utter_not_understood_unknown", **turn.contact())


def offer(turn: Turn, topics: list[str]) -> None:
    """Ask "did you mean", and remember the first topic for a plain "yes"."""
    entities = turn.entities
    turn.say("utter_not_understood_did_you_mean")
    offered = [(label(turn, topic), topic, entities) for topic in topics]
    turn.choices([*offered, (turn.words("utter_not_understood_none_of_these"), "deny", {})])
    turn.events.append(SlotSet(OFFERED, {"intent": topics[0], "entities": entities}))


def label(turn: Turn, topic: str) -> str:
    """Return a topic as a quick reply, with the branch that the patron named."""
    words = turn.words(f"utter_topic_{topic}")
    if not turn.details.branches or len(turn.branches()) != 1 or topic == "talk_to_staff":
        return words
    return turn.words("utter_topic_at", topic=words, branch=turn.branches()[0].name.to(turn.lang))


class ActionSayOtherTopic(PatronAction):
    """Say that the library helps with this but the assistant cannot yet."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_other_topic"

    async def perform(self, turn: Turn) -> None:
        """Name the contact and the website."""
        turn.say("utter_not_understood_other_topic", **turn.contact(), website=turn.knowledge.library.website)


class ActionSayOutOfScope(PatronAction):
    """Say what the assistant cannot do, and what it can."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_out_of_scope"

    async def perform(self, turn: Turn) -> None:
        """Offer the topics that it knows; a subject alone ("chess", "anime night") is about events after all."""
        named = turn.knowledge.events.words.topic(turn.bare_text) and len(turn.text.split()) <= SHORT
        if named or (turn.only_details and topic_of(turn.details, None) == "find_event"):
            await ActionFindEvents().perform(turn)
            return
        turn.say("utter_not_understood_out_of_scope")
        turn.choices([(turn.words(f"utter_topic_{topic}"), topic, {}) for topic in TOPICS[:4]])


class ActionTakeOffer(PatronAction):
    """Answer a plain "yes": the first topic of the last "did you mean"."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_take_offer"

    async def perform(self, turn: Turn) -> None:
        """Answer what was offered, if anything was."""
        offered = turn.tracker.get_slot(OFFERED)
        if not offered:
            turn.say("utter_affirm")
            return
        action = action_for(offered["intent"])
        if action is None:
            turn.say("utter_staff_unknown", **turn.contact())
            return
        turn.details = Details.from_entities(
            {"entity": name, "value": value} for name, value in offered["entities"].items()
        )
        await action.follow(turn)


class ActionRefuseOffer(PatronAction):
    """Answer a plain "no"."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_refuse_offer"

    async def perform(self, turn: Turn) -> None:
        """After a wrong guess, name a person; else leave it at that."""
        if turn.tracker.get_slot(OFFERED):
            turn.say("utter_not_understood_unknown", **turn.contact())
        else:
            turn.say("utter_deny")
