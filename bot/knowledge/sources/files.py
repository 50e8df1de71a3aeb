"""The library's own files as sources: hours.yml, closures.ics, events.ics. A file that changes is read again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from bot.errors import SourceUnavailable
from bot.knowledge.expressions import closing_comment, spans_of
from bot.knowledge.hours import facts_of
from bot.knowledge.library import Library, ServicePoint
from bot.knowledge.source_settings import SourceOfFiles
from bot.knowledge.sources.base import (
    Closure,
    DayFacts,
    DaysFound,
    EventsKnown,
    EventStatus,
    HoursState,
    LibraryEvent,
    Provenance,
)
from bot.knowledge.sources.ics import EventReader, closures_of
from bot.knowledge.sources.instances import Instance, expand
from bot.knowledge.text import Text, plain

log = logging.getLogger(__name__)

Found = TypeVar("Found")


class WatchedFile(Generic[Found]):
    """Values worked out from a file's bytes, each worked out once until the file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.version: tuple[int, int] | None = None
        self._data = b""
        self._kept: dict[object, Found] = {}

    def refresh(self) -> tuple[int, int]:
        """Read the file if it changed, and return its version; raise SourceUnavailable if it is not there."""
        try:
            stat = self.path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            if version != self.version:
                self._data, self.version, self._kept = self.path.read_bytes(), version, {}
        except OSError as error:
            raise SourceUnavailable(f"{self.path.name} cannot be read: {error.strerror}") from None
        return version

    async def get(self, key: object, work_out: Callable[[bytes], Found]) -> Found:
        """Return the value under `key`, from `work_out(bytes of the file)` the first time, off the event loop."""
        self.refresh()
        if key not in self._kept:
            version, found = self.version, await asyncio.to_thread(work_out, self._data)
            if version != self.version:
                return found
            self._kept[key] = found
        return self._kept[key]


class FileHours:
    """Hours from the expressions of hours.yml."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def days(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound | None:
        """Return the days of a point that has an expression."""
        if point.hours is None:
            return None
        source = Provenance(self._library.name, self._library.website, now)
        count = (last - first).days + 1
        days = [first + timedelta(days=offset) for offset in range(count)]
        return DaysFound({day: self._facts(point.hours, day) for day in days}, source)

    def _facts(self, expression: str, day: date) -> DayFacts:
        spans = spans_of(expression, self._library.country, day)
        facts = facts_of(spans, day)
        if facts.state == HoursState.CLOSED:
            comment = closing_comment(expression, self._library.country, day)
            return replace(facts, reason=Text.of(comment) if comment else None)
        # "By appointment" is the state already; what else a comment says is for patrons.
        comments = list(
            dict.fromkeys(span.note for span in spans if span.note and plain(span.note) != "by appointment")
        )
        return replace(facts, note=Text.of("; ".join(comments)) if comments else None)


class FileClosures:
    """Closures from an iCalendar file of the library's folder."""

    def __init__(self, library: Library, config: SourceOfFiles) -> None:
        self._library = library
        self._file: WatchedFile[tuple[Closure, ...]] = WatchedFile(library.folder / (config.file or "closures.ics"))

    @property
    def version(self) -> object:
        """What changes when the closures do."""
        return self._file.refresh()

    async def closures(self, first: date, last: date, now: datetime) -> tuple[Closure, ...]:
        """Return the closings that touch the days from `first` to `last`."""
        found: list[Closure] = []
        for year in range(first.year, last.year + 1):
            found += [one for one in await self._file.get(year, self._of_year(year)) if one not in found]
        return tuple(one for one in found if one.start.date() <= last and one.end > datetime(*first.timetuple()[:3]))

    def _of_year(self, year: int) -> Callable[[bytes], tuple[Closure, ...]]:
        def work_out(data: bytes) -> tuple[Closure, ...]:
            instances = expand(data, date(year, 1, 1), date(year, 12, 31), self._library.zone)
            return closures_of(instances, self._library)

        return work_out


class FileEvents:
    """Events from an iCalendar file of the library's folder.

    With `repeat` in the configuration the file is a block of so many weeks that is laid again and again, before and
    after, so that the events of a sample library are near any date. In a laid block an event at a branch that is closed
    for the day is cancelled, with the closure as its reason: nobody planned around that closure.
    """

    def __init__(self, library: Library, config: SourceOfFiles, closures: FileClosures | None) -> None:
        self._library = library
        self._repeat = config.repeat
        self._closures = closures
        self._reader = EventReader(library, "files")
        self._file: WatchedFile[tuple[LibraryEvent, ...]] = WatchedFile(library.folder / (config.file or "events.ics"))
        self._block: WatchedFile[list[Instance]] = WatchedFile(self._file.path)

    async def events(self, first: date, last: date, now: datetime) -> EventsKnown:
        """Return the events that touch the days from `first` to `last`."""
        source = Provenance(self._library.name, self._library.calendar_url or self._library.website, now)
        found: list[LibraryEvent] = []
        if self._repeat:
            length = timedelta(weeks=self._repeat.weeks)
            for turn in range((first - self._repeat.start) // length - 1, (last - self._repeat.start) // length + 1):
                found += await self._laid(turn, now)
        else:
            month = first.replace(day=1)
            while month <= last:
                following = (month + timedelta(days=32)).replace(day=1)
                events = await self._file.get(month, self._between(month, following - timedelta(days=1)))
                found += [one for one in events if one.start.date() >= month or month == first.replace(day=1)]
                month = following
        return EventsKnown(tuple(one for one in found if one.start.date() <= last and one.end.date() >= first), source)

    def _between(self, first: date, last: date) -> Callable[[bytes], tuple[LibraryEvent, ...]]:
        def work_out(data: bytes) -> tuple[LibraryEvent, ...]:
            return tuple(self._reader.event(one) for one in expand(data, first, last, self._library.zone))

        return work_out

    async def _laid(self, turn: int, now: datetime) -> tuple[LibraryEvent, ...]:
        """Return the block of events, laid `turn` lengths after the block in the file."""
        assert self._repeat is not None
        zone, start, days = self._library.zone, self._repeat.start, self._repeat.weeks * 7
        block = await self._block.get("block", lambda data: expand(data, start, start + timedelta(days=days - 1), zone))
        closures: tuple[Closure, ...] = ()
        version: object = None
        if self._closures is not None:
            version = self._closures.version
            first = start + timedelta(days=turn * days)
            closures = await self._closures.closures(first, first + timedelta(days=days), now)

        def lay(_: bytes) -> tuple[LibraryEvent, ...]:
            events = (self._reader.event(one.moved_by(turn * days, zone)) for one in block)
            return tuple(_unless_closed(one, closures) for one in events)

        return await self._file.get((turn, version), lay)


def _unless_closed(event: LibraryEvent, closures: tuple[Closure, ...]) -> LibraryEvent:
    start, end = event.start.replace(tzinfo=None), event.end.replace(tzinfo=None)
    for closure in closures:
        if closure.start < end and closure.end > start and event.status != EventStatus.CANCELLED:
            open_branches = tuple(one for one in event.branch_ids if not closure.concerns(one, "building"))
            if event.branch_ids and not open_branches:
                return replace(event, status=EventStatus.CANCELLED, reason=closure.name)
    return event
