"""The live desk: its page, and the JSON and sockets behind it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, ConfigDict, Field

from bot.conversations.errors import ChatGone
from bot.conversations.handoff import DESK, Outcome
from bot.conversations.model import Conversation, Sender
from bot.conversations.presence import Person, Status
from bot.storage.models import canned_reply, staff
from bot.web import stream
from bot.web.bodies import json_body, number
from bot.web.desk import audit, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.live_view import context, desk_state
from bot.web.desk.reach import for_composer
from bot.web.desk.render import page
from bot.web.desk.sessions import Role
from bot.web.keys import CLAIMS, CLOCK, DATABASE, KNOWLEDGE, LOG, PRESENCE, WORKER
from bot.web.limits import Bucket
from bot.web.messages import render
from bot.wording import DEFAULT_LANGUAGE

CLOSE_SIGNED_OUT = 4401
REFRESH_SECONDS = 10.0  # between two looks at everything, with news or without
ALIVE_SECONDS = 10.0  # between two notes that a desk is open
READ_AGAIN_SECONDS = 600.0  # for which a talk that stays open counts as read once
FRAME_MOST = 64 * 1024  # bytes
_ID = re.compile(r"[a-z0-9-]{1,64}")

Act = Callable[[web.Request, str, Person], Awaitable[None]]

READ = web.AppKey("desk_read", dict[tuple[int, str], float])
"""When each member of staff last opened each talk, so that the audit log has one line for it."""


class Reply(BaseModel):
    """A reply to the patron."""

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    text: str = Field(max_length=20_000)


class Claim(BaseModel):
    """A claim; `over`: although the own limit is reached."""

    over: bool = False


class End(BaseModel):
    """The end of a talk."""

    outcome: Outcome
    tags: list[str] = Field(default=[], max_length=20)


class Transfer(BaseModel):
    """An offer to a colleague."""

    to: int
    note: str = Field(min_length=1, max_length=4000)


class Note(BaseModel):
    """An internal note."""

    text: str = Field(max_length=20_000)


class Tags(BaseModel):
    """The tags of a talk."""

    tags: list[str] = Field(max_length=20)


class Choice(BaseModel):
    """A status."""

    status: Status


class Preferences(BaseModel):
    """How the desk behaves for one person."""

    model_config = ConfigDict(extra="forbid")
    sound: bool = True
    alerts: bool = False
    alert_words: bool = False
    single_keys: bool = True
    ctrl_enter: bool = False


def add_routes(app: web.Application) -> None:
    """Add the live desk's routes."""
    app[READ] = {}
    guard.add(app, "GET", "/desk", desk, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/state", state, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/ws", live, role=Role.AGENT)
    guard.add(app, "POST", "/desk/api/status", choose_status, role=Role.AGENT)
    guard.add(app, "POST", "/desk/api/preferences", choose_preferences, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/replies", replies, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/chats/{id}", about, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/chats/{id}/messages", messages, role=Role.AGENT)
    guard.add(app, "GET", "/desk/api/chats/{id}/ws", talk_live, role=Role.AGENT)
    guard.add(app, "POST", "/desk/api/chats/{id}/messages", reply, role=Role.AGENT)
    for name, act in ACTS.items():
        guard.add(app, "POST", f"/desk/api/chats/{{id}}/{name}", _handler(act), role=Role.AGENT)


async def desk(request: web.Request) -> web.Response:
    """Show the live desk."""
    library = request.app[KNOWLEDGE].library
    name = library.name.to(DEFAULT_LANGUAGE)
    return await page(request, "live.html", library=name, phone=library.phone, channels=for_composer())


async def state(request: web.Request) -> web.Response:
    """Return the lists of the desk."""
    return web.json_response(await desk_state(request.app, request[guard.STAFF]))


async def live(request: web.Request) -> web.WebSocketResponse:
    """Push the lists of the desk whenever they change; while this socket is open its owner is at the desk."""
    socket = await _socket(request)
    try:
        first = await stream.first_frame(socket)
        if not guard.check_csrf(request, first.get("csrf")):
            raise ValueError("token")
    except (ValueError, TypeError, TimeoutError):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"first_frame")
        return socket
    frames = Bucket(stream.FRAMES_A_MINUTE)
    async with stream.beside(socket, _push_lists(request, socket)):
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT or frames.take():
                break
            await guard.still_signed_in(request, active=True)
    if not socket.closed:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    return socket


