"""Answers "and on Sunday?": the same question with one detail changed."""

from __future__ import annotations

from actions.base import PatronAction, TopicAction, Turn
from actions.contact import ActionTellContact
from actions.events import ActionFindEvents
from actions.hours import ActionTellHours
from actions.location import ActionTellLocation
from actions.parking import ActionTellParking

TOPICS: tuple[type[TopicAction], ...] = (
    ActionTellHours,
    ActionFindEvents,
    ActionTellLocation,
    ActionTellParking,
    ActionTellContact,
)


def action_for(intent: str | None) -> TopicAction | None:
    """Return the action that answers a topic which follow-ups may change, or None."""
    return next((topic() for topic in TOPICS if topic.intent == intent), None)


class ActionChangeDetail(PatronAction):
    """Answer the last question again with what the patron changed."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_change_detail"

    async def perform(self, turn: Turn) -> None:
        """Keep the topic; without one, a day or a branch alone asks for hours, an audience or a subject for events."""
        said = turn.details
        topic = turn.topic
        if topic is None:
            topic = (
                "find_event" if said.audiences or said.subjects else "ask_hours" if said.when or said.branches else None
            )
        elif (said.audiences or said.subjects) and topic != "find_event":
            topic = "find_event"
        action = action_for(topic)
        if action is None or said == type(said)():
            turn.say("utter_not_understood_follow_up")
            return
        turn.details = said.over(turn.earlier)
        await action.follow(turn)
