"""The examples that the assistant has learnt, by topic: what is proposed may be another topic's already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.conversations.search_words import fold
from bot.settings import Settings
from bot.train import made_from

# PyYAML's own reader needs seconds for all the examples.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Example(NamedTuple):
    """One line of an NLU file."""

    text: str
    topic: str
    language: str


class Examples:
    """All examples, as they were at the last `refresh`."""

    def __init__(self, settings: Settings) -> None:
        """Read nothing yet."""
        self._settings = settings
        self._seen: dict[Path, int] = {}
        self._of: dict[Path, list[Example]] = {}
        self._topics: dict[str, set[str]] = {}

    def of(self, path: Path) -> list[Example]:
        """Return the examples of one file; none where it is not."""
        return self._of.get(path, [])

    def topics(self, text: str) -> set[str]:
        """Return the topics of which a question is an example already, however it is written."""
        return self._topics.get(_same(text), set())

    def known(self) -> set[str]:
        """Return every topic that has examples."""
        return {example.topic for examples in self._of.values() for example in examples}

    def refresh(self) -> None:
        """Read the files that have changed: a quarter of a second the first time, then some milliseconds."""
        files = [path for name, path in made_from(self._settings.from_review).items() if name.startswith("data/nlu/")]
        seen = {path: path.stat().st_mtime_ns for path in files}
        if seen == self._seen:
            return
        self._of = {
            path: self._of[path] if self._seen.get(path) == stamp else read(path.read_text(encoding="utf-8"))
            for path, stamp in seen.items()
        }
        self._seen, self._topics = seen, {}
        for examples in self._of.values():
            for example in examples:
                self._topics.setdefault(_same(example.text), set()).add(example.topic)


def _same(text: str) -> str:
    return fold(text) or text.strip()


def read(text: str) -> list[Example]:
    """Return the examples that stand in an NLU file."""
    found = []
    for block in (yaml.load(text, _Loader) or {}).get("nlu") or []:  # noqa: S506 (one of the two safe ones)
        language = str((block.get("metadata") or {}).get("language", "en"))
        for line in str(block.get("examples") or "").splitlines():
            example = line.strip().removeprefix("-").strip()
            if example and "intent" in block:
                found.append(Example(example, str(block["intent"]), language))
    return found


def languages(examples: Sequence[Example]) -> dict[str, set[str]]:
    """Return the texts of examples by their language."""
    known: dict[str, set[str]] = {}
    for example in examples:
        known.setdefault(example.language, set()).add(example.text)
    return known
