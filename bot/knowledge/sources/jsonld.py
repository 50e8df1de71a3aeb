"""schema.org opening hours in a web page's JSON-LD, parsed without fetching.

See https://schema.org/OpeningHoursSpecification: `closes` earlier than `opens` is on the next day, no `opens` means
closed, and `specialOpeningHoursSpecification` beats the weekly one. By custom 00:00 to 00:00 is closed and 00:00 to
23:59 is round the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Any

from bot.knowledge.expressions import ExpressionError, Span, check_expression, spans_of
from bot.knowledge.hours import facts_of
from bot.knowledge.sources.base import DayFacts, HoursState
from bot.knowledge.sources.markup import text_of
from bot.knowledge.sources.wall_time import since_midnight, span, whole_day
from bot.knowledge.text import Text

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Specification:
    """One OpeningHoursSpecification; no `opens` means closed."""

    weekdays: frozenset[int]
    opens: str | None
    closes: str | None
    first: date | None = None
    last: date | None = None
    name: str = ""

    def holds(self, day: date) -> bool:
        """Say whether it is about a day."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the day's spans, which may be none."""
        if not self.opens or not self.closes:
            return ()
        opens, closes = since_midnight(self.opens), since_midnight(self.closes)
        if not opens and not closes:
            return ()
        if not opens and closes.total_seconds() >= 86_340:
            return (whole_day(day),)
        return (span(day, self.opens, self.closes),)


@dataclass(frozen=True)
class PageHours:
    """The hours that a page tells."""

    weekly: tuple[Specification, ...]
    special: tuple[Specification, ...]
    expressions: tuple[str, ...]

    def day(self, day: date, country: str) -> DayFacts:
        """Return the facts of a day: a special day's, or else the weekday's; unknown if no pattern reaches the day."""
        special = [one for one in self.special if one.holds(day)]
        if special:
            reason = next((Text.of(one.name) for one in special if one.name), None)
            return facts_of(_spans(special, day), day, reason)
        spans = _spans([one for one in self.weekly if one.holds(day)], day)
        for expression in self.expressions:
            spans += spans_of(expression, country, day)
        if spans:
            return facts_of(sorted(spans, key=lambda one: one.start), day)
        # A weekday that is left out is closed, but only while some pattern is in force at all.
        within = any(
            (one.first is None or one.first <= day) and (one.last is None or day <= one.last) for one in self.weekly
        )
        return DayFacts(HoursState.CLOSED if within or self.expressions else HoursState.UNKNOWN)


def read_page(data: bytes) -> PageHours:
    """Return the hours in a page (or a bare JSON-LD file); raise ValueError if it tells none."""
    text = data.decode("utf-8", "replace")
    finder = _Scripts()
    if text.lstrip().startswith(("{", "[")):
        finder.scripts.append(text)
    else:
        finder.feed(text)
        finder.close()
    nodes = [node for script in finder.scripts for node in _nodes(script)]
    told = [node for node in nodes if any(key in node for key in _KEYS)]
    # A page may describe the city too: the library's own node counts, where there is one.
    libraries = [node for node in told if any("library" in one.lower() for one in _texts(node.get("@type")))]
    for node in libraries or told:
        expressions = tuple(one for one in _texts(node.get("openingHours")) if _readable(one))
        weekly = tuple(_specifications(node.get("openingHoursSpecification")))
        special = tuple(_specifications(node.get("specialOpeningHoursSpecification")))
        if weekly or expressions:
            return PageHours(weekly, special, expressions)
    raise ValueError("the page tells no opening hours as JSON-LD")


_KEYS = ("openingHours", "openingHoursSpecification")


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        if tag == "script" and kind == "application/ld+json":
            self._inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    try:
        waiting: list[object] = [json.loads(script)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            yield one
            waiting += [
                value for key, value in one.items() if key in ("@graph", "mainEntity", "department", "location")
            ]


def _texts(value: object) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one.strip()]


def _readable(expression: str) -> bool:
    try:
        check_expression(expression)
    except ExpressionError:
        return False
    return True


def _specifications(value: object) -> Iterator[Specification]:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            continue
        days = one.get("dayOfWeek")
        named = [_weekday(day) for day in (days if isinstance(days, list) else [days]) if day]
        weekdays = frozenset(day for day in named if day is not None)
        if named and not weekdays:
            continue  # only "PublicHolidays", say: no day of the week
        opens, closes = (str(one[key]) if one.get(key) else None for key in ("opens", "closes"))
        for written in (opens, closes):
            if written is not None:
                since_midnight(written)
        first, last = (_date(one.get(key)) for key in ("validFrom", "validThrough"))
        yield Specification(weekdays, opens, closes, first, last, text_of(str(one.get("name") or ""), 200))


def _weekday(day: object) -> int | None:
    name = str(day.get("@id") or day.get("name") or "") if isinstance(day, dict) else str(day)
    name = name.replace(":", "/").rstrip("/").rsplit("/", 1)[-1].lower()
    return next((number for number, full in enumerate(_WEEKDAYS) if full == name or full[:2] == name), None)


def _date(written: object) -> date | None:
    return date.fromisoformat(str(written)[:10]) if written else None


def _spans(specifications: Sequence[Specification], day: date) -> tuple[Span, ...]:
    found = {spanned for one in specifications for spanned in one.spans(day)}
    return tuple(sorted(found, key=lambda one: one.start))
