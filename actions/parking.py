"""Answers where to park."""

from __future__ import annotations

from actions.base import TopicAction, Turn
from actions.places import branch_in_sentence
from bot.knowledge.library import Branch
from bot.say import sentence


class ActionTellParking(TopicAction):
    """Answer with where to park, what it costs, and the accessible spaces."""

    intent = "ask_parking"
    for_visit = True

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_parking"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several as cards."""
        branches = turn.branches()
        if len(branches) == 1:
            branch = branch_in_sentence(branches[0], turn.lang)
            turn.say("utter_parking_one", branch=branch, parking=" ".join(_lines(turn, branches[0])))
            return
        turn.say("utter_parking_all")
        cards = [{"title": one.name.to(turn.lang), "lines": _lines(turn, one), "links": []} for one in branches]
        turn.show({"type": "cards", "cards": cards})


def _lines(turn: Turn, branch: Branch) -> list[str]:
    parking = branch.parking
    return [sentence(text.to(turn.lang)) for text in (parking.where, parking.cost, parking.accessible)]
