"""What the stand-ins share: a message that arrived, a request to us, and what can go wrong at a call."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channel_settings import ChannelSettings

PUBLIC = "https://www.library.example/ask"

IDS = itertools.count(1)


@dataclass(frozen=True)
class Sent:
    """A message that a patron sees: the buttons as words and key."""

    to: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()

    def key(self, label: str) -> str:
        return dict(self.buttons)[label]


@dataclass(frozen=True)
class Request:
    """A request of the platform to our webhook."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StandIn:
    """What the stand-ins share.

    `fault` is asked at every message: None, "busy", "broken", "refused", "cut", "never" (it says no for good), or
    "hang" (it says nothing until `freed`). `slow`: seconds between taking a message and saying so.
    """

    channel: str = ""
    address: str = ""
    sent: list[Sent] = field(default_factory=list)
    calls: int = 0
    fault: Callable[[], str | None] = lambda: None
    again_after: str = "1"
    public: str = PUBLIC
    slow: float = 0.0
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    server: TestServer | None = None
    can_be_asked = False
    """Whether what was sent can be looked up, so that a line that breaks after the message arrived does no harm."""

    async def start(self) -> None:
        app = web.Application()
        self.routes(app)
        self.server = TestServer(app)
        await self.server.start_server()

    async def stop(self) -> None:
        assert self.server
        await self.server.close()

    @property
    def url(self) -> str:
        assert self.server
        return str(self.server.make_url("/")).rstrip("/")

    def routes(self, app: web.Application) -> None:
        raise NotImplementedError

    def settings(self) -> ChannelSettings:
        raise NotImplementedError

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        raise NotImplementedError

    def press(self, key: str, *, address: str | None = None) -> Request:
        raise NotImplementedError

    def picture(self) -> Request:
        raise NotImplementedError

    async def trouble(self, request: web.Request) -> web.StreamResponse | None:
        """Return the refusal of this call, if it is to be one; a call that is cut arrives all the same."""
        self.calls += 1
        match self.fault():
            case "busy":
                return web.json_response(self.busy(), status=429, headers={"Retry-After": self.again_after})
            case "broken":
                return web.Response(status=503, text="no")
            case "refused":
                assert request.transport
                request.transport.abort()
                return web.Response()
            case "never":
                return self.never()
            case "hang":
                await self.freed.wait()
                assert request.transport is None or request.transport.abort() is None
                return web.Response()
            case "cut":
                request["cut"] = True
        return None

    def never(self) -> web.Response:
        raise NotImplementedError

    def busy(self) -> dict[str, Any]:
        return {}

    def cut(self, request: web.Request) -> bool:
        """Whether the line breaks after the message has arrived."""
        return bool(request.get("cut"))

    @staticmethod
    def new_id() -> str:
        return f"{next(IDS):032x}"
