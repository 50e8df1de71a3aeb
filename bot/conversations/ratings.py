"""What patrons thought of an answer, or of the whole talk."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.conversations.errors import BadRating
from bot.conversations.handoff import DESK, Handoffs
from bot.conversations.handoff_words import RATINGS, HandoffWords
from bot.conversations.log import ConversationLog
from bot.conversations.model import Mode, Sender
from bot.conversations.text import printable
from bot.storage.models import message, rating

OF_ANSWER = ("up", "down")
COMMENT_MOST = 1000  # characters
TALK = 0
"""The seq under which the rating of the whole talk is kept."""


class Ratings:
    """Takes ratings; the last one of each counts."""

    def __init__(self, log: ConversationLog, handoffs: Handoffs, words: HandoffWords) -> None:
        self._log = log
        self._handoffs = handoffs
        self._words = words

    async def rate(self, conversation_id: str, seq: int, value: str, comment: str = "") -> None:
        """Store what the patron thought of message `seq`, or of the talk (0); raise BadRating or ChatGone.

        Whoever found an answer no help is offered a person, once for each answer.
        """
        if value not in (OF_ANSWER if seq else RATINGS):
            raise BadRating
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            if seq:
                sender = sa.select(message.c.sender).where(
                    message.c.conversation_id == conversation_id, message.c.seq == seq
                )
                if (await db.execute(sender)).scalar_one_or_none() != Sender.BOT.value:
                    raise BadRating
            here = (rating.c.conversation_id == conversation_id) & (rating.c.seq == seq)
            before = (await db.execute(sa.select(rating.c.value).where(here))).scalar_one_or_none()
            values: dict[str, Any] = {
                "value": value,
                "comment": printable(comment)[:COMMENT_MOST] or None,
                "at": self._log.clock.now().timestamp(),
            }
            if before is None:
                await db.execute(rating.insert(), values | {"conversation_id": conversation_id, "seq": seq})
            else:
                await db.execute(rating.update().where(here).values(values))
            offers = value == "down" and before is None and talk.mode is Mode.BOT
            if offers and not await self._handoffs.stopped(db):
                await self._log.append(db, talk, Sender.BOT, self._words.offer(talk.lang))
        self._log.hub.wake(conversation_id)
        self._log.hub.wake(DESK)

    async def given(self, conversation_id: str) -> dict[str, str]:
        """Return the ratings of a talk by seq, as text: JSON has no other keys."""
        async with self._log.database.read() as db:
            rows = await db.execute(
                sa.select(rating.c.seq, rating.c.value).where(rating.c.conversation_id == conversation_id)
            )
            return {str(row.seq): row.value for row in rows}
