"""Telegram: the Bot API's methods and updates, whose buttons are read by python-telegram-bot."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any

import telegram
from aiohttp import web

from bot.channel_settings import ChannelSettings
from tests.channels.stand_ins.base import IDS, Request, Sent, StandIn

BOT, SECRET = "12345678:abcdefghijklmnopqrstuvwxyz", "telegram_secret_of_the_tests"


class Telegram(StandIn):
    def __init__(self) -> None:
        super().__init__("telegram", "4455667788")
        self.hook: dict[str, Any] = {"url": f"{self.public}/messaging/telegram"}
        self._number = itertools.count(100)

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            public_url=self.public, telegram_token=BOT, telegram_secret=SECRET, telegram_api=self.url
        )

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/bot{token}/{method}", self._call)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        fields: dict[str, Any] = dict(await request.post())
        if request.match_info["token"] != BOT:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        match request.match_info["method"]:
            case "sendMessage":
                return await self._send(request, fields)
            case "getMe":
                me = {"id": 12345678, "is_bot": True, "first_name": "Library", "username": "library_bot"}
                return web.json_response({"ok": True, "result": me})
            case "getWebhookInfo":
                info = {"url": "", "has_custom_certificate": False, "pending_update_count": 0} | self.hook
                return web.json_response({"ok": True, "result": info})
            case "setWebhook":
                self.hook = {"url": fields["url"], "secret": fields["secret_token"]}
                return web.json_response({"ok": True, "result": True})
        return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)

    async def _send(self, request: web.Request, fields: dict[str, Any]) -> web.StreamResponse:
        fault = await self.trouble(request)
        if fault is not None:
            return fault
        text = fields["text"]
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return self._bad("Bad Request: message is too long")
        markup = telegram.InlineKeyboardMarkup.de_json(
            json.loads(fields.get("reply_markup") or '{"inline_keyboard": []}')
        )
        buttons = [(one.text, str(one.callback_data)) for row in markup.inline_keyboard for one in row]
        if any(len(key.encode()) > 64 for _, key in buttons):
            return self._bad("Bad Request: BUTTON_DATA_INVALID")
        self.sent.append(Sent(fields["chat_id"], text, tuple(buttons)))
        await asyncio.sleep(self.slow)
        chat = {"id": int(fields["chat_id"]), "type": "private"}
        message = {"message_id": next(self._number), "date": int(time.time()), "chat": chat, "text": text}
        return web.json_response({"ok": True, "result": message})

    def never(self) -> web.Response:
        body = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        return web.json_response(body, status=403)

    def _bad(self, description: str) -> web.Response:
        return web.json_response({"ok": False, "error_code": 400, "description": description}, status=400)

    def busy(self) -> dict[str, Any]:
        after = int(self.again_after)
        return {
            "ok": False,
            "error_code": 429,
            "description": f"Too Many Requests: retry after {after}",
            "parameters": {"retry_after": after},
        }

    def update(self, body: dict[str, Any], id_: str | None = None) -> Request:
        update = {"update_id": int(id_ or next(IDS))} | body
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
        return Request("/messaging/telegram", headers, json.dumps(update).encode())

    def _person(self, address: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        number = int(address or self.address)
        who = {"id": number, "is_bot": False, "first_name": "Pat", "language_code": "en"}
        return who, {"id": number, "type": "private", "first_name": "Pat"}

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        who, chat = self._person(address)
        kind = more.pop("kind", "message")
        said = {"message_id": next(IDS), "date": int(time.time()), "chat": chat, "from": who, "text": text} | more
        return self.update({kind: said}, id_)

    def press(self, key: str, *, address: str | None = None) -> Request:
        who, chat = self._person(address)
        shown = {"message_id": 1, "date": int(time.time()), "chat": chat, "text": "?"}
        pressed = {"id": self.new_id(), "from": who, "message": shown, "chat_instance": "1", "data": key}
        return self.update({"callback_query": pressed})

    def picture(self) -> Request:
        who, chat = self._person(None)
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        said = {"message_id": next(IDS), "date": int(time.time()), "chat": chat, "from": who, "photo": photo}
        return self.update({"message": said})
