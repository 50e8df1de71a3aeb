"""A gateway with one platform's stand-in, and an assistant that answers by a script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import FrozenClock
from bot.conversations.model import TurnReply, TurnRequest, text_block
from bot.storage.migrate import migrate
from bot.web import keys
from bot.web.app import create_app
from tests.channels.stand_ins import ALL, Request, Sent, StandIn, until
from tests.conftest import NOON, new_settings
from tests.web.a_staff_member import StaffClient

CHOICES = {
    "type": "choices",
    "choices": [
        {"label": "Main", "value": {"intent": "ask_hours", "entities": {"branch": ["main"]}}},
        {"label": "Eastside", "value": {"intent": "ask_hours", "entities": {"branch": ["eastside"]}}},
    ],
}


class ScriptedBrain:
    """Answers with the patron's own words; "which" offers two branches, "person" brings the desk."""

    def __init__(self) -> None:
        self.asked: list[TurnRequest] = []

    async def answer(self, request: TurnRequest) -> TurnReply:
        self.asked.append(request)
        lang = "es" if "hola" in request.text.lower() else "en"
        if request.choice:
            return TurnReply([text_block(f"chosen: {request.choice['entities']}")], lang, {"intent": "ask_hours"})
        if "which" in request.text:
            return TurnReply([text_block("Which branch?"), CHOICES], lang, {"intent": "ask_hours"})
        if re.search(r"\bperson\b", request.text.lower()):
            reply = [{"type": "handoff", "reason": "asked"}]
            return TurnReply(reply, lang, {"intent": "talk_to_staff"})
        return TurnReply([text_block(f"You said: {request.text}")], lang, {"intent": "ask_hours"})

    async def group(self, texts: list[str], leaders: list[str]) -> list[int]:
        return list(range(len(leaders), len(leaders) + len(texts)))

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        pass


@dataclass
class House:
    """A gateway, the platform, and the assistant."""

    client: TestClient[Any, Any]
    platform: StandIn
    brain: ScriptedBrain
    read: int = field(default=0)

    async def bring(self, request: Request, times: int = 1) -> None:
        """Let the platform bring a request that must be taken."""
        for _ in range(times):
            assert await self.status(request) == 200

    async def status(self, request: Request) -> int:
        answer = await self.client.post(request.path, data=request.body, headers=request.headers)
        await answer.read()
        return answer.status

    async def say(self, text: str, **more: Any) -> None:
        await self.bring(self.platform.message(text, **more))

    async def hello(self) -> None:
        """Begin: the first answer has the introduction in it."""
        await self.say("hello")
        await self.next()

    async def next(self, count: int = 1) -> list[Sent]:
        """Return the next messages that arrive."""
        await until(lambda: len(self.platform.sent) >= self.read + count)
        found = self.platform.sent[self.read : self.read + count]
        self.read += count
        return found

    async def nothing_more(self) -> None:
        """Make sure that everything was read and nothing is under way."""
        app = self.client.app
        await until(lambda: not app[keys.WORKER]._running and not app[keys.SENDING]._running)
        assert self.platform.sent[self.read :] == []

    async def rows(self, table: str) -> list[Any]:
        from bot.storage import models

        async with self.client.app[keys.DATABASE].read() as db:
            return list((await db.execute(models.metadata.tables[table].select())).all())

    async def conversation(self) -> str:
        (row,) = await self.rows("address")
        return str(row.conversation_id)


@asynccontextmanager
async def house_of(platform: StandIn, folder: Path, **changes: Any) -> AsyncIterator[House]:
    """Run a gateway with one platform until the block ends."""
    await platform.start()
    settings = replace(new_settings(folder, **changes), channels=platform.settings())
    migrate(settings.database)
    clock = FrozenClock(NOON)
    brain = ScriptedBrain()
    app = create_app(settings, clock)
    app[keys.WORKER]._brain = brain
    for pace in app[keys.SENDING]._pace.values():
        pace._form = replace(pace._form, pause=0.0)  # a second between two messages adds up in tests
    clock.moment = NOON.replace(tzinfo=app[keys.KNOWLEDGE].library.zone)
    client: TestClient[Any, Any] = TestClient(TestServer(app))
    await client.start_server()
    try:
        yield House(client, platform, brain)
    finally:
        await client.close()
        await platform.stop()


@pytest.fixture(params=list(ALL))
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with each platform in turn."""
    async with house_of(ALL[request.param](), tmp_path) as house:
        yield house


@pytest.fixture
async def ana(house: House) -> AsyncIterator[StaffClient]:
    """Ana, who is at the desk."""
    async with StaffClient.at_desk(house.client, "Ana") as ana:
        yield ana


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that keeps nothing."""
    async with aiohttp.ClientSession() as session:
        yield session
