"""Short numbers that people can read out, such as M-4K7Q2-X: the last sign proves the others."""

from __future__ import annotations

import re
import secrets

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXY"  # none that is taken for another (0 O, 1 I L, U V, 2 Z); 29, a prime
LENGTH = 5


def new_reference(kind: str) -> str:
    """Return a new number of a kind (one letter), such as 'M-4K7Q2-X'."""
    body = ""
    while not any(sign.isdigit() for sign in body):  # by a digit a number is told from a word
        body = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{kind}-{body}-{_check(kind, body)}"


def read_reference(text: str) -> str | None:
    """Return the number that somebody wrote or said, in its proper form; None where it proves false or is none."""
    bare = re.sub(r"[\s.·–-]", "", text).upper()
    kind, body, check = bare[:1], bare[1:-1], bare[-1:]
    if len(body) != LENGTH or any(sign not in SIGNS for sign in body) or check != _check(kind, body):
        return None
    return f"{kind}-{body}-{check}"


def _check(kind: str, body: str) -> str:
    # Different weights modulo a prime: one wrong sign is always found, and so are two that changed places.
    places = [ord(kind) % len(SIGNS), *(SIGNS.index(sign) for sign in body)]
    return SIGNS[sum((number + 1) * place for number, place in enumerate(places)) % len(SIGNS)]
