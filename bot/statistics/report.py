"""Everything that the page of statistics says of one period: figures, tables, and what they leave out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.statistics import daily, tables
from bot.statistics.counting import Scope, counts
from bot.statistics.definitions import FIGURES, Definition
from bot.statistics.hiding import LEAST, Hidden
from bot.statistics.hours import DeskHours
from bot.statistics.periods import Period
from bot.statistics.tables import Gap, Table
from bot.statistics.tally import Tally
from bot.statistics.waits import Waits, waits, within
from bot.storage.engine import Database
from bot.storage.models import gap, suggestion
from bot.suggestions.model import Kind, Status


class Unit(StrEnum):
    """What a figure is counted in: how many, how many of so many, or seconds."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Measure:
    """A value, and of how many where it is a share. No value: too few, or nothing that could be measured."""

    value: float | None
    of: int | None = None

    @property
    def share(self) -> float | None:
        """The value as a part of the whole, from 0 to 1."""
        return self.value / self.of if self.value is not None and self.of else None


@dataclass(frozen=True)
class Figure:
    """One figure of a period, and the same of the period before (None: nobody wrote then, so nothing to compare)."""

    name: str
    unit: Unit
    now: Measure
    before: Measure | None

    @property
    def definition(self) -> Definition:
        """What it means."""
        return FIGURES[self.name]

    @property
    def change(self) -> float | None:
        """How it changed: a count by a part of itself (0.1: a tenth more), a share by points, a wait by seconds."""
        if self.before is None:
            return None
        if self.unit is Unit.SHARE:
            new, old = self.now.share, self.before.share
            return new - old if new is not None and old is not None else None
        new, old = self.now.value, self.before.value
        if new is None or old is None:
            return None
        if self.unit is Unit.SECONDS:
            return new - old
        return (new - old) / old if old else None


@dataclass(frozen=True)
class Report:
    """The figures by name, the tables by name, and on what they rest.

    `models`: the first day of each model in the period, but for those that answered in the period before it.
    `waits_known` of `waits_all` requests that were taken up are
    still kept, so that their waits are known. `hours_unknown`: requests on days of which no hours are known.
    `gaps_small`: how many meanings were asked about too seldom to be shown.
    """

    period: Period
    figures: dict[str, Figure]
    tables: dict[str, Table]
    models: tuple[tuple[str, str], ...]
    desk: DeskHours
    waits_known: int
    waits_all: int
    hours_unknown: int
    gaps_small: int


async def report(database: Database, period: Period, zone: ZoneInfo, now: datetime, desk: DeskHours) -> Report:
    """Return the report of a period; `desk` knows the hours of its days and of as many before it."""
    before = period.before
    since, middle, until = (before.moments(zone)[0], *period.moments(zone))
    here, earlier = Tally(), Tally()
    async with database.read() as db:
        if not database.is_sqlite:
            # A purge between two statements would show some talks twice, or not at all. SQLite reads so by itself.
            await db.execution_options(isolation_level="REPEATABLE READ")
            # Of tables that have just been filled the planner thinks that they hold a handful of rows.
            await db.execute(sa.text("SET LOCAL enable_nestloop = off"))
        for one in await counts(db, zone, Scope(since, until, now.timestamp())):
            (here if one.day >= period.first.isoformat() else earlier).add(one)
        for one in await daily.read(db, period):
            here.add(one)
        for one in await daily.read(db, before, groups=False):
            earlier.add(one)
        waited, waited_before = await waits(db, middle, until), await waits(db, since, middle)
        suggested = await _suggestions(db, middle, until)
        gaps = await _gaps(db, here)
    made = (
        tables.by_days(here, period),
        tables.by_hours(here, desk, period, "hours", ("talks",)),
        tables.by_hours(here, desk, period, "requests", ("asked", "unmet")),
        tables.topics(here),
        tables.unanswered(here, gaps),
        tables.by_part(here, "branches", "branch"),
        tables.by_part(here, "languages", "lang"),
        tables.by_part(here, "channels", "channel"),
        tables.ratings(here),
        tables.thumbs(here),
        tables.suggestions(suggested, list(Kind), list(Status)),
    )
    found = {table.name: table for table in made}
    return Report(
        period=period,
        figures=_figures(here, earlier, waited, waited_before, desk, found["ratings"]),
        tables=found,
        models=tuple(sorted((day, name) for name, day in here.models.items() if name not in earlier.models)),
        desk=desk,
        waits_known=len(waited.claims),
        waits_all=here.totals["taken"],
        hours_unknown=_asked_at(here, desk, None),
        gaps_small=sum(0 < count < LEAST for count in here.group("gaps", "gap").values()),
    )


