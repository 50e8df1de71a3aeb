"""Answers where a branch is and how to get there."""

from __future__ import annotations

from actions.answers import answer_place
from actions.base import TopicAction, Turn
from actions.places import Place, branch_in_sentence, places
from bot.knowledge.library import BUILDING, Branch
from bot.say import capital, sentence


class ActionTellLocation(TopicAction):
    """Answer with address, directions and a map link."""

    intent = "ask_location"
    takes = frozenset(("branches", "service"))
    for_visit = True

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_location"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several as cards; of a service say where in the branch it is."""
        if answer_place(turn):
            return
        here = places(turn)
        if len(here) > 1:
            if here[0].point.id == BUILDING:
                turn.say("utter_location_all", count=len(here))
            else:
                turn.say("utter_location_service_all", service=here[0].point.name.to(turn.lang))
            turn.show({"type": "cards", "cards": [_card(turn, place) for place in here]})
            return
        branch = here[0].branch or turn.branches()[0]
        name = branch_in_sentence(branch, turn.lang)
        if here[0].point.where is not None:
            where = here[0].point.where.to(turn.lang)
            turn.say("utter_location_service", place=here[0].in_sentence(turn), where=where)
        elif here[0].point.id != BUILDING and here[0].branch is not None:
            turn.say("utter_location_service_in", service=here[0].point.name.to(turn.lang), branch=name)
        turn.say("utter_location_one", branch=name, address=branch.address, directions=_directions(turn, branch))
        turn.say_apart("utter_location_map", map=branch.map_url)


def _directions(turn: Turn, branch: Branch) -> str:
    said = [text for text in (branch.directions, branch.transit) if text is not None]
    return " ".join(sentence(text.to(turn.lang)) for text in said)


def _card(turn: Turn, place: Place) -> dict[str, object]:
    branch = place.branch
    assert branch is not None  # what belongs to the whole library is one place, never one of several
    where = [capital(place.point.where.to(turn.lang))] if place.point.where else []
    return {
        "title": branch.name.to(turn.lang),
        "lines": [*where, str(branch.address), sentence(branch.directions.to(turn.lang))],
        "links": [{"label": turn.words("utter_location_link_map"), "url": branch.map_url}],
    }
