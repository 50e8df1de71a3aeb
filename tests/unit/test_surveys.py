"""Who is asked the library's question, and when; what is taken for an answer; and that nobody is asked twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.conversations.log import ConversationLog
from bot.conversations.model import TurnReply, TurnRequest, text_block
from bot.conversations.plain import plain_text
from bot.conversations.turns import TurnWorker
from bot.storage.models import handoff, rating, survey, survey_answer, turn
from bot.suggestions.errors import BadAnswer, SurveyGone
from bot.suggestions.surveys import Surveys, lot
from tests.unit.a_desk import WORDING
from tests.unit.test_turns import PATIENT, SAYS, ScriptedBrain, brain, clock, desk_of, log, read

__all__ = ["brain", "clock", "log"]  # fixtures

YES_NO = [{"en": "Yes", "es": "Sí"}, {"en": "No", "es": "No"}]
ENDS = [{"en": "hard", "es": "difícil"}, {"en": "easy", "es": "fácil"}]


def understood(request: TurnRequest) -> TurnReply:
    """Take a message's first word for its topic."""
    intent = request.text.split()[0]
    return TurnReply([text_block(f"re: {request.text}")], request.lang, {"intent": intent})


@pytest.fixture
def surveys(log: ConversationLog) -> Surveys:
    return Surveys(log, WORDING)


@pytest.fixture
async def worker(log: ConversationLog, brain: ScriptedBrain, surveys: Surveys) -> AsyncIterator[TurnWorker]:
    brain.does = understood
    worker = TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name="test", closing=[surveys.ask])
    await worker.start()
    yield worker
    await worker.stop()


async def a_survey(log: ConversationLog, **changes: Any) -> int:
    """Store a survey that is open and for everybody, unless told otherwise."""
    now = log.clock.now().timestamp()
    row = {
        "name": "Evening hours",
        "kind": "choice",
        "question": {"en": "Would you come after 8 PM?", "es": "¿Vendría después de las 8 p. m.?"},
        "options": YES_NO,
        "asks": {"branches": [], "languages": [], "share": 100},
        "begins_at": now - 60,
        "ends_at": now + 3600,
        "most": None,
        "state": "open",
        "name_of_maker": "Ana",
        "created_at": now - 60,
    }
    async with log.database.write() as db:
        added = await db.execute(survey.insert().values(row | changes))
        return int((added.inserted_primary_key or (0,))[0])


async def a_talk(log: ConversationLog, worker: TurnWorker, *said: str, lang: str = "en", **where: Any) -> str:
    talk = (await log.begin("web", lang, [text_block("hello")], **where)).conversation.id
    await go_on(log, worker, talk, *said)
    return talk


async def go_on(log: ConversationLog, worker: TurnWorker, talk: str, *said: str) -> None:
    for text in said:
        before = len((await log.after(talk, 0))[0])
        await log.receive(talk, f"m{before}", text=text)
        worker.notify(talk)
        await read(log, talk, before + 2)


