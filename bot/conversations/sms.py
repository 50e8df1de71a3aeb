"""How long a text is as text messages, by 3GPP TS 23.038 (GSM 03.38).

A message holds 160 characters of the GSM 7-bit default alphabet, or 70 of UCS-2 when one of them is not in it. A text
that needs several messages has 153 or 67 in each, as each begins with a header that puts them in order.
"""

from __future__ import annotations

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


def with_link(words: str, link: str) -> str:
    """Return the words of a text message with the link at its end."""
    return f"{words} {link}".strip()


def _units(char: str) -> int:
    """Return the UCS-2 units of a character: two beyond the basic plane, as phones send UTF-16."""
    return 2 if ord(char) > 0xFFFF else 1
