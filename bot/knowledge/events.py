"""What is on at the library: finding events by time, branch, audience, subject and words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import SourceUnavailable
from bot.knowledge.event_words import EventWords, Wanted, stems_of
from bot.knowledge.library import Library
from bot.knowledge.notices import Notices
from bot.knowledge.sources.base import (
    Audience,
    EventMode,
    EventsKnown,
    EventSource,
    EventStatus,
    LibraryEvent,
    Provenance,
    Registration,
    instant,
)

__all__ = [
    "Audience",
    "EventMode",
    "EventQuery",
    "EventStatus",
    "Events",
    "EventsFound",
    "EventsOutcome",
    "LibraryEvent",
    "Registration",
]

log = logging.getLogger(__name__)

TWO_WEEKS = timedelta(days=14)
BEYOND = timedelta(days=92)
"""How far past the span asked about the next matching event is looked for."""
FARTHEST = timedelta(days=400)
"""How far from now anything is looked for."""


_SUBTITLE = re.compile(r"[:/(]|\s-\s")
CHILDREN = {Audience.TODDLER, Audience.PRESCHOOL, Audience.KIDS, Audience.TWEEN}
"""Whom patrons mean by "kids"; babies are asked for by name."""


class EventsOutcome(StrEnum):
    """What a search for events came to."""

    FOUND = "found"
    NONE_IN_SPAN = "none_in_span"  # `next` is the first one after it
    NONE_AT_ALL = "none_at_all"
    UNKNOWN = "unknown"  # no source answered


@dataclass(frozen=True)
class EventQuery:
    """What a patron looks for. Empty fields do not narrow the search.

    `start` and `end` (aware, `end` exclusive) default to now and two weeks later. `words` is free text in English or
    Spanish; audiences and subjects named in it count like those given by id. `said` is all that the patron wrote: it
    narrows the answer where it holds the title of an event.
    """

    start: datetime | None = None
    end: datetime | None = None
    branch_ids: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = ()
    subjects: tuple[str, ...] = ()
    words: str = ""
    online: bool | None = None
    said: str = ""


@dataclass(frozen=True)
class EventsFound:
    """The events of the span in order of time, cancelled, full and moved ones among them and marked.

    `next` is the first matching event after the span that is not cancelled. `unmatched` are words of the query that
    no event of the answer holds (the answer is by the rest of the query then). `sources` are those that answered.
    """

    outcome: EventsOutcome
    events: tuple[LibraryEvent, ...] = ()
    next: LibraryEvent | None = None
    start: datetime | None = None
    end: datetime | None = None
    unmatched: tuple[str, ...] = ()
    sources: tuple[Provenance, ...] = field(default=(), compare=False)


class Events:
    """Finds events in the sources that the library configured."""

    def __init__(self, library: Library, sources: Sequence[EventSource], notices: Notices | None = None) -> None:
        """Prepare; events that the emergency of `notices` touches are cancelled, whatever their source says."""
        self._library = library
        self._sources = tuple(sources)
        self._notices = notices
        names = (name for branch in library.branches for name in (branch.id, *branch.name.all, *branch.aliases))
        self.words = EventWords(library.event_words, names)

    async def find(self, query: EventQuery, now: datetime) -> EventsFound:
        """Return the events that match; times of the answer are in the library's zone."""
        zone = self._library.zone
        start = (query.start or now).astimezone(zone)
        end = (query.end or start + TWO_WEEKS).astimezone(zone)
        limit = instant(now) + FARTHEST
        last = min(instant(end) + BEYOND, max(limit, instant(end)))
        # From two weeks before: an event of the span may have been moved to an earlier day.
        known, answered = await self._known(start - TWO_WEEKS, last.astimezone(zone), now)
        if not answered:
            return EventsFound(EventsOutcome.UNKNOWN, start=start, end=end)
        wanted = self.words.read(query.words)
        matching, unmatched = _narrow(known, query, wanted)
        over = instant(end) <= instant(now)
        span = tuple(one for one in matching if _in_span(one, start, end) and (over or instant(one.end) > instant(now)))
        later = (
            one
            for one in matching
            if instant(one.start) >= max(instant(end), instant(now)) and one.status != EventStatus.CANCELLED
        )
        following = next(later, None)
        if span:
            outcome = EventsOutcome.FOUND
        else:
            outcome = EventsOutcome.NONE_IN_SPAN if following else EventsOutcome.NONE_AT_ALL
        return EventsFound(outcome, span, following, start, end, unmatched, answered)

    async def by_id(self, event_id: str, now: datetime) -> LibraryEvent | None:
        """Return the event of that id from a day ago to a year ahead, or None."""
        zone = self._library.zone
        known, _ = await self._known(now.astimezone(zone) - timedelta(days=1), now.astimezone(zone) + FARTHEST, now)
        return next((one for one in known if one.id == event_id), None)

    async def _known(
        self, start: datetime, end: datetime, now: datetime
    ) -> tuple[list[LibraryEvent], tuple[Provenance, ...]]:
        found: dict[tuple[str, datetime], LibraryEvent] = {}
        answered = []
        for source in self._sources:
            try:
                known: EventsKnown = await source.events(start.date(), end.date(), now)
            except SourceUnavailable as error:
                log.warning("events: %s", error)
                continue
            answered.append(known.provenance)
            for one in known.events:
                found.setdefault((one.uid, one.start), one)
        # A library may list one event in two calendars; the first source's word counts.
        events = sorted(found.values(), key=lambda one: (instant(one.start), one.title))
        if self._notices is not None:
            events = self._notices.unless_closed(events, now)
        return events, tuple(answered)


