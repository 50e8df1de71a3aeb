"""Answers hello, goodbye and the like."""

from __future__ import annotations

from actions.base import PatronAction, Turn
from actions.catalogue import found_title

SURE = 0.97
WORDS = ("greet", "thank", "goodbye", "chitchat")
"""The intents that are answered by one sentence."""


class ActionMakeSmallTalk(PatronAction):
    """Answer with a friendly sentence."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_make_small_talk"

    async def perform(self, turn: Turn) -> None:
        """Say what fits; "beloved" and "becoming" are books."""
        if turn.confidence < SURE and await found_title(turn):
            return
        turn.say(f"utter_{turn.intent}")
