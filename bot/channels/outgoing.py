"""What is on its way to patrons, in the database: which part is whose turn, and what became of it.

The log is the record: an address knows up to which message it has been put into `outbound`, in the same transaction.
Every transaction locks the conversation first, so that no two can wait for each other.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.model import Part
from bot.channels.rendering import parts_of
from bot.conversations.log import ConversationLog, message_of
from bot.conversations.model import Message, Sender
from bot.storage.models import address, conversation, message, opt_out, outbound
from bot.wording import Wording

log = logging.getLogger(__name__)

LOOKED_AT_MOST = 500  # talks at a time
OTHERS_MOST = 200  # messages of a talk whose names are known
STOPPED = "The patron has asked for no more messages (STOP)."
UNFIT = "This message cannot be written for this channel."


@dataclass(frozen=True)
class Claimed:
    """A part that is ours to send until the lease is over: the rows of its address and of itself before the attempt."""

    address: Any
    part: Any
    until: float


class Outgoing:
    """The table of what goes out, as one gateway sees it."""

    def __init__(
        self, log_: ConversationLog, wording: Wording, name: str, lease: Callable[[], float], now: Callable[[], float]
    ) -> None:
        """`name` tells this gateway from others; `lease`: seconds for which a patron is one gateway's."""
        self._log = log_
        self._database = log_.database
        self._wording = wording
        self._name = name
        self._lease = lease
        self._now = now

    async def due(self, without: Collection[str]) -> Sequence[str]:
        """Return the conversations with something to send, those of some channels left out."""
        now = self._now()
        waits = sa.exists().where(outbound.c.conversation_id == address.c.conversation_id, outbound.c.state == "due")
        query = (
            sa.select(address.c.conversation_id)
            .join(conversation, conversation.c.id == address.c.conversation_id)
            .where(
                (conversation.c.seq > address.c.sent_seq) | waits,
                address.c.next_at <= now,
                (address.c.leased_until <= now) | (address.c.leased_by == self._name),
                address.c.channel.not_in(list(without)),
            )
            .order_by(address.c.next_at)
            .limit(LOOKED_AT_MOST)
        )
        async with self._database.read() as db:
            return (await db.execute(query)).scalars().all()

    async def channel(self, conversation_id: str) -> str | None:
        """Return the channel by which a talk goes on; None where that is a window of the website."""
        query = sa.select(address.c.channel).where(address.c.conversation_id == conversation_id)
        async with self._database.read() as db:
            found: str | None = (await db.execute(query)).scalar_one_or_none()
        return found

    async def claim(self, conversation_id: str) -> tuple[Claimed | None, bool]:
        """Lease a talk's address for its first due part; with it whether something came out as undeliverable.

        None where there is nothing to send, or another gateway sends it. Raises ChatGone.
        """
        here = address.c.conversation_id == conversation_id
        ready = sa.select(address, conversation.c.seq).join(
            conversation, conversation.c.id == address.c.conversation_id
        )
        async with self._database.read() as db:
            row = (await db.execute(ready.where(here))).one_or_none()
            if row is None or not self._is_free(row):
                return None, False
            if row.seq <= row.sent_seq and (await db.execute(_first(conversation_id))).first() is None:
                return None, False
        async with self._database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = (await db.execute(sa.select(address).where(here).with_for_update())).one_or_none()
            if row is None or not self._is_free(row):
                return None, False
            stopped = (await db.execute(sa.select(opt_out.c.key).where(opt_out.c.key == row.key))).first() is not None
            lost = await self._fill(db, row, talk.seq, stopped=stopped)
            if stopped:  # what was on its way when the patron said STOP stays here too
                waits = (outbound.c.conversation_id == conversation_id) & (outbound.c.state == "due")
                values = {"state": "failed", "problem": STOPPED, "body": None}
                lost = bool((await db.execute(outbound.update().where(waits).values(values))).rowcount) or lost
            part = (await db.execute(_first(conversation_id))).one_or_none()
            until = self._now() + self._lease()
            lease = {"leased_until": until, "leased_by": self._name}
            await db.execute(address.update().where(here).values(lease if part else {"leased_until": 0.0}))
            if part is None:
                return None, lost
            # Written down before it is made: an attempt that was cut off is known as such. `tried_at` is that of the
            # first attempt whose end nobody knows.
            tried = {"attempts": part.attempts + 1, "tried_at": part.tried_at or self._now()}
            await db.execute(outbound.update().where(outbound.c.id == part.id).values(tried))
            return Claimed(row, part, until), lost

    async def others(self, conversation_id: str) -> set[str]:
        """Return what the platform calls the talk's messages that were sent."""
        query = (
            sa.select(outbound.c.remote_id)
            .where(outbound.c.conversation_id == conversation_id, outbound.c.remote_id.is_not(None))
            .order_by(outbound.c.id.desc())
            .limit(OTHERS_MOST)
        )
        async with self._database.read() as db:
            return set((await db.execute(query)).scalars())

    async def end(self, claimed: Claimed, **values: Any) -> None:
        """Note the end of a part, and keep the patron for the next one if there is one. Raises ChatGone."""
        part = claimed.part
        async with self._database.write() as db:
            await self._log.locked(db, part.conversation_id)
            here = (outbound.c.id == part.id) & (outbound.c.state == "due")
            await db.execute(outbound.update().where(here).values(values))
            more = (await db.execute(_first(part.conversation_id))).first() is not None
            until = self._now() + self._lease() if more else 0.0
            mine = (address.c.key == claimed.address.key) & (address.c.leased_by == self._name)
            await db.execute(address.update().where(mine).values(leased_until=until))

    async def again(self, claimed: Claimed, pause: float, *, tried: bool, known: bool) -> None:
        """Let a part wait. `tried`: the attempt counts; `known`: it surely did not arrive by it. Raises ChatGone."""
        part = claimed.part
        before: dict[str, Any] = {} if tried else {"attempts": part.attempts}
        if known:
            before["tried_at"] = part.tried_at
        async with self._database.write() as db:
            await self._log.locked(db, part.conversation_id)
            if before:
                await db.execute(outbound.update().where(outbound.c.id == part.id).values(before))
            mine = (address.c.key == claimed.address.key) & (address.c.leased_by == self._name)
            await db.execute(address.update().where(mine).values(next_at=self._now() + pause, leased_until=0.0))

    async def release(self) -> None:
        """Give up the leases of a gateway of this name."""
        async with self._database.write() as db:
            await db.execute(address.update().where(address.c.leased_by == self._name).values(leased_until=0.0))

    async def report(self, remote_id: str, problem: str, channels: Collection[str]) -> list[str]:
        """Note that a message which a platform had taken did not arrive; return the conversations it was part of."""
        there = sa.select(address.c.conversation_id).where(address.c.channel.in_(list(channels)))
        here = (
            (outbound.c.remote_id == remote_id)
            & (outbound.c.state == "sent")
            & outbound.c.conversation_id.in_(there.scalar_subquery())
        )
        async with self._database.write() as db:
            found = (await db.execute(sa.select(outbound.c.conversation_id).where(here))).scalars().all()
            if found:
                await db.execute(outbound.update().where(here).values(state="failed", problem=problem[:200]))
        return list(found)

    def _is_free(self, row: Any) -> bool:
        now = self._now()
        return bool(row.next_at <= now and (row.leased_until <= now or row.leased_by == self._name))

    async def _fill(self, db: AsyncConnection, row: Any, seq: int, *, stopped: bool) -> bool:
        """Put what the log has grown by into the table; return whether some of it cannot be sent."""
        if seq <= row.sent_seq:
            return False
        query = (
            sa.select(message)
            .where(
                message.c.conversation_id == row.conversation_id,
                message.c.seq > row.sent_seq,
                message.c.sender != Sender.PATRON.value,
            )
            .order_by(message.c.seq)
        )
        new = []
        for said in [message_of(one) for one in await db.execute(query)]:
            if not stopped or said.sender is Sender.STAFF:
                new += self._rows(said, row.channel, STOPPED if stopped else None)
        if new:
            await db.execute(outbound.insert(), new)
        await db.execute(address.update().where(address.c.key == row.key).values(sent_seq=seq))
        return any(one["problem"] for one in new)

    def _rows(self, said: Message, channel: str, problem: str | None) -> list[dict[str, Any]]:
        try:
            parts = parts_of(said, channel, self._wording)
        except Exception:  # one message that cannot be shown must not hold up all that follow
            log.exception("message %s of conversation %s cannot be shown", said.seq, said.conversation_id)
            parts, problem = [Part("")], UNFIT
        return [_row(said.conversation_id, said.seq, number, part, problem) for number, part in enumerate(parts)]


def _first(conversation_id: str) -> sa.Select[Any]:
    return (
        sa.select(outbound)
        .where(outbound.c.conversation_id == conversation_id, outbound.c.state == "due")
        .order_by(outbound.c.seq, outbound.c.part)
        .limit(1)
    )


def _row(conversation_id: str, seq: int, number: int, part: Part, problem: str | None) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "seq": seq,
        "part": number,
        "body": None if problem else part.as_body(),
        "state": "failed" if problem else "due",
        "key": f"foyer_{secrets.token_hex(16)}",
        "attempts": 0,
        "problem": problem,
    }
