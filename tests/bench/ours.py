"""This product as the benchmark runs it: an installation of its own in a temporary folder, on free ports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.processes import Supervisor
from bot.run import children, environ_for, on_free_ports
from bot.settings import Settings
from bot.storage.migrate import migrate

START_SECONDS = 120.0
ASKED = "is eastside open sunday?"


@dataclass
class Ours:
    """A running installation, and in how many seconds it came up."""

    settings: Settings
    supervisor: Supervisor
    gateway: float  # until the gateway answered
    first_answer: float  # until a patron had the first right answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def pids(self) -> dict[str, int]:
        return {child.name: child.process.pid for child in self.supervisor.children if child.process is not None}


def settings_in(folder: Path, model: Path, **changes: Any) -> Settings:
    """Return the settings of an installation in `folder` whose patrons all come from this machine."""
    networks = Settings.from_environ({"LIBRARY_NETWORKS": "127.0.0.0/8"}).library_networks
    mine = Settings(data_folder=folder, model=model, secret="bench " * 8, messages_a_minute=10_000, **changes)
    return replace(on_free_ports(mine), library_networks=networks)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Ours]:
    """Run the three processes until the block ends."""
    began = time.perf_counter()
    migrate(settings.database)
    supervisor = Supervisor(children(settings, environ_for(settings)))
    await supervisor.start()
    try:
        ours = Ours(settings, supervisor, 0.0, 0.0)
        async with aiohttp.ClientSession(base_url=ours.url) as session:
            await _until(began, lambda: _gateway_answers(session))
            ours.gateway = time.perf_counter() - began
            await _until(began, lambda: _all_answer(session))
            answer = await _first_answer(session)
            assert "Eastside" in answer, answer
            ours.first_answer = time.perf_counter() - began
        yield ours
    finally:
        await supervisor.stop()


async def _until(began: float, good: Any) -> None:
    while not await good():
        assert time.perf_counter() - began < START_SECONDS, "the installation did not start"
        await asyncio.sleep(0.1)


async def _gateway_answers(session: aiohttp.ClientSession) -> bool:
    try:
        async with session.get("/health/live") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def _all_answer(session: aiohttp.ClientSession) -> bool:
    async with session.get("/health/ready") as response:
        return response.status == 200


async def _first_answer(session: aiohttp.ClientSession) -> str:
    async with session.post("/api/v1/chats", json={}) as response:
        begun = await response.json()
    path, headers = f"/api/v1/chats/{begun['id']}/messages", {"Authorization": f"Bearer {begun['token']}"}
    async with session.post(path, json={"client_id": "first", "text": ASKED}, headers=headers) as response:
        sent = await response.json()
    after = sent["message"]["seq"]
    async with session.get(f"{path}?after={after}&wait=20", headers=headers) as response:
        return str((await response.json())["messages"])
