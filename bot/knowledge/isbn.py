"""ISBNs in free text: found, checked, and brought to the form of thirteen digits (ISO 2108)."""

from __future__ import annotations

import re

_CANDIDATE = re.compile(r"(?<![\dXx])(?:\d[ -]?){9,12}[\dXx](?![\dXx])")


def find_isbn(text: str) -> tuple[str, tuple[int, int]] | None:
    """Return the first ISBN of a text as 13 digits and where it stands, or None; wrong check digits do not count."""
    for match in _CANDIDATE.finditer(text):
        found = isbn13(match.group())
        if found:
            return found, match.span()
    return None


def isbn13(written: str) -> str | None:
    """Return an ISBN of 10 or 13 digits, with or without hyphens, as 13 digits; None where its check digit is wrong."""
    digits = re.sub(r"[^0-9X]", "", written.upper())
    if re.fullmatch(r"\d{9}[\dX]", digits):
        total = sum((10 - place) * (10 if char == "X" else int(char)) for place, char in enumerate(digits))
        return f"978{digits[:9]}{_check('978' + digits[:9])}" if total % 11 == 0 else None
    if re.fullmatch(r"97[89]\d{10}", digits):
        return digits if _check(digits[:12]) == int(digits[12]) else None
    return None


def _check(twelve: str) -> int:
    return -sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(twelve)) % 10
