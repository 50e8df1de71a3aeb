"""Reads what people give as an address to be answered at."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"(?!=\?)[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_PHONE = re.compile(r"\+?[\d\s().\-–/]{7,24}")


def read_contact(text: str) -> tuple[str, str] | None:
    """Return (address or number, "email" or "phone") where a text is one and nothing else, else None."""
    neat = " ".join(text.split())
    if _EMAIL.fullmatch(neat):
        return neat, "email"
    if _PHONE.fullmatch(neat) and 7 <= sum(char.isdigit() for char in neat) <= 15:
        return neat, "phone"
    return None


def find_contact(text: str) -> tuple[str, str] | None:
    """Return the first address or number in a text ("sure, it's pat@example.org"), or None."""
    found = _EMAIL.search(text)
    if found:
        return found[0].rstrip("."), "email"
    for match in re.finditer(r"\+?\d[\d\s().\-–/]{5,22}\d", text):
        number = read_contact(match[0])
        if number is not None:
            return number
    return None
