"""Reads the small markup of text blocks (docs/architecture.md) into parts that templates draw. Nothing becomes HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_MARK = re.compile(
    r"\*\*(?P<strong>.+?)\*\*|\[(?P<label>[^\]]+)\]\((?P<to>[^()\s]+)\)"
    r"|(?P<bare>(?:https?://|mailto:|tel:)[^\s<>\"]*[^\s<>\".,;:!?)\]])"
)
_ITEM = re.compile(r"\s*(-|\d+\.) (.*)")
SCHEMES = ("https", "mailto", "tel")


@dataclass
class Run:
    """Some words: plain, strong, or a link."""

    text: str
    strong: bool = False
    to: str | None = None


@dataclass
class Part:
    """A paragraph (`p`, its lines) or a list (`ul`, `ol`, its items)."""

    kind: str
    lines: list[list[Run]] = field(default_factory=list)


def paragraphs(text: str) -> list[Part]:
    """Return the paragraphs and lists of a text block."""
    parts: list[Part] = []
    for paragraph in re.split(r"\n\s*\n", text):
        last: Part | None = None
        for line in paragraph.split("\n"):
            item = _ITEM.match(line)
            kind = "p" if item is None else "ul" if item[1] == "-" else "ol"
            if last is None or last.kind != kind:
                last = Part(kind)
                parts.append(last)
            last.lines.append(runs(item[2] if item else line))
    return parts


def runs(text: str) -> list[Run]:
    """Return the words of one line, links and strong words apart."""
    found: list[Run] = []
    end = 0
    for mark in _MARK.finditer(text):
        if mark.start() > end:
            found.append(Run(text[end : mark.start()]))
        end = mark.end()
        if mark["strong"]:
            found.append(Run(mark["strong"], strong=True))
        else:
            to = mark["to"] or mark["bare"]
            found.append(Run(mark["label"] or re.sub(r"^(mailto|tel):", "", to), to=safe(to)))
    if end < len(text):
        found.append(Run(text[end:]))
    return found


def safe(address: object) -> str | None:
    """Return an address that a link may lead to, or None."""
    try:
        parts = urlsplit(str(address))
    except ValueError:
        return None
    return str(address) if parts.scheme in SCHEMES and str(address).isprintable() else None


def language_code(given: object) -> str:
    """Return a language as attributes take it, "und" when it is none."""
    return str(given) if re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", str(given)) else "und"
