"""What every catalogue hands over: records of items, their copies, and what may be sought."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.knowledge.sources.base import Provenance
from bot.knowledge.text import plain

ONLINE = "online"
"""The branch id of copies that are borrowed over the web."""

_NOT_LETTERS = re.compile(r"[^\w]+|_+")
_ARTICLE = re.compile(r"^(?:the|an?|el|la|los|las|una?|le|les|der|die|das) (?=\S)")


class Format(StrEnum):
    """In which form an item is lent."""

    BOOK = "book"
    LARGE_PRINT = "large_print"
    EBOOK = "ebook"
    AUDIOBOOK = "audiobook"
    DVD = "dvd"
    MUSIC = "music"
    GAME = "game"
    MAGAZINE = "magazine"
    THING = "thing"


@dataclass(frozen=True)
class Copies:
    """How many copies a branch has of an item, and how many of them are on the shelf."""

    branch_id: str
    total: int
    available: int


@dataclass(frozen=True)
class Record:
    """One item in one form. `language` is ISO 639-1, `copies` is None where the catalogue does not say.

    `original_title` is the title of which this is a translation; `year` is when the work first appeared, where the
    library's file says so, else the year of this edition.
    """

    id: str
    title: str
    author: str = ""
    year: int | None = None
    format: Format | None = None
    language: str = ""
    audience: str = ""
    subjects: tuple[str, ...] = ()
    series: str = ""
    original_title: str = ""
    isbns: tuple[str, ...] = ()
    copies: tuple[Copies, ...] | None = None
    url: str | None = None

    def to_json(self) -> str:
        """Return the record as it is kept in the index."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read what `to_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        copies = raw.pop("copies")
        form = raw.pop("format")
        subjects, isbns = tuple(raw.pop("subjects")), tuple(raw.pop("isbns"))
        return cls(
            **raw,
            subjects=subjects,
            isbns=isbns,
            format=Format(form) if form else None,
            copies=None if copies is None else tuple(Copies(**one) for one in copies),
        )


@dataclass(frozen=True)
class Sought:
    """What a patron looks for. `words` are looked for anywhere; `about` says that they are a subject, not a title."""

    title: str = ""
    author: str = ""
    isbn: str = ""
    words: str = ""
    about: bool = False
    formats: tuple[Format, ...] = ()
    language: str = ""
    audiences: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is said of which item is meant."""
        return not (self.title or self.author or self.isbn or self.words)

    @property
    def text(self) -> str:
        """The words that a search form would be filled with."""
        return self.isbn or " ".join(part for part in (self.title or self.words, self.author) if part)

    @property
    def anyhow(self) -> Sought:
        """The same in any form, language and for anybody."""
        return replace(self, formats=(), language="", audiences=())

    def over(self, earlier: Sought) -> Sought:
        """Return this with what it leaves open taken from `earlier`."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return replace(earlier, **said)

    def to_slot(self) -> str:
        """Return it as text for a slot; nothing for nothing."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return json.dumps(said, ensure_ascii=False) if said else ""

    @classmethod
    def from_slot(cls, text: str) -> Sought:
        """Read what `to_slot` wrote; anything else gives nothing."""
        try:
            raw = json.loads(text) if text else {}
            formats = tuple(Format(one) for one in raw.pop("formats", ()))
            audiences = tuple(raw.pop("audiences", ()))
            return cls(**raw, formats=formats, audiences=audiences)
        except (ValueError, TypeError, AttributeError):
            return cls()


@dataclass(frozen=True)
class RecordsFound:
    """What a catalogue found: the best first, how many there are in all, and from when that is.

    `exact` is False where nothing had all the words and these are the nearest.
    """

    records: tuple[Record, ...]
    total: int
    provenance: Provenance
    exact: bool = True


class CatalogueSource(Protocol):
    """Knows items."""

    async def search(self, sought: Sought, now: datetime, most: int) -> RecordsFound:
        """Return what matches, form and language included; raise SourceUnavailable."""
        ...


class LocalCatalogue(CatalogueSource, Protocol):
    """Knows items from a file at hand, so it can be asked whether words are a title."""

    def known_title(self, text: str) -> bool:
        """Say whether the words are exactly a title, capitals, accents and articles aside; never raise."""
        ...

    def titled(self, titles: Sequence[str], now: datetime) -> dict[str, list[Record]]:
        """Return the records of each title; raise SourceUnavailable."""
        ...


def fold(text: str) -> str:
    """Return words in the form in which titles are compared: plain, no marks, "&" as "and"."""
    return " ".join(_NOT_LETTERS.sub(" ", plain(text).replace("'", "").replace("&", " and ")).split())


def title_key(title: str) -> str:
    """Return a title as it is compared: folded, with its first article dropped."""
    return _ARTICLE.sub("", fold(title))


def main_title(title: str) -> str:
    """Return a title without its subtitle."""
    return re.split(r"\s*[:;]\s|\s+/\s", title, maxsplit=1)[0].strip(" /:;=")


def author_key(author: str) -> str:
    """Return the words of a name in one order, so that "Le Guin, Ursula K." is "Ursula K. Le Guin"."""
    return " ".join(sorted(word for word in fold(author).split() if len(word) > 1))


FORMS_IN_ORDER: dict[Format | None, int] = {one: place for place, one in enumerate([*Format, None])}
"""Forms as they are listed: the book first."""
