"""What every source of facts hands over, and the small interfaces that sources have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.knowledge.expressions import Span
from bot.knowledge.library import ServicePoint
from bot.knowledge.text import Text


@dataclass(frozen=True)
class Provenance:
    """Where a fact is from and when it was last confirmed.

    `stale` means that the source does not answer now and the fact is from the old copy of `checked_at`;
    `checked_at` is None when the source never answered.
    """

    name: Text
    url: str | None
    checked_at: datetime | None
    stale: bool = False


class HoursState(StrEnum):
    """How a service point is on a day or at a moment. UNKNOWN must never be spoken as closed."""

    OPEN = "open"
    CLOSED = "closed"
    OPEN_24H = "open_24h"
    BY_APPOINTMENT = "by_appointment"
    TEXT = "text"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DayFacts:
    """What a source says about one day of one service point, closures not yet taken off."""

    state: HoursState
    spans: tuple[Span, ...] = ()
    note: Text | None = None
    reason: Text | None = None
    text: str | None = None


@dataclass(frozen=True)
class DaysFound:
    """The days that a source knows; a day that is missing is unknown."""

    days: Mapping[date, DayFacts]
    provenance: Provenance


@dataclass(frozen=True)
class Closure:
    """A dated closing of some or all service points. Naive times, in the library's zone; `end` is exclusive.

    With `open_ended` it goes on after `end` for nobody knows how long: until then it is certain.
    """

    name: Text
    start: datetime
    end: datetime
    branch_ids: frozenset[str] = frozenset()
    service_ids: frozenset[str] = frozenset()
    open_ended: bool = False

    def concerns(self, branch_id: str, service_id: str) -> bool:
        """Say whether the closure holds for a service point; naming no branch or no service means all of them."""
        of_branch = not self.branch_ids or branch_id in self.branch_ids
        return of_branch and (not self.service_ids or service_id in self.service_ids)


class Audience(StrEnum):
    """Whom an event is for."""

    BABY = "baby"
    TODDLER = "toddler"
    PRESCHOOL = "preschool"
    KIDS = "kids"
    TWEEN = "tween"
    TEEN = "teen"
    ADULT = "adult"
    SENIOR = "senior"
    FAMILY = "family"
    ALL_AGES = "all_ages"


class EventMode(StrEnum):
    """How patrons take part."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class EventStatus(StrEnum):
    """Whether an event takes place and has room."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    FULL = "full"
    UNKNOWN = "unknown"


class Registration(StrEnum):
    """Whether patrons must register."""

    REQUIRED = "required"
    DROP_IN = "drop_in"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LibraryEvent:
    """One event at one time. Times are aware, in the library's zone; texts are plain, never HTML.

    `branch_ids` is empty for an event outside the branches (then `place` says where) or online.
    `moved_from` is the start that a moved instance had first. `reason` says why it is cancelled, where that is known.
    """

    id: str
    source_id: str
    uid: str
    recurrence_id: str | None
    title: str
    summary: str
    start: datetime
    end: datetime
    all_day: bool = False
    branch_ids: tuple[str, ...] = ()
    room: str | None = None
    place: str | None = None
    mode: EventMode = EventMode.IN_PERSON
    audiences: tuple[Audience, ...] = ()
    subjects: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    status: EventStatus = EventStatus.SCHEDULED
    registration: Registration = Registration.UNKNOWN
    registration_url: str | None = None
    seats_left: int | None = None
    url: str | None = None
    recurring: bool = False
    moved_from: datetime | None = None
    reason: Text | None = None
    updated_at: datetime | None = None
    stems: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def going_on(self, now: datetime) -> bool:
        """Say whether the event has begun and not ended at `now`."""
        return instant(self.start) <= instant(now) < instant(self.end)


@dataclass(frozen=True)
class EventsKnown:
    """The events that a source knows between two instants, and from when that is."""

    events: tuple[LibraryEvent, ...]
    provenance: Provenance


class HoursSource(Protocol):
    """Knows the days of some service points."""

    async def days(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound | None:
        """Return the days from `first` to `last`; None for a point it has nothing on; raise SourceUnavailable."""
        ...


class ClosureSource(Protocol):
    """Knows dated closings."""

    async def closures(self, first: date, last: date, now: datetime) -> tuple[Closure, ...]:
        """Return the closings that touch the days from `first` to `last`; raise SourceUnavailable."""
        ...


class EventSource(Protocol):
    """Knows events."""

    async def events(self, first: date, last: date, now: datetime) -> EventsKnown:
        """Return the events that touch the days from `first` to `last`; raise SourceUnavailable."""
        ...


def instant(moment: datetime) -> datetime:
    """Return an aware time in UTC: two times of one zone are otherwise compared by the wall clock."""
    return moment.astimezone(UTC)


def in_zone(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return a naive wall time as an aware one; a time in the hour that spring skips becomes the one an hour later."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
