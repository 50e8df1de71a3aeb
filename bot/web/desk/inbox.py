"""The inbox: messages that patrons left, and chats that nobody took."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.model import channel_name
from bot.conversations.handoff import DESK
from bot.conversations.left_messages import HERE
from bot.conversations.model import Conversation, Sender, text_block
from bot.storage.models import conversation, handoff, left_message, mail, message, outbound, staff
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import AnsweredAlready, NotDelivered, NotThere
from bot.web.desk.names import branch_name, language_name
from bot.web.desk.reach import Undelivered, reach_of, undelivered
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role, StaffMember
from bot.wording import DEFAULT_LANGUAGE

DONE_SHOWN = 50
MISSED_SHOWN = 50


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/inbox", show, role=Role.AGENT)
    guard.add(app, "GET", r"/desk/inbox/{number:\d{1,9}}", show_one, role=Role.AGENT)
    guard.add(app, "POST", r"/desk/inbox/{number:\d{1,9}}/done", mark_done, role=Role.AGENT)
    guard.add(app, "POST", r"/desk/inbox/{number:\d{1,9}}/reopen", reopen, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the messages, the open ones first and the oldest of them on top; missed chats beneath."""
    waiting = _messages().where(left_message.c.state == "open").order_by(left_message.c.at, left_message.c.id)
    done = _messages().where(left_message.c.state == "done").order_by(left_message.c.done_at.desc()).limit(DONE_SHOWN)
    answered = sa.exists().where(left_message.c.conversation_id == handoff.c.conversation_id)
    later = handoff.alias("later")
    asked_again = sa.exists().where(later.c.conversation_id == handoff.c.conversation_id, later.c.id > handoff.c.id)
    missed = (
        sa.select(handoff, conversation.c.lang, conversation.c.branch, conversation.c.last_at)
        .join(conversation, conversation.c.id == handoff.c.conversation_id)
        .where(handoff.c.state == "missed", ~answered, ~asked_again)
        .order_by(handoff.c.requested_at.desc())
        .limit(MISSED_SHOWN)
    )
    async with request.app[keys.DATABASE].read() as db:
        rows = [(await db.execute(query)).all() for query in (waiting, done, missed)]
    shown = [[_told(request, row) for row in part] for part in rows]
    return await page(request, "inbox.html", waiting=shown[0], done=shown[1], missed=shown[2])


async def show_one(request: web.Request) -> web.Response:
    """Show one message."""
    async with request.app[keys.DATABASE].read() as db:
        row = await _row(db, forms.number_in(request, "number"))
        sent = await db.execute(
            sa.select(mail.c.state, mail.c.problem)
            .where(mail.c.left_message_id == row.id, mail.c.recipient == row.contact)
            .order_by(mail.c.id.desc())
            .limit(1)
        )
        letter = sent.one_or_none()
        talk = await request.app[keys.LOG].read(db, row.conversation_id)
        reach = await reach_of(request.app, db, talk)
        answer = await _answer(db, row) if row.contact_kind == HERE else None
    async with request.app[keys.DATABASE].write() as db:
        now = request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, request[guard.STAFF], "read", row.conversation_id, at=now, reference=row.reference)
    by_mail = row.contact_kind == "email" and request.app[keys.OUTBOX].settings.on
    return await page(
        request,
        "message.html",
        one=_told(request, row),
        row=row,
        by_mail=by_mail,
        letter=letter,
        here=row.contact_kind == HERE,
        reach=asdict(reach) if reach is not None else None,
        until=None if reach is None or reach.left is None else now + reach.left,
        answer=answer,
        signed=request[guard.STAFF].shown_as,
    )


async def mark_done(request: web.Request) -> web.Response:
    """Mark a message as done; an answer is mailed to the patron, or sent into the chat, where that is possible."""
    answer = await forms.text(request, "answer")
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    mailed = sent = False
    async with request.app[keys.DATABASE].write() as db:
        row = await _row(db, forms.number_in(request, "number"))
        # Locked first, as everybody does who changes something of a conversation: so nobody waits in a circle.
        talk = await request.app[keys.LOG].locked(db, row.conversation_id)
        row = await _row(db, row.id)
        values = {"state": "done", "staff_id": who.id, "done_at": now, "answer": answer or None}
        changed = await db.execute(
            left_message.update().where(left_message.c.id == row.id, left_message.c.state == "open").values(values)
        )
        if not changed.rowcount:
            if (row.staff_id, row.answer) != (who.id, values["answer"]):
                raise AnsweredAlready
            return see_other("/desk/inbox", "done")  # the same form, sent twice
        if answer and row.contact_kind == "email" and await forms.value(request, "mail"):
            mailed = await _mail(request, db, row, answer)
        elif answer and row.contact_kind == HERE and await forms.value(request, "send"):
            await _send(request, db, talk, row, who, answer)
            sent = True
        details = {"mailed": mailed} | ({"sent": sent} if row.contact_kind == HERE else {})
        await audit.record(db, who, "inbox_done", row.conversation_id, at=now, reference=row.reference, **details)
    if sent:
        request.app[keys.HANDOFFS].changed(row.conversation_id)
    request.app[keys.LOG].hub.wake(DESK)
    return see_other("/desk/inbox", "mailed" if mailed else "answered_here" if sent else "done")


