"""The bridge that docs/channels/webhook.md shows works as it stands there."""

from __future__ import annotations

import asyncio
import re
import threading
import types
from collections.abc import AsyncIterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from aiohttp import web

from bot.channel_settings import ChannelSettings
from bot.settings import ROOT
from bot.webhook_signing import read_secret
from tests.channels.conftest import House, house_of
from tests.channels.stand_ins import PUBLIC, WHSEC, Sent, StandIn


class OfThePaper(StandIn):
    """The paper's bridge, whose `deliver` shows messages to us."""

    def __init__(self) -> None:
        super().__init__("webhook", "pat@terminal")
        paper = (ROOT / "docs/channels/webhook.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(import base64.+?)```", paper, re.DOTALL)
        self.code = types.ModuleType("bridge")
        exec(compile(code, "webhook.md", "exec"), self.code.__dict__)
        self.code.SECRET = read_secret(WHSEC)  # type: ignore[attr-defined]
        self.code.deliver = self.deliver  # type: ignore[attr-defined]

    async def start(self) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.code.FromFoyer)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    async def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def settings(self) -> ChannelSettings:
        url = f"http://127.0.0.1:{self.http.server_port}/foyer"
        return ChannelSettings(public_url=PUBLIC, channel_url=url, channel_secret=WHSEC)

    def deliver(self, to: str, text: str, choices: list[dict[str, str]]) -> None:
        self.sent.append(Sent(to, text, tuple((one["label"], one["choice"]) for one in choices)))

    def routes(self, app: web.Application) -> None:
        raise NotImplementedError


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(OfThePaper(), tmp_path) as house:
        house.platform.code.FOYER = str(house.client.make_url("/messaging/webhook"))  # type: ignore[attr-defined]
        yield house


async def bring(house: House, **what: Any) -> None:
    await asyncio.to_thread(house.platform.code.bring, "pat@terminal", **what)  # type: ignore[attr-defined]


async def test_patron_asks_chooses_and_is_answered_by_the_bridge(house: House) -> None:
    await bring(house, id_="1", text="which branch?")
    (offer,) = await house.next()
    assert offer.to == "pat@terminal" and offer.text.startswith("Which branch?")
    await bring(house, id_="2", choice=offer.key("Eastside"))
    await bring(house, id_="2", choice=offer.key("Eastside"))
    assert (await house.next())[0].text == "chosen: {'branch': ['eastside']}"
    await house.nothing_more()


async def test_forgeries_are_refused_in_both_directions(house: House) -> None:
    async with house.client.session.post(
        f"http://127.0.0.1:{house.platform.http.server_port}/foyer",  # type: ignore[attr-defined]
        json={"type": "message", "to": "pat@terminal", "text": "not from Foyer", "choices": []},
        headers={"webhook-id": "x", "webhook-timestamp": "1800000000", "webhook-signature": "v1,AAAA"},
    ) as answer:
        assert answer.status == 403
    house.platform.code.SECRET = b"c" * 32  # type: ignore[attr-defined]
    with pytest.raises(HTTPError, match="403"):
        await bring(house, id_="3", text="hello")
    await house.nothing_more()
