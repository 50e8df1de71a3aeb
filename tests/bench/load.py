"""The patrons of the benchmark, in a process of their own: python -m tests.bench.load '{"kind": ..., ...}'.

It prints one JSON object. It is niced, so that on a small machine it is not the patrons who starve the product; how
much of a core it used, and by how much it was late to send, are in what it prints.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sys
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.bench.questions import question

NICE = 5
ANSWER_SECONDS = 30.0  # after which a message counts as lost
BIG_POOL = 0  # as many connections as patrons want

Result = dict[str, Any]


class Patron:
    """A patron of ours: writes by POST, reads by WebSocket."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.waiting: deque[float] = deque()  # when each message that has no answer yet was to be sent
        self.seconds: list[float] = []  # of each answer
        self.lost = self.extra = self.errors = self.sent = 0
        self.answered = asyncio.Event()
        self.asks = 0

    async def begin(self) -> Patron:
        """Begin a chat and listen."""
        async with self.session.post("/api/v1/chats", json={}) as response:
            response.raise_for_status()
            begun = await response.json()
        self.path = f"/api/v1/chats/{begun['id']}"
        self.headers = {"Authorization": f"Bearer {begun['token']}"}
        self.socket = await self.session.ws_connect(f"{self.path}/ws")
        await self.socket.send_json({"token": begun["token"], "after": begun["seq"]})
        self.listening = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        async for frame in self.socket:
            for message in json.loads(frame.data).get("messages", ()):
                if message["from"] != "bot":
                    continue
                if self.waiting:
                    self.seconds.append(time.perf_counter() - self.waiting.popleft())
                else:
                    self.extra += 1
                self.answered.set()

    async def ask(self, due: float) -> None:
        """Send the talk's next question; its time runs from `due`."""
        text, self.asks = question(self.asks), self.asks + 1
        self.waiting.append(due)
        body = {"client_id": uuid.uuid4().hex, "text": text}
        try:
            async with self.session.post(f"{self.path}/messages", json=body, headers=self.headers) as response:
                if response.status == 201:
                    self.sent += 1
                    return
        except aiohttp.ClientError:
            pass
        self.errors += 1
        self.waiting.pop()

    async def ask_and_read(self) -> float:
        """Ask, wait for the answer and return the seconds between."""
        self.answered.clear()
        await self.ask(time.perf_counter())
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.answered.wait()
        return self.seconds[-1]

    async def end(self) -> None:
        """Give late answers their time, then leave; what is unanswered is lost."""
        until = time.perf_counter() + ANSWER_SECONDS
        while self.waiting and time.perf_counter() < until:
            await asyncio.sleep(0.05)
        self.lost = len(self.waiting)
        self.listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.listening
        await self.socket.close()


async def ours_lone(url: str, turns: int, talks: int, **_: Any) -> Result:
    """One patron at a time, `talks` talks of `turns` turns each: seconds of every turn."""
    seconds = []
    async with _session(url) as session:
        for _number in range(talks):
            patron = await Patron(session).begin()
            seconds.append([await patron.ask_and_read() for _turn in range(turns)])
            await patron.end()
    return {"talks": seconds}


async def ours_crowd(url: str, patrons: int, rate: float, seconds: float, seed: int, **_: Any) -> Result:
    """Many patrons, `rate` messages a second in all, sent when they are due whether or not answers have come."""
    think, late = patrons / rate, []

    async def live(patron: Patron, chance: random.Random) -> None:
        due = began + chance.uniform(0, think)
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            late.append(time.perf_counter() - due)
            await patron.ask(due)
            due += think * chance.uniform(0.5, 1.5)

    async with _session(url) as session:
        crowd = [await Patron(session).begin() for _number in range(patrons)]
        began = time.perf_counter()
        used = time.process_time()
        await asyncio.gather(*(live(patron, random.Random(seed + n)) for n, patron in enumerate(crowd)))
        share = (time.process_time() - used) / (time.perf_counter() - began)
        await asyncio.gather(*(patron.end() for patron in crowd))
    return {
        "seconds": [one for patron in crowd for one in patron.seconds],
        "sent": sum(patron.sent for patron in crowd),
        "lost": sum(patron.lost for patron in crowd),
        "extra": sum(patron.extra for patron in crowd),
        "errors": sum(patron.errors for patron in crowd),
        "wall": seconds,
        "late": sorted(late)[int(len(late) * 0.95)],
        "share": share,
    }


async def stock_lone(url: str, turns: int, talks: int, **_: Any) -> Result:
    """Do the same as `ours_lone` over Rasa's REST channel, which answers in the response."""
    async with _session(url) as session:
        seconds = []
        for _number in range(talks):
            sender = uuid.uuid4().hex
            seconds.append([await _stock_turn(session, sender, turn) for turn in range(turns)])
    return {"talks": seconds}


async def closed_loop(turn: Callable[[int, int], Awaitable[float]], patrons: int, seconds: float) -> Result:
    """Many patrons, each of whom asks again as soon as the answer has come."""
    taken: list[float] = []
    errors = 0
    began, used = time.perf_counter(), time.process_time()

    async def live(number: int) -> None:
        nonlocal errors
        asked = 0
        while time.perf_counter() < began + seconds:
            try:
                taken.append(await turn(number, asked))
            except (aiohttp.ClientError, TimeoutError, AssertionError):
                errors += 1
            asked += 1

    await asyncio.gather(*(live(number) for number in range(patrons)))
    wall = time.perf_counter() - began
    return {"seconds": taken, "errors": errors, "wall": wall, "share": (time.process_time() - used) / wall}


async def stock_closed(url: str, patrons: int, seconds: float, **_: Any) -> Result:
    """Many patrons of stock Rasa in a closed loop."""
    async with _session(url) as session:
        names = [uuid.uuid4().hex for _number in range(patrons)]
        return await closed_loop(lambda number, asked: _stock_turn(session, names[number], asked), patrons, seconds)


async def ours_closed(url: str, patrons: int, seconds: float, **_: Any) -> Result:
    """Many patrons of ours in a closed loop."""
    async with _session(url) as session:
        crowd = [await Patron(session).begin() for _number in range(patrons)]
        result = await closed_loop(lambda number, _asked: crowd[number].ask_and_read(), patrons, seconds)
        await asyncio.gather(*(patron.end() for patron in crowd))
    return result


async def _stock_turn(session: aiohttp.ClientSession, sender: str, turn: int) -> float:
    # The actions of this product read the moment of the message from its metadata.
    body = {"sender": sender, "message": question(turn), "metadata": {"received_at": time.time()}}
    began = time.perf_counter()
    async with session.post("/webhooks/rest/webhook", json=body) as response:
        answer = await response.json()
    assert response.status == 200 and answer, (response.status, answer)
    return time.perf_counter() - began


def _session(url: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(base_url=url, connector=aiohttp.TCPConnector(limit=BIG_POOL))


KINDS = {job.__name__: job for job in (ours_lone, ours_crowd, ours_closed, stock_lone, stock_closed)}

if __name__ == "__main__":
    os.nice(NICE)
    order = json.loads(sys.argv[1])
    json.dump(asyncio.run(KINDS[order["kind"]](**order)), sys.stdout)
