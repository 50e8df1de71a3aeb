"""`python -m bot purge`: forgets at once what has been kept long enough."""

from __future__ import annotations

from bot.conversations.retention import purge
from bot.knowledge.library import load_library
from bot.settings import Settings
from bot.storage.engine import Database


async def purge_now(settings: Settings) -> str:
    """Purge and return a sentence that says what was removed."""
    database = Database(settings.database)
    try:
        purged = await purge(
            database, settings.library_clock(load_library(settings.library).zone), settings.retention_days
        )
    finally:
        await database.close()
    return f"Forgot {purged.conversations} conversations older than {settings.retention_days} days."
