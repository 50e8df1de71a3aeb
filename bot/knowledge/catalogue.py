"""The catalogue: what the library has of what a patron looks for, in which forms, and where it is in."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import cast
from urllib.parse import quote_plus

from bot.errors import SourceUnavailable
from bot.knowledge.library import Library
from bot.knowledge.sources.base import Provenance
from bot.knowledge.sources.records import (
    FORMS_IN_ORDER,
    CatalogueSource,
    Format,
    LocalCatalogue,
    Record,
    RecordsFound,
    Sought,
    author_key,
    main_title,
    title_key,
)

log = logging.getLogger(__name__)

MOST = 40
"""Records that one search takes from a source."""


class CatalogueOutcome(StrEnum):
    """What a search came to. UNAVAILABLE and NOT_CONNECTED mean that nothing is known, not that there is nothing."""

    FOUND = "found"  # one work
    SEVERAL = "several"
    NEAR = "near"  # nothing has all the words; these come close
    OTHER_FORM = "other_form"  # the library has it, but not in the form or language that was asked for
    NONE = "none"
    UNAVAILABLE = "unavailable"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class Work:
    """One work in the forms that were found, the book first."""

    records: tuple[Record, ...]

    @property
    def first(self) -> Record:
        """The record that stands for the work."""
        return self.records[0]

    @property
    def title(self) -> str:
        """Its title."""
        return self.first.title


@dataclass(frozen=True)
class CatalogueFound:
    """What was found, the best first; `total` may be more than what is here. `url` searches the catalogue itself."""

    outcome: CatalogueOutcome
    works: tuple[Work, ...] = ()
    total: int = 0
    url: str | None = None
    source: Provenance | None = None


class Catalogue:
    """Searches the sources in their order; the first that has something answers."""

    def __init__(self, library: Library, sources: Sequence[CatalogueSource]) -> None:
        self._library = library
        self._sources = tuple(sources)
        self._local = tuple(cast(LocalCatalogue, one) for one in sources if hasattr(one, "known_title"))

    async def find(self, sought: Sought, now: datetime) -> CatalogueFound:
        """Return what the library has; never raises for a source that is down, the outcome says it."""
        url = self.search_url(sought)
        if not self._sources:
            return CatalogueFound(CatalogueOutcome.NOT_CONNECTED, url=url)
        for asked, outcome in self._ways(sought):
            found = await self._ask(asked, now)
            if found is None:
                return CatalogueFound(CatalogueOutcome.UNAVAILABLE, url=url)
            if found.records:
                works = group(found.records)
                if not found.exact:
                    outcome = CatalogueOutcome.NEAR
                if outcome is CatalogueOutcome.FOUND and len(works) > 1:
                    outcome = CatalogueOutcome.SEVERAL
                total = max(len(works), found.total if found.total > len(found.records) else 0)
                return CatalogueFound(outcome, works, total, url, found.provenance)
        return CatalogueFound(CatalogueOutcome.NONE, url=url)

    def known_title(self, text: str) -> bool:
        """Say whether the words are exactly a title of a file catalogue, articles aside: for a title typed alone."""
        return any(one.known_title(text) for one in self._local)

    def titled(self, titles: Sequence[str], now: datetime) -> dict[str, list[Record]]:
        """Return the records of each title, from the file catalogues; nothing where one cannot be read."""
        found: dict[str, list[Record]] = {title: [] for title in titles}
        for one in self._local:
            try:
                for title, records in one.titled(titles, now).items():
                    found[title] += records
            except SourceUnavailable as error:
                log.warning("the catalogue's file is not used: %s", error)
        return found

    def search_url(self, sought: Sought) -> str | None:
        """Return the catalogue's own search with the words filled in, or None where library.yml names none."""
        template = self._library.catalogue_url
        return template.replace("{words}", quote_plus(sought.text)) if template else None

    def record_url(self, record: Record) -> str | None:
        """Return the address of a record, or else of a search that finds it."""
        words = record.isbns[0] if record.isbns else f"{main_title(record.title)} {record.author}".strip()
        return record.url or self.search_url(Sought(words=words))

    def _ways(self, sought: Sought) -> list[tuple[Sought, CatalogueOutcome]]:
        """Return what to search for, one after the other: as asked, all words anywhere, then in any form."""
        ways = [(sought, CatalogueOutcome.FOUND)]
        if sought.title or sought.author:
            anywhere = replace(sought, title="", author="", words=sought.text)
            ways.append((anywhere, CatalogueOutcome.FOUND))
        if sought.audiences:
            ways += [(replace(one, audiences=()), outcome) for one, outcome in ways]
        if replace(sought, audiences=()) != sought.anyhow:
            ways += [(one.anyhow, CatalogueOutcome.OTHER_FORM) for one, _ in ways if one.audiences == sought.audiences]
        return ways

    async def _ask(self, sought: Sought, now: datetime) -> RecordsFound | None:
        """Return what the first source with an answer found, exact answers first; None where none could be asked."""
        answers: list[RecordsFound] = []
        for source in self._sources:
            try:
                found = await source.search(sought, now, MOST)
            except SourceUnavailable as error:
                log.warning("a catalogue does not answer: %s", error)
                continue
            if found.records and found.exact:
                return found
            answers.append(found)
        return next((one for one in answers if one.records), answers[0] if answers else None)


def group(records: Sequence[Record]) -> tuple[Work, ...]:
    """Return the records as works, in the order of the best record of each; films and games stand apart from books."""
    works: dict[tuple[str, str, bool], list[Record]] = {}
    for record in records:
        apart = record.format in (Format.DVD, Format.GAME, Format.MUSIC, Format.THING, Format.MAGAZINE)
        title = title_key(record.original_title or record.title)
        works.setdefault((title, author_key(record.author), apart), []).append(record)
    # Some records of a work have its subtitle, some have not: they are one, as long as that can mean one work only.
    for key in [key for key in works if not key[2]]:
        longer = [one for one in works if one != key and one[1:] == key[1:] and _is_main(key[0], works[one])]
        if len(longer) == 1:
            works[longer[0]] += works.pop(key)
    return tuple(Work(tuple(sorted(one, key=_order))) for one in works.values())


def _is_main(key: str, records: Sequence[Record]) -> bool:
    """Say whether `key` is the title of records without their subtitle."""
    return any(title_key(main_title(one.original_title or one.title)) == key for one in records)


def _order(record: Record) -> tuple[bool, int]:
    """Put a work before its translations, and its forms in their order."""
    return bool(record.original_title), FORMS_IN_ORDER[record.format]
