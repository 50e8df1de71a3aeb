"""Answers a patron who asks for a person."""

from __future__ import annotations

from actions.base import PatronAction, Turn
from bot.knowledge.library import WHOLE_LIBRARY

LINE = "phone"  # the service point that reaches a person from anywhere


class ActionHandOver(PatronAction):
    """Name the way to a person: by phone when somebody is there, else from when, and by e-mail."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_hand_over"

    async def perform(self, turn: Turn) -> None:
        """Say honestly that nobody can join this chat, and whom to call when."""
        state = await turn.knowledge.hours.at(WHOLE_LIBRARY, turn.now, turn.now, LINE)
        if state.until is not None:
            turn.say("utter_staff_open", **turn.contact(), until=turn.clock(state.until))
        elif state.opens is not None:
            day, time = turn.on(state.opens.start.date(), brief=True), turn.clock(state.opens.start)
            turn.say("utter_staff_closed", **turn.contact(), day=day, time=time)
        else:
            turn.say("utter_staff_unknown", **turn.contact())
