"""One database, SQLite or PostgreSQL, with short write transactions that cannot deadlock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

WRITE = {"foyer_write": True}


def sync_engine(url: str) -> Engine:
    """Return an engine for plain (blocking) use; `url` names no driver."""
    engine = create_engine(_made(url), **_pool(url))
    _prepare(engine)
    return engine


class Database:
    """The gateway's way to the database: `read()` and `write()` give a connection for one short transaction."""

    def __init__(self, url: str) -> None:
        """Prepare an engine for `url` (sqlite:///... or postgresql://...); connects when first used."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        driver = "sqlite+aiosqlite" if self.is_sqlite else "postgresql+asyncpg"
        self.engine: AsyncEngine = create_async_engine(_made(url).set(drivername=driver), **_pool(url))
        _prepare(self.engine.sync_engine)
        # SQLite has one writer. Waiting for our own turn here is fair and quick; its busy handler sleeps and guesses.
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection for reading."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that is committed at the end, or rolled back by an exception."""
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as plain:
            connection = await plain.execution_options(**WRITE)
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _made(url: str) -> Any:
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and made.database:
        Path(made.database).parent.mkdir(parents=True, exist_ok=True)
    return made


def _pool(url: str) -> dict[str, Any]:
    return {} if url.startswith("sqlite") else {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def _prepare(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: a deferred one that turns into a write fails at once with
        # "database is locked" when another process wrote meanwhile.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # a forgotten conversation leaves no text in free pages
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        write = connection.get_execution_options().get("foyer_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
