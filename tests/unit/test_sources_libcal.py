"""LibCal: the real hours feed of a university library, and answers of the API in its documented shape."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.events import Audience, EventMode, EventStatus, Registration
from bot.knowledge.library import load_library
from bot.knowledge.sources.base import DayFacts
from bot.knowledge.sources.libcal import facts, read_api, read_feed
from bot.knowledge.sources.libcal_events import read_events
from bot.knowledge.sources.wall_time import since_midnight
from bot.settings import ROOT
from tests.unit.a_library import SAMPLE

FEED = ROOT.parent / "shared" / "feeds" / "libcal_hours_today_uq.json"
TUESDAY = date(2024, 9, 10)
ZONE = ZoneInfo("America/New_York")


def told(one: DayFacts) -> str:
    spans = " ".join(f"{span.start:%d %H:%M}-{span.end:%d %H:%M}" for span in one.spans)
    return f"{one.state} {spans}".strip()


def test_all_34_entries_of_the_real_feed_have_their_status() -> None:
    entries = read_feed(FEED.read_bytes(), TUESDAY)
    assert len(entries) == 34
    assert Counter(entry.days[TUESDAY].state.value for entry in entries.values()) == {
        "unknown": 12,
        "open": 10,
        "open_24h": 8,
        "text": 3,
        "by_appointment": 1,
    }
    assert sum(entry.parent is None for entry in entries.values()) == 12


@pytest.mark.parametrize(
    ("lid", "name", "parent", "expected"),
    [
        ("3823", "Architecture & Music Library", None, "unknown"),
        ("10451", "Collections & space", "3823", "open 10 07:30-10 19:30"),
        ("3970", "Collections & space", "3967", "open 10 07:00-10 22:30"),
        ("3829", "Study space", "3824", "open_24h 10 00:00-11 00:00"),
        ("10779", "AskUs desk", "3823", "text"),
        ("3851", "Service & collections", "3832", "by_appointment"),
        ("4987", "Chat", "4986", "open 10 08:00-10 20:00"),
    ],
)
def test_an_entry_of_the_real_feed_is_read(lid: str, name: str, parent: str | None, expected: str) -> None:
    entry = read_feed(FEED.read_bytes(), TUESDAY)[lid]
    assert (entry.name, entry.parent, told(entry.days[TUESDAY])) == (name, parent, expected)


def test_a_text_is_kept_as_the_library_wrote_it() -> None:
    entry = read_feed(FEED.read_bytes(), TUESDAY)["10779"]
    assert entry.days[TUESDAY].text == "8am–7:30pm Virtual Service"


@pytest.mark.parametrize(
    ("fetched", "days"), [("2024-09-10", [10]), ("2024-09-11", [10]), ("2024-09-09", [10]), ("2024-09-13", [])]
)
def test_a_today_feed_is_about_the_nearest_day_of_its_name(fetched: str, days: list[int]) -> None:
    entry = read_feed(FEED.read_bytes(), date.fromisoformat(fetched))["10451"]
    assert [day.day for day in entry.days] == days


def test_a_weekly_grid_is_read_by_its_dates() -> None:
    week = {
        "Sunday": {"date": "2026-11-22", "times": {"status": "closed", "currently_open": False}, "rendered": "Closed"},
        "Monday": {"date": "2026-11-23", "times": {"status": "open", "hours": [{"from": "8am", "to": "12am"}]}},
        "Tuesday": {"date": "2026-11-24", "times": {"status": "open", "hours": [{"from": "10pm", "to": "2am"}]}},
        "Wednesday": {"date": "2026-11-25", "times": {"status": "open", "note": "<b>Exams</b>", "hours": [
            {"from": "1pm", "to": "5:30pm"}, {"from": "9am", "to": "noon"}]}},
        "Thursday": {"date": "2026-11-26", "times": {"status": "not-set"}},
    }  # fmt: skip
    grid = {"locations": [{"lid": 7, "name": "Main", "weeks": [week]}]}
    days = read_feed(json.dumps(grid).encode(), TUESDAY)["7"].days
    assert {day.day: told(one) for day, one in days.items()} == {
        22: "closed",
        23: "open 23 08:00-24 00:00",
        24: "open 24 22:00-25 02:00",
        25: "open 25 09:00-25 12:00 25 13:00-25 17:30",
        26: "unknown",
    }
    assert str(days[date(2026, 11, 25)].note) == "Exams"


def test_hours_of_the_api_are_read_by_date() -> None:
    answer = [{"lid": 8, "name": "Main", "dates": {
        "2026-11-23": {"status": "open", "hours": [{"from": "9:00am", "to": "9:00pm"}]},
        "2026-11-24": {"status": "24hours"},
        "2026-11-26": {"status": "closed", "note": "Thanksgiving"},
    }}]  # fmt: skip
    days = read_api(json.dumps(answer).encode())["8"].days
    assert [told(one) for one in days.values()] == ["open 23 09:00-23 21:00", "open_24h 24 00:00-25 00:00", "closed"]
    assert str(days[date(2026, 11, 26)].note) == "Thanksgiving"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"status": "open", "hours": [{"from": "9am", "to": "5pm"}]}, "open 10 09:00-10 17:00"),
        ({"status": "open"}, "unknown"),
        ({"status": "open", "hours": []}, "unknown"),
        ({"status": "open", "hours": "9-5"}, "unknown"),
        ({"status": "open", "hours": [{"from": "9am"}]}, "unknown"),
        ({"status": "open", "hours": [{"from": "early", "to": "late"}]}, "unknown"),
        ({"status": "open", "hours": [None]}, "unknown"),
        ({"status": "ByApp", "hours": [{"from": "9am", "to": "5pm"}]}, "by_appointment 10 09:00-10 17:00"),
        ({"status": "text", "text": ""}, "unknown"),
        ({"status": "something new"}, "unknown"),
        ({}, "unknown"),
        ([], "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ({"status": "closed"}, "closed"),
    ],
)
def test_what_is_not_understood_is_unknown_never_closed(times: object, expected: str) -> None:
    assert told(facts(times, TUESDAY)) == expected


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"locations": 3}', b"<html>", b"null", b"\xff\xfe"])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_feed(body, TUESDAY)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("8am", 480), ("7:30pm", 1170), ("12am", 0), ("12pm", 720), ("12:30am", 30), ("noon", 720), ("midnight", 0),
     ("09:00", 540), ("09:00:00", 540), ("24:00:00", 1440), ("T10:00", 600), ("5 p.m.", 1020), ("17.30", 1050)],
)  # fmt: skip
def test_clock_times_are_read_in_every_form(written: str, minutes: int) -> None:
    assert since_midnight(written).total_seconds() == minutes * 60


@pytest.mark.parametrize("written", ["", "13pm", "0am", "25:00", "24:30", "10:75", "late", "9am-5pm", None, 9.5])
def test_other_words_are_no_time(written: object) -> None:
    with pytest.raises(ValueError):
        since_midnight(written)


def event(**changes: object) -> dict[str, object]:
    """Return an event as the API gives it, some empty objects as "" and []."""
    return {
        "id": 101,
        "title": "Toddler Storytime",
        "allday": False,
        "start": "2026-11-24T10:00:00-05:00",
        "end": "2026-11-24T10:45:00-05:00",
        "description": "<p>Songs &amp; stories</p>",
        "url": {"public": "https://cal.example/event/101", "admin": "https://cal.example/admin/101"},
        "location": {"id": 5, "type": 1, "name": "Story Room"},
        "campus": {"id": 1, "name": "Main Library"},
        "category": [{"id": 9, "name": "Storytime"}],
        "audience": [{"id": 3, "name": "Toddlers"}],
        "calendar": {"id": 77, "name": "Events"},
        "registration": False,
        "seats": 0,
        "online_join_url": "https://zoom.example/secret",
        "future_dates": [{"event_id": 102, "start": "2026-12-01T10:00:00-05:00"}],
        **changes,
    }


def read(*events: dict[str, object]) -> list[object]:
    body = json.dumps({"events": list(events)}).encode()
    return list(read_events(body, load_library(SAMPLE), "libcal77", {"Market St": "main"}))


def test_an_event_of_the_api_is_read() -> None:
    (one,) = read_events(json.dumps({"events": [event()]}).encode(), load_library(SAMPLE), "libcal77")
    assert (one.title, one.summary, one.url) == (
        "Toddler Storytime",
        "Songs & stories",
        "https://cal.example/event/101",
    )
    assert one.start == datetime(2026, 11, 24, 10, tzinfo=ZONE)
    assert (one.branch_ids, one.room, one.mode) == (("main",), "Story Room", EventMode.IN_PERSON)
    assert (one.audiences, one.subjects) == ((Audience.TODDLER,), ("storytime",))
    assert (one.registration, one.recurring) == (Registration.DROP_IN, True)
    assert "secret" not in repr(one)


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"campus": "", "location": []}, "branch_ids", ()),
        ({"campus": {"id": 2, "name": "Market St"}}, "branch_ids", ("main",)),
        ({"campus": "", "location": {"name": "Eastside Branch"}}, "branch_ids", ("eastside",)),
        ({"campus": "", "location": {"name": "City Park"}}, "place", "City Park"),
        ({"location": {"name": "Online"}, "campus": ""}, "mode", EventMode.ONLINE),
        ({"online_seats": 20}, "mode", EventMode.HYBRID),
        ({"title": "CANCELED - Toddler Storytime"}, "status", EventStatus.CANCELLED),
        ({"title": "CANCELED - Toddler Storytime"}, "title", "Toddler Storytime"),
        ({"registration": True, "seats": 10, "seats_taken": 4}, "seats_left", 6),
        ({"registration": True, "seats": 10, "seats_taken": 12}, "seats_left", 0),
        ({"registration": True, "seats": 10, "seats_taken": 10}, "status", EventStatus.FULL),
        ({"registration": True, "seats": "", "seats_taken": ""}, "seats_left", None),
        ({"registration": True}, "registration_url", "https://cal.example/event/101"),
        ({"registration": True, "has_registration_closed": True}, "registration_url", None),
        ({"registration": None}, "registration", Registration.UNKNOWN),
        ({"url": {"public": "javascript:alert(1)"}}, "url", None),
        ({"url": ""}, "url", None),
        ({"category": "", "audience": ""}, "audiences", (Audience.TODDLER,)),
        ({"allday": True}, "start", datetime(2026, 11, 24, tzinfo=ZONE)),
        ({"start": "2026-11-24T15:00:00+00:00"}, "start", datetime(2026, 11, 24, 10, tzinfo=ZONE)),
        ({"end": "2026-11-24T09:00:00-05:00"}, "end", datetime(2026, 11, 24, 10, tzinfo=ZONE)),
    ],
)
def test_the_habits_of_the_api_are_known(changes: dict[str, object], field: str, expected: object) -> None:
    (one,) = read(event(**changes))
    assert getattr(one, field) == expected


def test_an_event_without_times_is_left_out_and_the_rest_is_in_order() -> None:
    events = read(event(id=2, start="2026-11-25T10:00:00-05:00"), event(id=3, start=""), event(id=1))
    assert [one.uid for one in events] == ["1", "2"]  # type: ignore[attr-defined]
