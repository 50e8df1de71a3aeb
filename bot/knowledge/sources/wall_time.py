"""Clock times as feeds write them: "8am", "7:30pm", "12am" (the midnight that ends a day), "09:00", "24:00:00"."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.knowledge.expressions import Span

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_NAMED = {"noon": timedelta(hours=12), "midnight": timedelta(0)}


def since_midnight(written: object) -> timedelta:
    """Return how long after midnight a written time is; raise ValueError for anything else."""
    said = str(written).strip().lower()
    if said in _NAMED:
        return _NAMED[said]
    found = _TIME.fullmatch(said.removeprefix("t"))
    if not found:
        raise ValueError(f"{written!r:.40} is not a time")
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"{written!r:.40} is not a time")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"{written!r:.40} is not a time")
    return timedelta(hours=hour, minutes=minute)


def span(day: date, opens: object, closes: object, by_appointment: bool = False) -> Span:
    """Return the span between two written times of a day; a closing that is not later is on the next day."""
    midnight = datetime.combine(day, time())
    start, end = since_midnight(opens), since_midnight(closes)
    if end <= start:
        end += timedelta(days=1)
    return Span(midnight + start, midnight + end, by_appointment)


def whole_day(day: date) -> Span:
    """Return the span from midnight to midnight."""
    midnight = datetime.combine(day, time())
    return Span(midnight, midnight + timedelta(days=1))
