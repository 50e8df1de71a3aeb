"""Drops how somebody is reached when it is no longer needed: some time after a suggestion was closed."""

from __future__ import annotations

import asyncio
import logging
import time

import sqlalchemy as sa

from bot.clock import Clock
from bot.storage.engine import Database
from bot.storage.models import mail, suggestion
from bot.suggestions.model import CLOSED

log = logging.getLogger(__name__)

DAYS = 30
EVERY_SECONDS = 600.0


async def drop_contacts(database: Database, clock: Clock, days: int = DAYS) -> int:
    """Drop the contacts of suggestions that have been closed for `days` days; return of how many."""
    head = suggestion.alias("head")
    old = (
        sa.select(head.c.id)
        .where(head.c.id == sa.func.coalesce(suggestion.c.joined_to, suggestion.c.id))
        .where(head.c.status.in_([status.value for status in CLOSED]))
        .where(head.c.changed_at < clock.now().timestamp() - days * 86400)
        .exists()
    )
    async with database.write() as db:
        dropped = await db.execute(
            suggestion.update().where(suggestion.c.contact.is_not(None), old).values(contact=None, contact_kind=None)
        )
        # What was mailed of suggestions hangs on no chat, with which it would go.
        await db.execute(
            mail.delete().where(
                mail.c.conversation_id.is_(None),
                mail.c.left_message_id.is_(None),
                mail.c.state != "due",
                mail.c.next_at < time.time() - days * 86400,
            )
        )
    return int(dropped.rowcount)


async def drop_contacts_forever(database: Database, clock: Clock) -> None:
    """Drop contacts now and every ten minutes, until cancelled."""
    while True:
        try:
            await drop_contacts(database, clock)
        except Exception:
            log.exception("contacts could not be dropped; trying again in %s s", EVERY_SECONDS)
        await asyncio.sleep(EVERY_SECONDS)
