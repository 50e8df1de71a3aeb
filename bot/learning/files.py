"""Approved lessons as files: sample questions by topic in data/nlu/from_review, answers in library/answers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.edits.files import ANSWERS, EXAMPLES, Change, Places, write
from bot.learning.examples import languages, read
from bot.learning.lessons import EXAMPLE, example_text
from bot.settings import Settings

HEAD = """\
# {topic}: questions of patrons that staff gave this topic at the desk. Publishing writes this file: to take a line out,
# delete it; to add one, use the desk or a file of data/nlu.
version: "3.1"
nlu:
"""


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
