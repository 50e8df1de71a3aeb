"""`python -m bot ask "TEXT"`: one answer in the terminal, through the same processes as a patron's."""

from __future__ import annotations

import sys
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

import aiohttp

from bot.conversations.plain import plain_text
from bot.errors import LibraryError
from bot.processes import Supervisor
from bot.run import START_SECONDS, children, environ_for, on_free_ports
from bot.settings import Settings
from bot.storage.migrate import migrate
from bot.train import train


async def ask(settings: Settings, text: str) -> None:
    """Print the answer of the running installation, or of one started for this question."""
    running = f"http://127.0.0.1:{settings.port}"
    if await _is_ready(running):
        print(await _answer(running, text))
        return
    print("Foyer is not running: starting it for this one question …", file=sys.stderr)
    train(settings)
    with tempfile.TemporaryDirectory() as folder:
        own = on_free_ports(replace(settings, host="127.0.0.1", data_folder=Path(folder), database_url=""))
        migrate(own.database)
        supervisor = Supervisor(children(own, environ_for(own)))
        await supervisor.start()
        try:
            if not await supervisor.ready(START_SECONDS):
                raise LibraryError("The assistant did not start. `make run` shows why.")
            print(await _answer(f"http://127.0.0.1:{own.port}", text))
        finally:
            await supervisor.stop()


async def _answer(url: str, text: str) -> str:
    async with aiohttp.ClientSession(url) as session:
        async with session.post("/api/v1/chats", json={}) as response:
            chat = await response.json()
        place = f"/api/v1/chats/{chat['id']}/messages"
        headers = {"Authorization": f"Bearer {chat['token']}"}
        body = {"client_id": uuid.uuid4().hex, "text": text}
        async with session.post(place, json=body, headers=headers) as response:
            sent = await response.json()
            if response.status != 201:
                raise LibraryError(sent["message"])
        async with session.get(f"{place}?after={sent['message']['seq']}&wait=20", headers=headers) as response:
            messages = (await response.json())["messages"]
        async with session.delete(place.removesuffix("/messages"), headers=headers):
            pass
    return "\n\n".join(plain_text(message["blocks"]) for message in messages)


async def _is_ready(url: str) -> bool:
    try:
        timeout = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{url}/health/ready") as response:
            return response.status == 200
    except (TimeoutError, aiohttp.ClientError):
        return False
