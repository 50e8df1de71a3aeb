"""The patron API: begin a chat, write in it, read it, forget it."""

from __future__ import annotations

import asyncio
import logging
import math

from aiohttp import WSCloseCode, web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.conversations.errors import BadChoice, BadToken, ChatGone, Paused
from bot.conversations.model import Conversation, Message, Mode, Sender
from bot.conversations.text import clean
from bot.web import stream
from bot.web.bodies import json_body, number
from bot.web.errors import RateLimited
from bot.web.keys import (
    BRAIN,
    DATABASE,
    HANDOFFS,
    KNOWLEDGE,
    LANGUAGE,
    LEFT_MESSAGES,
    LIMITS,
    LOG,
    PAUSE,
    RATINGS,
    SURVEYS,
    WORKER,
)
from bot.web.messages import render
from bot.web.patron.carry import give_code, take_over
from bot.web.patron.greeting import language_of, mark, policy, welcome

log = logging.getLogger(__name__)

BODY_MOST = 8 * 1024  # bytes
CLOSE_BAD_TOKEN = 4403


class Begin(BaseModel):
    """The body of POST /api/v1/chats."""

    model_config = ConfigDict(extra="ignore")
    lang: str | None = Field(default=None, max_length=35)
    branch: str | None = Field(default=None, max_length=64)
    context: str | None = Field(default=None, max_length=1000)
    code: str | None = Field(default=None, max_length=40)


class Send(BaseModel):
    """The body of POST /api/v1/chats/{id}/messages: free text, or the payload of an offered choice."""

    model_config = ConfigDict(extra="ignore")
    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    text: str | None = None
    payload: str | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Send:
        """Refuse neither and both."""
        if (self.text is None) == (self.payload is None):
            raise ValueError("give text or payload")
        return self


class Form(BaseModel):
    """The body of POST /api/v1/chats/{id}/forms: the fields of the form in message `seq`."""

    model_config = ConfigDict(extra="ignore")
    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    seq: int = Field(ge=1, lt=2**31)
    values: dict[str, str] = Field(max_length=10)


class Rate(BaseModel):
    """The body of POST /api/v1/chats/{id}/rating: of the message `seq`, or of the whole talk."""

    model_config = ConfigDict(extra="ignore")
    seq: int = Field(default=0, ge=0, lt=2**31)
    value: str = Field(max_length=8)
    comment: str = Field(default="", max_length=2000)


def add_routes(app: web.Application) -> None:
    """Add the patron API's routes."""
    app.router.add_post("/api/v1/chats", begin)
    app.router.add_post("/api/v1/chats/{id}/messages", send)
    app.router.add_get("/api/v1/chats/{id}/messages", messages)
    app.router.add_get("/api/v1/chats/{id}/ws", live)
    app.router.add_post("/api/v1/chats/{id}/forms", fill_in)
    app.router.add_post("/api/v1/chats/{id}/rating", rate)
    app.router.add_post("/api/v1/chats/{id}/code", carry)
    app.router.add_delete("/api/v1/chats/{id}", forget)
    app.router.add_get("/health/live", alive)
    app.router.add_get("/health/ready", ready)


async def begin(request: web.Request) -> web.Response:
    """Begin a chat, or go on with the one that a code stands for."""
    _count_request(request)
    body = await json_body(request, Begin)
    library = request.app[KNOWLEDGE].library
    lang = language_of(body.lang, request)
    request[LANGUAGE] = lang
    if body.code is not None:
        return await _began(request, *await take_over(request, body.code))
    branch = body.branch if body.branch in {branch.id for branch in library.branches} else None
    context = _printable(body.context)[:200] if body.context else None
    first = welcome(request.app, lang)
    begun = await request.app[LOG].begin("web", lang, first, branch, context, mark(request.app))
    return await _began(request, begun.conversation, begun.token, [begun.welcome])


async def _began(request: web.Request, talk: Conversation, token: str, said: list[Message]) -> web.Response:
    return web.json_response(
        {
            "id": talk.id,
            "token": token,
            "seq": said[-1].seq,
            "mode": talk.mode.value,
            "lang": talk.lang,
            "policy": policy(request.app),
            "messages": [render(one) for one in said],
            "state": await _reader(request, talk).state(talk.mode, talk.lang),
        },
        status=201,
    )


async def send(request: web.Request) -> web.Response:
    """Take a patron's message."""
    _count_request(request)
    talk = await _opened(request)
    body = await json_body(request, Send)
    if wait := request.app[LIMITS].message(talk.id):
        raise RateLimited(seconds=math.ceil(wait))
    if body.payload is not None and not (body.payload.startswith("do.") or _is_choice_key(body.payload)):
        raise BadChoice
    if talk.mode is Mode.BOT and (notice := await request.app[PAUSE].notice(talk.lang)) is not None:
        raise Paused(notice=notice)
    text = None if body.text is None else clean(body.text)
    handoffs = request.app[HANDOFFS]
    receipt = await handoffs.command(talk, body.client_id, text, body.payload)
    if receipt is None:
        receipt = await request.app[LOG].receive(talk.id, body.client_id, text=text, choice_key=body.payload)
        if talk.mode is not Mode.BOT:
            handoffs.changed(talk.id)
    request.app[WORKER].notify(talk.id)
    return web.json_response({"message": render(receipt.message)}, status=201 if receipt.new else 200)


