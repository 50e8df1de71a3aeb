"""Accounts of the desk from the command line, and the one-time link for the first one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.knowledge.library import load_library
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.migrate import migrate
from bot.web.desk.accounts import Accounts
from bot.web.desk.sessions import Role


async def add_staff(settings: Settings, name: str, role: str, password: str, shown_as: str) -> None:
    """Make an account that can sign in at once; raises a LibraryError that says what cannot be taken."""
    async with _accounts(settings) as accounts:
        await accounts.add(name, Role(role), password, shown_as or name.capitalize())


async def first_link(settings: Settings, address: str) -> str | None:
    """Return the one-time link that makes the first administrator, or None when there is one."""
    async with _accounts(settings) as accounts:
        token = await accounts.first_link()
    return f"{address}/desk/first/{token}" if token else None


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[Accounts]:
    migrate(settings.database)
    database = Database(settings.database)
    clock = settings.library_clock(load_library(settings.library).zone)
    try:
        yield Accounts(database, clock)
    finally:
        await database.close()
