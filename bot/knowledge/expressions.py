"""OSM opening_hours expressions: reading them, and saying where one is wrong.

The syntax is at https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # missing in its stubs

_POSITION = re.compile(r"--> (\d+):(\d+)")
_EXPECTED = re.compile(r"= (.+)")
_SYNTAX = "Write it as 'Mo-Fr 09:00-17:00; Sa 10:00-14:00; Su off'."
# Ranges that run past midnight and end by this hour belong to the evening on which they began.
LATE_NIGHT = time(6)
APPOINTMENT = re.compile(r"by appointment|con cita", re.IGNORECASE)


class ExpressionError(ValueError):
    """An expression that cannot be used; the message says at which letter."""

    def __init__(self, message: str, cure: str = _SYNTAX) -> None:
        super().__init__(message)
        self.cure = cure


@dataclass(frozen=True)
class Span:
    """A stretch of wall-clock time in which one state holds. Naive times, in the library's zone."""

    start: datetime
    end: datetime
    by_appointment: bool = False
    unknown: bool = False
    note: str = ""


def check_expression(expression: str) -> None:
    """Raise ExpressionError if an expression cannot be read, or would silently do nothing."""
    try:
        OpeningHours(expression, auto_country=False, auto_timezone=False)
    except ParserError as error:
        position, expected = _POSITION.search(str(error)), _EXPECTED.search(str(error))
        letter = int(position.group(2)) if position else 1
        wanted = expected.group(1) if expected and "unknown" not in expected.group(1) else "an opening_hours expression"
        rest = expression[letter - 1 : letter + 11]
        raise ExpressionError(f"'{expression}' is wrong at letter {letter} ('{rest}'): expected {wanted}") from None
    outside_comments = re.sub(r'"[^"]*"', "", expression)
    if re.search(r"\bSH\b", outside_comments):
        cure = "Write the dates, or put them into closures.ics."
        raise ExpressionError("SH (school holidays) is never recognised, so the rule would do nothing", cure)
    if re.search(r"\b(sunrise|sunset|dawn|dusk)\b", outside_comments):
        raise ExpressionError("sunrise and sunset are not times that patrons can plan by", "Write the time.")


@lru_cache(maxsize=512)
def _parsed(expression: str, country: str) -> OpeningHours:
    return OpeningHours(expression, country=country, auto_country=False, auto_timezone=False)


def spans_of(expression: str, country: str, day: date) -> tuple[Span, ...]:
    """Return the spans that belong to `day`: those that begin on it, past midnight included, in order.

    Only naive times enter the engine: it raises TypeError for an aware time inside the hour that spring skips.
    """
    midnight = datetime.combine(day, time())
    tomorrow = midnight + timedelta(days=1)
    after = tomorrow + timedelta(days=1)
    found = []
    for start, end, state, comment in _parsed(expression, country).intervals(midnight - timedelta(days=1), after):
        if state == State.CLOSED or end <= midnight or start >= tomorrow:
            continue
        if start < midnight:
            if end <= midnight + timedelta(hours=LATE_NIGHT.hour):
                continue
            start = midnight
        if end > tomorrow + timedelta(hours=LATE_NIGHT.hour):
            end = tomorrow
        found.append(Span(start, end, bool(APPOINTMENT.search(comment)), state == State.UNKNOWN, comment))
    return tuple(found)


def closing_comment(expression: str, country: str, day: date) -> str:
    """Return the comment that an expression gives for being closed at noon of `day`, or an empty text."""
    state, comment = _parsed(expression, country).state(datetime.combine(day, time(12)))
    return comment if state == State.CLOSED else ""
