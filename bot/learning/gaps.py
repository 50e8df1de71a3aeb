"""What nobody could answer: questions that were not understood, or that staff labelled as missing, by their meaning."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.errors import BrainError
from bot.conversations.log import message_of
from bot.conversations.model import Sender
from bot.conversations.topics import NOT_UNDERSTOOD
from bot.learning.masking import masked
from bot.storage.engine import Database
from bot.storage.models import gap, gap_question, label, message, turn

log = logging.getLogger(__name__)

OPEN, DONE = "open", "done"
MISSING = "missing"
EVERY_SECONDS = 30.0
BATCH = 40  # questions that are grouped in one transaction
LEADERS_MOST = 1000  # open gaps that a question is held against, the newest
TEXT_MOST = 300  # characters
NOTE_MOST = 1000
PAGE = 30
SHOWN = 8  # questions of a gap that are shown

Group = Callable[[Sequence[str], Sequence[str]], Awaitable[list[int]]]
"""(texts, leaders) -> for each text the place in leaders + texts of the one that means the same."""


@dataclass(frozen=True)
class Question:
    """A question that belongs into a gap, without personal data."""

    conversation_id: str
    seq: int
    text: str
    lang: str
    at: float
    labelled: bool


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning: how many, how many of them staff labelled, and the newest of them."""

    id: int
    question: str
    lang: str
    note: str | None
    state: str
    count: int
    labelled: int
    questions: list[Question]


