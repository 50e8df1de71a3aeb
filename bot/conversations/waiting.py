"""Keeps the promise of a person: whoever waits long is told so, and a talk whose person is gone finds another."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import sqlalchemy as sa

from bot.conversations.claims import Claims
from bot.conversations.errors import ChatGone
from bot.conversations.handoff import Handoffs, Outcome
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.log import ConversationLog
from bot.conversations.model import WEB, Sender
from bot.conversations.presence import LOST_SECONDS, Presence
from bot.storage.models import conversation, handoff, staff

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
LONG_SECONDS = 90.0  # of waiting, after which the patron is asked what to do
GIVE_UP_SECONDS = 810.0  # of waiting since then, after which the assistant says sorry and takes a message
PATRON_GONE_SECONDS = 600.0  # without a sign of the patron, after which nobody waits any more


class Waiting:
    """Looks after all hand-offs under way. Every gateway may: each step is done once, in one transaction."""

    def __init__(
        self, log_: ConversationLog, presence: Presence, handoffs: Handoffs, claims: Claims, words: HandoffWords
    ) -> None:
        self._log = log_
        self._presence = presence
        self._handoffs = handoffs
        self._claims = claims
        self._words = words

    async def watch(self) -> None:
        """Look every few seconds, until cancelled."""
        # After a start the desks need a moment to come back: nobody is lost because a gateway was away.
        await asyncio.sleep(LOST_SECONDS)
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking after the queue failed; trying again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Do what is due now."""
        now = self._now()
        for row in await self._rows():
            try:
                if row.state == "claimed":
                    await self._look_claimed(row, now)
                else:
                    await self._look_waiting(row, now)
            except ChatGone:
                continue  # forgotten meanwhile

    async def _look_claimed(self, row: Any, now: float) -> None:
        if row.seen_at is None or row.seen_at < now - LOST_SECONDS:
            await self._lost(row)
        elif row.transfer_until is not None and row.transfer_until < now:
            await self._offer_over(row)

    async def _look_waiting(self, row: Any, now: float) -> None:
        # Only a window tells when its patron has left; a telephone is always there.
        if row.channel == WEB and row.patron_seen_at < now - PATRON_GONE_SECONDS:
            await self._patron_gone(row)
            return
        long = row.requested_at < now - LONG_SECONDS
        over = max(row.requested_at, row.reminded_at or 0.0) < now - GIVE_UP_SECONDS
        if over or (long and not await self._anybody()):
            await self._give_up(row)
        elif long and row.reminded_at is None:
            await self._remind(row)

    async def _lost(self, row: Any) -> None:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, row.conversation_id)
            if not await self._still(db, row, staff_id=row.staff_id):
                return
            await self._claims.to_queue(db, talk, row.id, "lost", row.shown_as or "…")
        self._handoffs.changed(row.conversation_id)

    async def _offer_over(self, row: Any) -> None:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, row.conversation_id)
            if not await self._still(db, row, transfer_until=row.transfer_until):
                return
            await self._claims.withdraw(db, talk, row.id, "The chat was not taken over in time. It is still yours.")
        self._handoffs.changed(row.conversation_id)

    async def _remind(self, row: Any) -> None:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, row.conversation_id)
            if not await self._still(db, row, reminded_at=None):
                return
            await db.execute(handoff.update().where(handoff.c.id == row.id).values(reminded_at=self._now()))
            await self._log.append(db, talk, Sender.BOT, self._words.longer(talk.lang))
        self._handoffs.changed(row.conversation_id)

    async def _give_up(self, row: Any) -> None:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, row.conversation_id)
            if not await self._still(db, row):
                return
            values = {"state": "missed", "closed_at": self._now()}
            await db.execute(handoff.update().where(handoff.c.id == row.id).values(values))
            talk = await self._handoffs.to_bot(db, talk)
            await self._log.append(db, talk, Sender.BOT, self._words.nobody_came(row.question, talk.lang))
        self._handoffs.changed(row.conversation_id)

    async def _patron_gone(self, row: Any) -> None:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, row.conversation_id)
            if await self._still(db, row):
                await self._handoffs.back_to_bot(db, talk, Outcome.LEFT)
        self._handoffs.changed(row.conversation_id)

    async def _anybody(self) -> bool:
        async with self._log.database.read() as db:
            return await self._presence.anybody(db)

    async def _rows(self) -> list[Any]:
        query = (
            sa.select(handoff, staff.c.seen_at, staff.c.shown_as, conversation.c.channel)
            .join(conversation, conversation.c.id == handoff.c.conversation_id)
            .outerjoin(staff, staff.c.id == handoff.c.staff_id)
            .where(handoff.c.state.in_(("waiting", "claimed")))
        )
        async with self._log.database.read() as db:
            return list((await db.execute(query)).all())

    async def _still(self, db: Any, row: Any, **same: Any) -> bool:
        """Tell, under lock, whether the hand-off is as it was when it was looked at."""
        now = (await db.execute(sa.select(handoff).where(handoff.c.id == row.id))).one_or_none()
        return now is not None and now.state == row.state and all(getattr(now, key) == same[key] for key in same)

    def _now(self) -> float:
        return self._log.clock.now().timestamp()
