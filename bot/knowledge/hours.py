"""When the library is open: by day, by week, at a moment, and when it opens next."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.errors import SourceUnavailable
from bot.knowledge.expressions import Span
from bot.knowledge.library import BUILDING, Library, ServicePoint
from bot.knowledge.sources.base import (
    Closure,
    ClosureSource,
    DayFacts,
    DaysFound,
    HoursSource,
    HoursState,
    Provenance,
    in_zone,
    instant,
)
from bot.knowledge.text import Text

log = logging.getLogger(__name__)

AHEAD = 22
"""Days that are looked through for the next opening."""


@dataclass(frozen=True)
class OpenRange:
    """A stretch of being open (or open by appointment). Aware times; `end` may lie past midnight."""

    start: datetime
    end: datetime
    state: HoursState = HoursState.OPEN
    note: Text | None = None

    def holds(self, moment: datetime) -> bool:
        """Say whether `moment` lies in the range; its end does not."""
        return instant(self.start) <= instant(moment) < instant(self.end)


@dataclass(frozen=True)
class DayHours:
    """The hours of one service point on one day.

    `reason` names the closure that closes or shortens the day; `usual` is what the day would be without it.
    `text` holds the words of a source that gives no times (state TEXT).
    """

    branch_id: str
    service_id: str
    service: Text
    day: date
    state: HoursState
    ranges: tuple[OpenRange, ...] = ()
    usual: tuple[OpenRange, ...] = ()
    reason: Text | None = None
    note: Text | None = None
    text: str | None = None
    source: Provenance | None = None

    @property
    def special(self) -> bool:
        """Whether a closure or a dated exception makes the day unlike its weekday."""
        return self.reason is not None


@dataclass(frozen=True)
class HoursNow:
    """How a service point is at a moment.

    `until` is when the present state of being open ends (None: not within three weeks); `opens` the next opening when
    it is not open now (None: none is known within three weeks). `today` is the day that the moment belongs to: after
    midnight in a night that is still open, the day before.
    """

    branch_id: str
    service_id: str
    moment: datetime
    state: HoursState
    until: datetime | None
    opens: OpenRange | None
    today: DayHours


class Hours:
    """Answers about opening hours, from the sources that the library configured."""

    def __init__(self, library: Library, sources: Sequence[HoursSource], closures: Sequence[ClosureSource]) -> None:
        self._library = library
        self._sources = tuple(sources)
        self._closures = tuple(closures)

    async def day(self, branch_id: str, day: date, now: datetime, service_id: str = BUILDING) -> DayHours:
        """Return the hours of one day; an unknown branch or service has the state UNKNOWN."""
        return (await self.days(branch_id, day, 1, now, service_id))[0]

    async def week(self, branch_id: str, day: date, now: datetime, service_id: str = BUILDING) -> tuple[DayHours, ...]:
        """Return the seven days that begin with `day`."""
        return await self.days(branch_id, day, 7, now, service_id)

    async def days(
        self, branch_id: str, first: date, count: int, now: datetime, service_id: str = BUILDING
    ) -> tuple[DayHours, ...]:
        """Return `count` days in a row, the first being `first`."""
        wanted = [first + timedelta(days=offset) for offset in range(count)]
        point = self._library.point(branch_id, service_id)
        if point is None:
            name = Text.of(service_id)
            return tuple(DayHours(branch_id, service_id, name, day, HoursState.UNKNOWN) for day in wanted)
        found = await self._find(point, wanted[0], wanted[-1], now)
        closures, certain = await self._closed(wanted[0], wanted[-1], now)
        source = found.provenance
        if not certain:
            source = Provenance(source.name, source.url, source.checked_at, stale=True)
        return tuple(
            self._resolve(point, day, found.days.get(day, DayFacts(HoursState.UNKNOWN)), closures, source)
            for day in wanted
        )

    async def at(self, branch_id: str, moment: datetime, now: datetime, service_id: str = BUILDING) -> HoursNow:
        """Return the state at a moment, with how long it lasts or when the next opening is."""
        local = moment.astimezone(self._library.zone)
        yesterday, today = await self.days(branch_id, local.date() - timedelta(days=1), 2, now, service_id)
        for day in (today, yesterday):
            for opening in day.ranges:
                if opening.holds(local):
                    until = await self._ends(branch_id, opening, now, service_id)
                    state = HoursState.OPEN_24H if until is None else opening.state
                    return HoursNow(branch_id, service_id, local, state, until, None, day)
        # A day without times is what the source says of it; a day with times is closed between them.
        state = HoursState.CLOSED if today.ranges else today.state
        opens = await self.next_opening(branch_id, local, now, service_id)
        return HoursNow(branch_id, service_id, local, state, None, opens, today)

    async def next_opening(
        self, branch_id: str, after: datetime, now: datetime, service_id: str = BUILDING
    ) -> OpenRange | None:
        """Return the first range that begins after a moment, within three weeks.

        None when there is none, or when a day before it is unknown: then nobody can say which is the first.
        """
        start = after.astimezone(self._library.zone)
        for day in await self.days(branch_id, start.date(), AHEAD, now, service_id):
            for opening in day.ranges:
                if instant(opening.start) > instant(start):
                    return opening
            if day.state in (HoursState.UNKNOWN, HoursState.TEXT):
                return None
        return None

    async def closures(self, first: date, last: date, now: datetime) -> tuple[Closure, ...]:
        """Return the closings between two days, in order of time."""
        return (await self._closed(first, last, now))[0]

    async def _ends(self, branch_id: str, opening: OpenRange, now: datetime, service_id: str) -> datetime | None:
        """Return when an opening ends, followed through midnights; None if it goes on for three weeks."""
        end = opening.end
        following = await self.days(branch_id, opening.start.date(), AHEAD, now, service_id)
        for day in following:
            for later in day.ranges:
                if later.state == opening.state and instant(later.start) <= instant(end) < instant(later.end):
                    end = later.end
        return None if end.date() > following[-1].day else end

    async def _find(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound:
        for source in self._sources:
            try:
                found = await source.days(point, first, last, now)
            except SourceUnavailable as error:
                log.warning("hours of %s/%s: %s", point.branch_id, point.id, error)
                continue
            if found is not None:
                return found
        return DaysFound({}, Provenance(self._library.name, self._library.website, None))

    async def _closed(self, first: date, last: date, now: datetime) -> tuple[tuple[Closure, ...], bool]:
        found: list[Closure] = []
        certain = True
        for source in self._closures:
            try:
                # A day more on each side: a night's hours run past midnight.
                found += await source.closures(first, last + timedelta(days=1), now)
            except SourceUnavailable as error:
                log.warning("closures: %s", error)
                certain = False
        return tuple(sorted(found, key=lambda closure: closure.start)), certain

    def _resolve(
        self, point: ServicePoint, day: date, facts: DayFacts, closures: Sequence[Closure], source: Provenance
    ) -> DayHours:
        """Take the closures off a day's pattern: a dated closure beats the weekly one."""
        midnight = datetime.combine(day, time())
        concerning = [
            closure
            for closure in closures
            if closure.concerns(point.branch_id, point.id)
            and (point.id in closure.service_ids or not point.through_closures)
        ]
        touching = [one for one in concerning if one.start < midnight + timedelta(days=1) and one.end > midnight]
        spans = facts.spans
        for closure in touching:
            spans = _without(spans, closure)
        usual, ranges = self._aware(facts.spans), self._aware(spans)
        reason, state, text = facts.reason, facts.state, facts.text
        if touching:
            whole = any(_covers(closure, day) for closure in touching)
            if whole or ranges != usual:
                reason = touching[0].name
            if whole or (ranges != usual and not ranges):
                state, ranges, text = HoursState.CLOSED, (), None
            elif ranges != usual:
                state = _state_of(ranges, day)
        for closure in concerning:
            if closure.open_ended and closure.end <= midnight and ranges:
                # Nobody can say yet whether it will be open again by then.
                reason, state, ranges, text = closure.name, HoursState.UNKNOWN, (), None
        return DayHours(
            branch_id=point.branch_id,
            service_id=point.id,
            service=point.name,
            day=day,
            state=state,
            ranges=ranges,
            usual=usual,
            reason=reason,
            note=facts.note or point.note,
            text=text,
            source=source,
        )

    def _aware(self, spans: Sequence[Span]) -> tuple[OpenRange, ...]:
        zone = self._library.zone
        ranges = []
        for span in spans:
            if span.unknown:
                continue
            state = HoursState.BY_APPOINTMENT if span.by_appointment else HoursState.OPEN
            note = Text.of(span.note) if span.note else None
            opening = OpenRange(in_zone(span.start, zone), in_zone(span.end, zone), state, note)
            if instant(opening.start) < instant(opening.end):
                ranges.append(opening)
        return tuple(ranges)


