"""Words of danger and of despair are heard, and what only sounds like them is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.understanding.safety import danger

FOLDER = Path(__file__).parents[1] / "understanding"


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", rows("safety.jsonl"), ids=lambda row: row["text"][:50])
def test_danger_is_heard_and_nothing_else(row: dict[str, str]) -> None:
    assert (danger(row["text"]) or "none") == row["kind"]


def test_no_other_question_sounds_like_danger() -> None:
    harmless = [row["text"] for row in rows("held_out.jsonl") if row["intent"] != "emergency"]
    assert [text for text in harmless if danger(text)] == []
