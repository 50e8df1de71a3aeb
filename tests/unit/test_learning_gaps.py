"""What nobody could answer is put together by meaning, and forgotten with the talks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.conversations.errors import BrainDown
from bot.conversations.search_words import fold
from bot.learning import gaps
from bot.learning.gaps import BATCH, DONE, OPEN, Gap, Gaps
from bot.storage.engine import Database
from tests.unit.a_lesson import School

NOT_KNOWN = "nlu_fallback"


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[School]:
    school = School(Database(database_url))
    yield school
    await school.database.close()


class Words:
    """Stands where the assistant is asked: questions with the same last word mean the same."""

    def __init__(self) -> None:
        self.away = False
        self.calls = 0

    async def group(self, texts: Sequence[str], leaders: Sequence[str]) -> list[int]:
        if self.away:
            raise BrainDown
        self.calls += 1
        first: dict[str, int] = {}
        for place, text in enumerate([*leaders, *texts]):
            first.setdefault(fold(text).split()[-1], place)
        return [first[fold(text).split()[-1]] for text in texts]


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def keeper(school: School, words: Words) -> Gaps:
    return Gaps(school.database, school.clock, words.group)


async def listed(school: School, state: str = OPEN) -> list[Gap]:
    async with school.database.read() as db:
        return await gaps.listed(db, state)


async def shown(school: School, state: str = OPEN) -> list[tuple[str, int]]:
    return [(one.question, one.count) for one in await listed(school, state)]


async def test_questions_that_were_not_understood_are_grouped_by_meaning_most_asked_first(
    school: School, keeper: Gaps
) -> None:
    await school.asks("when do you open", "ask_hours")
    for text in ("borrow a kayak", "do you lend a telescope", "rent me a telescope"):
        await school.asks(text, NOT_KNOWN)
    await keeper.look()
    assert await shown(school) == [("do you lend a telescope", 2), ("borrow a kayak", 1)]
    await school.asks("can i have the kayak", NOT_KNOWN)
    await school.asks("a kayak?", NOT_KNOWN)
    await keeper.look()
    assert await shown(school) == [("borrow a kayak", 3), ("do you lend a telescope", 2)]


async def test_nothing_is_taken_up_twice_and_the_assistant_is_asked_only_about_what_is_new(
    school: School, keeper: Gaps, words: Words
) -> None:
    await school.asks("borrow a kayak", NOT_KNOWN)
    for _ in range(3):
        await keeper.look()
    assert words.calls == 1 and await shown(school) == [("borrow a kayak", 1)]


async def test_many_questions_are_taken_up_in_batches(school: School, keeper: Gaps, words: Words) -> None:
    talk = await school.talk()
    for number in range(BATCH + 5):
        await school.asks(f"question {number} about a kayak", NOT_KNOWN, talk=talk)
    await keeper.look()
    assert words.calls == 2 and await shown(school) == [("question 0 about a kayak", BATCH + 5)]


async def test_personal_data_do_not_go_into_a_gap(school: School, keeper: Gaps) -> None:
    await school.asks("mail ana@example.org a kayak, card 21234567890123 kayak", NOT_KNOWN)
    await keeper.look()
    (gap,) = await listed(school)
    assert gap.question == "mail [e-mail] a kayak, card [number] kayak"
    assert gap.questions[0].text == gap.question


async def test_label_missing_makes_a_gap_of_a_question_that_was_understood_as_something(
    school: School, keeper: Gaps
) -> None:
    answer = await school.asks("do you lend a kayak", "find_item")
    await keeper.look()
    assert await shown(school) == []
    await school.label(answer, "missing")
    await keeper.look()
    (gap,) = await listed(school)
    assert (gap.question, gap.labelled) == ("do you lend a kayak", 1)
    await school.label(answer, "right")
    await keeper.look()
    assert await shown(school) == []


async def test_question_that_was_dealt_with_by_another_label_leaves_its_gap(school: School, keeper: Gaps) -> None:
    one, two = [await school.asks(f"{text} a kayak", NOT_KNOWN) for text in ("lend me", "rent me")]
    await keeper.look()
    await school.label(one, "wrong_topic")
    await school.label(two, "missing")
    await keeper.look()
    (gap,) = await listed(school)
    assert (gap.question, gap.count, gap.labelled) == ("rent me a kayak", 1, 1)
    await school.unlabel(one)
    await school.unlabel(two)
    await keeper.look()
    (gap,) = await listed(school)
    assert (gap.count, gap.labelled) == (2, 0)


async def test_gap_goes_with_the_last_of_its_talks_and_is_renamed_when_the_first_is_forgotten(
    school: School, keeper: Gaps
) -> None:
    answers = [await school.asks(f"{text} a kayak", NOT_KNOWN) for text in ("lend me", "rent me", "hire me")]
    await keeper.look()
    await school.forget(answers[0].talk)
    await keeper.look()
    assert await shown(school) == [("rent me a kayak", 2)]
    assert "lend" not in str(await school.rows("gap"))
    await school.forget(answers[1].talk, answers[2].talk)
    await keeper.look()
    assert await school.rows("gap") == []


async def test_gap_that_is_done_keeps_its_questions_and_new_ones_open_another(school: School, keeper: Gaps) -> None:
    await school.asks("lend me a kayak", NOT_KNOWN)
    await keeper.look()
    (gap,) = await listed(school)
    async with school.database.write() as db:
        assert await gaps.set_state(db, gap.id, DONE)
        assert not await gaps.set_state(db, gap.id + 1, DONE)
    await school.asks("rent me a kayak", NOT_KNOWN)
    await keeper.look()
    assert await shown(school) == [("rent me a kayak", 1)]
    assert await shown(school, DONE) == [("lend me a kayak", 1)]
    async with school.database.read() as db:
        assert await gaps.counts(db) == {OPEN: 1, DONE: 1}


async def test_gaps_wait_for_an_assistant_that_is_away(school: School, keeper: Gaps, words: Words) -> None:
    await school.asks("lend me a kayak", NOT_KNOWN)
    words.away = True
    with pytest.raises(BrainDown):
        await keeper.look()
    assert await school.rows("gap") == []
    words.away = False
    await keeper.look()
    assert await shown(school) == [("lend me a kayak", 1)]


async def test_note_about_what_is_missing_is_kept_even_while_the_assistant_is_away(
    school: School, keeper: Gaps, words: Words
) -> None:
    answer = await school.asks("do you lend a kayak", "find_item")
    await school.label(answer, "missing")
    words.away = True
    for _ in range(2):
        await keeper.note_missing(answer.talk, answer.seq, "Ask the parks department.")
    words.away = False
    await keeper.look()
    (gap,) = await listed(school)
    assert (gap.question, gap.note, gap.labelled) == ("do you lend a kayak", "Ask the parks department.", 1)


async def test_talk_that_is_forgotten_while_its_question_is_grouped_disturbs_nothing(
    school: School, words: Words
) -> None:
    answer = await school.asks("lend me a kayak", NOT_KNOWN)
    await school.asks("rent me a kayak", NOT_KNOWN)

    async def slow(texts: Sequence[str], leaders: Sequence[str]) -> list[int]:
        await school.forget(answer.talk)
        return await words.group(texts, leaders)

    keeper = Gaps(school.database, school.clock, slow)
    for _ in range(2):
        await keeper.look()
    assert await shown(school) == [("rent me a kayak", 1)]
