"""The desk's hours as statistics need them: by the half hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.statistics.periods import SLOTS


@dataclass(frozen=True)
class DeskHours:
    """The half hours (number in the day, from 0) at which the desk is open, of the days whose hours are known."""

    open: frozenset[tuple[str, int]]
    known: frozenset[str]

    def is_open(self, day: str, slot: int) -> bool | None:
        """Say whether the desk is open in a half hour; None where nobody knows."""
        return (day, slot) in self.open if day in self.known else None

    def week(self, days: Iterable[date], block: int = 1) -> dict[tuple[int, int], bool]:
        """Return whether the desk is open by weekday (0: Monday) and first of `block` hours, half of the time."""
        open_: Counter[tuple[int, int]] = Counter()
        known: Counter[int] = Counter()
        for day in days:
            name = day.isoformat()
            if name in self.known:
                known[day.weekday()] += 2 * block
                for slot in range(SLOTS):
                    open_[day.weekday(), slot // 2 // block * block] += (name, slot) in self.open
        hours = range(0, 24, block)
        return {(weekday, hour): open_[weekday, hour] * 2 >= known[weekday] for weekday in known for hour in hours}
