"""When a batch is refused, and that the figures are those of the models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.learning import figures
from bot.learning.figures import Question
from bot.settings import Settings


@pytest.mark.parametrize(
    ("before", "after", "of", "falls"),
    [
        (20, 20, 25, False),
        (20, 19, 25, False),
        (20, 18, 25, True),
        (10, 9, 10, True),  # one of ten is more than five in a hundred
        (19, 18, 20, False),  # one of twenty is not
        (90, 88, 94, True),
        (18, 25, 25, False),
    ],
)
def test_topic_falls_by_two_questions_or_more_than_five_in_a_hundred(
    before: int, after: int, of: int, falls: bool
) -> None:
    assert figures.falls(before, after, of) is falls
    assert figures.fallen({"ask_hours": [before, after, of], "ask_jobs": [5, 5, 5]}) == (["ask_hours"] if falls else [])


def spread(lost: int, topics: int = 44, of: int = 25) -> dict[str, list[int]]:
    """So many topics, the first of which lose one question each."""
    return {f"topic_{number}": [20, 19 if number < lost else 20, of] for number in range(topics)}


@pytest.mark.parametrize(
    ("by_topic", "most", "refused"),
    [
        (spread(0), 11, False),
        (spread(11), 11, False),  # one in a hundred of 1,100
        (spread(12), 11, True),  # one question more, each in a topic of its own
        (spread(44), 11, True),
        (spread(30) | {"won": [20, 40, 40]}, 11, False),  # what is won elsewhere counts
        (spread(1, 2), 1, False),  # of a few questions, one more or less is the topic's matter
        (spread(2, 2), 1, True),
        ({"small": [5, 4, 6], "large": [500, 520, 600]}, 6, True),  # a topic with few questions falls as ever
        ({}, 1, False),
    ],
)
def test_damage_that_is_spread_over_many_topics_is_refused_by_its_sum(
    by_topic: dict[str, list[int]], most: int, refused: bool
) -> None:
    assert figures.refuses(by_topic) is refused
    total = figures.total(by_topic)
    assert total["most"] == most and total["falls"] is (refused and not figures.fallen(by_topic))


@pytest.mark.parametrize(
    ("topic", "found", "right"),
    [
        ("ask_hours", "ask_hours", True),
        ("ask_hours", "find_event", True),  # as good
        ("ask_hours", "nlu_fallback", False),
        ("ask_hours", "out_of_scope", False),
        ("out_of_scope", "out_of_scope", True),
        ("out_of_scope", "nlu_fallback", True),
        ("out_of_scope", "ask_hours", False),
    ],
)
def test_question_is_right_where_it_is_taken_for_what_it_asks_or_refused_where_no_library_does_it(
    topic: str, found: str, right: bool
) -> None:
    also = ("find_event",) if topic == "ask_hours" else ()
    assert Question("x", topic, (topic, *also)).is_right(found) is right


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rows = [
        {"text": "open?", "intent": "ask_hours", "lang": "en"},
        {"text": "sunday", "intent": "ask_hours", "lang": "en", "alt": ["find_event"]},
        {"text": "pizza", "intent": "out_of_scope", "lang": "en"},
    ]
    path = tmp_path / "held_out.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return Settings(data_folder=tmp_path / "var", held_out=path)


def test_figures_and_moved_questions_come_from_what_each_model_took_them_for(settings: Settings) -> None:
    before, after = ["ask_hours", "nlu_fallback", "ask_hours"], ["nlu_fallback", "find_event", "out_of_scope"]
    by_topic = figures.compared(figures.held_out(settings), before, after)
    assert by_topic == {"ask_hours": [1, 1, 2], "out_of_scope": [0, 1, 1]}
    assert figures.total(by_topic) == {"before": 1, "after": 2, "of": 3, "most": 1, "falls": False}
    figures.remember(settings, "foyer-1", before)
    figures.remember(settings, "foyer-2", after)
    lost, won = figures.moved(settings, "foyer-1", "foyer-2")
    assert [(one.text, one.before, one.after) for one in lost] == [("open?", "ask_hours", "nlu_fallback")]
    assert [one.text for one in won] == ["sunday", "pizza"]


def test_what_a_model_was_asked_is_remembered_until_the_questions_change(settings: Settings) -> None:
    assert figures.remembered(settings, "foyer-1") is None
    figures.remember(settings, "foyer-1", ["a", "b", "c"])
    assert figures.remembered(settings, "foyer-1") == ["a", "b", "c"]
    with settings.held_out.open("a", encoding="utf-8") as file:
        file.write('{"text": "new", "intent": "ask_hours"}\n')
    assert figures.remembered(settings, "foyer-1") is None
    assert figures.moved(settings, "foyer-1", "foyer-1") == ([], [])


@pytest.mark.parametrize("content", [None, "{", '{"text": "x"}'])
def test_held_out_questions_that_cannot_be_read_are_named_by_their_setting(
    settings: Settings, content: str | None
) -> None:
    settings.held_out.unlink()
    for text in filter(None, [content]):
        settings.held_out.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="HELD_OUT"):
        figures.held_out(settings)


def test_rule_that_the_page_tells_names_the_limits() -> None:
    assert f"{figures.LOST_MOST} or more" in figures.RULE and "5\N{NO-BREAK SPACE}%" in figures.RULE
