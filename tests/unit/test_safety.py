"""Words of danger and of despair are heard, and what only sounds like them is not."""

from __future__ import annotations

import pytest

from bot.understanding.safety import danger
from tests.understanding.conftest import rows


@pytest.mark.parametrize("row", rows("safety.jsonl"), ids=lambda row: row["text"][:50])
def test_danger_is_heard_and_nothing_else(row: dict[str, str]) -> None:
    assert (danger(row["text"]) or "none") == row["kind"]


def test_no_other_question_sounds_like_danger() -> None:
    harmless = [row["text"] for row in rows("held_out.jsonl") if row["intent"] != "emergency"]
    assert [text for text in harmless if danger(text)] == []