class Gaps:
    """Keeps the gaps; `run` takes up what is new."""

    def __init__(self, database: Database, clock: Clock, group: Group) -> None:
        """`group` asks the assistant, which may be away."""
        self._database = database
        self._clock = clock
        self._group = group

    async def run(self) -> None:
        """Look for new questions now and twice a minute, until cancelled."""
        while True:
            try:
                await self.look()
            except BrainError as error:
                log.info("gaps wait for the assistant: %s", error.code)
            except Exception:
                log.exception("new gaps could not be looked for; trying again")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Take up what is new, batch by batch, and drop what is forgotten or dealt with; raise BrainError."""
        async with self._database.write() as db:
            await _tidy(db)
        while True:
            async with self._database.read() as db:
                new = await _new(db)
                leaders = await _leaders(db)
            if not new:
                return
            places = await self._group([one.text for one in new], [row.question for row in leaders])
            try:
                async with self._database.write() as db:
                    await _keep(db, new, [row.id for row in leaders], places)
            except IntegrityError:
                return  # a talk was forgotten, or another gateway was quicker: the next look sees it

    async def note_missing(self, conversation_id: str, seq: int, note: str) -> None:
        """Note what is missing beside the gap of the question that answer `seq` answers."""
        with suppress(BrainError):  # without the assistant it gets a gap of its own
            await self.look()
        async with self._database.write() as db:
            asked = await _asked(db, conversation_id, seq)
            if asked is None:
                return
            here = (gap_question.c.conversation_id == conversation_id) & (gap_question.c.seq == asked.seq)
            number = (await db.execute(sa.select(gap_question.c.gap_id).where(here))).scalar_one_or_none()
            if number is None:
                await _keep(db, [asked], [], [0])
                number = (await db.execute(sa.select(gap_question.c.gap_id).where(here))).scalar_one()
            before = (await db.execute(sa.select(gap.c.note).where(gap.c.id == number))).scalar_one()
            notes = [line for line in (before or "").splitlines() if line != note]
            await set_note(db, number, "\n".join([*notes, note]))


async def listed(db: AsyncConnection, state: str, page: int = 1) -> list[Gap]:
    """Return a page of gaps, those with the most questions first."""
    number, marked = sa.func.count().label("number"), sa.func.sum(sa.case((gap_question.c.labelled, 1), else_=0))
    query = (
        sa.select(gap, number, marked.label("marked"))
        .join(gap_question, gap_question.c.gap_id == gap.c.id)
        .where(gap.c.state == state)
        .group_by(*gap.c)
        .order_by(number.desc(), gap.c.at.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = (await db.execute(query)).all()
    questions = await _questions(db, [row.id for row in rows])
    return [
        Gap(row.id, row.question, row.lang, row.note, row.state, row.number, int(row.marked), questions[row.id])
        for row in rows
    ]


async def counts(db: AsyncConnection) -> dict[str, int]:
    """Return how many gaps are open and done."""
    query = sa.select(gap.c.state, sa.func.count().label("number")).group_by(gap.c.state)
    found = {row.state: int(row.number) for row in await db.execute(query)}
    return {state: found.get(state, 0) for state in (OPEN, DONE)}


async def set_note(db: AsyncConnection, number: int, note: str) -> bool:
    """Keep a note beside a gap; return False where the gap is not there."""
    changed = await db.execute(gap.update().where(gap.c.id == number).values(note=note[:NOTE_MOST] or None))
    return bool(changed.rowcount)


async def set_state(db: AsyncConnection, number: int, state: str) -> bool:
    """Mark a gap as done, or open it again; return False where it is not there."""
    changed = await db.execute(gap.update().where(gap.c.id == number).values(state=state))
    return bool(changed.rowcount)


async def _new(db: AsyncConnection) -> list[Question]:
    """Return the oldest questions that belong into a gap and are in none."""
    kept = sa.exists().where(
        gap_question.c.conversation_id == message.c.conversation_id, gap_question.c.seq == message.c.seq
    )
    intent = turn.c.understood["intent"].as_string()
    here = (turn.c.conversation_id == message.c.conversation_id) & (turn.c.seq == message.c.seq)
    query = (
        sa.select(message, _labelled(MISSING).label("missing"))
        .join(turn, here)
        .where(
            turn.c.state == "done",
            ~kept,
            sa.or_(sa.and_(intent == NOT_UNDERSTOOD, ~_labelled()), _labelled(MISSING)),
        )
        .order_by(turn.c.id)
        .limit(BATCH)
    )
    return [_question(row) for row in (await db.execute(query)).all()]


async def _asked(db: AsyncConnection, conversation_id: str, seq: int) -> Question | None:
    """Return the question that an answer answers."""
    of_patron = (message.c.conversation_id == conversation_id) & (message.c.sender == Sender.PATRON.value)
    query = sa.select(message, sa.true().label("missing")).where(of_patron, message.c.seq < seq)
    row = (await db.execute(query.order_by(message.c.seq.desc()).limit(1))).one_or_none()
    return None if row is None else _question(row)


def _question(row: Any) -> Question:
    said = message_of(row)
    words = " ".join(masked(" ".join(said.text.split())).split()) or "?"
    return Question(said.conversation_id, said.seq, words[:TEXT_MOST], said.lang, said.at, bool(row.missing))


def _labelled(value: str = "", question: sa.FromClause = message) -> sa.ColumnElement[bool]:
    """Tell whether the answer to a question of a patron has a label: this one, or any."""
    between = message.alias("between")
    asked_again = sa.exists().where(
        between.c.conversation_id == question.c.conversation_id,
        between.c.seq > question.c.seq,
        between.c.seq < label.c.seq,
        between.c.sender == Sender.PATRON.value,
    )
    found = sa.exists().where(
        label.c.conversation_id == question.c.conversation_id,
        label.c.seq > question.c.seq,
        ~asked_again.correlate(question, label),
    )
    return (found.where(label.c.label == value) if value else found).correlate(question)


async def _leaders(db: AsyncConnection) -> Sequence[Any]:
    query = sa.select(gap.c.id, gap.c.question).where(gap.c.state == OPEN).order_by(gap.c.id.desc())
    return (await db.execute(query.limit(LEADERS_MOST))).all()


async def _keep(db: AsyncConnection, new: Sequence[Question], leaders: Sequence[int], places: Sequence[int]) -> None:
    """Keep new questions, each in the gap of the question that it belongs to."""
    made: dict[int, int] = dict(enumerate(leaders))
    for one, place in zip(new, places, strict=True):
        if place not in made:
            first = new[place - len(leaders)]
            row = {"question": first.text, "lang": first.lang, "state": OPEN, "at": first.at}
            (made[place],) = (await db.execute(gap.insert(), row)).inserted_primary_key or (0,)
        row = {"conversation_id": one.conversation_id, "seq": one.seq, "at": one.at, "labelled": one.labelled}
        await db.execute(gap_question.insert(), row | {"gap_id": made[place]})


async def _tidy(db: AsyncConnection) -> None:
    """Drop questions that were labelled otherwise since, gaps without questions, and words whose talk is forgotten."""
    missing, any_label = _labelled(MISSING, gap_question), _labelled("", gap_question)
    intent = sa.select(turn.c.understood["intent"].as_string()).where(
        turn.c.conversation_id == gap_question.c.conversation_id, turn.c.seq == gap_question.c.seq
    )
    not_understood = sa.func.coalesce(intent.scalar_subquery(), "") == NOT_UNDERSTOOD
    await db.execute(gap_question.update().where(~gap_question.c.labelled, missing).values(labelled=True))
    await db.execute(
        gap_question.delete().where(~missing, sa.or_(any_label, sa.and_(gap_question.c.labelled, ~not_understood)))
    )
    await db.execute(gap_question.update().where(gap_question.c.labelled, ~missing).values(labelled=False))
    used = sa.exists().where(gap_question.c.gap_id == gap.c.id)
    await db.execute(gap.delete().where(~used))
    # The question that a gap is called by may be forgotten before the others.
    leads = used.where(gap_question.c.at == gap.c.at)
    for row in (await db.execute(sa.select(gap.c.id).where(~leads))).all():
        for first in (await _questions(db, [row.id], oldest=True))[row.id]:
            values = {"question": first.text, "lang": first.lang, "at": first.at}
            await db.execute(gap.update().where(gap.c.id == row.id).values(values))


async def _questions(db: AsyncConnection, gaps: Sequence[int], *, oldest: bool = False) -> dict[int, list[Question]]:
    """Return the newest questions of gaps, or the oldest one of each."""
    order = gap_question.c.at if oldest else gap_question.c.at.desc()
    rank = sa.func.row_number().over(partition_by=gap_question.c.gap_id, order_by=order).label("rank")
    missing = gap_question.c.labelled.label("missing")
    same = (message.c.conversation_id == gap_question.c.conversation_id) & (message.c.seq == gap_question.c.seq)
    inner = (
        sa.select(message, gap_question.c.gap_id, missing, rank)
        .join(gap_question, same)
        .where(gap_question.c.gap_id.in_(gaps))
        .subquery()
    )
    found: dict[int, list[Question]] = defaultdict(list)
    query = sa.select(inner).where(inner.c.rank <= (1 if oldest else SHOWN)).order_by(inner.c.gap_id, inner.c.rank)
    for row in await db.execute(query):
        found[row.gap_id].append(_question(row))
    return found
