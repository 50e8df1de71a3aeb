"""The conversation log: the record of every talk. What it has acknowledged is never lost, doubled or re-ordered."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.choices import offered, typed
from bot.conversations.errors import BadChoice, BadToken, ChatEnded, ChatGone
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens, new_conversation_id
from bot.conversations.model import Block, Conversation, Message, Mode, Sender, text_block
from bot.conversations.plain import plain_text
from bot.conversations.search_words import fold
from bot.storage.engine import Database
from bot.storage.models import conversation, message, rasa_tracker, turn

# The statements of every message, built once: to build one takes longer than SQLite needs to answer it.
BY_ID = sa.select(conversation).where(conversation.c.id == sa.bindparam("id"))
BY_ID_LOCKED = BY_ID.with_for_update()
BY_CLIENT_ID = sa.select(message).where(
    message.c.conversation_id == sa.bindparam("id"), message.c.client_id == sa.bindparam("client_id")
)
AFTER = (  # one statement for the chat and its new messages: every open widget asks it again and again
    sa.select(conversation.c.mode, message)
    .select_from(conversation)
    .outerjoin(message, (message.c.conversation_id == conversation.c.id) & (message.c.seq > sa.bindparam("seq")))
    .where(conversation.c.id == sa.bindparam("id"))
    .order_by(message.c.seq)
    .limit(sa.bindparam("limit"))
)
BLOCKS_OF_BOT = sa.select(message.c.blocks).where(
    message.c.conversation_id == sa.bindparam("id"),
    message.c.seq == sa.bindparam("seq"),
    message.c.sender == Sender.BOT.value,
)
EXTEND = (
    conversation.update()
    .where(conversation.c.id == sa.bindparam("of"))
    .values(seq=sa.bindparam("seq"), last_at=sa.bindparam("last_at"), lang=sa.bindparam("lang"))
)

Keep = Callable[[AsyncConnection, Sequence[str]], Awaitable[None]]
"""Keeps what may be kept of conversations that are about to be forgotten, in the same transaction."""
LABEL_MOST = 120  # characters of a text that may be the words of a quick reply
PAGE = 200  # messages that are read at once
IDLE_SECONDS = 24 * 3600.0  # a chat that nobody wrote in for so long can no longer be opened by its token


@dataclass(frozen=True)
class NewConversation:
    """A conversation just begun; `token` is shown this once."""

    conversation: Conversation
    token: str
    welcome: Message


@dataclass(frozen=True)
class Receipt:
    """A patron's message as stored; `new` is false when this client_id had been stored before."""

    message: Message
    new: bool


