"""Answers where to park."""

from __future__ import annotations

from actions.base import TopicAction, Turn
from bot.knowledge.library import Branch


class ActionTellParking(TopicAction):
    """Answer with where to park, what it costs, and the accessible spaces."""

    intent = "ask_parking"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_parking"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several as cards."""
        branches = turn.branches()
        if len(branches) == 1:
            where = branches[0].parking.where.to(turn.lang)
            turn.say("utter_parking_one", branch=branches[0].name.to(turn.lang), where=where)
            turn.say("utter_parking_cost", cost=branches[0].parking.cost.to(turn.lang))
            turn.say("utter_parking_accessible", accessible=branches[0].parking.accessible.to(turn.lang))
            return
        turn.say("utter_parking_all")
        turn.show({"type": "cards", "cards": [_card(turn, branch) for branch in branches]})


def _card(turn: Turn, branch: Branch) -> dict[str, object]:
    parking = branch.parking
    lines = [
        parking.where.to(turn.lang),
        turn.words("utter_parking_cost", cost=parking.cost.to(turn.lang)),
        turn.words("utter_parking_accessible", accessible=parking.accessible.to(turn.lang)),
    ]
    return {"title": branch.name.to(turn.lang), "lines": lines, "links": []}
