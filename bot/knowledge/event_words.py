"""Reading audiences, subjects and other words out of what patrons and event calendars write, in English and Spanish.

How words are compared: lower case, no accents, no punctuation, and a light stem (plural, -ing and a final vowel are
dropped, in both languages by the same rule). A phrase beats the words in it. There is no list of synonyms beyond the
tables of event_vocabulary.py; a library adds its own under `event_words` in library.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.knowledge.event_vocabulary import (
    ANYTHING,
    AUDIENCE_WORDS,
    BROADER,
    DESCRIBING,
    EMPTY_WORDS,
    EVENT_NOUNS,
    ONLINE_WORDS,
    SUBJECT_WORDS,
)
from bot.knowledge.sources.base import Audience
from bot.knowledge.text import plain, words_of

_AGE = re.compile(
    r"\b(?P<count>\d{1,2})[\s-]*(?P<unit>months?|mos?|years?|yrs?|y\.?o|meses|mes|anos?)\b|\bage[ds]?\s*(?P<age>\d{1,2})\b"
)

_WRITTEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def stem(word: str) -> str:
    """Return the light stem of a word in plain form: plural, -ing and a final vowel dropped."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        if word[-1] == word[-2]:
            word = word[:-1]
    if len(word) > 3 and word[-1] in "aeoy":
        word = word[:-1]
    return word


def stems_of(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words_of(text)]


@dataclass(frozen=True)
class Wanted:
    """What free text asks for. `stems` maps each word that is left over, as the patron wrote it, to its stem."""

    audiences: frozenset[Audience] = frozenset()
    subjects: frozenset[str] = frozenset()
    online: bool | None = None
    stems: Mapping[str, str] = field(default_factory=dict)


class EventWords:
    """Reads audiences, subjects and other words out of text, from patrons and from calendars alike."""

    def __init__(self, extra: Mapping[str, tuple[str, ...]] | None = None, ignored: Iterable[str] = ()) -> None:
        """Take a library's own words for subjects, and names (of branches) that do not say which event is meant."""
        self._ignored = EMPTY_WORDS.union(*(words_of(name) for name in ignored))
        self._phrases: dict[tuple[str, ...], list[str]] = {}
        self._audiences = {str(audience) for audience in Audience}
        for names in (AUDIENCE_WORDS, SUBJECT_WORDS, {"online": ONLINE_WORDS}, extra or {}):
            for name, phrases in names.items():
                for phrase in (*phrases, name.replace("_", " ")):
                    known = self._phrases.setdefault(tuple(stems_of(phrase)), [])
                    if str(name) not in known:
                        known.append(str(name))
        self._longest = max(len(phrase) for phrase in self._phrases)

    def read(self, text: str) -> Wanted:
        """Return what a patron's words ask for."""
        words = words_of(text)
        names, rest = self._match(words)
        ages = _audiences_of_ages(text)
        online = True if "online" in names else None
        return Wanted(
            audiences=frozenset(Audience(name) for name in names if name in self._audiences) | ages,
            subjects=frozenset(name for name in names if name not in self._audiences and name != "online"),
            online=online,
            stems={word: stem(word) for word in rest if word not in self._ignored and not any(map(str.isdigit, word))},
        )

    def topic(self, text: str) -> str:
        """Return the words that say what an event is about, by where they stand, and "online" if that is said.

        "is there a harry potter night" gives "harry potter"; what is known as an audience or a subject is left out.
        """
        words = words_of(text)
        names, rest = self._match(words)
        plainly = EMPTY_WORDS | DESCRIBING | EVENT_NOUNS | self._ignored
        about = [word in rest and word not in plainly and not any(map(str.isdigit, word)) for word in words]
        found: list[str] = ["online"] if "online" in names else []
        for place, word in enumerate(words):
            if word not in EVENT_NOUNS and word not in ANYTHING:
                continue
            if word not in ANYTHING:
                first = place
                while first and about[first - 1]:
                    first -= 1
                found += words[first:place]
            following = place + 2 if words[place + 1 : place + 2] in (["on"], ["about"], ["de"], ["sobre"]) else place
            following += words[following : following + 1] in (["the"], ["el"], ["la"], ["los"], ["las"])
            last = following
            while following > place and last < len(words) and about[last]:
                last += 1
            found += words[following:last] if following > place else []
        written = {plain(word): word.lower() for word in _WRITTEN.findall(text)}
        return " ".join(written.get(word, word) for word in dict.fromkeys(found))

    def classify(self, categories: Iterable[str], title: str) -> tuple[tuple[Audience, ...], tuple[str, ...]]:
        """Return the audiences and the subjects of an event, from its categories and its title."""
        of_categories = {name for text in categories for name in self._match(words_of(text))[0]}
        of_title = set(self._match(words_of(title))[0])
        # "Find Your Family: Genealogy" is not for families if its categories say that it is for adults.
        said = of_categories & self._audiences or of_title & self._audiences
        subjects = {name for name in of_categories | of_title if name not in self._audiences and name != "online"}
        for name in tuple(subjects):
            while name in BROADER:
                name = BROADER[name]
                subjects.add(name)
        return tuple(audience for audience in Audience if audience in said), tuple(sorted(subjects))

    def _match(self, words: list[str]) -> tuple[list[str], list[str]]:
        """Return the names found and the words left over, the longest phrase first at each place."""
        stems = [stem(word) for word in words]
        names: list[str] = []
        rest: list[str] = []
        place = 0
        while place < len(stems):
            for length in range(min(self._longest, len(stems) - place), 0, -1):
                found = self._phrases.get(tuple(stems[place : place + length]))
                if found:
                    names += found
                    place += length
                    break
            else:
                rest.append(words[place])
                place += 1
        return names, rest


def _audiences_of_ages(text: str) -> frozenset[Audience]:
    """Return the audiences of ages such as "6 months", "3-year-old" or "de 8 años"."""
    found = set()
    for match in _AGE.finditer(plain(text)):
        number = int(match["count"] or match["age"])
        months = number if (match["unit"] or "").startswith(("mo", "mes")) else number * 12
        for limit, audience in (
            (18, Audience.BABY),
            (36, Audience.TODDLER),
            (72, Audience.PRESCHOOL),
            (120, Audience.KIDS),
            (156, Audience.TWEEN),
            (228, Audience.TEEN),
            (720, Audience.ADULT),
            (1200, Audience.SENIOR),
        ):
            if months < limit:
                found.add(audience)
                break
    return frozenset(found)
