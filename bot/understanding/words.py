"""Finds the library's own words in a message, typos included.

They are branches, services, audiences and subjects of events, digital resources, formats and devices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.knowledge.date_words import Plain, edits, plain_form
from bot.knowledge.event_vocabulary import AUDIENCE_WORDS, SUBJECT_WORDS
from bot.knowledge.event_words import EventWords, stem
from bot.knowledge.resource_vocabulary import DEVICE_WORDS, FORMAT_WORDS
from bot.knowledge.text import Text, words_of

ALL_BRANCHES = "all"
"""The value of a branch word that stands for every branch."""

Kind = Literal["branch", "service", "audience", "subject", "resource", "format", "device"]
_BY_STEM = ("audience", "subject")
_GUESSED_WHOLE = ("resource", "format", "device")
"""Kinds whose longer names hold too many ordinary words for slips to be looked for in each of them."""
_VOCABULARY = Path(__file__).with_name("vocabulary.yml")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_AGE = re.compile(
    r"\b(?:ages?|aged)\s+\d{1,2}\b|\b\d{1,2}[\s-]*(?:months?|mos?|years?|yrs?)[\s-]*olds?\b|\b\d{1,2}\s*y/?o\b|"
    r"(?:(?<=\bde )|(?<=\btiene )|(?<=\ba ))\d{1,2}\s+(?:meses|anos)\b(?!\s+atras)|"
    r"(?:(?<=\bfor )|(?<=\bpara )|(?<=\bto ))(?:1[0-8]|\d)\s+(?:months?|years?|yrs?|meses|anos)\b(?!\s+(?:ago|later))"
)
_AGES_IN_WORDS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10},
}
_AGE_IN_WORDS = re.compile(rf"\b(?P<age>{'|'.join(_AGES_IN_WORDS)})\b(?=[\s-]+(?:years?|yrs?|anos?)\b)")


class NamedPart(Protocol):
    """A branch or a kind of service: it has a name and other names."""

    @property
    def name(self) -> Text:
        """The name, in one or more languages."""
        ...

    @property
    def aliases(self) -> Sequence[str]:
        """Other names that patrons use."""
        ...


class NamedBranch(NamedPart, Protocol):
    """A branch, which has an id too."""

    @property
    def id(self) -> str:
        """The id of the branch."""
        ...


class KnownLibrary(Protocol):
    """What of a library is needed here; bot.knowledge.library.Library has it."""

    @property
    def branches(self) -> Sequence[NamedBranch]:
        """The branches."""
        ...

    @property
    def services(self) -> Mapping[str, NamedPart]:
        """The kinds of service by id."""
        ...

    @property
    def event_words(self) -> Mapping[str, Sequence[str]]:
        """The library's own words for subjects of events."""
        ...


@dataclass(frozen=True)
class Word:
    """A word of the library found in a message; `value` is the id, `text` what the patron wrote at start..end."""

    kind: Kind
    value: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Token:
    plain: str
    start: int
    end: int


