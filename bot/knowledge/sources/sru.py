"""SRU 1.1 and 1.2 (https://www.loc.gov/standards/sru/): the query in CQL, and the answer's MARCXML or Dublin Core."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from bot.knowledge.language_words import TWO_LETTERS
from bot.knowledge.source_settings import SourceOfSru, SruIndex
from bot.knowledge.sources.marc import local_name, parse_xml, read_marcxml
from bot.knowledge.sources.records import Format, Record, Sought

INDEXES: Mapping[SruIndex, str] = {
    "any": "cql.serverChoice",
    "title": "dc.title",
    "author": "dc.creator",
    "subject": "dc.subject",
    "isbn": "bath.isbn",
}
_MARKS = re.compile(r"[^\w']|_|(?<!\w)'|'(?!\w)")
_DC_FORMS = {"sound": Format.AUDIOBOOK, "movingimage": Format.DVD, "video": Format.DVD, "audio": Format.AUDIOBOOK}


@dataclass(frozen=True)
class SruAnswer:
    """The records of an answer, those that could be read, and how many the server has in all."""

    records: tuple[Record, ...]
    total: int


def search_url(config: SourceOfSru, sought: Sought, most: int) -> str:
    """Return the address that asks a server for what is sought."""
    asked = {
        "version": config.version,
        "operation": "searchRetrieve",
        "query": cql(sought, {name: config.indexes.get(name, usual) for name, usual in INDEXES.items()}),
        "recordSchema": config.record_schema,
        "startRecord": 1,
        "maximumRecords": most,
    }
    return f"{config.url}{'&' if '?' in config.url else '?'}{urlencode(asked)}"


def cql(sought: Sought, indexes: Mapping[SruIndex, str]) -> str:
    """Return a CQL query for what is sought; each term is quoted, so nothing a patron writes is an operator."""
    if sought.isbn:
        return f"{indexes['isbn']}={term(sought.isbn)}"
    anywhere = indexes["subject"] if sought.about else indexes["any"]
    parts = ((indexes["title"], sought.title), (indexes["author"], sought.author), (anywhere, sought.words))
    return " and ".join(f"{index} all {term(bare(words))}" for index, words in parts if bare(words))


def bare(words: str) -> str:
    """Return words without marks; accents stay, since not every server looks past them."""
    return " ".join(_MARKS.sub(" ", words.replace("’", "'")).strip("' ").split())


def term(words: str) -> str:
    """Return words as one CQL term: quoted, with quotes and masks in them escaped."""
    escaped = re.sub(r'([\\"*?^])', r"\\\1", " ".join(words.split()))
    return f'"{escaped}"'


def read_response(body: bytes, branches: Mapping[str, str]) -> SruAnswer:
    """Return what a searchRetrieve answer holds; raise ValueError for a diagnostic and for what is no SRU."""
    root = parse_xml(body)
    if local_name(root) != "searchRetrieveResponse":
        raise ValueError(f"the answer is a {local_name(root)}, not an SRU searchRetrieveResponse")
    total = next((one.text or "" for one in root.iter() if local_name(one) == "numberOfRecords"), "").strip()
    data = [one for one in root.iter() if local_name(one) == "recordData"]
    problem = None if data else diagnostic(root)
    if problem:
        raise ValueError(problem)
    if not total.isdecimal():
        raise ValueError("the answer does not say how many records there are")
    records = [record for one in data for record in _records(one, branches)]
    return SruAnswer(tuple(records), int(total))


def diagnostic(root: Element) -> str | None:
    """Return the first diagnostic of an answer in words, or None."""
    # Its details are left out: they may be what a patron searched for, and the words go into the log.
    for one in root.iter():
        if local_name(one) == "diagnostic":
            said = {local_name(part): " ".join((part.text or "").split()) for part in one}
            uri = said.get("uri", "").rpartition("/")[2]
            return " ".join(filter(None, ("SRU diagnostic", uri, said.get("message"))))
    return None


def _records(data: Element, branches: Mapping[str, str]) -> list[Record]:
    """Return the records of a recordData element: MARCXML or Dublin Core; XML sent as a string is read too."""
    if len(data) == 0 and (data.text or "").lstrip().startswith("<"):
        data = parse_xml((data.text or "").strip().encode())
    names = {local_name(one) for one in data.iter()}
    if "datafield" in names:
        # The element itself may be the record where it was sent as a string.
        whole = Element("data")
        whole.append(data)
        return read_marcxml(whole, branches)
    one = _dublin_core(data) if "title" in names else None
    return [one] if one else []


def _dublin_core(data: Element) -> Record | None:
    said: dict[str, list[str]] = {}
    for one in data.iter():
        text = " ".join((one.text or "").split())
        if text:
            said.setdefault(local_name(one), []).append(text)
    first = {name: values[0] for name, values in said.items()}
    if "title" not in first:
        return None
    year = re.search(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)", first.get("date", "") or first.get("issued", ""))
    kind = re.sub(r"[^a-z]", "", first.get("type", "").lower())
    language = first.get("language", "").lower()
    return Record(
        id=first.get("identifier") or first["title"],
        title=first["title"].replace(" : ", ": ").split(" / ")[0],
        author=first.get("creator", ""),
        year=int(year[1]) if year else None,
        format=_DC_FORMS.get(kind, Format.BOOK if kind in ("", "text", "book") else None),
        language=TWO_LETTERS.get(language, language[:2]),
        subjects=tuple(said.get("subject", ())),
    )
