"""Keeps the counts of talks that are forgotten, so that charts go on.

A talk is counted in the transaction that forgets it. So whatever is still kept is counted from the talks, and whatever
is not from here; nothing is counted twice or lost, when and wherever a process dies, and for any number of days.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.statistics.counting import Scope, counts
from bot.statistics.periods import Period
from bot.statistics.tally import Count
from bot.storage.engine import Database
from bot.storage.models import daily_count

log = logging.getLogger(__name__)

MONTHS = 25  # so that a month can be compared with the same month of two years
EVERY_SECONDS = 6 * 3600.0
KEY = ("day", "figure", "by", "key")


class DailyCounts:
    """The counts of forgotten talks."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        """`zone`: the library's, in which days begin and end."""
        self._database = database
        self._clock = clock
        self._zone = zone

    async def keep(self, db: AsyncConnection, talks: Sequence[str]) -> None:
        """Count talks in the caller's transaction, in which they are locked and then forgotten."""
        try:
            async with db.begin_nested():
                await self._add(db, await counts(db, self._zone, self._scope(talks)))
        except SQLAlchemyError:
            # What patrons were promised comes first: a talk is forgotten in time even if it cannot be counted.
            log.exception("%s talks are forgotten without being counted", len(talks))

    async def drop_old(self) -> int:
        """Delete the counts of days that are more than 25 months past; return how many."""
        limit = oldest(self._clock.now().astimezone(self._zone).date()).isoformat()
        async with self._database.write() as db:
            gone = await db.execute(daily_count.delete().where(daily_count.c.day < limit))
        return gone.rowcount

    async def drop_old_forever(self) -> None:
        """Do so now and every six hours, until cancelled."""
        while True:
            try:
                await self.drop_old()
            except Exception:
                log.exception("old counts could not be deleted; trying again in %s s", EVERY_SECONDS)
            await asyncio.sleep(EVERY_SECONDS)

    def _scope(self, talks: Sequence[str]) -> Scope:
        return Scope.of_talks(talks, self._clock.now().timestamp())

    async def _add(self, db: AsyncConnection, found: list[Count]) -> None:
        insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
        add = insert(daily_count)
        more = {"count": daily_count.c["count"] + add.excluded["count"]}
        # In one order: so two purges never wait for each other in a circle.
        rows = [dict(zip((*KEY, "count"), one, strict=True)) for one in sorted(found)]
        if rows:
            await db.execute(add.on_conflict_do_update(index_elements=KEY, set_=more), rows)


async def read(db: AsyncConnection, period: Period, *, groups: bool = True) -> list[Count]:
    """Return what is kept of a period's days; with `groups` those that need no day too, added up and without one."""
    table = daily_count.c
    inside = table.day.between(period.first.isoformat(), period.last.isoformat())
    of_days = table.by.in_(("all", "hour", "model"))
    by_day = sa.select(table.day, table.figure, table.by, table.key, table["count"]).where(inside, of_days)
    summed = (
        sa.select(sa.literal_column("''"), table.figure, table.by, table.key, sa.func.sum(table["count"]))
        .where(inside, ~of_days)
        .group_by(table.figure, table.by, table.key)
    )
    queries = (by_day, summed) if groups else (by_day,)
    rows = [row for query in queries for row in (await db.execute(query)).all()]
    return [Count(day, figure, by, key, int(count)) for day, figure, by, key, count in rows]


def oldest(today: date) -> date:
    """Return the first day of which counts are kept: the beginning of a month."""
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)
