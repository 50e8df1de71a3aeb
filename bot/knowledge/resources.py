"""The library's digital resources: which serve a wish, on which device, and what they need."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.errors import SourceUnavailable
from bot.knowledge.problems import LibraryFileError
from bot.knowledge.resource_file import MANY_SUBJECTS, DigitalResource, ResourcesFile, Subject, load_resources
from bot.knowledge.resource_vocabulary import Device, Format
from bot.knowledge.resource_words import ResourceWish, ResourceWords
from bot.knowledge.sources.base import Provenance
from bot.knowledge.text import Text, plain

log = logging.getLogger(__name__)

MOST_ALIKE = 3


@dataclass(frozen=True)
class ResourcesKnown:
    """The resources that a source knows, and from when that is."""

    resources: tuple[DigitalResource, ...]
    provenance: Provenance


@dataclass(frozen=True)
class DigitalTitle:
    """One title of a service's own catalogue. `copies` is what can be borrowed now, None where nobody counts."""

    title: str
    authors: tuple[str, ...]
    formats: tuple[Format, ...]
    language: str | None
    url: str | None
    free: bool = False
    copies: int | None = None
    holds: int | None = None


@dataclass(frozen=True)
class TitlesKnown:
    """Titles of the service `resource`."""

    resource: str
    titles: tuple[DigitalTitle, ...]
    provenance: Provenance


class ResourceSource(Protocol):
    """Knows digital resources."""

    async def resources(self, now: datetime) -> ResourcesKnown:
        """Return the resources that patrons may see; raise SourceUnavailable."""
        ...


class TitleSource(Protocol):
    """Knows the titles of one service."""

    async def titles(self, now: datetime) -> TitlesKnown:
        """Return the titles; raise SourceUnavailable."""
        ...


class ResourcesOutcome(StrEnum):
    """What a wish found."""

    ONE = "one"
    SEVERAL = "several"
    GENERAL = "general"  # none is for the subject; those that cover many are named
    WITHOUT_FORMAT = "without_format"  # the service named does not lend that; others do
    WITHOUT_DEVICE = "without_device"  # not on that device; others are named where there are any
    NOT_HERE = "not_here"  # the library does not have the service named; others on the same are named
    UNKNOWN_TOPIC = "unknown_topic"  # the words left over name nothing that is known
    NOTHING_SAID = "nothing_said"
    UNKNOWN = "unknown"  # no source answers


@dataclass(frozen=True)
class ResourceQuery:
    """What a patron asks for: what is known already, and the words it was said in."""

    text: str = ""
    resources: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    device: str | None = None
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResourcesFound:
    """The answer to a query. `named` is the service that was asked for where `resources` are others in its place.

    `alike` are databases on the same that work from home, where the only one found works in the library alone.
    """

    outcome: ResourcesOutcome
    resources: tuple[DigitalResource, ...] = ()
    named: DigitalResource | None = None
    formats: tuple[Format, ...] = ()
    subjects: tuple[Subject, ...] = ()
    device: Device | None = None
    topic: str = ""
    alike: tuple[DigitalResource, ...] = ()
    titles: tuple[DigitalTitle, ...] = ()
    sources: tuple[Provenance, ...] = ()


@dataclass(frozen=True)
class _Listing:
    resources: tuple[DigitalResource, ...]
    sources: tuple[Provenance, ...]
    about: ResourcesFile
    words: ResourceWords = field(repr=False)

    def get(self, resource_id: str) -> DigitalResource | None:
        return next((one for one in self.resources if one.id == resource_id), None)


class FileResources:
    """resources.yml of the library's folder; read again when it changes, a mistake keeps what was read before."""

    def __init__(self, path: Path, name: Text, website: str) -> None:
        self._path, self._name, self._website = path, name, website
        self._stamp: tuple[int, int] | None = None
        self._read = ResourcesFile()

    @property
    def about(self) -> ResourcesFile:
        """The file as it is now; an empty one where there is none."""
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            stamp = (0, 0)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._read = load_resources(self._path)
            except LibraryFileError as error:
                log.error("%s as it was is kept: %s", self._path.name, error)
        return self._read

    async def resources(self, now: datetime) -> ResourcesKnown:
        """Return the resources of the file."""
        checked = [one.last_checked for one in self.about.resources if one.last_checked]
        url = self.about.list_url or self._website
        since = datetime.combine(min(checked), now.timetz()) if checked else None
        return ResourcesKnown(self.about.resources, Provenance(self._name, url, since))


