"""A member of staff who works at the desk over its API, signed in as in a browser."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient

from bot.web import keys
from bot.web.desk.accounts import Accounts
from bot.web.desk.sessions import Role

PASSWORD = "correct horse battery"


@dataclass
class StaffClient:
    """One signed-in browser. `lists` is what the open desk showed last."""

    session: aiohttp.ClientSession
    url: str
    csrf: str
    shown_as: str
    lists: dict[str, Any] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def sign_in(cls, client: TestClient[Any, Any], name: str, role: str = "agent") -> StaffClient:
        """Make an account on the gateway of `client`, sign in, and open the desk as available."""
        accounts = Accounts(client.app[keys.DATABASE], client.app[keys.CLOCK])
        await accounts.add(name.lower(), Role(role), PASSWORD, name)
        return await cls.at(str(client.make_url("/")).rstrip("/"), name)

    @classmethod
    async def at(cls, url: str, name: str) -> StaffClient:
        """Sign in to a gateway at `url` with an account that is there, and open the desk as available."""
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url})
        form = {"name": name.lower(), "password": PASSWORD, "next": "/desk"}
        async with session.post(f"{url}/desk/sign-in", data=form) as response:
            page = await response.text()
            assert response.status == 200, page
        (csrf,) = re.findall(r'<meta name="csrf" content="(\w+)"', page)
        one = cls(session, url, csrf, name)
        await one.post("/desk/api/status", {"status": "available"})
        return one

    async def open_desk(self) -> None:
        """Keep the desk's socket open, and with it the sign of life."""
        socket = await self.session.ws_connect(f"{self.url}/desk/api/ws")
        await socket.send_json({"csrf": self.csrf})
        self.lists = (await socket.receive_json(timeout=5))["state"]

        async def read() -> None:
            async for frame in socket:
                self.lists = frame.json()["state"]

        self._tasks.append(asyncio.create_task(read()))

    async def post(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Post JSON as the desk's script does; return status and answer."""
        headers = {"X-CSRF": self.csrf}
        async with self.session.post(self.url + path, json=body or {}, headers=headers) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> dict[str, Any]:
        """Return the JSON at a path."""
        async with self.session.get(self.url + path) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def do(self, chat: str, action: str, **body: Any) -> None:
        """Do something with a talk that must work."""
        status, answer = await self.post(f"/desk/api/chats/{chat}/{action}", body)
        assert status == 200, answer

    async def reply(self, chat: str, text: str) -> dict[str, Any]:
        """Reply to a patron; return the stored message."""
        body = {"client_id": uuid.uuid4().hex, "text": text}
        status, answer = await self.post(f"/desk/api/chats/{chat}/messages", body)
        assert status == 201, answer
        return answer["message"]

    @classmethod
    @asynccontextmanager
    async def at_desk(cls, client: TestClient[Any, Any], name: str) -> AsyncIterator[StaffClient]:
        """Be at the desk until the block ends: a new account, signed in, available, the desk open."""
        one = await cls.sign_in(client, name)
        await one.open_desk()
        try:
            yield one
        finally:
            await one.close()

    async def close(self) -> None:
        """Close the browser."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()
