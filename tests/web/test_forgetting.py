"""A forgotten talk is gone from the log and from Rasa's tracker, on the real Rasa."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.conversations.retention import purge
from bot.web import keys

CANARY = "zebrafish parking palaver"


def holds(database: Path, words: str) -> list[str]:
    """The tables of an SQLite file in which `words` are found, and the file itself where they lie in its pages."""
    found = []
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            if any(words in str(value) for row in rows for value in row):
                found.append(table)
    return found + ([database.name] if words.encode() in database.read_bytes() else [])


async def test_deleting_a_chat_removes_it_from_the_log_and_from_rasa(
    talk: Any, library_app: tuple[TestServer, web.Application, FrozenClock]
) -> None:
    _, app, _ = library_app
    database = Path(app[keys.SETTINGS].database.removeprefix("sqlite:///"))
    chat = await talk()
    await chat.say(CANARY)
    assert {"message", "rasa_tracker"} <= set(holds(database, CANARY))
    async with chat.session.delete(f"/api/v1/chats/{chat.id}", headers=chat.headers) as response:
        assert response.status == 204
    assert holds(database, CANARY) == []


async def test_purge_removes_what_is_too_old_from_the_log_and_from_rasa(
    talk: Any, library_app: tuple[TestServer, web.Application, FrozenClock]
) -> None:
    _, app, clock = library_app
    settings = app[keys.SETTINGS]
    database = Path(settings.database.removeprefix("sqlite:///"))
    chat = await talk()
    await chat.say(CANARY + " again")
    clock.moment += timedelta(days=settings.retention_days, minutes=1)
    assert (await purge(app[keys.DATABASE], clock, settings.retention_days)).conversations >= 1
    assert holds(database, CANARY) == []
