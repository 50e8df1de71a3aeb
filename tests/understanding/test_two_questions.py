"""Two questions in one message: both are heard, and one question is not taken for two."""

from __future__ import annotations

from collections.abc import Callable

from tests.understanding.conftest import Found, rows

SAME = {  # near enough that the answer serves
    "ask_location": {"ask_contact"},
    "get_technology_help": {"find_event"},
    "ask_community": {"ask_accessibility"},
    "ask_account": {"get_library_card"},
    "use_digital_resource": {"find_database"},
}


def heard(found: Found) -> list[str]:
    return [clause["intent"] for clause in found["clauses"]]


def test_both_questions_are_heard(understood: Callable[[str], Found]) -> None:
    double = [row for row in rows("two_questions.jsonl") if len(row["intents"]) == 2]
    missed = [
        (row["text"], heard(understood(row["text"])))
        for row in double
        if not all({intent, *SAME.get(intent, ())} & set(heard(understood(row["text"]))) for intent in row["intents"])
    ]
    assert len(double) >= 60
    assert len(missed) / len(double) <= 0.20, missed


def test_no_question_is_dropped(understood: Callable[[str], Found]) -> None:
    """Each is a clause of its own, understood or not: what is not understood is said to be so."""
    double = [row for row in rows("two_questions.jsonl") if len(row["intents"]) == 2]
    dropped = [row["text"] for row in double if len(heard(understood(row["text"]))) < 2]
    assert len(dropped) / len(double) <= 0.10, dropped


def test_one_question_is_not_taken_for_two(understood: Callable[[str], Found]) -> None:
    single = [row for row in rows("two_questions.jsonl") if len(row["intents"]) == 1]
    split = [(row["text"], heard(understood(row["text"]))) for row in single if len(heard(understood(row["text"]))) > 1]
    assert len(single) >= 30
    assert len(split) / len(single) <= 0.10, split
