"""Gaps: what nobody could answer, grouped by meaning; and the note after the label "Missing"."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from bot.learning import gaps
from bot.web import keys
from bot.web.bodies import page_number
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.lesson_cause import cause_of
from bot.web.desk.names import language_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role

PLACE = "/desk/gaps"
STATES = {gaps.OPEN: "Open", gaps.DONE: "Done"}


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.REVIEWER)
    guard.add(app, "POST", rf"{PLACE}/{{number:\d{{1,9}}}}", save, role=Role.REVIEWER)
    guard.add(app, "GET", f"{PLACE}/note", show_note, role=Role.AGENT)
    guard.add(app, "POST", f"{PLACE}/note", save_note, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the gaps, those with the most questions first."""
    state = request.query.get("state", gaps.OPEN)
    state = state if state in STATES else gaps.OPEN
    number = page_number(request)
    async with request.app[keys.DATABASE].read() as db:
        found = await gaps.listed(db, state, number)
        counts = await gaps.counts(db)
    async with request.app[keys.DATABASE].write() as db:
        who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, who, "gaps_read", at=now, gaps=len(found))
    more = counts[state] > number * gaps.PAGE
    return await page(
        request,
        "gaps.html",
        gaps=found,
        language=language_name,
        state=state,
        states=[(value, words, counts[value]) for value, words in STATES.items()],
        most=gaps.NOTE_MOST,
        older=f"?{urlencode({'state': state, 'page': number + 1})}" if more else None,
        newer=f"?{urlencode({'state': state, 'page': number - 1})}" if number > 1 else None,
    )


async def save(request: web.Request) -> web.Response:
    """Save a gap's note, mark it as done, or open it again."""
    number, what = forms.number_in(request, "number"), await forms.value(request, "do")
    note = await forms.text(request, "note", gaps.NOTE_MOST)
    if what not in ("note", "done", "open"):
        raise BadForm
    async with request.app[keys.DATABASE].write() as db:
        there = await gaps.set_note(db, number, note)
        if what != "note":
            there = await gaps.set_state(db, number, gaps.DONE if what == "done" else gaps.OPEN)
        if not there:
            raise NotThere("This gap is not there any more: its chats are forgotten.")
        who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
        await audit.record(db, who, "gap_saved", at=now, gap=number, what=what)
    return see_other(PLACE, {"note": "saved", "done": "gap_done", "open": "gap_open"}[what])


async def show_note(request: web.Request) -> web.Response:
    """Ask what is missing."""
    return await page(request, "gap_note.html", cause=await cause_of(request), most=gaps.NOTE_MOST)


async def save_note(request: web.Request) -> web.Response:
    """Keep the note beside the gap of the question."""
    cause = await cause_of(request)
    note = await forms.line(request, "note", gaps.NOTE_MOST)
    if note and cause.of is not None:
        await request.app[keys.GAPS].note_missing(cause.of.talk.id, cause.of.answer.seq, note)
        async with request.app[keys.DATABASE].write() as db:
            who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
            await audit.record(db, who, "gap_noted", cause.of.talk.id, at=now, seq=cause.of.answer.seq)
    return see_other(cause.follows, "gap_noted" if note else None)
