"""Answers words of danger or of despair."""

from __future__ import annotations

from actions.base import PatronAction, Turn
from actions.staff import hand_over
from bot.knowledge.library import WHOLE_LIBRARY

LINE = "phone"  # the service point that reaches a person from anywhere


class ActionTellSafety(PatronAction):
    """Name help at once, and a person of the library."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_safety"

    async def perform(self, turn: Turn) -> None:
        """In danger the emergency number comes first; in despair the lines where somebody listens."""
        safety = turn.knowledge.library.safety
        kind = turn.entity("danger")
        if kind != "crisis":
            if safety.emergency:
                turn.say("utter_safety_emergency", number=safety.emergency)
            else:
                turn.say("utter_safety_emergency_unknown")
        if kind != "emergency" and safety.lines:  # which of the two it is may not be known
            turn.say_apart("utter_safety_crisis")
            lines = [
                turn.words("utter_safety_line", name=line.name.to(turn.lang), how=line.how.to(turn.lang))
                for line in safety.lines
            ]
            turn.show({"type": "text", "text": "\n".join(lines)})
            if safety.emergency and kind == "crisis":
                turn.say_apart("utter_safety_in_danger", number=safety.emergency)
        await _tell_person(turn)
        hand_over(turn, "safety")


async def _tell_person(turn: Turn) -> None:
    state = await turn.knowledge.hours.at(WHOLE_LIBRARY, turn.now, turn.now, LINE)
    if state.until is not None:
        turn.say_apart("utter_safety_person", phone=turn.knowledge.library.phone, until=turn.clock(state.until))
    else:
        turn.say_apart("utter_safety_person_later", **turn.contact())
