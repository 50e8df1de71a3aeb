"""What days and times a patron means: deterministic, English and Spanish, in the library's zone.

The rules of days are in date_rules.py, those of times in time_rules.py; here they are put together. What is read:
today, weekdays, weekends, weeks, months, dates in words and numbers, ISO dates, ranges, holidays by name, times and
parts of a day. What is left alone: seasons and school terms ("spring break"), and titles in double quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from bot.knowledge.date_counting import DAY, Days
from bot.knowledge.date_rules import FoundDays, Grain, find_days
from bot.knowledge.date_words import Plain, plain_form
from bot.knowledge.holidays import Holiday, holiday_named
from bot.knowledge.sources.base import Closure
from bot.knowledge.text import Text
from bot.knowledge.time_rules import PARTS, FoundTime, find_times, minutes_ahead

__all__ = ["DateSpan", "Grain", "resolve"]


@dataclass(frozen=True)
class DateSpan:
    """A time that a patron named: from `start` to `end` (exclusive), aware, in the zone of the `now` it was read at.

    `text` are the patron's words and `span` their place; `name` is the holiday's. A week or month that has begun starts
    today. With `day_said` false only a time of day was named ("after 5") and the day, today or tomorrow, is a guess.
    `recurring` marks "on Sundays": the span is the next of them. A moment lasts one minute.
    """

    start: datetime
    end: datetime
    grain: Grain
    text: str
    span: tuple[int, int]
    name: Text | None = None
    day_said: bool = True
    recurring: bool = False

    @property
    def first_day(self) -> date:
        """The first day that the span touches."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day that the span touches (not the day after it)."""
        return (self.end - timedelta(microseconds=1)).date()


@dataclass(frozen=True)
class _Dated:
    """Days that were found, and the first and the day after the last of them as seen from today."""

    start: int
    end: int
    grain: Grain
    days: Days
    found: FoundDays


_NOW = re.compile(
    r"\b(?:right now|rn|now|at the moment|currently|at this moment|at present|"
    r"ahora mismo|ahorita|ahora|en este momento|actualmente)\b"
)
_WORD = re.compile(r"[a-z0-9']+")
_YEAR = re.compile(r",?\s+(?:de\s+|del\s+)?(20\d\d)\b")
_AROUND = re.compile(r"\s+(?:long\s+)?(?:weekend|(?P<week>week))\b")
_HINT = re.compile(r"[\s,(]*(?:the\s+|el\s+|dia\s+)?")
_BETWEEN = re.compile(r"\s*(?:-|\bto\b|through|thru|until|till?|\bal?\b|hasta|\by\b|\band\b)\s*(?:the\s+|el\s+)?")
_ONLY_BETWEEN = re.compile(r"\s*(?:and|y)\s*(?:the\s+|el\s+)?")
_BETWEEN_BEFORE = re.compile(r"\b(?:between|entre)\s+(?:the\s+|el\s+)?$")
_FROM_BEFORE = re.compile(r"\b(?:from|between|del?|desde|entre)\s+(?:the\s+|el\s+)?$")
_BESIDE = re.compile(r"[\s,.]*(?:(?:at|on|in|the|por|la|de|del|el|a|en|around|of|dia)\b[\s,]*)*")
_OFFSET = re.compile(
    r"\b(?:the\s+|el\s+)?(?:(?P<after>day after|dia despues del?)|day before|dia antes del?|(?:la\s+)?vispera del?)\s+$"
)
_MOST_HOLIDAYS = 5
_Found = TypeVar("_Found", FoundDays, FoundTime)


def resolve(
    text: str,
    now: datetime,
    *,
    country: str = "US",
    day_first: bool = False,
    closures: Iterable[Closure] = (),
) -> list[DateSpan]:
    """Return the days and times that a text names, in the order of the text, seen from `now` (aware).

    `day_first` reads 3/12 as 3 December. `country` (ISO 3166) chooses the holidays; `closures` add the library's own
    named days. Nothing is raised for any text; a date that cannot be (30 February) is left out.
    """
    plain = plain_form(text)
    today = now.date()
    # Nobody means the first or last years of the calendar, and one cannot count on from them.
    if not 2 <= today.year <= 9980:
        return []
    found = [*_holidays(plain.text, now, country, tuple(closures)), *find_days(plain.text, day_first=day_first)]
    taken = _longest(found)
    days = _ranges(plain.text, _joined(plain.text, _worked_out(plain.text, taken, today)))
    free = (one for one in find_times(plain.text) if not any(_overlap(one, day) for day in taken))
    times = _parts_joined(plain.text, _longest(free))
    spans = list(_together(text, plain, days, times, now))
    for match in _NOW.finditer(plain.text):
        spans.append(_span(text, plain, match.span(), now, _later(now, 1), Grain.MOMENT))
    for match, minutes in minutes_ahead(plain.text):
        spans.append(_span(text, plain, match.span(), _later(now, minutes), _later(now, minutes + 1), Grain.MOMENT))
    return sorted(spans, key=lambda one: one.span)


