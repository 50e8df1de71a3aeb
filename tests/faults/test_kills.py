"""Any process may be killed at any moment: nothing that a patron sent is lost, doubled or re-ordered."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.settings import Settings
from tests.conftest import Installation, installation, new_postgresql_database, new_settings
from tests.talk import plain

PATRONS = 5
ROUNDS = 10  # on each of the two databases: together 20 kills of each process
FIRST_DAY = date(2026, 11, 30)
PAUSE = 2.0  # seconds between two messages of a patron


@dataclass
class Patron:
    """Sends one question after the other, each until it is acknowledged, however often the gateway dies."""

    url: str
    session: aiohttp.ClientSession
    place: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    repeated: int = 0

    async def begin(self) -> None:
        chat = await self.until_acknowledged("/api/v1/chats", {})
        self.place = f"/api/v1/chats/{chat['id']}/messages"
        self.headers = {"Authorization": f"Bearer {chat['token']}"}

    async def talk(self, over: asyncio.Event) -> None:
        while not over.is_set():
            # Each question names another day, so that each answer shows which question it answers.
            day = FIRST_DAY + timedelta(days=len(self.sent))
            text = f"is the main library open on {day:%B} {day.day}, {day.year}?"
            await self.until_acknowledged(self.place, {"client_id": uuid.uuid4().hex, "text": text})
            self.sent.append(text)
            await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE)

    async def until_acknowledged(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                async with self.session.post(self.url + path, json=body, headers=self.headers) as response:
                    assert response.status in (200, 201), await response.text()
                    return await response.json()
            except (aiohttp.ClientError, ConnectionError):
                self.repeated += 1
                await asyncio.sleep(0.1)

    async def read(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while True:
            after = messages[-1]["seq"] if messages else 0
            more = await self.after(after)
            if not more:
                return messages
            messages += more

    async def after(self, seq: int) -> list[dict[str, Any]]:
        while True:
            try:
                path = f"{self.url}{self.place}?after={seq}"
                async with self.session.get(path, headers=self.headers) as response:
                    return (await response.json())["messages"]
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(0.1)

    async def answered(self, all_but: int = 0) -> None:
        """Wait until all messages but so many are answered."""
        async with asyncio.timeout(100):
            while len(answers_in(await self.read())) < len(self.sent) - all_but:
                await asyncio.sleep(0.3)


def answers_in(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the assistant answered: neither the welcome nor an apology."""
    return [m for m in messages[1:] if m["from"] == "bot" and m["blocks"][0]["type"] != "notice"]


def kill(running: Installation, name: str) -> None:
    process = running.child(name).process
    if process is not None and process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)


async def kill_at_random(running: Installation, patrons: list[Patron], rounds: int) -> None:
    """Kill each process once a round, at moments of its own, when the last round's questions are nearly answered.

    A message is worth an answer for two minutes: an assistant that is killed again and again before it has caught up
    would rightly leave some without one.
    """
    for _ in range(rounds):
        await asyncio.gather(*(patron.answered(all_but=2) for patron in patrons))
        starts = {child.name: child.starts for child in running.supervisor.children}

        async def strike(name: str, within: float) -> None:
            await asyncio.sleep(random.uniform(0, within))
            kill(running, name)

        await asyncio.gather(strike("rasa", 5), strike("actions", 12), strike("gateway", 12))
        async with asyncio.timeout(120):
            while not all(c.starts > starts[c.name] and c.ready.is_set() for c in running.supervisor.children):
                await asyncio.sleep(0.1)


async def test_kill_of_any_process_loses_doubles_and_reorders_nothing(
    model: Path, tmp_path_factory: pytest.TempPathFactory, postgresql: str
) -> None:
    seed = int(time.time())
    print(f"seed {seed}")
    random.seed(seed)
    # Both at once: most of the time goes by while a Rasa starts.
    await asyncio.gather(
        *(
            talk_under_fire(new_settings(tmp_path_factory.mktemp("kills"), database_url=url))
            for url in ("", new_postgresql_database(postgresql))
        )
    )


async def talk_under_fire(settings: Settings) -> None:
    async with installation(settings) as running, aiohttp.ClientSession() as session:
        patrons = [Patron(running.url, session) for _ in range(PATRONS)]
        await asyncio.gather(*(patron.begin() for patron in patrons))
        over = asyncio.Event()
        talking = [asyncio.create_task(patron.talk(over)) for patron in patrons]
        await kill_at_random(running, patrons, ROUNDS)
        over.set()
        await asyncio.gather(*talking)
        for patron in patrons:
            await check(patron)
        assert sum(patron.repeated for patron in patrons) > 0, "no kill was felt: the test tested nothing"


async def check(patron: Patron) -> None:
    """Wait until everything is answered, then compare the log with what was sent."""
    await patron.answered()
    await asyncio.sleep(1)
    messages = await patron.read()
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
    assert [m["blocks"][0]["text"] for m in messages if m["from"] == "patron"] == patron.sent
    answers = answers_in(messages)
    assert len(answers) == len(patron.sent)
    for number, answer in enumerate(answers):
        day = FIRST_DAY + timedelta(days=number)
        assert f"{day:%A}, {day:%B} {day.day}" in plain(answer)
