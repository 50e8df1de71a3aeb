"""Mail leaves by a real server, once, and waits for one that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.clock import FrozenClock
from bot.conversations import mail as outbox
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog
from bot.conversations.mail import MailSettings
from bot.conversations.model import text_block
from bot.run import free_port
from bot.storage.engine import Database
from bot.storage.models import mail
from tests.unit.a_desk import Desk, a_desk

VALUES = {"question": "¿Tienen «Cien años de soledad»?\nGracias", "contact": "pat@example.org", "name": "Pat"}


class Inbox:
    """Takes every letter, or answers as the test says."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.answer = "250 OK"
        self.recipient = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.letters.append(envelope)
        return self.answer


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, Controller]]:
    taker = Inbox()
    controller = Controller(taker, hostname="127.0.0.1", port=free_port())
    yield taker, controller
    controller.stop(no_assert=True)


@pytest.fixture
async def desk(database_url: str, inbox: tuple[Inbox, Controller]) -> AsyncIterator[Desk]:
    database = Database(database_url)
    log = ConversationLog(
        database, FrozenClock(datetime(2026, 11, 21, 19, 5, tzinfo=UTC)), Tokens(b"test"), Hub(), answer_within=30
    )
    server = f"smtp://127.0.0.1:{inbox[1].port}"
    yield a_desk(log, MailSettings(server, "chat@library.example", "desk@library.example", "The Library"))
    await database.close()


async def leave(desk: Desk, **changes: str) -> str:
    talk = (await desk.log.begin("web", "es", [text_block("hola")])).conversation.id
    async with desk.log.database.read() as db:
        known = await desk.log.read(db, talk)
    await desk.handoffs.command(known, "m", None, "do.message")
    return await desk.left.leave(talk, "f", 3, VALUES | changes)


async def rows(desk: Desk) -> list[Any]:
    async with desk.log.database.read() as db:
        return list(await db.execute(sa.select(mail).order_by(mail.c.id)))


async def due_now(desk: Desk) -> None:
    """Let the pause before the next attempt be over."""
    async with desk.log.database.write() as db:
        await db.execute(mail.update().values(next_at=0.0))


async def test_left_message_is_mailed_to_the_desk_and_answered_to_the_patron(
    desk: Desk, inbox: tuple[Inbox, Controller]
) -> None:
    taker, controller = inbox
    controller.start()
    reference = await leave(desk)
    assert await desk.outbox.send_next() and not await desk.outbox.send_next()
    (letter,) = taker.letters
    assert letter.rcpt_tos == ["desk@library.example"] and letter.mail_from == "chat@library.example"
    import email
    from email.policy import default

    read = email.message_from_bytes(letter.content, policy=default)
    assert reference in read["Subject"] and read["Reply-To"] == "pat@example.org"
    words = read.get_content()
    assert "Cien años de soledad" in words and "Name: Pat" in words and reference in words
    (row,) = await rows(desk)
    assert (row.state, row.body) == ("sent", "")


async def test_dead_server_loses_nothing(
    desk: Desk, inbox: tuple[Inbox, Controller], caplog: pytest.LogCaptureFixture
) -> None:
    taker, controller = inbox
    await leave(desk)
    assert await desk.outbox.send_next()
    assert not await desk.outbox.send_next()  # not before its pause is over
    (row,) = await rows(desk)
    assert (row.state, row.attempts) == ("due", 1) and "Cien años" in row.body
    assert "Cien años" not in caplog.text and "pat@example.org" not in caplog.text
    controller.start()
    taker.answer = "451 try again later"
    await due_now(desk)
    await desk.outbox.send_next()
    assert taker.letters == []
    taker.answer = "250 OK"
    await due_now(desk)
    await desk.outbox.send_next()
    assert len(taker.letters) == 1 and (await rows(desk))[0].state == "sent"


async def test_server_that_asks_to_come_again_is_asked_again_and_a_no_is_a_no(
    desk: Desk, inbox: tuple[Inbox, Controller]
) -> None:
    taker, controller = inbox
    controller.start()
    await leave(desk)
    for answer, state in (("450 greylisted", "due"), ("550 no such mailbox", "failed")):
        taker.recipient = answer
        await due_now(desk)
        await desk.outbox.send_next()
        assert [row.state for row in await rows(desk)] == [state]


async def test_letter_that_cannot_be_written_is_tried_a_while_and_does_not_stop_the_others(
    desk: Desk, inbox: tuple[Inbox, Controller]
) -> None:
    _, controller = inbox
    controller.start()
    await leave(desk)
    async with desk.log.database.write() as db:
        await db.execute(mail.update().values(reply_to="=?utf-8?q??=@x.org"))
    await leave(desk, contact="other@example.org")
    while await desk.outbox.send_next():
        pass
    assert [row.state for row in await rows(desk)] == ["due", "sent"] and (await rows(desk))[0].problem


async def test_of_two_gateways_one_sends(desk: Desk, inbox: tuple[Inbox, Controller]) -> None:
    taker, controller = inbox
    controller.start()
    for number in range(10):
        await leave(desk, contact=f"pat{number}@example.org")

    async def gateway() -> None:
        while await desk.outbox.send_next():
            pass

    await asyncio.gather(gateway(), gateway(), gateway())
    await gateway()
    assert len(taker.letters) == 10 and {row.state for row in await rows(desk)} == {"sent"}


async def test_mail_that_no_server_ever_takes_is_given_up_and_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "ATTEMPTS_MOST", 3)
    await leave(desk)
    for _ in range(3):
        await due_now(desk)
        await desk.outbox.send_next()
    (row,) = await rows(desk)
    assert row.state == "failed" and "Cien años" in row.body and row.problem


async def test_forgotten_conversation_takes_its_mail_along(desk: Desk) -> None:
    await leave(desk)
    (row,) = await rows(desk)
    await desk.log.forget(row.conversation_id)
    assert await rows(desk) == []


async def test_without_a_mail_server_the_message_is_in_the_inbox_only(desk: Desk) -> None:
    plain = a_desk(desk.log)
    assert await leave(plain)
    assert await rows(desk) == []
