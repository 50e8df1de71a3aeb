"""The list of suggestions: found by words and filters, 50 a page, and as a file."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import utc
from bot.suggestions import inbox
from bot.suggestions.inbox import ALL, NOBODY, OPEN, Wanted
from bot.suggestions.model import formats_of, wished
from bot.web import keys
from bot.web.bodies import page_number
from bot.web.desk import audit, guard
from bot.web.desk.exports import safe
from bot.web.desk.names import branch_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.suggestion_words import KINDS, STATUSES, told
from bot.web.desk.transcripts import excerpt

FILTERS = ("q", "kind", "status", "branch", "staff", "order")
COLUMNS = (
    "code", "asked_at", "kind", "status", "people", "text", "title", "author", "isbn", "forms", "audience",
    "language_wanted", "branch", "channel", "language", "joined_to", "assigned_to", "reply", "replied_at",
)  # fmt: skip
CHUNK = 64 * 1024  # characters


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/suggestions", show, role=Role.AGENT)
    guard.add(app, "GET", "/desk/suggestions.csv", as_csv, role=Role.REVIEWER)
    guard.add(app, "POST", "/desk/suggestions/again", try_all_again, role=Role.REVIEWER)


async def show(request: web.Request) -> web.Response:
    """Show what was found; a code that is typed in full leads to its suggestion."""
    wanted, asked = wanted_of(request)
    number = page_number(request)
    async with request.app[keys.DATABASE].read() as db:
        code = await inbox.number_of(db, wanted.words)
        if code is not None:
            return see_other(f"/desk/suggestions/{code}")
        found, total = await inbox.find(db, wanted, number)
        offered = await inbox.branches(db), await inbox.people(db)
        failed = await inbox.undelivered(db)
    if wanted.words and number == 1:
        async with request.app[keys.DATABASE].write() as db:
            now = request.app[keys.CLOCK].now().timestamp()
            await audit.record(db, request[guard.STAFF], "suggestions_search", at=now, **asked, found=total)
    rest: dict[str, str | int] = {**asked}
    return await page(
        request,
        "suggestions.html",
        lines=[_line(request, row, wanted.words) for row in found],
        total=total,
        asked=asked,
        fields=_fields(request, *offered),
        more=sum(name != "q" for name in asked),
        failed=failed,
        number=number,
        older=f"?{urlencode(rest | {'page': number + 1})}" if total > number * inbox.PAGE else None,
        newer=f"?{urlencode(rest | {'page': number - 1})}" if number > 1 else None,
        export=urlencode(rest),
    )


def wanted_of(request: web.Request) -> tuple[Wanted, dict[str, str]]:
    """Return what the address asks for, and its filters as they are shown; what makes no sense is left out."""
    asked = {name: request.query.get(name, "").strip()[:200] for name in FILTERS}
    staff = asked["staff"]
    wanted = Wanted(
        words=asked["q"],
        kind=asked["kind"] if asked["kind"] in KINDS else "",
        status=asked["status"] if asked["status"] in (*STATUSES, ALL) else OPEN,
        branch=asked["branch"],
        staff_id=NOBODY if staff == "nobody" else int(staff) if re.fullmatch(r"\d{1,9}", staff) else None,
        most_asked=asked["order"] == "asked",
    )
    return wanted, {name: value for name, value in asked.items() if value}


async def as_csv(request: web.Request) -> web.StreamResponse:
    """Send what was found, one suggestion a line and nobody's contact, safe to open in a spreadsheet."""
    wanted, asked = wanted_of(request)
    now = request.app[keys.CLOCK].now()
    async with request.app[keys.DATABASE].read() as db:
        _, total = await inbox.find(db, wanted)
    async with request.app[keys.DATABASE].write() as db:
        # Written down before the first line leaves: what breaks off half-way has been exported too.
        who = request[guard.STAFF]
        await audit.record(db, who, "suggestions_export", at=now.timestamp(), **asked, suggestions=total)
    response = web.StreamResponse(headers=guard.HEADERS)
    response.content_type, response.charset = "text/csv", "utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="suggestions-{now:%Y-%m-%d}.csv"'
    await response.prepare(request)
    out = io.StringIO()
    lines = csv.writer(out, quoting=csv.QUOTE_ALL)
    out.write("\ufeff")  # without the mark spreadsheets take UTF-8 for something older
    lines.writerow(COLUMNS)
    async with request.app[keys.DATABASE].read() as db:
        async for row in inbox.every(db, wanted):
            lines.writerow([safe(value) for value in _cells(row)])
            if out.tell() > CHUNK:
                await response.write(out.getvalue().encode())
                out.seek(0)
                out.truncate()
    await response.write(out.getvalue().encode())
    await response.write_eof()
    return response


async def try_all_again(request: web.Request) -> web.Response:
    """Let everything that was given up be delivered once more: after a key was mended, say."""
    async with request.app[keys.DATABASE].write() as db:
        count = await request.app[keys.DELIVERIES].again_all(db)
        now = request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, request[guard.STAFF], "deliveries_again", at=now, deliveries=count)
    return see_other("/desk/suggestions", "deliver_again")


def _line(request: web.Request, row: Any, words: str) -> dict[str, Any]:
    line = told(request.app, row)
    return line | {"first": excerpt(line["head_line"], words)}


def _fields(request: web.Request, branches: list[str], people: list[Any]) -> list[dict[str, Any]]:
    """Return the filters that can be chosen: name, label, what an empty one means, and options (value, words)."""
    named = [(str(row.id), row.shown_as) for row in people]
    places = [(one, branch_name(request.app, one)) for one in branches]
    return [
        {"name": "status", "label": "Status", "any": "Open", "options": [*STATUSES.items(), (ALL, "All")]},
        {"name": "kind", "label": "Kind", "any": "Any", "options": list(KINDS.items())},
        {"name": "branch", "label": "Branch", "any": "Any", "options": places},
        {"name": "staff", "label": "Looked after by", "any": "Anybody", "options": [("nobody", "Nobody"), *named]},
        {"name": "order", "label": "Order", "any": "Newest first", "options": [("asked", "Most asked first")]},
    ]


def _cells(row: Any) -> list[Any]:
    details = wished(row.kind, row.details)
    return [
        row.code, utc(row.created_at, "seconds"), row.kind, row.status, "" if row.joined_to else row.count, row.text,
        details.get("title"), details.get("author"), details.get("isbn"), " ".join(formats_of(details)),
        details.get("audience"), details.get("language"), row.branch, row.channel, row.lang, row.head_code,
        row.shown_as, row.answer, utc(row.replied_at, "seconds") if row.replied_at else "",
    ]  # fmt: skip
