"""LibCal hours: the public feed (weekly grid or today) and the API 1.1, parsed without fetching.

The shapes are those of /widget/hours/grid, /widget/hours/today and /1.1/hours. In the feed a library's own hours are
often "not-set" and sit in its departments; each entry has an id of its own (`lid`), which library.yml maps to a
service point. What is not set is unknown, never closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.knowledge.expressions import Span
from bot.knowledge.sources.base import DayFacts, HoursState
from bot.knowledge.sources.markup import text_of
from bot.knowledge.sources.wall_time import span, whole_day
from bot.knowledge.text import Text

_STATES = {
    "open": HoursState.OPEN,
    "closed": HoursState.CLOSED,
    "24hours": HoursState.OPEN_24H,
    "text": HoursState.TEXT,
    "byapp": HoursState.BY_APPOINTMENT,
    "not-set": HoursState.UNKNOWN,
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class LibCalEntry:
    """One library or department of the feed and the days that the feed tells of it."""

    lid: str
    name: str
    parent: str | None
    days: Mapping[date, DayFacts]


def read_feed(data: bytes, fetched: date) -> dict[str, LibCalEntry]:
    """Return the entries of a grid or today feed by their ids; raise ValueError if it is neither.

    A today feed names only the weekday: it is taken for the date next to `fetched` (the library's date) that has it.
    """
    feed = json.loads(data)
    locations = feed.get("locations") if isinstance(feed, dict) else None
    if not isinstance(locations, list):
        raise ValueError("the feed has no list 'locations'")
    entries = {}
    for part, parent in _parts(locations):
        lid = str(part.get("lid", ""))
        if lid:
            days = dict(_days(part, fetched))
            entries[lid] = LibCalEntry(lid, text_of(str(part.get("name", "")), 200), parent, days)
    return entries


def read_api(data: bytes) -> dict[str, LibCalEntry]:
    """Return the entries of an answer of /1.1/hours by their ids; raise ValueError if it is none."""
    answer = json.loads(data)
    if not isinstance(answer, list) or not all(isinstance(part, dict) for part in answer):
        raise ValueError("the answer is not a list of locations")
    entries = {}
    for part in answer:
        dates = part.get("dates")
        days = {}
        for written, times in dates.items() if isinstance(dates, dict) else ():
            day = date.fromisoformat(str(written))
            days[day] = facts(times, day)
        lid = str(part.get("lid", ""))
        parent = str(part["parent_lid"]) if part.get("parent_lid") else None
        entries[lid] = LibCalEntry(lid, text_of(str(part.get("name", "")), 200), parent, days)
    return entries


def _parts(locations: list[Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    for location in locations:
        if isinstance(location, dict):
            yield location, str(location["parent_lid"]) if location.get("parent_lid") else None
            departments = location.get("departments")
            for part in departments if isinstance(departments, list) else ():
                if isinstance(part, dict):
                    yield part, str(location.get("lid", ""))


def _days(part: dict[str, Any], fetched: date) -> Iterator[tuple[date, DayFacts]]:
    weeks = part.get("weeks")
    for week in weeks if isinstance(weeks, list) else ():
        for one in week.values() if isinstance(week, dict) else ():
            if isinstance(one, dict) and one.get("date"):
                day = date.fromisoformat(str(one["date"])[:10])
                yield day, facts(one.get("times"), day)
    if "times" in part:
        for offset in (0, -1, 1):
            day = fetched + timedelta(days=offset)
            if part.get("day") in (_WEEKDAYS[day.weekday()], None):
                yield day, facts(part["times"], day)
                break


def facts(times: object, day: date) -> DayFacts:
    """Return the facts of a `times` object; whatever is not understood is unknown."""
    if not isinstance(times, dict):
        return DayFacts(HoursState.UNKNOWN)
    state = _STATES.get(str(times.get("status", "")).lower(), HoursState.UNKNOWN)
    said = text_of(str(times.get("text") or ""), 300) or None
    remark = text_of(str(times.get("note") or ""), 300)
    note = Text.of(remark) if remark else None
    spans: tuple[Span, ...] = ()
    if state == HoursState.OPEN_24H:
        spans = (whole_day(day),)
    elif state in (HoursState.OPEN, HoursState.BY_APPOINTMENT):
        hours = times.get("hours")
        try:
            spans = tuple(
                span(day, one["from"], one["to"], state == HoursState.BY_APPOINTMENT)
                for one in (hours if isinstance(hours, list) else ())
            )
        except (ValueError, KeyError, TypeError):
            return DayFacts(HoursState.UNKNOWN, note=note)
        if not spans and state == HoursState.OPEN:
            # "Open" without hours does not say when.
            return DayFacts(HoursState.UNKNOWN, note=note)
    elif state == HoursState.TEXT and said is None:
        state = HoursState.UNKNOWN
    return DayFacts(state, tuple(sorted(spans, key=lambda one: one.start)), note, None, said)
