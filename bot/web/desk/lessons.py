"""Lessons: what was proposed, edited and decided on, and what became of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.errors import ChatGone
from bot.edits.files import ANSWERS, Change, Places, diff
from bot.learning import lessons
from bot.learning.answered import answered
from bot.learning.lessons import ANSWER, APPROVED, EXAMPLE, OPEN, PUBLISHED, REJECTED, Author
from bot.web import keys
from bot.web.bodies import page_number
from bot.web.desk import audit, forms, guard
from bot.web.desk.answer_preview import previewed
from bot.web.desk.errors import BadForm
from bot.web.desk.lesson_answer import FILE_MOST
from bot.web.desk.names import examples_of, language_name, topic_name, topic_of, topics
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role

STATES = {OPEN: "Open", APPROVED: "Approved", PUBLISHED: "Published", REJECTED: "Rejected"}
DECISIONS = {"approve": APPROVED, "reject": REJECTED, "reopen": OPEN}
FLASHES = {"approve": "approved", "reject": "rejected", "reopen": "lesson_open"}
BATCH_MOST = lessons.PAGE


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/lessons", show, role=Role.REVIEWER)
    guard.add(app, "POST", "/desk/lessons", decide, role=Role.REVIEWER)
    guard.add(app, "GET", r"/desk/lessons/{number:\d{1,9}}", show_one, role=Role.REVIEWER)
    guard.add(app, "POST", r"/desk/lessons/{number:\d{1,9}}", edit, role=Role.REVIEWER)


async def show(request: web.Request) -> web.Response:
    """Show the lessons in one state."""
    state = request.query.get("state", OPEN)
    state = state if state in STATES else OPEN
    number = page_number(request)
    await examples_of(request.app)
    async with request.app[keys.DATABASE].read() as db:
        rows = await lessons.in_state(db, state, number)
        counts = await lessons.counts(db)
    more = counts[state] > number * lessons.PAGE
    return await page(
        request,
        "lessons.html",
        lessons=[told(request.app, row) for row in rows],
        state=state,
        states=[(value, words, counts[value]) for value, words in STATES.items()],
        approved=counts[APPROVED],
        older=f"?{urlencode({'state': state, 'page': number + 1})}" if more else None,
        newer=f"?{urlencode({'state': state, 'page': number - 1})}" if number > 1 else None,
    )


async def show_one(request: web.Request) -> web.Response:
    """Show one lesson with where it comes from."""
    await examples_of(request.app)
    async with request.app[keys.DATABASE].read() as db:
        row = await lessons.get(db, forms.number_in(request, "number"))
        of = await _source(db, row)
    if of is not None:
        # It shows words of a patron's chat, like a transcript.
        async with request.app[keys.DATABASE].write() as db:
            await audit.record(db, request[guard.STAFF], "read", of.talk.id, at=_now(request), lesson=row.id)
    return await page(
        request,
        "lesson.html",
        one=told(request.app, row),
        of=of,
        topics=topics(request.app),
        preview=previewed(row.text, row.topic) if row.kind == ANSWER else None,
        changes=_changes(request, row) if row.before is not None else None,
        most=lessons.TEXT_MOST if row.kind == EXAMPLE else FILE_MOST,
    )


async def decide(request: web.Request) -> web.Response:
    """Approve, reject or reopen the lessons that were chosen."""
    await examples_of(request.app)
    fields = await request.post()
    chosen = [str(value) for value in fields.getall("lesson", [])][:BATCH_MOST]
    what = await forms.value(request, "do")
    reason = await forms.line(request, "reason", lessons.REASON_MOST)
    if what not in DECISIONS:
        raise BadForm("Approve or reject: choose one.")
    if not chosen or not all(re.fullmatch(r"\d{1,9}", one) for one in chosen):
        raise BadForm("Choose one lesson at least.", field="lesson")
    if what == "reject" and not reason:
        raise BadForm("Say in a few words why, for whoever proposed it.", field="reason")
    await _decide(request, [int(one) for one in chosen], what, reason)
    state = await forms.value(request, "state")
    return see_other(f"/desk/lessons?state={state}" if state in STATES else "/desk/lessons", FLASHES[what])


async def edit(request: web.Request) -> web.Response:
    """Save the changed words of a lesson, and decide on it in the same step where that was pressed."""
    await examples_of(request.app)
    number = forms.number_in(request, "number")
    what = await forms.value(request, "do")
    async with request.app[keys.DATABASE].read() as db:
        row = await lessons.get(db, number)
    topic, text = await _edited(request, row)
    reason = await forms.line(request, "reason", lessons.REASON_MOST)
    if what == "reject" and not reason:
        raise BadForm("Say in a few words why, for whoever proposed it.", field="reason")
    if (topic, text) != (row.topic, row.text):
        async with request.app[keys.DATABASE].write() as db:
            await lessons.edit(db, number, topic, text)
            await audit.record(db, request[guard.STAFF], "lesson_edited", at=_now(request), lesson=number, topic=topic)
    if what in DECISIONS:
        await _decide(request, [number], what, reason)
        return see_other("/desk/lessons", FLASHES[what])
    return see_other(f"/desk/lessons/{number}", "saved")


def told(app: web.Application, row: Any) -> dict[str, Any]:
    """Return a lesson in the words of its pages."""
    wording = app[keys.WORDING]
    example = row.kind == EXAMPLE
    others = app[keys.EXAMPLES].topics(row.text) - {row.topic} if example else set()
    answer = None if example else app[keys.KNOWLEDGE].answers.get(row.topic)
    return dict(row._mapping) | {
        "name": topic_name(wording, row.topic) if example else (answer.to("en").title if answer else row.topic),
        "proposer": row.name,
        "language": language_name(row.lang),
        "times": row._mapping["count"],
        "taken": [topic_name(wording, topic) for topic in sorted(others)] if row.state in (OPEN, APPROVED) else [],
        "new": not example and row.before is None,
    }


def _changes(request: web.Request, row: Any) -> dict[str, Any]:
    """Return what an answer's lesson changes in the file that its writer saw."""
    change = Change(f"{ANSWERS}/{row.topic}.md", row.before, row.text)
    return diff(Places(request.app[keys.SETTINGS]), [change])[0]


