"""Small groups are hidden: from a count of one to four a reader may guess whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

LEAST = 5


class Hidden(StrEnum):
    """What stands where a count is not shown."""

    SMALL = "under 5"
    WITH_IT = "not shown"  # five or more, but with it and the total one could work out a small one


Shown = int | Hidden


def shown(groups: Sequence[int]) -> list[Shown]:
    """Return the counts of all the groups of a whole as they may be shown beside the total.

    Nothing is shown from which a small one could be worked out: one that is hidden alone is what the others leave of
    the total. So the next smallest is hidden with it: a zero, if there is one, which is under 5 too.
    """
    hidden = {place for place, count in enumerate(groups) if 0 < count < LEAST}
    others = sorted((count, place) for place, count in enumerate(groups) if place not in hidden)
    while hidden and others and _tell([groups[place] for place in hidden]):
        hidden.add(others.pop(0)[1])
    return [
        count if place not in hidden else Hidden.SMALL if count < LEAST else Hidden.WITH_IT
        for place, count in enumerate(groups)
    ]


def _tell(hidden: Sequence[int]) -> bool:
    """Say whether the sum of the hidden counts tells what one of them is."""
    return len(hidden) < 2 or sum(hidden) == (LEAST - 1) * len(hidden)
