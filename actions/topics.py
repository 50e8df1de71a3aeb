"""The contents page of the actions: which one answers which topic."""

from __future__ import annotations

from typing import Any

from actions.answers import INTENTS as EXPLAINED
from actions.answers import SUGGESTED, ActionAnswerQuestion
from actions.base import PatronAction, Turn
from actions.catalogue import ActionFindItem
from actions.contact import ActionTellContact
from actions.events import ActionFindEvents
from actions.guides import ActionCheckInformation, ActionFixDigitalResource
from actions.hours import ActionTellHours
from actions.location import ActionTellLocation
from actions.parking import ActionTellParking
from actions.recommendations import ActionGetRecommendation
from actions.registration import ActionRegisterForEvent
from actions.research import ActionGetResearchHelp
from actions.resources import ActionFindDatabase, ActionUseDigitalResource
from actions.staff import ActionHandOver
from actions.suggestions import ActionHearSuggestion

ANSWERS: dict[str, type[PatronAction]] = {
    "ask_hours": ActionTellHours,
    "find_event": ActionFindEvents,
    "register_for_event": ActionRegisterForEvent,
    "ask_location": ActionTellLocation,
    "ask_parking": ActionTellParking,
    "ask_contact": ActionTellContact,
    "find_item": ActionFindItem,
    "get_recommendation": ActionGetRecommendation,
    "use_digital_resource": ActionUseDigitalResource,
    "find_database": ActionFindDatabase,
    "fix_digital_resource": ActionFixDigitalResource,
    "check_information": ActionCheckInformation,
    **dict.fromkeys(EXPLAINED, ActionAnswerQuestion),
    **dict.fromkeys(SUGGESTED, ActionHearSuggestion),
    "get_research_help": ActionGetResearchHelp,
    "talk_to_staff": ActionHandOver,
}
TOPICS = tuple(ANSWERS)
"""Every topic that can be offered, by its intent; the response `utter_topic_<intent>` is its name for patrons."""


async def answer_as(turn: Turn, intent: str, entities: dict[str, Any]) -> bool:
    """Answer the turn as if it had asked `intent` with `entities`; False where no action answers that intent."""
    action = ANSWERS.get(intent)
    if action is None:
        return False
    turn.become(intent, entities)
    await action().perform(turn)
    return True
