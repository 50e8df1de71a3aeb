"""What was counted in a stretch of days: the same for days that are still kept and for those of which counts remain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.statistics.periods import SLOTS


class Count(NamedTuple):
    """How often something was on a day: all of it (by "all", with an empty key), or a part.

    `day` is as it is kept (2026-11-22). By hour the key is the beginning of a half hour (16:30).
    """

    day: str
    figure: str
    by: str
    key: str
    times: int


@dataclass
class Tally:
    """Counts, added up as the figures need them."""

    totals: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, str]] = field(default_factory=Counter)  # (day, figure)
    slots: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # (day, half hour from 0, figure)
    groups: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (figure, by, key)
    models: dict[str, str] = field(default_factory=dict)  # the first day of each

    def add(self, one: Count) -> None:
        """Add a count; those without a day (kept counts, added up by the database) go to the groups alone."""
        if one.by == "all":
            self.totals[one.figure] += one.times
            self.days[one.day, one.figure] += one.times
        elif one.by == "hour":
            self.slots[one.day, slot_of(one.key), one.figure] += one.times
        elif one.by == "model":
            self.models[one.key] = min(one.day, self.models.get(one.key, one.day))
        else:
            self.groups[one.figure, one.by, one.key] += one.times

    def group(self, figure: str, by: str) -> dict[str, int]:
        """Return the counts of a figure by key."""
        return {key: count for (name, kind, key), count in self.groups.items() if (name, kind) == (figure, by)}


def slot_name(slot: int) -> str:
    """Return when a half hour begins: 33 is 16:30."""
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def slot_of(name: str) -> int:
    """Return the number of the half hour that begins at `name`."""
    hour, minute = name.split(":")
    return (int(hour) * 2 + int(minute) // 30) % SLOTS
