"""One database, SQLite or PostgreSQL, with short write transactions that cannot deadlock."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

WRITE = {"foyer_write": True}


def sync_engine(url: str) -> Engine:
    """Return an engine for plain (blocking) use; `url` names no driver."""
    engine = create_engine(_made(url), hide_parameters=True, **_pool(url))
    _prepare(engine)
    return engine


class Database:
    """The gateway's way to the database: `read()` and `write()` give a connection for one short transaction."""

    def __init__(self, url: str) -> None:
        """Prepare an engine for `url` (sqlite:///... or postgresql://...); connects when first used."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        driver = "sqlite+aiosqlite" if self.is_sqlite else "postgresql+asyncpg"
        here = {"connect_args": {"async_creator_fn": _here, "check_same_thread": False}} if self.is_sqlite else {}
        # What patrons write stays out of error messages, and so out of the logs.
        self.engine: AsyncEngine = create_async_engine(
            _made(url).set(drivername=driver), hide_parameters=True, **_pool(url), **here
        )
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


class _Here(aiosqlite.Connection):
    """A connection that runs quick statements where it is called, and only what may wait in its thread.

    SQLite answers our short statements in some ten microseconds; a way through a thread costs ten times as much, and
    aiosqlite takes it four times a statement. What may wait for another process or for the disk still goes there.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self._in_thread: set[object] = set()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # After a call that was cancelled while it waits in the thread, the next ones queue up behind it.
        if self._connection is not None and not self._in_thread and not _may_wait(fn, args):
            return fn(*args, **kwargs)
        call = object()

        def run() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self._in_thread.discard(call)

        self._in_thread.add(call)
        return await super()._execute(run)  # type: ignore[no-untyped-call]


def _here(path: str, **options: Any) -> _Here:
    return _Here(lambda: sqlite3.connect(path, **options))


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    if fn.__name__ == "execute":
        # WITH: what is counted over many talks takes long.
        return str(args[0]).startswith(("BEGIN IMMEDIATE", "DELETE", "PRAGMA", "WITH"))
    return fn.__name__ == "commit"


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
