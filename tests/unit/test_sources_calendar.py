"""Calendars from outside: what they may ask of us, and what they may not."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.sources.calendar_child import check_size, expand_in_child
from bot.knowledge.sources.instances import CalendarError, expand
from tests.unit.a_library import calendar, vevent

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)
GOOD = calendar(
    vevent("a", "20261102T100000", "20261102T110000", RRULE="FREQ=WEEKLY;COUNT=6", title="Ñandú, story")
    + vevent("a", "20261110T150000", "20261110T160000", "RECURRENCE-ID;TZID=America/New_York:20261109T100000")
    + vevent("b", "20261126", "20261127", CATEGORIES="Closed,Holiday")
).encode()


async def test_a_child_reads_a_calendar_as_this_process_does() -> None:
    assert await expand_in_child(GOOD, FIRST, LAST, ZONE) == expand(GOOD, FIRST, LAST, ZONE)


def event(*lines: str) -> bytes:
    return calendar("\n".join(("BEGIN:VEVENT", "UID:x", "SUMMARY:x", *lines, "END:VEVENT"))).encode()


START = "DTSTART:20200101T000000Z"
HOURS, SIXTY = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
BOMBS = {
    "by the second": event(START, "RRULE:FREQ=SECONDLY"),
    "by the second, folded": event(START, "RRULE:FREQ=SECONDLY").replace(b"SECONDLY", b"SECO\n NDLY"),
    "by the minute": event(START, "RRULE:INTERVAL=1;FREQ=MINUTELY"),
    "a billion times": event(START, "RRULE:FREQ=DAILY;COUNT=1000000000"),
    "every second of every day": event(START, f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}"),
    "a rule that never comes true": event(START, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "a million dates": event(START, f"RDATE:{','.join(['20260101T000000Z'] * 250_000)}"),
    "a day ten thousand years long": event(START, "DURATION:P3650000D", "RRULE:FREQ=DAILY"),
    "an alarm two billion times": event(START, "BEGIN:VALARM", "TRIGGER:-PT1S", "REPEAT:2147483648", "DURATION:PT1S",
                                        "ACTION:AUDIO", "END:VALARM", "RRULE:FREQ=WEEKLY"),
    "ten thousand events": calendar("BEGIN:VEVENT\nEND:VEVENT\n" * 10_001).encode(),
    "six megabytes": event(START, "DESCRIPTION:" + "x" * 6_000_000),
    "deeply nested": b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 9_000 + b"END:VEVENT\n" * 9_000 + b"END:VCALENDAR\n",
    "a line that backtracks": event(START, "X-A;" + "A=" * 100_000 + ":1"),
    "quotes without end": event(START, 'X-A;B="' + '"' * 100_001 + ":1"),
    "a zone that is none": event("DTSTART;TZID=../../etc/passwd:20260101T000000"),
    "dates beyond time": event("DTSTART:99991231T235959Z", "RRULE:FREQ=DAILY"),
    "no calendar": b"<html>not found</html>",
    "nothing": b"",
    "bytes": bytes(range(256)) * 100,
    "begin without end": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
async def test_a_calendar_that_asks_too_much_ends_within_the_limits(name: str) -> None:
    try:
        found = await expand_in_child(BOMBS[name], FIRST, LAST, ZONE)
    except CalendarError:
        found = []
    assert len(found) <= 5000


@pytest.mark.parametrize(
    "name", ["by the second", "by the second, folded", "by the minute", "ten thousand events", "six megabytes"]
)
def test_some_calendars_are_refused_without_a_try(name: str) -> None:
    with pytest.raises(CalendarError):
        check_size(BOMBS[name])


def test_more_instances_than_allowed_are_refused() -> None:
    with pytest.raises(CalendarError, match="more than 10"):
        expand(event(START, "RRULE:FREQ=DAILY"), FIRST, LAST, ZONE, most=10)


def test_an_event_over_the_clock_change_keeps_its_wall_time() -> None:
    weekly = calendar(vevent("a", "20261027T100000", "20261027T110000", RRULE="FREQ=WEEKLY;COUNT=2")).encode()
    starts = [one.start for one in expand(weekly, date(2026, 10, 1), LAST, ZONE)]
    assert starts == [datetime(2026, 10, 27, 10, tzinfo=ZONE), datetime(2026, 11, 3, 10, tzinfo=ZONE)]
