"""OPDS catalogues of e-books and audiobooks, 1.2 (Atom) and 2.0 (JSON): the parser, and the source that pages through.

The forms are https://specs.opds.io/opds-1.2 and https://drafts.opds.io/opds-2.0. How many copies are there is told in
`opds:copies` and `opds:holds`, or in the `properties` of a link; a feed of free books has neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from bot.knowledge.resource_vocabulary import Format
from bot.knowledge.resources import DigitalTitle, TitlesKnown
from bot.knowledge.source_settings import SourceOfOpds
from bot.knowledge.sources.base import Provenance
from bot.knowledge.sources.fetch import Copy, Fetcher
from bot.knowledge.sources.markup import text_of

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPDS = "{http://opds-spec.org/2010/catalog}"
_SCHEMA = "{http://schema.org/}"
_DC = "{http://purl.org/dc/terms/}"
_ACQUISITION = "http://opds-spec.org/acquisition"
_FREE = f"{_ACQUISITION}/open-access"
_SAMPLE = (f"{_ACQUISITION}/sample", f"{_ACQUISITION}/preview")
_FORMS = {"audiobook": Format.AUDIOBOOK, "ebook": Format.EBOOK, "book": Format.EBOOK, "periodical": Format.MAGAZINE}


@dataclass(frozen=True)
class OpdsPage:
    """One page of a catalogue, and the address of the one after it."""

    titles: tuple[DigitalTitle, ...]
    following: str | None


def read_opds(data: bytes, base: str) -> OpdsPage:
    """Return a page of a catalogue of either version; `base` is its address. Raise ValueError if it is neither."""
    if data.lstrip()[:1] == b"{":
        return _read_json(data, base)
    try:
        feed = fromstring(data)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"not an OPDS catalogue: {type(error).__name__}") from None
    if feed.tag != f"{_ATOM}feed":
        raise ValueError("not an OPDS catalogue: it is no Atom feed")
    titles = [_of_entry(entry, base) for entry in feed.iter(f"{_ATOM}entry")]
    following = next((one.get("href") for one in feed.findall(f"{_ATOM}link") if one.get("rel") == "next"), None)
    return OpdsPage(tuple(one for one in titles if one is not None), _address(following, base))


def _of_entry(entry: Element, base: str) -> DigitalTitle | None:
    """Return an entry of OPDS 1.2; None for one that is no title (a shelf, a message)."""
    title = text_of(entry.findtext(f"{_ATOM}title") or "", 200)
    links = entry.findall(f"{_ATOM}link")
    ways = [one for one in links if _gets(one.get("rel"))]
    if not title or not ways:
        return None
    authors = [text_of(one.findtext(f"{_ATOM}name") or "", 100) for one in entry.findall(f"{_ATOM}author")]
    copies, holds = _counted(ways, "copies", "available"), _counted(ways, "holds", "total")
    page = next(
        (one.get("href") for one in links if one.get("rel") == "alternate" and "html" in one.get("type", "")), None
    )
    return DigitalTitle(
        title=title,
        authors=tuple(one for one in authors if one),
        formats=_formats([entry.get(f"{_SCHEMA}additionalType", "")], (one.get("type", "") for one in ways)),
        language=text_of(entry.findtext(f"{_DC}language") or "", 20) or None,
        url=_address(page or ways[0].get("href"), base),
        free=any(one.get("rel") == _FREE for one in ways),
        copies=copies,
        holds=holds,
    )


def _counted(ways: Iterable[Element], name: str, key: str) -> int | None:
    for way in ways:
        told = way.find(f"{_OPDS}{name}")
        if told is not None and told.get(key, "").isdigit():
            return int(told.get(key, "0"))
    return None


def _read_json(data: bytes, base: str) -> OpdsPage:
    feed = json.loads(data)
    if not isinstance(feed, dict) or not any(isinstance(feed.get(key), list) for key in ("publications", "groups")):
        raise ValueError("not an OPDS catalogue: it has no publications")
    found = list(_dicts(feed.get("publications")))
    for group in _dicts(feed.get("groups")):
        found += _dicts(group.get("publications"))
    titles = [_of_publication(one, base) for one in found]
    following = next((one.get("href") for one in _dicts(feed.get("links")) if _rels(one) & {"next"}), None)
    return OpdsPage(tuple(one for one in titles if one is not None), _address(following, base))


def _of_publication(one: Mapping[str, Any], base: str) -> DigitalTitle | None:
    about = one.get("metadata")
    if not isinstance(about, dict):
        return None
    title = text_of(_words(about.get("title")), 200)
    links = list(_dicts(one.get("links")))
    ways = [link for link in links if any(map(_gets, _rels(link)))]
    if not title or not ways:
        return None
    languages = about.get("language")
    language = languages[0] if isinstance(languages, list) and languages else languages
    page = next((link.get("href") for link in links if "html" in str(link.get("type"))), None)
    return DigitalTitle(
        title=title,
        authors=tuple(text_of(name, 100) for name in _people(about.get("author")) if name),
        formats=_formats([str(about.get("@type") or "")], (str(link.get("type") or "") for link in ways)),
        language=str(language)[:20] if language else None,
        url=_address(page or ways[0].get("href"), base),
        free=any(_FREE in _rels(link) for link in ways),
        copies=_property(ways, "copies", "available"),
        holds=_property(ways, "holds", "total"),
    )


def _property(ways: Iterable[Mapping[str, Any]], name: str, key: str) -> int | None:
    for way in ways:
        properties = way.get("properties")
        told = properties.get(name) if isinstance(properties, dict) else None
        if isinstance(told, dict) and isinstance(told.get(key), int):
            return int(told[key])
    return None


def _people(value: object) -> list[str]:
    """Return names, which are written as a text, an object with a name, or a list of either."""
    parts = value if isinstance(value, list) else [value]
    return [_words(part.get("name") if isinstance(part, dict) else part) for part in parts if part]


def _words(value: object) -> str:
    """Return a text that may be written as one text a language."""
    return str(next(iter(value.values()), "")) if isinstance(value, dict) else str(value or "")


def _rels(link: Mapping[str, Any]) -> set[str]:
    rel = link.get("rel")
    return {str(one) for one in rel} if isinstance(rel, list) else {str(rel or "")}


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _gets(rel: str | None) -> bool:
    """Tell whether a link gets the title itself, not a sample of it."""
    return (rel or "").startswith(_ACQUISITION) and rel not in _SAMPLE


def _formats(kinds: Iterable[str], types: Iterable[str]) -> tuple[Format, ...]:
    known = [_FORMS[kind.rsplit("/", 1)[-1].lower()] for kind in kinds if kind.rsplit("/", 1)[-1].lower() in _FORMS]
    if not known:
        known = [
            Format.AUDIOBOOK if "audio" in one else Format.EBOOK for one in types if "epub" in one or "audio" in one
        ]
    return tuple(dict.fromkeys(known))


def _address(href: object, base: str) -> str | None:
    """Return a web address that patrons can follow, or None."""
    if not isinstance(href, str) or not href:
        return None
    address = urljoin(base, href)
    return address if urlsplit(address).scheme in ("http", "https") else None


class OpdsTitles:
    """The titles of one service, page after page of its catalogue up to a limit."""

    def __init__(self, config: SourceOfOpds, fetcher: Fetcher) -> None:
        self._config, self._fetcher = config, fetcher

    async def titles(self, now: datetime) -> TitlesKnown:
        """Return the titles; a later page that does not answer ends the list; raise SourceUnavailable for the first."""
        first = await self._page(self._config.url, now)
        found, page, seen = list(first.value.titles), first.value, {self._config.url}
        while page.following is not None and page.following not in seen and len(seen) < self._config.pages:
            # A catalogue leads to its own pages only.
            if urlsplit(page.following).netloc != urlsplit(self._config.url).netloc:
                break
            seen.add(page.following)
            page = (await self._page(page.following, now)).value
            found += page.titles
        where = self._config.page or self._config.url
        known = Provenance(self._config.name, where, first.checked_at, first.stale)
        return TitlesKnown(self._config.resource, tuple(found), known)

    async def _page(self, url: str, now: datetime) -> Copy[OpdsPage]:
        async def read(body: bytes, _: datetime) -> OpdsPage:
            return read_opds(body, url)

        return await self._fetcher.get(url, read, now, timedelta(minutes=self._config.fresh_minutes), f"opds {url}")
