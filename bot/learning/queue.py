"""The answers that are worth a look, those first that came last, and why each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Sender
from bot.conversations.topics import NOT_UNDERSTOOD, SMALL_TALK
from bot.storage.models import handoff, label, message, rating, turn

UNSURE = 0.5  # probability below which an answer was a guess
WITHIN = 5000  # turns, the newest: nobody looks through more
ONE_IN = 20  # answers that are looked at without any reason
SPREAD = 2_654_435_761  # a large odd number: what follows each other falls far apart

NOT_KNOWN, DOUBTFUL, DISLIKED, HANDED_OVER, SAMPLE = "not_understood", "unsure", "disliked", "handed_over", "sample"
REASONS = (NOT_KNOWN, DISLIKED, HANDED_OVER, DOUBTFUL, SAMPLE)


@dataclass(frozen=True)
class Entry:
    """One answer of the queue: its turn, where it stands, and every reason why it is here."""

    turn_id: int
    conversation_id: str
    seq: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where in the queue one is: the answer shown and those on both sides, each as the turn that it answers."""

    entry: Entry | None
    newer: int | None
    older: int | None


async def at(db: AsyncConnection, reason: str = "", turn_id: int | None = None) -> Place:
    """Return the answer of `turn_id`, or the newest one before it that still waits; without it the newest."""
    found = _found(reason)
    number = found.selected_columns["id"]
    here = found.where(number <= turn_id) if turn_id is not None else found
    rows = (await db.execute(here.order_by(number.desc()).limit(2))).all()
    if not rows:
        return Place(None, None, None)
    newer = await db.execute(found.where(number > rows[0].id).order_by(number).limit(1))
    entry = Entry(rows[0].id, rows[0].conversation_id, rows[0].seq, tuple(r for r in REASONS if getattr(rows[0], r)))
    return Place(entry, newer.scalars().first(), rows[1].id if len(rows) > 1 else None)


async def counts(db: AsyncConnection) -> dict[str, int]:
    """Return how many answers wait for each reason, and in all (empty reason). One may wait for several."""
    inner = _found("").subquery()
    sums = [sa.func.sum(sa.case((inner.c[reason], 1), else_=0)).label(reason) for reason in REASONS]
    row = (await db.execute(sa.select(sa.func.count().label("all_of_them"), *sums))).one()
    return {"": int(row.all_of_them), **{reason: int(getattr(row, reason) or 0) for reason in REASONS}}


def _found(reason: str) -> sa.Select[Any]:
    """Return the query for the answers that nobody has labelled, for one reason or for any."""
    asked = _asked()
    why = _reasons(asked)
    labelled = sa.exists().where(label.c.conversation_id == asked.c.conversation_id, label.c.seq == asked.c.seq)
    return sa.select(asked.c.id, asked.c.conversation_id, asked.c.seq, *(why[one].label(one) for one in REASONS)).where(
        asked.c.seq.is_not(None), why[reason] if reason in why else sa.or_(*why.values()), ~labelled
    )


def _asked() -> sa.Subquery:
    """Return the newest turns, each with the seq of its answer and with what was understood."""
    # No join: so the turns are walked by their id from the newest on, and only as far as the page needs.
    answer = (
        sa.select(sa.func.min(message.c.seq))
        .where(
            message.c.conversation_id == turn.c.conversation_id,
            message.c.seq > turn.c.seq,
            message.c.sender == Sender.BOT.value,
        )
        .scalar_subquery()
    )
    newest = sa.select(sa.func.max(turn.c.id)).scalar_subquery()
    return (
        sa.select(
            turn.c.id,
            turn.c.conversation_id,
            turn.c.seq.label("asked_seq"),
            answer.label("seq"),
            turn.c.understood["intent"].as_string().label("intent"),
            turn.c.understood["confidence"].as_float().label("confidence"),
        )
        .where(turn.c.state == "done", turn.c.id > newest - WITHIN)
        .subquery("asked")
    )


def _reasons(asked: sa.Subquery) -> dict[str, sa.ColumnElement[bool]]:
    asks = asked.c.intent.not_in(SMALL_TALK)
    down = sa.exists().where(
        rating.c.conversation_id == asked.c.conversation_id, rating.c.seq == asked.c.seq, rating.c.value == "down"
    )
    return {
        NOT_KNOWN: asked.c.intent == NOT_UNDERSTOOD,
        DISLIKED: down,
        HANDED_OVER: sa.and_(asks, _handed_over(asked)),
        DOUBTFUL: sa.and_(asks, asked.c.intent != NOT_UNDERSTOOD, asked.c.confidence < UNSURE),
        SAMPLE: sa.and_(asks, asked.c.id * SPREAD % 2**32 // 2**16 % ONE_IN == 0),
    }


def _handed_over(asked: sa.Subquery) -> sa.ColumnElement[bool]:
    """Tell whether a person was asked for after this answer and before the next question."""
    answer, later, next_question = message.alias("answer"), turn.alias("later"), message.alias("next_question")
    between = (
        sa.exists()
        .where(
            later.c.conversation_id == asked.c.conversation_id,
            later.c.seq > asked.c.asked_seq,
            later.c.understood["intent"].as_string().not_in(SMALL_TALK),
            next_question.c.conversation_id == later.c.conversation_id,
            next_question.c.seq == later.c.seq,
            next_question.c.at <= handoff.c.requested_at,
        )
        .correlate(asked, handoff)
    )
    given = (
        sa.exists()
        .where(
            handoff.c.conversation_id == asked.c.conversation_id,
            handoff.c.reason != "safety",
            answer.c.conversation_id == asked.c.conversation_id,
            answer.c.seq == asked.c.seq,
            handoff.c.requested_at >= answer.c.at,
            ~between,
        )
        .correlate(asked)
    )
    # A library hands over a few talks in a hundred: the others need no closer look.
    return sa.and_(asked.c.conversation_id.in_(sa.select(handoff.c.conversation_id)), given)


async def turn_of(db: AsyncConnection, conversation_id: str, seq: int) -> int | None:
    """Return the turn that an answer answers."""
    query = sa.select(turn.c.id).where(turn.c.conversation_id == conversation_id, turn.c.seq < seq)
    found = (await db.execute(query.order_by(turn.c.seq.desc()).limit(1))).scalar_one_or_none()
    return None if found is None else int(found)
