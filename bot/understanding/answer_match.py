"""Finds the library's answers that are nearest in meaning to a message."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.knowledge.answers import Answer, Answers
from bot.knowledge.text import words_of

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

BEST = 12  # answers of any topic
BEST_OF_TOPIC = 2
# What a score is made of; docs/answers.md has the measurements.
NEAREST = 1.0  # the text nearest in meaning
SEVERAL = 2.0  # the three nearest: one text alone may be near by chance
PIECES = 1.0  # the text with the most word pieces in common, typos or not
WORDS = 0.5  # the share of the message's words that the answer has, rare words counting more
OTHER_LANGUAGE = 0.02  # taken off where a text is not in the patron's language: enough to part what is equal
WORDS_OF_PART = 0.6  # the same share among the parts of one answer
CLEARLY = 0.05  # how much nearer than the opening a part must be to a sample question that asks for it
STEM = 6  # letters by which words are compared
FEW = 20  # texts from which a mean says little


@dataclass(frozen=True)
class _Text:
    """One text that a message is held against. `part` is None for a sample question, which may ask for any part."""

    answer: int
    part: int | None
    language: str
    words: str


class AnswerMatcher:
    """Holds a message against titles, sample questions, headings and texts of all answers."""

    def __init__(self, answers: Answers, encode: Encode, cache: VectorCache | None = None) -> None:
        """Encode the texts, those apart that the cache knows: about 3 ms for each that is new."""
        self._answers = answers
        self._encode = encode
        self._cache = cache or VectorCache(None, "")
        self._version = -1
        self._refresh()

    def find(self, text: str, vector: Vectors, language: str) -> list[dict[str, Any]]:
        """Return {"id", "section", "score"} of the best answers, best first.

        `vector` is that of `text`, of length 1. `section` is the part to quote (0: the opening); a `score` of 1 is a
        text of the answer word for word.
        """
        self._refresh()
        if not self._known:
            return []
        near = self._vectors @ self._centred(vector[np.newaxis, :], language)[0]
        near -= np.where(self._languages == language, 0, OTHER_LANGUAGE).astype(np.float32)
        pieces = (self._pieces.transform([text]) @ self._texts_of_pieces).toarray()[0]
        # Every answer has three texts at least: a title, a question, an opening.
        three = np.partition(np.append(near, -2)[self._table], -3, axis=1)[:, -3:]
        scores = (
            NEAREST * three[:, -1]
            + SEVERAL * three.mean(axis=1)
            + PIECES * np.append(pieces, 0)[self._table].max(axis=1)
            + WORDS * self._words_of_answers.shares(text)
        ) / (NEAREST + SEVERAL + PIECES + WORDS)
        of_parts = np.maximum.reduceat(near[self._by_part], self._part_starts)
        of_parts += WORDS_OF_PART * self._words_of_parts.shares(text)
        taken, of_topic = [], Counter[str]()
        for place, number in enumerate(np.argsort(-scores, kind="stable")):
            topic = self._known[number].topic
            if place < BEST or of_topic[topic] < BEST_OF_TOPIC:
                of_topic[topic] += 1
                first, last = self._first_part[number : number + 2]
                section = int(of_parts[first:last].argmax())  # of equals the first
                score = round(float(scores[number]), 3)
                taken.append({"id": self._known[number].id, "section": section, "score": score})
        return taken

    def _centred(self, vectors: Vectors, language: str) -> Vectors:
        """Return vectors without what all of a library's texts share ("book", "library"), of length 1 again."""
        moved = vectors - self._means.get(language, self._mean)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(lengths, 1e-6), np.float32)

    def _refresh(self) -> None:
        """Take over what changed in the library's files."""
        self._answers.refresh()
        if self._answers.version == self._version:
            return
        self._version = self._answers.version
        self._known = self._answers.all
        texts = [text for number, answer in enumerate(self._known) for text in _texts(number, answer)]
        if not texts:
            return
        self._languages = np.array([text.language for text in texts])
        raw = self._cache.encoded([text.words for text in texts], self._encode)
        self._mean = _mean(raw)
        self._means = {str(code): _mean(raw[self._languages == code]) for code in np.unique(self._languages)}
        self._vectors = np.concatenate(
            [self._centred(row[np.newaxis, :], text.language) for row, text in zip(raw, texts, strict=True)]
        )
        owners = np.array([text.answer for text in texts])
        own = [np.flatnonzero(owners == number) for number in range(len(self._known))]
        # A row of places for each answer, as long as the longest; what is over points behind the last text.
        self._table = np.full((len(own), max(map(len, own))), len(texts))
        for row, places in zip(self._table, own, strict=True):
            row[: len(places)] = places
        parts = np.array([-1 if text.part is None else text.part for text in texts])
        for places in own:
            parts[places] = self._asked_for(parts[places], self._languages[places], self._vectors[places])
        # Parts are numbered through all answers. The texts in their order, and where in it each part begins:
        self._first_part = np.cumsum([0, *(len(answer.to("").parts) for answer in self._known)])
        numbered = self._first_part[owners] + parts
        self._by_part = np.argsort(numbered, kind="stable")
        self._part_starts = np.searchsorted(numbered[self._by_part], np.arange(self._first_part[-1]))
        self._pieces = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), strip_accents="unicode", sublinear_tf=True, dtype=np.float32
        )
        # By piece, so that only the few pieces of a message are looked at.
        self._texts_of_pieces = self._pieces.fit_transform([text.words for text in texts]).T.tocsr()
        self._words_of_answers = _Words([[texts[place].words for place in places] for places in own])
        self._words_of_parts = _Words(
            [
                [f"{written.parts[part].heading} {written.parts[part].text}" for written in answer.written.values()]
                for answer in self._known
                for part in range(len(answer.to("").parts))
            ]
        )

    @staticmethod
    def _asked_for(parts: npt.NDArray[np.int64], languages: npt.NDArray[np.str_], vectors: Vectors) -> Any:
        """Return the parts with each sample question given the one that it asks for: the nearest in its language."""
        found = parts.copy()
        for place in np.flatnonzero(parts < 0):
            others = np.flatnonzero((parts >= 0) & (languages == languages[place]))
            near = vectors[others] @ vectors[place]
            opening = near[parts[others] == 0].max()
            found[place] = parts[others][near.argmax()] if near.max() > opening + CLEARLY else 0
        return found