async def choose_status(request: web.Request) -> web.Response:
    """Set what the person says of themselves."""
    body = await json_body(request, Choice)
    if body.status is Status.OFFLINE:
        raise BadForm
    await request.app[PRESENCE].choose(request[guard.STAFF].id, body.status)
    request.app[LOG].hub.wake(DESK)
    return web.json_response({"ok": True})


async def choose_preferences(request: web.Request) -> web.Response:
    """Set how the desk behaves for the person."""
    body = await json_body(request, Preferences)
    async with request.app[DATABASE].write() as db:
        me = staff.c.id == request[guard.STAFF].id
        kept = (await db.execute(sa.select(staff.c.preferences).where(me))).scalar_one()
        await db.execute(staff.update().where(me).values(preferences=kept | body.model_dump(exclude_unset=True)))
    request.app[LOG].hub.wake(DESK)
    return web.json_response({"ok": True})


async def replies(request: web.Request) -> web.Response:
    """Return the canned replies that the person may use, own ones first."""
    me = request[guard.STAFF].id
    query = sa.select(canned_reply).where((canned_reply.c.staff_id == me) | canned_reply.c.staff_id.is_(None))
    async with request.app[DATABASE].read() as db:
        rows = list(await db.execute(query.order_by(canned_reply.c.shortcut, canned_reply.c.id)))
    shown = [
        {"id": row.id, "shortcut": row.shortcut, "text": row.text, "lang": row.lang, "own": row.staff_id == me}
        for row in sorted(rows, key=lambda row: row.staff_id is None)
    ]
    return web.json_response({"replies": shown})


async def about(request: web.Request) -> web.Response:
    """Return what is known of a talk; opening it is noted in the audit log."""
    conversation_id = _id(request)
    found = await context(request.app, request[guard.STAFF], conversation_id)
    await _note_reading(request, conversation_id)
    return web.json_response(found)


async def messages(request: web.Request) -> web.Response:
    """Return the messages of a talk, as the patron's API does."""
    talk = await _talk(request)
    await _note_reading(request, talk.id)
    after, wait = number(request, "after", stream.SEQ_MOST), number(request, "wait", stream.WAIT_MOST)
    return web.json_response(await stream.poll(_reader(request, talk), after, wait))


async def talk_live(request: web.Request) -> web.WebSocketResponse:
    """Push a talk's messages, typing and state, as the patron's API does."""
    talk = await _talk(request)
    await _note_reading(request, talk.id)
    socket = await _socket(request)
    try:
        first = await stream.first_frame(socket)
        if not guard.check_csrf(request, first.get("token")):
            raise ValueError("token")
        after = stream.seq_in(first)
    except (ValueError, TypeError, TimeoutError):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"first_frame")
        return socket
    async with stream.beside(socket, _end_with_session(request, socket)):
        await stream.serve(_reader(request, talk), socket, after)
    if not socket.closed:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    return socket


async def reply(request: web.Request) -> web.Response:
    """Store a reply of the talk's owner."""
    body = await json_body(request, Reply)
    receipt = await request.app[CLAIMS].reply(_id(request), request[guard.STAFF].person, body.client_id, body.text)
    return web.json_response({"message": render(receipt.message)}, status=201 if receipt.new else 200)


async def claim(request: web.Request, conversation_id: str, person: Person) -> None:
    """Take a waiting talk."""
    body = await json_body(request, Claim)
    await request.app[CLAIMS].claim(conversation_id, person, over=body.over)


async def release(request: web.Request, conversation_id: str, person: Person) -> None:
    """Put a talk back into the queue."""
    await request.app[CLAIMS].release(conversation_id, person)


async def give_back(request: web.Request, conversation_id: str, person: Person) -> None:
    """Let the assistant answer again."""
    await request.app[CLAIMS].give_back(conversation_id, person)
    request.app[WORKER].notify(conversation_id)