def _figures(
    here: Tally, earlier: Tally, waited: Waits, waited_before: Waits, desk: DeskHours, ratings: Table
) -> dict[str, Figure]:
    had_talks = earlier.totals["talks"] > 0
    # The waits of a period are known, or some of its talks are forgotten: then half of them would be compared.
    whole = len(waited_before.claims) == earlier.totals["taken"]
    of_now, of_before = _measures(here, waited, desk), _measures(earlier, waited_before, desk)
    if isinstance(ratings.rows[0].cells[0], Hidden):
        of_now["helped"] = Measure(None, of_now["helped"].of)
    figures = {}
    for name, now in of_now.items():
        seconds = name in ("wait", "wait_p90", "reply", "reply_p90")
        unit = Unit.SECONDS if seconds else Unit.SHARE if now.of is not None else Unit.COUNT
        before = of_before[name] if had_talks and (whole or not seconds) else None
        figures[name] = Figure(name, unit, now, before)
    return figures


def _measures(tally: Tally, waited: Waits, desk: DeskHours) -> dict[str, Measure]:
    count = tally.totals
    talks, asked, rated = count["talks"], count["asked"], count["yes"] + count["partly"] + count["no"]
    return {
        "talks": Measure(talks),
        "alone": Measure(count["alone"], talks),
        "asked": Measure(asked),
        "taken": Measure(count["taken"], asked),
        "unmet": Measure(count["missed"] + count["absent"], asked),
        "missed": Measure(count["missed"], asked),
        "absent": Measure(count["absent"], asked),
        "outside": Measure(_asked_at(tally, desk, False), asked - _asked_at(tally, desk, None)),
        "wait": Measure(_wait(waited.claims, 0.5)),
        "wait_p90": Measure(_wait(waited.claims, 0.9)),
        "reply": Measure(_wait(waited.replies, 0.5)),
        "reply_p90": Measure(_wait(waited.replies, 0.9)),
        "helped": Measure(count["yes"], rated),
        "rated": Measure(rated, count["invited"]),
        "turns": Measure(count["turns"]),
        "lost": Measure(count["lost"], count["turns"]),
    }


def _wait(ordered: list[float], share: float) -> float | None:
    return within(ordered, share) if len(ordered) >= LEAST else None


def _asked_at(tally: Tally, desk: DeskHours, state: bool | None) -> int:
    """Return how many requests were made while the desk was open, closed, or of unknown hours."""
    return sum(
        count
        for (day, slot, figure), count in tally.slots.items()
        if figure == "asked" and desk.is_open(day, slot) is state
    )


async def _suggestions(db: AsyncConnection, since: float, until: float) -> list[tuple[str, str, int]]:
    """Count suggestions by kind and status; the status of one that was joined to another is the other's."""
    first = suggestion.alias("first")
    status = sa.func.coalesce(first.c.status, suggestion.c.status).label("state")
    base = (
        sa.select(suggestion.c.kind, status)
        .outerjoin(first, first.c.id == suggestion.c.joined_to)
        .where(suggestion.c.created_at >= since, suggestion.c.created_at < until)
        .cte("suggested")
    )
    query = sa.select(base.c.kind, base.c.state, sa.func.count()).group_by(base.c.kind, base.c.state)
    return [(row[0], row[1], row[2]) for row in await db.execute(query)]


async def _gaps(db: AsyncConnection, tally: Tally) -> list[Gap]:
    """Return the meanings that may be shown."""
    wanted = [int(key) for key, count in tally.group("gaps", "gap").items() if count >= LEAST]
    if not wanted:
        return []
    query = sa.select(gap.c.id, gap.c.question, gap.c.lang, gap.c.state).where(gap.c.id.in_(wanted))
    return [Gap(row.id, row.question, row.lang, row.state == "done") for row in await db.execute(query)]
