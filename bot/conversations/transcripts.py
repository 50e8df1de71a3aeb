"""Talks as staff find and read them afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.errors import ChatGone
from bot.conversations.log import conversation_of, message_of
from bot.conversations.model import Conversation, Message, Sender
from bot.conversations.search_words import Term, terms
from bot.storage.models import (
    conversation,
    conversation_tag,
    handoff,
    label,
    left_message,
    message,
    note,
    rating,
    staff,
    turn,
)

PAGE = 50
COUNT_MOST = 10_000  # more chats than this are not counted, for the sake of speed
LABELS = ("right", "wrong_answer", "wrong_topic", "missing", "hand_over", "unclear")
MODES = ("bot", "waiting", "staff", "ended", "asked", "missed")
"""Who has the talk now; or that a person was asked for at some time, or asked for and never came."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is None or empty is not asked for. Times are epoch seconds."""

    words: str = ""
    since: float | None = None
    until: float | None = None
    branch: str = ""
    channel: str = ""
    lang: str = ""
    intent: str = ""
    mode: str = ""
    staff_id: int | None = None
    tag: str = ""
    rating: str = ""
    label: str = ""


@dataclass(frozen=True)
class Found:
    """One line of what was found: the first question and what was understood, the words that hit, and how it went."""

    talk: Conversation
    first: str
    intent: str | None
    hit: Message | None
    person: str | None
    outcome: str | None
    rating: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Transcript:
    """A whole talk with what staff and patron noted on it; dicts by the seq of the message they are about."""

    talk: Conversation
    messages: list[Message]
    turns: dict[int, Any]
    labels: dict[int, str]
    ratings: dict[int, str]
    comment: str | None
    tags: tuple[str, ...]
    notes: list[Any] = field(default_factory=list)
    handoffs: list[Any] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)


