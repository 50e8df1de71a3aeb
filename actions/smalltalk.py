"""Answers hello, goodbye and the like."""

from __future__ import annotations

from actions.base import PatronAction, Turn
from actions.catalogue import found_title
from actions.not_understood import offer_person
from bot.complaints import UNHELPED

SURE = 0.97
WORDS = ("greet", "thank", "goodbye", "chitchat")
"""The intents that are answered by one sentence."""


class ActionMakeSmallTalk(PatronAction):
    """Answer with a friendly sentence."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_make_small_talk"

    async def perform(self, turn: Turn) -> None:
        """Say what fits; "beloved" and "becoming" are books, and whoever was not helped is offered a person."""
        if turn.confidence < SURE and await found_title(turn):
            return
        if UNHELPED.search(turn.text):  # "that was not helpful" is near to thanks, and no thanks
            offer_person(turn, "utter_staff_offer")
            return
        turn.say(f"utter_{turn.intent}")