def _covers(closure: Closure, day: date) -> bool:
    midnight = datetime.combine(day, time())
    return closure.start <= midnight and closure.end >= midnight + timedelta(days=1)


def _without(spans: Sequence[Span], closure: Closure) -> tuple[Span, ...]:
    """Return spans with a closure cut out; a night that begins before an all-day closure keeps its late hours."""
    kept = []
    for span in spans:
        if closure.end <= span.start or closure.start >= span.end:
            kept.append(span)
            continue
        if span.start.date() < closure.start.date() and closure.start.time() == time():
            kept.append(span)
            continue
        if span.start < closure.start:
            kept.append(Span(span.start, closure.start, span.by_appointment, span.unknown, span.note))
        if span.end > closure.end:
            kept.append(Span(closure.end, span.end, span.by_appointment, span.unknown, span.note))
    return tuple(kept)


def _state_of(ranges: Sequence[OpenRange], day: date) -> HoursState:
    if not ranges:
        return HoursState.CLOSED
    return HoursState.OPEN if any(one.state == HoursState.OPEN for one in ranges) else HoursState.BY_APPOINTMENT


def facts_of(spans: Sequence[Span], day: date, reason: Text | None = None, note: Text | None = None) -> DayFacts:
    """Return what a day's spans amount to: open, round the clock, by appointment, unknown or closed."""
    midnight = datetime.combine(day, time())
    known = [span for span in spans if not span.unknown]
    if any(span.start <= midnight and span.end >= midnight + timedelta(days=1) for span in known):
        state = HoursState.OPEN_24H
    elif any(not span.by_appointment for span in known):
        state = HoursState.OPEN
    elif known:
        state = HoursState.BY_APPOINTMENT
    else:
        state = HoursState.UNKNOWN if spans else HoursState.CLOSED
    return DayFacts(state, tuple(spans), note, reason)
