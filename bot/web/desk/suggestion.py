"""One suggestion: what was said, what became of it, and the forms by which staff decide and answer."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.knowledge.sources.records import Format
from bot.knowledge.suggestions import Wish, matching
from bot.suggestions import inbox, koha
from bot.suggestions.errors import ChangedMeanwhile
from bot.suggestions.handling import Decision, Sorting, is_public
from bot.suggestions.model import REMARKS, Kind, Status, formats_of, wished
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.suggestion_words import KINDS, OUTLETS, STATUSES, told

REPLY_MOST = 2000  # characters
TITLE_MOST, AUTHOR_MOST = 300, 200
NUMBER = r"/desk/suggestions/{number:\d{1,9}}"


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", NUMBER, show, role=Role.AGENT)
    for name, handler in (
        ("decide", decide),
        ("kind", sort),
        ("assign", assign),
        ("note", note),
        ("join", join),
        ("part", part),
        ("again", try_again),
    ):
        guard.add(app, "POST", f"{NUMBER}/{name}", handler, role=Role.AGENT)
    guard.add(app, "POST", f"{NUMBER}/delete", delete, role=Role.ADMIN)


async def show(request: web.Request) -> web.Response:
    """Show the suggestion."""
    found = await _read(request)
    async with request.app[keys.DATABASE].write() as db:
        await _record(request, db, "suggestion_read", found.row.code)
    return await _page(request, found)


async def decide(request: web.Request) -> web.Response:
    """Set status and public reply, and tell everybody who asked and can be told.

    If a colleague decided meanwhile, the page is shown as it is now, with the words that were to be saved.
    """
    status = await forms.value(request, "status")
    if status not in STATUSES:
        raise BadForm("Choose a status.", field="status")
    reply = await forms.text(request, "reply", REPLY_MOST)
    to = Decision(Status(status), reply or None, bool(await forms.value(request, "public")))
    version = await forms.whole(request, "version")
    try:
        async with request.app[keys.DATABASE].write() as db:
            by = request[guard.STAFF].shown_as
            done = await request.app[keys.HANDLING].decide(db, _number(request), by, version, to)
            if done.changed:
                row = (await inbox.read(db, _number(request))).row
                facts = {"status": status, "replied": bool(reply), "public": to.public, "told": done.told}
                await _record(request, db, "suggestion_decided", row.code, **facts)
    except ChangedMeanwhile as problem:
        return await _page(request, await _read(request), problem=problem.said, draft=to, status=problem.status)
    return see_other(_place(request), "told" if done.told else "saved")


async def sort(request: web.Request) -> web.Response:
    """Take it for something of another kind, or put a purchase's title and author right."""
    kind = await forms.value(request, "kind")
    if kind not in KINDS:
        raise BadForm("Choose a kind.", field="kind")
    title, author = await forms.line(request, "title", TITLE_MOST), await forms.line(request, "author", AUTHOR_MOST)
    version = await forms.whole(request, "version")
    row = (await _read(request)).row
    to = Sorting(Kind(kind), title, author, _matching(row, kind, title))
    try:
        async with request.app[keys.DATABASE].write() as db:
            by = request[guard.STAFF].shown_as
            done = await request.app[keys.HANDLING].sort(db, _number(request), by, version, to)
            if done.changed:
                await _record(request, db, "suggestion_sorted", row.code, was=row.kind, kind=kind)
    except ChangedMeanwhile as problem:
        return await _page(request, await _read(request), problem=problem.said, sorting=to, status=problem.status)
    return see_other(_place(request), "saved")


async def assign(request: web.Request) -> web.Response:
    """Give it to a member of staff, or to nobody."""
    was, to = await _person(request, "was"), await _person(request, "to")
    async with request.app[keys.DATABASE].write() as db:
        by = request[guard.STAFF].shown_as
        done = await request.app[keys.HANDLING].assign(db, _number(request), by, was, to)
        if done.changed:
            found = await inbox.read(db, _number(request))
            await _record(request, db, "suggestion_assigned", found.row.code, to=found.row.shown_as)
    return see_other(_place(request), "saved")


async def note(request: web.Request) -> web.Response:
    """Keep a note for colleagues."""
    text = await forms.text(request, "text", needed="Write the note.")
    async with request.app[keys.DATABASE].write() as db:
        await request.app[keys.HANDLING].note(db, _number(request), request[guard.STAFF].shown_as, text)
        await _record(request, db, "suggestion_note", (await inbox.read(db, _number(request))).row.code)
    return see_other(_place(request), "note")


async def join(request: web.Request) -> web.Response:
    """Join it to another one, which from now on decides for both."""
    code = await forms.line(request, "code", 40, needed="Give the code of the other suggestion.")
    async with request.app[keys.DATABASE].write() as db:
        by = request[guard.STAFF].shown_as
        done = await request.app[keys.HANDLING].join(db, _number(request), by, code)
        if done.changed:
            found = await inbox.read(db, _number(request))
            to = found.head.code if found.head is not None else None
            await _record(request, db, "suggestion_joined", found.row.code, to=to, told=done.told)
    return see_other(_place(request), "joined")


async def part(request: web.Request) -> web.Response:
    """Let one that was joined stand for itself again."""
    async with request.app[keys.DATABASE].write() as db:
        done = await request.app[keys.HANDLING].part(db, _number(request), request[guard.STAFF].shown_as)
        if done.changed:
            await _record(request, db, "suggestion_parted", (await inbox.read(db, _number(request))).row.code)
    return see_other(_place(request), "parted")


