"""A library's own bridge to anything else, over the documented webhook."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import web

from bot.channel_settings import ChannelSettings
from tests.channels.stand_ins.base import Request, Sent, StandIn

WHSEC = "whsec_" + base64.b64encode(b"b" * 32).decode()


class Bridge(StandIn):
    """A library's own bridge to anything else, as docs/channels/webhook.md tells to write it."""

    def __init__(self) -> None:
        super().__init__("webhook", "pat@matrix.example")
        self.can_be_asked = True  # it drops twins by webhook-id
        self._had: set[str] = set()

    def settings(self) -> ChannelSettings:
        return ChannelSettings(public_url=self.public, channel_url=f"{self.url}/hook", channel_secret=WHSEC)

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/hook", self._send)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        id_, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        if request.headers["webhook-signature"] != self._signature(id_, moment, raw):
            return web.Response(status=401)
        body = json.loads(raw)
        if body["type"] == "ping":
            return web.json_response({})
        fault = await self.trouble(request)
        if fault is not None:
            return fault
        if id_ not in self._had:
            self._had.add(id_)
            buttons = tuple((one["label"], one["choice"]) for one in body["choices"])
            self.sent.append(Sent(body["to"], body["text"], buttons))
            await asyncio.sleep(self.slow)
        if self.cut(request):
            assert request.transport
            request.transport.abort()
        return web.json_response({"id": f"b{len(self._had)}"})

    def never(self) -> web.Response:
        return web.Response(status=410)

    @staticmethod
    def _signature(id_: str, moment: str, raw: bytes) -> str:
        digest = hmac.new(b"b" * 32, f"{id_}.{moment}.".encode() + raw, hashlib.sha256).digest()
        return "v1," + base64.b64encode(digest).decode()

    def signed(self, body: Any, at: int | None = None) -> Request:
        return self.signed_raw(json.dumps(body).encode(), at)

    def signed_raw(self, raw: bytes, at: int | None = None) -> Request:
        id_, moment = "msg_" + self.new_id(), str(at or int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": moment,
            "webhook-signature": self._signature(id_, moment, raw),
        }
        return Request("/messaging/webhook", headers, raw)

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        return self.signed({"messages": [self.one(text, id_=id_, address=address, **more)]})

    def one(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> dict[str, Any]:
        return {"id": id_ or self.new_id(), "from": address or self.address, "text": text} | more

    def press(self, key: str, *, address: str | None = None) -> Request:
        return self.signed({"messages": [self.one("", address=address, choice=key)]})

    def picture(self) -> Request:
        return self.signed({"messages": [self.one("", attachments=True)]})
