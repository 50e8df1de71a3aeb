"""How many text messages a text takes, by the alphabet that it needs."""

from __future__ import annotations

import pytest

from bot.conversations.sms import DEFAULT, EXTENSION, length
from bot.say import with_link


@pytest.mark.parametrize(
    ("text", "messages", "strange"),
    [
        ("", 0, ""),
        ("a" * 160, 1, ""),
        ("a" * 161, 2, ""),
        ("a" * 306, 2, ""),
        ("a" * 307, 3, ""),
        ("é" * 160, 1, ""),
        ("ñ" * 160, 1, ""),
        ("¿Qué? ¡Sí!", 1, "í"),
        ("á" * 70, 1, "á"),
        ("á" + "a" * 70, 2, "á"),
        ("á" + "a" * 133, 2, "á"),
        ("á" + "a" * 134, 3, "á"),
        ("ÁÍÓÚáíóú", 1, "ÁÍÓÚáíóú"),
        ("ç", 1, "ç"),
        ("Ç", 1, ""),
        ("“quoted”", 1, "“”"),
        # An extended character takes two places.
        ("€" * 80, 1, ""),
        ("€" * 81, 2, ""),
        ("[]{}~^|\\" * 10, 1, ""),
        # It is not parted: 152 places are taken, and one is left.
        ("a" * 152 + "€" + "a" * 151, 2, ""),
        ("a" * 152 + "€" + "a" * 152, 3, ""),
        # Nor is a character of two units.
        ("🙂" * 35, 1, "🙂"),
        ("🙂" * 36, 2, "🙂"),
        ("🙂" * 66, 2, "🙂"),
        ("🙂" * 67, 3, "🙂"),
    ],
)
def test_messages_are_counted_as_phones_send_them(text: str, messages: int, strange: str) -> None:
    found = length(text)
    assert (found.characters, found.messages, "".join(found.strange)) == (len(text), messages, strange)


def test_the_alphabet_has_the_size_of_the_standard() -> None:
    assert len(DEFAULT) == 127 and len(EXTENSION) == 10 and not DEFAULT & EXTENSION


def test_the_link_follows_the_words() -> None:
    assert with_link("Print at the desk.", "https://x.example/p") == "Print at the desk. https://x.example/p"
    assert with_link("See https://x.example/p.", "https://x.example/p") == "See https://x.example/p."
