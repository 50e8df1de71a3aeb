"""Sentences that the model was never shown, through `python -m bot understand`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT

HELD_OUT = ROOT / "tests" / "understanding" / "held_out.jsonl"
SURE = 0.5
KNOWN_MISSES = ROOT / "tests" / "understanding" / "known_misses.txt"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def understood(model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the assistant makes of each held-out line, beside what it should."""
    output = tmp_path_factory.mktemp("understood") / "out.jsonl"
    command = [sys.executable, "-m", "bot", "understand", str(HELD_OUT), str(output)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return [{"wanted": asked, **found} for asked, found in zip(lines(HELD_OUT), lines(output), strict=True)]


def test_every_line_has_the_fields_that_the_scorer_reads(understood: list[dict[str, Any]]) -> None:
    for found in understood:
        assert found["text"] == found["wanted"]["text"]
        assert set(found) == {"wanted", "text", "intent", "confidence", "ranking", "entities", "language", "clauses"}
        assert found["ranking"][0] == {"intent": found["intent"], "confidence": found["confidence"]}


def test_nine_of_ten_are_understood_and_a_did_you_mean_serves_the_rest(understood: list[dict[str, Any]]) -> None:
    right = [found for found in understood if found["intent"] == found["wanted"]["intent"]]
    served = [found for found in understood if found["wanted"]["intent"] in [r["intent"] for r in found["ranking"]]]
    assert len(right) / len(understood) >= 0.90
    assert len(served) / len(understood) >= 0.97


def test_spanish_is_understood_nearly_as_well_as_english(understood: list[dict[str, Any]]) -> None:
    share = {}
    for language in ("en", "es"):
        of = [found for found in understood if found["wanted"]["lang"] == language]
        share[language] = sum(found["intent"] == found["wanted"]["intent"] for found in of) / len(of)
    assert share["es"] >= share["en"] - 0.05


def test_language_is_told_right(understood: list[dict[str, Any]]) -> None:
    right = sum(found["language"] == found["wanted"]["lang"] for found in understood)
    assert right / len(understood) >= 0.98


def test_known_misses_only_shrink(understood: list[dict[str, Any]]) -> None:
    """A wrong topic said with confidence is a miss; not being sure is none.

    Close to the threshold of config.yml (0.4) another processor may round to the other side: that counts neither way.
    """
    sure = [found for found in understood if found["confidence"] >= SURE and found["intent"] != "nlu_fallback"]
    missed = {found["text"] for found in sure if found["intent"] != found["wanted"]["intent"]}
    right = {found["text"] for found in sure if found["intent"] == found["wanted"]["intent"]}
    known = set(KNOWN_MISSES.read_text(encoding="utf-8").splitlines()) - {""}
    assert missed - known == set(), "these were understood before"
    assert known & right == set(), "these are understood now: take them off the list"
