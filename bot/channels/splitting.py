"""Cuts a text into messages, where a reader would pause."""

from __future__ import annotations

import re
import unicodedata

_PAUSES = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])\s+"), re.compile(r"\s+"))
JOINERS = "\u200d\ufe0e\ufe0f"
LONGEST_SIGN = 32  # characters
TONES = ("\U0001f3fb", "\U0001f3ff")  # of skin, behind a hand or a face
TAGS = ("\U000e0020", "\U000e007f")  # behind a flag
LETTERS = ("\U0001f1e6", "\U0001f1ff")  # of a flag, which has two
_LEAST = 0.5  # of a message that must be filled before a cut is made at a greater pause


def units(text: str) -> int:
    """Return how long a text is in UTF-16 units, in which the platforms count."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, most: int) -> list[str]:
    """Return a text as messages of at most `most` UTF-16 units: no word is cut unless it alone is longer than that."""
    parts, rest = [], text.strip()
    while units(rest) > most:
        head = _first(rest, most)
        at = _cut(rest, head)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, head: int) -> int:
    """Return where to cut: at a paragraph, else a line, a sentence, a word, and only then anywhere."""
    for pause in _PAUSES:
        ends = [found.start() for found in pause.finditer(text[: head + 1]) if 0 < found.start() <= head]
        if ends and ends[-1] >= head * (_LEAST if pause is not _PAUSES[-1] else 0):
            return ends[-1]
    return _whole(text, head)


def _whole(text: str, head: int) -> int:
    """Return the last place up to `head` at which no sign is parted: no letter from its accent, no emoji of several."""
    least = max(0, head - LONGEST_SIGN)
    at = next((place for place in range(head, least, -1) if not _joined(text, place)), least)
    return at if at > least else head


def _joined(text: str, at: int) -> bool:
    """Tell whether what stands at a place belongs to what stands before it."""
    left, right = text[at - 1], text[at]
    if _in(right, LETTERS):
        before = 0
        while before < at and _in(text[at - before - 1], LETTERS):
            before += 1
        return before % 2 == 1
    mark = unicodedata.combining(right) != 0 or unicodedata.category(right) in ("Mc", "Me")
    return left in JOINERS or right in JOINERS or mark or _in(right, TONES) or _in(right, TAGS)


def _in(char: str, span: tuple[str, str]) -> bool:
    return span[0] <= char <= span[1]


def _first(text: str, most: int) -> int:
    """Return how many characters make the first `most` units."""
    room = most
    for place, char in enumerate(text):
        room -= units(char)
        if room < 0:
            return max(place, 1)
    return len(text)
