"""The conversation log and its turns on real databases: nothing lost, doubled or re-ordered, and never silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.conversations.errors import BadChoice, BadToken, BrainDown, BrainError, ChatGone
from bot.conversations.handoff import Handoffs
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog, NewConversation
from bot.conversations.model import Message, Mode, Sender, TurnReply, TurnRequest, text_block
from bot.conversations.retention import purge
from bot.conversations.turns import Deadlines, Says, TurnWorker
from bot.storage.engine import Database
from bot.storage.models import conversation, message, rasa_tracker, turn
from tests.unit.a_desk import a_desk

SAYS = Says(
    apology=lambda lang: [text_block("sorry")],
    late=lambda lang, words: [text_block(f"you asked: {words}")],
)
PATIENT = Deadlines(answer=5, apology=3, worth=30)


def desk_of(log: ConversationLog) -> Handoffs:
    return a_desk(log).handoffs


class ScriptedBrain:
    """Does what the test says; by default it repeats what it was asked."""

    def __init__(self) -> None:
        self.asked: list[TurnRequest] = []
        self.does: Callable[[TurnRequest], TurnReply] = lambda request: echo(request)
        self.waits = asyncio.Event()
        self.waits.set()

    async def answer(self, request: TurnRequest) -> TurnReply:
        self.asked.append(request)
        await self.waits.wait()
        return self.does(request)


def echo(request: TurnRequest) -> TurnReply:
    return TurnReply([text_block(f"re: {request.text}")], "en", {"intent": "greet"})


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 21, 19, 5, tzinfo=UTC))


@pytest.fixture
async def log(database_url: str, clock: FrozenClock) -> AsyncIterator[ConversationLog]:
    database = Database(database_url)
    yield ConversationLog(database, clock, Tokens(b"test"), Hub(), answer_within=PATIENT.worth)
    await database.close()


@pytest.fixture
def brain() -> ScriptedBrain:
    return ScriptedBrain()


@pytest.fixture
async def worker(log: ConversationLog, brain: ScriptedBrain) -> AsyncIterator[TurnWorker]:
    worker = TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name="test")
    await worker.start()
    yield worker
    await worker.stop()


async def begin(log: ConversationLog) -> NewConversation:
    choices = {"type": "choices", "choices": [{"label": "Hours", "value": {"intent": "ask_hours", "entities": {}}}]}
    return await log.begin("web", "en", [text_block("hello"), choices])


async def read(log: ConversationLog, conversation_id: str, count: int, seconds: float = 8) -> list[Message]:
    """Wait until the talk has `count` messages, and a little longer so that one too many would show."""
    async with asyncio.timeout(seconds):
        while True:
            messages, _ = await log.after(conversation_id, 0)
            if len(messages) >= count:
                break
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    return (await log.after(conversation_id, 0))[0]


def texts(messages: list[Message]) -> list[str]:
    return [f"{m.sender.value}: {m.text}" for m in messages]


async def test_every_message_is_answered_once_and_in_order(log: ConversationLog, worker: TurnWorker) -> None:
    talks = [(await begin(log)).conversation.id for _ in range(5)]
    for number in range(6):
        for talk in talks:
            await log.receive(talk, f"m{number}", text=f"question {number}")
            worker.notify(talk)
    for talk in talks:
        messages = await read(log, talk, 13)
        assert [m.seq for m in messages] == list(range(1, 14))
        assert [m.text for m in messages if m.sender is Sender.PATRON] == [f"question {n}" for n in range(6)]
        assert [m.text for m in messages if m.sender is Sender.BOT][1:] == [f"re: question {n}" for n in range(6)]


async def test_message_sent_again_with_its_key_is_stored_and_answered_once(
    log: ConversationLog, worker: TurnWorker
) -> None:
    talk = (await begin(log)).conversation.id
    receipts = [await log.receive(talk, "same", text="hi") for _ in range(5)]
    worker.notify(talk)
    assert [receipt.new for receipt in receipts] == [True, False, False, False, False]
    assert {receipt.message.seq for receipt in receipts} == {2}
    assert texts(await read(log, talk, 3))[1:] == ["patron: hi", "bot: re: hi"]


async def test_twenty_tabs_sending_at_once_get_twenty_places_in_the_order(
    log: ConversationLog, worker: TurnWorker
) -> None:
    talk = (await begin(log)).conversation.id
    await asyncio.gather(*(log.receive(talk, f"k{n}", text=f"q{n}") for n in range(20)))
    worker.notify(talk)
    messages = await read(log, talk, 41, seconds=20)
    assert [m.seq for m in messages] == list(range(1, 42))
    asked = [m.text for m in messages if m.sender is Sender.PATRON]
    assert [m.text for m in messages if m.sender is Sender.BOT][1:] == [f"re: {text}" for text in asked]


async def test_turn_left_by_a_dead_gateway_is_answered_by_the_next(log: ConversationLog, brain: ScriptedBrain) -> None:
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="still there?")
    brain.waits.clear()
    dying = TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name="this gateway")
    dying.notify(talk)
    while not brain.asked:
        await asyncio.sleep(0.01)
    for task in dying._running.values():  # as by kill -9: it gives nothing back
        task.cancel()
    brain.waits.set()
    following = TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name="this gateway")
    await following.start()
    assert texts(await read(log, talk, 3))[1:] == ["patron: still there?", "bot: re: still there?"]
    await following.stop()


async def test_second_gateway_leaves_a_running_turn_alone(log: ConversationLog, brain: ScriptedBrain) -> None:
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="one")
    brain.waits.clear()
    first, second = (TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name=name) for name in ("first", "second"))
    first.notify(talk)
    while not brain.asked:
        await asyncio.sleep(0.01)
    await second.start()
    second.notify(talk)
    await asyncio.sleep(0.3)
    brain.waits.set()
    assert texts(await read(log, talk, 3))[1:] == ["patron: one", "bot: re: one"]
    assert len(brain.asked) == 1
    await first.stop()
    await second.stop()


async def test_patron_hears_an_apology_and_then_the_late_answer(log: ConversationLog, brain: ScriptedBrain) -> None:
    def down(request: TurnRequest) -> TurnReply:
        raise BrainDown

    brain.does = down
    worker = TurnWorker(log, brain, Deadlines(answer=5, apology=0.2, worth=30), SAYS, desk_of(log), name="test")
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="first")
    await log.receive(talk, "b", text="second")
    worker.notify(talk)
    assert texts(await read(log, talk, 4))[1:] == ["patron: first", "patron: second", "bot: sorry"]
    brain.does = echo
    answered = texts(await read(log, talk, 6))[4:]
    assert answered == ["bot: you asked: first\n\nre: first", "bot: you asked: second\n\nre: second"]
    await worker.stop()


@pytest.mark.parametrize("failure", ["slow", "empty", "broken"])
async def test_no_usable_answer_becomes_an_apology(log: ConversationLog, brain: ScriptedBrain, failure: str) -> None:
    def broken(request: TurnRequest) -> TurnReply:
        raise BrainError

    brain.does = {"slow": echo, "empty": lambda request: TurnReply([], "en"), "broken": broken}[failure]
    if failure == "slow":
        brain.waits.clear()
    worker = TurnWorker(log, brain, Deadlines(answer=0.3, apology=0.3, worth=30), SAYS, desk_of(log), name="test")
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="anything")
    worker.notify(talk)
    assert texts(await read(log, talk, 3))[1:] == ["patron: anything", "bot: sorry"]
    await worker.stop()


async def test_everybody_is_told_in_time_when_more_ask_than_the_assistant_takes(
    log: ConversationLog, brain: ScriptedBrain
) -> None:
    brain.waits.clear()
    deadlines = Deadlines(answer=0.5, apology=0.5, worth=30)
    worker = TurnWorker(log, brain, deadlines, SAYS, desk_of(log), name="test", at_once=2)
    talks = [(await begin(log)).conversation.id for _ in range(8)]
    for talk in talks:
        await log.receive(talk, "a", text="anything")
        worker.notify(talk)
    await asyncio.sleep(1.5)
    for talk in talks:
        assert texts((await log.after(talk, 0))[0])[1:] == ["patron: anything", "bot: sorry"]
    await worker.stop()


async def test_message_that_is_no_longer_worth_an_answer_gets_none(log: ConversationLog, brain: ScriptedBrain) -> None:
    brain.does = lambda request: TurnReply([], "en")
    log._answer_within = 0.2
    worker = TurnWorker(log, brain, Deadlines(answer=5, apology=0, worth=0.2), SAYS, desk_of(log), name="test")
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="anything")
    worker.notify(talk)
    await read(log, talk, 3)
    brain.does = echo
    await asyncio.sleep(1.5)
    assert texts(await read(log, talk, 3))[1:] == ["patron: anything", "bot: sorry"]
    async with log.database.read() as db:
        assert (await db.execute(sa.select(turn.c.state))).scalars().all() == ["failed"]
    await worker.stop()


async def test_reply_of_an_older_epoch_is_kept_for_staff_and_never_shown(
    log: ConversationLog, brain: ScriptedBrain, worker: TurnWorker
) -> None:
    talk = (await begin(log)).conversation.id
    brain.waits.clear()
    await log.receive(talk, "a", text="help me")
    worker.notify(talk)
    while not brain.asked:
        await asyncio.sleep(0.01)
    async with log.database.write() as db:
        await log.set_mode(db, await log.locked(db, talk), Mode.STAFF)
    brain.waits.set()
    await asyncio.sleep(0.5)
    assert texts(await read(log, talk, 2))[1:] == ["patron: help me"]
    async with log.database.read() as db:
        row = (await db.execute(sa.select(turn))).one()
    assert (row.state, row.suggestion) == ("suggested", [text_block("re: help me")])


async def test_choice_stands_for_what_was_offered_and_for_nothing_else(
    log: ConversationLog, brain: ScriptedBrain, worker: TurnWorker
) -> None:
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", choice_key="1.0")
    worker.notify(talk)
    assert texts(await read(log, talk, 3))[1:] == ["patron: Hours", "bot: re: Hours"]
    assert brain.asked[0].choice == {"intent": "ask_hours", "entities": {}}
    for forged in ("1.1", "2.0", "99.0", "3.5"):
        with pytest.raises(BadChoice):
            await log.receive(talk, f"x{forged}", choice_key=forged)


async def test_token_opens_its_own_chat_only(log: ConversationLog) -> None:
    one, other = await begin(log), await begin(log)
    assert (await log.open(one.conversation.id, one.token)).id == one.conversation.id
    forged = one.token[:-1] + ("A" if one.token[-1] != "A" else "B")
    for token in (other.token, forged, "", "x", one.token + "x", one.token.replace(".", ""), Tokens(b"else").new()):
        with pytest.raises(BadToken):
            await log.open(one.conversation.id, token)
    async with log.database.read() as db:
        kept = (await db.execute(sa.select(conversation.c.token_hash))).scalars().all()
    assert one.token not in kept and one.token.split(".")[0] not in "".join(kept)


async def test_chat_left_alone_for_a_day_cannot_be_opened_again(log: ConversationLog, clock: FrozenClock) -> None:
    begun = await begin(log)
    clock.moment += timedelta(hours=25)
    with pytest.raises(ChatGone):
        await log.open(begun.conversation.id, begun.token)


async def test_forgetting_removes_the_talk_everywhere_even_while_its_turn_runs(
    log: ConversationLog, brain: ScriptedBrain, worker: TurnWorker
) -> None:
    kept, gone = (await begin(log)).conversation.id, (await begin(log)).conversation.id
    brain.waits.clear()
    for talk in (kept, gone):
        await log.receive(talk, "a", text="canary words")
        worker.notify(talk)
    while len(brain.asked) < 2:
        await asyncio.sleep(0.01)
    await log.forget(gone)
    async with log.database.write() as db:  # the assistant writes its side down after the talk was forgotten
        await db.execute(rasa_tracker.insert().values(conversation_id=gone, updated_at=0.0, state="canary words"))
    brain.waits.set()
    await read(log, kept, 3)
    await asyncio.sleep(0.3)
    async with log.database.read() as db:
        for table in (message, turn, rasa_tracker):
            assert gone not in (await db.execute(sa.select(table.c.conversation_id))).scalars().all(), table.name
        assert (await db.execute(sa.select(conversation.c.id))).scalars().all() == [kept]
    with pytest.raises(ChatGone):
        await log.after(gone, 0)


async def test_purge_forgets_what_is_older_than_the_days_and_keeps_the_rest(
    log: ConversationLog, clock: FrozenClock
) -> None:
    old = [(await begin(log)).conversation.id for _ in range(3)]
    async with log.database.write() as db:
        for talk in old:
            await db.execute(rasa_tracker.insert().values(conversation_id=talk, updated_at=0.0, state="{}"))
    clock.moment += timedelta(days=30, hours=1)
    young = (await begin(log)).conversation.id
    assert (await purge(log.database, clock, days=30)).conversations == 3
    async with log.database.read() as db:
        assert (await db.execute(sa.select(conversation.c.id))).scalars().all() == [young]
        assert (await db.execute(sa.select(message.c.conversation_id))).scalars().all() == [young]
        assert (await db.execute(sa.select(rasa_tracker.c.conversation_id))).scalars().all() == []
