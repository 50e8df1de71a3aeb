"""Answers "and on Sunday?": the same question with one detail changed."""

from __future__ import annotations

from dataclasses import replace

from actions.base import PatronAction, TopicAction, Turn
from actions.contact import ActionTellContact
from actions.details import Details
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
WITH_A_TIME = ("ask_hours", "find_event")


def action_for(intent: str | None) -> TopicAction | None:
    """Return the action that answers a topic which follow-ups may change, or None."""
    return next((topic() for topic in TOPICS if topic.intent == intent), None)


def topic_of(said: Details, topic: str | None) -> str | None:
    """Return which topic details belong to: events where an audience or subject is named, hours for a day alone."""
    if said.audiences or said.subjects or (topic == "find_event" and said.words):
        return "find_event"
    if said.when and topic not in WITH_A_TIME:
        return "ask_hours"
    return topic or ("ask_hours" if said.branches or said.service else None)


class ActionChangeDetail(PatronAction):
    """Answer the last question again with what the patron changed."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_change_detail"

    async def perform(self, turn: Turn) -> None:
        """Keep the topic and what was not changed; ask for a whole sentence where there is nothing to go by."""
        if not await change_detail(turn):
            turn.say("utter_not_understood_follow_up")


async def change_detail(turn: Turn) -> bool:
    """Answer with the details of this message over those of the talk; False if that gives no question."""
    said = replace(turn.details, words=turn.knowledge.events.words.topic(turn.bare_text))
    topic = topic_of(said, turn.topic)
    action = action_for(topic)
    if action is None or said == Details():
        return False
    earlier = turn.earlier if topic == turn.topic else Details(branches=turn.earlier.branches, when=turn.earlier.when)
    if said.subjects or said.words:
        # Another subject in place of the earlier one, in whatever words that was put.
        earlier = replace(earlier, audiences=(), subjects=(), words="", said="")
    if said.audiences:
        earlier = replace(earlier, said="")
    turn.details = said.over(earlier)
    await action.follow(turn)
    return True
