"""An answer of the assistant beside what it answered: what staff look at when they label it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.errors import ChatGone
from bot.conversations.log import conversation_of, message_of
from bot.conversations.model import Conversation, Message, Sender
from bot.storage.models import conversation, label, message, rating, turn

BEFORE = 2  # messages before the question that are shown with it


@dataclass(frozen=True)
class Answered:
    """A question, its answer, and what was understood; `before` are the messages that led there, oldest first."""

    talk: Conversation
    question: Message
    answer: Message
    understood: dict[str, Any]
    label: str | None = None
    rating: str | None = None
    before: list[Message] = field(default_factory=list)

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """The topics that were thought of with their probabilities, the likeliest first."""
        ranked = self.understood.get("ranking") or []
        return [(str(one["intent"]), float(one["confidence"])) for one in ranked]


async def answered(db: AsyncConnection, conversation_id: str, seq: int) -> Answered:
    """Return the answer that message `seq` is; raise ChatGone where the talk or such an answer is not there."""
    row = (await db.execute(sa.select(conversation).where(conversation.c.id == conversation_id))).one_or_none()
    if row is None:
        raise ChatGone
    query = sa.select(message).where(message.c.conversation_id == conversation_id, message.c.seq <= seq)
    found = [message_of(one) for one in (await db.execute(query.order_by(message.c.seq))).all()]
    asked = [place for place, one in enumerate(found) if one.sender is Sender.PATRON and one.seq < seq]
    if not asked or found[-1].seq != seq or found[-1].sender is not Sender.BOT:
        raise ChatGone
    question = found[asked[-1]]
    here = sa.and_(turn.c.conversation_id == conversation_id, turn.c.seq == question.seq)
    understood = (await db.execute(sa.select(turn.c.understood).where(here))).scalar_one_or_none()

    async def noted(table: sa.Table, column: sa.Column[Any]) -> str | None:
        query = sa.select(column).where(table.c.conversation_id == conversation_id, table.c.seq == seq)
        value: str | None = (await db.execute(query)).scalar_one_or_none()
        return value

    return Answered(
        talk=conversation_of(row),
        question=question,
        answer=found[-1],
        understood=understood or {},
        label=await noted(label, label.c.label),
        rating=await noted(rating, rating.c.value),
        # The greeting, which everybody gets, leads nowhere.
        before=found[max(asked[0], asked[-1] - BEFORE) : asked[-1]],
    )
