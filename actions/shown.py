"""Finds which of the things that the last answer listed a patron means: "the second one", "the one with puppets"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.knowledge.event_words import stems_of
from bot.knowledge.text import plain

_ORDINALS = (
    r"1st|first|primer[oa]?|uno?",
    r"2nd|second|segund[oa]|dos",
    r"3rd|third|tercer[oa]?|tres",
    r"4th|fourth|cuart[oa]|cuatro",
    r"5th|fifth|quint[oa]|cinco",
    r"6th|sixth|sext[oa]|seis",
    r"7th|seventh|septim[oa]|siete",
    r"8th|eighth|octav[oa]|ocho",
    r"9th|ninth|noven[oa]|nueve",
    r"10th|tenth|decim[oa]|diez",
)
_LAST = re.compile(r"\b(?:last|bottom|ultim[oa])\b")
_NUMBER = re.compile(r"(?:#|\bnumber |\bno\.? ?|\bnumero |\bel |\bla |\boption |\bopcion |^)(\d{1,2})\b")
_THAT = re.compile(r"\b(?:that|this|it|them|those|one|es[eao]|est[eao]|lo|hacerlo|me (?:apunto|inscribo|registro))\b")
_LEANS = re.compile(r"\W*(?:and|what about|how about|or|but|y|e|pero|que tal)\b")


def ordinal(text: str) -> int | None:
    """Return which place in a list a text names: 0 for the first, -1 for the last, None for no place."""
    words = plain(text)
    if _LAST.search(words):
        return -1
    for place, forms in enumerate(_ORDINALS):
        if re.search(rf"\b(?:{forms})\b", words):
            return place
    number = _NUMBER.search(words)
    return int(number[1]) - 1 if number and int(number[1]) > 0 else None


def chosen(text: str, shown: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the one thing that `text` names by its place or by words of its title; None where that is not one."""
    place = ordinal(text)
    if place is not None and -len(shown) <= place < len(shown):
        return shown[place]
    said = set(stems_of(text))
    hits = [(len(said & set(stems_of(str(one["title"])))), one) for one in shown]
    most = max((count for count, _ in hits), default=0)
    best = [one for count, one in hits if count == most]
    return best[0] if most and len(best) == 1 else None


def points_back(text: str) -> bool:
    """Tell whether a text speaks of something named before ("how do I register for that?")."""
    return bool(_THAT.search(plain(text)))


def leans(text: str) -> bool:
    """Tell whether a text begins as what goes on with something ("and for kids?", "¿y el domingo?")."""
    return bool(_LEANS.match(plain(text)))
