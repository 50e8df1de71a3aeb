"""Edits of the library's files: kept, undone, and whole again after a kill at any moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.edits.errors import EditGone, FilesChanged, NothingChanged
from bot.edits.files import Change, write
from bot.edits.history import BEGUN, DONE, Edits
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.migrate import migrate
from bot.storage.models import edit
from tests.conftest import NOON, FrozenClock

WIFI = "answers/wifi.md"


@pytest.fixture
async def edits(tmp_path: Path, database_url: str) -> Edits:
    migrate(database_url)
    (tmp_path / "library" / "answers").mkdir(parents=True)
    settings = replace(Settings(), library=tmp_path / "library", data_folder=tmp_path / "data")
    return Edits(Database(database_url), FrozenClock(NOON), settings)


async def test_edit_is_written_and_kept_and_undone_by_an_edit(edits: Edits) -> None:
    first = await edits.make(Change(WIFI, None, "one\n"), "Ana", "Wi-Fi: new")
    second = await edits.make(Change(WIFI, "one\n", "two\n"), "Sam", "Wi-Fi: the password")
    assert edits.places.read(WIFI) == "two\n"
    rows = await edits.of(WIFI)
    assert [(row.id, row.name, row.what, row.before, row.after) for row in rows] == [
        (second, "Sam", "Wi-Fi: the password", "one\n", "two\n"),
        (first, "Ana", "Wi-Fi: new", None, "one\n"),
    ]
    assert [await edits.can_undo(row) for row in rows] == [True, False]
    third = await edits.undo(second, "Ana", "Undone")
    assert edits.places.read(WIFI) == "one\n" and (await edits.get(third)).undoes == second
    await edits.undo(first, "Ana", "Undone")
    assert edits.places.read(WIFI) is None


async def test_what_somebody_else_wrote_meanwhile_is_not_lost(edits: Edits) -> None:
    number = await edits.make(Change(WIFI, None, "one\n"), "Ana", "new")
    edits.places.at(WIFI).write_text("by hand\n")
    with pytest.raises(FilesChanged, match="") as refused:
        await edits.make(Change(WIFI, "one\n", "two\n"), "Sam", "late")
    assert WIFI in refused.value.said
    with pytest.raises(FilesChanged):
        await edits.undo(number, "Sam", "late")
    assert edits.places.read(WIFI) == "by hand\n" and len(await edits.of()) == 1


async def test_of_two_who_save_at_once_one_is_told(edits: Edits) -> None:
    saved = [edits.make(Change(WIFI, None, f"{name}\n"), name, "new") for name in ("Ana", "Sam", "Kim")]
    results = await asyncio.gather(*saved, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["FilesChanged", "FilesChanged", "int"]
    (row,) = await edits.of()
    assert edits.places.read(WIFI) == row.after


async def test_nothing_changed_and_no_such_edit_are_refused(edits: Edits) -> None:
    with pytest.raises(NothingChanged):
        await edits.make(Change(WIFI, None, None), "Ana", "nothing")
    with pytest.raises(EditGone):
        await edits.undo(7, "Ana", "which?")


@pytest.mark.parametrize("path", ["library/../x.yml", "library/hours.sh", "elsewhere/x.md", "library/.x.yml"])
async def test_files_that_are_not_the_librarys_are_not_written(edits: Edits, path: str) -> None:
    with pytest.raises(ValueError):
        await edits.make(Change(path, None, "x"), "Ana", "x")


@pytest.mark.parametrize("written", [False, True])
async def test_edit_that_was_begun_when_all_was_killed_is_finished(edits: Edits, written: bool) -> None:
    change = Change(WIFI, None, "one\n")
    await _begun(edits, change)
    if written:
        write(edits.places, [change])
    await edits.settle()
    assert edits.places.read(WIFI) == "one\n"
    assert [row.state for row in await edits.of()] == [DONE]


async def test_edit_that_was_begun_does_not_overwrite_what_somebody_wrote_since(edits: Edits) -> None:
    await _begun(edits, Change(WIFI, None, "one\n"))
    edits.places.at(WIFI).write_text("by hand\n")
    await edits.settle()
    assert edits.places.read(WIFI) == "by hand\n" and await edits.of() == []


async def _begun(edits: Edits, change: Change) -> None:
    row = change.stored() | {"at": 0.0, "name": "Ana", "what": "new", "state": BEGUN}
    async with edits._database.write() as db:
        await db.execute(sa.insert(edit).values(row))
