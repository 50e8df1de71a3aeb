"""What was edited in the library's files, by whom and when; an edit can be taken back."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.edits.errors import FilesChanged, NothingChanged
from bot.edits.files import ANSWERS, LIBRARY, Change, diff
from bot.edits.history import DONE, WHAT_MOST
from bot.knowledge.notices import EMERGENCY
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role

PLACE = "/desk/edits"
ONE = PLACE + r"/{number:\d{1,9}}"
SHOWN = 100
ONE_WAY = f"{LIBRARY}/{EMERGENCY}"
"""What is opened again on its own page: open chats were told, and must be told of that too."""


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.AGENT)
    guard.add(app, "GET", ONE, show_one, role=Role.AGENT)
    guard.add(app, "POST", f"{ONE}/undo", undo, role=Role.REVIEWER)


async def keep(request: web.Request, change: Change, what: str, action: str, **details: Any) -> int:
    """Make an edit for whoever sent the request, note it in the audit log, and return its number.

    Raises FilesChanged and NothingChanged as the edits do.
    """
    who = request[guard.STAFF]
    number = await request.app[keys.EDITS].make(change, who.shown_as, what)
    async with request.app[keys.DATABASE].write() as db:
        now = request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, who, action, at=now, **details, edit=number)
    return number


async def show(request: web.Request) -> web.Response:
    """Show the newest edits of all files."""
    rows = await request.app[keys.EDITS].of(most=SHOWN)
    return await page(request, "edits.html", edits=[_told(request, row) for row in rows], most=SHOWN)


async def show_one(request: web.Request) -> web.Response:
    """Show one edit: its lines, and whether it can be taken back."""
    return await _show_one(request)


async def _show_one(request: web.Request, *, refused: bool = False) -> web.Response:
    edits = request.app[keys.EDITS]
    row = await edits.get(forms.number_in(request, "number"))
    of_file = await edits.of(row.path)
    current = await asyncio.to_thread(edits.places.read, row.path)
    return await page(
        request,
        "edit.html",
        409 if refused else 200,
        one=_told(request, row),
        file=diff(edits.places, [Change(row.path, row.before, row.after)])[0],
        undone_by=next((one.id for one in of_file if one.undoes == row.id), None),
        newer=[one for one in reversed(of_file) if one.id > row.id],
        can_undo=row.path != ONE_WAY and await edits.can_undo(row),
        one_way=row.path == ONE_WAY,
        as_before=current == row.before,
        refused=refused,
        may_undo=request[guard.STAFF].role.reaches(Role.REVIEWER),
    )


async def undo(request: web.Request) -> web.Response:
    """Take an edit back, unless that would lose what was written since."""
    edits, who = request.app[keys.EDITS], request[guard.STAFF]
    row = await edits.get(forms.number_in(request, "number"))
    if row.state != DONE or row.path == ONE_WAY:
        return await _show_one(request, refused=True)
    try:
        number = await edits.undo(row.id, who.shown_as, f"Undone: {row.what}"[:WHAT_MOST])
    except (FilesChanged, NothingChanged):
        return await _show_one(request, refused=True)
    async with request.app[keys.DATABASE].write() as db:
        now = request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, who, "edit_undone", at=now, file=edits.places.shown(row.path), edit=row.id, by=number)
    return see_other(f"{PLACE}/{number}", "edit_undone")


def _told(request: web.Request, row: Any) -> dict[str, Any]:
    """Return an edit with the name of its file, and the page of the answer when it is one's."""
    folder, _, name = row.path.partition("/")
    return {
        "id": row.id,
        "at": row.at,
        "name": row.name,
        "what": row.what,
        "undoes": row.undoes,
        "done": row.state == DONE,
        "file": request.app[keys.EDITS].places.shown(row.path),
        "kind": "removed" if row.after is None else "new" if row.before is None else "",
        "page": f"/desk/answers/{name.removesuffix('.md')}" if folder == ANSWERS else None,
    }
