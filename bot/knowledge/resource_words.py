"""Reads services, formats, subjects and devices out of text, slips of the keyboard included.

It is asked where it is known already that the question is about digital resources, so it takes ordinary words for
names too ("mango", "palace"); what may be told from any message is found by bot/understanding/words.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.knowledge.date_words import edits
from bot.knowledge.event_words import stem
from bot.knowledge.resource_vocabulary import (
    DEVICE_WORDS,
    FORMAT_WORDS,
    LOOSE_DEVICE_WORDS,
    LOOSE_FORMAT_WORDS,
    NOT_TOPICS,
)
from bot.knowledge.text import words_of

Kind = Literal["resource", "absent", "subject", "format", "device"]
SHORTEST_GUESSED = 5
LONGEST_NAME, SHORT = 3, 9
"""How many words a name and a text have at most, for the words left over to be taken for a name."""
LONG = 7
"""A word of more letters than this may have two slips, a shorter one one."""


@dataclass(frozen=True)
class ResourceWish:
    """What a text names: ids of resources, subjects, formats and devices, and `topic`, the words left over.

    `absent` are names of services that the library does not have. `phrase` is the topic where it stands in one piece in
    a short text, as a name does.
    """

    resources: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    phrase: str = ""


class ResourceWords:
    """Reads what a text wishes of the digital resources of one library."""

    def __init__(
        self,
        resources: Mapping[str, Iterable[str]],
        subjects: Mapping[str, Iterable[str]],
        absent: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Take the names of each resource and the words of each subject, by id, and names that are not to be had."""
        self._exact: dict[tuple[str, ...], list[tuple[Kind, str]]] = {}
        self._phrases: dict[tuple[str, ...], list[tuple[Kind, str]]] = {}
        self._loose: dict[tuple[str, ...], list[tuple[Kind, str]]] = {}
        for form, words_for in LOOSE_FORMAT_WORDS.items():
            for phrase in words_for:
                _note(self._loose, tuple(words_of(phrase)), ("format", str(form)))
        for device, words_for in LOOSE_DEVICE_WORDS.items():
            for phrase in words_for:
                _note(self._loose, tuple(words_of(phrase)), ("device", str(device)))
        tables: tuple[tuple[Kind, Mapping[str, Iterable[str]]], ...] = (
            ("resource", resources),
            ("subject", subjects),
            ("absent", absent or {}),
            ("format", {str(one): words for one, words in FORMAT_WORDS.items()}),
            ("device", {str(one): words for one, words in DEVICE_WORDS.items()}),
        )
        for kind, table in tables:
            for value, phrases in table.items():
                for phrase in phrases:
                    words = words_of(phrase)
                    # "Mango" and "manga" share their stem: what is spelled like a name is that name.
                    for key in (tuple(words), tuple(words_of(f"{phrase}s"))):
                        _note(self._exact, key, (kind, value))
                    _note(self._phrases, tuple(stem(word) for word in words), (kind, value))
        self._longest = max(map(len, (*self._exact, *self._loose)), default=0)
        self._stems = {part for phrase in self._phrases for part in phrase}
        self._words = sorted({part for phrase in self._exact for part in phrase if len(part) >= SHORTEST_GUESSED})
        self._plain = {stem(word) for word in NOT_TOPICS}

    def read(self, text: str) -> ResourceWish:
        """Return what a text names, the longest phrase first at each place."""
        words = words_of(text)
        spelled = [self._mend(word) for word in words]
        stems = [stem(word) for word in spelled]
        found: dict[Kind, list[str]] = {"resource": [], "absent": [], "subject": [], "format": [], "device": []}
        loosely: dict[Kind, list[str]] = {"format": [], "device": []}
        left: list[int] = []
        place = 0
        while place < len(words):
            for length in range(min(self._longest, len(words) - place), 0, -1):
                here = slice(place, place + length)
                exact = tuple(spelled[here])
                values = self._exact.get(exact) or self._phrases.get(tuple(stems[here]))
                loose = () if values else self._loose.get(exact, ())
                for kind, value in values or ():
                    found[kind].append(value)
                for kind, value in loose:
                    loosely[kind].append(value)
                if values or loose:
                    place += length
                    break
            else:
                if words[place] not in NOT_TOPICS and not words[place].isdigit() and len(words[place]) > 1:
                    left.append(place)
                place += 1
        in_one_piece = bool(left) and left[-1] - left[0] + 1 == len(left) <= LONGEST_NAME and len(words) <= SHORT
        topic = tuple(words[place] for place in left)
        return ResourceWish(
            resources=_once(found["resource"]),
            subjects=_once(found["subject"]),
            # "Stream jazz albums" is about music: an ordinary word counts only where nothing else is named.
            formats=_once(found["format"] or loosely["format"]),
            devices=_once(found["device"] or loosely["device"]),
            absent=_once(found["absent"]),
            topic=topic,
            phrase=" ".join(topic) if in_one_piece else "",
        )

    def _mend(self, word: str) -> str:
        """Return a word, or the known word that it misspells."""
        own = stem(word)
        if own in self._stems or own in self._plain or len(word) < SHORTEST_GUESSED or not word.isalpha():
            return word
        limit = 2 if len(word) > LONG else 1
        best, fewest = word, limit + 1
        for right in self._words:
            if right[0] == word[0] and abs(len(right) - len(word)) <= limit:
                slips = edits(word, right, limit)
                if slips < fewest:
                    best, fewest = right, slips
        return best


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _note(table: dict[tuple[str, ...], list[tuple[Kind, str]]], key: tuple[str, ...], what: tuple[Kind, str]) -> None:
    known = table.setdefault(key, [])
    if key and what not in known:
        known.append(what)
