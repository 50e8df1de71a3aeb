"""Suggestions as staff find and read them: each with those that are joined to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.references import read_reference
from bot.conversations.search_words import Term, fold, terms
from bot.storage.models import conversation, delivery, mail, staff, suggestion, suggestion_event
from bot.suggestions.errors import NoSuchSuggestion
from bot.suggestions.handling import version_of
from bot.suggestions.joined import asked
from bot.suggestions.model import CLOSED, Status

PAGE = 50
FOUND_MOST = 5000  # that words may find
NOBODY = -1
"""In `Wanted.staff_id`: those that nobody looks after."""
OPEN, ALL = "open", "all"
"""In `Wanted.status`, beside the values of Status: what is not closed, and everything."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is None or empty is not asked for."""

    words: str = ""
    kind: str = ""
    status: str = OPEN
    branch: str = ""
    staff_id: int | None = None
    most_asked: bool = False  # first; else the newest first


@dataclass(frozen=True)
class Page:
    """All that is known of one suggestion. `head`: the one that it is joined to."""

    row: Any
    head: Any | None
    joined: Sequence[Any]
    events: Sequence[Any]
    deliveries: Sequence[Any]
    letters: Mapping[int, Any]  # the newest e-mail about each suggestion of the group, by its id
    chats: frozenset[str]  # ids of chats that are still kept
    version: int


