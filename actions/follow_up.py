"""Answers what makes sense only after something else: "and on Sunday?", "no, Eastside", "in Spanish, please"."""

from __future__ import annotations

from dataclasses import fields, replace

from rasa_sdk.events import SlotSet

from actions.answers import INTENTS as EXPLAINED
from actions.answers import answer_from
from actions.base import GUIDE, OFFERED, SHOWN, PatronAction, TopicAction, Turn
from actions.catalogue import item_follow_up
from actions.details import Details
from actions.recommendations import taste_follow_up
from actions.resources import resource_follow_up
from actions.topics import ANSWERS


def topic_action(intent: str | None) -> TopicAction | None:
    """Return the action that answers a topic which follow-ups may change, or None."""
    action = ANSWERS.get(intent or "")
    return action() if action is not None and issubclass(action, TopicAction) else None


def topic_of(said: Details, topic: str | None) -> str | None:
    """Return which topic details belong to: the talk's, where they can change it; else the one that they speak of."""
    named = {field.name for field in fields(said) if getattr(said, field.name)}
    action = topic_action(topic)
    if action is not None and named & action.takes:
        return topic
    if said.audiences or said.subjects:
        return "find_event"
    if said.resources or said.formats or said.device:
        return "use_digital_resource"
    if said.when:
        return "ask_hours"
    return topic or ("ask_hours" if said.branches or said.service else None)


class ActionChangeDetail(PatronAction):
    """Answer the last question again with what the patron changed."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_change_detail"

    async def perform(self, turn: Turn) -> None:
        """Keep the topic and what was not changed; ask for a whole sentence where there is nothing to go by."""
        if not (await change_detail(turn) or answer_from(turn, None)):
            turn.say("utter_not_understood_follow_up")


async def change_detail(turn: Turn) -> bool:
    """Answer with the details of this message over those of the talk; False if that gives no question."""
    for follow_up in (resource_follow_up, item_follow_up, taste_follow_up):
        # What only that topic can read: "in Spanish?" of a book, "and for law?" of a database.
        if await follow_up(turn):
            return True
    said = replace(turn.details, words=turn.knowledge.events.words.topic(turn.bare_text))
    topic = topic_of(said, turn.topic)
    action = topic_action(topic)
    if action is None:
        return False
    if said == Details():
        if topic not in EXPLAINED:
            return False
        await action.follow(turn)  # the library's pages are searched for the words themselves
        return True
    earlier = turn.earlier if topic == turn.topic else Details(branches=turn.earlier.branches, when=turn.earlier.when)
    if said.subjects or said.words:
        # Another subject in place of the earlier one, in whatever words that was put.
        earlier = replace(earlier, audiences=(), subjects=(), words="", said="")
    if said.audiences:
        earlier = replace(earlier, said="")
    turn.details = said.over(earlier)
    await action.follow(turn)
    return True


class ActionChangeLanguage(PatronAction):
    """Go on in the other language, with the last answer again where it was about something."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_change_language"

    async def perform(self, turn: Turn) -> None:
        """Answer the last question again, since the patron may not have understood it."""
        action = topic_action(turn.topic)
        if action is None:
            turn.say("utter_language_changed")
            return
        turn.say("utter_language_changed_again")
        turn.details = turn.earlier
        await action.follow(turn)


class ActionNeverMind(PatronAction):
    """Drop what is under way."""

    guides = True

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_never_mind"

    async def perform(self, turn: Turn) -> None:
        """Forget the guide, the offer and the topic."""
        turn.say("utter_never_mind")
        turn.events += [SlotSet(slot, None) for slot in (GUIDE, OFFERED, SHOWN, "topic", "details")]
