"""The sources on the network: each is a fetch and a parser put together."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.errors import SourceUnavailable
from bot.knowledge.library import Library, ServicePoint
from bot.knowledge.source_settings import (
    RemoteSource,
    SourceOfICalendar,
    SourceOfJsonLd,
    SourceOfLibCalApi,
    SourceOfLibCalFeed,
)
from bot.knowledge.sources.base import Closure, DaysFound, EventsKnown, LibraryEvent, Provenance
from bot.knowledge.sources.calendar_child import expand_in_child
from bot.knowledge.sources.fetch import Copy, Fetcher
from bot.knowledge.sources.ics import EventReader, closures_of
from bot.knowledge.sources.instances import Instance
from bot.knowledge.sources.jsonld import PageHours, read_page
from bot.knowledge.sources.libcal import LibCalEntry, read_api, read_feed
from bot.knowledge.sources.libcal_events import read_events

Read = TypeVar("Read")

_BACK = timedelta(days=31)
_AHEAD = timedelta(days=400)
_HOURS_AHEAD = timedelta(days=60)
_EVENTS_AHEAD = 180


def _provenance(config: RemoteSource, url: str, copy: Copy[Any]) -> Provenance:
    return Provenance(config.name, config.page or url, copy.checked_at, copy.stale)


def _fresh(config: RemoteSource) -> timedelta:
    return timedelta(minutes=config.fresh_minutes)


def _key(point: ServicePoint) -> str:
    return f"{point.branch_id}/{point.id}"


class LibCalFeedHours:
    """Hours from LibCal's public grid or today feed."""

    def __init__(self, library: Library, config: SourceOfLibCalFeed, fetcher: Fetcher) -> None:
        self._library, self._config, self._fetcher = library, config, fetcher

    async def days(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound | None:
        """Return the days of a point that library.yml gives a LibCal id; raise SourceUnavailable."""
        lid = self._config.points.get(_key(point))
        if lid is None:
            return None

        async def read(body: bytes, checked_at: datetime) -> dict[str, LibCalEntry]:
            return read_feed(body, checked_at.astimezone(self._library.zone).date())

        copy = await self._fetcher.get(self._config.url, read, now, _fresh(self._config))
        return _of_entry(copy, lid, _provenance(self._config, self._config.url, copy))


def _of_entry(copy: Copy[dict[str, LibCalEntry]], lid: str, provenance: Provenance) -> DaysFound:
    entry = copy.value.get(lid)
    return DaysFound(entry.days if entry else {}, provenance)


class LibCalApi:
    """The way to LibCal's API 1.1: one token for all, asked for again when it runs out."""

    def __init__(self, config: SourceOfLibCalApi, fetcher: Fetcher, secrets: Mapping[str, str]) -> None:
        self.config, self.fetcher = config, fetcher
        self.base = config.url.rstrip("/")
        self._secrets = secrets
        self._token = ""
        self._until: datetime | None = None

    async def headers(self, now: datetime) -> Mapping[str, str]:
        """Return the header that opens the API; raise SourceUnavailable."""
        if self._until is None or now >= self._until:
            secret = self._secrets.get(self.config.secret_from, "")
            if not secret:
                raise SourceUnavailable(f"the environment variable {self.config.secret_from} is not set")
            form = {"client_id": self.config.client_id, "client_secret": secret, "grant_type": "client_credentials"}
            answer = json.loads(await self.fetcher.post(f"{self.base}/1.1/oauth/token", form))
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str) or not token.isprintable():
                raise SourceUnavailable("LibCal gave no token")
            lasts = answer.get("expires_in")
            seconds = lasts if isinstance(lasts, int) and 60 < lasts <= 86_400 else 3600
            self._token, self._until = token, now + timedelta(seconds=seconds - 60)
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Ask for a new token next time."""
        self._until = None


class LibCalApiHours:
    """Hours from LibCal's API 1.1."""

    def __init__(self, library: Library, api: LibCalApi) -> None:
        self._library, self._api = library, api

    async def days(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound | None:
        """Return the days of a point that library.yml gives a LibCal id, for sixty days; raise SourceUnavailable."""
        config = self._api.config
        lid = config.points.get(_key(point))
        if lid is None:
            return None
        today = now.astimezone(self._library.zone).date()
        lids = ",".join(dict.fromkeys(config.points.values()))
        dates = urlencode({"from": (today - timedelta(days=1)).isoformat(), "to": (today + _HOURS_AHEAD).isoformat()})

        async def read(body: bytes, _: datetime) -> dict[str, LibCalEntry]:
            return read_api(body)

        url = f"{self._api.base}/1.1/hours/{lids}?{dates}"
        copy = await _through(self._api, url, read, now, f"libcal hours {self._api.base} {lids}")
        return _of_entry(copy, lid, _provenance(config, self._api.base, copy))


class LibCalApiEvents:
    """Events from LibCal's API 1.1, half a year ahead."""

    def __init__(self, library: Library, api: LibCalApi) -> None:
        self._library, self._api = library, api

    async def events(self, first: date, last: date, now: datetime) -> EventsKnown:
        """Return the events of all configured calendars; raise SourceUnavailable if one of them is not known."""
        config = self._api.config
        today = now.astimezone(self._library.zone).date()
        found: list[LibraryEvent] = []
        oldest: Copy[tuple[LibraryEvent, ...]] | None = None
        for calendar in config.calendars:

            async def read(body: bytes, _: datetime, calendar: int = calendar) -> tuple[LibraryEvent, ...]:
                return read_events(body, self._library, f"libcal{calendar}", config.branches)

            asked = {"cal_id": calendar, "date": today.isoformat(), "days": _EVENTS_AHEAD, "limit": 500}
            url = f"{self._api.base}/1.1/events?{urlencode(asked)}"
            copy = await _through(self._api, url, read, now, f"libcal events {self._api.base} {calendar}")
            found += [one for one in copy.value if one.start.date() <= last and one.end.date() >= first]
            if oldest is None or copy.checked_at < oldest.checked_at:
                oldest = copy
        if oldest is None:
            raise SourceUnavailable("no calendar is configured")
        return EventsKnown(tuple(found), _provenance(config, self._api.base, oldest))


async def _through(
    api: LibCalApi, url: str, read: Callable[[bytes, datetime], Awaitable[Read]], now: datetime, key: str
) -> Copy[Read]:
    async def headers() -> Mapping[str, str]:
        return await api.headers(now)

    copy = await api.fetcher.get(url, read, now, _fresh(api.config), key, headers)
    if copy.stale:
        # It may be the token that is refused.
        api.forget()
    return copy


class PageHoursSource:
    """Hours from schema.org JSON-LD in the library's web pages."""

    def __init__(self, library: Library, config: SourceOfJsonLd, fetcher: Fetcher) -> None:
        self._library, self._config, self._fetcher = library, config, fetcher

    async def days(self, point: ServicePoint, first: date, last: date, now: datetime) -> DaysFound | None:
        """Return the days of a point that library.yml gives a page; raise SourceUnavailable."""
        url = self._config.pages.get(_key(point))
        if url is None:
            return None

        async def read(body: bytes, _: datetime) -> PageHours:
            return read_page(body)

        copy = await self._fetcher.get(url, read, now, _fresh(self._config), f"jsonld {url}")
        wanted = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        days = {day: copy.value.day(day, self._library.country) for day in wanted}
        return DaysFound(days, _provenance(self._config, url, copy))


class CalendarFeed:
    """Events or closures from an iCalendar address, expanded from a month back to a year ahead."""

    def __init__(self, library: Library, config: SourceOfICalendar, fetcher: Fetcher) -> None:
        self._library, self._config, self._fetcher = library, config, fetcher
        self._reader = EventReader(library, f"ics-{config.name}", config.branches)

    async def events(self, first: date, last: date, now: datetime) -> EventsKnown:
        """Return the events that touch the days from `first` to `last`; raise SourceUnavailable."""

        async def read(body: bytes, checked_at: datetime) -> tuple[LibraryEvent, ...]:
            return tuple(self._reader.event(one) for one in await self._expand(body, checked_at))

        copy = await self._fetcher.get(self._config.url, read, now, _fresh(self._config), f"events {self._config.url}")
        found = tuple(one for one in copy.value if one.start.date() <= last and one.end.date() >= first)
        return EventsKnown(found, _provenance(self._config, self._config.page or self._library.website, copy))

    async def closures(self, first: date, last: date, now: datetime) -> tuple[Closure, ...]:
        """Return the closings that touch the days from `first` to `last`; raise SourceUnavailable."""

        async def read(body: bytes, checked_at: datetime) -> tuple[Closure, ...]:
            return closures_of(await self._expand(body, checked_at), self._library)

        copy = await self._fetcher.get(
            self._config.url, read, now, _fresh(self._config), f"closures {self._config.url}"
        )
        return tuple(one for one in copy.value if one.start.date() <= last and one.end.date() >= first)

    async def _expand(self, body: bytes, checked_at: datetime) -> list[Instance]:
        today = checked_at.astimezone(self._library.zone).date()
        return await expand_in_child(body, today - _BACK, today + _AHEAD, self._library.zone)
