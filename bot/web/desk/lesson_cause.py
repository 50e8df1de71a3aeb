"""What a lesson is drawn from: an answer of the assistant, or a gap; and how a proposal is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.learning import lessons
from bot.learning.answered import Answered, answered
from bot.learning.lessons import Author, Draft
from bot.learning.masking import masked
from bot.storage.models import gap
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import NotAllowed, NotThere
from bot.web.desk.render import see_other
from bot.web.desk.sessions import Role

FIELDS = ("talk", "seq", "gap", "next")
"""What names the cause in an address or a form, and the page that follows."""


@dataclass(frozen=True)
class Cause:
    """A patron's question without personal data, and where it stands."""

    text: str
    lang: str
    was_masked: bool
    of: Answered | None = None
    gap_id: int | None = None
    next: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The values of FIELDS."""
        if self.of is None:
            return {"gap": str(self.gap_id), "next": self.next}
        return {"talk": self.of.talk.id, "seq": str(self.of.answer.seq), "next": self.next}

    @property
    def place(self) -> str:
        """The page on which it stands."""
        return f"/desk/chats/{self.of.talk.id}#t{self.of.answer.seq}" if self.of is not None else "/desk/gaps"

    @property
    def follows(self) -> str:
        """The page that comes when the lesson is proposed or left."""
        return guard.safe_next(self.next) if self.next else self.place


async def cause_of(request: web.Request) -> Cause:
    """Return what the address or the form names; raise NotThere or NotAllowed."""
    if request.method == "POST":
        asked = {name: await forms.value(request, name) for name in FIELDS}
    else:
        asked = {name: request.query.get(name, "") for name in FIELDS}
    async with request.app[keys.DATABASE].read() as db:
        if asked["gap"]:
            return await _of_gap(request, db, asked)
        if not re.fullmatch(r"\d{1,9}", asked["seq"]):
            raise NotThere
        found = await answered(db, asked["talk"], int(asked["seq"]))
    words = " ".join(found.question.text.split())
    text = masked(words)
    return Cause(text, found.question.lang, text != words, of=found, next=asked["next"])


async def propose(request: web.Request, cause: Cause, draft: Draft) -> web.Response:
    """Keep the proposal and go on to what follows."""
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    if cause.of is not None:
        draft = replace(draft, conversation_id=cause.of.talk.id, seq=cause.of.answer.seq)
    async with request.app[keys.DATABASE].write() as db:
        number = await lessons.propose(db, draft, Author(who.id, who.shown_as), now)
        about: dict[str, Any] = {"lesson": number, "kind": draft.kind, "topic": draft.topic}
        await audit.record(db, who, "lesson_proposed", draft.conversation_id, at=now, **about)
    return see_other(cause.follows, "lesson")


async def _of_gap(request: web.Request, db: AsyncConnection, asked: dict[str, str]) -> Cause:
    if not request[guard.STAFF].role.reaches(Role.REVIEWER):
        raise NotAllowed
    number = int(asked["gap"]) if re.fullmatch(r"\d{1,9}", asked["gap"]) else 0
    row = (await db.execute(sa.select(gap).where(gap.c.id == number))).one_or_none()
    if row is None:
        raise NotThere("This gap is not there any more: its chats are forgotten.")
    return Cause(row.question, row.lang, False, gap_id=row.id, next=asked["next"])
