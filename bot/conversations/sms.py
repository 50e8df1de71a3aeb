"""How long a text is as text messages, by 3GPP TS 23.038 (GSM 03.38).

A message holds 160 characters of the GSM 7-bit default alphabet, or 70 of UCS-2 when one of them is not in it. A text
that needs several messages has 153 or 67 in each, as each begins with a header that puts them in order.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Table 1 of the standard, in its order; the escape (1B) is no character of its own.
DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Table 2: each takes the place of two, an escape and itself.
EXTENSION = frozenset("\f^{}\\[~]|€")
# What a text says as well without what only a typesetter tells apart: one such sign halves what a message holds.
PLAINER = str.maketrans(
    {
        "\u2013": "-", "\u2014": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\u2022": "-", "\u00b7": "-",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2026": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\u00d7": "x", "\u2192": "->",
        "\u2010": "-", "\u201a": "'", "\u2039": "'", "\u203a": "'", "\u201e": '"', "\u2032": "'", "\u2033": '"',
        "\u00ad": "", "\u200b": "", "\u2060": "", "\ufeff": "", "`": "'",
    }
)  # fmt: skip
ONE_GSM, EACH_GSM = 160, 153
ONE_UCS2, EACH_UCS2 = 70, 67


@dataclass(frozen=True)
class Length:
    """How long a text is: its characters, the messages it takes, and the characters that need UCS-2 (none: GSM)."""

    characters: int
    messages: int
    strange: tuple[str, ...]


def length(text: str) -> Length:
    """Return how long a text is as text messages; an empty one takes none."""
    strange = tuple(dict.fromkeys(char for char in text if char not in DEFAULT and char not in EXTENSION))
    one, each = (ONE_UCS2, EACH_UCS2) if strange else (ONE_GSM, EACH_GSM)
    sizes = [_units(char) if strange else 1 + (char in EXTENSION) for char in text]
    if sum(sizes) <= one:
        return Length(len(text), 1 if text else 0, strange)
    messages, room = 1, each
    for size in sizes:
        if size > room:  # what takes two places is never parted
            messages, room = messages + 1, each
        room -= size
    return Length(len(text), messages, strange)


def simpler(text: str) -> str:
    """Return a text with typesetter's dashes, quotes and spaces as a telephone writes them; letters stay."""
    # An accent that stands by itself behind its letter is in no telephone's alphabet; é as one sign is.
    return unicodedata.normalize("NFC", text).translate(PLAINER)


def _units(char: str) -> int:
    """Return the UCS-2 units of a character: two beyond the basic plane, as phones send UTF-16."""
    return 2 if ord(char) > 0xFFFF else 1
