"""Notices and the emergency of a library's folder: above hours and events, in every answer, from the file alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.knowledge.check import check_library
from bot.knowledge.events import EventQuery
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import WHOLE_LIBRARY, load_library
from bot.knowledge.notice_file import emergency_text, notices_text
from bot.knowledge.notices import Emergency, Notice, Notices, notices_to_look_at
from bot.knowledge.sources.base import HoursState
from bot.notice_words import closing_words, reopening_words
from bot.settings import Settings
from bot.wording import Wording
from tests.unit.a_library import vevent, write_library

ZONE = ZoneInfo("America/New_York")
WEDNESDAY = "2026-11-18"
REASON = {"en": "a burst pipe", "es": "una tubería rota"}


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


NOW = at(f"{WEDNESDAY}T12:00")


def library(tmp_path: Path, **emergency: object) -> Knowledge:
    """A library of two branches with a desk, open 9 to 5 (south 10 to 6), and an emergency from ten past eleven."""
    events = "".join(
        vevent(uid, f"{day}T{start}00", f"{day}T{end}00", **more)
        for uid, day, start, end, more in (
            ("early", "20261118", "1000", "1100", {"LOCATION": "north"}),
            ("talk", "20261118", "1500", "1600", {"LOCATION": "north"}),
            ("film", "20261118", "1500", "1600", {"LOCATION": "south"}),
            ("walk", "20261118", "1500", "1600", {"LOCATION": "The park"}),
            ("stream", "20261118", "1500", "1600", {"LOCATION": "Online"}),
            ("story", "20261119", "1000", "1100", {"LOCATION": "north"}),
            ("fair", "20261125", "1000", "1100", {"LOCATION": "north"}),
        )
    )
    folder = write_library(tmp_path / "library", {"book_drop": "24/7"}, events=events)
    hours = yaml.safe_load((folder / "hours.yml").read_text())
    hours["services"] |= {"chat": {"name": "chat"}}
    hours["hours"][WHOLE_LIBRARY] = {"chat": "Mo-Fr 09:00-17:00"}
    hours["hours"]["north"]["book_drop"] = {"hours": "24/7", "through_closures": True}
    (folder / "hours.yml").write_text(yaml.safe_dump(hours))
    if emergency:
        row = {"id": "1", "reason": REASON, "from": f"{WEDNESDAY} 11:10"} | emergency
        (folder / "emergency.yml").write_text(yaml.safe_dump(row, allow_unicode=True))
    return Knowledge.open(folder, tmp_path / "cache")


async def hours(known: Knowledge, branch: str, day: str = WEDNESDAY, service: str = "building") -> str:
    found = await known.hours.day(branch, date.fromisoformat(day), NOW, service)
    ranges = " ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in found.ranges)
    return f"{found.state} {ranges}".strip() + (f" ({found.reason})" if found.reason else "")


async def cancelled(known: Knowledge) -> set[str]:
    found = await known.events.find(EventQuery(start=at(f"{WEDNESDAY}T00:00"), end=at("2026-12-01T00:00")), NOW)
    return {f"{one.title}: {one.reason}" for one in found.events if one.status == "cancelled"}


@pytest.mark.parametrize(
    ("case", "emergency", "branch", "day", "service", "expected"),
    [
        ("none", {}, "north", WEDNESDAY, "building", "open 09:00-17:00"),
        ("for the rest of the day", {"until": f"{WEDNESDAY} 23:59"}, "north", WEDNESDAY, "building",
         "open 09:00-11:10 (a burst pipe)"),
        ("for some hours", {"until": f"{WEDNESDAY} 14:00"}, "north", WEDNESDAY, "building",
         "open 09:00-11:10 14:00-17:00 (a burst pipe)"),
        ("to the middle of tomorrow", {"until": "2026-11-19 12:00"}, "north", "2026-11-19", "building",
         "open 12:00-17:00 (a burst pipe)"),
        ("on the days after it", {"until": "2026-11-19 12:00"}, "north", "2026-11-20", "building", "open 09:00-17:00"),
        ("of another branch", {"branches": ["south"]}, "north", WEDNESDAY, "building", "open 09:00-17:00"),
        ("of this branch", {"branches": ["south"]}, "south", WEDNESDAY, "building", "open 10:00-11:10 (a burst pipe)"),
        ("and the chat", {"until": "2026-11-19 12:00"}, WHOLE_LIBRARY, WEDNESDAY, "chat",
         "open 09:00-11:10 (a burst pipe)"),
        ("and the chat with staff at home", {"until": "2026-11-19 12:00", "desk_open": True}, WHOLE_LIBRARY, WEDNESDAY,
         "chat", "open 09:00-17:00"),
        ("and the chat when one branch is closed", {"branches": ["north"]}, WHOLE_LIBRARY, WEDNESDAY, "chat",
         "open 09:00-17:00"),
        ("and the book drop", {"until": "2026-11-19 12:00"}, "north", WEDNESDAY, "book_drop", "open_24h 00:00-00:00"),
        ("without an end, tomorrow", {"note": "x"}, "north", "2026-11-19", "building", "closed (a burst pipe)"),
        ("without an end, the day after", {"note": "x"}, "north", "2026-11-20", "building", "unknown (a burst pipe)"),
        ("without an end, on a day that is closed anyway", {"note": "x"}, "north", "2026-11-22", "building", "closed"),
        ("lifted at noon", {"lifted": f"{WEDNESDAY} 12:00"}, "north", WEDNESDAY, "building",
         "open 09:00-11:10 12:00-17:00 (a burst pipe)"),
        ("lifted before it began", {"from": f"{WEDNESDAY} 15:00", "lifted": f"{WEDNESDAY} 15:00"}, "north", WEDNESDAY,
         "building", "open 09:00-17:00"),
        ("to come", {"from": f"{WEDNESDAY} 15:00"}, "north", WEDNESDAY, "building", "open 09:00-15:00 (a burst pipe)"),
    ],
)  # fmt: skip
async def test_emergency_is_above_all_hours(
    tmp_path: Path, case: str, emergency: dict[str, object], branch: str, day: str, service: str, expected: str
) -> None:
    assert await hours(library(tmp_path, **emergency), branch, day, service) == expected


@pytest.mark.parametrize(
    ("case", "emergency", "titles"),
    [
        ("everywhere, today", {"until": f"{WEDNESDAY} 23:59"}, {"talk", "film", "walk"}),
        ("one branch", {"until": f"{WEDNESDAY} 23:59", "branches": ["north"]}, {"talk"}),
        ("until further notice: what is certain", {"note": "x"}, {"talk", "film", "walk", "story"}),
        ("lifted", {"lifted": f"{WEDNESDAY} 12:00"}, set()),
        ("staff at home", {"until": f"{WEDNESDAY} 23:59", "desk_open": True}, {"talk", "film"}),
    ],
)
async def test_events_behind_closed_doors_are_cancelled(
    tmp_path: Path, case: str, emergency: dict[str, object], titles: set[str]
) -> None:
    assert await cancelled(library(tmp_path, **emergency)) == {f"{title}: a burst pipe" for title in titles}


async def test_nobody_is_told_when_it_opens_again_where_nobody_knows(tmp_path: Path) -> None:
    known = library(tmp_path, note="x")
    state = await known.hours.at("north", NOW, NOW)
    assert (state.state, state.opens) == (HoursState.CLOSED, None)
    known = library(tmp_path, until="2026-11-19 12:00")
    state = await known.hours.at("north", NOW, NOW)
    assert state.opens is not None and state.opens.start == at("2026-11-19T12:00")


async def test_file_that_appears_changes_and_goes_counts_at_once_and_a_broken_one_changes_nothing(
    tmp_path: Path,
) -> None:
    known = library(tmp_path)
    assert await hours(known, "north") == "open 09:00-17:00"
    file = known.library.folder / "emergency.yml"
    file.write_text(f'id: "1"\nreason: snow\nfrom: {WEDNESDAY} 11:00\n')
    assert await hours(known, "north") == "open 09:00-11:00 (snow)"
    file.write_text('id: "1"\nreason: snow, more snow\nfrom: yesterday\n')
    assert await hours(known, "north") == "open 09:00-11:00 (snow)"
    file.unlink()
    assert await hours(known, "north") == "open 09:00-17:00"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("emergency.yml", "id: 1\nreason: snow\nfrom: 2026-11-18 11:00\n", "emergency.yml:1: id:"),
        ("emergency.yml", 'id: "1"\nreason: snow\n', "emergency.yml:1: from: Field required"),
        ("emergency.yml", 'id: "1"\nreason: snow\nfrom: 2026-11-18 11:00\nuntil: 2026-11-18 10:00\n', "ends before"),
        ("emergency.yml", 'id: "1"\nreason: snow\nfrom: 2026-11-18 11:00\nbranches: [east]\n', "yml:4: No branch has"),
        ("emergency.yml", 'id: "1"\nreason: snow\nfrom: 2026-11-18T11:00:00Z\n', "has a zone"),
        ("notices.yml", "notices:\n  - id: a\n    text: x\n    owner: y\n", "until: Field required"),
        ("notices.yml", "notices:\n  - {id: a, text: x, owner: y, until: 2026-11-18 10:00, branches: [east]}\n",
         "notices.yml:2: No branch has the id 'east'. Use one of: north, south."),
        ("notices.yml", "notices:\n" + "  - {id: a, text: x, owner: y, until: 2026-11-18 10:00}\n" * 2, "two notices"),
        ("notices.yml", f"notices:\n  - {{id: a, text: {'x' * 301}, owner: y, until: 2026-11-18}}\n", "longer than"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_line_and_cure(tmp_path: Path, name: str, text: str, says: str) -> None:
    folder = library(tmp_path).library.folder
    assert check_library(folder) == []
    (folder / name).write_text(text)
    (problem,) = check_library(folder)
    assert says in str(problem)


def test_notices_hold_for_their_time_and_branches(tmp_path: Path) -> None:
    folder = library(tmp_path).library.folder
    (folder / "notices.yml").write_text(
        "notices:\n"
        f"  - {{id: lift, text: The lift, until: {WEDNESDAY} 18:00, branches: [north], owner: Ana}}\n"
        f"  - {{id: sale, text: The sale, from: {WEDNESDAY} 11:00, until: 2026-11-20, owner: Ana}}\n"
        f"  - {{id: late, text: Later, from: {WEDNESDAY} 13:00, until: 2026-11-20, owner: Ana}}\n"
        "  - {id: old, text: Old, until: 2026-11-17, owner: Sam}\n"
    )
    notices = Notices(load_library(folder))
    assert [one.id for one in notices.now(NOW)] == ["lift", "sale"]
    assert [one.id for one in notices.now(NOW, ["south"])] == ["sale"]
    assert [one.id for one in notices.now(NOW + timedelta(hours=2), ["north"])] == ["lift", "sale", "late"]
    (old,) = notices_to_look_at(load_library(folder), NOW)
    assert "old of Sam is over since 2026-11-17" in str(old)


def test_what_the_desk_writes_is_read_as_it_was_meant(tmp_path: Path) -> None:
    folder = library(tmp_path).library.folder
    notice = Notice.model_validate(
        {"id": "a", "text": {"en": "Mind: the “step” #1", "es": "Ojo: el escalón"}, "until": "2026-11-20 10:00",
         "branches": ["north"], "owner": "no"}
    )  # fmt: skip
    emergency = Emergency.model_validate(
        {"id": "20261118-1110-abc", "reason": REASON, "from": f"{WEDNESDAY} 11:10:30", "note": {"en": "- a", "es": "b"},
         "until": "2026-11-19", "desk_open": True, "lifted": f"{WEDNESDAY} 12:00"}
    )  # fmt: skip
    (folder / "notices.yml").write_text(notices_text([notice]), encoding="utf-8")
    (folder / "emergency.yml").write_text(emergency_text(emergency), encoding="utf-8")
    found = Notices(load_library(folder))
    assert found.all == (notice,) and found.emergency == emergency and check_library(folder) == []


def test_file_of_the_sample_library_is_as_the_desk_writes_it() -> None:
    assert (Settings().library / "notices.yml").read_text(encoding="utf-8") == notices_text([])


@pytest.mark.parametrize(
    ("emergency", "lang", "says"),
    [
        ({"until": f"{WEDNESDAY} 15:00"}, "en",
         "**Closed now: all our branches**, until 3 PM today. Reason: a burst pipe. "
         "Events there until then are cancelled."),
        ({"until": "2026-11-19 09:00", "branches": ["north", "south"], "note": {"en": "Stay safe", "es": "Cuídese"}},
         "es",
         "**Cerrado ahora: Sucursal North y Sucursal South**, hasta el jueves 19 de noviembre a las 9 a.m. "
         "Motivo: una tubería rota. Se cancelan los eventos de esas horas allí. Cuídese. "
         "El personal sigue atendiendo aquí en el chat y en el 315-555-0100."),
        ({}, "en",
         "**Closed until further notice: all our branches**. Reason: a burst pipe. Events there today and tomorrow are "
         "cancelled; for later ones, please ask again."),
        ({"from": f"{WEDNESDAY} 15:00", "until": "2026-11-19 09:00", "desk_open": True}, "en",
         "**Closing today at 3 PM: all our branches**, until 9 AM on Thursday, November 19. Reason: a burst pipe. "
         "Events there in that time are cancelled. Staff still answer here in the chat and at 315-555-0100."),
        ({"from": "2026-11-19 13:00"}, "es",
         "**Se cierra mañana a la 1 p.m., hasta nuevo aviso: todas nuestras sucursales**. Motivo: una tubería rota. "
         "Los eventos posteriores allí pueden cancelarse; vuelva a preguntar."),
    ],
)  # fmt: skip
def test_patrons_read_where_until_when_and_why(
    tmp_path: Path, emergency: dict[str, object], lang: str, says: str
) -> None:
    row = {"id": "1", "reason": REASON, "from": f"{WEDNESDAY} 11:10"} | emergency
    known, wording = library(tmp_path).library, Wording.load(Settings().responses)
    found = Emergency.model_validate(row)
    assert closing_words(found, known, wording, lang, NOW.replace(tzinfo=None)) == says
    over = reopening_words(found, known, wording, lang)
    assert ("Open again" in over) == (lang == "en")