async def reopen(request: web.Request) -> web.Response:
    """Put a message that was done back among the open ones."""
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        row = await _row(db, forms.number_in(request, "number"))
        values = {"state": "open", "staff_id": None, "done_at": None}
        await db.execute(left_message.update().where(left_message.c.id == row.id).values(values))
        await audit.record(db, who, "inbox_reopened", row.conversation_id, at=now, reference=row.reference)
    request.app[keys.LOG].hub.wake(DESK)
    return see_other(f"/desk/inbox/{row.id}", "reopened_message")


async def _send(
    request: web.Request, db: AsyncConnection, talk: Conversation, row: Any, who: StaffMember, answer: str
) -> None:
    """Put the answer into the chat, in the caller's transaction; raise NotDelivered where it would not arrive."""
    reach = await reach_of(request.app, db, talk)
    if reach is not None and reach.problem:
        raise NotDelivered(f"{reach.problem} The message is still open; go back to keep your words.")
    before = await db.execute(sa.select(sa.func.count()).select_from(message).where(_answers(row)))
    await request.app[keys.LOG].append(
        db,
        talk,
        Sender.STAFF,
        [text_block(answer)],
        name=who.shown_as,
        client_id=f"{_key(row)}{before.scalar_one()}",
    )


async def _answer(db: AsyncConnection, row: Any) -> dict[str, Any] | None:
    """Return where the newest answer stands in the chat, and what became of it; None where there is none."""
    seq = (await db.execute(sa.select(sa.func.max(message.c.seq)).where(_answers(row)))).scalar_one_or_none()
    if seq is None:
        return None
    missed: Undelivered | None = (await undelivered(db, row.conversation_id)).get(seq)
    here = (outbound.c.conversation_id == row.conversation_id) & (outbound.c.seq == seq)
    states = set((await db.execute(sa.select(outbound.c.state).where(here))).scalars())
    return {"seq": seq, "missed": missed, "arrived": states == {"sent"}}


def _answers(row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        message.c.conversation_id == row.conversation_id,
        message.c.client_id.startswith(_key(row), autoescape=True),
    )


def _key(row: Any) -> str:
    return f"inbox-{row.id}-"


async def _mail(request: web.Request, db: AsyncConnection, row: Any, answer: str) -> bool:
    library, say = request.app[keys.KNOWLEDGE].library, request.app[keys.WORDING].say
    facts = {
        "library": library.name.to(row.lang),
        "phone": library.phone,
        "reference": row.reference,
        "question": row.question,
        "answer": answer,
    }
    greeting = "utter_inbox_answer_greeting_name" if row.name else "utter_inbox_answer_greeting"
    body = (say(greeting, row.lang, name=row.name or ""), say("utter_inbox_answer", row.lang, **facts))
    return await request.app[keys.OUTBOX].put(
        db,
        row.conversation_id,
        row.id,
        recipient=row.contact,
        reply_to=request.app[keys.OUTBOX].settings.desk,
        subject=say("utter_inbox_answer_subject", row.lang, reference=row.reference),
        body="\n\n".join(body),
    )


def _messages() -> sa.Select[Any]:
    return (
        sa.select(left_message, staff.c.shown_as, conversation.c.channel)
        .join(conversation, conversation.c.id == left_message.c.conversation_id)
        .outerjoin(staff, staff.c.id == left_message.c.staff_id)
    )


async def _row(db: AsyncConnection, number: int) -> Any:
    row = (await db.execute(_messages().where(left_message.c.id == number))).one_or_none()
    if row is None:
        raise NotThere("This message is not there, or no longer.")
    return row


def _told(request: web.Request, row: Any) -> dict[str, Any]:
    return (
        dict(row._mapping)
        | {
            "branch": branch_name(request.app, row.branch),
            "language": language_name(row.lang or DEFAULT_LANGUAGE),
        }
        | ({"channel": channel_name(row.channel)} if "channel" in row._mapping else {})
    )
