"""iCalendar (RFC 5545) expanded into single instances: pure, no files, no network, and bounded in number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from bot.errors import LibraryError
from bot.knowledge.sources.markup import text_of

MOST_INSTANCES = 5000
_EXTRAS = ("X-REGISTRATION", "X-REGISTRATION-URL", "X-SEATS-LEFT", "X-MODE")


class CalendarError(LibraryError):
    """A calendar that cannot be read, or that asks for more than a calendar may."""

    code = "bad_calendar"


@dataclass(frozen=True)
class Instance:
    """One VEVENT at one time, as the calendar has it. Times are aware, in the library's zone; `end` is exclusive."""

    uid: str
    recurrence_id: str | None
    start: datetime
    end: datetime
    all_day: bool
    recurring: bool
    moved_from: datetime | None
    title: tuple[tuple[str, str], ...]
    description: str
    location: str
    categories: tuple[str, ...]
    status: str
    url: str
    extras: Mapping[str, str]
    updated: datetime | None

    def moved_by(self, days: int, zone: ZoneInfo) -> Instance:
        """Return the same instance some days later, at the same wall time."""

        def later(moment: datetime) -> datetime:
            return _aware(moment.replace(tzinfo=None) + timedelta(days=days), zone)

        return Instance(
            **{
                **self.__dict__,
                "start": later(self.start),
                "end": later(self.end),
                "moved_from": later(self.moved_from) if self.moved_from else None,
                "recurrence_id": f"{self.recurrence_id or ''}+{days}",
            }
        )


def expand(data: bytes, first: date, last: date, zone: ZoneInfo, most: int = MOST_INSTANCES) -> list[Instance]:
    """Return every instance that touches the days from `first` to `last`, cancelled ones too, in order of time.

    A series with a broken rule is left out (`check` names it). Raise CalendarError for what is no calendar, or for
    more than `most` instances.
    """
    found: list[Instance] = []
    day_after = datetime.combine(last, time(), zone) + timedelta(days=1)
    # One at a time, so that a rule with a million instances is stopped at the limit.
    for one in instances_after(data, first, zone):
        if one.start >= day_after:
            break
        if len(found) >= most:
            raise CalendarError(f"more than {most} instances between {first} and {last}")
        found.append(one)
    return sorted(found, key=lambda one: (one.start.astimezone(UTC), one.uid))


def instances_after(data: bytes, first: date, zone: ZoneInfo) -> Iterator[Instance]:
    """Yield the instances that end after a day begins, for as long as rules have any; raise CalendarError."""
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise CalendarError(f"not an iCalendar file: {error}") from None
    if isinstance(calendar, list):
        raise CalendarError("several calendars in one file")
    repeating = {str(part.get("UID", "")) for part in calendar.walk("VEVENT") if "RRULE" in part or "RDATE" in part}
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    for component in query.after(datetime.combine(first, time(), zone)):
        yield _instance(component, repeating, zone)


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return _aware(datetime.combine(value, time()), zone)
    # A time without a zone ("floating") is the library's wall time.
    return _aware(value, zone) if value.tzinfo is None else value.astimezone(zone)


def _aware(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _instance(component: Event, repeating: set[str], zone: ZoneInfo) -> Instance:
    start, end = _moment(component.start, zone), _moment(component.end, zone)
    uid = str(component.get("UID", ""))
    recurrence = component.get("RECURRENCE-ID") if uid in repeating else None
    was = _moment(recurrence.dt, zone) if recurrence is not None else None
    stamp = component.get("LAST-MODIFIED")
    return Instance(
        uid=uid,
        recurrence_id=was.strftime("%Y%m%dT%H%M") if was else None,
        start=start,
        end=max(start, end),
        all_day=not isinstance(component.start, datetime),
        recurring=uid in repeating,
        moved_from=was if was and was != start else None,
        title=tuple(_titles(component)),
        description=str(component.get("DESCRIPTION", "")),
        location=str(component.get("LOCATION", "")),
        categories=tuple(_categories(component)),
        status=str(component.get("STATUS", "")).upper(),
        url=str(component.get("URL", "")),
        extras={name: str(component[name]) for name in _EXTRAS if name in component},
        updated=_moment(stamp.dt, zone) if stamp is not None else None,
    )


def _titles(component: Event) -> Iterator[tuple[str, str]]:
    for name in ("SUMMARY", "X-SUMMARY"):
        values = component.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            language = str(getattr(value, "params", {}).get("LANGUAGE", ""))[:2].lower()
            yield language, text_of(str(value), 200)


def _categories(component: Event) -> Iterator[str]:
    values: Any = component.get("CATEGORIES", [])
    for value in values if isinstance(values, list) else [values]:
        for category in getattr(value, "cats", [value]):
            if str(category).strip():
                yield text_of(str(category), 80)
