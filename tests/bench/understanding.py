"""`python -m tests.bench.understanding [LABELLED.jsonl TOPICS.yml]`: the table of docs/understanding.md, measured anew.

It trains every candidate on data/nlu and holds it against data/held_out.jsonl, and against other
labelled questions where they are given: lines of {"text", "topic", "alt"?} with a YAML that says which topics an intent
covers.
Nothing here goes through Rasa: what is compared are the numbers that a sentence becomes, and what is made of them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse
import yaml
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from bot.settings import ROOT
from bot.understanding.encoder import calm, encode

Chances = npt.NDArray[np.float64]
OUTSIDE = "out_of_scope"
REFUSED = (OUTSIDE, "nlu_fallback")
PIECES = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 4), n_features=2**13, alternate_sign=False, strip_accents="unicode"
)
WORDS = HashingVectorizer(ngram_range=(1, 2), n_features=2**13, alternate_sign=False, strip_accents="unicode")


@dataclass(frozen=True)
class Asked:
    """A question, the labels that are right for it, and its vector."""

    text: str
    accepted: frozenset[str]
    outside: bool
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """A way of making numbers of a text."""

    name: str
    dense: float
    pieces: float
    words: float = 0.0

    def of(self, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> scipy.sparse.csr_matrix:
        """Return a row for each text."""
        parts = []
        if self.dense:
            parts.append(scipy.sparse.csr_matrix(vectors * self.dense))
        if self.pieces:
            parts.append(PIECES.transform(texts) * self.pieces)
        if self.words:
            parts.append(WORDS.transform(texts) * self.words)
        return scipy.sparse.hstack(parts, format="csr")


DENSE = Features("sentence vector", 1, 0)
SPARSE = Features("word pieces", 0, 1)
WORDED = Features("word pieces and words", 0, 1, 1)
BOTH = Features("both", 1, 0.5)


def regression(strength: float = 20, balanced: bool = True) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=50, class_weight="balanced" if balanced else None)


def calibrated_svm() -> CalibratedClassifierCV:
    return CalibratedClassifierCV(LinearSVC(C=0.5, class_weight="balanced"), method="sigmoid", cv=3)


class Votes:
    """Every example votes for its intent with exp(sharpness * (cosine - 1)) (bot/understanding/classifier.py)."""

    def __init__(self, sharpness: float = 35) -> None:
        self._sharpness = sharpness

    def fit(self, x: scipy.sparse.csr_matrix, y: npt.NDArray[np.str_]) -> Votes:
        self.classes_, self._wanted = np.unique(y, return_inverse=True)
        self._examples = x[:, :512].toarray()
        return self

    def predict_proba(self, x: scipy.sparse.csr_matrix) -> Chances:
        votes = np.exp(self._sharpness * (x[:, :512].toarray() @ self._examples.T - 1))
        chances = np.stack([np.bincount(self._wanted, row, len(self.classes_)) for row in votes])
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))


class Pair:
    """A regression on both and a second judge; the geometric mean of their probabilities, or the arithmetic one."""

    def __init__(self, second: Votes | KNeighborsClassifier, share: float | None = None) -> None:
        self._second, self._share = second, share

    def fit(self, x: scipy.sparse.csr_matrix, y: npt.NDArray[np.str_]) -> Pair:
        self._first = regression().fit(x, y)
        self._second.fit(x[:, :512], y)
        self.classes_ = self._first.classes_
        return self

    def predict_proba(self, x: scipy.sparse.csr_matrix) -> Chances:
        one, two = self._first.predict_proba(x), self._second.predict_proba(x[:, :512])
        mixed = np.sqrt(one * two) if self._share is None else (1 - self._share) * one + self._share * two
        return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def neighbours() -> KNeighborsClassifier:
    return KNeighborsClassifier(12, weights="distance", metric="cosine", algorithm="brute")


CHOSEN = "regression and votes, geometric mean"
CANDIDATES: tuple[tuple[str, Features, Callable[[], object]], ...] = (
    ("logistic regression", DENSE, regression),
    ("logistic regression", SPARSE, regression),
    ("logistic regression", WORDED, regression),
    ("logistic regression", BOTH, regression),
    ("logistic regression, C 5", BOTH, lambda: regression(5)),
    ("logistic regression, classes not balanced", BOTH, lambda: regression(20, False)),
    ("linear SVM, calibrated", BOTH, calibrated_svm),
    ("12 nearest neighbours", DENSE, neighbours),
    ("every example votes", DENSE, Votes),
    ("regression and 12 neighbours, 6 to 4", BOTH, lambda: Pair(neighbours(), 0.4)),
    ("regression and votes, half and half", BOTH, lambda: Pair(Votes(), 0.5)),
    (CHOSEN, BOTH, lambda: Pair(Votes())),
)


def examples() -> Iterator[tuple[str, str]]:
    """Yield (text, intent) of data/nlu."""
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield line.removeprefix("- "), block["intent"]


def asked(path: Path) -> list[Asked]:
    """Return the questions of a labelled file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    vectors = encode([calm(row["text"]) for row in rows])
    labels = [row.get("topic") or row["intent"] for row in rows]
    return [
        Asked(row["text"], frozenset((label, *row.get("alt", ()))), label == OUTSIDE, vector)
        for row, label, vector in zip(rows, labels, vectors, strict=True)
    ]


