"""Who is at the desk: chosen by each member of staff, and believed only while an open desk gives signs of life."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.storage.engine import Database
from bot.storage.models import staff

LOST_SECONDS = 45.0  # without a sign of life a desk counts as left


class Status(StrEnum):
    """What a member of staff says of themselves."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"  # said by nobody: no desk is open


@dataclass(frozen=True)
class Person:
    """A member of staff as the hand-off knows them."""

    id: int
    shown_as: str
    status: Status
    seats: int


class Presence:
    """Reads and writes who is at the desk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def alive(self, staff_id: int) -> None:
        """Note a sign of life."""
        async with self._database.write() as db:
            await db.execute(staff.update().where(staff.c.id == staff_id).values(seen_at=self._now()))

    async def left(self, staff_id: int) -> None:
        """Note that the desk was closed for good: nobody waits for a sign of life that will not come."""
        async with self._database.write() as db:
            await db.execute(staff.update().where(staff.c.id == staff_id).values(seen_at=0.0))

    async def choose(self, staff_id: int, status: Status) -> None:
        """Set what a member of staff says of themselves."""
        async with self._database.write() as db:
            values = {"status": status.value, "seen_at": self._now()}
            await db.execute(staff.update().where(staff.c.id == staff_id).values(values))

    async def people(self, db: AsyncConnection) -> list[Person]:
        """Return all who may work at the desk, by name, each with the status that is to be believed now."""
        rows = await db.execute(sa.select(staff).where(staff.c.active).order_by(staff.c.shown_as, staff.c.id))
        return [self._person(row) for row in rows]

    async def person(self, db: AsyncConnection, staff_id: int) -> Person | None:
        """Return one of them, or None."""
        row = (await db.execute(sa.select(staff).where(staff.c.id == staff_id, staff.c.active))).one_or_none()
        return None if row is None else self._person(row)

    async def somebody(self, db: AsyncConnection) -> bool:
        """Tell whether anybody is available now."""
        return await self._is_any(db, Status.AVAILABLE)

    async def anybody(self, db: AsyncConnection) -> bool:
        """Tell whether anybody is at the desk who may take a talk now, or when they are done with another."""
        return await self._is_any(db, Status.AVAILABLE, Status.BUSY)

    async def _is_any(self, db: AsyncConnection, *statuses: Status) -> bool:
        here = staff.c.seen_at > self._now() - LOST_SECONDS
        found = sa.select(staff.c.id).where(staff.c.active, staff.c.status.in_([one.value for one in statuses]), here)
        return (await db.execute(found.limit(1))).first() is not None

    def _person(self, row: Any) -> Person:
        here = row.seen_at > self._now() - LOST_SECONDS
        return Person(row.id, row.shown_as, Status(row.status) if here else Status.OFFLINE, row.seats)

    def _now(self) -> float:
        return self._clock.now().timestamp()
