"""Twilio: SMS and WhatsApp, by its REST API and its forms, signed by its own library."""

from __future__ import annotations

import asyncio
import base64
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from twilio.request_validator import RequestValidator

from bot.channel_settings import ChannelSettings
from tests.channels.stand_ins.base import Request, Sent, StandIn

SID, TOKEN = "AC" + "0a" * 16, "twilio-token-of-the-tests"
NUMBER, WHATSAPP = "+13155550100", "+13155550101"


class Twilio(StandIn):
    def __init__(self, channel: str) -> None:
        super().__init__(channel, "+13155550123")
        self._prefix = "whatsapp:" if channel == "whatsapp" else ""
        self.held: list[dict[str, str]] = []
        self.can_be_asked = True
        self.sms_url = f"{self.public}/messaging/twilio"

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            public_url=self.public,
            twilio_account_sid=SID,
            twilio_auth_token=TOKEN,
            twilio_sms_from=NUMBER if self.channel == "sms" else "",
            twilio_whatsapp_from=WHATSAPP if self.channel == "whatsapp" else "",
            twilio_api=self.url,
        )

    def routes(self, app: web.Application) -> None:
        account = f"/2010-04-01/Accounts/{SID}"
        app.router.add_post(f"{account}/Messages.json", self._send)
        app.router.add_get(f"{account}/Messages.json", self._list)
        app.router.add_get(f"{account}.json", self._account)
        app.router.add_get(f"{account}/IncomingPhoneNumbers.json", self._numbers)

    def _honest(self, request: web.Request) -> bool:
        right = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        return request.headers.get("Authorization") == right

    async def _send(self, request: web.Request) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if not self._honest(request):
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        fault = await self.trouble(request)
        if fault is not None:
            return fault
        if len(form["Body"]) > 1600:
            return web.json_response({"code": 21617, "message": "too long", "status": 400}, status=400)
        assert form["From"] == self._prefix + (WHATSAPP if self._prefix else NUMBER)
        assert form["StatusCallback"] == f"{self.public}/messaging/twilio/status"
        row = {"sid": "SM" + self.new_id(), "to": form["To"], "body": form["Body"], "direction": "outbound-api"}
        row["date_created"] = formatdate(usegmt=True)
        self.held.append(row)
        self.sent.append(Sent(form["To"].removeprefix(self._prefix), form["Body"]))
        await asyncio.sleep(self.slow)
        if self.cut(request):
            assert request.transport
            request.transport.abort()
        return web.json_response(row, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        found = [row for row in self.held if row["to"] == request.query["To"]]
        return web.json_response({"messages": found, "page": 0, "page_size": 50, "next_page_uri": None})

    async def _account(self, request: web.Request) -> web.Response:
        if not self._honest(request):
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        return web.json_response({"sid": SID, "status": "active"})

    async def _numbers(self, request: web.Request) -> web.Response:
        numbers = [{"phone_number": NUMBER, "sms_url": self.sms_url}]
        return web.json_response({"incoming_phone_numbers": numbers, "page": 0, "next_page_uri": None})

    def busy(self) -> dict[str, Any]:
        return {"code": 20429, "message": "Too Many Requests", "status": 429}

    def never(self) -> web.Response:
        return web.json_response({"code": 21211, "message": "no such number", "status": 400}, status=400)

    def signed(self, path: str, fields: dict[str, str], url: str | None = None) -> Request:
        signature = RequestValidator(TOKEN).compute_signature(url or f"{self.public}{path}", fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        return Request(path, headers, urlencode(fields).encode())

    def fields(self, text: str, id_: str | None = None, address: str | None = None, **more: str) -> dict[str, str]:
        return {
            "AccountSid": SID,
            "MessageSid": id_ or "SM" + self.new_id(),
            "SmsStatus": "received",
            "From": f"{self._prefix}{address or self.address}",
            "To": f"{self._prefix}{NUMBER}",
            "Body": text,
            "NumMedia": "0",
            **more,
        }

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        return self.signed("/messaging/twilio", self.fields(text, id_, address, **more))

    def picture(self) -> Request:
        return self.message("", NumMedia="1", MediaUrl0="https://api.twilio.com/x", MediaContentType0="image/jpeg")

    def failed(self, sid: str, code: str) -> Request:
        fields = {"AccountSid": SID, "MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": code}
        return self.signed("/messaging/twilio/status", fields)
