"""Approved lessons as files: sample questions by topic in data/nlu/from_review, answers in library/answers."""

from __future__ import annotations

import difflib
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.learning.errors import FilesChanged
from bot.learning.examples import languages, read
from bot.learning.lessons import EXAMPLE, example_text
from bot.settings import ROOT, Settings

EXAMPLES, ANSWERS = "from_review", "answers"
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}\.(yml|md)")
HEAD = """\
# {topic}: questions of patrons that staff gave this topic at the desk. Publishing writes this file: to take a line out,
# delete it; to add one, use the desk or a file of data/nlu.
version: "3.1"
nlu:
"""


@dataclass(frozen=True)
class Change:
    """A file as it is and as it shall be. `path` begins with EXAMPLES or ANSWERS; None: the file is not there."""

    path: str
    before: str | None
    after: str | None

    @classmethod
    def all_of(cls, rows: Iterable[dict[str, Any]]) -> list[Change]:
        """Return the changes that `stored` made JSON of."""
        return [cls(row["path"], row["before"], row["after"]) for row in rows]

    def stored(self) -> dict[str, Any]:
        """Return the change as JSON."""
        return asdict(self)

    def back(self) -> Change:
        """Return the change that undoes this one."""
        return Change(self.path, self.after, self.before)


class Places:
    """Where the files are, by the settings."""

    def __init__(self, settings: Settings) -> None:
        """Name the two folders."""
        self._folders = {EXAMPLES: settings.from_review, ANSWERS: settings.library / ANSWERS}

    def at(self, path: str) -> Path:
        """Return the place of a file; raise ValueError for a path that leads elsewhere."""
        folder, _, name = path.partition("/")
        if folder not in self._folders or not NAME.fullmatch(name):
            raise ValueError(f"no file of ours: {path}")
        return self._folders[folder] / name

    def shown(self, path: str) -> str:
        """Return a file's name as people write it: from the project's folder, where it is in it."""
        place = self.at(path)
        return place.relative_to(ROOT).as_posix() if place.is_relative_to(ROOT) else path

    def read(self, path: str) -> str | None:
        """Return what stands in a file, None where there is none."""
        try:
            return self.at(path).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None


def planned(places: Places, lessons: Sequence[Any]) -> list[Change]:
    """Return the changes that the lessons (rows) make to the files as they are, in order of their names."""
    examples: dict[str, list[Any]] = {}
    changes = []
    for row in lessons:
        if row.kind == EXAMPLE:
            examples.setdefault(row.topic, []).append(row)
        else:
            path = f"{ANSWERS}/{row.topic}.md"
            changes.append(Change(path, places.read(path), row.text.rstrip("\n") + "\n"))
    for topic, rows in examples.items():
        path = f"{EXAMPLES}/{topic}.yml"
        before = places.read(path)
        known = languages(read(before or ""))
        for row in rows:
            known.setdefault(row.lang, set()).add(example_text(row.text))
        changes.append(Change(path, before, _examples_file(topic, known)))
    return sorted((change for change in changes if change.before != change.after), key=lambda change: change.path)


def diff(places: Places, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return the unified diff of each file: its name, whether it is new, and its lines, each with what it does."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    shown = []
    for change in changes:
        before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
        told = [{"kind": kinds.get(line[:1], "same"), "text": line} for line in lines]
        shown.append({"name": places.shown(change.path), "new": change.before is None, "lines": told})
    return shown


def check_unchanged(places: Places, changes: Sequence[Change]) -> None:
    """Raise FilesChanged when a file is neither as it was nor as it shall be."""
    for change in changes:
        if places.read(change.path) not in (change.before, change.after):
            raise FilesChanged(file=places.shown(change.path))


def write(places: Places, changes: Sequence[Change]) -> None:
    """Make the changes, each file in one step; done again, it changes nothing."""
    for change in changes:
        place = places.at(change.path)
        if change.after is None:
            place.unlink(missing_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)


def aside(settings: Settings, folder: Path, changes: Sequence[Change]) -> Settings:
    """Return settings under which the files are as the changes want them, in a folder of its own, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    examples, library = folder / EXAMPLES, folder / "library"
    for target, source, pattern in (
        (examples, settings.from_review, "*.yml"),
        (library / ANSWERS, settings.library / ANSWERS, "*.md"),
    ):
        target.mkdir(parents=True)
        for path in source.glob(pattern):
            shutil.copy(path, target)
    for path in settings.library.iterdir():
        if path.name != ANSWERS:
            (library / path.name).symlink_to(path.resolve())
    candidate = replace(settings, from_review=examples, library=library)
    write(Places(candidate), changes)
    return candidate


def _examples_file(topic: str, known: dict[str, set[str]]) -> str:
    text = HEAD.format(topic=topic)
    for language, examples in sorted(known.items()):
        lines = sorted(examples, key=lambda line: (line.casefold(), line))
        text += f"  - intent: {topic}\n    metadata:\n      language: {language}\n    examples: |\n"
        text += "".join(f"      - {line}\n" for line in lines)
    return text
