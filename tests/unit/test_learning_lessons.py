"""What staff propose to teach, until it is decided on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.learning import lessons
from bot.learning.errors import AnswerTwice, LessonGone, LessonPublished
from bot.learning.lessons import APPROVED, OPEN, PUBLISHED, REJECTED, Draft, example_text
from bot.storage.engine import Database
from tests.unit.a_lesson import ANA, LEE, School


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[School]:
    school = School(Database(database_url))
    await school.staff()
    yield school
    await school.database.close()


async def propose(school: School, text: str, topic: str = "ask_hours", **more: Any) -> int:
    draft = Draft(more.pop("kind", "example"), "en", topic, text, **more)
    async with school.database.write() as db:
        return await lessons.propose(db, draft, ANA, 100.0)


async def decide(school: School, number: int, state: str, reason: str = "") -> None:
    async with school.database.write() as db:
        await lessons.decide(db, number, state, LEE, 200.0, reason)


async def test_same_question_on_the_same_topic_is_counted_however_it_is_written(school: School) -> None:
    first = await propose(school, "Are the lights on?")
    assert await propose(school, "are the LIGHTS on") == first
    assert await propose(school, "¿are the lights on?!") == first
    assert [row["count"] for row in await school.rows("lesson")] == [3]


async def test_same_answer_that_is_proposed_twice_counts_once(school: School) -> None:
    answer = await school.asks("are the lights on", "find_event")
    here = {"conversation_id": answer.talk, "seq": answer.seq}
    assert await propose(school, "are the lights on", **here) == await propose(school, "are the lights on", **here)
    assert [row["count"] for row in await school.rows("lesson")] == [1]


async def test_same_question_on_another_topic_and_after_a_decision_is_a_lesson_of_its_own(school: School) -> None:
    first = await propose(school, "are the lights on")
    other = await propose(school, "are the lights on", "ask_contact")
    await decide(school, first, REJECTED, "no")
    again = await propose(school, "are the lights on")
    assert len({first, other, again}) == 3


async def test_decisions_are_kept_with_who_made_them_and_can_be_taken_back(school: School) -> None:
    number = await propose(school, "are the lights on")
    await decide(school, number, REJECTED, "nobody says so")
    (row,) = await school.rows("lesson")
    assert (row["state"], row["reason"], row["decided_by"], row["decided_at"]) == (
        REJECTED,
        "nobody says so",
        "Lee",
        200.0,
    )
    await decide(school, number, OPEN)
    (row,) = await school.rows("lesson")
    assert (row["state"], row["reason"], row["decided_by"], row["decided_at"]) == (OPEN, None, None, None)


async def test_edited_lesson_is_to_be_approved_anew(school: School) -> None:
    number = await propose(school, "are the lights on")
    await decide(school, number, APPROVED)
    async with school.database.write() as db:
        await lessons.edit(db, number, "ask_contact", "is anybody there")
    (row,) = await school.rows("lesson")
    assert (row["state"], row["topic"], row["text"], row["decided_by"]) == (
        OPEN,
        "ask_contact",
        "is anybody there",
        None,
    )
    assert row["matching"] == lessons.matching("example", "ask_contact", "is anybody there")


async def test_two_approved_lessons_never_change_the_same_answer(school: School) -> None:
    one = await propose(school, "---\none", "wifi", kind="answer", before="---\n")
    two = await propose(school, "---\ntwo", "wifi", kind="answer", before="---\n")
    await decide(school, one, APPROVED)
    with pytest.raises(AnswerTwice):
        await decide(school, two, APPROVED)
    await decide(school, one, REJECTED)
    await decide(school, two, APPROVED)


async def test_published_lesson_is_neither_edited_nor_decided_on(school: School) -> None:
    number = await propose(school, "are the lights on")
    await school.insert("publication", at=0.0, name="Ana", state="published", files=[])
    async with school.database.write() as db:
        await db.execute(lessons.lesson.update().values(state=PUBLISHED))
    with pytest.raises(LessonPublished):
        await decide(school, number, REJECTED)
    async with school.database.write() as db:
        with pytest.raises(LessonPublished):
            await lessons.edit(db, number, "ask_hours", "x y")
    with pytest.raises(LessonGone):
        await decide(school, number + 1, APPROVED)


async def test_lesson_outlives_its_talk_without_it(school: School) -> None:
    answer = await school.asks("are the lights on", "find_event")
    await propose(school, "are the lights on", conversation_id=answer.talk, seq=answer.seq)
    async with school.database.read() as db:
        assert set(await lessons.of_answers(db, answer.talk)) == {answer.seq}
    await school.forget(answer.talk)
    (row,) = await school.rows("lesson")
    assert row["conversation_id"] is None and row["text"] == "are the lights on"


async def test_taking_a_label_back_withdraws_only_what_one_proposed_oneself_and_nobody_decided_on(
    school: School,
) -> None:
    answer = await school.asks("are the lights on", "find_event")
    here = {"conversation_id": answer.talk, "seq": answer.seq}
    number = await propose(school, "are the lights on", **here)
    async with school.database.write() as db:
        await lessons.withdraw(db, answer.talk, answer.seq, LEE.id)
    assert len(await school.rows("lesson")) == 1
    await decide(school, number, APPROVED)
    async with school.database.write() as db:
        await lessons.withdraw(db, answer.talk, answer.seq, ANA.id)
    assert len(await school.rows("lesson")) == 1
    await decide(school, number, OPEN)
    async with school.database.write() as db:
        await lessons.withdraw(db, answer.talk, answer.seq, ANA.id)
    assert await school.rows("lesson") == []


async def test_open_lessons_are_listed_by_how_often_they_were_proposed(school: School) -> None:
    for text in ("one two", "three four", "three four", "five six"):
        await propose(school, text)
    async with school.database.read() as db:
        listed = [row.text for row in await lessons.in_state(db, OPEN)]
        assert await lessons.counts(db) == {"open": 3, "approved": 0, "published": 0, "rejected": 0}
    assert listed[0] == "three four" and len(listed) == 3


@pytest.mark.parametrize(
    ("said", "taught"),
    [
        ("  where\n are   you ", "where are you"),
        ("[tomorrow](when) ${HOME} {a}", "tomorrow (when) $ HOME a"),
        ("- - dashes", "dashes"),
        ("[]{}", ""),
    ],
)
def test_example_is_one_line_without_marks(said: str, taught: str) -> None:
    assert example_text(said) == taught