class Resources:
    """Answers about digital resources, from all sources put together; of two of one name the first source's counts."""

    def __init__(
        self, file: FileResources, sources: Sequence[ResourceSource], titles: Sequence[TitleSource] = ()
    ) -> None:
        self._file = file
        self._sources = tuple(sources)
        self._titles = tuple(titles)
        self._kept: tuple[object, ResourceWords] | None = None

    @property
    def about(self) -> ResourcesFile:
        """What resources.yml says beside the resources: where to get a card, research help, the whole list."""
        return self._file.about

    async def get(self, resource_id: str, now: datetime) -> DigitalResource | None:
        """Return the resource of that id, or None."""
        return (await self._listing(now)).get(resource_id)

    async def all(self, now: datetime) -> tuple[DigitalResource, ...]:
        """Return every resource, in the library's order."""
        return (await self._listing(now)).resources

    async def read(self, text: str, now: datetime) -> ResourceWish:
        """Return what a text names."""
        return (await self._listing(now)).words.read(text)

    async def find(self, query: ResourceQuery, now: datetime) -> ResourcesFound:
        """Return what serves a wish; a source that does not answer is left out, with none left it is unknown."""
        listing = await self._listing(now)
        if not listing.resources:
            return ResourcesFound(ResourcesOutcome.UNKNOWN, sources=listing.sources)
        wish = listing.words.read(query.text)
        formats = tuple(Format(one) for one in (query.formats or wish.formats) if one in set(Format))
        said = query.device or next(iter(wish.devices), None)
        device = Device(said) if said in set(Device) else None
        named = [one for one in map(listing.get, query.resources or wish.resources) if one is not None]
        # "Scholarly articles on nursing" are about nursing.
        subjects = tuple(one for one in wish.subjects if one != MANY_SUBJECTS) or wish.subjects
        found = _choose(listing, named, formats, subjects, device, query.audiences, wish)
        titles = await self._matching(found.resources, wish.topic, formats, now) if found.resources else ()
        return replace(
            found,
            formats=formats,
            subjects=tuple(listing.about.subjects[one] for one in subjects if one in listing.about.subjects),
            device=device,
            topic=found.topic or " ".join(wish.topic),
            alike=_from_home_like(listing, found.resources[0]) if found.outcome is ResourcesOutcome.ONE else (),
            titles=titles,
            sources=listing.sources,
        )

    async def titles(self, resource_id: str, now: datetime) -> tuple[DigitalTitle, ...]:
        """Return the titles known of a service, none where no catalogue of it answers."""
        return tuple(title for known in await self._known_titles(now) if known.resource == resource_id
                     for title in known.titles)  # fmt: skip

    async def _known_titles(self, now: datetime) -> list[TitlesKnown]:
        answers = await asyncio.gather(*(one.titles(now) for one in self._titles), return_exceptions=True)
        known = []
        for answer in answers:
            if isinstance(answer, TitlesKnown):
                known.append(answer)
            elif not isinstance(answer, SourceUnavailable):
                raise answer
        return known

    async def _matching(
        self, resources: Iterable[DigitalResource], topic: tuple[str, ...], formats: tuple[Format, ...], now: datetime
    ) -> tuple[DigitalTitle, ...]:
        """Return titles that hold all the words left over."""
        if not topic or not self._titles:
            return ()
        here = {one.id for one in resources}
        return tuple(
            title
            for known in await self._known_titles(now)
            if known.resource in here
            for title in known.titles
            if set(topic) <= set(plain(" ".join((title.title, *title.authors))).split())
            and (not formats or not title.formats or set(formats) & set(title.formats))
        )

    async def _listing(self, now: datetime) -> _Listing:
        answers = await asyncio.gather(*(one.resources(now) for one in self._sources), return_exceptions=True)
        resources: list[DigitalResource] = []
        sources = []
        names: set[str] = set()
        for answer in answers:
            if isinstance(answer, SourceUnavailable):
                continue
            if isinstance(answer, BaseException):
                raise answer
            if answer.resources:
                sources.append(answer.provenance)
            for one in answer.resources:
                known_as = {plain(name) for name in (one.name, *one.aliases)}
                if plain(one.name) not in names and not any(one.id == other.id for other in resources):
                    resources.append(one)
                    names |= known_as
        about = self._file.about
        kept = self._kept
        if kept is None or kept[0] != (resources, about):
            words = ResourceWords(
                {one.id: (one.name, *one.aliases) for one in resources},
                {name: (*one.name.all, *one.words) for name, one in about.subjects.items()},
                {one.name: (one.name, *one.aliases) for one in about.not_here},
            )
            self._kept = kept = ((resources, about), words)
        return _Listing(tuple(resources), tuple(sources), about, kept[1])


