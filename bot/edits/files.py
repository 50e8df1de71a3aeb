"""The files that staff change from the desk: where they are, and how they are written so that nothing is lost."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.edits.errors import FilesChanged
from bot.settings import ROOT, Settings

EXAMPLES, ANSWERS, LIBRARY = "from_review", "answers", "library"
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}\.(yml|md)")


@dataclass(frozen=True)
class Change:
    """A file as it is and as it shall be; None: it is not there.

    `path` begins with the name of a folder: EXAMPLES, ANSWERS or LIBRARY.
    """

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
        """Name the folders."""
        self._folders = {
            EXAMPLES: settings.from_review,
            ANSWERS: settings.library / ANSWERS,
            LIBRARY: settings.library,
        }

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
