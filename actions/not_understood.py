"""Says so when a message was not understood, or is not known, or is not the library's business."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import PatronAction, Turn
from actions.follow_up import action_for

OFFERED_MOST = 3
LIKELY = 0.12  # a topic below this probability is not worth a "did you mean"
TOPICS = ("ask_hours", "find_event", "ask_location", "ask_parking", "ask_contact", "talk_to_staff")


class ActionSayNotUnderstood(PatronAction):
    """Offer the topics that it may have been, or say that it is not known."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_say_not_understood"

    async def perform(self, turn: Turn) -> None:
        """Ask "did you mean" when something comes close; the patron's own details go along with each choice."""
        ranking: list[dict[str, Any]] = turn.tracker.latest_message.get("intent_ranking") or []
        close = [topic["name"] for topic in ranking if topic["name"] in TOPICS and topic["confidence"] >= LIKELY]
        entities = {
            found["entity"]: found["value"]
            for found in turn.tracker.latest_message.get("entities") or ()
            if found["entity"] != "language"
        }
        if close:
            turn.say("utter_not_understood_did_you_mean")
            turn.choices([(turn.words(f"utter_topic_{topic}"), topic, entities) for topic in close[:OFFERED_MOST]])
            turn.events.append(SlotSet("offered", {"intent": close[0], "entities": entities}))
        else:
            turn.say("utter_not_understood_unknown", **turn.contact())


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
        """Offer the topics that it knows."""
        turn.say("utter_not_understood_out_of_scope")
        turn.choices([(turn.words(f"utter_topic_{topic}"), topic, {}) for topic in TOPICS[:4]])


class ActionTakeOffer(PatronAction):
    """Answer a plain "yes": the first topic of the last "did you mean"."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_take_offer"

    async def perform(self, turn: Turn) -> None:
        """Answer what was offered, if anything was."""
        offered = turn.tracker.get_slot("offered")
        action = action_for(offered["intent"]) if offered else None
        turn.events.append(SlotSet("offered", None))
        if action is None:
            turn.say("utter_affirm")
            return
        turn.details = type(turn.details).from_entities(
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
        if turn.tracker.get_slot("offered"):
            turn.events.append(SlotSet("offered", None))
            turn.say("utter_not_understood_unknown", **turn.contact())
        else:
            turn.say("utter_deny")
