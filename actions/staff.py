"""Answers a patron who asks for a person."""

from __future__ import annotations

from actions.base import PatronAction, Turn
from actions.say import clock_time, day_beside
from bot.knowledge.library import WHOLE_LIBRARY

LINE = "phone"  # the service point that reaches a person from anywhere


class ActionHandOver(PatronAction):
    """Name the way to a person: by phone when somebody is there, else from when, and by e-mail."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_hand_over"

    async def perform(self, turn: Turn) -> None:
        """Say honestly that nobody can join this chat, and whom to call when."""
        turn.say("utter_staff_not_in_chat")
        state = await turn.knowledge.hours.at(WHOLE_LIBRARY, turn.now, turn.now, LINE)
        if state.until is not None:
            turn.say("utter_staff_open", **turn.contact(), until=clock_time(state.until, turn.lang))
        elif state.opens is not None:
            day = day_beside(state.opens.start.date(), turn.now.date(), turn.lang, turn.wording)
            turn.say("utter_staff_closed", **turn.contact(), day=day, time=clock_time(state.opens.start, turn.lang))
        else:
            turn.say("utter_staff_unknown", **turn.contact())
