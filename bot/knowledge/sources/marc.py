"""MARC 21 records in XML (https://www.loc.gov/standards/marcxml/), read into what a catalogue answer needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree as SafeTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from bot.knowledge.isbn import isbn13
from bot.knowledge.language_words import TWO_LETTERS
from bot.knowledge.sources.records import Copies, Format, Record, main_title

_CHILDREN = {"a": "preschool", "b": "kids", "c": "tween", "d": "teen", "j": "kids"}
_ROLE = re.compile(r"\s*\b(?:author|director|performer|composer|illustrator)\b\.?$", re.IGNORECASE)


class Marc:
    """One MARC record: its leader, control fields and data fields."""

    def __init__(self, element: Element) -> None:
        self.leader = ""
        self.control: dict[str, str] = {}
        self.fields: list[tuple[str, str, list[tuple[str, str]]]] = []
        for child in element:
            name, tag = local_name(child), child.get("tag", "")
            if name == "leader":
                self.leader = child.text or ""
            elif name == "controlfield":
                self.control.setdefault(tag, child.text or "")
            elif name == "datafield":
                parts = [(part.get("code", ""), " ".join((part.text or "").split())) for part in child]
                self.fields.append((tag, child.get("ind2", " "), parts))

    def all(self, *tags: str) -> Iterator[dict[str, str]]:
        """Yield the subfields of each field with one of the tags; of a repeated subfield the first."""
        for tag, _, parts in self.fields:
            if tag in tags:
                yield dict(reversed(parts))

    def first(self, *tags: str) -> dict[str, str]:
        """Return the subfields of the first field with one of the tags."""
        return next(self.all(*tags), {})


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def parse_xml(body: bytes) -> Element:
    """Parse XML that may come from anybody; raise ValueError for bad XML, for a DTD and for entities."""
    try:
        root: Element = SafeTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError) as error:
        raise ValueError(f"the XML cannot be read: {error}") from None
    return root


def read_marcxml(root: Element, branches: Mapping[str, str]) -> list[Record]:
    """Return the records beneath an element, `branches` naming the branch id of each code of the library's system."""
    found = (record_of(Marc(one), branches) for one in root.iter() if local_name(one) == "record")
    return [record for record in found if record is not None]


def record_of(marc: Marc, branches: Mapping[str, str]) -> Record | None:
    """Return what a MARC record says, or None where it has no title."""
    title = marc.first("245")
    name = _tidy(" ".join(title[code] for code in "anpb" if title.get(code)))
    if not name:
        return None
    whole = _tidy(" ".join(filter(None, (title.get("a"), title.get("n"), title.get("p")))))
    subtitle = _tidy(title.get("b", ""))
    fixed = marc.control.get("008", "").ljust(40)
    translated = marc.first("240", "130")
    return Record(
        id=marc.first("999").get("c") or marc.control.get("001", "").strip() or name,
        title=f"{whole}: {subtitle}" if subtitle and not title.get("b", "").startswith("=") else whole or name,
        author=_author(marc),
        year=_year(marc, fixed),
        format=_form(marc),
        language=_language(marc, fixed),
        audience=_CHILDREN.get(fixed[22], "adult") if marc.leader[6:7] in ("a", "i", "g", "j") else "",
        subjects=tuple(dict.fromkeys(_subjects(marc))),
        series=_tidy(marc.first("490", "830").get("a", "")),
        original_title=_tidy(main_title(translated.get("a", ""))) if translated.get("l") else "",
        isbns=tuple(filter(None, (isbn13((one.get("a") or "").split(" ")[0]) for one in marc.all("020")))),
        copies=_copies(marc, branches),
    )


def _tidy(text: str) -> str:
    return re.sub(r"\s+([:;,])", r"\1", text).strip(" /:;,=").removesuffix(" .")


def _author(marc: Marc) -> str:
    name = _ROLE.sub("", marc.first("100", "110").get("a") or marc.first("700", "710").get("a") or "")
    return re.sub(r"(?<=\w{3})\.$", "", name.strip(" ,;:"))


def _year(marc: Marc, fixed: str) -> int | None:
    for written in (fixed[7:11], marc.first("264", "260").get("c", "")):
        match = re.search(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)", written)
        if match:
            return int(match[1])
    return None


def _language(marc: Marc, fixed: str) -> str:
    # 041 tells the language of the sound or text in full, where 008 has room for one.
    code = (marc.first("041").get("a") or marc.first("041").get("d") or fixed[35:38]).strip().lower()[:3]
    return TWO_LETTERS.get(code, code if code.isalpha() and code not in ("und", "mul", "zxx") else "")


def _form(marc: Marc) -> Format | None:
    """Return the form, from the leader, 007, 008 and the words of 245$h, 300, 338 and 655."""
    kind, level = marc.leader[6:7], marc.leader[7:8]
    words = " ".join(
        " ".join((one.get("h", ""), one.get("a", ""), one.get("b", ""))) for one in marc.all("300", "338", "655", "245")
    ).lower()
    physical = marc.control.get("007", "")
    online = physical.startswith("cr") or "online resource" in words or marc.control.get("008", "")[23:24] in ("o", "s")
    if kind == "a" and level in ("s", "b"):
        return Format.MAGAZINE
    if kind in ("a", "t"):
        if online:
            return Format.EBOOK
        large = "large print" in words or marc.control.get("008", "")[23:24] == "d"
        return Format.LARGE_PRINT if large else Format.BOOK
    if kind == "r":
        return Format.GAME if "game" in words else Format.THING
    by_kind = {"i": Format.AUDIOBOOK, "j": Format.MUSIC, "g": Format.DVD, "m": Format.GAME, "c": Format.MUSIC}
    return by_kind.get(kind)


def _subjects(marc: Marc) -> Iterator[str]:
    for one in marc.all("600", "610", "611", "630", "648", "650", "651", "655"):
        words = _tidy(one.get("a", "")).rstrip(".")
        if words:
            yield words


def _copies(marc: Marc, branches: Mapping[str, str]) -> tuple[Copies, ...] | None:
    """Return the copies that Koha's field 952 tells: $b branch, $q due back, $7 not for loan, $1 lost, $0 withdrawn."""
    counted: dict[str, tuple[int, int]] = {}
    for one in marc.all("952"):
        code = one.get("b") or one.get("a") or ""
        away = one.get("q") or any(one.get(flag, "0") not in ("", "0") for flag in "710")
        add_copy(counted, branches.get(code, code.lower()), not away)
    return in_branches(counted)


def add_copy(counted: dict[str, tuple[int, int]], branch_id: str, available: bool) -> None:
    """Count a copy of a branch."""
    total, free = counted.get(branch_id, (0, 0))
    counted[branch_id] = (total + 1, free + available)


def in_branches(counted: Mapping[str, tuple[int, int]]) -> tuple[Copies, ...] | None:
    """Return the copies that were counted; None where there were none, since nothing is known then."""
    return tuple(Copies(branch, *numbers) for branch, numbers in counted.items()) or None


def records_of(elements: Iterable[Element], branches: Mapping[str, str]) -> list[Record]:
    """Return the records of several elements, each holding one or more."""
    return [record for element in elements for record in read_marcxml(element, branches)]