async def messages(request: web.Request) -> web.Response:
    """Return the messages after a seq, waiting for the first one if asked to."""
    if wait := request.app[LIMITS].read(request):
        raise RateLimited(seconds=math.ceil(wait))
    talk = await _opened(request)
    after, wait = number(request, "after", stream.SEQ_MOST), number(request, "wait", stream.WAIT_MOST)
    answer = await stream.poll(_reader(request, talk), after, wait)
    if rated := await request.app[RATINGS].given(talk.id):
        answer["rated"] = rated
    return web.json_response(answer)


async def live(request: web.Request) -> web.WebSocketResponse:
    """Push messages, typing and changes of state until the client leaves."""
    socket = web.WebSocketResponse(heartbeat=stream.HEARTBEAT_SECONDS, max_msg_size=BODY_MOST, compress=False)
    await socket.prepare(request)
    try:
        if request.app[LIMITS].read(request):
            raise ValueError("too many sockets")
        first = await stream.first_frame(socket)
        talk, after = await request.app[LOG].open(_id(request), str(first["token"])), stream.seq_in(first)
    except ChatGone:
        await socket.close(code=stream.CLOSE_GONE, message=b"chat_gone")
        return socket
    except BadToken:
        await socket.close(code=CLOSE_BAD_TOKEN, message=b"bad_token")
        return socket
    except (ValueError, TypeError, KeyError, TimeoutError):
        # Too many, too late or not understood: the client may try again.
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"first_frame")
        return socket
    await stream.serve(_reader(request, talk), socket, after)
    if not socket.closed:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    return socket


async def fill_in(request: web.Request) -> web.Response:
    """Take what was put into a form that was offered: the answer to a survey, or a message for the desk."""
    _count_request(request)
    talk = await _opened(request)
    body = await json_body(request, Form)
    if await request.app[SURVEYS].answer(talk.id, body.seq, body.values):
        return web.json_response({"ok": True}, status=201)
    reference = await request.app[LEFT_MESSAGES].leave(talk.id, body.client_id, body.seq, body.values)
    return web.json_response({"reference": reference}, status=201)


async def rate(request: web.Request) -> web.Response:
    """Take what a patron thought of an answer or of the talk."""
    _count_request(request)
    talk = await _opened(request)
    body = await json_body(request, Rate)
    await request.app[RATINGS].rate(talk.id, body.seq, body.value, body.comment)
    return web.json_response({"ok": True})


async def carry(request: web.Request) -> web.Response:
    """Give a code by which the chat goes on at another place, and the places."""
    _count_request(request)
    talk = await _opened(request)
    if wait := request.app[LIMITS].message(talk.id):
        raise RateLimited(seconds=math.ceil(wait))
    return web.json_response(await give_code(request, talk), status=201)


async def forget(request: web.Request) -> web.Response:
    """Remove the chat everywhere."""
    _count_request(request)
    talk = await _opened(request)
    await request.app[LOG].forget(talk.id)
    request.app[HANDOFFS].changed(talk.id)
    return web.Response(status=204)


async def alive(_: web.Request) -> web.Response:
    """Say that this process runs."""
    return web.json_response({"ok": True})


async def ready(request: web.Request) -> web.Response:
    """Say whether a chat begun now would be answered: the database takes writes, and Rasa and its actions answer."""
    try:
        async with asyncio.timeout(3), request.app[DATABASE].write():
            stored = True
    except Exception:
        log.exception("the database does not take writes")
        stored = False
    answered = await request.app[BRAIN].ready()
    good = stored and answered
    return web.json_response({"ok": good, "database": stored, "assistant": answered}, status=200 if good else 503)


def _reader(request: web.Request, talk: Conversation) -> stream.Reader:
    async def here(mode: Mode) -> None:
        if mode in (Mode.WAITING, Mode.STAFF):
            await request.app[HANDOFFS].patron_is_here(talk.id)

    return stream.Reader(request.app, talk, Sender.PATRON, here=here)


async def _opened(request: web.Request) -> Conversation:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise BadToken
    talk = await request.app[LOG].open(_id(request), token.strip())
    request[LANGUAGE] = talk.lang
    return talk


def _id(request: web.Request) -> str:
    found = request.match_info["id"]
    if not found.isascii() or not found.replace("-", "").isalnum() or len(found) > 64:
        raise ChatGone
    return found


def _count_request(request: web.Request) -> None:
    if wait := request.app[LIMITS].request(request):
        raise RateLimited(seconds=math.ceil(wait))


def _is_choice_key(payload: str) -> bool:
    seq, dot, index = payload.partition(".")
    return bool(dot) and all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (seq, index))


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
