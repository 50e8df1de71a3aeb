"""Staff picks for a taste: for whom, which kind, and what somebody liked."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.knowledge.catalogue import Catalogue
from bot.knowledge.problems import LibraryFileError
from bot.knowledge.schema import Part
from bot.knowledge.sources.records import Record, author_key, fold, main_title, title_key
from bot.knowledge.taste_words import AFTER_IT, AGE_GROUPS, GENRE_WORDS, LIKE, MOOD_WORDS, Group, phrases_in
from bot.knowledge.text import Line, Text
from bot.knowledge.titles import read_sought
from bot.knowledge.yamlfile import read_model, read_yaml

log = logging.getLogger(__name__)

MOST = 3


class Pick(Part):
    """A title that a member of staff recommends. `like` are authors and titles whose readers may enjoy it."""

    title: Line
    author: Line = ""
    by: Line
    why: Text
    ages: tuple[Group, ...]
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    like: tuple[Line, ...] = ()
    language: str = "en"


class PicksFile(Part):
    """What picks.yml holds."""

    picks: tuple[Pick, ...]


@dataclass(frozen=True)
class Taste:
    """What somebody would like to read. `like` is an author or title they liked, as they wrote it."""

    groups: tuple[Group, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    like: str = ""
    language: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is said of kind, mood or a book liked; for whom alone is no taste yet."""
        return not (self.genres or self.moods or self.like)


class RecommendationsOutcome(StrEnum):
    """MATCHED: the picks match all that was said. NEAREST: they match a part of it. NONE: there are no picks."""

    MATCHED = "matched"
    NEAREST = "nearest"
    NONE = "none"


class Why(StrEnum):
    """What makes a pick match, the strongest first."""

    LIKE = "like"
    GENRE = "genre"
    MOOD = "mood"
    AGE = "age"


@dataclass(frozen=True)
class Recommendation:
    """A pick, the catalogue's records of it, and why it matches: the reason and its word."""

    pick: Pick
    records: tuple[Record, ...]
    reasons: tuple[tuple[Why, str], ...] = ()


@dataclass(frozen=True)
class RecommendationsFound:
    """Picks for a taste, the best first. `liked` is the title or author as the library writes it, if it is known."""

    outcome: RecommendationsOutcome
    picks: tuple[Recommendation, ...] = ()
    liked: str = ""


@dataclass
class _Kept:
    version: tuple[int, int] | None = None
    picks: tuple[Pick, ...] = ()
    names: dict[str, str] = field(default_factory=dict)  # folded author or title -> as written


