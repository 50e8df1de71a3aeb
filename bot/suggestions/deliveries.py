"""Suggestions on their way to other systems: kept until a receiver has taken each, and never given to it twice."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.storage.engine import Database
from bot.storage.models import delivery, suggestion, suggestion_event
from bot.suggestions.outlets import Body, NotDelivered, NotTaken, Outlet, Refused, Unknown, close_all

log = logging.getLogger(__name__)

PAUSES = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21_600.0)  # seconds after each failed attempt, the last again and again
ATTEMPTS_MOST = 17  # three days
SPREAD = 0.2  # of a pause, added by chance, so that not all come back at the same moment
LEASE_SECONDS = 60.0  # nobody else tries meanwhile; longer than any attempt
LOOK_SECONDS = 2.0
DUE, SENT, FAILED, DROPPED = "due", "sent", "failed", "dropped"


@dataclass(frozen=True)
class Pace:
    """How quickly the sender goes about it; tests are in a hurry."""

    pauses: Sequence[float] = PAUSES
    lease: float = LEASE_SECONDS
    look: float = LOOK_SECONDS
    attempts: int = ATTEMPTS_MOST


class Deliveries:
    """Puts suggestions into the table, in the transaction of whatever made or changed them, and delivers them.

    Whoever repeats an attempt asks the receiver first whether it has the delivery already: an attempt that was cut off
    in the middle looks like one that never was.
    """

    def __init__(
        self, database: Database, clock: Clock, outlets: Sequence[Outlet] = (), pace: Pace | None = None
    ) -> None:
        """`outlets`: those that the settings name."""
        self.outlets = {outlet.name: outlet for outlet in outlets}
        self._database = database
        self._clock = clock
        self._pace = pace or Pace()

    async def put(self, db: AsyncConnection, suggestion_id: int, event: str) -> int:
        """Store what every outlet is to hear ("created", "changed") in the caller's transaction; return how many."""
        if not self.outlets:
            return 0
        row = await self._row(db, suggestion_id)
        bodies = {name: outlet.body(row, event, row.first_code) for name, outlet in self.outlets.items()}
        return await self._put(db, suggestion_id, event, bodies)

    async def renew(self, db: AsyncConnection, suggestion_id: int) -> None:
        """Bring "created" in line with what a suggestion is now: begin it, send it as it is now, or drop it.

        A receiver that has heard of it is left alone. What was dropped half-way is taken up where it was, so that the
        receiver is asked first whether it has it.
        """
        row = await self._row(db, suggestion_id)
        query = sa.select(delivery).where(delivery.c.suggestion_id == suggestion_id, delivery.c.event == "created")
        there = {one.outlet: one for one in (await db.execute(query)).all()}
        for name, outlet in self.outlets.items():
            body = outlet.body(row, "created", row.first_code)
            if name not in there:
                await self._put(db, suggestion_id, "created", {name: body})
                continue
            kept = delivery.update().where(delivery.c.id == there[name].id, delivery.c.state != SENT)
            if body is None:
                await db.execute(kept.values(state=DROPPED))
            else:
                state = sa.case((delivery.c.state == DROPPED, DUE), else_=delivery.c.state)
                await db.execute(kept.values(state=state, body=body))

    async def again(self, db: AsyncConnection, delivery_id: int) -> bool:
        """Let a delivery that failed be tried again at once; return whether it had failed."""
        return await self._again(db, delivery.c.id == delivery_id) > 0

    async def again_all(self, db: AsyncConnection) -> int:
        """Let all deliveries that failed be tried again at once, and return how many."""
        return await self._again(db, sa.true())

    async def send_forever(self) -> None:
        """Send what is due, until cancelled; an outlet that is slow or down keeps no other one waiting."""
        await asyncio.gather(*(self._send_forever(name) for name in self.outlets))

    async def send_next(self, outlet: str | None = None) -> bool:
        """Try one delivery that is due (of one outlet); return whether there was one."""
        row = await self._lease(outlet)
        if row is None:
            return False
        to = self.outlets[row.outlet]
        try:
            found = await to.known(row.key, row.body) if row.attempts else None
            name = found if found is not None else await to.send(row.key, row.body)
        except NotDelivered as problem:
            await self._failed(row, problem)
        except Exception as error:  # what cannot even be sent must not come again for ever, nor hold up the others
            log.exception("delivery %s to %s failed", row.id, row.outlet)
            await self._failed(row, Unknown(type(error).__name__))
        else:
            await self._sent(row, name)
        return True

    async def close(self) -> None:
        """End the connections to all outlets."""
        await close_all(self.outlets)

    async def _row(self, db: AsyncConnection, suggestion_id: int) -> Any:
        """Return a suggestion with the code of the one that it is joined to, as `first_code`."""
        first = suggestion.alias("first")
        query = (
            sa.select(suggestion, first.c.code.label("first_code"))
            .outerjoin(first, first.c.id == suggestion.c.joined_to)
            .where(suggestion.c.id == suggestion_id)
        )
        return (await db.execute(query)).one()

    async def _put(self, db: AsyncConnection, suggestion_id: int, event: str, bodies: Mapping[str, Body | None]) -> int:
        rows = [
            {
                "suggestion_id": suggestion_id,
                "outlet": name,
                "event": event,
                "key": f"foyer_{secrets.token_hex(16)}",
                "body": body,
                "state": DUE,
                "attempts": 0,
                "next_at": 0.0,
            }
            for name, body in bodies.items()
            if body is not None
        ]
        if rows:
            await db.execute(delivery.insert(), rows)
        return len(rows)

    async def _send_forever(self, outlet: str) -> None:
        while True:
            try:
                while await self.send_next(outlet):
                    pass
            except Exception:
                log.exception("delivering to %s failed; trying again", outlet)
            await asyncio.sleep(self._pace.look)

    async def _lease(self, outlet: str | None) -> Any:
        """Take the delivery that is due for longest. What came before it on the same suggestion goes first."""
        names = [outlet] if outlet else list(self.outlets)
        now = time.time()
        before = delivery.alias("before")
        earlier = sa.exists().where(
            before.c.suggestion_id == delivery.c.suggestion_id,
            before.c.outlet == delivery.c.outlet,
            before.c.state == DUE,
            before.c.id < delivery.c.id,
        )
        query = (
            sa.select(delivery)
            .where(delivery.c.state == DUE, delivery.c.next_at <= now, delivery.c.outlet.in_(names), ~earlier)
            .order_by(delivery.c.next_at, delivery.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as db:
            row = (await db.execute(query)).one_or_none()
            if row is None:
                return None
            # A sender that is killed now leaves an attempt with an unknown end: it is taken up when that has settled.
            until = now + self._pace.lease + self.outlets[row.outlet].settle_seconds
            taken = await db.execute(
                delivery.update()
                .where(delivery.c.id == row.id, delivery.c.attempts == row.attempts, delivery.c.state == DUE)
                .values(next_at=until, attempts=row.attempts + 1)
            )
            return row if taken.rowcount else None

    async def _sent(self, row: Any, remote_id: str) -> None:
        kept = sa.select(suggestion.c.id).where(suggestion.c.id == row.suggestion_id)
        async with self._database.write() as db:
            # The suggestion before its delivery, as whoever deletes it does: so nobody waits in a circle.
            await db.execute(kept.with_for_update(read=True, key_share=True))
            if await self._mark(db, row, state=SENT, remote_id=remote_id or None, problem=None):
                await db.execute(
                    suggestion_event.insert(),
                    {
                        "suggestion_id": row.suggestion_id,
                        "at": self._clock.now().timestamp(),
                        "name": "",
                        "what": "sent",
                        "value": f"{row.outlet} {remote_id}".strip(),
                    },
                )

    async def _failed(self, row: Any, problem: NotDelivered) -> None:
        attempts = row.attempts + 1
        over = isinstance(problem, Refused) or attempts >= self._pace.attempts
        pause = self._pace.pauses[min(attempts - 1, len(self._pace.pauses) - 1)] * (1 + SPREAD * random.random())
        if isinstance(problem, Unknown):
            pause = max(pause, self.outlets[row.outlet].settle_seconds)
        elif isinstance(problem, NotTaken):
            pause = max(pause, problem.after)
        log.warning("delivery %s to %s: %s; %s", row.id, row.outlet, problem, "given up" if over else "trying again")
        async with self._database.write() as db:
            await self._mark(
                db, row, state=FAILED if over else DUE, next_at=time.time() + pause, problem=str(problem)[:200]
            )

    async def _mark(self, db: AsyncConnection, row: Any, **values: Any) -> bool:
        """Write down how an attempt ended, unless its time was over and somebody else has taken it up.

        What was dropped while an attempt was on its way stays dropped, unless it arrived.
        """
        states = (DUE, DROPPED) if values["state"] == SENT else (DUE,)
        changed = await db.execute(
            delivery.update()
            .where(delivery.c.id == row.id, delivery.c.attempts == row.attempts + 1, delivery.c.state.in_(states))
            .values(**values)
        )
        return bool(changed.rowcount)

    async def _again(self, db: AsyncConnection, which: sa.ColumnElement[bool]) -> int:
        # The attempts stay as they are: the receiver is asked before it is sent once more.
        changed = await db.execute(
            delivery.update().where(which, delivery.c.state == FAILED).values(state=DUE, next_at=0.0, problem=None)
        )
        return int(changed.rowcount)