@dataclass(frozen=True)
class Rejection:
    """Which rankings are taken for "not sure"."""

    name: str
    threshold: float = 0.0
    margin: float = 0.0
    distance: float = 0.0  # least cosine to the nearest example
    odds: float = 0.0  # out of scope counts from this probability on, whatever is first
    doubt: float = 1.0  # by which the odds of out of scope are raised

    def decide(self, intents: Sequence[str], chances: npt.NDArray[np.float64], nearest: float) -> str:
        chances = np.where(np.array(intents) == OUTSIDE, chances * self.doubt, chances)
        chances = chances / chances.sum()
        order = np.argsort(-chances)
        first, second = order[0], order[1]
        if self.odds and chances[intents.index(OUTSIDE)] >= self.odds:
            return OUTSIDE
        unsure = chances[first] < self.threshold or chances[first] - chances[second] < self.margin
        return "nlu_fallback" if unsure or nearest < self.distance else intents[first]


REJECTIONS = (
    Rejection("the class of what is out of scope alone"),
    *(Rejection(f"and probability under {at}", threshold=at) for at in (0.2, 0.3, 0.4)),
    Rejection("and probability under 0.2, first two within 0.03", threshold=0.2, margin=0.03),
    Rejection("and probability under 0.3, first two within 0.08", threshold=0.3, margin=0.08),
    *(Rejection(f"and nearest example farther than cosine {at}", distance=at) for at in (0.5, 0.6, 0.7)),
    *(Rejection(f"0.2 and 0.03, and out of scope from {at} on", 0.2, 0.03, odds=at) for at in (0.15, 0.25)),
    *(Rejection(f"0.2 and 0.03, odds of out of scope times {at}", 0.2, 0.03, doubt=at) for at in (2, 2.5, 3)),
)


def measured(
    rejection: Rejection, questions: Sequence[Asked], intents: list[str], chances: Chances, nearest: Chances,
    covers: Mapping[str, set[str]],
) -> list[float]:  # fmt: skip
    """Return lenient, top 3, out of scope caught, false refusals, confidently wrong: shares of one."""

    def hit(intent: str, one: Asked) -> bool:
        return bool(covers.get(intent, {intent}) & one.accepted)

    counts = np.zeros(5)
    inside = sum(not one.outside for one in questions)
    for one, row, near in zip(questions, chances, nearest, strict=True):
        intent = rejection.decide(intents, row, near)
        if one.outside:
            counts[2] += intent in REFUSED
            continue
        first = [intents[place] for place in np.argsort(-row)[:3]]
        counts[0] += hit(intent, one)
        counts[1] += any(hit(name, one) for name in (intent, *first))
        counts[3] += intent in REFUSED and OUTSIDE not in one.accepted
        counts[4] += not hit(intent, one) and intent not in REFUSED and row.max() >= 0.6
    shares = counts / np.array([inside, inside, max(1, len(questions) - inside), inside, inside])
    return [float(share) for share in shares]


def main(arguments: Sequence[str]) -> None:
    """Print the two tables."""
    covers: dict[str, set[str]] = {}
    files = [ROOT / "data" / "held_out.jsonl"]
    if len(arguments) == 2:
        files.append(Path(arguments[0]))
        covers = {
            intent: set((entry or {}).get("covers") or ())
            for intent, entry in yaml.safe_load(Path(arguments[1]).read_text(encoding="utf-8")).items()
        }
    pairs = list(dict.fromkeys(examples()))
    texts, labels = [text for text, _ in pairs], np.array([intent for _, intent in pairs])
    vectors = encode([calm(text) for text in texts])
    sets = [(path.stem, asked(path), covers if number else {}) for number, path in enumerate(files)]
    head = "| lenient | top 3 | out of scope caught | false refusal | confidently wrong |"
    print(f"| Classifier | Features | Training | {' | '.join(['Set', head[2:]])}")
    best = None
    for name, features, make in CANDIDATES:
        begun = time.perf_counter()
        model = make().fit(features.of(texts, vectors), labels)  # type: ignore[attr-defined, operator]
        took = time.perf_counter() - begun
        for title, questions, covered in sets:
            chances = model.predict_proba(
                features.of([one.text for one in questions], np.stack([one.vector for one in questions]))
            )
            row = measured(Rejection("", threshold=0.2, margin=0.03), questions, list(model.classes_), chances,
                           np.ones(len(questions)), covered)  # fmt: skip
            print(
                f"| {name} | {features.name} | {took:.0f} s | {title} | "
                + " | ".join(f"{100 * x:.1f} %" for x in row)
                + " |",
                flush=True,
            )
        if name == CHOSEN:
            best = model
    print(f"\n| Refused | Set {head}")
    assert best is not None
    for rejection in REJECTIONS:
        for title, questions, covered in sets:
            rows = np.stack([one.vector for one in questions])
            chances = best.predict_proba(BOTH.of([one.text for one in questions], rows))
            nearest = (rows @ vectors.T).max(axis=1)
            shares = measured(rejection, questions, list(best.classes_), chances, nearest, covered)
            print(f"| {rejection.name} | {title} | " + " | ".join(f"{100 * x:.1f} %" for x in shares) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