class LibraryWords:
    """Recognises the words of one library. Made once; takes some milliseconds to make, well under one to use."""

    def __init__(self, library: KnownLibrary, resources: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take the names from the library and of its digital resources; a name that is odd is only less useful."""
        self._rules = _Rules.read(_VOCABULARY)
        self._ages = EventWords()
        # An empty pipeline: spaCy's matcher finds all phrases in one pass, however many there are.
        self._nlp = spacy.blank("xx")
        self._values: dict[str, tuple[Kind, str]] = {}
        self._by_spelling = PhraseMatcher(self._nlp.vocab, attr="NORM")
        self._by_stem = PhraseMatcher(self._nlp.vocab, attr="NORM")
        self._known: set[str] = set()
        self._guessed: set[str] = set()
        for branch in library.branches:
            self._add("branch", branch.id, (*branch.name.all, *branch.aliases, branch.id.replace("_", " ")))
        self._add("branch", ALL_BRANCHES, self._rules.all_branches)
        for service_id, service in library.services.items():
            self._add("service", service_id, (*service.name.all, *service.aliases, service_id.replace("_", " ")))
        for audience, phrases in AUDIENCE_WORDS.items():
            self._add("audience", str(audience), phrases)
        subjects = {name: [*SUBJECT_WORDS.get(name, ())] for name in (*SUBJECT_WORDS, *library.event_words)}
        for subject, phrases_of in subjects.items():
            own = library.event_words.get(subject, ())
            self._add("subject", subject, (*phrases_of, *own, subject.replace("_", " ")))
        for resource, names in (resources or {}).items():
            self._add("resource", resource, names)
        for form, phrases in FORMAT_WORDS.items():
            self._add("format", str(form), _with_plurals(phrases))
        for device, phrases in DEVICE_WORDS.items():
            self._add("device", str(device), _with_plurals(phrases))
        self._stems = {stem(word) for word in self._known}
        # A slip is looked for among words of five letters or more that begin with the same letter.
        self._guesses: dict[str, list[tuple[str, int]]] = {}
        for word in sorted(self._guessed | {known + "s" for known in self._guessed}):
            if len(word) > 4 and word.isalpha():
                self._guesses.setdefault(word[0], []).append((word, _letters(word)))

    def find(self, text: str) -> list[Word]:
        """Return the library's words in a message, in the order of the message; of overlapping ones the longest."""
        form = plain_form(text)
        tokens = [_Token(match.group(), *match.span()) for match in _WORD.finditer(form.text)]
        if not tokens:
            return []
        spelled = [self._mend(token.plain.removesuffix("'s")) for token in tokens]
        found: list[tuple[Kind, str, int, int]] = []
        # Without the zone spaCy would remember every word that patrons ever write.
        with self._nlp.memory_zone():
            for matcher, forms in ((self._by_spelling, spelled), (self._by_stem, [stem(word) for word in spelled])):
                for name, start, end in matcher(self._doc(forms)):
                    kind, value = self._values[self._nlp.vocab.strings[name]]
                    found.append((kind, value, start, end))
        words = []
        for kind, value, start, end in _longest(found):
            place = form.place(tokens[start].start, tokens[end - 1].end)
            if self._rules.allow(kind, spelled, start, end, text[place[0] : place[1]]):
                words.append(Word(kind, value, text[place[0] : place[1]], *place))
        words += self._of_ages(text, form)
        return sorted(dict.fromkeys(words), key=lambda word: (word.start, word.kind, word.value))

    def _add(self, kind: Kind, value: str, phrases: Iterable[str]) -> None:
        """Have the phrases recognised as one value. Names are told by spelling; what events are about, by the stem."""
        key = f"{kind} {value}"
        self._values[key] = (kind, value)
        matcher = self._by_stem if kind in _BY_STEM else self._by_spelling
        docs = []
        for phrase in phrases:
            words = words_of(phrase)
            if words:
                self._known.update(words)
                if kind not in _GUESSED_WHOLE or len(words) == 1:
                    self._guessed.update(words)
                docs.append(self._doc(words if matcher is self._by_spelling else [stem(word) for word in words]))
        matcher.add(key, docs)

    def _doc(self, forms: list[str]) -> Doc:
        """Return spaCy's document of words that are in their plain form already."""
        doc = Doc(self._nlp.vocab, words=forms)
        for token, form in zip(doc, forms, strict=True):
            token.norm_ = form
        return doc

    def _mend(self, word: str) -> str:
        """Return the word of the library that a misspelt word stands for, or the word itself."""
        if len(word) < 5 or word in self._known or stem(word) in self._stems or word in self._rules.right_words:
            return word
        best, fewest, letters = word, 3, _letters(word)
        for right, its_letters in self._guesses.get(word[0], ()):
            limit = 2 if len(right) > 7 else 1
            # Counting the letters that only one of the two has is quick and rules out nearly all.
            if abs(len(right) - len(word)) <= limit and (letters ^ its_letters).bit_count() <= 2 * limit:
                slips = edits(word, right, limit)
                if slips <= limit and slips < fewest:
                    best, fewest = right, slips
        return best

    def _of_ages(self, text: str, form: Plain) -> Iterator[Word]:
        """Yield the audience of each age ("my 4 year old", "de 8 años")."""
        numbered = _AGE_IN_WORDS.sub(
            lambda match: str(_AGES_IN_WORDS[match["age"]]).ljust(len(match["age"])), form.text
        )
        for match in _AGE.finditer(numbered):
            first, last = form.place(*match.span())
            for audience in self._ages.read(match.group()).audiences:
                yield Word("audience", str(audience), text[first:last], first, last)


def _with_plurals(phrases: Sequence[str]) -> list[str]:
    """Return phrases and their plurals, which spelling alone does not tell."""
    return [*phrases, *(f"{phrase}s" for phrase in phrases)]


def _letters(word: str) -> int:
    """Return the set of a word's letters as bits."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 31)
    return bits


@dataclass(frozen=True)
class _Rules:
    """vocabulary.yml, read."""

    all_branches: tuple[str, ...]
    never: frozenset[str]
    never_alone: frozenset[str]
    fillers: frozenset[str]
    only_in_capitals: frozenset[str]
    not_before: Mapping[str, frozenset[str]]
    not_after: Mapping[str, frozenset[str]]
    right_words: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> _Rules:
        """Read the file that lies beside this module."""
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(
            all_branches=tuple(raw["all_branches"]),
            never=frozenset(raw["never"].split()),
            never_alone=frozenset(raw["never_alone"]),
            fillers=frozenset(raw["fillers"].split()),
            only_in_capitals=frozenset(raw["only_in_capitals"]),
            not_before={name: frozenset(words) for name, words in raw["not_before"].items()},
            not_after={name: frozenset(words) for name, words in raw["not_after"].items()},
            right_words=frozenset(raw["right_words"].split()),
        )

    def allow(self, kind: Kind, words: list[str], start: int, end: int, written: str) -> bool:
        """Tell whether words that are a name mean the name here, and not something ordinary."""
        name = " ".join(words[start:end])
        after = words[end] if end < len(words) else ""
        before = words[start - 1] if start else ""
        two_before = " ".join(words[max(0, start - 2) : start])
        if name in self.never:
            return False
        if name in self.only_in_capitals:
            return written.isupper()
        if after in self.not_before.get(name, ()) or {before, two_before} & self.not_after.get(name, frozenset()):
            return False
        if name in self.never_alone:
            return all(word in self.fillers for word in (*words[:start], *words[end:]))
        return True


def _longest(found: Iterable[tuple[Kind, str, int, int]]) -> list[tuple[Kind, str, int, int]]:
    """Return what does not overlap within a kind, the longest first; one phrase may have two values."""
    kept: list[tuple[Kind, str, int, int]] = []
    for one in sorted(set(found), key=lambda one: (one[2] - one[3], one[2], one[1])):
        kind, _, start, end = one
        clash = any(k == kind and start < e and s < end and (s, e) != (start, end) for k, _, s, e in kept)
        if not clash:
            kept.append(one)
    return kept
