"""When the library is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.expressions import spans_of
from bot.knowledge.hours import DayHours, Hours
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.sources.base import HoursState
from tests.unit.a_library import SAMPLE, vevent, write_library

ZONE = ZoneInfo("America/New_York")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


NOW = at("2026-11-18T12:00")  # a Wednesday


def told(day: DayHours) -> str:
    """Return a day as 'open 09:00-17:00' with its reason."""
    ranges = " ".join(
        f"{one.start:%H:%M}-{one.end:%H:%M}{'+1' if one.end.date() > day.day else ''}"
        f"{'?' if one.state == HoursState.BY_APPOINTMENT else ''}"
        for one in day.ranges
    )
    return f"{day.state} {ranges}".strip() + (f" ({day.reason})" if day.reason else "")


def hours(tmp_path: Path, expression: str, closures: str = "", zone: str = "America/New_York") -> Hours:
    folder = write_library(tmp_path / "library", {"building": expression}, closures, zone=zone)
    return Knowledge.open(folder, tmp_path / "cache").hours


@pytest.mark.parametrize(
    ("case", "expression", "day", "expected"),
    [
        ("a plain weekday", "Mo-Fr 09:00-17:00", "2026-11-18", "open 09:00-17:00"),
        ("a day that is not named", "Mo-Fr 09:00-17:00", "2026-11-22", "closed"),
        ("a split day", "Mo-Fr 09:00-12:00,13:00-17:00", "2026-11-18", "open 09:00-12:00 13:00-17:00"),
        ("until midnight", "Mo-Fr 09:00-24:00", "2026-11-18", "open 09:00-00:00+1"),
        ("past midnight", "Fr 20:00-02:00", "2026-11-20", "open 20:00-02:00+1"),
        ("the morning after a late night", "Fr 20:00-02:00", "2026-11-21", "closed"),
        ("late on each of two days", "Fr,Sa 20:00-02:00", "2026-11-21", "open 20:00-02:00+1"),
        ("hours written past 24", "Fr 20:00-26:00", "2026-11-20", "open 20:00-02:00+1"),
        ("always", "24/7", "2026-11-18", "open_24h 00:00-00:00+1"),
        ("one whole day", "We 00:00-24:00", "2026-11-18", "open_24h 00:00-00:00+1"),
        ("the end of days and nights in a row", "Mo-We 00:00-24:00; Th 00:00-18:00", "2026-11-19", "open 00:00-18:00"),
        ("a night within days and nights", "Mo-We 00:00-24:00; Th 00:00-18:00", "2026-11-17", "open_24h 00:00-00:00+1"),
        ("by appointment", 'We 13:00-16:00 "by appointment"', "2026-11-18", "by_appointment 13:00-16:00?"),
        ("with appointment, in Spanish", 'We 13:00-16:00 "con cita"', "2026-11-18", "by_appointment 13:00-16:00?"),
        ("partly", 'We 09:00-12:00, We 13:00-15:00 "by appointment"', "2026-11-18", "open 09:00-12:00 13:00-15:00?"),
        ("nobody knows", "We unknown", "2026-11-18", "unknown"),
        ("a date with its reason", 'Mo-Fr 09:00-17:00; 2026 Nov 18 off "painting"', "2026-11-18", "closed (painting)"),
        ("a public holiday of the country", "Mo-Fr 09:00-17:00; PH off", "2026-11-26", "closed"),
        ("special hours on a date", "Mo-Fr 09:00-17:00; Dec 24 09:00-12:00", "2026-12-24", "open 09:00-12:00"),
        ("the first Monday of a month", "Mo[1] 10:00-12:00", "2026-12-07", "open 10:00-12:00"),
        ("the second Monday of a month", "Mo[1] 10:00-12:00", "2026-12-14", "closed"),
        ("the day that loses an hour", "Su 01:00-05:00", "2026-03-08", "open 01:00-05:00"),
        ("an opening in the lost hour", "Su 02:30-05:00", "2026-03-08", "open 03:30-05:00"),
        ("hours that are lost", "Su 02:10-02:50", "2026-03-08", "open 03:10-03:50"),
        ("the day that gains an hour", "Su 00:00-24:00", "2026-11-01", "open_24h 00:00-00:00+1"),
        ("a leap day", "Sa,Su 10:00-12:00; Mo-Fr 09:00-17:00", "2028-02-29", "open 09:00-17:00"),
        ("the last day of a year", "Th 20:00-02:00", "2026-12-31", "open 20:00-02:00+1"),
    ],
)  # fmt: skip
async def test_a_day_is_as_its_expression_says(
    tmp_path: Path, case: str, expression: str, day: str, expected: str
) -> None:
    answer = await hours(tmp_path, expression).day("north", date.fromisoformat(day), NOW)
    assert told(answer) == expected


CHRISTMAS = vevent("christmas", "20201225", "20201226", RRULE="FREQ=YEARLY", title="Christmas Day")
EARLY = vevent("eve", "20201224T130000", "20201224T235900", RRULE="FREQ=YEARLY", title="Christmas Eve")
NORTH = vevent("roof", "20261119", "20261121", LOCATION="north", title="roof repair")
DESK = vevent("desk", "20261118", "20261119", CATEGORIES="desk", title="desk training")
WIDE = vevent("flood", "20261110", "20261212", title="flood")


@pytest.mark.parametrize(
    ("case", "closures", "branch", "day", "expected"),
    [
        ("a yearly closure, this year", CHRISTMAS, "north", "2026-12-25", "closed (Christmas Day)"),
        ("a yearly closure, in ten years", CHRISTMAS, "north", "2036-12-25", "closed (Christmas Day)"),
        ("the day after", CHRISTMAS, "south", "2026-12-26", "open 10:00-18:00"),
        ("closing early", EARLY, "north", "2026-12-24", "open 09:00-13:00 (Christmas Eve)"),
        ("a closure of one branch", NORTH, "north", "2026-11-19", "closed (roof repair)"),
        ("its second day", NORTH, "north", "2026-11-20", "closed (roof repair)"),
        ("the other branch meanwhile", NORTH, "south", "2026-11-19", "open 10:00-18:00"),
        ("a closure of one service only", DESK, "north", "2026-11-18", "open 09:00-17:00"),
        ("in the middle of a long closure", WIDE, "north", "2026-11-30", "closed (flood)"),
        ("a closure on a day that is closed anyway", WIDE, "north", "2026-11-22", "closed (flood)"),
    ],
)
async def test_a_dated_closure_beats_the_weekly_pattern(
    tmp_path: Path, case: str, closures: str, branch: str, day: str, expected: str
) -> None:
    answer = await hours(tmp_path, "Mo-Fr 09:00-17:00", closures).day(branch, date.fromisoformat(day), NOW)
    assert told(answer) == expected


async def test_a_closed_day_still_tells_its_usual_hours(tmp_path: Path) -> None:
    answer = await hours(tmp_path, "Mo-Fr 09:00-17:00", NORTH).day("north", date(2026, 11, 19), NOW)
    assert [f"{one.start:%H:%M}" for one in answer.usual] == ["09:00"]
    assert answer.special


async def test_a_night_that_began_before_a_closure_runs_to_its_end(tmp_path: Path) -> None:
    closing = vevent("saturday", "20261121", "20261122", title="inventory")
    opening = hours(tmp_path, "Fr,Sa 20:00-02:00", closing)
    assert told(await opening.day("north", date(2026, 11, 20), NOW)) == "open 20:00-02:00+1"
    assert told(await opening.day("north", date(2026, 11, 21), NOW)) == "closed (inventory)"


@pytest.mark.parametrize(
    ("case", "expression", "moment", "state", "until", "opens"),
    [
        ("before opening", "Mo-Fr 09:00-17:00", "2026-11-18T08:59:59", "closed", None, "2026-11-18T09:00"),
        ("at opening", "Mo-Fr 09:00-17:00", "2026-11-18T09:00", "open", "2026-11-18T17:00", None),
        ("the last second", "Mo-Fr 09:00-17:00", "2026-11-18T16:59:59", "open", "2026-11-18T17:00", None),
        ("at closing", "Mo-Fr 09:00-17:00", "2026-11-18T17:00", "closed", None, "2026-11-19T09:00"),
        ("over a weekend", "Mo-Fr 09:00-17:00", "2026-11-20T18:00", "closed", None, "2026-11-23T09:00"),
        ("at lunch", "Mo-Fr 09:00-12:00,13:00-17:00", "2026-11-18T12:30", "closed", None, "2026-11-18T13:00"),
        ("after midnight in a late night", "Fr 20:00-02:00", "2026-11-21T01:30", "open", "2026-11-21T02:00", None),
        ("after a late night", "Fr 20:00-02:00", "2026-11-21T02:00", "closed", None, "2026-11-27T20:00"),
        ("always", "24/7", "2026-11-18T03:00", "open_24h", None, None),
        ("midnights", "Mo-We 00:00-24:00; Th 00:00-18:00", "2026-11-17T12:00", "open", "2026-11-19T18:00", None),
        ("appointment", 'We 13:00-16:00 "con cita"', "2026-11-18T14:00", "by_appointment", "2026-11-18T16:00", None),
        ("nobody knows", "unknown", "2026-11-18T14:00", "unknown", None, None),
        ("never again", "2020 Jan 01 10:00-12:00", "2026-11-18T14:00", "closed", None, None),
        ("the second half past one of autumn", "Su 01:00-03:00", "2026-11-01T01:30", "open", "2026-11-01T03:00", None),
    ],
)  # fmt: skip
async def test_a_moment_knows_how_long_and_when_next(
    tmp_path: Path, case: str, expression: str, moment: str, state: str, until: str | None, opens: str | None
) -> None:
    answer = await hours(tmp_path, expression).at("north", at(moment), NOW)
    assert answer.state == state
    assert answer.until == (at(until) if until else None)
    assert (answer.opens.start if answer.opens else None) == (at(opens) if opens else None)


async def test_every_minute_of_both_clock_changes_has_a_state(tmp_path: Path) -> None:
    opening = hours(tmp_path, "Mo-Su 01:30-03:30")
    for midnight, open_minutes in ((at("2026-03-08T00:00"), 60), (at("2026-11-01T00:00"), 180)):
        start = midnight.astimezone(UTC)
        moments = [(start + timedelta(minutes=minute)).astimezone(ZONE) for minute in range(6 * 60)]
        states = [(await opening.at("north", moment, NOW)).state for moment in moments]
        assert states.count(HoursState.OPEN) == open_minutes
        assert states.count(HoursState.CLOSED) == 360 - open_minutes


async def test_a_moment_in_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    answer = await hours(tmp_path, "Mo-Fr 09:00-17:00").at("north", at("2026-11-18T10:00").astimezone(UTC), NOW)
    assert answer.state == HoursState.OPEN
    assert answer.moment.hour == 10


async def test_the_next_opening_skips_closures_and_is_sought_for_three_weeks(tmp_path: Path) -> None:
    opening = hours(tmp_path, "Mo-Fr 09:00-17:00", WIDE)
    assert await opening.next_opening("north", at("2026-11-20T12:00"), NOW) is None
    found = await opening.next_opening("north", at("2026-11-25T12:00"), NOW)
    assert found is not None and found.start == at("2026-12-14T09:00")


@pytest.mark.parametrize(("branch", "service"), [("west", "building"), ("north", "sauna")])
async def test_what_nobody_wrote_down_is_unknown_not_closed(tmp_path: Path, branch: str, service: str) -> None:
    opening = hours(tmp_path, "Mo-Fr 09:00-17:00")
    assert (await opening.day(branch, NOW.date(), NOW, service)).state == HoursState.UNKNOWN
    assert (await opening.at(branch, NOW, NOW, service)).state == HoursState.UNKNOWN


async def test_an_answer_names_its_source_and_when_it_was_checked() -> None:
    answer = await Knowledge.open(SAMPLE, Path("unused")).hours.day("main", NOW.date(), NOW)
    assert answer.source is not None
    assert (str(answer.source.name), answer.source.checked_at) == ("Alder Falls Public Library", NOW)
    assert not answer.source.stale


@pytest.mark.parametrize(
    ("branch", "service", "day", "expected"),
    [
        ("eastside", "building", "2026-11-22", "closed"),
        ("main", "building", "2026-11-22", "open 13:00-17:00"),
        ("riverside", "building", "2026-11-18", "open 10:00-13:00 14:00-19:00"),
        ("main", "building", "2026-11-25", "open 09:00-17:00 (the day before Thanksgiving)"),
        ("main", "building", "2026-11-26", "closed (Thanksgiving Day)"),
        ("main", "chat", "2026-11-26", "closed (Thanksgiving Day)"),
        ("main", "book_drop", "2026-11-26", "open_24h 00:00-00:00+1"),
        ("main", "local_history", "2026-11-19", "by_appointment 10:00-14:00?"),
        ("eastside", "chat", "2026-11-18", "open 10:00-20:00"),
        ("main", "building", "2027-01-18", "closed (Martin Luther King Jr. Day)"),
        ("main", "building", "2031-07-04", "closed (Independence Day)"),
        ("riverside", "building", "2026-08-03", "closed (yearly maintenance of the old mill)"),
        ("eastside", "building", "2026-09-19", "open 10:00-13:00 (the Orchard Avenue street fair)"),
        ("main", "building", "2026-10-09", "closed (staff training day)"),
    ],
)
async def test_the_sample_library_keeps_its_hours(branch: str, service: str, day: str, expected: str) -> None:
    answer = await Knowledge.open(SAMPLE, Path("unused")).hours.day(branch, date.fromisoformat(day), NOW, service)
    assert told(answer) == expected


async def test_a_closure_has_its_name_in_spanish() -> None:
    answer = await Knowledge.open(SAMPLE, Path("unused")).hours.day("main", date(2026, 11, 26), NOW)
    assert answer.reason is not None and answer.reason.to("es") == "Día de Acción de Gracias"


async def test_a_week_has_seven_days_from_the_one_asked_for() -> None:
    week = await Knowledge.open(SAMPLE, Path("unused")).hours.week("eastside", date(2026, 11, 22), NOW)
    assert [day.day.day for day in week] == list(range(22, 29))
    assert [day.state.value for day in week].count("closed") == 3


async def test_a_file_that_changes_is_read_again_and_a_broken_one_is_not(tmp_path: Path) -> None:
    folder = write_library(tmp_path / "library", {"building": "Mo-Fr 09:00-17:00"})
    knowledge = Knowledge.open(folder, tmp_path / "cache")
    assert told(await knowledge.hours.day("north", NOW.date(), NOW)) == "open 09:00-17:00"
    write_library(folder, {"building": "Mo-Fr 09:00-17:30"}, vevent("x", "20261119", "20261120", title="a move"))
    assert told(await knowledge.hours.day("north", NOW.date(), NOW)) == "open 09:00-17:30"
    assert told(await knowledge.hours.day("north", date(2026, 11, 19), NOW)) == "closed (a move)"
    (folder / "hours.yml").write_text("hours: [")
    assert told(await knowledge.hours.day("north", NOW.date(), NOW)) == "open 09:00-17:30"


async def test_a_lost_closures_file_makes_the_hours_unsure_not_gone(tmp_path: Path) -> None:
    folder = write_library(tmp_path / "library")
    knowledge = Knowledge.open(folder, tmp_path / "cache")
    (folder / "closures.ics").unlink()
    answer = await knowledge.hours.day("north", NOW.date(), NOW)
    assert answer.state == HoursState.OPEN
    assert answer.source is not None and answer.source.stale


def test_spans_of_a_day_do_not_depend_on_the_day_before_being_asked() -> None:
    expression = "Mo-Su 22:00-04:00"
    for offset in range(14):
        day = date(2026, 3, 1) + timedelta(days=offset)
        assert [(one.start.hour, one.end.hour) for one in spans_of(expression, "US", day)] == [(22, 4)]
