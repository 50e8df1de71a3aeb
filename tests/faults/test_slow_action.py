"""An answer that was on its way when a person took over is never shown to the patron."""

from __future__ import annotations

import asyncio
import os
import signal

import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.conversations.plain import plain_text
from bot.conversations.presence import Person, Status
from bot.storage.models import staff, turn
from bot.web import keys
from bot.web.desk.accounts import Accounts
from bot.web.desk.sessions import Role
from tests.conftest import Installation
from tests.conversations.script import Begin
from tests.talk import plain

QUESTION, ANSWER = "where is the eastside branch?", "1480 Orchard Avenue"


async def test_answer_of_a_slow_action_is_a_suggestion_once_staff_have_claimed(
    talk: Begin,
    inner: Installation,
    library_app: tuple[TestServer, web.Application, FrozenClock],
) -> None:
    _, app, clock = library_app
    database = app[keys.DATABASE]
    lee = await Accounts(database, clock).add("lee", Role.AGENT, "correct horse battery", "Lee")
    chat = await talk()
    async with database.write() as db:
        await db.execute(
            staff.update().where(staff.c.id == lee).values(status="available", seen_at=clock.now().timestamp())
        )
    process = inner.child("actions").process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        asked = await chat.send(text=QUESTION)
        await asyncio.sleep(1)  # the question is at the action by now, and stays there
        await chat.send(payload="do.person")
        await app[keys.CLAIMS].claim(chat.id, Person(lee, "Lee", Status.AVAILABLE, 3))
    finally:
        os.kill(process.pid, signal.SIGCONT)
    async with asyncio.timeout(20):
        while True:
            async with database.read() as db:
                query = sa.select(turn).where(turn.c.conversation_id == chat.id, turn.c.seq == asked["seq"])
                row = (await db.execute(query)).one()
            if row.state != "due":
                break
            await asyncio.sleep(0.1)
    assert row.state == "suggested" and ANSWER in plain_text(row.suggestion)
    await asyncio.sleep(0.5)
    assert not [words for m in await chat.messages() if ANSWER in (words := plain(m))]
    async with database.write() as db:
        await db.execute(staff.update().where(staff.c.id == lee).values(status="away", seen_at=0.0))
    me = Person(lee, "Lee", Status.AVAILABLE, 3)
    await app[keys.CLAIMS].reply(chat.id, me, "r", "On Orchard Avenue.")
    await app[keys.CLAIMS].give_back(chat.id, me)
    assert "9 Mill Lane" in await chat.say("where is riverside?")
    assert not [words for m in await chat.messages() if ANSWER in (words := plain(m))]
