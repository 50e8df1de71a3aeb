"""The library's files: what they say, and what a mistake in them is told as."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.check import check_library
from bot.knowledge.library import BUILDING, WHOLE_LIBRARY, load_library
from bot.knowledge.problems import LibraryFileError
from bot.knowledge.text import Text, plain
from tests.unit.a_library import SAMPLE, calendar, vevent, write_library


def test_the_sample_library_is_without_mistakes() -> None:
    assert check_library(SAMPLE) == []


def test_the_sample_has_three_branches_with_all_that_patrons_ask_for() -> None:
    library = load_library(SAMPLE)
    assert library.branch_ids == ("main", "eastside", "riverside")
    for branch in library.branches:
        assert {language for language, _ in branch.name.in_languages} == {"en", "es"}
        assert branch.transit and branch.access and branch.rooms
        assert library.point(branch.id, BUILDING)
        for text in (branch.directions, branch.parking.where, branch.parking.cost, branch.parking.accessible):
            assert text.to("es") != text.to("en")
    assert len({branch.phone for branch in library.branches}) == 3
    assert {point.id for point in library.points_of(WHOLE_LIBRARY)} == {"phone", "chat"}


@pytest.mark.parametrize(
    ("said", "branch_id"),
    [("Eastside", "eastside"), ("EAST SIDE", "eastside"), ("la del rio", "riverside"), ("downtown library", "main"),
     ("Sucursal Este", "eastside"), ("main", "main"), ("Westside", None), ("", None)],
)  # fmt: skip
def test_a_branch_is_known_by_its_names(said: str, branch_id: str | None) -> None:
    branch = load_library(SAMPLE).branch_named(said)
    assert (branch.id if branch else None) == branch_id


def test_a_service_of_the_whole_library_is_found_from_any_branch() -> None:
    library = load_library(SAMPLE)
    point = library.point("eastside", "chat")
    assert point is not None and point.branch_id == WHOLE_LIBRARY
    desk = library.point("eastside", "desk")
    assert desk is not None and desk.branch_id == "eastside"
    assert library.points_of("main")[0].id == BUILDING


def test_a_text_is_told_in_the_language_asked_for_or_the_first() -> None:
    text = Text.model_validate({"en": "Free.", "es": "Gratis."})
    assert (text.to("es"), text.to("en"), text.to("zh")) == ("Gratis.", "Free.", "Free.")
    assert Text.model_validate("Free.").to("es") == "Free."


def test_plain_text_has_no_accents_capitals_or_runs_of_spaces() -> None:
    assert plain("  La  Biblioteca PÚBLICA del Niño’s ") == "la biblioteca publica del nino's"


MISTAKES = [
    ("library.yml", "zone: America/New_York", "zone: America/Alder_Falls", "not a time zone", "IANA"),
    ("library.yml", "country: US", "country: Ruritania", "not a country", "ISO 3166"),
    ("library.yml", "phone: 315-555-0100", "phone: call us", "not a telephone number", "315-555-0140"),
    ("library.yml", "email: north@library.example", "email: north", "not an e-mail address", "desk@"),
    ("library.yml", "website: https://library.example", "website: library.example", "not a web address", "https://"),
    ("library.yml", "town: Testville", "town: Testville\nmayor: Ann", "mayor", "Remove it"),
    ("library.yml", "- id: south", "- id: north", "already taken", "id of its own"),
    ("library.yml", "- id: south", "- id: South Side", "not an id", "lower-case"),
    ("library.yml", "  - south", "  - north", "names both", "one of them"),
    ("library.yml", "  latitude: 43", "  latitude: 430", "less than or equal to 90", "Correct"),
    ("library.yml", "  map_url: https://map.example/1\n", "", "map_url", "Add it"),
    ("library.yml", "town: Testville", "town: Testville\ntown: Elsewhere", "written twice", "Keep one"),
    ("library.yml", "town: Testville", "town: [Testville", "YAML", "indentation"),
    ("library.yml", "    cost: Free.", "    cost: {en: Free, esp-x: Gratis}", "not a language code", "Correct"),
    ("hours.yml", "Mo-Fr 09:00-17:00", "Mo-Fr 9-17", "wrong at letter 7", "Mo-Fr 09:00"),
    ("hours.yml", "Mo-Fr 09:00-17:00", "weekdays from nine", "wrong at letter", "Mo-Fr 09:00"),
    ("hours.yml", "Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; SH off", "school holidays", "closures.ics"),
    ("hours.yml", "Mo-Fr 09:00-17:00", "Mo-Fr sunrise-sunset", "sunset", "Write the time"),
    ("hours.yml", "  south:\n", "  west:\n", "No branch has the id 'west'", "north, south, library"),
    ("hours.yml", "    building: Mo-Sa", "    lobby: Mo-Sa", "'lobby' has no name", "under services"),
    ("hours.yml", "    building: Mo-Sa", "    desk: Mo-Sa", "south has no hours for its doors", "building"),
]


@pytest.mark.parametrize(("file", "good", "bad", "message", "cure"), MISTAKES)
def test_a_mistake_is_told_with_file_line_and_cure(
    tmp_path: Path, file: str, good: str, bad: str, message: str, cure: str
) -> None:
    path = write_library(tmp_path) / file
    text = path.read_text()
    assert good in text
    path.write_text(text.replace(good, bad, 1))
    problems = check_library(tmp_path)
    told = [one for one in problems if one.file == file and message in one.message]
    assert told, problems
    assert cure in told[0].cure
    assert told[0].line > 0
    with pytest.raises(LibraryFileError, match=re.escape(file)):
        load_library(tmp_path)


def test_the_line_is_the_line_of_the_mistake(tmp_path: Path) -> None:
    path = write_library(tmp_path) / "library.yml"
    lines = path.read_text().splitlines()
    number = next(index for index, line in enumerate(lines) if "south@" in line)
    lines[number] = "  email: nobody"
    path.write_text("\n".join(lines))
    (problem,) = check_library(tmp_path)
    assert (problem.file, problem.line) == ("library.yml", number + 1)
    assert "branches.1.email" in problem.message


def test_mistakes_in_both_files_are_told_at_once(tmp_path: Path) -> None:
    write_library(tmp_path, {"building": "Mo 9"}, zone="Nowhere")
    assert {problem.file for problem in check_library(tmp_path)} == {"library.yml", "hours.yml"}


def test_a_missing_or_unreadable_file_is_told(tmp_path: Path) -> None:
    write_library(tmp_path)
    (tmp_path / "hours.yml").unlink()
    (tmp_path / "library.yml").write_bytes(b"name: Biblioth\xe8que\n")
    assert [(one.file, one.message) for one in check_library(tmp_path)] == [
        ("hours.yml", "The file is missing."),
        ("library.yml", "The file is not UTF-8."),
    ]


GOOD = vevent("good", "20261120T100000", "20261120T110000", LOCATION="north", title="Good")
SERIES = vevent("good", "20261120T100000", "20261120T110000", "RRULE:FREQ=WEEKLY", LOCATION="north", title="Good")
CALENDAR_MISTAKES = [
    ("LOCATION:north\n", "", "no place", "north, south"),
    ("UID:good\n", "", "no UID", "UID"),
    ("SUMMARY:Good\n", "", "no SUMMARY", "SUMMARY"),
    ("DTSTART;TZID=America/New_York:20261120T100000\n", "", "no DTSTART", "DTSTART"),
    ("DTSTART;TZID=America/New_York:20261120T100000", "DTSTART:next Friday", "not a time", "DTSTART;"),
    ("DTSTART;TZID=America/New_York", "DTSTART;TZID=Alder/Falls", "not a time zone", "America/New_York"),
    ("20261120T110000", "20261120T090000", "does not end after it begins", "DTEND"),
    ("LOCATION:north", "LOCATION:north\nRRULE:FREQ=SOMETIMES", "cannot be used", "FREQ=WEEKLY"),
    ("LOCATION:north", "LOCATION:north\nX-SEATS-LEFT:many", "X-SEATS-LEFT", "whole number"),
    ("LOCATION:north", "LOCATION:north\nX-REGISTRATION:maybe", "X-REGISTRATION", "drop_in"),
    ("LOCATION:north", "LOCATION:north\nX-MODE:hologram", "X-MODE", "in_person"),
    ("LOCATION:north", "LOCATION:north\nX-REGISTRATON:required", "not a property", "X-REGISTRATION"),
    ("LOCATION:north", "LOCATION:north\nURL:library.example", "URL", "https://"),
    ("LOCATION:north", "LOCATION:north\nSTATUS:OFF", "STATUS", "CANCELLED"),
    ("LOCATION:north", "LOCATION:north\nFLAVOUR:sweet", "'FLAVOUR' is not a property", "Remove it"),
    ("LOCATION:north", "LOCATION:north\nthis line is lost", "not a property", "NAME:value"),
    ("UID:good", "UID:good\nRECURRENCE-ID;TZID=America/New_York:20261120T100000", "No series has the UID", "series"),
]


@pytest.mark.parametrize(("good", "bad", "message", "cure"), CALENDAR_MISTAKES)
def test_a_mistake_in_a_calendar_is_told_with_its_line(
    tmp_path: Path, good: str, bad: str, message: str, cure: str
) -> None:
    assert good in GOOD
    write_library(tmp_path, events=GOOD.replace(good, bad, 1))
    problems = check_library(tmp_path)
    told = [one for one in problems if message in one.message]
    assert told, problems
    assert (told[0].file, cure in told[0].cure) == ("events.ics", True)
    assert told[0].line >= 4


def test_the_line_in_a_folded_calendar_is_the_first_of_the_folded_line(tmp_path: Path) -> None:
    write_library(tmp_path)
    folded = "DESCRIPTION:long and\n  longer\n  and longer still\nX-SEATS-LEFT:some\n"
    text = calendar(GOOD)
    (tmp_path / "events.ics").write_text(text.replace("LOCATION:north\n", "LOCATION:north\n" + folded))
    (problem,) = check_library(tmp_path)
    lines = (tmp_path / "events.ics").read_text().splitlines()
    assert lines[problem.line - 1] == "X-SEATS-LEFT:some"


def test_closures_name_branches_and_services_that_exist(tmp_path: Path) -> None:
    write_library(tmp_path, closures=vevent("x", "20261120", "20261121", LOCATION="west", CATEGORIES="sauna"))
    assert {one.message for one in check_library(tmp_path)} == {
        "No branch is called 'west'.",
        "No service is called 'sauna'.",
    }


def test_two_events_of_one_uid_are_told_but_not_an_instance_of_a_series(tmp_path: Path) -> None:
    instance = vevent("good", "20261127T120000", "20261127T130000",
                      "RECURRENCE-ID;TZID=America/New_York:20261127T100000", LOCATION="north")  # fmt: skip
    write_library(tmp_path, events=SERIES + instance)
    assert check_library(tmp_path) == []
    write_library(tmp_path, events=GOOD + GOOD)
    assert ["already used" in one.message for one in check_library(tmp_path)] == [True]


def test_an_event_outside_the_weeks_that_repeat_is_told(tmp_path: Path) -> None:
    repeat = {"events": [{"kind": "files", "repeat": {"weeks": 2, "start": "2026-11-02"}}]}
    write_library(tmp_path, events=GOOD, sources=repeat)
    assert ["outside the weeks" in one.message for one in check_library(tmp_path)] == [True]


SITE = "https://a.example"
FEED = {"kind": "libcal_feed", "name": "LibCal", "points": {}}
API = {"kind": "libcal_api", "name": "LibCal", "url": SITE, "client_id": "7"}
CALENDAR = {"kind": "icalendar", "name": "Calendar", "url": SITE}
SOURCE_MISTAKES = [
    ({"hours": [{"kind": "telepathy"}]}, "sources.hours.0"),
    ({"hours": [FEED | {"url": "http://a.example"}]}, "'http' is not https"),
    ({"hours": [FEED | {"url": "https://10.0.0.1/x"}]}, "not a public address"),
    ({"hours": [FEED | {"url": SITE, "points": {"north/roof": "1"}}]}, "north/roof"),
    ({"hours": [{"kind": "jsonld", "name": "Site", "pages": {"west/building": SITE}}]}, "west/building"),
    ({"events": [CALENDAR | {"branches": {"West": "west"}}]}, "'west'"),
    ({"events": [{"kind": "files", "file": "gone.ics"}]}, "no file 'gone.ics'"),
    ({"events": [{"kind": "files", "repeat": {"weeks": 4, "start": "2026-01-06"}}]}, "not a Monday"),
    ({"events": [API | {"secret_from": "s3cret"}]}, "environment variable"),
]


@pytest.mark.parametrize(("sources", "message"), SOURCE_MISTAKES)
def test_a_mistake_in_the_sources_is_told(tmp_path: Path, sources: dict[str, object], message: str) -> None:
    write_library(tmp_path, sources=sources)
    problems = check_library(tmp_path)
    assert [one.file for one in problems if message in one.message] == ["library.yml"], problems
