"""What the tests of suggestions share: suggestions in the table, and a real server that takes e-mail."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.conversations.references import new_reference
from bot.run import free_port
from bot.web import keys
from tests.web.a_desk import Desk


@dataclass
class Letters:
    """A mailbox for everybody."""

    taken: list[Envelope] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 OK"

    def read(self) -> dict[str, EmailMessage]:
        """Return the newest letter to each address."""
        return {
            one.rcpt_tos[0]: email.message_from_bytes(one.content or b"", policy=default)  # type: ignore[arg-type]
            for one in self.taken
        }


@contextmanager
def a_mailbox() -> Iterator[Letters]:
    """Run the server."""
    letters = Letters(port=free_port())
    controller = Controller(letters, hostname="127.0.0.1", port=letters.port)
    controller.start()
    yield letters
    controller.stop(no_assert=True)


async def a_suggestion(desk: Desk, text: str = "The Women", **changes: Any) -> Any:
    """Store a suggestion and return it."""
    now = desk.clock.now().timestamp()
    row = {
        "code": new_reference("K"),
        "kind": "purchase",
        "text": text,
        "details": {"title": text} if changes.get("kind", "purchase") == "purchase" else {},
        "matching": text.lower(),
        "lang": "en",
        "channel": "web",
        "status": "new",
        "created_at": now,
        "changed_at": now,
    }
    number = await desk.insert("suggestion", **row | changes)
    return next(one for one in await desk.rows("suggestion") if one.id == number)


async def by_id(desk: Desk, number: int) -> Any:
    return next(one for one in await desk.rows("suggestion") if one.id == number)


async def send_mail(desk: Desk) -> None:
    # The gateway's own sender may be at one of them.
    while any(row.state == "due" for row in await desk.rows("mail")):
        if not await desk.app[keys.OUTBOX].send_next():
            await asyncio.sleep(0.02)
