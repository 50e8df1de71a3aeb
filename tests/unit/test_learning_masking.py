"""What could tell who a patron is does not go into lessons and gaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.learning.masking import masked


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("write to ana.lopez+books@mail.example.org please", "write to [e-mail] please"),
        ("mi correo es ana@biblio.es, gracias", "mi correo es [e-mail], gracias"),
        ("call me at 315-555-0140", "call me at [phone]"),
        ("(315) 555 0140 is my number", "[phone] is my number"),
        ("text +34 600 123 456", "text [phone]"),
        ("my card is 21234 56789 0123", "my card is [number]"),
        ("card 21234567890123 does not work", "card [number] does not work"),
        ("4111 1111 1111 1111 was charged", "[number] was charged"),
        ("ssn 123-45-6789", "ssn [number]"),
        ("are you open on 2026-12-24", "are you open on 2026-12-24"),
        ("open 12/24/2026 ?", "open 12/24/2026 ?"),
        ("the 2025-2026 yearbook", "the 2025-2026 yearbook"),
        ("do you have 978-0-316-76948-8", "do you have 978-0-316-76948-8"),
        ("isbn 9780316769488", "isbn 9780316769488"),
        ("open 9-5 on the 24th? 100 pages at 15 cents", "open 9-5 on the 24th? 100 pages at 15 cents"),
        ("zip 13202-1234", "zip [number]"),
        ("nothing here", "nothing here"),
    ],
)
def test_addresses_and_long_numbers_are_hidden_and_days_books_and_prices_are_not(said: str, kept: str) -> None:
    assert masked(said) == kept


@given(st.text(alphabet="0123456789 -.()/+@ab", max_size=300))
def test_hiding_twice_hides_nothing_more(said: str) -> None:
    assert masked(masked(said)) == masked(said)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["a", "a@", "1 ", "a.", "+(1)"])
def test_long_nonsense_is_read_to_its_end(piece: str) -> None:
    assert masked(f"{piece * 20_000} call 315-555-0140").endswith("call [phone]")