class _Words:
    """Tells of each of many documents how much of a message's words it has, rare words counting more."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        stems = [_stems(" ".join(texts)) for texts in documents]
        counts = Counter(stem for found in stems for stem in found)
        self._columns = {stem: column for column, stem in enumerate(counts)}
        self._count = len(documents)
        self._weights = np.array([self._weight(count) for count in counts.values()], np.float32)
        self._has = np.zeros((len(documents), len(counts)), bool)
        for row, found in enumerate(stems):
            self._has[row, [self._columns[stem] for stem in found]] = True

    def _weight(self, count: float) -> float:
        return float(np.log((self._count + 1) / (count + 0.5)))

    def shares(self, text: str) -> Vectors:
        """Return the share of the message in each document, 0 to 1."""
        stems = _stems(text)
        columns = [self._columns[stem] for stem in stems if stem in self._columns]
        whole = float(self._weights[columns].sum()) + (len(stems) - len(columns)) * self._weight(0)
        found = self._has[:, columns] @ self._weights[columns]
        return np.asarray(found / max(whole, 1e-6), np.float32)


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in words_of(text)}


def _mean(vectors: Vectors) -> Vectors:
    return np.asarray(vectors.sum(0) / (len(vectors) + FEW), np.float32)


def _texts(number: int, answer: Answer) -> list[_Text]:
    found = []
    for language, written in answer.written.items():
        found.append(_Text(number, 0, language, written.title))
        found += [_Text(number, None, language, question) for question in answer.questions.get(language, ())]
        for part, section in enumerate(written.parts):
            if section.heading:
                found.append(_Text(number, part, language, f"{written.title}: {section.heading}"))
            found.append(_Text(number, part, language, section.text))
    return found


class VectorCache:
    """Keeps vectors of texts in a file, so that a start encodes only what is new; a broken file is made anew."""

    def __init__(self, path: Path | None, encoder: str) -> None:
        """Keep the vectors in `path` (nowhere if None); `encoder` names what makes them and its version."""
        self._path = path
        self._encoder = encoder

    def encoded(self, texts: Sequence[str], encode: Encode) -> Vectors:
        """Return a row for each text; keep these and no others."""
        keys = [hashlib.sha256(f"{self._encoder}\0{text}".encode()).hexdigest()[:32] for text in texts]
        known = self._read()
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known |= dict(zip(new, encode(list(new.values())), strict=True))
        if new or len(known) != len(set(keys)):
            self._write({key: known[key] for key in keys})
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 512), np.float32)

    def _read(self) -> dict[str, Vectors]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            with np.load(self._path, allow_pickle=False) as saved:
                return dict(zip(saved["keys"].tolist(), saved["vectors"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s cannot be read (%s); it is made anew", self._path.name, error)
            return {}

    def _write(self, vectors: dict[str, Vectors]) -> None:
        if self._path is None or not vectors:
            return
        draft = self._path.with_name(f"{self._path.stem}-{os.getpid()}.npz")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(draft, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
            draft.replace(self._path)  # whole or not at all: two processes may start at once
        except OSError as error:
            log.warning("%s cannot be written (%s); the next start takes longer", self._path.name, error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)
