"""Approved lessons become files and a model: checked aside, published in one step, undone as well.

A publication goes from waiting to checking to ready, refused or failed; from ready to publishing to published; from
there to undoing to undone. What is between is taken up again by the next process that starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.errors import BrainDown, BrainError
from bot.edits.errors import FilesChanged
from bot.edits.files import Change, Places, check_unchanged, write
from bot.learning import check, figures, files, lessons
from bot.learning.errors import (
    CheckUnderWay,
    DataChanged,
    LessonsChanged,
    NothingApproved,
    NothingToUndo,
    NotReady,
)
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.models import lesson, publication
from bot.train import fingerprint, model_file, model_name, serve_from_now, served_model

log = logging.getLogger(__name__)

WAITING, CHECKING, READY, REFUSED, FAILED = "waiting", "checking", "ready", "refused", "failed"
PUBLISHING, PUBLISHED, UNDOING, UNDONE = "publishing", "published", "undoing", "undone"
UNDER_WAY = (WAITING, CHECKING, PUBLISHING, UNDOING)
LOOK_SECONDS = 5.0  # how often work is looked for that another process was given
AGAIN_SECONDS = 1.0  # before the assistant is asked once more to take a model

TakeModel = Callable[[str], Awaitable[None]]
"""Has the assistant answer by a model, told by its name; raises BrainDown (nobody to ask) or BrainError (it fails)."""


class Publishing:
    """Takes orders in the caller's transaction, and carries them out one at a time in `run`."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, take_model: TakeModel) -> None:
        """Do nothing yet."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._take_model = take_model
        self._places = Places(settings)
        self._work = asyncio.Event()

    async def ask_check(self, db: AsyncConnection, name: str) -> int:
        """Have all approved lessons checked as one batch; raise CheckUnderWay or NothingApproved."""
        await self._nothing_under_way(db)
        batch = await lessons.approved(db)
        changes = await asyncio.to_thread(files.planned, self._places, batch)
        if not changes:
            raise NothingApproved
        row: dict[str, Any] = {
            "at": self._now(),
            "name": name,
            "state": WAITING,
            "model_before": model_name(await asyncio.to_thread(served_model, self._settings)),
            "files": [change.stored() for change in changes],
        }
        made = await db.execute(publication.insert(), row)
        (number,) = made.inserted_primary_key or (0,)
        ids = [one.id for one in batch]
        await db.execute(lesson.update().where(lesson.c.id.in_(ids)).values(publication_id=number))
        return int(number)

    async def still_as_checked(self, number: int) -> None:
        """Raise where a batch was not found good, or anything is not as it was checked."""
        async with self._database.read() as db:
            row = await self.get(db, number)
            batch = [one for one in await lessons.approved(db) if one.publication_id == number]
        if row.state != READY:
            raise NotReady
        await asyncio.to_thread(self._compare, row, batch)

    async def ask_publish(self, db: AsyncConnection, number: int, name: str) -> None:
        """Have a batch published that is still as it was checked; raise NotReady or CheckUnderWay."""
        await self._nothing_under_way(db)
        await self._set(db, number, READY, state=PUBLISHING, published_by=name)

    async def ask_undo(self, db: AsyncConnection, number: int) -> None:
        """Have the newest publication undone; raise NothingToUndo, CheckUnderWay or FilesChanged."""
        row = await self.get(db, number)
        newest = await db.execute(
            sa.select(sa.func.max(publication.c.published_at)).where(publication.c.state == PUBLISHED)
        )
        kept = is_kept(self._settings, row.model_before)
        if row.state != PUBLISHED or row.published_at != newest.scalar_one() or not kept:
            raise NothingToUndo
        await self._nothing_under_way(db)
        self._all_are(Change.all_of(row.files), "after")
        await self._set(db, number, PUBLISHED, state=UNDOING, problem=None)

    async def get(self, db: AsyncConnection, number: int) -> Any:
        """Return a publication's row; raise NotReady where there is none."""
        row = (await db.execute(sa.select(publication).where(publication.c.id == number))).one_or_none()
        if row is None:
            raise NotReady
        return row

    def wake(self) -> None:
        """Look for work now: call it after the transaction of an order."""
        self._work.set()

    async def run(self) -> None:
        """Carry out orders until cancelled, those first that a former process left half done."""
        while True:
            self._work.clear()
            try:
                async with self._alone():
                    while (row := await self._next()) is not None:
                        await self._carry_out(row)
            except BlockingIOError:
                pass  # another gateway of this folder is at it
            except Exception:
                log.exception("a publication could not be carried on; trying again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), LOOK_SECONDS)

    async def _carry_out(self, row: Any) -> None:
        changes = Change.all_of(row.files)
        if row.state in (WAITING, CHECKING):
            await self._check(row, changes)
        elif row.state == PUBLISHING:
            await self._publish(row, changes)
        else:
            await self._undo(row, changes)

    async def _check(self, row: Any, changes: list[Change]) -> None:
        async with self._database.write() as db:
            await self._set(db, row.id, row.state, state=CHECKING)
        result = await check.check(self._settings, row.id, changes, row.model_before)
        state = FAILED if result.problems else REFUSED if figures.refuses(result.figures) else READY
        async with self._database.write() as db:
            await self._set(
                db,
                row.id,
                CHECKING,
                state=state,
                model=result.model,
                figures=result.figures or None,
                problem="\n".join(result.problems) or None,
            )

    async def _publish(self, row: Any, changes: list[Change]) -> None:
        try:
            await asyncio.to_thread(self._into_place, changes, row.model, row.model_before)
            await self._until_taken(row.model)
        except (BrainError, FilesChanged) as error:
            log.error("publication %s is taken back: %s", row.id, error)
            await asyncio.to_thread(self._into_place, _back(self._places, changes), row.model_before, row.model)
            problem = "The assistant could not load the model, so nothing was changed. logs/rasa.log says why."
            if isinstance(error, FilesChanged):
                problem = f"{error.said} Nothing was changed."
            async with self._database.write() as db:
                await self._set(db, row.id, PUBLISHING, state=FAILED, problem=problem)
            return
        async with self._database.write() as db:
            await self._set(db, row.id, PUBLISHING, state=PUBLISHED, published_at=self._now())
            of_batch = (lesson.c.publication_id == row.id) & (lesson.c.state == lessons.APPROVED)
            await db.execute(lesson.update().where(of_batch).values(state=lessons.PUBLISHED))

    async def _undo(self, row: Any, changes: list[Change]) -> None:
        try:
            back = [change.back() for change in changes]
            await asyncio.to_thread(self._into_place, back, row.model_before, row.model)
            await self._until_taken(row.model_before)
        except (BrainError, FilesChanged) as error:
            log.error("publication %s cannot be undone: %s", row.id, error)
            await asyncio.to_thread(self._into_place, _forward(self._places, changes), row.model, row.model_before)
            async with self._database.write() as db:
                problem = "It could not be undone: a file was changed, or the former model cannot be loaded."
                await self._set(db, row.id, UNDOING, state=PUBLISHED, problem=problem)
            return
        async with self._database.write() as db:
            await self._set(db, row.id, UNDOING, state=UNDONE, undone_at=self._now())
            of_batch = (lesson.c.publication_id == row.id) & (lesson.c.state == lessons.PUBLISHED)
            # Somebody should look again before they are published once more.
            values = {"state": lessons.OPEN, "decided_by": None, "decided_at": None}
            await db.execute(lesson.update().where(of_batch).values(values))

    def _into_place(self, changes: Sequence[Change], model: str, before: str) -> None:
        check_unchanged(self._places, changes)
        write(self._places, changes)
        serve_from_now(self._settings, model_file(self._settings, model), model_file(self._settings, before))

    async def _until_taken(self, model: str) -> None:
        """Have the assistant answer by a model; one that is starting takes it by itself, so it is waited for."""
        while True:
            try:
                return await self._take_model(model)
            except BrainDown:
                await asyncio.sleep(AGAIN_SECONDS)

    def _compare(self, row: Any, batch: Sequence[Any]) -> None:
        changes = Change.all_of(row.files)
        self._all_are(changes, "before")
        if files.planned(self._places, batch) != changes:
            raise LessonsChanged
        with tempfile.TemporaryDirectory() as folder:
            candidate = files.aside(self._settings, Path(folder) / "aside", changes)
            same = row.model == f"foyer-{fingerprint(candidate.from_review)}"
        if not same or not model_file(self._settings, row.model).exists():
            raise DataChanged

    def _all_are(self, changes: Sequence[Change], when: str) -> None:
        for change in changes:
            if self._places.read(change.path) != getattr(change, when):
                raise FilesChanged(file=self._places.shown(change.path))

    async def _nothing_under_way(self, db: AsyncConnection) -> None:
        query = sa.select(publication.c.id).where(publication.c.state.in_(UNDER_WAY)).limit(1)
        if (await db.execute(query)).first() is not None:
            raise CheckUnderWay

    async def _next(self) -> Any:
        query = sa.select(publication).where(publication.c.state.in_(UNDER_WAY)).order_by(publication.c.id).limit(1)
        async with self._database.read() as db:
            return (await db.execute(query)).one_or_none()

    async def _set(self, db: AsyncConnection, number: int, was: str, **values: Any) -> None:
        """Change a publication that is still in the state `was`; raise NotReady where somebody was quicker."""
        here = (publication.c.id == number) & (publication.c.state == was)
        changed = await db.execute(publication.update().where(here).values(values))
        if not changed.rowcount:
            raise NotReady

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Be the only process of this data folder that publishes; raise BlockingIOError where another one is."""
        self._settings.data_folder.mkdir(parents=True, exist_ok=True)
        with (self._settings.data_folder / "publishing.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def _now(self) -> float:
        return self._clock.now().timestamp()


def is_kept(settings: Settings, model: str) -> bool:
    """Tell whether a model of that name is still in the folder of models."""
    return model_file(settings, model).exists()


async def settle_files(settings: Settings) -> None:
    """Finish the files of what was half published or half undone when everything was killed: before a model is made."""
    database, places = Database(settings.database), Places(settings)
    try:
        async with database.read() as db:
            query = sa.select(publication).where(publication.c.state.in_((PUBLISHING, UNDOING)))
            rows = (await db.execute(query.order_by(publication.c.id))).all()
        for row in rows:
            changes = Change.all_of(row.files)
            write(places, _forward(places, changes) if row.state == PUBLISHING else _back(places, changes))
    finally:
        await database.close()


def _forward(places: Places, changes: Sequence[Change]) -> list[Change]:
    """Return the changes whose files are still as they were before."""
    return [change for change in changes if places.read(change.path) == change.before]


def _back(places: Places, changes: Sequence[Change]) -> list[Change]:
    """Return what undoes the changes that were made."""
    return [change.back() for change in changes if places.read(change.path) == change.after]