class Recommendations:
    """Finds picks; picks.yml is read again when it changes, and a file with a mistake is logged and not used."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self._path, self._catalogue = path, catalogue
        self._kept = _Kept()

    def taste(self, text: str, audiences: Sequence[str] = (), subjects: Sequence[str] = ()) -> Taste:
        """Read a taste out of a message and its entities: audiences and subjects in the words of domain.yml."""
        like = self._liked(text)
        rest = text.replace(like, " ") if like else text
        groups = [group for one in audiences for group in AGE_GROUPS.get(one, ())]
        # What the words say in full counts: "science fiction" is not about science.
        genres = phrases_in(rest, GENRE_WORDS) or [one for one in subjects if one in GENRE_WORDS]
        moods = [*(one for one in subjects if one in MOOD_WORDS), *phrases_in(rest, MOOD_WORDS)]
        return Taste(_unique_groups(groups), _unique(genres), _unique(moods), like, read_sought(text).language)

    def find(self, taste: Taste, now: datetime, skip: Sequence[str] = (), prefer: str = "en") -> RecommendationsFound:
        """Return up to three picks for a taste, those of `skip` (titles seen before) left out.

        Of equal picks those in the language `prefer` come first; where no age is said, those for adults.
        """
        alike = self._kinds_of(taste.like, now)
        liked = self._names_liked(taste.like)
        seen = {title_key(title) for title in skip}
        wanted = {
            why
            for why, said in (
                (Why.AGE, taste.groups),
                (Why.GENRE, taste.genres),
                (Why.MOOD, taste.moods),
                (Why.LIKE, taste.like),
            )
            if said
        }
        scored: list[tuple[bool, int, float, Pick, tuple[tuple[Why, str], ...]]] = []
        for place, pick in enumerate(self._picks()):
            if title_key(pick.title) in seen or (taste.language and pick.language != taste.language):
                continue
            points, reasons = self._match(pick, taste, liked, alike)
            usual = (pick.language == prefer) + any(age in (taste.groups or ("adults",)) for age in pick.ages[:1])
            if points or not wanted:
                full = wanted <= {why for why, _ in reasons}
                scored.append((full, points, usual - place / 1000, pick, reasons))
        scored.sort(key=lambda one: one[:3], reverse=True)
        if wanted != {Why.AGE} and any(set(dict(one[4])) - {Why.AGE} for one in scored):
            scored = [one for one in scored if set(dict(one[4])) - {Why.AGE}]  # the age alone is no reason
        chosen = scored[:MOST]
        if not chosen:
            return RecommendationsFound(RecommendationsOutcome.NONE, liked=liked[0] if liked else "")
        records = self._catalogue.titled([one[3].title for one in chosen], now)
        found = tuple(
            Recommendation(pick, tuple(_of_pick(records[pick.title], pick)), reasons)
            for _, _, _, pick, reasons in chosen
        )
        outcome = RecommendationsOutcome.MATCHED if chosen[0][0] else RecommendationsOutcome.NEAREST
        return RecommendationsFound(outcome, found, liked[0] if liked else "")

    def genres_for(self, groups: Sequence[Group]) -> list[str]:
        """Return the genres that picks for these groups have, the most frequent first, for a choice."""
        counted: dict[str, int] = {}
        for pick in self._picks():
            if not groups or set(groups) & set(pick.ages):
                for genre in pick.genres:
                    counted[genre] = counted.get(genre, 0) + 1
        return sorted(counted, key=lambda genre: (-counted[genre], genre))

    def _match(
        self, pick: Pick, taste: Taste, liked: Sequence[str], alike: Sequence[str]
    ) -> tuple[int, tuple[tuple[Why, str], ...]]:
        """Return how well a pick matches, and why. A pick for another age matches not at all."""
        if taste.groups and not set(taste.groups) & set(pick.ages):
            return 0, ()
        reasons: list[tuple[Why, str]] = []
        points = 0
        names = {fold(one) for one in liked}
        if names & {fold(pick.title), fold(main_title(pick.title))}:
            return 0, ()  # they have read it
        same = [one for one in pick.like if fold(one) in names]
        if same:
            points += 8
            reasons.append((Why.LIKE, same[0]))
        elif names & {fold(pick.author)}:
            points += 6
            reasons.append((Why.LIKE, pick.author))
        for why, mine, theirs, worth in (
            (Why.GENRE, taste.genres, pick.genres, 4),
            (Why.MOOD, taste.moods, pick.moods, 2),
        ):
            shared = [one for one in mine if one in theirs]
            points += worth * len(shared)
            reasons += [(why, shared[0])] if shared else []
        if not taste.genres:
            shared = [one for one in alike if one in pick.genres]
            points += len(shared)
            reasons += [(Why.GENRE, shared[0])] if shared else []
        if taste.groups:
            points += 1
            reasons.append((Why.AGE, next(group for group in taste.groups if group in pick.ages)))
        return points, tuple(reasons)

    def _liked(self, text: str) -> str:
        """Return the author or title that a message says was liked: one that the picks know, or what follows "like"."""
        self._picks()
        letters = f" {fold(text)} "
        known = [name for name in self._kept.names if f" {name} " in letters and (" " in name or len(name) > 6)]
        said = LIKE.search(text)
        for name in sorted(known, key=len, reverse=True):
            if said or len(name.split()) > 1:
                return _as_written(text, name)
        if not said:
            return ""
        words = AFTER_IT.split(said["what"].strip())[0].strip(" ,.:;!?\"“”'")
        parts = fold(words).split()
        for name in self._kept.names:
            # "Octavia Butler" is Octavia E. Butler.
            if len(parts) > 1 and set(parts) <= set(name.split()) and name.endswith(parts[-1]):
                return words
        named = self._catalogue.known_title(words) or re.search(r"(?<!^)[A-ZÁÉÍÓÚÑ]", words)
        return words if named and not phrases_in(words, GENRE_WORDS) else ""

    def _kinds_of(self, title: str, now: datetime) -> tuple[str, ...]:
        """Return the genres of a title in the catalogue, for a title that few picks name."""
        records = self._catalogue.titled([title], now)[title] if title else []
        subjects = "; ".join(subject for record in records for subject in record.subjects)
        return _unique(phrases_in(subjects, GENRE_WORDS))

    def _names_liked(self, like: str) -> list[str]:
        """Return what was liked as the library writes it; nothing for what no pick names."""
        self._picks()
        parts = fold(like).split()
        if not parts:
            return []
        exact = self._kept.names.get(" ".join(parts))
        if exact:
            return [exact]
        several = len(parts) > 1
        return [
            written
            for name, written in self._kept.names.items()
            if several and set(parts) <= set(name.split()) and name.endswith(parts[-1])
        ]

    def _picks(self) -> tuple[Pick, ...]:
        try:
            stat = self._path.stat()
        except OSError:
            return ()
        version = (stat.st_mtime_ns, stat.st_size)
        if version != self._kept.version:
            self._kept.version = version
            try:
                self._kept.picks = read_picks(self._path)
                names = [name for pick in self._kept.picks for name in (*pick.like, pick.author, pick.title) if name]
                self._kept.names = {fold(name): name for name in names}
            except LibraryFileError as error:
                log.error("the picks as they were are kept: %s", error)
        return self._kept.picks


def read_picks(path: Path) -> tuple[Pick, ...]:
    """Read picks.yml; raise LibraryFileError that names file, line and cure."""
    return read_model(read_yaml(path), PicksFile).picks


def _of_pick(records: Sequence[Record], pick: Pick) -> list[Record]:
    """Return the records that are the pick's, by its author where it names one."""
    author = author_key(pick.author)
    mine = [one for one in records if not author or author_key(one.author) == author]
    same = [one for one in mine if title_key(main_title(one.title)) == title_key(main_title(pick.title))]
    return [one for one in same if one.language in (pick.language, "")] or same or mine


def _as_written(text: str, name: str) -> str:
    """Return the part of a text that folds to `name`, or the name itself."""
    words = text.split()
    length = len(name.split())
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + length + 2) + 1):
            part = " ".join(words[first:last])
            if fold(part) == name:
                return part.strip(" ,.:;!?\"“”'")
    return name


def _unique_groups(values: Sequence[Group]) -> tuple[Group, ...]:
    return tuple(dict.fromkeys(values))


def _unique(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
