"""Stretches of days in the library's zone, and what a database must know to tell the local day of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

DAY_SECONDS = 86400
SLOT_SECONDS = 1800
SLOTS = DAY_SECONDS // SLOT_SECONDS
"""Half hours of a day: desks open at half past as well."""
DAYS_SHOWN, WEEKS_SHOWN = 92, 400
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them in it."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Period:
        """As many days right before."""
        return Period(self.first - timedelta(days=len(self.days)), self.first - timedelta(days=1))

    def moments(self, zone: ZoneInfo) -> tuple[float, float]:
        """Return its beginning and its end, which is not in it, in epoch seconds."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)


def last_days(count: int, today: date) -> Period:
    """Return the last `count` days, today among them."""
    return Period(today - timedelta(days=count - 1), today)


@lru_cache(maxsize=2048)
def day_name(number: int) -> str:
    """Return the day with this number since 1970 as it is kept: 2026-11-22."""
    return date.fromordinal(_EPOCH + number).isoformat()


def bins(period: Period) -> list[Period]:
    """Return a period in parts that a chart can show: days, of more than 92 days weeks, of more than 400 months."""
    days = period.days
    if len(days) <= DAYS_SHOWN:
        return [Period(day, day) for day in days]
    months = len(days) > WEEKS_SHOWN

    def part(day: date) -> date:
        return day.replace(day=1) if months else day - timedelta(days=day.weekday())

    return [Period(found[0], found[-1]) for found in (list(group) for _, group in groupby(days, key=part))]


class LocalTime:
    """Tells local day and half hour of a column of moments, in SQL: databases know no zones, or not ours."""

    def __init__(self, zone: ZoneInfo, since: float, until: float) -> None:
        """Be right for moments between `since` and `until`, in epoch seconds."""
        self._offsets = _offsets(zone, since, until)

    def day(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        """Return the number of the local day since 1970."""
        return whole(self._local(column) / DAY_SECONDS)

    def slot(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        """Return the number of the half hour in its local day, from 0."""
        return whole(self._local(column) / SLOT_SECONDS) - self.day(column) * SLOTS

    def _local(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[float]:
        *earlier, (_, last) = self._offsets
        shifted = [(column < sa.literal(until, sa.Float), column + offset) for until, offset in earlier]
        return sa.case(*shifted, else_=column + last) if shifted else column + last


class whole(FunctionElement[int]):
    """The whole part of a positive number."""

    type = sa.Integer()
    inherit_cache = True


@compiles(whole)
def _whole(element: whole, compiler: Any, **kw: Any) -> str:
    return f"CAST(FLOOR({compiler.process(element.clauses, **kw)}) AS BIGINT)"


@compiles(whole, "sqlite")
def _whole_sqlite(element: whole, compiler: Any, **kw: Any) -> str:
    # Its FLOOR is there only when SQLite was built with it; its CAST cuts off, where PostgreSQL's rounds.
    return f"CAST({compiler.process(element.clauses, **kw)} AS INTEGER)"


@lru_cache(maxsize=64)
def _offsets(zone: ZoneInfo, since: float, until: float) -> list[tuple[float, float]]:
    """Return (until when, seconds ahead of UTC) for each stretch without a change of the zone's time."""
    found: list[tuple[float, float]] = []
    here, offset = since, _offset(zone, since)
    while here < until:
        there = min(here + DAY_SECONDS, until)
        if _offset(zone, there) != offset:
            low, high = here, there
            while high - low > 0.5:
                middle = (low + high) / 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            found.append((float(round(high)), offset))
            offset = _offset(zone, there)
        here = there
    return [*found, (until, offset)]


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()


def _offset(zone: ZoneInfo, at: float) -> float:
    found = datetime.fromtimestamp(at, zone).utcoffset()
    return found.total_seconds() if found else 0.0
