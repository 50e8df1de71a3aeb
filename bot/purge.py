"""`python -m bot purge`: forgets at once what has been kept long enough."""

from __future__ import annotations

from bot.conversations.retention import purge
from bot.knowledge.library import load_library
from bot.settings import Settings
from bot.statistics.daily import DailyCounts
from bot.storage.engine import Database
from bot.suggestions.retention import DAYS, drop_contacts


async def purge_now(settings: Settings) -> str:
    """Purge and return a sentence that says what was removed."""
    database = Database(settings.database)
    try:
        zone = load_library(settings.library).zone
        clock = settings.library_clock(zone)
        counts = DailyCounts(database, clock, zone)
        purged = await purge(database, clock, settings.retention_days, counts.keep)
        await counts.drop_old()
        contacts = await drop_contacts(database, clock)
    finally:
        await database.close()
    return (
        f"Forgot {purged.conversations} conversations older than {settings.retention_days} days, and the contacts of "
        f"{contacts} suggestions closed for {DAYS} days."
    )
