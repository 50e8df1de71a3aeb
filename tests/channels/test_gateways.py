"""Gateways that stop, are killed, or are two: what was under way arrives once all the same."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.sending import Timing
from bot.storage.migrate import migrate
from tests.channels.a_gateway import HURRY, prepared, told
from tests.channels.conftest import House, ScriptedBrain
from tests.channels.stand_ins import ALL, now_and_then, until
from tests.channels.test_deliveries import EACH, PATRONS, all_arrive, patrons, talk, until_empty
from tests.conftest import new_postgresql_database, new_settings


@asynccontextmanager
async def gateway(settings: Any, timing: Timing = HURRY) -> AsyncIterator[TestClient[Any, Any]]:
    client: TestClient[Any, Any] = TestClient(TestServer(prepared(settings, timing)))
    await client.start_server()
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.parametrize("channel", list(ALL))
async def test_gateway_that_is_stopped_while_it_sends_goes_on_where_it_was(
    channel: str, database_url: str, tmp_path: Path
) -> None:
    platform = ALL[channel]()
    await platform.start()
    platform.slow = 0.2
    settings = replace(new_settings(tmp_path, database_url=database_url), channels=platform.settings())
    expected = {to: [f"{number}" for number in range(3)] for to in patrons(platform)}
    for number in range(3):
        async with gateway(settings) as client:
            house, before = House(client, platform, ScriptedBrain()), len(platform.sent)
            await asyncio.gather(*(talk(house, to, [texts[number]]) for to, texts in expected.items()))
            await until(lambda before=before: len(platform.sent) > before)
    async with gateway(settings):
        await all_arrive(platform, expected)
    await platform.stop()


@pytest.mark.parametrize("channel", list(ALL))
async def test_two_gateways_on_one_database_send_each_message_once_and_in_order(
    channel: str, postgresql: str, tmp_path: Path
) -> None:
    platform = ALL[channel]()
    await platform.start()
    kinds = ("refused", *(("cut",) if platform.can_be_asked else ()))
    platform.fault, platform.slow = now_and_then(kinds, 0.2, seed=5), 0.01
    url = new_postgresql_database(postgresql)
    migrate(url)
    one = replace(new_settings(tmp_path / "one", secret="shared " * 8, database_url=url), channels=platform.settings())
    two = replace(one, data_folder=tmp_path / "two", port=one.port + 1)
    expected = {to: [f"{number}" for number in range(EACH)] for to in patrons(platform)}
    timing = replace(HURRY, lease=60.0)  # nobody waits for the end of a lease
    async with gateway(one, timing) as first, gateway(two, timing) as second:
        houses = [House(client, platform, ScriptedBrain()) for client in (first, second)]

        async def by_turns(to: str, texts: list[str]) -> None:
            for number, text in enumerate(texts):
                await talk(houses[number % 2], to, [text])

        await asyncio.gather(*(by_turns(to, texts) for to, texts in expected.items()))
        await all_arrive(platform, expected)
        await asyncio.gather(*(talk(houses[0], to, ["HELP"]) for to in expected))
        await until(lambda: len(platform.sent) >= PATRONS * (EACH + 1))
        await until_empty(houses[0], "service_reply")
    assert len(platform.sent) == PATRONS * (EACH + 1)
    await platform.stop()


@pytest.mark.parametrize("channel", ["sms", "slack", "webhook"])
async def test_gateway_that_is_killed_while_it_sends_goes_on_where_it_was(
    channel: str, database_url: str, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    platform = ALL[channel]()
    await platform.start()
    platform.slow = 0.1
    settings = replace(new_settings(tmp_path, database_url=database_url), channels=platform.settings())
    expected = {to: [f"{number}" for number in range(4)] for to in patrons(platform, 3)}

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.channels.a_gateway", told(settings))

    async def bring(to: str, text: str) -> None:
        request, status = platform.message(text, address=to), 0
        url = f"http://127.0.0.1:{settings.port}{request.path}"
        while status != 200:  # as the platforms do
            try:
                async with session.post(url, data=request.body, headers=request.headers) as answer:
                    status = answer.status
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)

    process = await start()
    try:
        for number in range(4):
            before = len(platform.sent)
            await asyncio.gather(*(bring(to, texts[number]) for to, texts in expected.items()))
            await until(lambda before=before: len(platform.sent) > before)
            if number < 3:
                process.kill()
                await process.wait()
                process = await start()
        await all_arrive(platform, expected)
    finally:
        process.terminate()
        await process.wait()
        await platform.stop()
