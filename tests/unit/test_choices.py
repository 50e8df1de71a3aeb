"""A quick reply that is typed in place of being pressed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversations.choices import typed

YES_NO = {"type": "choices", "choices": [{"label": "Yes, it works"}, {"label": "No, what next?"}]}
BRANCHES = {"type": "choices", "choices": [{"label": "Biblioteca Principal"}, {"label": "Sucursal Este"}]}
CARDS = {"type": "cards", "cards": [{"title": "Storytime"}]}


@pytest.mark.parametrize(
    ("text", "blocks", "label"),
    [
        ("Yes, it works", [YES_NO], "Yes, it works"),
        ("yes it works", [YES_NO], None),  # not the words of the label: the assistant reads it
        ("  NO, WHAT NEXT ", [YES_NO], "No, what next?"),
        ("sucursal este", [BRANCHES], "Sucursal Este"),
        ("2", [BRANCHES], "Sucursal Este"),
        ("2.", [BRANCHES], "Sucursal Este"),
        ("#1", [BRANCHES], "Biblioteca Principal"),
        ("3", [BRANCHES], None),
        ("0", [BRANCHES], None),
        ("2", [CARDS, BRANCHES], None),  # the second card, perhaps
        ("sucursal este", [CARDS, BRANCHES], "Sucursal Este"),
        ("2", [], None),
        ("", [BRANCHES], None),
        ("1984", [BRANCHES], None),
    ],
)
def test_words_or_number_of_a_choice_choose_it(text: str, blocks: list[dict[str, Any]], label: str | None) -> None:
    found = typed(text, blocks)
    assert (found and found["label"]) == label
