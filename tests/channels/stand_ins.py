"""Each platform as far as we meet it: its API, that takes messages, and its webhooks, signed as it signs them.

Signatures are made by the platforms' own libraries where there are such (twilio, slack_sdk); messages that arrive are
read by their schemas (python-telegram-bot, slack_sdk's own field names, Twilio's forms).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlencode

import telegram
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from bot.channel_settings import ChannelSettings

PUBLIC = "https://www.library.example/ask"
SID, TOKEN = "AC" + "0a" * 16, "twilio-token-of-the-tests"
NUMBER, WHATSAPP = "+13155550100", "+13155550101"
BOT, SECRET = "12345678:abcdefghijklmnopqrstuvwxyz", "telegram_secret_of_the_tests"
PAGE, APP, VERIFY = "page-token-of-the-tests", "app-secret-of-the-tests", "verify-token-of-the-tests"
XOXB, SIGNING = "xoxb-1-2-tests", "signing-secret-of-the-tests"
WHSEC = "whsec_" + base64.b64encode(b"b" * 32).decode()

_ids = itertools.count(1)


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
        return f"{next(_ids):032x}"


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
        update = {"update_id": int(id_ or next(_ids))} | body
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
        return Request("/messaging/telegram", headers, json.dumps(update).encode())

    def _person(self, address: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        number = int(address or self.address)
        who = {"id": number, "is_bot": False, "first_name": "Pat", "language_code": "en"}
        return who, {"id": number, "type": "private", "first_name": "Pat"}

    def message(self, text: str, *, id_: str | None = None, address: str | None = None, **more: Any) -> Request:
        who, chat = self._person(address)
        kind = more.pop("kind", "message")
        said = {"message_id": next(_ids), "date": int(time.time()), "chat": chat, "from": who, "text": text} | more
        return self.update({kind: said}, id_)

    def press(self, key: str, *, address: str | None = None) -> Request:
        who, chat = self._person(address)
        shown = {"message_id": 1, "date": int(time.time()), "chat": chat, "text": "?"}
        pressed = {"id": self.new_id(), "from": who, "message": shown, "chat_instance": "1", "data": key}
        return self.update({"callback_query": pressed})

    def picture(self) -> Request:
        who, chat = self._person(None)
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        said = {"message_id": next(_ids), "date": int(time.time()), "chat": chat, "from": who, "photo": photo}
        return self.update({"message": said})


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

    def _honest(self, request: web.Request) -> bool:
        proof = hmac.new(APP.encode(), PAGE.encode(), hashlib.sha256).hexdigest()
        return request.headers.get("Authorization") == f"Bearer {PAGE}" and request.query["appsecret_proof"] == proof

    def _refusal(self, code: int, status: int = 400) -> web.Response:
        return web.json_response({"error": {"code": code, "message": "no"}}, status=status)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if not self._honest(request):
            return self._refusal(190, 401)
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
        return web.json_response({"id": "1", "name": "Library"}) if self._honest(request) else self._refusal(190, 401)

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


ALL: dict[str, Callable[[], StandIn]] = {
    "sms": lambda: Twilio("sms"),
    "whatsapp": lambda: Twilio("whatsapp"),
    "telegram": Telegram,
    "messenger": Messenger,
    "slack": Slack,
    "webhook": Bridge,
}


def now_and_then(kinds: tuple[str, ...], share: float, seed: int) -> Callable[[], str | None]:
    """Return a fault for a share of the calls, always the same ones for a seed."""
    chance = random.Random(seed)
    return lambda: chance.choice(kinds) if chance.random() < share else None


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.02)
