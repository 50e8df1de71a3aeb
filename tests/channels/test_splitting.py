"""A long text is cut where a reader would pause, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import split, units

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
ACCENTED = "e\u0301"
FLAG = "🇲🇽"
WAVE = "👋🏽"

texts = st.text(
    st.one_of(st.sampled_from(list("ab .,!?\n\t-é🙂👋🏽\u200d\u0301שלוםمرحبا你好")), st.characters(codec="utf-16")),
    max_size=400,
)
sentences = st.lists(st.text("abcdefgh.,!?🙂é", min_size=1, max_size=12), max_size=80).map(" ".join)


def words(parts: list[str] | str) -> list[str]:
    return (parts if isinstance(parts, str) else " ".join(parts)).split()


@given(texts, st.integers(2, 90))
def test_no_part_is_longer_than_the_limit_and_none_is_empty(text: str, most: int) -> None:
    for part in split(text, most):
        assert 0 < units(part) <= most and part == part.strip()


@given(texts, st.integers(2, 90))
def test_no_sign_is_lost_doubled_or_moved(text: str, most: int) -> None:
    assert "".join("".join(split(text, most)).split()) == "".join(text.split())


@given(texts, st.integers(2, 90))
def test_no_half_of_a_character_is_sent(text: str, most: int) -> None:
    for part in split(text, most):
        part.encode("utf-16")


@given(sentences, st.integers(30, 90))
def test_no_word_is_cut(text: str, most: int) -> None:
    assert words(split(text, most)) == words(text)


@given(texts, st.integers(2, 90))
def test_what_fits_is_not_cut(text: str, most: int) -> None:
    assert (len(split(text, most)) <= 1) == (units(text.strip()) <= most)


@given(sentences, st.integers(30, 90))
def test_parts_are_as_few_as_a_reader_would_bear(text: str, most: int) -> None:
    parts = split(text, most)
    # A cut at a greater pause leaves half of the room empty at most; one at a word as much as the longest word.
    assert all(units(part) >= most / 2 - 2 * 13 for part in parts[:-1])


@pytest.mark.parametrize(
    ("case", "text", "most", "parts"),
    [
        ("nothing", "", 10, []),
        ("blanks alone", " \n ", 10, []),
        ("exactly as long as it may be", "a" * 10, 10, ["a" * 10]),
        ("paragraphs before lines", "One two\nthree\n\nfour five\nsix", 20, ["One two\nthree", "four five\nsix"]),
        (
            "lines before sentences",
            "We open. At nine.\nWe close at five.",
            24,
            ["We open. At nine.", "We close at five."],
        ),
        ("sentences before words", "We open at 9. We close at 5.", 20, ["We open at 9.", "We close at 5."]),
        ("words before anything", "aaaa bbbb cccc", 10, ["aaaa bbbb", "cccc"]),
        ("a pause too early is passed over", "Hi. aaaa bbbb cccc dddd eeee", 20, ["Hi. aaaa bbbb cccc", "dddd eeee"]),
        ("a word that is too long", "see aaaaaaaaaaaaaaa", 10, ["see", "aaaaaaaaaa", "aaaaa"]),
        (
            "a link stays whole",
            "More: https://x.example/abcdefgh now",
            28,
            ["More:", "https://x.example/abcdefgh", "now"],
        ),
        ("signs of two units count twice", "🙂🙂🙂 🙂🙂🙂", 7, ["🙂🙂🙂", "🙂🙂🙂"]),
        ("no emoji of several signs is parted", "a" * 5 + FAMILY + "b", 14, ["a" * 5, FAMILY + "b"]),
        ("no accent leaves its letter", "abcd" + ACCENTED + "fgh", 5, ["abcd", ACCENTED + "fgh"]),
        ("no tone leaves its hand", "abc" + WAVE + "d", 6, ["abc", WAVE + "d"]),
        ("no flag is parted", FLAG + FLAG, 6, [FLAG, FLAG]),
        ("right to left", "שלום לכולם ברוכים הבאים", 12, ["שלום לכולם", "ברוכים הבאים"]),
        ("no spaces at all", "图书馆今天几点关门", 4, ["图书馆今", "天几点关", "门"]),
    ],
)
def test_where_it_is_cut(case: str, text: str, most: int, parts: list[str]) -> None:
    assert split(text, most) == parts
