"""Short words outside of a talk: that it is deleted, that nothing more comes. Kept until sent, and not longer."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.addresses import Addresses
from bot.channels.model import FORMS, Part
from bot.channels.pace import Pace
from bot.channels.platform import Later, NotSent, NotTried, Odd, Platform, Undeliverable
from bot.channels.splitting import split
from bot.conversations.sms import simpler
from bot.storage.engine import Database
from bot.storage.models import service_reply

log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
WORTH_SECONDS = 3600.0  # after which a reply is given up, and the address with it
PAUSES = (2.0, 10.0, 60.0, 300.0)
ODD_MOST = 3  # attempts that failed by a fault of our own


class ServiceReplies:
    """Puts such replies into the table, in the transaction of what they tell of, and sends them."""

    def __init__(self, database: Database, addresses: Addresses) -> None:
        self._database = database
        self._addresses = addresses

    async def put(self, db: AsyncConnection, channel: str, address: str, text: str) -> None:
        """Store a reply in the caller's transaction."""
        now = time.time()
        row = {
            "channel": channel,
            "sealed": self._addresses.seal(address),
            "text": text,
            "key": f"foyer_{secrets.token_hex(16)}",
            "attempts": 0,
            "at": now,
            "next_at": now,
        }
        await db.execute(service_reply.insert(), row)

    async def send_next(self, platform: Platform, pace: Pace, patience: float) -> bool:
        """Try one reply of a platform that is due; return whether there was one."""
        row = await self._lease(platform.channel)
        if row is None:
            return False
        try:
            await self._send(row, platform, pace, patience)
        except NotSent as problem:
            await self._failed(row, problem, pace)
        except Exception as error:  # else it would be tried for ever, and the address kept as long
            log.exception("service reply %s by %s failed", row.id, row.channel)
            await self._failed(row, Odd(type(error).__name__), pace)
        else:
            await self._drop(service_reply.c.id == row.id)
        return True

    async def drop_old(self) -> None:
        """Give up what nobody tries any more: its channel is not set up."""
        await self._drop(service_reply.c.at < time.time() - 2 * WORTH_SECONDS)

    async def _send(self, row: Any, platform: Platform, pace: Pace, patience: float) -> None:
        address, form = self._addresses.open(row.sealed), FORMS[row.channel]
        if address is None:
            raise Undeliverable("The address cannot be read.")
        patron = self._addresses.conversation_id(row.channel, address)
        for number, text in enumerate(split(simpler(row.text) if form.texts else row.text, form.most)):
            part, key = Part(text), f"{row.key}_{number}" if number else row.key
            # An attempt before this one may have got so far.
            if row.attempts and await platform.sent(address, part, key, row.at, ()) is not None:
                continue
            if not await pace.turn(patron, patience):
                raise NotTried("The platform has asked to wait")
            await platform.send(address, part, key)

    async def _failed(self, row: Any, problem: NotSent, pace: Pace) -> None:
        log.warning("service reply %s by %s: %s", row.id, row.channel, problem)
        pause = PAUSES[min(row.attempts, len(PAUSES) - 1)]
        if isinstance(problem, Later):
            pause = max(pause, problem.after)
            if problem.all_:
                pace.stop(problem.after or pause)
        over = isinstance(problem, Undeliverable) or (isinstance(problem, Odd) and row.attempts + 1 >= ODD_MOST)
        if over or time.time() + pause > row.at + WORTH_SECONDS:
            await self._drop(service_reply.c.id == row.id)
            return
        async with self._database.write() as db:
            here = service_reply.c.id == row.id
            await db.execute(service_reply.update().where(here).values(next_at=time.time() + pause))

    async def _drop(self, which: sa.ColumnElement[bool]) -> None:
        async with self._database.write() as db:
            await db.execute(service_reply.delete().where(which))

    async def _lease(self, channel: str) -> Any:
        now = time.time()
        due = sa.select(service_reply).where(service_reply.c.next_at <= now, service_reply.c.channel == channel)
        async with self._database.read() as db:
            row = (await db.execute(due.order_by(service_reply.c.id).limit(1))).one_or_none()
        if row is None:
            return None
        async with self._database.write() as db:
            taken = await db.execute(
                service_reply.update()
                .where(service_reply.c.id == row.id, service_reply.c.next_at == row.next_at)
                .values(next_at=now + LEASE_SECONDS, attempts=row.attempts + 1)
            )
        return row if taken.rowcount else None
