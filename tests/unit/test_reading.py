"""What a message asks for beside a topic: another language."""

from __future__ import annotations

import pytest

from bot.understanding.reading import language_wanted


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("en español", "es"),
        ("En español, por favor", "es"),
        ("español", "es"),
        ("can you speak spanish?", "es"),
        ("spanish please", "es"),
        ("¿habla español?", "es"),
        ("in english please", "en"),
        ("English", "en"),
        ("en inglés por favor", "en"),
        ("in spanish?", None),  # a book, said in English
        ("en inglés?", None),
        ("do you have books in spanish", None),
        ("clases de inglés", None),
        ("spanish storytime", None),
        ("hola", None),
    ],
)
def test_another_language_is_asked_for(text: str, language: str | None) -> None:
    assert language_wanted(text) == language
