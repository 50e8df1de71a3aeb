"""Answers where a branch is and how to get there."""

from __future__ import annotations

from actions.base import TopicAction, Turn
from actions.places import branch_in_sentence
from actions.say import sentence
from bot.knowledge.library import BUILDING, Branch


class ActionTellLocation(TopicAction):
    """Answer with address, directions and a map link."""

    intent = "ask_location"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_location"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several as cards; of a service say where in the branch it is."""
        branches = turn.branches()
        service = turn.details.service or BUILDING
        having = [branch for branch in branches if _where(turn, branch, service)]
        branches = having or branches
        if len(branches) > 1:
            turn.say("utter_location_all", count=len(branches))
            turn.show({"type": "cards", "cards": [_card(turn, branch) for branch in branches]})
            return
        branch = branches[0]
        name = branch_in_sentence(branch, turn.lang)
        point = turn.knowledge.library.point(branch.id, service)
        if having and point:
            where = _where(turn, branch, service)
            turn.say("utter_location_service", service=point.name.to(turn.lang), branch=name, where=where)
        turn.say("utter_location_one", branch=name, address=branch.address, directions=_directions(turn, branch))
        turn.say_apart("utter_location_map", map=branch.map_url)


def _where(turn: Turn, branch: Branch, service: str) -> str:
    point = turn.knowledge.library.point(branch.id, service)
    return point.where.to(turn.lang) if point is not None and point.where is not None else ""


def _directions(turn: Turn, branch: Branch) -> str:
    said = [text for text in (branch.directions, branch.transit) if text is not None]
    return " ".join(sentence(text.to(turn.lang)) for text in said)


def _card(turn: Turn, branch: Branch) -> dict[str, object]:
    return {
        "title": branch.name.to(turn.lang),
        "lines": [str(branch.address), sentence(branch.directions.to(turn.lang))],
        "links": [{"label": turn.words("utter_location_link_map"), "url": branch.map_url}],
    }