async def find(db: AsyncConnection, wanted: Wanted, page: int = 1) -> tuple[list[Any], int]:
    """Return one page of what matches (with `count`, how many asked, and `shown_as`, who has it) and how many do."""
    conditions = await _conditions(db, wanted)
    total = sa.select(sa.func.count()).select_from(suggestion).where(*conditions)
    count = asked()
    order = [count.desc()] if wanted.most_asked else []
    query = (
        sa.select(suggestion, count.label("count"), staff.c.shown_as, _undelivered().label("undelivered"))
        .outerjoin(staff, staff.c.id == suggestion.c.staff_id)
        .where(*conditions)
        .order_by(*order, suggestion.c.created_at.desc(), suggestion.c.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list((await db.execute(query)).all()), int((await db.execute(total)).scalar_one())


async def every(db: AsyncConnection, wanted: Wanted) -> AsyncIterator[Any]:
    """Give everything that matches, each followed by those that are joined to it."""
    head = suggestion.alias("head")
    heads = sa.select(suggestion.c.id).where(*await _conditions(db, wanted))
    group = sa.func.coalesce(suggestion.c.joined_to, suggestion.c.id)
    query = (
        sa.select(
            suggestion,
            head.c.code.label("head_code"),
            sa.func.coalesce(head.c.reply, suggestion.c.reply).label("answer"),
            staff.c.shown_as,
            asked().label("count"),
        )
        .outerjoin(head, head.c.id == suggestion.c.joined_to)
        .outerjoin(staff, staff.c.id == suggestion.c.staff_id)
        .where(group.in_(heads))
        .order_by(group.desc(), suggestion.c.id)
    )
    for row in await db.execute(query):
        yield row


async def new_ones(db: AsyncConnection) -> int:
    """Return how many suggestions nobody has looked at."""
    query = sa.select(sa.func.count()).where(suggestion.c.status == Status.NEW.value, suggestion.c.joined_to.is_(None))
    return int((await db.execute(query)).scalar_one())


async def undelivered(db: AsyncConnection) -> int:
    """Return how many deliveries to other systems were given up."""
    return int((await db.execute(sa.select(sa.func.count()).where(delivery.c.state == "failed"))).scalar_one())


async def branches(db: AsyncConnection) -> list[str]:
    """Return the branches that suggestions are about."""
    of = suggestion.c.branch
    return list((await db.execute(sa.select(of).where(of.is_not(None)).distinct().order_by(of))).scalars())


async def people(db: AsyncConnection) -> list[Any]:
    """Return who can look after a suggestion."""
    query = sa.select(staff.c.id, staff.c.shown_as).where(staff.c.active).order_by(staff.c.shown_as)
    return list((await db.execute(query)).all())


async def read(db: AsyncConnection, number: int) -> Page:
    """Return all of one suggestion; raise NoSuchSuggestion."""
    with_staff = sa.select(suggestion, staff.c.shown_as).outerjoin(staff, staff.c.id == suggestion.c.staff_id)
    row = (await db.execute(with_staff.where(suggestion.c.id == number))).one_or_none()
    if row is None:
        raise NoSuchSuggestion
    head = None
    if row.joined_to is not None:
        head = (await db.execute(with_staff.where(suggestion.c.id == row.joined_to))).one()
    joined = await _of(db, suggestion, suggestion.c.joined_to == number)
    group = [row, *joined]
    ids = [one.conversation_id for one in group if one.conversation_id]
    kept = await db.execute(sa.select(conversation.c.id).where(conversation.c.id.in_(ids)))
    return Page(
        row=row,
        head=head,
        joined=joined,
        events=await _of(db, suggestion_event, suggestion_event.c.suggestion_id == number),
        deliveries=await _of(db, delivery, delivery.c.suggestion_id == number),
        letters={one.id: letter for one in group if (letter := await _letter(db, one)) is not None},
        chats=frozenset(kept.scalars()),
        version=await version_of(db, number),
    )


async def number_of(db: AsyncConnection, code: str) -> int | None:
    """Return the suggestion with a code, however it is written."""
    proper = read_reference(code)
    found: int | None = None
    if proper is not None:
        found = (await db.execute(sa.select(suggestion.c.id).where(suggestion.c.code == proper))).scalar_one_or_none()
    return found


def _undelivered() -> sa.ColumnElement[bool]:
    """Return whether a delivery of the suggestion, or of one that is joined to it, was given up."""
    same = suggestion.alias("same")
    group = sa.select(same.c.id).where((same.c.id == suggestion.c.id) | (same.c.joined_to == suggestion.c.id))
    failed = sa.select(delivery.c.id).where(
        delivery.c.state == "failed", delivery.c.suggestion_id.in_(group.correlate(suggestion))
    )
    return failed.correlate(suggestion).exists()


async def _of(db: AsyncConnection, table: sa.Table, condition: sa.ColumnElement[bool]) -> Sequence[Any]:
    return (await db.execute(sa.select(table).where(condition).order_by(table.c.id))).all()


async def _letter(db: AsyncConnection, row: Any) -> Any:
    if row.contact_kind != "email":
        return None
    query = sa.select(mail.c.state, mail.c.problem).where(
        mail.c.conversation_id.is_(None), mail.c.recipient == row.contact, mail.c.subject.contains(row.code)
    )
    return (await db.execute(query.order_by(mail.c.id.desc()).limit(1))).one_or_none()


async def _conditions(db: AsyncConnection, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    of = suggestion.c
    same = suggestion.alias("same")
    found: list[sa.ColumnElement[bool]] = [of.joined_to.is_(None)]
    if wanted.kind:
        found.append(of.kind == wanted.kind)
    if wanted.status == OPEN:
        found.append(of.status.not_in([status.value for status in CLOSED]))
    elif wanted.status != ALL:
        found.append(of.status == wanted.status)
    if wanted.branch:
        joined = sa.exists().where(same.c.joined_to == of.id, same.c.branch == wanted.branch)
        found.append((of.branch == wanted.branch) | joined)
    if wanted.staff_id == NOBODY:
        found.append(of.staff_id.is_(None))
    elif wanted.staff_id is not None:
        found.append(of.staff_id == wanted.staff_id)
    if wanted.words.strip():
        found.append(of.id.in_(await _with_words(db, wanted.words)))
    return found


async def _with_words(db: AsyncConnection, words: str) -> list[int]:
    """Return the heads of the suggestions that hold all words, newest first; a code finds its own."""
    number = await number_of(db, words)
    sought = terms(words)
    of = suggestion.c
    columns = (of.id, of.joined_to, of.code, of.text, of.details)
    found: dict[int, None] = {}
    # Neither database takes accents off by itself. A library's suggestions of years are read in a blink.
    rows = await db.stream(sa.select(*columns).order_by(of.id.desc()))
    async for row in rows:
        if row.id == number or (number is None and sought and _holds(row, sought)):
            found[row.joined_to or row.id] = None
            if len(found) >= FOUND_MOST:
                break
    await rows.close()
    return list(found)


def _holds(row: Any, sought: Sequence[Term]) -> bool:
    more = (str(row.details.get(name) or "") for name in ("title", "author", "isbn"))
    text = fold(" ".join((row.code, row.text, *more)))
    return all((term.folded + " " if term.exact else term.folded) in text + " " for term in sought)