async def delete(request: web.Request) -> web.Response:
    """Delete it for good, when a patron asks for that, say."""
    async with request.app[keys.DATABASE].write() as db:
        code = (await inbox.read(db, _number(request))).row.code
        await request.app[keys.HANDLING].delete(db, _number(request), request[guard.STAFF].shown_as)
        await _record(request, db, "suggestion_deleted", code)
    return see_other("/desk/suggestions", "wish_deleted")


async def try_again(request: web.Request) -> web.Response:
    """Let a delivery that was given up be tried once more."""
    which = await forms.whole(request, "delivery")
    async with request.app[keys.DATABASE].write() as db:
        found = await inbox.read(db, _number(request))
        if which in {row.id for row in found.deliveries} and await request.app[keys.DELIVERIES].again(db, which):
            await _record(request, db, "deliveries_again", found.row.code, deliveries=1)
    return see_other(_place(request), "deliver_again")


async def _page(
    request: web.Request,
    found: inbox.Page,
    *,
    problem: str | None = None,
    draft: Decision | None = None,
    sorting: Sorting | None = None,
    status: int = 200,
) -> web.Response:
    row, head = found.row, found.head
    async with request.app[keys.DATABASE].read() as db:
        people = await inbox.people(db)
    kind = Kind(row.kind) if row.kind in list(Kind) else Kind.COMMENT
    title, author = (str(row.details.get(name) or "") for name in ("title", "author"))
    return await page(
        request,
        "suggestion.html",
        status,
        place=_place(request),
        one=told(request.app, row),
        head=told(request.app, head) if head is not None else None,
        joined=[told(request.app, other) for other in found.joined],
        chats=found.chats,
        letters=found.letters,
        events=[_event(event) for event in found.events],
        deliveries=[_delivery(request, one, kind) for one in found.deliveries],
        version=found.version,
        problem=problem,
        draft=draft or Decision(Status(row.status), row.reply, is_public(row.kind, row.details)),
        sorting=sorting or Sorting(kind, title, author, ""),
        sorted_late=sorting is not None,
        statuses=STATUSES,
        kinds=KINDS,
        title_most=TITLE_MOST,
        author_most=AUTHOR_MOST,
        people=people,
        most=REPLY_MOST,
        purchase=kind is Kind.PURCHASE,
        remark=kind in REMARKS,
        mail=request.app[keys.HANDLING].telling.on,
        told=sum(one.contact_kind == "email" for one in (row, *found.joined)),
    )


def _event(row: Any) -> dict[str, Any]:
    name, value = row.name or "", row.value
    outlet, _, number = value.partition(" ")
    words = {
        "status": f"Status: {STATUSES.get(value, value)}",
        "reply": "Reply changed" if value else "Reply taken away",
        "public": "Shown in public" if value == "yes" else "Not shown in public",
        "kind": f"Taken for: {KINDS.get(value, value)}",
        "title": f"Title put right: {value}" if value else "Title taken away",
        "assigned": f"Given to {value}" if value else "Given to nobody",
        "joined": f"Joined {value}" if value.startswith("to ") else f"{value} was joined to this",
        "parted": f"Parted {value}" if value.startswith("from ") else f"{value} was parted from this",
        "note": "Note",
        "sent": f"Sent to {OUTLETS.get(outlet, outlet)}" + (f", number {number}" if number else ""),
    }
    text = value if row.what in ("reply", "note") else ""
    return {
        "at": row.at,
        "name": name,
        "words": words.get(row.what, row.what),
        "text": text,
        "note": row.what == "note",
    }


def _delivery(request: web.Request, row: Any, kind: Kind) -> dict[str, Any]:
    return {
        "id": row.id,
        "outlet": OUTLETS.get(row.outlet, row.outlet),
        "event": {"created": "new", "changed": "a change"}.get(row.event, row.event),
        "state": row.state,
        "attempts": row.attempts,
        "problem": row.problem,
        "remote_id": row.remote_id,
        "stays": row.outlet == koha.NAME and row.state == "sent" and kind is not Kind.PURCHASE,
        "off": row.outlet not in request.app[keys.DELIVERIES].outlets,
    }


def _matching(row: Any, kind: str, title: str) -> str:
    """Return what is the same for suggestions of the same thing, as the assistant tells them apart."""
    known = {form.value for form in Format}
    forms = tuple(Format(form) for form in formats_of(row.details) if form in known)
    wish = Wish(title=title, isbn=str(row.details.get("isbn") or ""), formats=forms)
    return matching(kind, wish if wished(kind, {"title": title}) else None, row.text)


async def _read(request: web.Request) -> inbox.Page:
    async with request.app[keys.DATABASE].read() as db:
        return await inbox.read(db, _number(request))


async def _record(request: web.Request, db: AsyncConnection, action: str, code: str, **details: Any) -> None:
    now = request.app[keys.CLOCK].now().timestamp()
    await audit.record(db, request[guard.STAFF], action, at=now, reference=code, **details)


async def _person(request: web.Request, name: str) -> int | None:
    value = await forms.value(request, name)
    if not re.fullmatch(r"\d{0,9}", value):
        raise BadForm("Choose a person.", field=name)
    return int(value) if value else None


def _number(request: web.Request) -> int:
    return forms.number_in(request, "number")


def _place(request: web.Request) -> str:
    return f"/desk/suggestions/{_number(request)}"
