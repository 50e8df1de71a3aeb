"""Slack: its Web API, events and pressed buttons, signed by its own library."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.channel_settings import ChannelSettings
from tests.channels.stand_ins.base import Request, Sent, StandIn

XOXB, SIGNING = "xoxb-1-2-tests", "signing-secret-of-the-tests"


class Slack(StandIn):
    def __init__(self) -> None:
        super().__init__("slack", "D0LIBRARY1")
        self.held: list[dict[str, Any]] = []
        self.can_be_asked = True
        self.scopes = "app_mentions:read,chat:write,im:history,im:read"
        self._time = itertools.count(1)

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            public_url=self.public, slack_bot_token=XOXB, slack_signing_secret=SIGNING, slack_api=self.url
        )

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/chat.postMessage", self._send)
        app.router.add_route("*", "/conversations.history", self._history)
        app.router.add_route("*", "/conversations.replies", self._history)
        app.router.add_post("/auth.test", self._auth)

    def _honest(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {XOXB}"

    async def _fields(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json())
        return dict(request.query) | dict(await request.post())

    async def _send(self, request: web.Request) -> web.StreamResponse:
        fields = await self._fields(request)
        if not self._honest(request):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        fault = await self.trouble(request)
        if fault is not None:
            return fault
        blocks = fields.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        for block in blocks:
            if block["type"] == "section" and len(block["text"]["text"]) > 3000:
                return web.json_response({"ok": False, "error": "invalid_blocks"})
        actions = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
        buttons = tuple((one["text"]["text"], one["value"]) for one in actions)
        metadata = fields["metadata"]
        metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
        thread = fields.get("thread_ts")
        text = fields["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        self.sent.append(Sent(f"{fields['channel']}/{thread}" if thread else fields["channel"], text, buttons))
        time_ = f"{int(time.time())}.{next(self._time):06d}"
        self.held.append({"ts": time_, "text": text, "metadata": metadata})
        await asyncio.sleep(self.slow)
        if self.cut(request):
            assert request.transport
            request.transport.abort()
        return web.json_response({"ok": True, "ts": time_, "channel": fields["channel"]})

    async def _history(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "messages": list(reversed(self.held))})

    async def _auth(self, request: web.Request) -> web.Response:
        if not self._honest(request):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        answer = {"ok": True, "user_id": "U0BOT", "team": "Library"}
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})

    def busy(self) -> dict[str, Any]:
        return {"ok": False, "error": "ratelimited"}

    def never(self) -> web.Response:
        return web.json_response({"ok": False, "error": "channel_not_found"})

    def signed(self, raw: bytes, at: int | None = None, kind: str = "application/json") -> Request:
        moment = str(at or int(time.time()))
        signature = SignatureVerifier(SIGNING).generate_signature(timestamp=moment, body=raw)
        assert signature
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature}
        return Request("/messaging/slack", headers, raw)

    def event(self, event: dict[str, Any], id_: str | None = None) -> Request:
        body = {"type": "event_callback", "event_id": id_ or "Ev" + self.new_id(), "team_id": "T1", "event": event}
        return self.signed(json.dumps(body).encode())

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        time_ = f"{int(time.time())}.{next(self._time):06d}"
        said = {"type": "message", "channel_type": "im", "channel": address or self.address, "user": "U1", "ts": time_}
        return self.event(said | {"text": text} | more, id_)

    def mention(self, text: str, channel: str, ts: str, thread: str | None = None) -> Request:
        said = {"type": "app_mention", "channel": channel, "user": "U1", "ts": ts, "text": f"<@U0BOT> {text}"}
        return self.event(said | ({"thread_ts": thread} if thread else {}))

    def press(self, key: str, *, address: str | None = None) -> Request:
        action = {"type": "button", "value": key, "action_ts": f"{time.time():.6f}", "action_id": "choice_0"}
        container = {"type": "message", "channel_id": address or self.address, "message_ts": "1.0"}
        return self.pressed({"type": "block_actions", "actions": [action], "container": container})

    def pressed(self, payload: dict[str, Any]) -> Request:
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        return self.signed(raw, kind="application/x-www-form-urlencoded")

    def picture(self) -> Request:
        return self.message("", subtype="file_share", files=[{"id": "F1", "mimetype": "image/png"}])
