"""Takes a passage out of a talk, everywhere that it was kept: a card's number, a name, whatever should not stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.plain import plain_text
from bot.conversations.search_words import fold
from bot.storage.models import (
    conversation,
    conversation_tag,
    gap,
    gap_question,
    handoff,
    left_message,
    lesson,
    mail,
    message,
    note,
    rasa_tracker,
    rating,
    suggestion,
    survey_answer,
    turn,
)

REMOVED = "[removed]"
LEAST = 2  # characters: a single letter is everywhere
NAMES = frozenset(("type", "kind", "purpose", "lang", "payload", "intent", "entity"))
"""Fields of blocks and of what was understood that hold our own words, never a patron's."""


@dataclass
class Passage:
    """What is taken out: the same words, whatever their case and however they are broken into lines."""

    text: str

    def __post_init__(self) -> None:
        words = [re.escape(word) for word in self.text.split()]
        self._pattern = re.compile(r"\s+".join(words), re.IGNORECASE)
        self._folded = fold(self.text)
        self.places = 0

    def out_of(self, text: str) -> str:
        """Return `text` without the passage."""
        cleaned, times = self._pattern.subn(REMOVED, text)
        self.places += times
        return cleaned

    def out_of_all(self, value: Any, change: Callable[[str], str] | None = None) -> Any:
        """Return JSON without the passage in any of its texts."""
        change = change or self.out_of
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [self.out_of_all(one, change) for one in value]
        if isinstance(value, dict):
            return {key: one if key in NAMES else self.out_of_all(one, change) for key, one in value.items()}
        return value

    def out_of_understood(self, value: Any) -> Any:
        """Return what was understood of a message that held the passage, without the parts that came from it."""
        return self.out_of_all(value, lambda text: REMOVED if f"{fold(text)} " in f"{self._folded} " else text)


async def redact(db: AsyncConnection, conversation_id: str, text: str) -> int:
    """Take the passage out of a talk in the caller's transaction; return at how many places it was."""
    passage = Passage(text)
    touched = await _messages(db, conversation_id, passage)
    await _turns(db, conversation_id, passage, touched)
    for table, key, columns in (
        (handoff, handoff.c.id, ("question", "transfer_note")),
        (left_message, left_message.c.id, ("question", "name", "contact", "answer")),
        (mail, mail.c.id, ("recipient", "reply_to", "subject", "body")),
        (note, note.c.id, ("text",)),
        (rating, rating.c.seq, ("comment",)),
        (conversation_tag, conversation_tag.c.tag, ("tag",)),
        (suggestion, suggestion.c.id, ("text", "details", "matching", "contact")),
        (survey_answer, survey_answer.c.id, ("value",)),
        (lesson, lesson.c.id, ("text",)),
    ):
        await _texts(db, table, table.c.conversation_id == conversation_id, key, columns, passage)
    grouped = gap.c.id.in_(sa.select(gap_question.c.gap_id).where(gap_question.c.conversation_id == conversation_id))
    await _texts(db, gap, grouped, gap.c.id, ("question",), passage)
    await _texts(db, conversation, conversation.c.id == conversation_id, conversation.c.id, ("context",), passage)
    # The assistant's own memory of the talk holds the words in forms of its own; it can do without it.
    await db.execute(rasa_tracker.delete().where(rasa_tracker.c.conversation_id == conversation_id))
    return passage.places


async def _messages(db: AsyncConnection, conversation_id: str, passage: Passage) -> set[int]:
    query = sa.select(message.c.seq, message.c.blocks, message.c.choice).where(
        message.c.conversation_id == conversation_id
    )
    touched = set()
    for row in (await db.execute(query)).all():
        blocks, choice = passage.out_of_all(row.blocks), passage.out_of_all(row.choice)
        if (blocks, choice) != (row.blocks, row.choice):
            touched.add(row.seq)
            await db.execute(
                message.update()
                .where(message.c.conversation_id == conversation_id, message.c.seq == row.seq)
                .values(blocks=blocks, choice=choice, words=fold(plain_text(blocks)))
            )
    return touched


async def _turns(db: AsyncConnection, conversation_id: str, passage: Passage, touched: set[int]) -> None:
    query = sa.select(turn.c.id, turn.c.seq, turn.c.understood, turn.c.suggestion).where(
        turn.c.conversation_id == conversation_id
    )
    for row in (await db.execute(query)).all():
        understood, suggested = passage.out_of_all(row.understood), passage.out_of_all(row.suggestion)
        if row.seq in touched and understood:
            entities = passage.out_of_understood(understood.get("entities", []))
            understood = understood | {"entities": entities}
        if (understood, suggested) != (row.understood, row.suggestion):
            values = {"understood": understood, "suggestion": suggested}
            await db.execute(turn.update().where(turn.c.id == row.id).values(values))


async def _texts(
    db: AsyncConnection,
    table: sa.Table,
    here: sa.ColumnElement[bool],
    key: sa.Column[Any],
    columns: tuple[str, ...],
    passage: Passage,
) -> None:
    for row in (await db.execute(sa.select(key.label("key"), *(table.c[name] for name in columns)).where(here))).all():
        before = {name: getattr(row, name) for name in columns if getattr(row, name)}
        after = {name: passage.out_of_all(value) for name, value in before.items()}
        if after != before:
            await db.execute(table.update().where(here, key == row.key).values(after))
