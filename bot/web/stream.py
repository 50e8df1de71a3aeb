"""How a talk is read: by asking for what is new, or over a WebSocket. The same for patrons and for staff."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.conversations.errors import ChatGone
from bot.conversations.handoff import DESK
from bot.conversations.hub import Subscription, typing
from bot.conversations.log import PAGE
from bot.conversations.model import Conversation, Mode, Sender
from bot.web.keys import HANDOFFS, LOG
from bot.web.limits import Bucket
from bot.web.messages import render

log = logging.getLogger(__name__)

CLOSE_GONE = 4410
FIRST_FRAME_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
FRAMES_A_MINUTE = 120
TYPING_SECONDS = 6.0  # for which somebody counts as writing after the last sign of it
HERE_SECONDS = 15.0  # between two notes that the reader is there
WAIT_MOST = 25  # seconds that a read may wait for news
SEQ_MOST = 2**31 - 1  # what the database can count
LOOK_AGAIN_SECONDS = 20.0  # readers are woken by news; this is for news that got lost on the way


@dataclass(frozen=True)
class Reader:
    """Who reads a talk, under which name they write, and what is done while they are there (every 15 seconds)."""

    app: web.Application
    talk: Conversation
    sender: Sender
    name: str | None = None
    here: Callable[[Mode], Awaitable[None]] | None = None

    async def state(self, mode: Mode, lang: str) -> dict[str, Any]:
        """Return what is known of the hand-off."""
        return (await self.app[HANDOFFS].state(self.talk.id, mode, lang)).shown()


async def poll(reader: Reader, after: int, wait: float) -> dict[str, Any]:
    """Return the messages after a seq, the mode and the state; wait `wait` seconds at most for the first message."""
    log, talk = reader.app[LOG], reader.talk
    until = asyncio.get_running_loop().time() + wait
    with log.hub.subscribe(talk.id) as subscription:
        while True:
            found, mode = await log.after(talk.id, after)
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0:
                break
            await subscription.wait(min(left, LOOK_AGAIN_SECONDS))
    if reader.here is not None:
        await reader.here(mode)
    lang = found[-1].lang if found else talk.lang
    shown = [render(message) for message in found]
    return {"messages": shown, "mode": mode.value, "state": await reader.state(mode, lang)}


async def push(reader: Reader, socket: web.WebSocketResponse, after: int) -> None:
    """Send what is new until the talk is gone or the task is cancelled."""
    log, talk, lang = reader.app[LOG], reader.talk, reader.talk.lang
    told: dict[str, Any] | None = None
    noted = 0.0
    queued = False
    with log.hub.subscribe(talk.id) as subscription, ExitStack() as at_end:
        at_end.callback(lambda: log.hub.leave(subscription, DESK))
        while True:
            try:
                found, mode = await log.after(talk.id, after)
            except ChatGone:
                await socket.close(code=CLOSE_GONE, message=b"chat_gone")
                return
            if found:
                after, lang = found[-1].seq, found[-1].lang
                await socket.send_json({"messages": [render(message) for message in found]})
                if len(found) == PAGE:
                    continue
            if (mode is Mode.WAITING) is not queued:  # whoever waits moves up when others are claimed
                queued = not queued
                (log.hub.listen if queued else log.hub.leave)(subscription, DESK)
            state = await reader.state(mode, lang)
            if state != told:
                told = state
                await socket.send_json({"state": state})
            now = asyncio.get_running_loop().time()
            if reader.here is not None and now - noted > HERE_SECONDS:
                noted = now
                await reader.here(mode)
            await _pass_signals(reader, socket, subscription)


async def _pass_signals(reader: Reader, socket: web.WebSocketResponse, subscription: Subscription) -> None:
    """Hand out who writes until the talk has grown, or it is time to look again however much is written."""
    until = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
    grown = False
    while not grown and (left := until - asyncio.get_running_loop().time()) > 0:
        while subscription.signals:
            signal = subscription.signals.pop(0)
            if signal["typing"]["from"] != reader.sender.value:
                await socket.send_json(signal)
        grown = await subscription.wait(left)


@asynccontextmanager
async def beside(socket: web.WebSocketResponse, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run what feeds a socket while the block reads from it; where that fails the socket is closed, not left deaf."""

    async def feed() -> None:
        try:
            await work
        except ConnectionError:
            pass  # the client has left
        except Exception:
            log.exception("the news of a socket stopped")
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)

    feeding = asyncio.create_task(feed())
    try:
        yield
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


async def serve(reader: Reader, socket: web.WebSocketResponse, after: int) -> None:
    """Push what is new and pass on that the reader writes, until the client leaves."""
    frames = Bucket(FRAMES_A_MINUTE)
    async with beside(socket, push(reader, socket, after)):
        async for frame in socket:
            # The client's frames carry nothing that is kept; their number is bounded.
            if frame.type is not WSMsgType.TEXT or frames.take():
                break
            if frame.data.startswith('{"typing"'):
                signal = typing(reader.sender.value, TYPING_SECONDS, reader.name)
                reader.app[LOG].hub.wake(reader.talk.id, signal)


async def first_frame(socket: web.WebSocketResponse) -> dict[str, Any]:
    """Return a socket's first frame; raise ValueError when it is no JSON object, TimeoutError when none comes."""
    frame = await socket.receive(timeout=FIRST_FRAME_SECONDS)
    if frame.type is not WSMsgType.TEXT:
        raise ValueError("no first frame")
    first = json.loads(frame.data)
    if not isinstance(first, dict):
        raise ValueError("no object")
    return first


def seq_in(first: dict[str, Any]) -> int:
    """Return the seq after which a client wants messages; raise ValueError."""
    after = first.get("after", 0)
    if not isinstance(after, int) or not 0 <= after <= SEQ_MOST:
        raise ValueError("after")
    return after
