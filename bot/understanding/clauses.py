"""Splits a message into its clauses and tells which of them ask something, in English and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

from bot.knowledge.date_words import plain_form

_SENTENCE_END = re.compile(r"[?!;。？！؟\n]+|\.(?=\s|$)|…|\.{2,}|(?<=\s)[-–—](?=\s)")
_ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|st|jr|sr|vs|no|vol|ed|etc|e\.g|i\.e|p\.m|a\.m|u\.s|sra?|dra?|av|[a-z])\.$"
)
_WEAK_JOINT = re.compile(r"\s*(?:,|\+|&|/|\b(?:and|y|e|plus|also|tambien|or|o)\b)\s*")
_FILLER = r"(?:please|por favor|if possible|quick question|if so|si es asi|entonces|maybe|well|um+|eh)"
_WORDS_FILE = Path(__file__).with_name("clauses.yml")


@dataclass(frozen=True)
class Clause:
    """A part of a message at start..end; `asks`: it has the form of a question or wish; `adds`: to what is before."""

    text: str
    start: int
    end: int
    asks: bool
    adds: bool = False
    leans: bool = False  # on what is before: "is it in Spanish?"


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a message that say something, in order; greetings, thanks and "can you help?" are left out.

    A message that is one clause, or nothing but such phrases, comes back whole.
    """
    form = plain_form(text)
    found = []
    words = _words()
    for start, end, questioned in _parts(form.text):
        greeting = words.greeting.match(form.text[start:end])
        begin = start + greeting.end() if greeting else start
        if not form.text[begin:end].strip() or is_empty(form.text[begin:end]):
            continue
        first, last = form.place(begin, end)
        plain = form.text[begin:end]
        asks = questioned or bool(words.asks.match(plain))
        bare = text[first:last].strip(" ,;:-–—()\n")
        found.append(Clause(bare, first, last, asks, bool(words.adds.match(plain)), bool(words.leans.search(plain))))
    return found or [Clause(text, 0, len(text), True)]


def halves(clause: Clause, text: str) -> list[tuple[Clause, Clause]]:
    """Return the ways in which "and", "y" or a comma may divide a clause of a message; most of them are no division."""
    form = plain_form(text[clause.start : clause.end])
    found = []
    for joint in _WEAK_JOINT.finditer(form.text):
        sides = []
        for start, end in ((0, joint.start()), (joint.end(), len(form.text))):
            if form.text[start:end].strip() and not is_empty(form.text[start:end]):
                first, last = (clause.start + place for place in form.place(start, end))
                sides.append(Clause(text[first:last].strip(" ,;:-–—()\n"), first, last, clause.asks))
        if len(sides) == 2:
            found.append((sides[0], sides[1]))
    return found


def is_empty(plain: str) -> bool:
    """Tell whether words (in plain form) ask nothing of their own."""
    empty = _words().empty
    return all(word in empty for word in re.findall(r"[^\W_]+", plain.replace("'", "")))


def _parts(plain: str) -> list[tuple[int, int, bool]]:
    """Return (start, end, ends in a question mark) of sentences, and of the questions joined within one."""
    parts = []
    start = 0
    for mark in [*_SENTENCE_END.finditer(plain), None]:
        end = mark.end() if mark else len(plain)
        if mark and mark.group().startswith(".") and _ABBREVIATION.search(plain[start : mark.start() + 1]):
            continue
        questioned = bool(mark and re.search(r"[?？؟]", mark.group()))
        places = [start, *(joint.end() for joint in _words().joint.finditer(plain, start, end)), end]
        parts += [
            # Only the last part of a sentence has its question mark.
            (first, last, questioned and last == end)
            for first, last in pairwise(places)
            if plain[first:last].strip()
        ]
        start = end
    return parts


@dataclass(frozen=True)
class _Words:
    """clauses.yml, read."""

    asks: re.Pattern[str]
    joint: re.Pattern[str]
    adds: re.Pattern[str]
    greeting: re.Pattern[str]
    leans: re.Pattern[str]
    empty: frozenset[str]


@cache
def _words() -> _Words:
    raw = yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))
    one_of = {name: f"(?:{'|'.join(raw[name])})" for name in ("asks", "links", "adds", "greetings", "leans")}
    opener, link = rf"{one_of['asks']}\b", one_of["links"]
    lead = rf"(?:{link}\b[\s,:.]*)*(?:{_FILLER}\b[\s,:]*)?"
    joint = (
        rf"(?:,|\(|\s)\s*(?=(?:{link}\b[\s,:]*)+(?:please |por favor |maybe )?(?:{opener}|(?:if|whether|si)\b))|"
        rf"[,:]\s+(?={opener})"
    )
    return _Words(
        asks=re.compile(rf"^\W*{lead}{opener}"),
        joint=re.compile(joint),
        adds=re.compile(rf"^\W*(?:(?:and|oh|but|y|pero|ok)\b\W*)*{one_of['adds']}\b"),
        greeting=re.compile(rf"^\W*(?:{one_of['greetings']}(?!\w)\W*)+"),
        leans=re.compile(rf"\b{one_of['leans']}\b"),
        empty=frozenset(raw["empty"].split()),
    )
