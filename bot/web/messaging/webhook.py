"""The documented webhook (docs/channels/webhook.md): any other platform, by a bridge that a library writes itself."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channel_settings import ChannelSettings
from bot.channels.model import Inbound, Part
from bot.channels.platform import Later, NotSent, Uncertain, Undeliverable
from bot.suggestions.outlets import Caller, NotDelivered, NotTaken, Refused, ended
from bot.web.messaging.endpoint import Letter, Report, words
from bot.webhook_signing import is_signed, read_secret, sign

PATH = "webhook"
BATCH_MOST = 100


class OfPatron(BaseModel):
    """A message of a patron, or a button that was pressed."""

    model_config = ConfigDict(extra="ignore")
    id: str = Field(min_length=1, max_length=200)
    sender: str = Field(alias="from", min_length=1, max_length=200)
    text: str = Field(default="", max_length=20_000)
    choice: str | None = Field(default=None, max_length=64)
    attachments: bool = False
    lang: str | None = Field(default=None, max_length=8)


class Undelivered(BaseModel):
    """That a message could not be delivered after all."""

    model_config = ConfigDict(extra="ignore")
    id: str = Field(max_length=120)
    problem: str = Field(default="The bridge could not deliver it.", max_length=200)


class Batch(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="ignore")
    type: Literal["messages"] = "messages"
    messages: list[OfPatron] = Field(default_factory=list, max_length=BATCH_MOST)
    undelivered: list[Undelivered] = Field(default_factory=list, max_length=BATCH_MOST)


class WebhookEndpoint:
    """Takes batches of messages."""

    path = PATH

    def __init__(self, settings: ChannelSettings) -> None:
        self._key = read_secret(settings.channel_secret)

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether the signature is that of the body, made in the last five minutes."""
        id_, moment, signed = (letter.proof(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
        if not f"{id_}{signed}".isascii():
            return False
        return is_signed(self._key, id_, moment, signed, letter.body, time.time())

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return the messages, in order."""
        try:
            batch = Batch.model_validate_json(letter.body)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
        heard = [
            Inbound(
                "webhook",
                words(one.sender),
                words(one.id),
                words(one.text),
                words(one.choice) or None,
                other=one.attachments or not (one.text.strip() or one.choice),
                lang=one.lang,
            )
            for one in batch.messages
        ]
        return [*heard, *(Report(one.id, words(one.problem), ("webhook",)) for one in batch.undelivered)]

    def answer(self, letter: Letter) -> web.Response:
        """Say that it was taken."""
        return web.json_response({"ok": True})


class WebhookPlatform:
    """Sends to the bridge."""

    channel = "webhook"

    def __init__(self, settings: ChannelSettings, caller: Caller) -> None:
        self._url = settings.channel_url
        self._key = read_secret(settings.channel_secret)
        self._caller = caller

    async def send(self, address: str, part: Part, key: str) -> str:
        """Post a message; the bridge drops twins by `webhook-id`, and may name its own id."""
        choices = [{"label": button.label, "choice": button.key} for button in part.buttons]
        said = await self._post({"type": "message", "to": address, "text": part.text, "choices": choices}, key)
        return said if said else key

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Return None: the bridge drops twins by itself."""
        return None

    async def check(self) -> list[str]:
        """Send a signed `ping`."""
        try:
            await self._post({"type": "ping"}, f"ping_{int(time.time())}")
        except NotSent as problem:
            return [str(problem)]
        return []

    async def close(self) -> None:
        """End the connections."""
        await self._caller.close()

    async def _post(self, body: dict[str, Any], key: str) -> str:
        data = json.dumps(body, ensure_ascii=False).encode()
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(self._key, key, moment, data),
        }
        try:
            answer = await self._caller.call("POST", self._url, headers=headers, data=data)
            if not 200 <= answer.status < 300:
                raise ended(answer, "The bridge")
        except NotTaken as problem:
            raise Later(f"The bridge: {problem}", problem.after, all_=problem.after > 0) from None
        except Refused as problem:
            raise Undeliverable(f"{problem}.") from None
        except NotDelivered as problem:
            raise Uncertain(f"The bridge: {problem}") from None
        try:
            said = json.loads(answer.body).get("id")
        except (ValueError, AttributeError):
            said = None
        return said if isinstance(said, str) else ""
