"""Which answers are worth a look, and in which order they come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.learning import queue
from bot.learning.queue import DISLIKED, DOUBTFUL, HANDED_OVER, NOT_KNOWN, ONE_IN, SAMPLE
from bot.storage.engine import Database
from tests.unit.a_lesson import Answer, School

QUIET = 0.95


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[School]:
    school = School(Database(database_url))
    yield school
    await school.database.close()


async def waiting(school: School, reason: str = "") -> list[tuple[Answer, set[str]]]:
    """Walk the queue from its newest answer to the oldest; reasons without the random one."""
    found, at = [], None
    async with school.database.read() as db:
        while (place := await queue.at(db, reason, at)).entry is not None:
            entry = place.entry
            found.append((Answer(entry.conversation_id, entry.seq), set(entry.reasons) - {SAMPLE}))
            if place.older is None:
                break
            at = place.older
    return found


async def reasons(school: School, answer: Answer) -> set[str]:
    return next((why for one, why in await waiting(school) if one == answer), set())


async def rate(school: School, answer: Answer, value: str) -> None:
    await school.insert("rating", conversation_id=answer.talk, seq=answer.seq, value=value, comment=None, at=0.0)


async def hand_over(school: School, talk: str, why: str = "asked", after: float = 0.5) -> None:
    row: dict[str, Any] = {"state": "closed", "reason": why, "urgent": False, "question": "help"}
    at = school.clock.now().timestamp() + after
    await school.insert("handoff", conversation_id=talk, requested_at=at, **row)


@pytest.mark.parametrize(
    ("intent", "confidence", "expected"),
    [
        ("nlu_fallback", 0.9, {NOT_KNOWN}),
        ("ask_hours", 0.49, {DOUBTFUL}),
        ("ask_hours", 0.5, set()),
        ("greet", 0.3, set()),
        ("talk_to_staff", 0.3, set()),
        ("out_of_scope", 0.4, {DOUBTFUL}),
    ],
)
async def test_answers_that_were_guesses_or_none_are_in_the_queue(
    school: School, intent: str, confidence: float, expected: set[str]
) -> None:
    assert await reasons(school, await school.asks("something", intent, confidence)) == expected


async def test_answer_that_was_no_help_is_in_the_queue_and_one_that_helped_is_not(school: School) -> None:
    helped, not_helped = [await school.asks(f"question {number}", "ask_hours", QUIET) for number in range(2)]
    await rate(school, helped, "up")
    await rate(school, not_helped, "down")
    assert await reasons(school, not_helped) == {DISLIKED}
    assert await reasons(school, helped) == set()


async def test_last_answer_before_a_hand_off_is_in_the_queue(school: School) -> None:
    first = await school.asks("how much is it", "use_printing", QUIET)
    second = await school.asks("and in colour", "use_printing", QUIET, talk=first.talk)
    asked = await school.asks("a person please", "talk_to_staff", QUIET, talk=first.talk)
    await hand_over(school, first.talk)
    later = await school.asks("thanks, and hours", "ask_hours", QUIET, talk=first.talk)
    assert await reasons(school, second) == {HANDED_OVER}
    for other in (first, asked, later):
        assert await reasons(school, other) == set()


async def test_hand_off_out_of_danger_says_nothing_about_the_answer_before(school: School) -> None:
    answer = await school.asks("how much is it", "use_printing", QUIET)
    await hand_over(school, answer.talk, "safety")
    assert await reasons(school, answer) == set()


async def test_one_answer_has_every_reason_that_holds(school: School) -> None:
    answer = await school.asks("gibberish", "nlu_fallback", 0.9)
    await rate(school, answer, "down")
    await hand_over(school, answer.talk, "not_understood")
    assert await reasons(school, answer) == {NOT_KNOWN, DISLIKED, HANDED_OVER}


async def test_labelled_answer_leaves_the_queue_and_comes_back_without_its_label(school: School) -> None:
    answer = await school.asks("gibberish", "nlu_fallback", 0.9)
    await school.label(answer, "right")
    assert await waiting(school) == []
    await school.unlabel(answer)
    assert [one for one, _ in await waiting(school)] == [answer]


@pytest.mark.parametrize("state", ["due", "failed", "suggested"])
async def test_turn_without_an_answer_that_the_patron_saw_is_not_in_the_queue(school: School, state: str) -> None:
    await school.asks("gibberish", "nlu_fallback", 0.9, state=state)
    assert await waiting(school) == []


async def test_queue_is_walked_from_the_newest_to_the_oldest_and_by_reason(school: School) -> None:
    answers = [await school.asks(f"gibberish {n}", "nlu_fallback" if n % 2 else "ask_hours", 0.3) for n in range(6)]
    assert [one for one, _ in await waiting(school)] == answers[::-1]
    assert [one for one, _ in await waiting(school, NOT_KNOWN)] == answers[5:0:-2]
    async with school.database.read() as db:
        newest = await queue.at(db)
        assert newest.entry is not None and newest.newer is None and newest.older == newest.entry.turn_id - 1
        middle = await queue.at(db, NOT_KNOWN, newest.older)
        assert middle.entry is not None
        assert (middle.newer, middle.older) == (newest.entry.turn_id, newest.entry.turn_id - 4)
        assert (await queue.turn_of(db, answers[0].talk, answers[0].seq)) == newest.entry.turn_id - 5
        end = await queue.at(db, "", newest.entry.turn_id - 6)
    assert end == queue.Place(None, None, None)


async def test_counts_tell_how_many_wait_for_each_reason(school: School) -> None:
    for intent in ("nlu_fallback", "nlu_fallback", "ask_hours"):
        await school.asks("something", intent, 0.3)
    async with school.database.read() as db:
        counts = await queue.counts(db)
    assert (counts[""], counts[NOT_KNOWN], counts[DOUBTFUL], counts[DISLIKED], counts[HANDED_OVER]) == (3, 2, 1, 0, 0)


async def test_about_one_answer_in_twenty_is_looked_at_for_no_reason_and_always_the_same(school: School) -> None:
    talk = await school.talk()
    for number in range(200):
        await school.asks(f"question {number}", "ask_hours", QUIET, talk=talk)
    async with school.database.read() as db:
        counts = [await queue.counts(db) for _ in range(2)]
    assert counts[0] == counts[1]
    assert 200 / ONE_IN * 0.5 <= counts[0][SAMPLE] <= 200 / ONE_IN * 1.5
    assert counts[0][""] == counts[0][SAMPLE]
