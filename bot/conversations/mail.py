"""E-mail on its way: kept until a server has taken it, tried again while none does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.engine import Database
from bot.storage.models import mail

log = logging.getLogger(__name__)

PAUSES = (10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)  # seconds after each failed attempt, the last one again and again
ATTEMPTS_MOST = 60  # two days and a half
LEASE_SECONDS = 60.0  # nobody else tries meanwhile
LOOK_SECONDS = 2.0
SEND_SECONDS = 30.0


@dataclass(frozen=True)
class MailSettings:
    """How mail leaves the house: `server` is smtp://user:password@host:587 or smtps://...; empty: not at all."""

    server: str
    sender: str
    desk: str  # where messages that patrons leave are sent
    library: str  # its name, for subjects

    @property
    def on(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.server)


class Outbox:
    """Puts mail into the table, in the transaction of whatever it tells of, and sends it."""

    def __init__(self, database: Database, settings: MailSettings) -> None:
        self._database = database
        self.settings = settings

    async def tell_library(
        self, db: AsyncConnection, conversation_id: str, left_message_id: int | None, left: Mapping[str, Any]
    ) -> None:
        """Send a left message to the library's address, if mail is configured."""
        lines = [
            f"{left['question']}",
            "",
            f"Name: {left['name'] or 'not given'}",
            f"Reply to: {left['contact'] or 'in the chat, from the inbox of the desk'}",
            f"Language: {left['lang']}",
            f"Branch: {left['branch'] or 'not known'}",
            f"Number: {left['reference']}",
        ]
        await self.put(
            db,
            conversation_id,
            left_message_id,
            recipient=self.settings.desk,
            reply_to=left["contact"] if left["contact_kind"] == "email" else None,
            subject=f"Message {left['reference']} from the library's chat",
            body="\n".join(lines),
        )

    async def put(
        self,
        db: AsyncConnection,
        conversation_id: str | None,
        left_message_id: int | None,
        *,
        recipient: str,
        subject: str,
        body: str,
        reply_to: str | None = None,
    ) -> bool:
        """Store a mail to be sent in the caller's transaction; return False where mail is not configured."""
        if not self.settings.on:
            return False
        row = {
            "conversation_id": conversation_id,
            "left_message_id": left_message_id,
            "recipient": recipient,
            "reply_to": reply_to,
            "subject": subject,
            "body": body,
            "state": "due",
            "attempts": 0,
            "next_at": 0.0,
        }
        await db.execute(mail.insert(), row)
        return True

    async def send_forever(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                while await self.send_next():
                    pass
            except Exception:
                log.exception("sending mail failed; trying again")
            await asyncio.sleep(LOOK_SECONDS)

    async def send_next(self) -> bool:
        """Send one mail that is due; return whether there was one."""
        row = await self._lease()
        if row is None:
            return False
        try:
            await asyncio.wait_for(self._send(row), SEND_SECONDS)
        except Exception as error:  # a letter that cannot even be written must not come again for ever
            await self._failed(row, error)
        else:
            await self._mark(row.id, state="sent", body="", problem=None)
        return True

    async def _lease(self) -> Any:
        now = time.time()
        async with self._database.write() as db:
            query = (
                sa.select(mail)
                .where(mail.c.state == "due", mail.c.next_at <= now)
                .order_by(mail.c.next_at, mail.c.id)
                .limit(1)
            )
            row = (await db.execute(query)).one_or_none()
            if row is None:
                return None
            # Of two gateways that read the same row, one changes it.
            leased = await db.execute(
                mail.update()
                .where(mail.c.id == row.id, mail.c.next_at == row.next_at, mail.c.state == "due")
                .values(next_at=now + LEASE_SECONDS, attempts=mail.c.attempts + 1)
            )
            return row if leased.rowcount else None

    async def _send(self, row: Any) -> None:
        server = urlsplit(self.settings.server)
        letter = EmailMessage()
        letter["From"] = self.settings.sender
        letter["To"] = row.recipient
        letter["Subject"] = f"{row.subject} ({self.settings.library})"
        letter["Date"] = formatdate()
        # The same at every attempt: a server that took it and died before it said so can see that it has it.
        domain = self.settings.sender.rpartition("@")[2].strip("> ") or "foyer.invalid"
        letter["Message-ID"] = f"<foyer-{row.id}-{row.left_message_id or 0}@{domain}>"
        if row.reply_to:
            letter["Reply-To"] = row.reply_to
        letter.set_content(row.body)
        tls = server.scheme == "smtps"
        await aiosmtplib.send(
            letter,
            hostname=server.hostname,
            port=server.port or (465 if tls else 25),
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=tls,
            timeout=SEND_SECONDS,
        )

    async def _failed(self, row: Any, error: Exception) -> None:
        attempts = row.attempts + 1
        over = _is_final(error) or attempts >= ATTEMPTS_MOST
        log.warning("mail %s: %s; %s", row.id, type(error).__name__, "given up" if over else "trying again")
        next_at = time.time() + PAUSES[min(attempts - 1, len(PAUSES) - 1)]
        problem = f"{type(error).__name__}: {error}"[:200]
        await self._mark(row.id, state="failed" if over else "due", next_at=next_at, problem=problem)

    async def _mark(self, mail_id: int, **values: Any) -> None:
        async with self._database.write() as db:
            await db.execute(mail.update().where(mail.c.id == mail_id).values(**values))


def _is_final(error: Exception) -> bool:
    """Tell whether a server refused for good: 5xx. With 4xx it asks to come again, as greylisting does."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(one.code >= 500 for one in error.recipients)
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500