async def _edited(request: web.Request, row: Any) -> tuple[str, str]:
    if row.kind == ANSWER:
        text = await forms.text(request, "text", FILE_MOST, needed="Write the answer first.") + "\n"
        problems = previewed(text, row.topic).problems
        if problems:
            line = f"Line {problems[0].line}: " if problems[0].line else ""
            raise BadForm(f"{line}{problems[0].message} {problems[0].cure}", field="text")
        return row.topic, text
    topic = topic_of(request.app, await forms.line(request, "topic"))
    if topic is None:
        raise BadForm("Choose a topic of the list, by its name.", field="topic")
    text = lessons.example_text(await forms.line(request, "text", lessons.TEXT_MOST, needed="Write the question."))
    if not text:
        raise BadForm("Write the question.", field="text")
    return topic, text


async def _decide(request: web.Request, numbers: list[int], what: str, reason: str) -> None:
    who, now = request[guard.STAFF], _now(request)
    async with request.app[keys.DATABASE].write() as db:
        for number in numbers:
            row = await lessons.get(db, number)
            taken = told(request.app, row)["taken"]
            if what == "approve" and taken:
                raise BadForm(f"“{row.text}” is an example of {taken[0]} already. Put it otherwise, or reject it.")
            await lessons.decide(db, number, DECISIONS[what], Author(who.id, who.shown_as), now, reason)
        await audit.record(db, who, "lessons_decided", at=now, lessons=numbers, what=what)


async def _source(db: AsyncConnection, row: Any) -> Any:
    if row.conversation_id is None or row.seq is None:
        return None
    try:
        return await answered(db, row.conversation_id, row.seq)
    except ChatGone:
        return None


def _now(request: web.Request) -> float:
    return request.app[keys.CLOCK].now().timestamp()
