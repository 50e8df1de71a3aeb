"""Facebook Messenger: the Send API, and batches signed by the app's secret."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import web

from bot.channel_settings import ChannelSettings
from tests.channels.stand_ins.base import Request, Sent, StandIn

PAGE, APP, VERIFY = "page-token-of-the-tests", "app-secret-of-the-tests", "verify-token-of-the-tests"


class Messenger(StandIn):
    def __init__(self) -> None:
        super().__init__("messenger", "77001122334455")
        self.subscribed = ["messages", "messaging_postbacks"]

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            public_url=self.public,
            messenger_page_token=PAGE,
            messenger_app_secret=APP,
            messenger_verify_token=VERIFY,
            graph_api=self.url,
        )

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/me/messages", self._send)
        app.router.add_get("/me", self._me)
        app.router.add_get("/me/subscribed_apps", self._apps)

    def _stranger(self, request: web.Request) -> web.Response | None:
        """Refuse who does not have the page's token, or not the secret of the app that made it."""
        if request.headers.get("Authorization") != f"Bearer {PAGE}":
            return self._refusal(190, 401)
        proof = hmac.new(APP.encode(), PAGE.encode(), hashlib.sha256).hexdigest()
        if request.query["appsecret_proof"] != proof:
            return self._refusal(100, message="Invalid appsecret_proof provided in the API argument")
        return None

    def _refusal(self, code: int, status: int = 400, message: str = "no") -> web.Response:
        return web.json_response({"error": {"code": code, "message": message}}, status=status)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if (refusal := self._stranger(request)) is not None:
            return refusal
        fault = await self.trouble(request)
        if fault is not None:
            return fault
        message = body["message"]
        replies = message.get("quick_replies", [])
        if len(message["text"]) > 2000 or len(replies) > 13 or any(len(one["title"]) > 20 for one in replies):
            return self._refusal(100)
        assert body["messaging_type"] == "RESPONSE"
        buttons = tuple((one["title"], one["payload"]) for one in replies)
        self.sent.append(Sent(body["recipient"]["id"], message["text"], buttons))
        await asyncio.sleep(self.slow)
        return web.json_response({"recipient_id": body["recipient"]["id"], "message_id": "m_" + self.new_id()})

    async def _me(self, request: web.Request) -> web.Response:
        return self._stranger(request) or web.json_response({"id": "1", "name": "Library"})

    async def _apps(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "2", "subscribed_fields": self.subscribed}]})

    def busy(self) -> dict[str, Any]:
        return {"error": {"code": 613, "message": "Calls to this api have exceeded the rate limit."}}

    def never(self) -> web.Response:
        return self._refusal(551)

    def signed(self, body: Any) -> Request:
        return self.signed_raw(json.dumps(body).encode())

    def signed_raw(self, raw: bytes) -> Request:
        signature = "sha256=" + hmac.new(APP.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        return Request("/messaging/messenger", headers, raw)

    def event(self, id_: str | None = None, address: str | None = None, **message: Any) -> dict[str, Any]:
        body = {"mid": id_ or "m_" + self.new_id()} | message
        sender = {"id": address or self.address}
        return {"sender": sender, "recipient": {"id": "1"}, "timestamp": int(time.time() * 1000), "message": body}

    def batch(self, *entries: list[dict[str, Any]]) -> Request:
        now = int(time.time() * 1000)
        told = [{"id": "1", "time": now, "messaging": events} for events in entries]
        return self.signed({"object": "page", "entry": told})

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        return self.batch([self.event(id_, address, text=text, **more)])

    def press(self, key: str, *, address: str | None = None) -> Request:
        return self.batch([self.event(None, address, text="?", quick_reply={"payload": key})])

    def picture(self) -> Request:
        return self.batch([self.event(attachments=[{"type": "image", "payload": {"url": "https://x.example/y"}}])])