async def find(db: AsyncConnection, wanted: Wanted, page: int = 1) -> list[Found]:
    """Return one page of the talks that match, those with the newest messages first."""
    query = (
        sa.select(conversation)
        .where(*_conditions(wanted))
        .order_by(conversation.c.last_at.desc(), conversation.c.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    talks = [conversation_of(row) for row in (await db.execute(query)).all()]
    return await _lines(db, talks, terms(wanted.words))


async def count(db: AsyncConnection, wanted: Wanted) -> int:
    """Return how many talks match, COUNT_MOST at most."""
    inner = sa.select(conversation.c.id).where(*_conditions(wanted)).limit(COUNT_MOST).subquery()
    return int((await db.execute(sa.select(sa.func.count()).select_from(inner))).scalar_one())


async def messages_in(db: AsyncConnection, wanted: Wanted, most: int) -> AsyncIterator[tuple[Conversation, Any]]:
    """Give the messages of all talks that match, `most` at most: each with its talk, topic, label and rating."""
    page, given = 0, 0
    while given < most:
        query = (
            sa.select(conversation)
            .where(*_conditions(wanted))
            .order_by(conversation.c.last_at.desc(), conversation.c.id)
            .limit(PAGE)
            .offset(page * PAGE)
        )
        talks = {row.id: conversation_of(row) for row in (await db.execute(query)).all()}
        for row in await _all_messages(db, list(talks)):
            if given == most:
                return
            given += 1
            yield talks[row.conversation_id], row
        page += 1
        if len(talks) < PAGE:
            return


async def read(db: AsyncConnection, conversation_id: str) -> Transcript:
    """Return a whole talk; raise ChatGone."""
    row = (await db.execute(sa.select(conversation).where(conversation.c.id == conversation_id))).one_or_none()
    if row is None:
        raise ChatGone

    async def all_of(table: sa.Table, *order: Any) -> Sequence[Any]:
        query = sa.select(table).where(table.c.conversation_id == conversation_id)
        return (await db.execute(query.order_by(*order))).all()

    rated = await all_of(rating, rating.c.seq)
    return Transcript(
        talk=conversation_of(row),
        messages=[message_of(row) for row in await all_of(message, message.c.seq)],
        turns={row.seq: row for row in await all_of(turn, turn.c.seq)},
        labels={row.seq: row.label for row in await all_of(label, label.c.seq)},
        ratings={row.seq: row.value for row in rated},
        comment=next((row.comment for row in rated if row.comment), None),
        tags=tuple(row.tag for row in await all_of(conversation_tag, conversation_tag.c.tag)),
        notes=list(await all_of(note, note.c.at, note.c.id)),
        handoffs=list((await db.execute(_people().where(handoff.c.conversation_id == conversation_id))).all()),
        left=list(await all_of(left_message, left_message.c.at)),
    )


async def set_label(
    db: AsyncConnection, conversation_id: str, seq: int, value: str | None, staff_id: int, at: float
) -> bool:
    """Label a message of the assistant, or take its label away; return False where there is no such message."""
    query = sa.select(message.c.sender).where(message.c.conversation_id == conversation_id, message.c.seq == seq)
    if (await db.execute(query)).scalar_one_or_none() != Sender.BOT.value:
        return False
    here = (label.c.conversation_id == conversation_id) & (label.c.seq == seq)
    await db.execute(label.delete().where(here))
    if value is not None:
        row = {"conversation_id": conversation_id, "seq": seq, "label": value, "staff_id": staff_id, "at": at}
        await db.execute(label.insert(), row)
    return True


async def choices(db: AsyncConnection) -> dict[str, list[Any]]:
    """Return what the filters offer: the branches, channels, languages, tags and topics that talks have, and people."""

    async def distinct(column: Any) -> list[Any]:
        rows = await db.execute(sa.select(column).where(column.is_not(None)).distinct().order_by(column))
        return list(rows.scalars())

    people = await db.execute(sa.select(staff.c.id, staff.c.shown_as).order_by(staff.c.shown_as))
    return {
        "branches": await distinct(conversation.c.branch),
        "channels": await distinct(conversation.c.channel),
        "languages": await distinct(conversation.c.lang),
        "tags": await distinct(conversation_tag.c.tag),
        "intents": await distinct(turn.c.understood["intent"].as_string()),
        "people": [(row.id, row.shown_as) for row in people],
    }


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    of, same = conversation.c, conversation.c.id
    found: list[sa.ColumnElement[bool]] = []
    for column, value in ((of.branch, wanted.branch), (of.channel, wanted.channel), (of.lang, wanted.lang)):
        if value:
            found.append(column == value)
    if wanted.since is not None:
        found.append(of.last_at >= wanted.since)
    if wanted.until is not None:
        found.append(of.created_at < wanted.until)
    if wanted.mode in ("asked", "missed"):
        asked = sa.exists().where(handoff.c.conversation_id == same)
        found.append(asked.where(handoff.c.state == "missed") if wanted.mode == "missed" else asked)
    elif wanted.mode:
        found.append(of.mode == wanted.mode)
    if wanted.intent:
        understood = turn.c.understood["intent"].as_string() == wanted.intent
        found.append(sa.exists().where(turn.c.conversation_id == same, understood))
    if wanted.staff_id is not None:
        found.append(sa.exists().where(handoff.c.conversation_id == same, handoff.c.staff_id == wanted.staff_id))
    for table, column, value in (
        (conversation_tag, conversation_tag.c.tag, wanted.tag),
        (rating, rating.c.value, wanted.rating),
        (label, label.c.label, wanted.label),
    ):
        if value:
            found.append(sa.exists().where(table.c.conversation_id == same, column == value))
    return found + [sa.exists().where(message.c.conversation_id == same, _has(term)) for term in terms(wanted.words)]


def _has(term: Term) -> sa.ColumnElement[bool]:
    # Folded words hold neither of the signs that LIKE reads in its own way.
    if term.exact:
        return (message.c.words + " ").like(f"%{term.folded} %")
    return message.c.words.like(f"%{term.folded}%")


def _people() -> sa.Select[Any]:
    """Return the query for hand-offs with who had them, oldest first."""
    joined = sa.select(handoff, staff.c.shown_as).outerjoin(staff, staff.c.id == handoff.c.staff_id)
    return joined.order_by(handoff.c.requested_at, handoff.c.id)


async def _lines(db: AsyncConnection, talks: list[Conversation], sought: list[Term]) -> list[Found]:
    ids = [talk.id for talk in talks]
    firsts = await _firsts(db, ids)
    hits = await _hits(db, ids, sought)
    people = await _by_talk(db, _people().where(handoff.c.conversation_id.in_(ids)))
    rated = await _by_talk(db, sa.select(rating).where(rating.c.conversation_id.in_(ids)).order_by(rating.c.seq.desc()))
    tags = await _by_talk(db, sa.select(conversation_tag).where(conversation_tag.c.conversation_id.in_(ids)))
    lines = []
    for talk in talks:
        first, intent = firsts.get(talk.id, ("", None))
        last = people[talk.id][-1] if people[talk.id] else None
        outcome = (last.outcome or last.state) if last is not None else None
        person = next((row.shown_as for row in reversed(people[talk.id]) if row.shown_as), None)
        value = rated[talk.id][-1].value if rated[talk.id] else None
        tagged = tuple(sorted(row.tag for row in tags[talk.id]))
        lines.append(Found(talk, first, intent, hits.get(talk.id), person, outcome, value, tagged))
    return lines


async def _firsts(db: AsyncConnection, ids: list[str]) -> dict[str, tuple[str, str | None]]:
    """Return the first question of each talk and what was understood."""
    least = (
        sa.select(message.c.conversation_id, sa.func.min(message.c.seq).label("seq"))
        .where(message.c.conversation_id.in_(ids), message.c.sender == Sender.PATRON.value)
        .group_by(message.c.conversation_id)
        .subquery()
    )
    query = (
        sa.select(message, turn.c.understood)
        .join(least, (least.c.conversation_id == message.c.conversation_id) & (least.c.seq == message.c.seq))
        .outerjoin(turn, (turn.c.conversation_id == message.c.conversation_id) & (turn.c.seq == message.c.seq))
    )
    rows = (await db.execute(query)).all()
    return {row.conversation_id: (message_of(row).text, (row.understood or {}).get("intent")) for row in rows}


async def _hits(db: AsyncConnection, ids: list[str], sought: list[Term]) -> dict[str, Message]:
    """Return the message of each talk that has the most of what was sought, the earliest of equals."""
    if not sought or not ids:
        return {}
    score = sum((sa.case((_has(term), 1), else_=0) for term in sought), sa.literal(0))
    query = (
        sa.select(message, score.label("score"))
        .where(message.c.conversation_id.in_(ids), sa.or_(*(_has(term) for term in sought)))
        .order_by(score.desc(), message.c.seq)
    )
    best: dict[str, Message] = {}
    for row in await db.execute(query):
        best.setdefault(row.conversation_id, message_of(row))
    return best


async def _by_talk(db: AsyncConnection, query: sa.Select[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in await db.execute(query):
        found[row.conversation_id].append(row)
    return found


async def _all_messages(db: AsyncConnection, ids: list[str]) -> list[Any]:
    """Return the messages of the talks in the order of `ids`, each with topic, label and rating."""
    here = message.c

    def same(table: sa.Table) -> sa.ColumnElement[bool]:
        return (table.c.conversation_id == here.conversation_id) & (table.c.seq == here.seq)

    query = (
        sa.select(message, turn.c.understood, label.c.label, rating.c.value.label("rating"))
        .outerjoin(turn, same(turn))
        .outerjoin(label, same(label))
        .outerjoin(rating, same(rating))
        .where(here.conversation_id.in_(ids))
    )
    place = {one: number for number, one in enumerate(ids)}
    rows = (await db.execute(query)).all()
    return sorted(rows, key=lambda row: (place[row.conversation_id], row.seq))
