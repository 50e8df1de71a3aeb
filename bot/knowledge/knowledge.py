"""The one door to what the library knows: open it once in a process, and ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.knowledge.answers import Answers
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.events import EventQuery, Events
from bot.knowledge.guides import Guides
from bot.knowledge.hours import Hours
from bot.knowledge.library import Library, load_library
from bot.knowledge.notices import Notices
from bot.knowledge.problems import LibraryFileError
from bot.knowledge.recommendations import Recommendations
from bot.knowledge.resource_sources import resources_of
from bot.knowledge.resources import Resources
from bot.knowledge.source_settings import (
    SourceOfCatalogueFile,
    SourceOfFiles,
    SourceOfICalendar,
    SourceOfJsonLd,
    SourceOfKoha,
    SourceOfLibCalApi,
    SourceOfLibCalFeed,
    SourceOfSru,
)
from bot.knowledge.sources.base import ClosureSource, EventSource, HoursSource
from bot.knowledge.sources.catalogue_files import CatalogueFile
from bot.knowledge.sources.catalogue_remote import KohaCatalogue, SruCatalogue
from bot.knowledge.sources.fetch import Fetcher
from bot.knowledge.sources.files import FileClosures, FileEvents, FileHours
from bot.knowledge.sources.records import CatalogueSource
from bot.knowledge.sources.remote import (
    CalendarFeed,
    LibCalApi,
    LibCalApiEvents,
    LibCalApiHours,
    LibCalFeedHours,
    PageHoursSource,
)
from bot.settings import Settings

log = logging.getLogger(__name__)


class Knowledge:
    """The library's facts. Files that change are read again; a changed file with a mistake is logged and not used."""

    def __init__(self, folder: Path, cache: Path, allow_private: bool, secrets: Mapping[str, str]) -> None:
        self._folder = folder
        self._cache = cache
        self._fetcher = Fetcher(cache, allow_private)
        self._secrets = secrets
        # Read when they are first asked for: the gateway never does.
        self._answers: Answers | None = None
        self._guides: Guides | None = None
        self._version = self._stamp()
        self._build(load_library(folder))

    @classmethod
    def open(
        cls, folder: Path, cache: Path, allow_private: bool = False, secrets: Mapping[str, str] | None = None
    ) -> Knowledge:
        """Read the library's folder; raise LibraryFileError that names file, line and cure.

        `cache` keeps the last good copies of feeds. `allow_private` lets feeds be on private addresses. `secrets` are
        the environment variables that library.yml names for the keys of its sources.
        """
        return cls(folder, cache, allow_private, secrets or {})

    @classmethod
    def of(cls, settings: Settings) -> Knowledge:
        """Read the folder that the settings name; raise LibraryFileError."""
        return cls.open(settings.library, settings.feeds, settings.allow_private_feeds, settings.environ)

    @property
    def library(self) -> Library:
        """The library as its files are now."""
        self._refresh()
        return self._library

    @property
    def hours(self) -> Hours:
        """Answers about opening hours."""
        self._refresh()
        return self._hours

    @property
    def events(self) -> Events:
        """Answers about events."""
        self._refresh()
        return self._events

    @property
    def notices(self) -> Notices:
        """What patrons should know just now, and the emergency that closes the library."""
        self._refresh()
        return self._notices

    @property
    def answers(self) -> Answers:
        """The library's own answers as their files are now."""
        if self._answers is None:
            self._answers = Answers(self._folder)
        self._answers.refresh()
        return self._answers

    @property
    def catalogue(self) -> Catalogue:
        """Answers what the library has of a title, an author or a subject."""
        self._refresh()
        return self._catalogue

    @property
    def recommendations(self) -> Recommendations:
        """Staff picks that match a taste."""
        self._refresh()
        return self._recommendations

    @property
    def resources(self) -> Resources:
        """Answers about digital resources."""
        self._refresh()
        return self._resources

    @property
    def guides(self) -> Guides:
        """The step-by-step guides as their files are now."""
        if self._guides is None:
            self._guides = Guides(self._folder)
        self._guides.refresh()
        return self._guides

    async def warm(self, now: datetime) -> None:
        """Ask for hours and events once, so that the first patron does not wait for files or feeds."""
        for branch in self.library.branches:
            await self.hours.at(branch.id, now, now)
        await self.events.find(EventQuery(), now)

    async def warm_all(self, now: datetime) -> None:
        """Do so with all that an answer may need."""
        await self.warm(now)
        await self.resources.all(now)
        for read in (lambda: self.answers, lambda: self.guides, lambda: self.catalogue.known_title("1984")):
            await asyncio.to_thread(read)

    async def close(self) -> None:
        """End connections to sources on the network."""
        await self._fetcher.close()

    def _stamp(self) -> tuple[int, ...]:
        stamps = []
        for name in ("library.yml", "hours.yml"):
            try:
                stat = (self._folder / name).stat()
                stamps += [stat.st_mtime_ns, stat.st_size]
            except OSError:
                stamps += [0, 0]
        return tuple(stamps)

    def _refresh(self) -> None:
        version = self._stamp()
        if version == self._version:
            return
        self._version = version
        try:
            self._build(load_library(self._folder))
        except LibraryFileError as error:
            log.error("the library's files as they were are kept: %s", error)

    def _build(self, library: Library) -> None:
        hours: list[HoursSource] = []
        closures: list[ClosureSource] = []
        events: list[EventSource] = []
        own: FileClosures | None = None
        notices = Notices(library)
        closures.append(notices)
        for closing in library.sources.closures:
            if isinstance(closing, SourceOfFiles):
                own = FileClosures(library, closing)
                closures.append(own)
            else:
                closures.append(CalendarFeed(library, closing, self._fetcher))
        for clock in library.sources.hours:
            match clock:
                case SourceOfFiles():
                    hours.append(FileHours(library))
                case SourceOfLibCalFeed():
                    hours.append(LibCalFeedHours(library, clock, self._fetcher))
                case SourceOfLibCalApi():
                    hours.append(LibCalApiHours(library, LibCalApi(clock, self._fetcher, self._secrets)))
                case SourceOfJsonLd():
                    hours.append(PageHoursSource(library, clock, self._fetcher))
        for calendar in library.sources.events:
            match calendar:
                case SourceOfFiles():
                    events.append(FileEvents(library, calendar, own))
                case SourceOfICalendar():
                    events.append(CalendarFeed(library, calendar, self._fetcher))
                case SourceOfLibCalApi():
                    events.append(LibCalApiEvents(library, LibCalApi(calendar, self._fetcher, self._secrets)))
        catalogues: list[CatalogueSource] = []
        for shelf in library.sources.catalogue:
            match shelf:
                case SourceOfCatalogueFile():
                    catalogues.append(CatalogueFile(library, shelf, self._cache))
                case SourceOfSru():
                    catalogues.append(SruCatalogue(shelf, self._fetcher))
                case SourceOfKoha():
                    catalogues.append(KohaCatalogue(shelf, self._fetcher, self._secrets))
        self._catalogue = Catalogue(library, catalogues)
        self._recommendations = Recommendations(library.folder / "picks.yml", self._catalogue)
        self._library = library
        self._hours = Hours(library, hours, closures)
        self._events = Events(library, events, notices)
        self._notices = notices
        self._resources = resources_of(library, self._fetcher, self._secrets)
