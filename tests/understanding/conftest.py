"""All test questions through `python -m bot understand`, once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT, Settings
from tests.understanding.voices import VOICES, said

FOLDER = Path(__file__).parent
HELD_OUT = Settings().held_out
PARTS = 2

Row = dict[str, Any]
Found = dict[str, Any]


def rows(name: str) -> list[Row]:
    """Return the lines of the held-out questions, or of one of the files of questions in this folder."""
    path = HELD_OUT if name == HELD_OUT.name else FOLDER / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def right(found: Found, row: Row) -> bool:
    """Tell whether a question was taken for what it asks, or for what it may be taken for as well."""
    return found["intent"] in (row["intent"], *row.get("alt", ()))


@pytest.fixture(scope="session")
def understood(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Found]:
    """Returns what the assistant makes of a text of the files here, or of a held-out question in a voice."""
    held_out = rows("held_out.jsonl")
    texts = [row["text"] for name in ("two_questions.jsonl", "other_languages.jsonl") for row in rows(name)]
    texts += [row["text"] for row in held_out]
    texts += [said(row["text"], row["lang"], voice) for row in held_out for voice in VOICES]
    folder = tmp_path_factory.mktemp("understood")
    unique = list(dict.fromkeys(texts))
    runs = []
    for part in range(PARTS):  # side by side, a core each
        asked, answered = folder / f"in-{part}.jsonl", folder / f"out-{part}.jsonl"
        lines = [json.dumps({"text": text}) + "\n" for text in unique[part::PARTS]]
        asked.write_text("".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "bot", "understand", str(asked), str(answered)]
        log = (folder / f"log-{part}.txt").open("w")
        runs.append((subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log), answered, log))
    found: dict[str, Found] = {}
    for run, answered, log in runs:
        assert run.wait(timeout=900) == 0, Path(log.name).read_text()
        log.close()
        found |= {one["text"]: one for one in map(json.loads, answered.read_text(encoding="utf-8").splitlines())}
    assert set(found) == set(unique)
    return found.__getitem__
