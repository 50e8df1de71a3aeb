"""Answers a patron who asks for a person."""

from __future__ import annotations

from actions.base import PatronAction, Turn


class ActionHandOver(PatronAction):
    """Bring the talk to the desk: the gateway knows who is there and says the rest."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_hand_over"

    async def perform(self, turn: Turn) -> None:
        """Ask for a person, and say why."""
        hand_over(turn, "not_understood" if turn.missed > 1 else "asked")


def hand_over(turn: Turn, reason: str) -> None:
    """Ask the gateway to bring the talk to the desk when this answer is shown."""
    turn.show({"type": "handoff", "reason": reason})
