"""The examples that the assistant learns from, and the held-out questions that it is measured on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
NLU = ROOT / "data" / "nlu"
HELD_OUT = ROOT / "data" / "held_out.jsonl"
FILES = sorted(NLU.glob("*.yml"))
RICH = ("ask_hours", "find_event", "out_of_scope", "other_library_topic")


class Example(NamedTuple):
    """One line of an NLU file."""

    text: str
    intent: str
    language: str


def _examples() -> Iterator[Example]:
    for path in FILES:
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield Example(line.removeprefix("- "), block["intent"], block["metadata"]["language"])


def _held_out() -> list[Example]:
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    return [Example(row["text"], row["intent"], row["lang"]) for row in rows]


def _bare(text: str) -> str:
    return text.lower().strip("¿?¡!. ")


INTENTS = sorted({example.intent for example in _examples()})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_opens_with_what_the_intent_means(path: Path) -> None:
    header = path.read_text(encoding="utf-8").partition("version:")[0]
    assert "xample: " in header
    assert "onfused with" in header


@pytest.mark.parametrize("intent", INTENTS)
def test_intent_has_examples_in_both_languages(intent: str) -> None:
    count = Counter(example.language for example in _examples() if example.intent == intent)
    english, spanish = (100, 60) if intent in RICH else (60, 40)
    assert count["en"] >= english
    assert count["es"] >= spanish


@pytest.mark.parametrize("intent", INTENTS)
def test_intent_has_held_out_questions_in_both_languages(intent: str) -> None:
    count = Counter(example.language for example in _held_out() if example.intent == intent)
    assert count["en"] >= 10
    assert count["es"] >= 8


def test_no_example_is_given_twice() -> None:
    count = Counter((example.text, example.intent) for example in _examples() if len(example.text.split()) > 1)
    assert [text for (text, _), times in count.items() if times > 1] == []


def test_no_sentence_belongs_to_two_intents() -> None:
    intents: dict[str, set[str]] = {}
    for example in _examples():
        intents.setdefault(_bare(example.text) or example.text, set()).add(example.intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_held_out_questions_are_not_among_the_examples() -> None:
    learnt = {_bare(example.text) for example in _examples()}
    assert [example.text for example in _held_out() if _bare(example.text) in learnt] == []


def test_entities_are_found_at_run_time_and_not_marked_in_examples() -> None:
    assert [example.text for example in _examples() if "](" in example.text or "]{" in example.text] == []