def _in_span(event: LibraryEvent, start: datetime, end: datetime) -> bool:
    """Say whether an event touches the span, or was moved away out of it."""
    if instant(event.start) < instant(end) and instant(event.end) > instant(start):
        return True
    return event.moved_from is not None and instant(start) <= instant(event.moved_from) < instant(end)


def _narrow(
    events: Iterable[LibraryEvent], query: EventQuery, wanted: Wanted
) -> tuple[list[LibraryEvent], tuple[str, ...]]:
    """Return the events that fit; and the words of the query that had to be left aside.

    Branch, audience, subject and online always count. Other words must all be met if nothing else was recognised;
    beside an audience, a subject, a day or a branch they narrow the answer only where that leaves something.
    """
    audiences = {*query.audiences, *wanted.audiences}
    subjects = {*query.subjects, *wanted.subjects}
    online = query.online if query.online is not None else wanted.online
    if Audience.KIDS in audiences:
        audiences |= CHILDREN
    fitting = [
        one
        for one in events
        if (not query.branch_ids or set(query.branch_ids) & set(one.branch_ids))
        and (not audiences or audiences & suited(one))
        and (not subjects or subjects & set(one.subjects))
        and (online is None or (one.mode != EventMode.IN_PERSON) == online)
    ]
    # Two subjects ("craft storytime") mean events of both where there are any, else events of either.
    fitting = [one for one in fitting if subjects <= set(one.subjects)] or fitting
    # "Is the preschool storytime on?": whoever says a title means the events of that title.
    titled = [one for one in fitting if query.said and _says(query.said, one.title)]
    if titled:
        return titled, ()
    if not wanted.stems:
        return fitting, ()
    exact = [one for one in fitting if set(wanted.stems.values()) <= one.stems]
    if exact or not (subjects or audiences or query.branch_ids or query.start):
        return exact, ()
    return fitting, tuple(word for word, stem in wanted.stems.items() if not any(stem in one.stems for one in fitting))


def _says(text: str, title: str) -> bool:
    """Say whether a text holds a title, of two words at least, up to its first mark."""
    words = stems_of(_SUBTITLE.split(title)[0])
    return len(words) > 1 and f" {' '.join(words)} " in f" {' '.join(stems_of(text))} "


def suited(event: LibraryEvent) -> set[Audience]:
    """Return everybody whom an event suits: a family event suits children, one for all ages everybody."""
    audiences = set(event.audiences)
    if Audience.ALL_AGES in audiences:
        return set(Audience)
    if Audience.FAMILY in audiences:
        audiences |= {Audience.BABY, Audience.TODDLER, Audience.PRESCHOOL, Audience.KIDS, Audience.TWEEN}
    return audiences
