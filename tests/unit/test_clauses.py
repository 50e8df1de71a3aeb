"""A message is divided where it asks something new, and only there."""

from __future__ import annotations

import pytest

from bot.understanding.clauses import clauses
from bot.understanding.questions import asked

ASKS = [
    ("how do i print from my phone and whats parking like", ["how do i print from my phone", "and whats parking like"]),
    ("Hi! Do you have wifi? Thanks so much!", ["Do you have wifi?"]),
    ("do you have books on cats and dogs", ["do you have books on cats and dogs"]),
    ("are you open saturday and sunday", ["are you open saturday and sunday"]),
    ("¿Hasta qué hora abren y dónde puedo estacionar?", ["¿Hasta qué hora abren", "y dónde puedo estacionar?"]),
    ("Is Dr. Seuss in? It is for Mrs. Lee.", ["Is Dr. Seuss in?"]),
    ("My son lost a book. Do we have to pay for it?", ["Do we have to pay for it?"]),
    ("we are new here, is there anything for toddlers", ["is there anything for toddlers"]),
    ("how much is a color copy, can you help me with that?", ["how much is a color copy"]),
    (
        "Hola, quisiera renovar mis libros, y también si tienen wifi",
        ["quisiera renovar mis libros", "también si tienen wifi"],
    ),
]


@pytest.mark.parametrize(("text", "asking"), ASKS, ids=[text[:40] for text, _ in ASKS])
def test_clauses_that_ask(text: str, asking: list[str]) -> None:
    assert [clause.text.rstrip(".") for clause in clauses(text) if clause.asks or clause.adds] == asking


@pytest.mark.parametrize("text", ["", " ", "thanks!", "hello", "😀", "?", "..."])
def test_a_message_without_a_question_comes_back_whole(text: str) -> None:
    assert [clause.text for clause in clauses(text)] == [text]


def test_a_clause_stands_where_it_says() -> None:
    text = "Hi there! Where are you? And when do you open, please?"
    assert [text[clause.start : clause.end].strip(" .!") for clause in clauses(text)] == [
        "Where are you?",
        "And when do you open, please?",
    ]


HOURS = {"ask_hours": 0.8, "ask_parking": 0.1, "find_item": 0.1}
PARKING = {"ask_hours": 0.1, "ask_parking": 0.8, "find_item": 0.1}
UNSURE = {"ask_hours": 0.3, "ask_parking": 0.3, "find_item": 0.4}


def test_two_topics_are_two_questions() -> None:
    text = "when do you open and where do i park"
    first, second = clauses(text)
    found = asked(text, HOURS, [(first, HOURS), (second, PARKING)])
    assert [(one.intent, one.text) for one in found] == [
        ("ask_hours", "when do you open"),
        ("ask_parking", "and where do i park"),
    ]


def test_the_same_topic_twice_is_one_question() -> None:
    text = "when do you open? when do you close?"
    first, second = clauses(text)
    assert [one.text for one in asked(text, HOURS, [(first, HOURS), (second, HOURS)])] == [text]


def test_what_leans_on_the_question_before_is_part_of_it() -> None:
    text = "where do i park? is it free?"
    first, second = clauses(text)
    assert [one.intent for one in asked(text, PARKING, [(first, PARKING), (second, UNSURE)])] == ["ask_parking"]
