"""How words are folded for the search, and what a query seeks."""

from __future__ import annotations

import pytest

from bot.conversations.redaction import Passage
from bot.conversations.search_words import Term, fold, spans, terms


@pytest.mark.parametrize(
    ("case", "text", "folded"),
    [
        ("nothing", "", ""),
        ("signs only", " … ¿? %_\\ ", ""),
        ("case and accents", "¿Dónde está el CAFÉ?", " donde esta el cafe"),
        ("decomposed letters", "cafe\u0301s", " cafes"),
        ("German and Turkish", "Straße İstanbul", " strasse istanbul"),
        ("parts of a word", "e-mail, free_of, O'Neil", " e mail free of o neil"),
        ("no spaces between words", "図書館で2冊", " 図 書 館 て 2 冊"),
        ("signs that join", "हिन्दी किताब", " हिनदी किताब"),
        ("numbers", "ISBN 978-0-14", " isbn 978 0 14"),
        ("emoji", "thanks 👍🏽 a lot", " thanks a lot"),
    ],
)
def test_text_is_folded_to_words_each_led_by_a_space(case: str, text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folded_text_never_holds_what_a_database_reads_in_its_own_way() -> None:
    assert not set(fold("".join(map(chr, range(32, 0x3000))))) & set("%_\\'\"*?[]")


@pytest.mark.parametrize(
    ("query", "sought"),
    [
        ("print phone", [Term(("print",), False), Term(("phone",), False)]),
        ('"library card" new', [Term(("library", "card"), True), Term(("new",), False)]),
        ("“library card”", [Term(("library", "card"), True)]),
        ("e-mail", [Term(("e", "mail"), False)]),
        ('"open', [Term(("open",), False)]),
        ("print PRINT", [Term(("print",), False)]),
        ("% _ ''", []),
    ],
)
def test_query_seeks_words_and_phrases(query: str, sought: list[Term]) -> None:
    assert terms(query) == sought


def test_query_is_never_endless() -> None:
    assert len(terms(" ".join(f"w{number}" for number in range(500)))) <= 12


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("A Café, a cafeteria", "cafe", ["Café", "cafeteria"]),
        ("A Café, a cafeteria", '"cafe"', ["Café"]),
        ("by e-mail or email", "e-mail", ["e-mail"]),
        ("new library cards", '"library card"', []),
        ("new library cards", "library card", ["library", "cards"]),
        ("図書館", "書館", ["書館"]),
        ("aaa", "a aa", ["aaa"]),
    ],
)
def test_hits_are_found_in_the_text_as_it_was_written(text: str, query: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text, terms(query))] == marked


@pytest.mark.parametrize(
    ("passage", "text", "left"),
    [
        ("2123 4567", "card 2123 4567!", "card [removed]!"),
        ("2123 4567", "card 2123\n 4567", "card [removed]"),
        ("ana", "Ana and ana", "[removed] and [removed]"),
        ("a.b", "acb a.b", "acb [removed]"),
        ("(x", "f(x)", "f[removed])"),
    ],
)
def test_passage_is_taken_out_whatever_its_case_and_line_breaks(passage: str, text: str, left: str) -> None:
    assert Passage(passage).out_of(text) == left