class ConversationLog:
    """Begins, reads, extends and forgets conversations."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: Tokens,
        hub: Hub,
        answer_within: float,
        keep: Keep | None = None,
    ) -> None:
        """`answer_within`: seconds for which a patron's message is still worth an answer; `keep`: see `remove`."""
        self.keep = keep
        self.database = database
        self.clock = clock
        self.hub = hub
        self._tokens = tokens
        self._answer_within = answer_within

    async def begin(
        self,
        channel: str,
        lang: str,
        welcome: Sequence[Block],
        branch: str | None = None,
        context: str | None = None,
        mark: str | None = None,
    ) -> NewConversation:
        """Store a new conversation with `welcome` as its first message; `mark`: see `announcing.announce`."""
        token, now = self._tokens.new(), self._now()
        new_id = new_conversation_id(channel)
        talk = Conversation(new_id, channel, Mode.BOT, 0, 1, lang, branch, context, now, now)
        first = Message(new_id, 1, now, Sender.BOT, lang, list(welcome), client_id=mark)
        async with self.database.write() as db:
            row = asdict(talk) | {"token_hash": self._tokens.fingerprint(token)}
            await db.execute(conversation.insert().values(row))
            await db.execute(message.insert().values(_row(first)))
        return NewConversation(talk, token, first)

    async def begin_silent(self, db: AsyncConnection, conversation_id: str, channel: str, lang: str) -> Conversation:
        """Store a new conversation without a message, which no token opens, in the caller's transaction."""
        now = self._now()
        talk = Conversation(conversation_id, channel, Mode.BOT, 0, 0, lang, None, None, now, now)
        row = asdict(talk) | {"token_hash": self._tokens.fingerprint(self._tokens.new())}
        await db.execute(conversation.insert().values(row))
        return talk

    async def new_token(self, db: AsyncConnection, conversation_id: str) -> str:
        """Return a new token that opens a conversation; the former one no longer does. In the caller's transaction."""
        token = self._tokens.new()
        values = {"token_hash": self._tokens.fingerprint(token), "last_at": self._now()}
        await db.execute(conversation.update().where(conversation.c.id == conversation_id).values(values))
        return token

    async def open(self, conversation_id: str, token: str) -> Conversation:
        """Return the conversation that `token` opens; raise BadToken, or ChatGone if forgotten or idle."""
        fingerprint = self._tokens.fingerprint(token)
        async with self.database.read() as db:
            row = (await db.execute(BY_ID, {"id": conversation_id})).one_or_none()
        if row is None:
            raise ChatGone
        if row.token_hash != fingerprint:
            raise BadToken
        if self._now() - row.last_at > IDLE_SECONDS:
            raise ChatGone
        return conversation_of(row)

    async def receive(
        self, conversation_id: str, client_id: str, *, text: str | None = None, choice_key: str | None = None
    ) -> Receipt:
        """Store a patron's message, given as clean text or as the key of an offered choice.

        While the assistant answers, its turn becomes due in the same transaction: what was acknowledged is answered.
        Raises BadChoice, ChatEnded, or ChatGone when the conversation was forgotten meanwhile.
        """
        async with self.database.write() as db:
            talk = await self.locked(db, conversation_id)
            before = await self.known(db, conversation_id, client_id)
            if before is not None:
                return Receipt(before, new=False)
            if talk.mode == Mode.ENDED:
                raise ChatEnded
            if choice_key is None:
                choice = await self._typed(db, talk, text or "") if talk.mode == Mode.BOT else None
            else:
                choice = await self._offered(db, conversation_id, choice_key)
            words = text or (choice["label"] if choice else "")
            value = choice["value"] if choice else None
            stored, _ = await self.append(
                db, talk, Sender.PATRON, [text_block(words)], client_id=client_id, choice=value
            )
            # While a person has the talk the assistant is asked too: what it would say is a suggestion for staff.
            due = {
                "conversation_id": conversation_id,
                "seq": stored.seq,
                "epoch": talk.epoch,
                "state": "due",
                "received_at": stored.at,
                "answer_by": time.time() + self._answer_within,
                "attempts": 0,
                "leased_until": 0.0,
            }
            await db.execute(turn.insert(), due)
        self.hub.wake(conversation_id)
        return Receipt(stored, new=True)

    async def after(self, conversation_id: str, seq: int, limit: int = PAGE) -> tuple[list[Message], Mode]:
        """Return the messages with a seq above `seq`, oldest first, and the mode; raise ChatGone when forgotten."""
        async with self.database.read() as db:
            rows = (await db.execute(AFTER, {"id": conversation_id, "seq": seq, "limit": limit})).all()
        if not rows:
            raise ChatGone
        return [message_of(row) for row in rows if row.seq is not None], Mode(rows[0].mode)

    async def set_mode(self, db: AsyncConnection, talk: Conversation, mode: Mode) -> Conversation:
        """Set who answers, in the caller's transaction; replies of an older epoch are never shown from here on."""
        changed = replace(talk, mode=mode, epoch=talk.epoch + 1)
        values = {"mode": mode.value, "epoch": changed.epoch}
        await db.execute(conversation.update().where(conversation.c.id == talk.id).values(values))
        return changed

    async def forget(self, conversation_id: str) -> None:
        """Remove every trace of the conversation, the assistant's memory of it included."""
        async with self.database.write() as db:
            await remove(db, [conversation_id], self.keep)
        self.hub.wake(conversation_id)

    async def append(
        self,
        db: AsyncConnection,
        talk: Conversation,
        sender: Sender,
        blocks: Sequence[Block],
        *,
        lang: str | None = None,
        name: str | None = None,
        client_id: str | None = None,
        choice: dict[str, Any] | None = None,
    ) -> tuple[Message, Conversation]:
        """Store a message in the caller's transaction, in which `talk` was read under lock; return both as they are.

        The language is the talk's unless given; what is given becomes the talk's.
        """
        new = Message(
            talk.id, talk.seq + 1, self._now(), sender, lang or talk.lang, list(blocks), name, client_id, choice
        )
        await db.execute(message.insert(), _row(new))
        grown = {"of": talk.id, "seq": new.seq, "last_at": new.at, "lang": new.lang}
        await db.execute(EXTEND, grown)
        return new, replace(talk, seq=new.seq, last_at=new.at, lang=new.lang)

    async def ask_again(self, db: AsyncConnection, talk: Conversation) -> None:
        """Let the assistant answer the newest question if nobody has, in the caller's transaction."""
        of_talk = turn.c.conversation_id == talk.id
        newest = (await db.execute(sa.select(sa.func.max(turn.c.seq)).where(of_talk))).scalar_one_or_none()
        answers = sa.select(message.c.seq).where(
            message.c.conversation_id == talk.id,
            message.c.seq > (newest or 0),
            message.c.sender.in_((Sender.BOT.value, Sender.STAFF.value)),
        )
        if newest is None or (await db.execute(answers.limit(1))).first() is not None:
            return
        due = {
            "state": "due",
            "epoch": talk.epoch,
            "answer_by": time.time() + self._answer_within,
            "attempts": 0,
            "leased_until": 0.0,
            "suggestion": None,
        }
        await db.execute(turn.update().where(of_talk, turn.c.seq == newest).values(due))

    async def known(self, db: AsyncConnection, conversation_id: str, client_id: str) -> Message | None:
        """Return the message that was stored under `client_id` before, if any."""
        row = (await db.execute(BY_CLIENT_ID, {"id": conversation_id, "client_id": client_id})).one_or_none()
        return None if row is None else message_of(row)

    async def chosen(self, conversation_id: str, key: str) -> dict[str, Any]:
        """Return what an offered choice stands for, by its key; raise BadChoice."""
        async with self.database.read() as db:
            value: dict[str, Any] = (await self._offered(db, conversation_id, key))["value"]
            return value

    async def read(self, db: AsyncConnection, conversation_id: str) -> Conversation:
        """Read the conversation in the caller's transaction; raise ChatGone."""
        row = (await db.execute(BY_ID, {"id": conversation_id})).one_or_none()
        if row is None:
            raise ChatGone
        return conversation_of(row)

    async def locked(self, db: AsyncConnection, conversation_id: str) -> Conversation:
        """Read the conversation in the caller's transaction and keep others from extending it; raise ChatGone."""
        row = (await db.execute(BY_ID_LOCKED, {"id": conversation_id})).one_or_none()
        if row is None:
            raise ChatGone
        return conversation_of(row)

    async def _offered(self, db: AsyncConnection, conversation_id: str, key: str) -> dict[str, Any]:
        seq, _, index = key.partition(".")
        choices = offered(await self._said(db, conversation_id, int(seq)))
        if int(index) >= len(choices):
            raise BadChoice
        return choices[int(index)]

    async def _typed(self, db: AsyncConnection, talk: Conversation, text: str) -> dict[str, Any] | None:
        """Return the choice of the assistant's last message that a patron wrote out; none while others wait."""
        return typed(text, await self._said(db, talk.id, talk.seq)) if len(text) <= LABEL_MOST else None

    async def _said(self, db: AsyncConnection, conversation_id: str, seq: int) -> list[Block]:
        """Return the blocks of a message of the assistant, or nothing where the seq is another's."""
        found = await db.execute(BLOCKS_OF_BOT, {"id": conversation_id, "seq": seq})
        return found.scalar_one_or_none() or []

    def _now(self) -> float:
        return self.clock.now().timestamp()