async def asked(log: ConversationLog, talk: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the forms in a talk, with the seq of their message."""
    messages, _ = await log.after(talk, 0)
    return [(one.seq, block) for one in messages for block in one.blocks if block["type"] == "form"]


async def rows(log: ConversationLog) -> list[Any]:
    async with log.database.read() as db:
        return list((await db.execute(sa.select(survey_answer).order_by(survey_answer.c.id))).all())


GOOD = ("ask_hours a", "ask_events b")


@pytest.mark.parametrize("parting", ["thank you", "goodbye"])
async def test_talk_that_went_well_is_asked_once_with_the_reply_to_thanks_or_goodbye(
    log: ConversationLog, worker: TurnWorker, parting: str
) -> None:
    number = await a_survey(log)
    talk = await a_talk(log, worker, *GOOD)
    assert await asked(log, talk) == []
    await go_on(log, worker, talk, parting)
    ((seq, form),) = await asked(log, talk)
    assert form["purpose"] == "survey" and form["fields"][0]["label"] == "Would you come after 8 PM?"
    assert [option["label"] for option in form["fields"][0]["options"]] == ["Yes", "No"]
    assert plain_text([form]) == "  Would you come after 8 PM?\n  [ ] Yes\n  [ ] No"
    last = (await log.after(talk, 0))[0][-1]
    assert last.seq == seq and last.blocks[0]["text"] == f"re: {parting}"
    (row,) = await rows(log)
    assert (row.survey_id, row.conversation_id, row.seq, row.value, row.lang) == (number, talk, seq, None, "en")
    await a_survey(log, name="Another")
    await go_on(log, worker, talk, *GOOD, "thank you", "goodbye")
    assert len(await asked(log, talk)) == len(await rows(log)) == 1


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("a draft", {"state": "draft"}),
        ("closed", {"state": "closed"}),
        ("of tomorrow", {"begins_at": 2e9}),
        ("over", {"ends_at": 1.0}),
        ("of another branch", {"asks": {"branches": ["eastside"], "share": 100}}),
        ("in another language", {"asks": {"languages": ["es"], "share": 100}}),
        ("of nobody's lot", {"asks": {"share": 0}}),
        ("with all its answers", {"most": 0}),
    ],
)
async def test_nobody_is_asked_a_survey_that_is(
    log: ConversationLog, worker: TurnWorker, case: str, changes: dict[str, Any]
) -> None:
    await a_survey(log, **changes)
    talk = await a_talk(log, worker, *GOOD, "thank you", branch="main")
    assert await asked(log, talk) == [] and await rows(log) == []


async def test_survey_of_a_branch_and_a_language_asks_there_in_that_language(
    log: ConversationLog, worker: TurnWorker
) -> None:
    await a_survey(log, asks={"branches": ["eastside"], "languages": ["es"], "share": 100})
    talk = await a_talk(log, worker, *GOOD, "goodbye", lang="es", branch="eastside")
    ((_, form),) = await asked(log, talk)
    assert form["title"] == "Una pregunta de la biblioteca"
    assert form["fields"][0]["options"][0] == {"value": "1", "label": "Sí"}
    assert [(row.lang, row.branch) for row in await rows(log)] == [("es", "eastside")]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("one answered question", ("ask_hours a", "thank you")),
        ("small talk only", ("greet a", "affirm b", "deny c", "thank you")),
        ("a question that was not understood", (*GOOD, "nlu_fallback x", "thank you")),
        ("words of danger", (*GOOD, "emergency x", "thank you")),
        ("feedback", (*GOOD, "give_feedback x", "thank you")),
        ("what no library does", (*GOOD, "out_of_scope x", "thank you")),
        ("a complaint", (*GOOD, "chitchat that does not help", "thank you")),
        ("a complaint in Spanish", (*GOOD, "deny eso no me sirve", "thank you")),
        ("thanks for nothing", (*GOOD, "thank you for nothing")),
        ("thanks that are none", (*GOOD, "thank that was not helpful at all")),
        ("no thanks yet", (*GOOD, "ask_parking c")),
    ],
)
async def test_talk_is_asked_nothing_with(
    log: ConversationLog, worker: TurnWorker, case: str, said: tuple[str, ...]
) -> None:
    await a_survey(log)
    assert await asked(log, await a_talk(log, worker, *said)) == []


@pytest.mark.parametrize(
    ("case", "is_asked"),
    [
        ({"rating": "down"}, False),
        ({"rating": "partly"}, False),
        ({"rating": "no"}, False),
        ({"rating": "up"}, True),
        ({"handoff": ("missed", "asked")}, False),
        ({"handoff": ("closed", "safety")}, False),
        ({"handoff": ("closed", "asked")}, False),
        ({"turn": {"state": "failed"}}, False),
        ({"turn": {"apologised_at": 1.0}}, False),
    ],
    ids=str,
)
async def test_talk_that_went_badly_is_left_alone(
    log: ConversationLog, worker: TurnWorker, case: dict[str, Any], is_asked: bool
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "ask_parking c")
    async with log.database.write() as db:
        if "rating" in case:
            seq = 0 if case["rating"] in ("partly", "no") else 3
            await db.execute(rating.insert().values(conversation_id=talk, seq=seq, value=case["rating"], at=0.0))
        elif "handoff" in case:
            state, reason = case["handoff"]
            row = {"state": state, "reason": reason, "urgent": False, "question": "?", "requested_at": 0.0}
            await db.execute(handoff.insert().values(conversation_id=talk, **row))
        else:
            await db.execute(turn.update().where(turn.c.conversation_id == talk, turn.c.seq == 2).values(case["turn"]))
    await go_on(log, worker, talk, "thank you")
    assert bool(await asked(log, talk)) is is_asked


@pytest.mark.parametrize("share", [1, 30, 50, 99, 100])
def test_share_asks_so_many_of_a_hundred_talks_and_always_the_same(share: int) -> None:
    lots = [lot(7, f"web-{number}") for number in range(4000)]
    assert lots == [lot(7, f"web-{number}") for number in range(4000)] and set(lots) == set(range(100))
    assert sum(one < share for one in lots) / 40 == pytest.approx(share, abs=4)


@pytest.mark.parametrize(
    ("kind", "options", "good", "bad"),
    [
        ("choice", YES_NO, "2", ["", "0", "3", "Yes", "x" * 2000]),
        ("scale", ENDS, "5", ["", "0", "6", "easy"]),
        ("text", [], "More chairs, please", ["", "  ", "\u0000", "x" * 1001]),
    ],
)
async def test_answer_is_taken_once_and_thanked_once(
    log: ConversationLog,
    worker: TurnWorker,
    surveys: Surveys,
    clock: FrozenClock,
    kind: str,
    options: list[Any],
    good: str,
    bad: list[str],
) -> None:
    await a_survey(log, kind=kind, options=options)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, talk)
    for value in bad:
        with pytest.raises(BadAnswer):
            await surveys.answer(talk, seq, {"answer": value})
    clock.moment += timedelta(minutes=1)
    for value in (good, good, "1"):
        assert await surveys.answer(talk, seq, {"answer": value})
    (row,) = await rows(log)
    assert row.value == good and row.answered_at == clock.now().timestamp()
    last = (await log.after(talk, 0))[0][-1]
    assert last.seq == seq + 1 and last.blocks[0]["form"] == seq
    assert last.text == "Thank you for your answer. It helps the library."


async def test_message_without_a_survey_is_not_answered(
    log: ConversationLog, worker: TurnWorker, surveys: Surveys
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    assert not await surveys.answer(talk, 3, {"answer": "1"})
    assert not await surveys.answer(talk, 99, {"answer": "1"})


async def test_survey_is_over_with_its_last_wanted_answer(
    log: ConversationLog, worker: TurnWorker, surveys: Surveys
) -> None:
    await a_survey(log, most=1)
    first = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, first)
    await surveys.answer(first, seq, {"answer": "1"})
    assert await asked(log, await a_talk(log, worker, *GOOD, "thank you")) == []


async def test_answer_outlives_the_talk_without_it(log: ConversationLog, worker: TurnWorker, surveys: Surveys) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, talk)
    await surveys.answer(talk, seq, {"answer": "1"})
    await log.forget(talk)
    assert [(row.conversation_id, row.value) for row in await rows(log)] == [(None, "1")]


async def test_answer_to_a_survey_that_was_deleted_is_refused(
    log: ConversationLog, worker: TurnWorker, surveys: Surveys
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, talk)
    async with log.database.write() as db:
        await db.execute(survey.delete())
    with pytest.raises(SurveyGone):
        await surveys.answer(talk, seq, {"answer": "1"})


async def test_survey_that_is_deleted_while_it_is_answered_is_gone_and_nobody_is_thanked(
    log: ConversationLog, worker: TurnWorker, surveys: Surveys
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, talk)
    async with log.database.write() as db:
        await db.execute(survey.delete())
        answering = asyncio.create_task(surveys.answer(talk, seq, {"answer": "1"}))
        await asyncio.wait([answering], timeout=0.3)  # it waits for the row, or for its turn to write
    with pytest.raises(SurveyGone):
        await answering
    assert (await log.after(talk, 0))[0][-1].seq == seq and await rows(log) == []


async def test_survey_that_is_deleted_while_somebody_says_thanks_is_not_asked(
    log: ConversationLog, worker: TurnWorker
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD)
    async with log.database.write() as db:
        await db.execute(survey.delete())
        thanking = asyncio.create_task(go_on(log, worker, talk, "thank you"))
        await asyncio.wait([thanking], timeout=0.3)
    await thanking
    assert await asked(log, talk) == [] and (await log.after(talk, 0))[0][-1].text == "re: thank you"


async def test_survey_that_is_closed_before_the_answer_still_takes_it(
    log: ConversationLog, worker: TurnWorker, surveys: Surveys
) -> None:
    await a_survey(log)
    talk = await a_talk(log, worker, *GOOD, "thank you")
    ((seq, _),) = await asked(log, talk)
    async with log.database.write() as db:
        await db.execute(survey.update().values(state="closed"))
    assert await surveys.answer(talk, seq, {"answer": "1"})
    assert [row.value for row in await rows(log)] == ["1"]
