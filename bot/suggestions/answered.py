"""What the library did with suggestions, for everybody to read: nothing of who made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import suggestion
from bot.suggestions.joined import asked
from bot.suggestions.model import REMARKS, Kind, Status

DAYS = 365
PAGE = 30


@dataclass(frozen=True)
class Answered:
    """One of them. `text`: the patron's words, only where staff chose to show them; `at`: epoch seconds."""

    kind: Kind
    status: Status
    title: str
    author: str
    text: str
    reply: str
    count: int  # how many asked
    lang: str
    at: float


async def answered(db: AsyncConnection, now: float, page: int = 1) -> tuple[list[Answered], bool]:
    """Return one page of what was answered in the last twelve months, newest first, and whether there is more.

    A title is shown unless staff took it off. Of other wishes the library's reply is shown, and the patron's words if
    staff say so; comments, complaints and praise only if staff say so.
    """
    of = suggestion.c
    at = sa.case((of.replied_at > of.changed_at, of.replied_at), else_=of.changed_at)
    public = of.details["public"].as_boolean()
    wishes = (Kind.EVENT.value, Kind.SERVICE.value)
    shown = sa.or_(
        (of.kind == Kind.PURCHASE.value) & of.details["title"].as_string().is_not(None) & public.is_not(False),
        of.kind.in_(wishes) & (public.is_(True) | of.reply.is_not(None)),
        of.kind.in_([kind.value for kind in REMARKS]) & public.is_(True),
    )
    query = (
        sa.select(suggestion, asked().label("count"), at.label("at"))
        .where(
            of.joined_to.is_(None),
            of.status.in_([Status.ORDERED.value, Status.DONE.value])
            | ((of.status == Status.DECLINED.value) & of.reply.is_not(None)),
            at >= now - DAYS * 86400,
            shown,
        )
        .order_by(at.desc(), of.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    rows = (await db.execute(query)).all()
    return [_answered(row) for row in rows[:PAGE]], len(rows) > PAGE


def _answered(row: Any) -> Answered:
    purchase = row.kind == Kind.PURCHASE.value
    return Answered(
        kind=Kind(row.kind),
        status=Status(row.status),
        title=str(row.details.get("title") or "") if purchase else "",
        author=str(row.details.get("author") or "") if purchase else "",
        text=row.text if not purchase and row.details.get("public") is True else "",
        reply=row.reply or "",
        count=row.count,
        lang=row.lang,
        at=row.at,
    )
