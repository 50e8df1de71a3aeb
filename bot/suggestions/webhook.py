"""A signed webhook: any other system hears of new suggestions and of what becomes of them.

Headers and signature are those of the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com). The
receiver tells twins by `webhook-id`, which stays the same however often a delivery is tried.
"""

from __future__ import annotations

import json
import time
from typing import Any

from bot.clock import utc
from bot.suggestions.model import wished
from bot.suggestions.outlets import Body, Caller, ended
from bot.webhook_signing import read_secret, sign

NAME = "webhook"
DETAILS = ("title", "author", "isbn", "formats", "audience", "language")


class Webhook:
    """Sends every suggestion, and every change of its status or reply."""

    name = NAME
    settle_seconds = 0.0

    def __init__(self, caller: Caller, url: str, secret: str) -> None:
        """`secret`: whsec_ and 24 to 64 random bytes in base64."""
        self._caller = caller
        self._url = url
        self._key = read_secret(secret)

    def body(self, suggestion: Any, event: str, joined_to: str | None) -> Body | None:
        """Return the event as docs/suggestions.md shows it. Who suggested it is not in it."""
        of = suggestion
        known = wished(of.kind, of.details)
        return {
            "type": f"suggestion.{event}",
            "timestamp": utc(of.created_at if event == "created" else of.changed_at),
            "data": {
                "code": of.code,
                "kind": of.kind,
                "text": of.text,
                "details": {name: known[name] for name in DETAILS if known.get(name)},
                "status": of.status,
                "reply": of.reply,
                "joined_to": joined_to,
                "branch": of.branch,
                "language": of.lang,
                "channel": of.channel,
                "created_at": utc(of.created_at),
                "changed_at": utc(of.changed_at),
            },
        }

    async def known(self, key: str, body: Body) -> str | None:
        """Return None: the receiver cannot be asked, and drops twins by their id."""
        return None

    async def send(self, key: str, body: Body) -> str:
        """Post the event; any 2xx is a yes."""
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        moment = int(time.time())  # of the attempt, by the machine's clock: receivers refuse what is old
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(self._key, key, moment, data),
        }
        answer = await self._caller.call("POST", self._url, headers=headers, data=data)
        if not 200 <= answer.status < 300:
            raise ended(answer, "The receiver")
        return ""

    async def close(self) -> None:
        """End the connections."""
        await self._caller.close()
