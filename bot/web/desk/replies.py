"""Saved replies: everybody's own, and those that all share."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import canned_reply
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm, NotAllowed, NotThere
from bot.web.desk.names import language_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role, StaffMember
from bot.wording import LANGUAGES

VARIABLES = (
    ("{patron_branch}", "the branch that the patron came from, or the library's name"),
    ("{staff}", "your name as patrons read it"),
    ("{library}", "the library's name"),
    ("{phone}", "the library's telephone number"),
)
SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/replies", show, role=Role.AGENT)
    guard.add(app, "POST", "/desk/replies", save, role=Role.AGENT)
    guard.add(app, "POST", r"/desk/replies/{number:\d{1,9}}", save, role=Role.AGENT)
    guard.add(app, "POST", r"/desk/replies/{number:\d{1,9}}/delete", delete, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show one's own replies and the shared ones."""
    who = request[guard.STAFF]
    async with request.app[keys.DATABASE].read() as db:
        query = sa.select(canned_reply).where(_visible(who)).order_by(canned_reply.c.shortcut, canned_reply.c.lang)
        rows = (await db.execute(query)).all()
    return await page(
        request,
        "replies.html",
        own=[row for row in rows if row.staff_id is not None],
        shared=[row for row in rows if row.staff_id is None],
        may_share=who.role.reaches(Role.REVIEWER),
        variables=VARIABLES,
        languages=[(one, language_name(one)) for one in LANGUAGES],
    )


async def save(request: web.Request) -> web.Response:
    """Add a reply, or change one."""
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    shortcut = (await forms.line(request, "shortcut", 40, needed="Give a short word to find the reply by.")).lower()
    shortcut = shortcut.removeprefix("/")
    if not SHORTCUT.fullmatch(shortcut):
        raise BadForm("Give a short word of small letters, digits and hyphens.", field="shortcut")
    lang = await forms.value(request, "lang")
    if lang not in LANGUAGES:
        raise BadForm("Choose a language.", field="lang")
    values: dict[str, Any] = {
        "shortcut": shortcut,
        "lang": lang,
        "text": await forms.text(request, "text", needed="Write the reply."),
        "staff_id": None if await forms.value(request, "shared") else who.id,
    }
    if values["staff_id"] is None and not who.role.reaches(Role.REVIEWER):
        raise NotAllowed
    async with request.app[keys.DATABASE].write() as db:
        if "number" in request.match_info:
            row = await _row(db, request, who)
            await db.execute(canned_reply.update().where(canned_reply.c.id == row.id).values(values))
        else:
            await db.execute(canned_reply.insert(), values)
        await audit.record(
            db, who, "reply_saved", at=now, shortcut=shortcut, lang=lang, shared=values["staff_id"] is None
        )
    return see_other("/desk/replies", "reply")


async def delete(request: web.Request) -> web.Response:
    """Delete a reply."""
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        row = await _row(db, request, who)
        await db.execute(canned_reply.delete().where(canned_reply.c.id == row.id))
        await audit.record(db, who, "reply_deleted", at=now, shortcut=row.shortcut, shared=row.staff_id is None)
    return see_other("/desk/replies", "reply_deleted")


def _visible(who: StaffMember) -> sa.ColumnElement[bool]:
    return (canned_reply.c.staff_id == who.id) | canned_reply.c.staff_id.is_(None)


async def _row(db: AsyncConnection, request: web.Request, who: StaffMember) -> Any:
    """Return the reply of the address when this person may change it."""
    query = sa.select(canned_reply).where(canned_reply.c.id == forms.number_in(request, "number"), _visible(who))
    row = (await db.execute(query)).one_or_none()
    if row is None:
        raise NotThere("This reply is not there, or no longer.")
    if row.staff_id is None and not who.role.reaches(Role.REVIEWER):
        raise NotAllowed
    return row
