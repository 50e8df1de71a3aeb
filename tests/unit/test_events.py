"""What is on: finding events, and reading them from calendars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.event_words import EventWords, stem
from bot.knowledge.events import (
    Audience,
    EventMode,
    EventQuery,
    EventsFound,
    EventsOutcome,
    EventStatus,
    LibraryEvent,
    Registration,
)
from bot.knowledge.expressions import spans_of
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import load_library
from bot.knowledge.sources.ics import EventReader, status_of
from bot.knowledge.sources.markup import text_of
from tests.unit.a_library import SAMPLE, vevent, write_library

ZONE = ZoneInfo("America/New_York")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


NOW = at("2026-11-16T09:00")  # a Monday


async def found(folder: Path, now: datetime = NOW, **query: object) -> EventsFound:
    return await Knowledge.open(folder, Path("unused")).events.find(EventQuery(**query), now)  # type: ignore[arg-type]


def listed(answer: EventsFound) -> list[str]:
    return [f"{one.start:%d %H:%M} {one.title}" for one in answer.events]


SERIES = vevent("story", "20261103T100000", "20261103T104500", "RRULE:FREQ=WEEKLY",
                "EXDATE;TZID=America/New_York:20261117T100000", LOCATION="north", title="Story")  # fmt: skip
MOVED = vevent("story", "20261125T140000", "20261125T144500", "RECURRENCE-ID;TZID=America/New_York:20261124T100000",
               LOCATION="north", title="Story")  # fmt: skip
CANCELLED = vevent("story", "20261201T100000", "20261201T104500", "RECURRENCE-ID;TZID=America/New_York:20261201T100000",
                   LOCATION="north", STATUS="CANCELLED", title="Story")  # fmt: skip


async def test_a_series_keeps_its_moved_and_cancelled_instances_and_drops_what_is_excepted(tmp_path: Path) -> None:
    folder = write_library(tmp_path, events=SERIES + MOVED + CANCELLED)
    answer = await found(folder, end=NOW + timedelta(days=30))
    assert listed(answer) == ["25 14:00 Story", "01 10:00 Story", "08 10:00 Story", "15 10:00 Story"]
    moved, cancelled, usual, _ = answer.events
    assert moved.moved_from == at("2026-11-24T10:00")
    assert cancelled.status == EventStatus.CANCELLED
    assert (usual.status, usual.moved_from, usual.recurring) == (EventStatus.SCHEDULED, None, True)


async def test_an_event_that_moved_away_is_still_found_on_its_first_day(tmp_path: Path) -> None:
    folder = write_library(tmp_path, events=SERIES + MOVED)
    answer = await found(folder, start=at("2026-11-24T00:00"), end=at("2026-11-25T00:00"))
    assert listed(answer) == ["25 14:00 Story"]


async def test_a_series_keeps_its_wall_time_over_the_clock_change(tmp_path: Path) -> None:
    weekly = vevent("s", "20261027T100000", "20261027T110000", RRULE="FREQ=WEEKLY", LOCATION="north")
    answer = await found(write_library(tmp_path, events=weekly), at("2026-10-26T09:00"))
    assert [one.start.strftime("%H:%M %z") for one in answer.events] == ["10:00 -0400", "10:00 -0500"]


ONCE = vevent("talk", "20261120T180000", "20261120T190000", LOCATION="north", title="Talk")


@pytest.mark.parametrize(
    ("case", "start", "end", "outcome", "events", "following"),
    [
        ("in the span", "2026-11-20T00:00", "2026-11-21T00:00", "found", 1, False),
        ("before it", "2026-11-18T00:00", "2026-11-19T00:00", "none_in_span", 0, True),
        ("ending when it begins", "2026-11-20T17:00", "2026-11-20T18:00", "none_in_span", 0, True),
        ("while it goes on", "2026-11-20T18:30", "2026-11-20T20:00", "found", 1, False),
        ("after it", "2026-11-21T00:00", "2026-11-22T00:00", "none_at_all", 0, False),
        ("a span that is over", "2026-11-01T00:00", "2026-11-02T00:00", "none_in_span", 0, True),
    ],
)
async def test_a_search_says_found_none_then_or_none_at_all(
    tmp_path: Path, case: str, start: str, end: str, outcome: str, events: int, following: bool
) -> None:
    answer = await found(write_library(tmp_path, events=ONCE), start=at(start), end=at(end))
    assert (answer.outcome, len(answer.events), answer.next is not None) == (outcome, events, following)


async def test_today_leaves_out_what_is_over_and_keeps_what_goes_on(tmp_path: Path) -> None:
    morning = vevent("m", "20261116T090000", "20261116T100000", LOCATION="north", title="Morning")
    noon = vevent("n", "20261116T110000", "20261116T130000", LOCATION="north", title="Noon")
    folder = write_library(tmp_path, events=morning + noon)
    now = at("2026-11-16T12:00")
    answer = await found(folder, now, start=at("2026-11-16T00:00"), end=at("2026-11-17T00:00"))
    assert listed(answer) == ["16 11:00 Noon"]
    assert answer.events[0].going_on(now)


async def test_the_next_event_is_not_a_cancelled_one(tmp_path: Path) -> None:
    off = vevent("a", "20261201T100000", "20261201T110000", LOCATION="north", STATUS="CANCELLED", title="Off")
    on = vevent("b", "20261202T100000", "20261202T110000", LOCATION="north", title="On")
    answer = await found(write_library(tmp_path, events=off + on))
    assert answer.next is not None and answer.next.title == "On"


async def test_a_calendar_that_is_gone_is_unknown_not_empty(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    knowledge = Knowledge.open(folder, tmp_path / "cache")
    (folder / "events.ics").unlink()
    assert (await knowledge.events.find(EventQuery(), NOW)).outcome == EventsOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("location", "branches", "room", "place", "mode"),
    [
        ("north", ("north",), None, None, EventMode.IN_PERSON),
        ("North Branch", ("north",), None, None, EventMode.IN_PERSON),
        ("Sucursal North", ("north",), None, None, EventMode.IN_PERSON),
        (r"North Branch\, Maple Room", ("north",), "Maple Room", None, EventMode.IN_PERSON),
        ("North Branch - Maple Room", ("north",), "Maple Room", None, EventMode.IN_PERSON),
        ("North Branch Maple Room", ("north",), "Maple Room", None, EventMode.IN_PERSON),
        (r"North Branch\; South Branch", ("north", "south"), None, None, EventMode.IN_PERSON),
        ("Online", (), None, None, EventMode.ONLINE),
        ("Online (Zoom)", (), None, None, EventMode.ONLINE),
        (r"South Branch\; Online", ("south",), None, None, EventMode.HYBRID),
        (r"City Park\, 4 Elm Street", (), None, "City Park, 4 Elm Street", EventMode.IN_PERSON),
        ("", (), None, None, EventMode.IN_PERSON),
    ],
)
async def test_a_location_is_read_as_branches_room_and_place(
    tmp_path: Path, location: str, branches: tuple[str, ...], room: str | None, place: str | None, mode: EventMode
) -> None:
    event = vevent("x", "20261120T180000", "20261120T190000", LOCATION=location)
    (one,) = (await found(write_library(tmp_path, events=event))).events
    assert (one.branch_ids, one.room, one.place, one.mode) == (branches, room, place, mode)


@pytest.mark.parametrize(
    ("title", "expected", "status"),
    [
        ("CANCELLED: Yoga", "Yoga", EventStatus.CANCELLED),
        ("Yoga - CANCELED", "Yoga", EventStatus.CANCELLED),
        ("Yoga (cancelled)", "Yoga", EventStatus.CANCELLED),
        ("Cancelado: Yoga", "Yoga", EventStatus.CANCELLED),
        ("[Postponed] Yoga", "Yoga", EventStatus.POSTPONED),
        ("Yoga (full)", "Yoga", EventStatus.FULL),
        ("FULL: Yoga", "Yoga", EventStatus.FULL),
        ("Yoga (waitlist only)", "Yoga", EventStatus.FULL),
        ("Full Moon Walk", "Full Moon Walk", EventStatus.SCHEDULED),
        ("The Cancelled Wedding: a film", "The Cancelled Wedding: a film", EventStatus.SCHEDULED),
        ("Cancelled", "Cancelled", EventStatus.SCHEDULED),
    ],
)
def test_a_mark_in_a_title_is_a_status(title: str, expected: str, status: EventStatus) -> None:
    assert status_of(title, "", None) == (expected, status)


async def test_seats_registration_and_links_are_read_and_bad_links_dropped(tmp_path: Path) -> None:
    full = vevent("f", "20261117T180000", "20261117T190000", **{"X-SEATS-LEFT": "0", "X-REGISTRATION": "required"})
    free = vevent(
        "d", "20261118T180000", "20261118T190000", **{"X-REGISTRATION": "drop_in", "URL": "https://a.example/1"}
    )
    form = vevent("u", "20261119T180000", "20261119T190000", **{"X-REGISTRATION-URL": "https://a.example/2"})
    evil = vevent(
        "j", "20261120T180000", "20261120T190000", **{"X-REGISTRATION-URL": "javascript:alert(1)", "URL": "data:x"}
    )
    answer = await found(write_library(tmp_path, events=full + free + form + evil))
    assert [(one.status, one.seats_left, one.registration, one.registration_url, one.url) for one in answer.events] == [
        (EventStatus.FULL, 0, Registration.REQUIRED, None, None),
        (EventStatus.SCHEDULED, None, Registration.DROP_IN, None, "https://a.example/1"),
        (EventStatus.SCHEDULED, None, Registration.REQUIRED, "https://a.example/2", None),
        (EventStatus.SCHEDULED, None, Registration.UNKNOWN, None, None),
    ]


async def test_all_day_utc_and_floating_times_are_the_librarys(tmp_path: Path) -> None:
    whole = vevent("w", "20261120", "20261122", LOCATION="north", title="Sale")
    utc = "BEGIN:VEVENT\nUID:u\nSUMMARY:Utc\nDTSTART:20261117T150000Z\nDURATION:PT1H\nEND:VEVENT\n"
    floating = "BEGIN:VEVENT\nUID:f\nSUMMARY:Floating\nDTSTART:20261118T150000\nDTEND:20261118T160000\nEND:VEVENT\n"
    answer = await found(write_library(tmp_path, events=whole + utc + floating))
    assert listed(answer) == ["17 10:00 Utc", "18 15:00 Floating", "20 00:00 Sale"]
    assert [one.all_day for one in answer.events] == [False, False, True]
    assert answer.events[2].end == at("2026-11-22T00:00")


async def test_a_description_in_html_becomes_text(tmp_path: Path) -> None:
    html = r"<p>Come &amp\; read.</p><script>alert(1)</script><b>Free</b>"
    event = vevent("x", "20261120T180000", "20261120T190000", DESCRIPTION=html)
    (one,) = (await found(write_library(tmp_path, events=event))).events
    assert one.summary == "Come & read. Free"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("a<br>b<br/>c", "a b c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<style>p{}</style><p>seen</p>", "seen"),
        ("<img src=x onerror=alert(1)>after", "after"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("left\u202eright\x00\x1b[31m", "leftright[31m"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("word " * 400, ("word " * 240).strip() + "…"),
    ],
)
def test_markup_is_read_as_text(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("words", "audiences", "subjects", "rest"),
    [
        ("storytimes for toddlers", {"toddler"}, {"storytime"}, ()),
        ("any story time for my baby this week?", {"baby"}, {"storytime"}, ()),
        ("cuentos bilingües", set(), {"storytime", "spanish"}, ()),
        ("eventos para niños", {"kids"}, set(), ()),
        ("is there a lego club", set(), {"lego"}, ("club",)),
        ("book clubs for adults", {"adult"}, {"book_club"}, ()),
        ("club de lectura", set(), {"book_club"}, ()),
        ("clases de inglés", set(), {"esl"}, ()),
        ("clase de ciudadanía", set(), {"citizenship"}, ("clase",)),
        ("something for my 3 year old", {"preschool"}, set(), ()),
        ("actividades para mi hijo de 8 años", {"kids"}, set(), ()),
        ("18 months old", {"toddler"}, set(), ()),
        ("D&D night", set(), {"role_playing"}, ()),
        ("help with taxes", set(), {"taxes"}, ("help",)),
        ("ayuda con los impuestos", set(), {"taxes"}, ("ayuda",)),
        ("events for seniors at the north branch", {"senior"}, set(), ()),
        ("what's happening on 12/5", set(), set(), ()),
        ("underwater basket weaving", set(), set(), ("underwater", "basket", "weaving")),
        ("¿hay yoga para adultos mayores?", {"senior"}, {"yoga"}, ()),
        ("how to spot fake news", set(), {"media_literacy"}, ("spot",)),
    ],
)
def test_words_are_read_as_audiences_subjects_and_the_rest(
    words: str, audiences: set[str], subjects: set[str], rest: tuple[str, ...]
) -> None:
    read = EventWords(ignored=("North Branch", "south")).read(words)
    assert (set(read.audiences), set(read.subjects), tuple(read.stems)) == (audiences, subjects, rest)


def test_online_is_read_as_a_way_to_take_part() -> None:
    assert EventWords().read("virtual events").online is True
    assert EventWords().read("book club por zoom").online is True
    assert EventWords().read("book club").online is None


def test_a_library_adds_words_of_its_own() -> None:
    assert EventWords({"repair": ("repair café", "fix-it")}).read("when is the fix-it?").subjects == {"repair"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("storytimes", "storytime"), ("stories", "story"), ("knitting", "knit"), ("coding", "code"), ("bebés", "bebe"),
     ("classes", "class"), ("niñas", "niños"), ("movies", "movie"), ("taxes", "tax"), ("babies", "baby")],
)  # fmt: skip
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    words = EventWords().read(f"{one} {other}")
    assert len({stem(word) for word in (one, other)} | set(words.stems.values())) <= 2


async def test_words_find_what_they_name_and_nothing_else() -> None:
    async def titles(words: str) -> set[str]:
        return {one.title for one in (await found(SAMPLE, end=NOW + timedelta(days=28), words=words)).events}

    assert await titles("lego club") == {"LEGO Club"}
    assert await titles("yoga") == {"Chair Yoga", "Saturday Morning Yoga"}
    assert await titles("dungeons and dragons") == {"Dungeons and Dragons for Teens"}
    assert await titles("citizenship") == {"Citizenship Class", "Clase de ciudadanía"}
    assert await titles("cuentos bilingües") == {"Cuentos bilingües / Bilingual Storytime"}
    assert await titles("genealogía") == {"Find Your Family: Genealogy Help"}
    assert "Toddler Storytime" in await titles("storytimes for toddlers")
    assert "Chess Corner" in await titles("games for teens")
    assert await titles("basket weaving") == set()


async def test_words_beside_a_subject_that_nothing_holds_are_named() -> None:
    answer = await found(SAMPLE, words="lego workshop")
    assert answer.unmatched == ("workshop",)
    assert {one.subjects for one in answer.events} == {("lego",)}


@pytest.mark.parametrize("now", ["2026-11-21T14:05", "2026-01-05T00:00", "2031-02-11T10:00", "2024-07-07T20:00"])
async def test_the_sample_is_alive_at_any_time(now: str) -> None:
    moment = at(now)
    answer = await found(SAMPLE, moment, end=moment + timedelta(days=28))
    statuses = {one.status for one in answer.events}
    assert len(answer.events) > 80
    assert {EventStatus.SCHEDULED, EventStatus.CANCELLED, EventStatus.FULL} <= statuses
    assert any(one.moved_from for one in answer.events)
    assert {EventMode.IN_PERSON, EventMode.ONLINE, EventMode.HYBRID} == {one.mode for one in answer.events}
    assert any(len(one.branch_ids) == 2 for one in answer.events)
    assert any(one.registration_url for one in answer.events)
    assert set(Audience) == {audience for one in answer.events for audience in one.audiences}
    assert all(earlier.start <= later.start for earlier, later in zip(answer.events, answer.events[1:], strict=False))
    assert len({one.id for one in answer.events}) == len(answer.events)


def test_the_sample_has_sixty_events_and_more() -> None:
    assert (SAMPLE / "events.ics").read_text().count("BEGIN:VEVENT") >= 60


async def test_in_the_sample_every_event_is_within_the_hours_of_its_branch() -> None:
    library = load_library(SAMPLE)
    answer = await found(SAMPLE, at("2026-01-05T00:00"), end=at("2026-02-02T00:00"))
    outside = [
        (one.title, str(one.start))
        for one in answer.events
        for branch_id in one.branch_ids
        if one.status != EventStatus.CANCELLED and not _within_hours(one, branch_id, library.points)
    ]
    assert outside == []


def _within_hours(one: LibraryEvent, branch_id: str, points: tuple[object, ...]) -> bool:
    (pattern,) = (point.hours for point in points if (point.branch_id, point.id) == (branch_id, "building"))  # type: ignore[attr-defined]
    start, end = one.start.replace(tzinfo=None), one.end.replace(tzinfo=None)
    return any(span.start <= start and end <= span.end for span in spans_of(pattern, "US", start.date()))


async def test_in_the_sample_an_event_on_a_closed_day_is_cancelled_with_the_reason() -> None:
    answer = await found(SAMPLE, start=at("2026-11-26T00:00"), end=at("2026-11-27T00:00"))
    assert answer.events
    assert {(one.status, str(one.reason)) for one in answer.events} == {(EventStatus.CANCELLED, "Thanksgiving Day")}


async def test_an_event_is_found_again_by_its_id() -> None:
    events = Knowledge.open(SAMPLE, Path("unused")).events
    one = (await events.find(EventQuery(words="lego"), NOW)).events[0]
    assert await events.by_id(one.id, NOW + timedelta(days=1)) == one
    assert await events.by_id("e000000000000", NOW) is None


@pytest.mark.parametrize(("branch", "expected"), [("eastside", {"eastside"}), ("riverside", {"riverside"})])
async def test_a_branch_narrows_the_search(branch: str, expected: set[str]) -> None:
    answer = await found(SAMPLE, branch_ids=(branch,))
    assert {branch_id for one in answer.events for branch_id in one.branch_ids} - {"main"} == expected


async def test_a_family_event_suits_children_and_one_for_all_ages_everybody(tmp_path: Path) -> None:
    family = vevent("f", "20261117T180000", "20261117T190000", CATEGORIES="Family", title="F")
    everybody = vevent("a", "20261118T180000", "20261118T190000", CATEGORIES="All Ages", title="A")
    teens = vevent("t", "20261119T180000", "20261119T190000", CATEGORIES="Teens", title="T")
    folder = write_library(tmp_path, events=family + everybody + teens)
    for audience, expected in (
        (Audience.TODDLER, "FA"),
        (Audience.SENIOR, "A"),
        (Audience.TEEN, "AT"),
        (Audience.KIDS, "FA"),
    ):
        answer = await found(folder, audiences=(audience,))
        assert "".join(one.title for one in answer.events) == expected


def test_the_words_of_a_title_do_not_overrule_the_audience_of_the_calendar() -> None:
    assert EventWords().classify(["Adults"], "Find Your Family: Genealogy") == ((Audience.ADULT,), ("genealogy",))
    assert EventWords().classify([], "Family Lego Night")[0] == (Audience.FAMILY,)


def test_a_room_of_a_branch_is_not_taken_for_another_branch() -> None:
    reader = EventReader(load_library(SAMPLE), "test")
    assert reader.place("210 Market Street") == ((), None, "210 Market Street", False)
    assert reader.place("Main Library, Maple Room") == (("main",), "Maple Room", None, False)


async def test_a_far_date_is_answered_too() -> None:
    start = datetime.combine(date(2027, 10, 4), datetime.min.time(), ZONE)
    assert (await found(SAMPLE, start=start, end=start + timedelta(days=7))).outcome == EventsOutcome.FOUND