async def end(request: web.Request, conversation_id: str, person: Person) -> None:
    """End a talk."""
    body = await json_body(request, End)
    if body.outcome not in (Outcome.ANSWERED, Outcome.REFERRED, Outcome.FOLLOW_UP, Outcome.NO_REPLY):
        raise BadForm
    await request.app[CLAIMS].end(conversation_id, person, body.outcome, body.tags)


async def transfer(request: web.Request, conversation_id: str, person: Person) -> None:
    """Offer a talk to a colleague."""
    body = await json_body(request, Transfer)
    await request.app[CLAIMS].offer(conversation_id, person, body.to, body.note)


async def accept(request: web.Request, conversation_id: str, person: Person) -> None:
    """Take over an offered talk."""
    await request.app[CLAIMS].accept(conversation_id, person)


async def decline(request: web.Request, conversation_id: str, person: Person) -> None:
    """Refuse an offered talk."""
    await request.app[CLAIMS].decline(conversation_id, person)


async def cancel(request: web.Request, conversation_id: str, person: Person) -> None:
    """Withdraw an offer."""
    await request.app[CLAIMS].cancel(conversation_id, person)


async def add_note(request: web.Request, conversation_id: str, person: Person) -> None:
    """Keep a note."""
    body = await json_body(request, Note)
    await request.app[CLAIMS].add_note(conversation_id, person, body.text)


async def set_tags(request: web.Request, conversation_id: str, person: Person) -> None:
    """Set the tags."""
    body = await json_body(request, Tags)
    await request.app[CLAIMS].set_tags(conversation_id, body.tags)


ACTS: dict[str, Act] = {
    "claim": claim,
    "release": release,
    "give-back": give_back,
    "end": end,
    "transfer": transfer,
    "transfer-accept": accept,
    "transfer-decline": decline,
    "transfer-cancel": cancel,
    "note": add_note,
    "tags": set_tags,
}


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        await act(request, _id(request), request[guard.STAFF].person)
        return web.json_response({"ok": True})

    return handler


async def _push_lists(request: web.Request, socket: web.WebSocketResponse) -> None:
    app, noted = request.app, 0.0
    with app[LOG].hub.subscribe(DESK) as subscription:
        while True:
            me = await guard.still_signed_in(request)
            if me is None:
                await socket.close(code=CLOSE_SIGNED_OUT, message=b"signed_out")
                return
            if time.monotonic() - noted >= ALIVE_SECONDS:
                noted = time.monotonic()
                await app[PRESENCE].alive(me.id)
            await socket.send_json({"state": await desk_state(app, me)})
            subscription.signals.clear()
            await subscription.wait(REFRESH_SECONDS)


async def _end_with_session(request: web.Request, socket: web.WebSocketResponse) -> None:
    while await guard.still_signed_in(request) is not None:  # noqa: ASYNC110 (sessions end in the database)
        await asyncio.sleep(REFRESH_SECONDS)
    await socket.close(code=CLOSE_SIGNED_OUT, message=b"signed_out")


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=stream.HEARTBEAT_SECONDS, max_msg_size=FRAME_MOST, compress=False)
    await socket.prepare(request)
    return socket


async def _note_reading(request: web.Request, conversation_id: str) -> None:
    me, now = request[guard.STAFF], time.monotonic()
    known = request.app[READ]
    if now - known.get((me.id, conversation_id), -READ_AGAIN_SECONDS) < READ_AGAIN_SECONDS:
        return
    for key in [key for key, at in known.items() if now - at > READ_AGAIN_SECONDS]:
        del known[key]
    known[me.id, conversation_id] = now
    async with request.app[DATABASE].write() as db:
        await audit.record(db, me, "read", conversation_id, at=request.app[CLOCK].now().timestamp())


async def _talk(request: web.Request) -> Conversation:
    async with request.app[DATABASE].read() as db:
        return await request.app[LOG].read(db, _id(request))


def _reader(request: web.Request, talk: Conversation) -> stream.Reader:
    return stream.Reader(request.app, talk, Sender.STAFF, request[guard.STAFF].shown_as)


def _id(request: web.Request) -> str:
    found = request.match_info["id"]
    if not _ID.fullmatch(found):
        raise ChatGone
    return found
