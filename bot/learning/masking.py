"""Hides what could tell who somebody is: e-mail addresses, telephone numbers, and numbers like those of cards."""

from __future__ import annotations

import re

EMAIL, PHONE, NUMBER = "[e-mail]", "[phone]", "[number]"

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}")
# Seven digits or more, with one sign or a bracket between two of them.
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d(?:[ .\-–/()]{0,2}\d){6,24}(?!\w)")
_HARMLESS = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"  # days
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d"
    r"|(?:19|20)\d\d ?[-–/]? ?(?:19|20)\d\d"  # years
    r"|97[89](?:[ -]?\d){10}"  # ISBN
)
PHONE_DIGITS = (7, 10, 11)


def masked(text: str) -> str:
    """Return `text` with personal data hidden; names and street addresses are not recognised."""
    return _DIGITS.sub(_number, _EMAIL.sub(EMAIL, text))


def _number(found: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in found.group())
    if _HARMLESS.fullmatch(found.group()):
        return found.group()
    return PHONE if digits in PHONE_DIGITS or found.group().startswith("+") else NUMBER
