"""Forgets what has been kept long enough: in the log and in Rasa's trackers alike."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

import sqlalchemy as sa

from bot.clock import Clock
from bot.conversations.log import Keep, remove
from bot.storage.engine import Database
from bot.storage.models import conversation, rasa_tracker

log = logging.getLogger(__name__)

BATCH = 500  # conversations a transaction, so that a large purge never makes patrons wait
EVERY_SECONDS = 600.0
TRACKER_SECONDS = 24 * 3600.0  # the assistant's memory of a talk outlives its last turn by so long at most
ORPHAN_SECONDS = 60.0  # a tracker without a conversation may belong to one that is being forgotten right now


@dataclass(frozen=True)
class Purged:
    """How many conversations and how many trackers were removed."""

    conversations: int
    trackers: int


async def purge(database: Database, clock: Clock, days: int, keep: Keep | None = None) -> Purged:
    """Remove conversations without a message for `days` days, and trackers that are old or of no conversation.

    `keep` is told of each conversation in the transaction that removes it.
    """
    limit = clock.now().timestamp() - days * 86400
    gone = 0
    while True:
        async with database.write() as db:
            query = sa.select(conversation.c.id).where(conversation.c.last_at < limit).limit(BATCH)
            old = list((await db.execute(query)).scalars())
            await remove(db, old, keep)
        gone += len(old)
        if len(old) < BATCH:
            break
        await asyncio.sleep(0)
    async with database.write() as db:
        # Trackers carry the machine's time: Rasa knows no other.
        known = sa.select(conversation.c.id).where(conversation.c.id == rasa_tracker.c.conversation_id).exists()
        removed = await db.execute(
            rasa_tracker.delete().where(
                (rasa_tracker.c.updated_at < time.time() - TRACKER_SECONDS)
                | (~known & (rasa_tracker.c.updated_at < time.time() - ORPHAN_SECONDS))
            )
        )
    return Purged(gone, removed.rowcount)


async def purge_forever(database: Database, clock: Clock, days: int, keep: Keep | None = None) -> None:
    """Purge now and every ten minutes, until cancelled."""
    while True:
        try:
            purged = await purge(database, clock, days, keep)
            if purged.conversations:
                log.info("forgot %s conversations after %s days", purged.conversations, days)
        except Exception:
            log.exception("the purge failed; trying again in %s s", EVERY_SECONDS)
        await asyncio.sleep(EVERY_SECONDS)
