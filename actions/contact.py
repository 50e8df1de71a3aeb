"""Answers whom to call or write to."""

from __future__ import annotations

from actions.base import TopicAction, Turn
from actions.places import Place, agreed, places
from bot.knowledge.library import BUILDING

DESK = "desk"


class ActionTellContact(TopicAction):
    """Answer with phone and e-mail of a branch or a desk, and whether somebody is there."""

    intent = "ask_contact"
    takes = frozenset(("branches", "service"))

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_contact"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several in a table."""
        library, branches, here = turn.knowledge.library, turn.branches(), places(turn)
        if len(here) == 1 and here[0].branch is not None and here[0].point.id != BUILDING:
            await _tell_one(turn, here[0])
        elif len(branches) == 1:
            branch = branches[0]
            turn.say("utter_contact_one", place=branch.name.to(turn.lang), phone=branch.phone, email=branch.email)
            desk = library.point(branch.id, DESK)
            if desk is not None:
                await _tell_hours(turn, Place(branch, desk))
        else:
            _show_all(turn, here)


async def _tell_one(turn: Turn, place: Place) -> None:
    """Name the service's own number and address, or its branch's."""
    branch = place.branch
    email = place.point.email or (branch.email if branch else turn.knowledge.library.email)
    turn.say("utter_contact_one", place=place.in_sentence(turn), phone=place.phone(turn), email=email)
    await _tell_hours(turn, place)


async def _tell_hours(turn: Turn, place: Place) -> None:
    """Say until when or from when somebody answers."""
    state = await turn.knowledge.hours.at(place.point.branch_id, turn.now, turn.now, place.point.id)
    name = place.point.name.to(turn.lang)
    if state.until is not None:
        turn.say("utter_contact_staffed", place=name, until=turn.clock(state.until), **agreed(turn, name))
    elif state.opens is not None:
        day, time = turn.on(state.opens.start.date(), brief=True), turn.clock(state.opens.start)
        turn.say("utter_contact_not_staffed", place=name, day=day, time=time, **agreed(turn, name))


def _show_all(turn: Turn, here: list[Place]) -> None:
    """Show the numbers of a service at each branch that has it, or of the branches themselves."""
    service = here[0].point if here[0].branch is not None and here[0].point.id != BUILDING else None
    if service is None:
        turn.say("utter_contact_all", **turn.contact())
        rows = [[branch.name.to(turn.lang), branch.phone, branch.email] for branch in turn.branches()]
    else:
        turn.say("utter_contact_service", service=service.name.to(turn.lang))
        rows = [
            [place.branch.name.to(turn.lang), place.phone(turn), place.point.email or place.branch.email]
            for place in here
            if place.branch is not None
        ]
    head = [turn.words(f"utter_contact_head_{name}") for name in ("branch", "phone", "email")]
    turn.show({"type": "table", "caption": turn.words("utter_contact_caption"), "head": head, "rows": rows})