def _overlap(one: FoundDays | FoundTime, other: FoundDays | FoundTime) -> bool:
    return one.start < other.end and other.start < one.end


def _longest(found: Iterable[_Found]) -> list[_Found]:
    """Return what does not overlap, the earliest and then the longest first; of two alike the one that came first."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


# ---- days -------------------------------------------------------------------------------------------------------


def _holidays(text: str, now: datetime, country: str, closures: tuple[Closure, ...]) -> Iterator[FoundDays]:
    """Yield the holidays that a plain text names, at most a few."""
    for _ in range(_MOST_HOLIDAYS):
        holiday = holiday_named(text, now, country, closures)
        if holiday is None:
            return
        words = [match.span() for match in _WORD.finditer(text)]
        if not words:
            return

        def names_it(some: list[tuple[int, int]], text: str = text, holiday: Holiday = holiday) -> bool:
            return bool(some) and holiday_named(_stretch(text, some), now, country, closures) == holiday

        # Its name is the shortest stretch of words that still names it: halving finds both ends.
        last = bisect_left(range(len(words) + 1), True, key=lambda count: names_it(words[:count]))
        words = words[:last]
        drop = bisect_left(range(len(words)), True, key=lambda count: not names_it(words[count:]))
        words = words[max(0, drop - 1) :]
        start, end = words[0][0], words[-1][1]
        yield _holiday(text, start, end, holiday, now, country)
        text = text[:start] + "0" * (end - start) + text[end:]


def _stretch(text: str, words: list[tuple[int, int]]) -> str:
    return text[words[0][0] : words[-1][1]]


def _holiday(text: str, start: int, end: int, holiday: Holiday, now: datetime, country: str) -> FoundDays:
    day = holiday.day
    year = _YEAR.match(text, end)
    if year:
        end = year.end()
        if not now.year <= int(year[1]) <= now.year + 5:
            return FoundDays(start, end, Grain.DAY, lambda ref: None)
        then = holiday_named(text[start:end], now.replace(year=int(year[1]), month=1, day=1), country)
        day = then.day if then else day
    around = _AROUND.match(text, end)
    if around:
        monday = day - DAY * day.weekday()
        if around["week"]:
            return FoundDays(start, around.end(), Grain.WEEK, lambda ref: (monday, monday + 7 * DAY), holiday.name)
        # A holiday on Monday or Tuesday makes a long weekend with the days before it, a later one with those after.
        first, last = (monday - 2 * DAY, day) if day.weekday() < 2 else (min(day, monday + 5 * DAY), monday + 6 * DAY)
        return FoundDays(start, around.end(), Grain.WEEKEND, lambda ref: (first, last + DAY), holiday.name)
    return FoundDays(start, end, Grain.DAY, lambda ref: (day, day + DAY), holiday.name)


def _worked_out(text: str, found: Iterable[FoundDays], today: date) -> list[_Dated]:
    dated = []
    for one in found:
        days = one.days(today)
        if days is None:
            continue
        shift = _OFFSET.search(text[: one.start]) if one.grain is Grain.DAY else None
        if shift:
            move = DAY if shift["after"] else -DAY
            days = days[0] + move, days[1] + move
            one = replace(one, start=shift.start(), name=None, days=partial(_always, days))
        dated.append(_Dated(one.start, one.end, one.grain, days, one))
    return dated


def _always(days: Days, ref: date) -> Days:
    return days


def _gap(text: str, one: _Dated | FoundTime, other: _Dated | FoundTime) -> str:
    """Return what stands between two finds, in whichever order they come."""
    return text[one.end : other.start] if one.end <= other.start else text[other.end : one.start]


def _joined(text: str, dated: list[_Dated]) -> list[_Dated]:
    """Make one of a weekday and the date beside it: "Friday, Dec 5"."""
    joined: list[_Dated] = []
    for one in dated:
        before = joined[-1] if joined else None
        alike = before is not None and before.grain is one.grain is Grain.DAY
        if (
            before
            and alike
            and before.found.only_hint != one.found.only_hint
            and _HINT.fullmatch(_gap(text, before, one))
        ):
            date_itself = one if before.found.only_hint else before
            joined[-1] = replace(date_itself, start=before.start, end=one.end)
            continue
        joined.append(one)
    return joined


def _ranges(text: str, dated: list[_Dated]) -> list[_Dated]:
    """Make one of two ends: "from Monday to Wednesday"; the second is counted from the first."""
    joined: list[_Dated] = []
    for one in dated:
        before = joined[-1] if joined else None
        if before and before.grain is one.grain and one.grain in (Grain.DAY, Grain.MONTH) and not before.found.part:
            gap, opening = _gap(text, before, one), text[: before.start]
            whole = _BETWEEN.fullmatch(gap) and (not _ONLY_BETWEEN.fullmatch(gap) or _BETWEEN_BEFORE.search(opening))
            days = one.found.days(before.days[0]) if whole else None
            if days and days[1] > before.days[1]:
                opener = _FROM_BEFORE.search(opening)
                start = opener.start() if opener else before.start
                joined[-1] = _Dated(start, one.end, Grain.RANGE, (before.days[0], days[1]), one.found)
                continue
        joined.append(one)
    return joined


# ---- times ------------------------------------------------------------------------------------------------------


def _parts_joined(text: str, times: list[FoundTime]) -> list[FoundTime]:
    """Make one of a part of the day and the time beside it: "in the evening at 8"."""
    joined: list[FoundTime] = []
    for one in times:
        before = joined[-1] if joined else None
        if before and bool(before.part) != bool(one.part) and _BESIDE.fullmatch(_gap(text, before, one)):
            part, clock = (before, one) if before.part else (one, before)
            joined[-1] = replace(clock.in_the(part.part or ""), start=before.start, end=one.end, today=part.today)
            continue
        joined.append(one)
    return joined


def _together(text: str, plain: Plain, days: list[_Dated], times: list[FoundTime], now: datetime) -> Iterator[DateSpan]:
    """Yield the spans of days, of days with a time of theirs, and of times whose day was not said."""
    single = [day for day in days if day.grain is Grain.DAY]
    used: set[int] = set()
    for one in times:
        beside = [day for day in single if day.start not in used and _BESIDE.fullmatch(_gap(plain.text, day, one))]
        if not beside and len(single) == len(times) == 1 and not one.today:
            beside = single
        if beside:
            day = beside[0]
            used.add(day.start)
            one = one.in_the(day.found.part) if day.found.part else one
            place = min(day.start, one.start), max(day.end, one.end)
            start, end, grain = _timed(day.days[0], one, now)
            yield _span(text, plain, place, start, end, grain, name=day.found.name, recurring=day.found.recurring)
        else:
            start, end, grain = _timed(now.date(), one, now)
            if end <= now and not one.today:
                start, end, grain = _timed(now.date() + DAY, one, now)
            yield _span(text, plain, (one.start, one.end), start, end, grain, day_said=one.today)
    for day in days:
        if day.start in used:
            continue
        place, found = (day.start, day.end), day.found
        if found.part and day.grain is Grain.DAY:
            start, end, grain = _timed(day.days[0], FoundTime(0, 0, *PARTS[found.part]), now)
        else:
            start, end, grain = _at(day.days[0], 0, now), _at(day.days[1], 0, now), day.grain
        yield _span(text, plain, place, start, end, grain, name=found.name, recurring=found.recurring)


def _timed(day: date, one: FoundTime, now: datetime) -> tuple[datetime, datetime, Grain]:
    start = _at(day, one.first, now)
    if one.is_moment:
        return start, _later(start, 1), Grain.MOMENT
    return start, _at(day, one.last, now), Grain.PART_OF_DAY


def _at(day: date, minutes: int, now: datetime) -> datetime:
    """Return a wall time of a day in the zone of `now`; one that spring skips becomes the one an hour later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)


def _later(moment: datetime, minutes: int) -> datetime:
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)


def _span(
    text: str,
    plain: Plain,
    place: tuple[int, int],
    start: datetime,
    end: datetime,
    grain: Grain,
    *,
    name: Text | None = None,
    day_said: bool = True,
    recurring: bool = False,
) -> DateSpan:
    first, last = plain.place(*place)
    return DateSpan(start, end, grain, text[first:last], (first, last), name, day_said, recurring)
