"""Draws the pages of the desk: what every page has (menu, who is signed in, stop switch) and how times look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import sqlalchemy as sa
from aiohttp import web

from bot.conversations.errors import ChatGone, DeskError
from bot.errors import LibraryError
from bot.learning import lessons
from bot.storage.models import left_message
from bot.suggestions.inbox import new_ones
from bot.web import headers, keys, static
from bot.web.desk import guard
from bot.web.desk.errors import NotThere
from bot.web.desk.prose import language_code, paragraphs, runs, safe
from bot.web.desk.sessions import Role
from bot.wording import DEFAULT_LANGUAGE

TEMPLATES = web.AppKey("desk_templates", jinja2.Environment)
SAID = "foyer_said"
"""The cookie that carries the name of a line of `FLASHES` from a form to the page after it."""
# The widget's page may be framed by the library's own; the desk by nobody.
CSP = headers.PAGE_CSP.replace("frame-ancestors 'self'", "frame-ancestors 'none'")

FLASHES = {
    "saved": "Saved.",
    "password": "Your password is changed. Other devices are signed out.",
    "closed": "The account is closed and signed out.",
    "reopened": "The account is open again.",
    "signed_out": "Signed out on every device.",
    "bye": "You are signed out.",
    "note": "Note added.",
    "label": "Label saved.",
    "unlabel": "Label removed.",
    "gap_done": "Done. It is off the list.",
    "gap_open": "The gap is open again.",
    "gap_noted": "Noted beside the gap.",
    "lesson": "Proposed. A reviewer decides on it.",
    "approved": "Approved. It counts when it is published.",
    "rejected": "Rejected.",
    "lesson_open": "Open again.",
    "tags": "Tags saved.",
    "redacted": "The passage is removed from this chat.",
    "deleted": "The chat is deleted.",
    "done": "Marked as done.",
    "answered_here": "Marked as done. Your answer is on its way into the chat.",
    "mailed": "Marked as done. Your answer is on its way by e-mail.",
    "reopened_message": "The message is open again.",
    "told": "Saved. Whoever left an e-mail address is told.",
    "joined": "Joined. The other one decides for both now.",
    "parted": "Parted. It stands for itself again, as a new one.",
    "wish_deleted": "The suggestion is deleted.",
    "deliver_again": "It is tried again in a moment.",
    "survey": "Saved as a draft. Nobody is asked yet.",
    "survey_open": "Open. Patrons are asked from its first day on.",
    "survey_closed": "Closed. Nobody is asked any more.",
    "survey_deleted": "The survey is deleted.",
    "notice_deleted": "The notice is taken away.",
    "closed_library": "Closed. Every answer says so, and open chats are told.",
    "opened_library": "Open again. Open chats are told.",
    "answer": "Saved. Patrons get it with their next question.",
    "answer_reviewed": "Noted. The next review is in a year.",
    "answer_removed": "The answer is removed. It can be undone.",
    "edit_undone": "Undone. The file is as it was before.",
    "reply": "Saved.",
    "reply_deleted": "The reply is deleted.",
    "stopped": "The assistant is stopped. Patrons read the notice.",
    "resumed": "The assistant answers again.",
}


@dataclass(frozen=True)
class Entry:
    """A line of the menu, shown to those whose role reaches it."""

    path: str
    name: str
    role: Role = Role.AGENT


MENU = (
    (
        "Talk with patrons",
        (
            Entry("/desk", "Desk"),
            Entry("/desk/inbox", "Inbox"),
            Entry("/desk/suggestions", "Suggestions"),
            Entry("/desk/replies", "Saved replies"),
        ),
    ),
    (
        "When an answer is wrong",
        (
            Entry("/desk/chats", "Transcripts"),
            Entry("/desk/review", "Review", Role.REVIEWER),
            Entry("/desk/gaps", "Gaps", Role.REVIEWER),
            Entry("/desk/lessons", "Lessons", Role.REVIEWER),
            Entry("/desk/publish", "Publish", Role.REVIEWER),
        ),
    ),
    (
        "What the library says",
        (
            Entry("/desk/answers", "Answers"),
            Entry("/desk/notices", "Notices"),
            Entry("/desk/closure", "Closure"),
            Entry("/desk/edits", "Edits"),
        ),
    ),
    (
        "See how it goes",
        (Entry("/desk/statistics", "Statistics", Role.REVIEWER), Entry("/desk/surveys", "Surveys", Role.REVIEWER)),
    ),
    (
        "Keep it running",
        (
            Entry("/desk/settings", "Settings", Role.ADMIN),
            Entry("/desk/people", "People", Role.ADMIN),
            Entry("/desk/audit", "Audit log", Role.ADMIN),
        ),
    ),
    ("You", (Entry("/desk/account", "Account"), Entry("/desk/help", "Help"))),
)
"""The menu, grouped by what somebody wants to do."""


def environment() -> jinja2.Environment:
    """Return the environment of the templates in pages/."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"paragraphs": paragraphs, "runs": runs, "followed": safe, "code": language_code}
    made.globals["asset"] = asset
    made.globals["Role"] = Role
    return made


