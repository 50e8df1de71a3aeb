"""Twilio: SMS and WhatsApp. Webhooks: https://www.twilio.com/docs/messaging/guides/webhook-request."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.channel_settings import TWILIO, ChannelSettings
from bot.channels.model import Inbound, Part
from bot.channels.platform import Later, Uncertain, Undeliverable
from bot.web.messaging.endpoint import Letter, Report, words

PATH = "twilio"
STATUS_PATH = "twilio/status"
CALL_SECONDS = 15.0
FIELDS_MOST = 200
LOOK_BACK = 50  # messages to a number
CLOCKS_SECONDS = 10.0  # by which Twilio's clock and ours may differ
SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
PREFIX = "whatsapp:"
# https://www.twilio.com/docs/api/errors: what will not change by trying again, in words for staff.
NEVER = {
    21211: "The number does not exist.",
    21408: "Twilio may not send to this country.",
    21610: "The patron has asked the carrier for no more messages (STOP).",
    21612: "This number cannot be reached from the library's.",
    21614: "The number takes no text messages.",
    30003: "The telephone is off, or there is none.",
    30004: "The carrier has blocked the message.",
    30005: "The number does not exist, or is no longer in use.",
    30006: "The number takes no text messages.",
    30007: "The carrier took the message for spam.",
    30034: "The library's number is not registered with the carriers (A2P 10DLC).",
    63016: "WhatsApp lets us write only for 24 hours after the patron's last message, and they are over.",
}


class TwilioEndpoint:
    """Takes messages, and what became of those that were sent."""

    path = PATH

    def __init__(self, settings: ChannelSettings) -> None:
        self._validator = RequestValidator(settings.twilio_auth_token)
        self._account = settings.twilio_account_sid

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether the signature is that of this address with these fields."""
        given = letter.proof("X-Twilio-Signature")
        fields = _fields(letter.body)
        if not given.isascii() or fields is None or fields.get("AccountSid") != self._account:
            return False
        try:
            return bool(self._validator.validate(letter.url, fields, given))
        except ValueError:  # an address that is none
            return False

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return the one message; a delivery that failed as a report."""
        fields = _fields(letter.body) or {}
        sid, status = fields.get("MessageSid", ""), fields.get("MessageStatus", "")
        # The signature runs names and values together; so each must be what it should be for itself.
        if not SID.fullmatch(sid):
            raise ValueError("no MessageSid")
        if "Body" not in fields:
            if status not in ("failed", "undelivered"):
                return []
            code = fields.get("ErrorCode", "")
            number = int(code) if code.isascii() and code.isdigit() and len(code) < 8 else 0
            problem = NEVER.get(number, f"Twilio could not deliver it ({number or 'no reason given'}).")
            return [Report(sid, problem, ("sms", "whatsapp"))]
        sender = words(fields.get("From"))
        whatsapp = sender.startswith(PREFIX)
        return [
            Inbound(
                channel="whatsapp" if whatsapp else "sms",
                address=sender.removeprefix(PREFIX),
                id=sid,
                text=words(fields["Body"]),
                other=fields.get("NumMedia", "0") != "0" or "Latitude" in fields or not fields["Body"].strip(),
                told=bool(fields.get("OptOutType")),
            )
        ]

    def answer(self, letter: Letter) -> web.Response:
        """Return an empty TwiML document: answers go out by themselves."""
        return web.Response(text="<Response/>", content_type="text/xml")


class TwilioStatus(TwilioEndpoint):
    """The address that Twilio tells what became of a message."""

    path = STATUS_PATH


class TwilioPlatform:
    """Sends by one of the account's numbers."""

    def __init__(self, channel: str, settings: ChannelSettings) -> None:
        """`channel`: sms or whatsapp."""
        self.channel = channel
        self._settings = settings
        self._prefix = PREFIX if channel == "whatsapp" else ""
        self._from = settings.twilio_whatsapp_from if channel == "whatsapp" else settings.twilio_sms_from
        self._http: _Http | None = None

    async def send(self, address: str, part: Part, key: str) -> str:
        """Send a message; return its SID."""
        sender = {"messaging_service_sid" if self._from.startswith("MG") else "from_": f"{self._prefix}{self._from}"}
        back = f"{self._settings.public_url}/messaging/{STATUS_PATH}"
        made = await self._ask(
            self._client().messages.create_async(
                to=f"{self._prefix}{address}", body=part.text, status_callback=back, **sender
            )
        )
        return str(made.sid)

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Look for the same words among what was made for this number since then."""
        # Not asked by date: Twilio's filter is for when a message went on to the carrier, which this one may still wait
        # for.
        found = await self._ask(self._client().messages.list_async(to=f"{self._prefix}{address}", limit=LOOK_BACK))
        after = datetime.fromtimestamp(since - CLOCKS_SECONDS, UTC)
        return next(
            (
                str(one.sid)
                for one in found
                if one.body == part.text
                and one.direction != "inbound"
                and one.sid not in others
                and (one.date_created is None or one.date_created >= after)
            ),
            None,
        )

    async def check(self) -> list[str]:
        """Read the account, and whether its number tells us of messages."""
        try:
            account = await self._ask(
                self._client().api.v2010.accounts(self._settings.twilio_account_sid).fetch_async()
            )
            if account.status != "active":
                return [f"The account is {account.status}."]
            if self.channel == "whatsapp" or self._from.startswith("MG"):
                return []
            numbers = await self._ask(
                self._client().incoming_phone_numbers.list_async(phone_number=self._from, limit=1)
            )
        except (Later, Uncertain, Undeliverable) as problem:
            return [str(problem)]
        if not numbers:
            return [f"The account has no number {self._from} (TWILIO_SMS_FROM)."]
        wanted = f"{self._settings.public_url}/messaging/{PATH}"
        told = numbers[0].sms_url
        if told != wanted:
            return [f"{self._from} tells {told or 'nobody'} of messages. Set “A message comes in” to {wanted}"]
        return []

    async def close(self) -> None:
        """End the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _client(self) -> Client:
        if self._http is None:
            self._http = _Http(self._settings.twilio_api)
        return Client(
            self._settings.twilio_account_sid, self._settings.twilio_auth_token, http_client=self._http, environment={}
        )

    async def _ask(self, call: Any) -> Any:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await call
        except TwilioRestException as error:
            if error.status == 429:
                raise Later("Twilio asks to wait", all_=True) from None
            if error.status >= 500:
                raise Uncertain(f"Twilio answered {error.status}") from None
            if error.status == 401:
                raise Later("Twilio refuses the account or its token (401)", 300.0) from None
            raise Undeliverable(
                NEVER.get(error.code or 0, f"Twilio refused it ({error.code or error.status}).")
            ) from None
        except (aiohttp.ClientConnectorError, ConnectionRefusedError):
            raise Later("Twilio cannot be reached") from None
        except TimeoutError:
            raise Uncertain("Twilio gave no answer in time") from None
        except (aiohttp.ClientError, OSError, TwilioException, ValueError):
            raise Uncertain("The connection to Twilio broke off") from None


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """The library's client, which can be pointed elsewhere and holds on to nothing that it has seen."""

    def __init__(self, base: str) -> None:
        super().__init__(pool_connections=True)
        self._base = base

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Write nothing into the log: the library would write patrons' numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Write nothing into the log."""

    async def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        """Make a request."""
        answer = await super().request(method, url.replace(TWILIO, self._base, 1), *args, **more)
        self._test_only_last_request = self._test_only_last_response = None
        return answer


def _fields(body: bytes) -> dict[str, str] | None:
    """Return the fields of a form, None where it is none, or names a field twice."""
    with contextlib.suppress(UnicodeDecodeError, ValueError):
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS_MOST
        )
        fields = dict(pairs)
        return fields if len(fields) == len(pairs) else None
    return None
