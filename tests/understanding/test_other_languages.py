"""The languages that the assistant understands without having examples in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.settings import Settings
from bot.understanding.language import LANGUAGES
from bot.wording import LANGUAGES as ANSWERED_IN
from bot.wording import Wording
from tests.understanding.conftest import Found, right, rows

OTHERS = [code for code in LANGUAGES if code not in ANSWERED_IN]


@pytest.mark.parametrize("language", OTHERS)
def test_language_is_told_and_what_is_asked_is_found_among_the_first_three(
    language: str, understood: Callable[[str], Found]
) -> None:
    asked = [(row, understood(row["text"])) for row in rows("other_languages.jsonl") if row["lang"] == language]
    assert len(asked) >= 5
    assert [row["text"] for row, found in asked if found["language"] != language] == []
    served = [right(found, row) or any(right(one, row) for one in found["ranking"][:3]) for row, found in asked]
    assert sum(served) >= len(served) - 2


def test_nine_of_ten_are_understood_at_once(understood: Callable[[str], Found]) -> None:
    marks = [right(understood(row["text"]), row) for row in rows("other_languages.jsonl")]
    assert sum(marks) / len(marks) >= 0.85


@pytest.mark.parametrize("language", OTHERS)
def test_patron_is_told_in_their_language_that_the_answer_is_in_english(language: str) -> None:
    wording = Wording.load(Settings().responses)
    assert language in wording.languages("utter_language_note")
    assert wording.say("utter_language_note", language) != wording.say("utter_language_note", "en")
