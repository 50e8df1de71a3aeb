"""What the assistant orders with a reply is done once, with the reply or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.log import ConversationLog
from bot.conversations.model import Block, Conversation, Mode, TurnReply, TurnRequest, text_block
from bot.conversations.turns import TurnWorker
from bot.storage.models import note, turn
from tests.unit.test_turns import PATIENT, SAYS, ScriptedBrain, begin, brain, clock, desk_of, log, read, texts

__all__ = ["brain", "clock", "log"]  # fixtures


async def write_down(db: AsyncConnection, talk: Conversation, block: Block, lang: str) -> list[Block]:
    """An order as the gateway carries it out: a row, and the words that tell of it."""
    row = {"conversation_id": talk.id, "after_seq": talk.seq, "name": "order", "at": 0.0, "text": block["what"]}
    await db.execute(note.insert().values(row))
    if block["what"] == "impossible":
        raise ValueError("the order failed")
    return [text_block(f"done: {block['what']}")]


def ordering(request: TurnRequest) -> TurnReply:
    return TurnReply([text_block("well"), {"type": "write", "what": request.text}], "en", {"intent": "greet"})


@pytest.fixture
async def workers(log: ConversationLog, brain: ScriptedBrain) -> AsyncIterator[list[TurnWorker]]:
    brain.does = ordering
    made = [
        TurnWorker(log, brain, PATIENT, SAYS, desk_of(log), name=name, orders={"write": write_down})
        for name in ("one", "two")
    ]
    for worker in made:
        await worker.start()
    yield made
    for worker in made:
        await worker.stop()


async def orders_done(log: ConversationLog) -> list[str]:
    async with log.database.read() as db:
        return list((await db.execute(sa.select(note.c.text).order_by(note.c.id))).scalars())


async def test_order_is_carried_out_with_the_reply_and_its_words_take_its_place(
    log: ConversationLog, workers: list[TurnWorker]
) -> None:
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="stamp")
    for worker in workers:
        worker.notify(talk)
    messages = await read(log, talk, 3)
    assert texts(messages)[-1] == "bot: well\n\ndone: stamp"
    assert await orders_done(log) == ["stamp"]


async def test_turn_that_two_gateways_answer_orders_once(
    log: ConversationLog, brain: ScriptedBrain, workers: list[TurnWorker]
) -> None:
    talk = (await begin(log)).conversation.id
    brain.waits.clear()
    await log.receive(talk, "a", text="once")
    workers[0].notify(talk)
    await _asked(brain, 1)
    async with log.database.write() as db:  # as if the first gateway had died: its lease is over
        await db.execute(turn.update().values(leased_until=0.0))
    workers[1].notify(talk)
    await _asked(brain, 2)
    brain.waits.set()
    await read(log, talk, 3)
    assert await orders_done(log) == ["once"]


async def test_order_is_carried_out_when_staff_took_over_meanwhile(
    log: ConversationLog, brain: ScriptedBrain, workers: list[TurnWorker]
) -> None:
    talk = (await begin(log)).conversation.id
    brain.waits.clear()
    await log.receive(talk, "a", text="kept")
    workers[0].notify(talk)
    await _asked(brain, 1)
    async with log.database.write() as db:
        await log.set_mode(db, await log.locked(db, talk), Mode.STAFF)
    brain.waits.set()
    suggested: Any = None
    while suggested is None:
        await asyncio.sleep(0.02)
        async with log.database.read() as db:
            suggested = (await db.execute(sa.select(turn.c.suggestion))).scalar_one()
    assert [block["text"] for block in suggested] == ["well", "done: kept"]
    assert await orders_done(log) == ["kept"]
    assert texts((await log.after(talk, 0))[0])[-1] == "patron: kept"


async def test_order_that_fails_leaves_nothing_behind_and_is_tried_again(
    log: ConversationLog, brain: ScriptedBrain, workers: list[TurnWorker]
) -> None:
    talk = (await begin(log)).conversation.id
    await log.receive(talk, "a", text="impossible")
    workers[0].notify(talk)
    await _asked(brain, 1)
    await asyncio.sleep(0.1)
    assert await orders_done(log) == []
    assert texts((await log.after(talk, 0))[0])[-1] == "patron: impossible"
    brain.does = lambda request: TurnReply([{"type": "write", "what": "possible"}], "en", {"intent": "greet"})
    assert texts(await read(log, talk, 3))[-1] == "bot: done: possible"
    assert await orders_done(log) == ["possible"]


async def _asked(brain: ScriptedBrain, times: int) -> None:
    async with asyncio.timeout(8):
        while len(brain.asked) < times:
            await asyncio.sleep(0.02)
