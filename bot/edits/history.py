"""Edits of the library's files: each is written in one step, kept with what stood there before, and can be undone."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.edits.errors import EditGone, FilesChanged, NothingChanged
from bot.edits.files import Change, Places, check_unchanged, write
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.models import edit

log = logging.getLogger(__name__)

BEGUN, DONE = "begun", "done"
AGAIN_SECONDS = 0.05  # while somebody else writes
WHAT_MOST = 200  # characters of the line that says what was edited


class Edits:
    """Writes files for staff, and knows what was written."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        """Prepare; nothing is read yet."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self.places = Places(settings)

    async def make(self, change: Change, by: str, what: str, *, undoes: int | None = None) -> int:
        """Write a file and keep the edit; return its number.

        `by` is the name of who does it, `what` a line for the history. Raises FilesChanged when the file is no longer
        as `change.before` has it, and NothingChanged.
        """
        if change.before == change.after:
            raise NothingChanged
        async with self._alone():
            if await asyncio.to_thread(self.places.read, change.path) != change.before:
                raise FilesChanged(file=self.places.shown(change.path))
            row = change.stored() | {"at": self._now(), "name": by, "what": what[:WHAT_MOST], "undoes": undoes}
            async with self._database.write() as db:
                made = await db.execute(edit.insert(), row | {"state": BEGUN})
            (number,) = made.inserted_primary_key or (0,)
            await self._finish(int(number), change)
        return int(number)

    async def undo(self, number: int, by: str, what: str) -> int:
        """Have a file as it was before an edit, as an edit of its own; return that one's number.

        Raises EditGone, and FilesChanged when the file was changed again since: what others wrote is not lost so.
        """
        row = await self.get(number)
        back = Change(row.path, row.after, row.before)
        return await self.make(back, by, what, undoes=number)

    async def get(self, number: int) -> Any:
        """Return the row of an edit; raise EditGone."""
        async with self._database.read() as db:
            row = (await db.execute(sa.select(edit).where(edit.c.id == number))).one_or_none()
        if row is None:
            raise EditGone
        return row

    async def of(self, path: str | None = None, *, most: int = 100) -> Sequence[Any]:
        """Return the rows of the newest edits, of one file or of all, the newest first."""
        query = sa.select(edit).order_by(edit.c.id.desc()).limit(most)
        async with self._database.read() as db:
            return (await db.execute(query if path is None else query.where(edit.c.path == path))).all()

    async def can_undo(self, row: Any) -> bool:
        """Tell whether the file is still as an edit left it."""
        found = await asyncio.to_thread(self.places.read, row.path)
        return bool(row.state == DONE and found == row.after)

    async def settle(self) -> None:
        """Finish what was begun when everything was killed; a file that is neither as before nor as after stays."""
        async with self._alone():
            async with self._database.read() as db:
                rows = (await db.execute(sa.select(edit).where(edit.c.state == BEGUN).order_by(edit.c.id))).all()
            for row in rows:
                change = Change(row.path, row.before, row.after)
                try:
                    await asyncio.to_thread(check_unchanged, self.places, [change])
                    await self._finish(row.id, change)
                except FilesChanged as error:
                    log.error("an edit that was begun is given up: %s", error)
                    async with self._database.write() as db:
                        await db.execute(edit.delete().where(edit.c.id == row.id))

    async def _finish(self, number: int, change: Change) -> None:
        await asyncio.to_thread(write, self.places, [change])
        async with self._database.write() as db:
            await db.execute(edit.update().where(edit.c.id == number).values(state=DONE))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Be the only one of this data folder that writes."""
        self._settings.data_folder.mkdir(parents=True, exist_ok=True)
        with (self._settings.data_folder / "edits.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    await asyncio.sleep(AGAIN_SECONDS)
                else:
                    break
            yield

    def _now(self) -> float:
        return self._clock.now().timestamp()
