"""Patron and staff talk through the gateway: every message once, in order, and quickly."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.conftest import NOON, new_settings
from tests.talk import Talk
from tests.web.a_staff_member import StaffClient
from tests.web.test_patron_api import client_of

MESSAGES = 500


async def test_five_hundred_messages_arrive_once_and_in_order(database_url: str, tmp_path: Path, capsys: Any) -> None:
    client = await client_of(new_settings(tmp_path, database_url=database_url, clock=NOON))
    ana = await StaffClient.sign_in(client, "Ana")
    async with aiohttp.ClientSession(client.make_url("/")) as session:
        patron = await Talk.begin(session)
        await ana.open_desk()
        await patron.send(payload="do.person")
        await ana.do(patron.id, "claim")
        begun = len(await patron.messages())
        at_patron = await session.ws_connect(f"/api/v1/chats/{patron.id}/ws")
        await at_patron.send_json({"token": patron.token, "after": begun})
        at_desk = await ana.session.ws_connect(f"{ana.url}/desk/api/chats/{patron.id}/ws")
        await at_desk.send_json({"token": ana.csrf, "after": begun})
        arrived: dict[str, list[tuple[int, str, float]]] = {"patron": [], "desk": []}

        async def hear(place: str, socket: Any) -> None:
            async for frame in socket:
                for message in frame.json().get("messages", []):
                    arrived[place].append((message["seq"], message["blocks"][0]["text"], time.perf_counter()))

        hearing = [asyncio.create_task(hear("patron", at_patron)), asyncio.create_task(hear("desk", at_desk))]
        sent = []
        for number in range(MESSAGES):
            sent.append(time.perf_counter())
            if number % 2:
                await ana.reply(patron.id, f"message {number}")
            else:
                await patron.send(text=f"message {number}")
        async with asyncio.timeout(20):
            while any(len(heard) < MESSAGES for heard in arrived.values()):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)  # one too many would show
        for heard in arrived.values():
            assert [(seq, text) for seq, text, _ in heard] == [
                (begun + 1 + number, f"message {number}") for number in range(MESSAGES)
            ]
        took = [
            1000 * (arrived["patron" if number % 2 else "desk"][number][2] - sent[number]) for number in range(MESSAGES)
        ]
        with capsys.disabled():
            kind = "PostgreSQL" if database_url.startswith("postgresql") else "SQLite"
            p95 = statistics.quantiles(took, n=20)[18]
            print(f"\nrelay on {kind}: median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms, {MESSAGES} messages")
        for task in hearing:
            task.cancel()
    await ana.close()
    await client.close()
