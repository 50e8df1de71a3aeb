"""`python -m bot purge`: forgets at once what has been kept long enough."""

from __future__ import annotations

from bot.conversations.retention import purge
from bot.knowledge.knowledge import Knowledge
from bot.settings import Settings
from bot.storage.engine import Database
from bot.web.app import library_clock


async def purge_now(settings: Settings) -> str:
    """Purge and return a sentence that says what was removed."""
    knowledge = Knowledge.of(settings)
    database = Database(settings.database)
    try:
        purged = await purge(database, library_clock(settings, knowledge), settings.retention_days)
    finally:
        await database.close()
    return f"Forgot {purged.conversations} conversations older than {settings.retention_days} days."
