"""The patron API: begin a chat, write in it, read it, forget it."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from typing import TypeVar

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.conversations.errors import BadChoice, BadToken, ChatGone
from bot.conversations.log import PAGE
from bot.conversations.model import Conversation
from bot.conversations.text import clean
from bot.web.errors import BadRequest, RateLimited
from bot.web.keys import BRAIN, DATABASE, KNOWLEDGE, LANGUAGE, LIMITS, LOG, WORKER
from bot.web.limits import Bucket
from bot.web.patron.greeting import language_of, policy, welcome
from bot.web.patron.render import render

log = logging.getLogger(__name__)

BODY_MOST = 8 * 1024  # bytes
WAIT_MOST = 25.0  # seconds that a GET may wait for news
FIRST_FRAME_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
FRAMES_A_MINUTE = 120
LOOK_AGAIN_SECONDS = 20.0  # readers are woken by news; this is for news that got lost on the way
CLOSE_BAD_TOKEN, CLOSE_GONE = 4403, 4410

Body = TypeVar("Body", bound=BaseModel)


class Begin(BaseModel):
    """The body of POST /api/v1/chats."""

    model_config = ConfigDict(extra="ignore")
    lang: str | None = Field(default=None, max_length=35)
    branch: str | None = Field(default=None, max_length=64)
    context: str | None = Field(default=None, max_length=1000)


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


def add_routes(app: web.Application) -> None:
    """Add the patron API's routes."""
    app.router.add_post("/api/v1/chats", begin)
    app.router.add_post("/api/v1/chats/{id}/messages", send)
    app.router.add_get("/api/v1/chats/{id}/messages", messages)
    app.router.add_get("/api/v1/chats/{id}/ws", live)
    app.router.add_delete("/api/v1/chats/{id}", forget)
    app.router.add_get("/health/live", alive)
    app.router.add_get("/health/ready", ready)


async def begin(request: web.Request) -> web.Response:
    """Begin a chat."""
    _count_request(request)
    body = await _body(request, Begin)
    library = request.app[KNOWLEDGE].library
    lang = language_of(body.lang, request)
    request[LANGUAGE] = lang
    branch = body.branch if body.branch in {branch.id for branch in library.branches} else None
    context = _printable(body.context)[:200] if body.context else None
    begun = await request.app[LOG].begin("web", lang, welcome(request.app, lang), branch, context)
    return web.json_response(
        {
            "id": begun.conversation.id,
            "token": begun.token,
            "seq": begun.welcome.seq,
            "mode": begun.conversation.mode.value,
            "lang": lang,
            "policy": policy(request.app),
            "messages": [render(begun.welcome)],
        },
        status=201,
    )


async def send(request: web.Request) -> web.Response:
    """Take a patron's message."""
    _count_request(request)
    talk = await _opened(request)
    body = await _body(request, Send)
    if wait := request.app[LIMITS].message(talk.id):
        raise RateLimited(seconds=math.ceil(wait))
    if body.payload is not None and not _is_choice_key(body.payload):
        raise BadChoice
    receipt = await request.app[LOG].receive(
        talk.id,
        body.client_id,
        text=None if body.text is None else clean(body.text),
        choice_key=body.payload,
    )
    request.app[WORKER].notify(talk.id)
    return web.json_response({"message": render(receipt.message)}, status=201 if receipt.new else 200)


async def messages(request: web.Request) -> web.Response:
    """Return the messages after a seq, waiting for the first one if asked to."""
    if wait := request.app[LIMITS].read(request):
        raise RateLimited(seconds=math.ceil(wait))
    talk = await _opened(request)
    after = _number(request, "after", 2**53)
    until = asyncio.get_running_loop().time() + min(_number(request, "wait", 3600), WAIT_MOST)
    with request.app[LOG].hub.subscribe(talk.id) as subscription:
        while True:
            found, mode = await request.app[LOG].after(talk.id, after)
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0:
                return web.json_response({"messages": [render(message) for message in found], "mode": mode.value})
            await subscription.wait(min(left, LOOK_AGAIN_SECONDS))


async def live(request: web.Request) -> web.WebSocketResponse:
    """Push messages, typing and changes of mode until the client leaves."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=BODY_MOST, compress=False)
    await socket.prepare(request)
    try:
        talk, after = await _first_frame(request, socket)
    except ChatGone:
        await socket.close(code=CLOSE_GONE, message=b"chat_gone")
        return socket
    except BadToken:
        await socket.close(code=CLOSE_BAD_TOKEN, message=b"bad_token")
        return socket
    except (ValueError, TypeError, KeyError, TimeoutError):
        # Too many, too late or not understood: the client may try again.
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"first_frame")
        return socket
    pushing = asyncio.create_task(_push(request, socket, talk.id, after))
    frames = Bucket(FRAMES_A_MINUTE)
    try:
        async for frame in socket:
            # The client's frames (typing, read, ping) carry nothing that is kept; their number is bounded.
            if frame.type is not WSMsgType.TEXT or frames.take():
                break
    finally:
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)
    if not socket.closed:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    return socket


async def forget(request: web.Request) -> web.Response:
    """Remove the chat everywhere."""
    _count_request(request)
    talk = await _opened(request)
    await request.app[LOG].forget(talk.id)
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


async def _push(request: web.Request, socket: web.WebSocketResponse, conversation_id: str, after: int) -> None:
    mode = None
    with request.app[LOG].hub.subscribe(conversation_id) as subscription:
        while True:
            try:
                found, now = await request.app[LOG].after(conversation_id, after)
            except ChatGone:
                await socket.close(code=CLOSE_GONE, message=b"chat_gone")
                return
            if found:
                after = found[-1].seq
                await socket.send_json({"messages": [render(message) for message in found]})
                if len(found) == PAGE:
                    continue
            if now is not mode:
                mode = now
                await socket.send_json({"state": {"mode": mode.value}})
            grown = False
            while not grown:
                while subscription.signals:
                    await socket.send_json(subscription.signals.pop(0))
                grown = await subscription.wait(LOOK_AGAIN_SECONDS)


async def _first_frame(request: web.Request, socket: web.WebSocketResponse) -> tuple[Conversation, int]:
    if request.app[LIMITS].read(request):
        raise ValueError("too many sockets")
    frame = await socket.receive(timeout=FIRST_FRAME_SECONDS)
    if frame.type is not WSMsgType.TEXT:
        raise ValueError("no first frame")
    first = json.loads(frame.data)
    after = first.get("after", 0) if isinstance(first, dict) else None
    if not isinstance(after, int) or not 0 <= after < 2**53:
        raise ValueError("after")
    return await request.app[LOG].open(_id(request), str(first["token"])), after


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


async def _body(request: web.Request, shape: type[Body]) -> Body:
    raw = await request.read()
    try:
        return shape.model_validate(json.loads(raw) if raw else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadRequest(place=place, problem=first["msg"]) from None
    except (ValueError, RecursionError):
        raise BadRequest(place="the body", problem="not JSON") from None


def _number(request: web.Request, name: str, most: int) -> int:
    value = request.query.get(name, "0")
    if not value.isascii() or not value.isdigit() or len(value) > 16:
        raise BadRequest(place=name, problem="not a whole number")
    return min(int(value), most)


def _count_request(request: web.Request) -> None:
    if wait := request.app[LIMITS].request(request):
        raise RateLimited(seconds=math.ceil(wait))


def _is_choice_key(payload: str) -> bool:
    seq, dot, index = payload.partition(".")
    return bool(dot) and all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (seq, index))


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
