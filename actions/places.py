"""Which service points a question is about, and how they are called in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.base import Turn
from bot.knowledge.library import BUILDING, WHOLE_LIBRARY, Branch, ServicePoint


@dataclass(frozen=True)
class Place:
    """One service point; `branch` is None where it belongs to the whole library."""

    branch: Branch | None
    point: ServicePoint

    def name(self, lang: str) -> str:
        """Return its name as a heading: 'Main Library'."""
        return self.point.name.to(lang) if self.branch is None else self.branch.name.to(lang)

    def phone(self, turn: Turn) -> str:
        """Return the number to call about it."""
        return self.point.phone or (self.branch.phone if self.branch else turn.knowledge.library.phone)

    def in_sentence(self, turn: Turn) -> str:
        """Return its name in the middle of a sentence: 'the reference desk at Main Library'."""
        if self.branch is None:
            return self.point.name.to(turn.lang)
        branch = branch_in_sentence(self.branch, turn.lang)
        if self.point.id == BUILDING:
            return branch
        return turn.words("utter_place_service_at", service=self.point.name.to(turn.lang), branch=branch)


def branch_in_sentence(branch: Branch, lang: str) -> str:
    """Return a branch's name in the middle of a sentence, with its article where the library wrote one."""
    return (branch.in_sentence or branch.name).to(lang)


def places(turn: Turn) -> list[Place]:
    """Return the points asked about: of the branches asked about, or where the service is if they do not have it."""
    library, service = turn.knowledge.library, turn.details.service or BUILDING
    for branches in (turn.branches(), library.branches):
        points = ((branch, library.point(branch.id, service)) for branch in branches)
        found = [Place(branch, point) for branch, point in points if point and point.branch_id == branch.id]
        if found:
            return found
    whole = library.point(WHOLE_LIBRARY, service)
    if whole is not None:
        return [Place(None, whole)]
    turn.details = replace(turn.details, service=None)
    return places(turn)


def agreed(turn: Turn, name: str) -> dict[str, str]:
    """Return the facts {open} and {closed}: the two words in the gender of a name ('el mostrador', 'la Sucursal')."""
    gender = "masculine" if name.split()[0].lower() in ("el", "los") else "feminine"
    return {word: turn.words(f"utter_place_{word}_{gender}") for word in ("open", "closed")}