def asset(name: str) -> str:
    """Return the address of a static file of the desk."""
    return f"/d/{static.version()}/{name}"


async def page(request: web.Request, template: str, status: int = 200, **facts: Any) -> web.Response:
    """Return a page of the desk, made from a template of pages/."""
    who = request.get(guard.STAFF)
    shared: dict[str, Any] = {
        "staff": who,
        "csrf": request[guard.SESSION].csrf if who else "",
        "path": request.path,
        "here": request.path_qs,
        "page": template.removesuffix(".html"),
        "library": request.app[keys.KNOWLEDGE].library.name.to(DEFAULT_LANGUAGE),
        "said": FLASHES.get(request.cookies.get(SAID, "")),
        "nav": [],
        "paused": False,
        "closing": "",
        "badges": {},
        "when": clock_words(request.app),
        "wide": False,
    }
    if who is not None:
        shared |= await _of_today(request)
        shared["nav"] = _menu(request.path, who.role)
    text = request.app[TEMPLATES].get_template(template).render(shared | facts)
    response = web.Response(text=text, content_type="text/html", status=status)
    response.headers["Content-Security-Policy"] = CSP
    if SAID in request.cookies:
        response.del_cookie(SAID, path=guard.HOME)
    return response


async def error_page(request: web.Request, error: LibraryError) -> web.Response:
    """Return the page that says what was refused."""
    if isinstance(error, ChatGone):
        error = NotThere()
    if isinstance(error, DeskError):
        words = error.said
    else:
        words = request.app[keys.WORDING].say(error.response, DEFAULT_LANGUAGE, **error.facts)
    return await page(request, "error.html", error.status, words=words, code=error.code)


def see_other(place: str, said: str | None = None) -> web.Response:
    """Return what follows a form: the browser goes to `place`, which shows the line `said` of `FLASHES` once."""
    response = web.Response(status=303, headers={"Location": place})
    if said is not None:
        response.set_cookie(SAID, said, path=guard.HOME, max_age=60, httponly=True, samesite="Lax")
    return response


def closing_line(app: web.Application) -> str:
    """Return the line that says what an emergency closes, empty where nothing is closed by one."""
    found = app[keys.KNOWLEDGE].notices.closing(app[keys.CLOCK].now())
    if found is None:
        return ""
    where = "The library is closed" if not found.branches else "A branch is closed"
    return f"{where}: {found.reason}."


def clock_words(app: web.Application) -> Callable[..., str]:
    """Return the function that tells a moment (epoch seconds) in the library's zone, as staff read it."""
    clock = app[keys.CLOCK]
    zone = app[keys.KNOWLEDGE].library.zone

    def when(at: float, style: str = "moment") -> str:
        moment, now = datetime.fromtimestamp(at, zone), clock.now().astimezone(zone)
        time = f"{moment:%I:%M %p}".lstrip("0")
        if style == "time":
            return time
        if style == "iso":
            return moment.isoformat(timespec="seconds")
        day = f"{moment:%b} {moment.day}" + ("" if moment.year == now.year else f", {moment.year}")
        if style == "day":
            return f"{moment:%a}, {day}"
        if style == "seconds":
            return f"{moment:%Y-%m-%d %H:%M:%S}"
        ago = (now.date() - moment.date()).days
        return f"{ {0: 'Today', 1: 'Yesterday'}.get(ago, f'{moment:%a}, {day}') }, {time}".strip()

    return when


async def _of_today(request: web.Request) -> dict[str, Any]:
    waiting = sa.select(sa.func.count()).select_from(left_message).where(left_message.c.state == "open")
    async with request.app[keys.DATABASE].read() as db:
        count = (await db.execute(waiting)).scalar_one()
        wishes = await new_ones(db)
        proposed = (await lessons.counts(db))[lessons.OPEN]
        paused = await request.app[keys.HANDOFFS].stopped(db)
    badges = {
        "/desk/inbox": (count, "open"),
        "/desk/suggestions": (wishes, "new"),
        "/desk/lessons": (proposed, "open"),
    }
    return {"badges": badges, "paused": paused, "closing": closing_line(request.app)}


def _menu(path: str, role: Role) -> list[dict[str, Any]]:
    groups = []
    for name, entries in MENU:
        shown = [
            {"path": one.path, "name": one.name, "current": _current(path, one.path)}
            for one in entries
            if role.reaches(one.role)
        ]
        if shown:
            groups.append({"name": name, "entries": shown})
    return groups


def _current(path: str, entry: str) -> bool:
    return path == entry or (entry != guard.HOME and path.startswith(entry + "/"))
