"""Carries a talk from one place to another by a one-time code: from the website to a phone, and back."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.addresses import Addresses
from bot.conversations.handoff import Handoffs, Outcome
from bot.conversations.log import ConversationLog
from bot.conversations.model import WEB, Conversation, Mode
from bot.storage.models import address, carry_code, conversation, handoff, outbound

CODE_SECONDS = 600.0
ELSEWHERE = "The patron goes on in another chat."
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that looks like something else


class Carrying:
    """Makes codes and takes them; each is good once."""

    def __init__(self, log: ConversationLog, addresses: Addresses, handoffs: Handoffs) -> None:
        self._log = log
        self._addresses = addresses
        self._handoffs = handoffs

    async def code(self, db: AsyncConnection, conversation_id: str) -> str:
        """Return a new code for a talk, in the caller's transaction; an older one is no longer good."""
        new = _code()
        await db.execute(carry_code.delete().where(carry_code.c.conversation_id == conversation_id))
        row = {
            "code_hash": self._addresses.code_hash(new),
            "conversation_id": conversation_id,
            "expires_at": time.time() + CODE_SECONDS,
        }
        await db.execute(carry_code.insert(), row)
        return new

    async def is_code(self, db: AsyncConnection, code: str) -> bool:
        """Tell whether a talk can be taken by a code now."""
        query = sa.select(carry_code.c.code_hash).where(self._good(code))
        return (await db.execute(query)).first() is not None

    async def take(self, db: AsyncConnection, code: str, channel: str) -> Conversation | None:
        """Return the talk that a code stands for, by `channel` from now on; None where it stands for none.

        The code is used up. To the window of the website that is all; for an address `to_address` follows. In the
        caller's transaction.
        """
        here = self._good(code)
        query = sa.select(carry_code.c.conversation_id).where(here)
        conversation_id = (await db.execute(query)).scalar_one_or_none()
        if conversation_id is None:
            return None
        talk = await self._log.locked(db, conversation_id)
        used = await db.execute(carry_code.delete().where(here))
        if not used.rowcount:  # somebody was quicker
            return None
        await db.execute(conversation.update().where(conversation.c.id == talk.id).values(channel=channel))
        if channel == WEB:
            await self._to_window(db, talk.id)
        return replace(talk, channel=channel)

    def _good(self, code: str) -> sa.ColumnElement[bool]:
        return (carry_code.c.code_hash == self._addresses.code_hash(code)) & (carry_code.c.expires_at > time.time())

    async def to_address(self, db: AsyncConnection, talk: Conversation, key: str, channel: str, sealed: str) -> None:
        """Let a talk go on at an address; the one that was there before stays, but nothing can be sent to it any more.

        Only what comes after now is sent there, and what had not been sent to the place before.
        """
        sent_seq = await self._sent_seq(db, talk)
        await db.execute(address.delete().where(address.c.conversation_id == talk.id))
        before = (
            await db.execute(sa.select(address.c.conversation_id).where(address.c.key == key))
        ).scalar_one_or_none()
        if before is not None:
            old = await self._log.locked(db, before)
            await self._handoffs.close(db, old.id, Outcome.LEFT)
            if old.mode is not Mode.BOT:
                await self._log.set_mode(db, old, Mode.BOT)
            await db.execute(address.delete().where(address.c.key == key))
            unsent = (outbound.c.conversation_id == before) & (outbound.c.state == "due")
            await db.execute(outbound.update().where(unsent).values(state="failed", problem=ELSEWHERE))
        row = new_address(key, talk, channel, sealed) | {"introduced": 1}
        await db.execute(address.insert(), row | {"sent_seq": sent_seq})

    async def _to_window(self, db: AsyncConnection, conversation_id: str) -> None:
        """Let nothing be sent any more: the window shows the whole talk."""
        await db.execute(address.delete().where(address.c.conversation_id == conversation_id))
        due = (outbound.c.conversation_id == conversation_id) & (outbound.c.state == "due")
        await db.execute(outbound.delete().where(due))
        # A telephone never says that it is there. From here on whoever waits counts as gone when the window is.
        waits = (handoff.c.conversation_id == conversation_id) & handoff.c.state.in_(("waiting", "claimed"))
        await db.execute(handoff.update().where(waits).values(patron_seen_at=self._log.clock.now().timestamp()))

    async def _sent_seq(self, db: AsyncConnection, talk: Conversation) -> int:
        """Return the message up to which all was sent; what is later is forgotten by `outbound`, to be drawn anew."""
        of = outbound.c.conversation_id == talk.id
        known = sa.select(address.c.sent_seq).where(address.c.conversation_id == talk.id)
        first = sa.select(sa.func.min(outbound.c.seq)).where(of, outbound.c.state == "due")
        filled = (await db.execute(known)).scalar_one_or_none()
        unsent = (await db.execute(first)).scalar_one_or_none()
        sent_seq = min(talk.seq if filled is None else filled, talk.seq if unsent is None else unsent - 1)
        await db.execute(outbound.delete().where(of, outbound.c.seq > sent_seq))
        return sent_seq


def new_address(key: str, talk: Conversation, channel: str, sealed: str) -> dict[str, object]:
    """Return the row of an address at which a talk goes on from its newest message."""
    return {
        "key": key,
        "conversation_id": talk.id,
        "channel": channel,
        "sealed": sealed,
        "heard_at": time.time(),
        "sent_seq": talk.seq,
        "introduced": 0,
        "next_at": 0.0,
        "leased_until": 0.0,
    }


def _code() -> str:
    """Return 40 random bits as XXXX-XXXX, with a digit and a letter in it, so that no word and no number is one."""
    while True:
        signs = "".join(secrets.choice(SIGNS) for _ in range(8))
        if any(sign.isdigit() for sign in signs) and any(sign.isalpha() for sign in signs):
            return f"{signs[:4]}-{signs[4:]}"
