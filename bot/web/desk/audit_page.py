"""The audit log as a page."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot.storage.models import audit as table
from bot.web import keys
from bot.web.desk import audit, guard
from bot.web.desk.render import page
from bot.web.desk.sessions import Role

PAGE = 100
AT_ONCE = 5000  # a record of so many rows is checked whenever the page is shown; a longer one when asked to
ACTIONS = {
    "signed_in": "Signed in",
    "sign_in_failed": "Wrong name or password",
    "signed_out": "Signed out",
    "signed_out_everywhere": "Signed out on every device",
    "read": "Read a chat",
    "print": "Opened a chat for print",
    "search": "Searched the chats",
    "export": "Exported chats",
    "export_statistics": "Exported a table of the statistics",
    "redact": "Removed a passage",
    "delete": "Deleted a chat",
    "label": "Labelled an answer",
    "account_first": "Made the first account",
    "account_added": "Added a person",
    "account_changed": "Changed a person",
    "account_own": "Changed their own account",
    "account_link": "Made a link for a password",
    "account_closed": "Closed an account",
    "account_reopened": "Opened an account again",
    "password_set": "Set a password by a link",
    "password_changed": "Changed their password",
    "stop": "Stopped the assistant",
    "resume": "Let the assistant answer again",
    "notice": "Changed the notice of the stop switch",
    "reply_saved": "Saved a reply",
    "reply_deleted": "Deleted a saved reply",
    "answer_added": "Wrote a new answer",
    "answer_edited": "Edited an answer",
    "answer_reviewed": "Read an answer again: still right",
    "answer_removed": "Removed an answer",
    "edit_undone": "Undid an edit",
    "notice_saved": "Wrote a notice",
    "notice_deleted": "Took a notice away",
    "closed_library": "Closed the library",
    "reopened_library": "Opened the library again",
    "survey_saved": "Saved the draft of a survey",
    "survey_opened": "Opened a survey",
    "survey_closed": "Closed a survey",
    "survey_deleted": "Deleted a survey",
    "survey_read": "Read the answers to a survey",
    "survey_export": "Exported the answers to a survey",
    "lesson_proposed": "Proposed a lesson",
    "lesson_edited": "Edited a lesson",
    "lessons_decided": "Decided on lessons",
    "gaps_read": "Read the gaps",
    "gap_saved": "Changed a gap",
    "gap_noted": "Noted what is missing",
    "batch_checked": "Had a batch of lessons checked",
    "batch_published": "Published a batch of lessons",
    "batch_undone": "Undid a publication",
    "inbox_done": "Marked a message as done",
    "inbox_reopened": "Opened a message again",
}


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/audit", show, role=Role.ADMIN)


async def show(request: web.Request) -> web.Response:
    """Show who did what, newest first, and whether the record is as it was written."""
    before = request.query.get("before", "")
    query = sa.select(table).order_by(table.c.id.desc()).limit(PAGE + 1)
    if re.fullmatch(r"\d{1,12}", before):
        query = query.where(table.c.id < int(before))
    async with request.app[keys.DATABASE].read() as db:
        rows = (await db.execute(query)).all()
        total = (await db.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
        checked = await audit.verify(db) if total <= AT_ONCE or "check" in request.query else None
    return await page(
        request,
        "audit.html",
        rows=[_told(row) for row in rows[:PAGE]],
        total=total,
        checked=checked,
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        newest=not before,
    )


def _told(row: Any) -> dict[str, Any]:
    details = [
        (name.replace("_", " "), value) for name, value in (row.details or {}).items() if value not in (None, "")
    ]
    return {
        "id": row.id,
        "at": row.at,
        "name": row.name or "The server",
        "action": ACTIONS.get(row.action, row.action.replace("_", " ")),
        "chat": row.conversation_id,
        "details": details,
    }
