"""Lessons: what staff propose to teach, as sample questions and as better answers, until it is decided on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.search_words import fold
from bot.learning.errors import AnswerTwice, LessonGone, LessonPublished
from bot.storage.models import lesson, publication

EXAMPLE, ANSWER = "example", "answer"
OPEN, APPROVED, REJECTED, PUBLISHED = "open", "approved", "rejected", "published"
STATES = (OPEN, APPROVED, PUBLISHED, REJECTED)
TEXT_MOST = 300  # characters of a sample question: what is longer is a story, which no other patron tells
REASON_MOST = 400
PAGE = 50


@dataclass(frozen=True)
class Author:
    """Whoever proposes or decides."""

    id: int
    name: str


@dataclass(frozen=True)
class Draft:
    """What is proposed: from which answer of which talk, if any, in which language, on which topic."""

    kind: str
    lang: str
    topic: str
    text: str
    before: str | None = None
    conversation_id: str | None = None
    seq: int | None = None


def example_text(text: str) -> str:
    """Return a question as a line of examples: one line, without the signs that mark things up there."""
    return " ".join("".join(" " if char in "[]{}" else char for char in text).split()).strip("- ")


def matching(kind: str, topic: str, text: str) -> str:
    """Return what is the same for the same question, and for changes of the same answer."""
    same = fold(text) or text.strip() if kind == EXAMPLE else topic
    return hashlib.sha256(f"{kind}\0{same}".encode()).hexdigest()


async def propose(db: AsyncConnection, draft: Draft, author: Author, at: float) -> int:
    """Keep a proposal and return its id; the same question on the same topic adds to the count of the first."""
    same = matching(draft.kind, draft.topic, draft.text)
    if draft.kind == EXAMPLE:
        query = sa.select(lesson).where(
            lesson.c.kind == EXAMPLE,
            lesson.c.matching == same,
            lesson.c.topic == draft.topic,
            lesson.c.state.in_((OPEN, APPROVED)),
        )
        found = (await db.execute(query.order_by(lesson.c.id).limit(1))).one_or_none()
        if found is not None:
            again = found.conversation_id == draft.conversation_id and found.seq == draft.seq
            count = found._mapping["count"] + (0 if again and draft.conversation_id else 1)
            await db.execute(lesson.update().where(lesson.c.id == found.id).values(count=count))
            return int(found.id)
    row: dict[str, Any] = {
        "kind": draft.kind,
        "conversation_id": draft.conversation_id,
        "seq": draft.seq,
        "lang": draft.lang,
        "topic": draft.topic,
        "text": draft.text,
        "before": draft.before,
        "matching": same,
        "count": 1,
        "staff_id": author.id,
        "name": author.name,
        "at": at,
        "state": OPEN,
    }
    made = await db.execute(lesson.insert(), row)
    (number,) = made.inserted_primary_key or (0,)
    return int(number)


async def withdraw(db: AsyncConnection, conversation_id: str, seq: int, staff_id: int) -> None:
    """Take back what somebody proposed of an answer just now, as long as nobody has decided on it."""
    here = (lesson.c.conversation_id == conversation_id) & (lesson.c.seq == seq) & (lesson.c.staff_id == staff_id)
    await db.execute(lesson.delete().where(here, lesson.c.state == OPEN, lesson.c.count == 1))


async def get(db: AsyncConnection, number: int) -> Any:
    """Return a lesson's row; raise LessonGone."""
    row = (await db.execute(sa.select(lesson).where(lesson.c.id == number))).one_or_none()
    if row is None:
        raise LessonGone
    return row


async def edit(db: AsyncConnection, number: int, topic: str, text: str) -> None:
    """Change the topic and the words of a lesson that is not published; it is to be approved anew."""
    row = await get(db, number)
    if row.state == PUBLISHED:
        raise LessonPublished
    values = {
        "topic": topic,
        "text": text,
        "matching": matching(row.kind, topic, text),
        "state": OPEN,
        "reason": None,
        "decided_by": None,
        "decided_at": None,
    }
    await db.execute(lesson.update().where(lesson.c.id == number).values(values))


async def decide(db: AsyncConnection, number: int, state: str, author: Author, at: float, reason: str = "") -> None:
    """Approve, reject or reopen a lesson; raise AnswerTwice where an approved one changes the same answer."""
    row = await get(db, number)
    if row.state == PUBLISHED:
        raise LessonPublished
    if state == APPROVED and row.kind == ANSWER:
        query = sa.select(lesson.c.id).where(
            lesson.c.kind == ANSWER, lesson.c.topic == row.topic, lesson.c.state == APPROVED, lesson.c.id != number
        )
        if (await db.execute(query.limit(1))).first() is not None:
            raise AnswerTwice(topic=row.topic)
    decided = state != OPEN
    values = {
        "state": state,
        "reason": reason[:REASON_MOST] or None if state == REJECTED else None,
        "decided_by": author.name if decided else None,
        "decided_at": at if decided else None,
    }
    await db.execute(lesson.update().where(lesson.c.id == number).values(values))


async def in_state(db: AsyncConnection, state: str, page: int = 1) -> Sequence[Any]:
    """Return a page of the lessons in a state: what was asked most first among the open ones, else the newest."""
    order = (lesson.c.count.desc(), lesson.c.at.desc()) if state == OPEN else (lesson.c.at.desc(),)
    query = sa.select(lesson).where(lesson.c.state == state).order_by(*order, lesson.c.id.desc())
    return (await db.execute(query.limit(PAGE).offset((page - 1) * PAGE))).all()


async def counts(db: AsyncConnection) -> dict[str, int]:
    """Return how many lessons are in each state."""
    query = sa.select(lesson.c.state, sa.func.count().label("number")).group_by(lesson.c.state)
    found = {row.state: int(row.number) for row in await db.execute(query)}
    return {state: found.get(state, 0) for state in STATES}


async def approved(db: AsyncConnection) -> Sequence[Any]:
    """Return the lessons that are to be published, in the order in which they were proposed."""
    return (await db.execute(sa.select(lesson).where(lesson.c.state == APPROVED).order_by(lesson.c.id))).all()


async def of_answers(db: AsyncConnection, conversation_id: str) -> dict[int, Any]:
    """Return what became of the answers of a talk: the newest lesson of each, by the answer's seq, with its model."""
    query = (
        sa.select(lesson, publication.c.model)
        .outerjoin(publication, publication.c.id == lesson.c.publication_id)
        .where(lesson.c.conversation_id == conversation_id, lesson.c.seq.is_not(None))
    )
    return {row.seq: row for row in (await db.execute(query.order_by(lesson.c.id))).all()}
