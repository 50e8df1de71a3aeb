"""Messages that patrons leave when nobody can join: numbered, kept for the desk's inbox, and mailed to the library."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.contact import read_contact
from bot.conversations.errors import BadContact, BadField, TextEmpty
from bot.conversations.handoff import Handoffs, Outcome
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.log import ConversationLog
from bot.conversations.mail import Outbox
from bot.conversations.model import Conversation, Mode, Sender
from bot.conversations.references import new_reference
from bot.conversations.text import clean, printable
from bot.storage.models import left_message, message

NAME_MOST = 80
HERE = "chat"
"""The kind of contact of who is answered in the chat itself."""
TRIES = 5


class LeftMessages:
    """Takes the form with which a message is left."""

    def __init__(self, log: ConversationLog, handoffs: Handoffs, words: HandoffWords, outbox: Outbox) -> None:
        self._log = log
        self._handoffs = handoffs
        self._words = words
        self._outbox = outbox

    async def leave(
        self, conversation_id: str, client_id: str, seq: int, values: Mapping[str, str], *, here: bool = False
    ) -> str:
        """Store a message left by the form of message `seq` and return its number; the same one for the same key.

        `here`: the answer is wanted in the chat itself, which goes on for weeks where it is a messaging channel.
        Raises BadField or BadContact, naming the field, or ChatGone.
        """
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            before = await self._known(db, conversation_id, client_id)
            if before is not None:
                return before
            if not await self._offered(db, conversation_id, seq):
                raise BadField(field="question")
            question = _text(values, "question")
            contact, kind = ("", HERE) if here else _contact(values.get("contact", ""))
            name = " ".join(printable(values.get("name", "")).split())[:NAME_MOST] or None
            reference = await self._new_reference(db)
            row = {
                "reference": reference,
                "conversation_id": conversation_id,
                "client_id": client_id,
                "name": name,
                "contact": contact,
                "contact_kind": kind,
                "question": question,
                "lang": talk.lang,
                "branch": talk.branch,
                "at": self._log.clock.now().timestamp(),
                "state": "open",
            }
            made = await db.execute(left_message.insert(), row)
            (row_id,) = made.inserted_primary_key or (None,)
            await self._outbox.tell_library(db, conversation_id, row_id, row)
            await self._confirm(db, talk, seq, reference, contact)
        self._handoffs.changed(conversation_id)
        return reference

    async def _confirm(self, db: AsyncConnection, talk: Conversation, seq: int, reference: str, contact: str) -> None:
        if talk.mode is Mode.WAITING:  # whoever leaves a message waits no more
            await self._handoffs.close(db, talk.id, Outcome.MESSAGE)
            talk = await self._handoffs.to_bot(db, talk)
        words = self._words.left(seq, reference, contact, talk.lang)
        await self._log.append(db, talk, Sender.BOT, [words])

    async def _known(self, db: AsyncConnection, conversation_id: str, client_id: str) -> str | None:
        query = sa.select(left_message.c.reference).where(
            left_message.c.conversation_id == conversation_id, left_message.c.client_id == client_id
        )
        found: str | None = (await db.execute(query)).scalar_one_or_none()
        return found

    async def _offered(self, db: AsyncConnection, conversation_id: str, seq: int) -> bool:
        query = sa.select(message.c.blocks).where(
            message.c.conversation_id == conversation_id, message.c.seq == seq, message.c.sender == Sender.BOT.value
        )
        blocks = (await db.execute(query)).scalar_one_or_none() or []
        return any(block["type"] == "form" and "purpose" not in block for block in blocks)

    async def _new_reference(self, db: AsyncConnection) -> str:
        for _ in range(TRIES):
            reference = new_reference("M")
            taken = sa.select(left_message.c.id).where(left_message.c.reference == reference)
            if (await db.execute(taken)).first() is None:
                return reference
        raise RuntimeError("no free number was found")


def _contact(text: str) -> tuple[str, str]:
    contact = read_contact(printable(text))
    if contact is None:
        raise BadContact(field="contact")
    return contact


def _text(values: Mapping[str, str], field: str) -> str:
    try:
        return clean(values.get(field, ""))
    except TextEmpty:
        raise BadField(field=field) from None