async def remove(db: AsyncConnection, conversation_ids: Sequence[str], keep: Keep | None = None) -> None:
    """Delete conversations and all that hangs on them in the caller's transaction.

    `keep` is told before which of them are still there, and may keep counts of them.
    """
    # Locked first, as everybody does who changes something of a conversation: so nobody waits in a circle.
    locked = sa.select(conversation.c.id).where(conversation.c.id.in_(conversation_ids)).order_by(conversation.c.id)
    there = list((await db.execute(locked.with_for_update())).scalars())
    if keep is not None and there:
        await keep(db, there)
    for table, column in (
        (rasa_tracker, rasa_tracker.c.conversation_id),
        (turn, turn.c.conversation_id),
        (message, message.c.conversation_id),
        (conversation, conversation.c.id),
    ):
        await db.execute(table.delete().where(column.in_(conversation_ids)))


def _row(new: Message) -> dict[str, Any]:
    return asdict(new) | {"words": fold(plain_text(new.blocks))}


def conversation_of(row: Any) -> Conversation:
    """Return a row of the table as a conversation."""
    fields = {name: getattr(row, name) for name in Conversation.__dataclass_fields__}
    return Conversation(**fields | {"mode": Mode(row.mode)})


def message_of(row: Any) -> Message:
    """Return a row of the table as a message."""
    fields = {name: getattr(row, name) for name in Message.__dataclass_fields__}
    return Message(**fields | {"sender": Sender(row.sender)})