def _choose(
    listing: _Listing,
    named: list[DigitalResource],
    formats: tuple[Format, ...],
    subjects: tuple[str, ...],
    device: Device | None,
    audiences: tuple[str, ...],
    wish: ResourceWish,
) -> ResourcesFound:
    serving = [one for one in listing.resources if set(formats) & set(one.formats)]
    if named:
        fitting = [one for one in named if not formats or set(formats) & set(one.formats)]
        if not fitting:
            others = _on(serving, device, formats) or serving
            return ResourcesFound(ResourcesOutcome.WITHOUT_FORMAT, tuple(others), named[0])
        working = _on(fitting, device, formats)
        if not working:
            alike = [one for one in listing.resources if set(fitting[0].formats) & set(one.formats)]
            others = [one for one in _on(serving or alike, device, formats) if one not in fitting]
            return ResourcesFound(ResourcesOutcome.WITHOUT_DEVICE, tuple(others), fitting[0])
        return _found(working)
    if wish.absent:
        return _instead(listing, wish.absent[0], device, audiences)
    if formats:
        narrowed = [one for one in serving if set(subjects) & set(one.subjects)] or serving
        fitting = _for(narrowed, audiences)
        working = _on(fitting, device, formats) or _on(serving, device, formats)
        if fitting and not working:
            return ResourcesFound(ResourcesOutcome.WITHOUT_DEVICE, tuple(fitting))
        if working:
            return _found(working)
    if subjects:
        return _on_subjects(listing, subjects, audiences)
    if device is not None:
        working = [one for one in listing.resources if one.devices and one.steps_for(device)]
        if working:
            return _found(_for(working, audiences))
    if wish.phrase:
        general = [one for one in listing.resources if MANY_SUBJECTS in one.subjects]
        return ResourcesFound(ResourcesOutcome.UNKNOWN_TOPIC, tuple(_for(general, audiences)), topic=wish.phrase)
    own = [one for one in listing.resources if set(audiences) & set(one.audiences)]
    return _found(own) if own else ResourcesFound(ResourcesOutcome.NOTHING_SAID)


def _instead(listing: _Listing, name: str, device: Device | None, audiences: tuple[str, ...]) -> ResourcesFound:
    """Return what the library has in place of a service that it does not have."""
    absent = next(one for one in listing.about.not_here if one.name == name)
    alike = [one for one in listing.resources if set(one.formats) & set(absent.formats)]
    if absent.subjects:
        alike += _on_subjects(listing, absent.subjects, audiences).resources
    resources = tuple(dict.fromkeys(_on(alike, device) or alike))
    return ResourcesFound(ResourcesOutcome.NOT_HERE, resources, topic=name)


def _on_subjects(listing: _Listing, subjects: tuple[str, ...], audiences: tuple[str, ...]) -> ResourcesFound:
    """Return the databases for the subjects; else for the wider subjects; else those that cover many."""
    wanted, seen = list(subjects), set(subjects)
    while wanted:
        about = {
            one.id: [place for place, name in enumerate(one.subjects) if name in wanted] for one in listing.resources
        }
        # Those that are about most of it first, then those whose first subject it is.
        exact = sorted(
            (one for one in listing.resources if about[one.id]),
            key=lambda one: (-len(about[one.id]), min(about[one.id])),
        )
        if exact:
            return _found(_for(exact, audiences))
        wider = [listing.about.subjects[name].broader for name in wanted if name in listing.about.subjects]
        wanted = [name for name in wider if name is not None and name not in seen]
        seen.update(wanted)
    general = [one for one in listing.resources if MANY_SUBJECTS in one.subjects]
    return ResourcesFound(ResourcesOutcome.GENERAL, tuple(_for(general, audiences)))


def _from_home_like(listing: _Listing, resource: DigitalResource) -> tuple[DigitalResource, ...]:
    """Return what works from home on the first subject of a database that does not."""
    if resource.from_home != "in_library" or not resource.subjects:
        return ()
    alike = [one for one in listing.resources if resource.subjects[0] in one.subjects and one.from_home is True]
    return tuple(alike[:MOST_ALIKE])


def _found(resources: Sequence[DigitalResource]) -> ResourcesFound:
    outcome = ResourcesOutcome.ONE if len(resources) == 1 else ResourcesOutcome.SEVERAL
    return ResourcesFound(outcome, tuple(resources))


def _on(
    resources: Sequence[DigitalResource], device: Device | None, formats: Sequence[Format] = ()
) -> list[DigitalResource]:
    return [one for one in resources if device is None or one.works_on(device, formats)]


def _for(resources: Sequence[DigitalResource], audiences: tuple[str, ...]) -> list[DigitalResource]:
    """Return those for an audience first; those for other ages only are left out where any is left."""
    wanted = set(audiences)
    if not wanted:
        return list(resources)
    own = [one for one in resources if wanted & set(one.audiences)]
    return own + [one for one in resources if not one.audiences] or list(resources)
