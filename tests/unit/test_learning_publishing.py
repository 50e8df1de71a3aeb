"""A batch becomes files and a model in one step, whatever dies meanwhile, and can be undone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.conversations.errors import BrainDown, BrainError
from bot.edits.errors import FilesChanged
from bot.edits.files import Change, Places, write
from bot.learning import check, files, lessons, publishing
from bot.learning.errors import (
    CheckUnderWay,
    DataChanged,
    LessonsChanged,
    NothingApproved,
    NothingToUndo,
    NotReady,
)
from bot.learning.lessons import APPROVED, OPEN, Draft
from bot.learning.publishing import Publishing, settle_files
from bot.settings import ROOT, Settings
from bot.storage.engine import Database
from bot.storage.models import publication
from bot.train import fingerprint, model_file, served_model
from tests.unit.a_lesson import ANA, School

BEFORE = "foyer-0000000000000001"


@dataclass
class Assistant:
    """Stands where Rasa takes a model; `fails` are raised one after the other first."""

    fails: list[Exception] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    async def take(self, model: str) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(model)


@dataclass
class House:
    """A school with a place for files and models, and one who publishes."""

    school: School
    settings: Settings
    assistant: Assistant
    publishing: Publishing
    places: Places

    def again(self) -> Publishing:
        """Return the one who publishes in the next process."""
        return Publishing(self.school.database, self.school.clock, self.settings, self.assistant.take)

    async def approve(self, text: str, topic: str = "ask_hours", **more: Any) -> int:
        async with self.school.database.write() as db:
            draft = Draft(more.pop("kind", "example"), "en", topic, text, **more)
            number = await lessons.propose(db, draft, ANA, 1.0)
            await lessons.decide(db, number, APPROVED, ANA, 2.0)
        return number

    async def ask_check(self) -> int:
        async with self.school.database.write() as db:
            return await self.publishing.ask_check(db, "Ana")

    async def checked(self) -> int:
        """Return a batch as a good check leaves it, its model among the models."""
        number = await self.ask_check()
        changes = Change.all_of((await self.row(number))["files"])
        candidate = files.aside(self.settings, self.settings.data_folder / "aside", changes)
        model = f"foyer-{fingerprint(candidate.from_review)}"
        model_file(self.settings, model).touch()
        await self.set(number, state="ready", model=model, figures={"ask_hours": [1, 2, 2]})
        return number

    async def publish(self, number: int) -> None:
        await self.publishing.still_as_checked(number)
        async with self.school.database.write() as db:
            await self.publishing.ask_publish(db, number, "Ana")

    async def undo(self, number: int) -> None:
        async with self.school.database.write() as db:
            await self.publishing.ask_undo(db, number)

    async def row(self, number: int) -> dict[str, Any]:
        return next(row for row in await self.school.rows("publication") if row["id"] == number)

    async def set(self, number: int, **values: Any) -> None:
        async with self.school.database.write() as db:
            await db.execute(publication.update().where(publication.c.id == number).values(values))

    async def lesson_states(self) -> list[str]:
        return [row["state"] for row in sorted(await self.school.rows("lesson"), key=lambda row: row["id"])]

    @asynccontextmanager
    async def at_work(self, worker: Publishing | None = None) -> AsyncIterator[None]:
        task = asyncio.create_task((worker or self.publishing).run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def until(self, number: int, *states: str) -> dict[str, Any]:
        async with asyncio.timeout(100):
            while (row := await self.row(number))["state"] not in states:
                await asyncio.sleep(0.02)
        return row

    async def carried_out(self, number: int, *states: str) -> dict[str, Any]:
        async with self.at_work(self.again()):
            return await self.until(number, *states)


@pytest.fixture
async def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(publishing, "AGAIN_SECONDS", 0.01)
    async with a_house(database_url, tmp_path) as house:
        yield house


@asynccontextmanager
async def a_house(url: str, folder: Path) -> AsyncIterator[House]:
    shutil.copytree(ROOT / "library", folder / "library")
    (folder / "models").mkdir()
    places = {name: folder / name for name in ("library", "models", "from_review")}
    settings = Settings(data_folder=folder / "var", model=folder / "models" / f"{BEFORE}.tar.gz", **places)
    model_file(settings, BEFORE).touch()
    school, assistant = School(Database(url)), Assistant()
    await school.staff()
    worker = Publishing(school.database, school.clock, settings, assistant.take)
    yield House(school, settings, assistant, worker, Places(settings))
    await school.database.close()


async def test_only_approved_lessons_are_checked_and_one_batch_at_a_time(house: House) -> None:
    with pytest.raises(NothingApproved):
        await house.ask_check()
    await house.approve("are the lights on")
    number = await house.ask_check()
    row = await house.row(number)
    assert (row["state"], row["model_before"], row["name"]) == ("waiting", BEFORE, "Ana")
    assert [change["path"] for change in row["files"]] == ["from_review/ask_hours.yml"]
    with pytest.raises(CheckUnderWay):
        await house.ask_check()
    with pytest.raises(NotReady):
        await house.publish(number)


async def test_publishing_writes_the_files_changes_the_model_and_marks_the_lessons(house: House) -> None:
    await house.approve("are the lights on")
    number = await house.checked()
    later = await house.approve("is anybody there")  # after the check: it is not in this batch
    await house.publish(number)
    row = await house.carried_out(number, "published")
    assert house.assistant.taken == [row["model"]]
    assert served_model(house.settings) == model_file(house.settings, row["model"])
    text = house.places.read("from_review/ask_hours.yml") or ""
    assert "are the lights on" in text and "is anybody there" not in text
    assert await house.lesson_states() == ["published", "approved"] and later
    assert row["published_by"] == "Ana" and row["published_at"]


async def test_undo_brings_files_model_and_lessons_back(house: House) -> None:
    answer = house.places.read("answers/wifi.md") or ""
    await house.approve("are the lights on")
    await house.approve(answer + "\nMore.\n", "wifi", kind="answer", before=answer)
    number = await house.checked()
    await house.publish(number)
    await house.carried_out(number, "published")
    assert house.places.read("answers/wifi.md") == answer + "\nMore.\n"
    await house.undo(number)
    row = await house.carried_out(number, "undone")
    assert house.assistant.taken == [row["model"], BEFORE]
    assert served_model(house.settings) == model_file(house.settings, BEFORE)
    assert house.places.read("answers/wifi.md") == answer and house.places.read("from_review/ask_hours.yml") is None
    assert await house.lesson_states() == [OPEN, OPEN] and row["undone_at"]
    with pytest.raises(NothingToUndo):
        await house.undo(number)


async def test_assistant_that_is_away_is_waited_for_and_starts_with_the_new_model(house: House) -> None:
    await house.approve("are the lights on")
    number = await house.checked()
    await house.publish(number)
    house.assistant.fails = [BrainDown(), BrainDown()]
    row = await house.carried_out(number, "published")
    assert house.assistant.taken == [row["model"]]


async def test_model_that_cannot_be_loaded_changes_nothing(house: House) -> None:
    await house.approve("are the lights on")
    number = await house.checked()
    await house.publish(number)
    house.assistant.fails = [BrainError()]
    row = await house.carried_out(number, "failed")
    assert "could not load" in row["problem"]
    assert house.places.read("from_review/ask_hours.yml") is None
    assert served_model(house.settings) == model_file(house.settings, BEFORE)
    assert await house.lesson_states() == [APPROVED]


@pytest.mark.parametrize("written", [0, 1, 2])
@pytest.mark.parametrize("settled", [False, True], ids=["by the gateway", "before the model is made"])
async def test_publication_that_was_killed_half_way_is_finished_by_the_next_process(
    house: House, written: int, settled: bool
) -> None:
    answer = house.places.read("answers/wifi.md") or ""
    await house.approve("are the lights on")
    await house.approve(answer + "\nMore.\n", "wifi", kind="answer", before=answer)
    number = await house.checked()
    await house.publish(number)
    changes = Change.all_of((await house.row(number))["files"])
    write(house.places, changes[:written])
    if settled:
        await settle_files(replace(house.settings, database_url=house.school.database.url))
        assert [house.places.read(change.path) for change in changes] == [change.after for change in changes]
    await house.carried_out(number, "published")
    assert [house.places.read(change.path) for change in changes] == [change.after for change in changes]


@pytest.mark.parametrize("put_back", [0, 1, 2])
async def test_undo_that_was_killed_half_way_is_finished_by_the_next_process(house: House, put_back: int) -> None:
    answer = house.places.read("answers/wifi.md") or ""
    await house.approve("are the lights on")
    await house.approve(answer + "\nMore.\n", "wifi", kind="answer", before=answer)
    number = await house.checked()
    await house.publish(number)
    await house.carried_out(number, "published")
    await house.undo(number)
    changes = Change.all_of((await house.row(number))["files"])
    write(house.places, [change.back() for change in changes[:put_back]])
    await settle_files(replace(house.settings, database_url=house.school.database.url))
    assert [house.places.read(change.path) for change in changes] == [change.before for change in changes]
    await house.carried_out(number, "undone")
    assert [house.places.read(change.path) for change in changes] == [change.before for change in changes]


async def test_nothing_is_published_that_is_not_as_it_was_checked(house: House) -> None:
    lesson = await house.approve("are the lights on")
    number = await house.checked()
    path = house.settings.from_review / "ask_hours.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# somebody else's\n", encoding="utf-8")
    with pytest.raises(FilesChanged):
        await house.publish(number)
    path.unlink()
    model = (await house.row(number))["model"]
    await house.set(number, model="foyer-ffffffffffffffff")
    with pytest.raises(DataChanged):
        await house.publish(number)
    await house.set(number, model=model)
    async with house.school.database.write() as db:
        await lessons.decide(db, lesson, OPEN, ANA, 3.0)
    with pytest.raises(LessonsChanged):
        await house.publish(number)


async def test_file_that_changes_at_the_last_moment_stops_the_publication(house: House) -> None:
    await house.approve("are the lights on")
    number = await house.checked()
    await house.publish(number)
    path = house.settings.from_review / "ask_hours.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# somebody else's\n", encoding="utf-8")
    row = await house.carried_out(number, "failed")
    assert "ask_hours.yml" in row["problem"] and house.assistant.taken == []
    assert path.read_text(encoding="utf-8") == "# somebody else's\n"


async def test_only_the_newest_publication_whose_files_and_model_are_there_is_undone(house: House) -> None:
    numbers = []
    for text in ("are the lights on", "is anybody there"):
        await house.approve(text)
        numbers.append(await house.checked())
        await house.publish(numbers[-1])
        house.school.clock.moment = house.school.clock.moment.replace(hour=16 + len(numbers))
        await house.carried_out(numbers[-1], "published")
    with pytest.raises(NothingToUndo):
        await house.undo(numbers[0])
    path = house.settings.from_review / "ask_hours.yml"
    mine = path.read_text(encoding="utf-8")
    path.write_text(mine + "# a word\n", encoding="utf-8")
    with pytest.raises(FilesChanged):
        await house.undo(numbers[1])
    path.write_text(mine, encoding="utf-8")
    former = model_file(house.settings, (await house.row(numbers[1]))["model_before"])
    former.unlink()
    with pytest.raises(NothingToUndo):
        await house.undo(numbers[1])
    former.touch()
    await house.undo(numbers[1])
    await house.carried_out(numbers[1], "undone")
    assert "are the lights on" in path.read_text(encoding="utf-8")


async def test_two_gateways_of_one_folder_publish_once(house: House) -> None:
    await house.approve("are the lights on")
    number = await house.checked()
    await house.publish(number)
    async with house.at_work(house.again()), house.at_work(house.again()):
        await house.until(number, "published")
        await asyncio.sleep(0.1)
    assert len(house.assistant.taken) == 1


@pytest.fixture
async def simple_house(tmp_path: Path) -> AsyncIterator[House]:
    """On SQLite alone: the process that checks knows no database."""
    from bot.storage.migrate import migrate

    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    async with a_house(url, tmp_path) as house:
        yield house


async def test_check_says_what_is_wrong_in_the_files_before_anything_is_trained(simple_house: House) -> None:
    house = simple_house
    await house.approve("---\ntopic: ask_wifi\n---\n# [en] Wi-Fi\n", "wifi", kind="answer")
    await house.approve("hours", "use_printing")
    number = await house.ask_check()
    row = await house.carried_out(number, "failed")
    assert "answers/wifi.md" in row["problem"] and "'hours' is an example of ask_hours too" in row["problem"]
    assert row["model"] is None and await house.lesson_states() == [APPROVED, APPROVED]
    assert not (house.settings.data_folder / "checks" / str(number)).exists()
    assert await house.ask_check() > number  # mended or not, the next check can be asked for


async def test_check_that_is_broken_off_ends_with_its_gateway_and_is_taken_up_again(simple_house: House) -> None:
    house = simple_house
    await house.approve("hours", "use_printing")
    number = await house.ask_check()
    async with house.at_work():
        await house.until(number, "checking")
        async with asyncio.timeout(30):
            while not (process := trial(house)):
                await asyncio.sleep(0.02)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert (await house.row(number))["state"] == "checking"
    row = await house.carried_out(number, "failed")
    assert "'hours' is an example" in row["problem"]


async def test_check_that_is_broken_off_again_and_again_is_given_up(simple_house: House) -> None:
    house = simple_house
    await house.approve("hours", "use_printing")
    number = await house.ask_check()
    tries = house.settings.data_folder / "checks" / str(number) / check.TRIES
    tries.parent.mkdir(parents=True)
    tries.write_text(str(check.TRIES_MOST), encoding="utf-8")
    row = await house.carried_out(number, "failed")
    assert f"broken off {check.TRIES_MOST} times" in row["problem"]


def trial(house: House) -> psutil.Process | None:
    """The process that checks for this house."""
    folder = str(house.settings.data_folder)
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if any(folder in part for part in process.cmdline()):
                return process
    return None
