"""What patrons type, made safe to store, send and understand."""

from __future__ import annotations

import unicodedata

from bot.conversations.errors import TextEmpty, TextTooLong

TEXT_MAX = 1000  # characters


def clean(raw: str, most: int = TEXT_MAX) -> str:
    """Return `raw` without what no reader can see; raise TextTooLong (more than `most` characters) or TextEmpty.

    Lone surrogates, NUL and other control characters go (they break databases and JSON); line breaks and tabs stay.
    """
    text = printable(raw)
    if len(text) > most:
        raise TextTooLong(over=len(text) - most)
    if not any(not unicodedata.category(c).startswith(("Z", "C")) for c in text):
        raise TextEmpty
    return text


def printable(raw: str) -> str:
    """Return `raw` without what no database keeps and no reader sees, and without space around it; may be empty."""
    # Two escaped halves of one character are joined, a half without its partner is replaced.
    whole = raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", whole.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return text.replace("\ufffd", "").strip()
