"""One of the library's answers: what patrons read, who keeps it, what was edited; said to be still right, removed."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from aiohttp import web

from bot.edits.errors import FilesChanged, NothingChanged
from bot.edits.files import ANSWERS, Change
from bot.knowledge.answer_file import read_fields, write_fields
from bot.knowledge.answers import Answer
from bot.knowledge.answers_check import misfits
from bot.knowledge.problems import LibraryFileError
from bot.web import keys
from bot.web.desk import forms, guard
from bot.web.desk.answer_preview import Preview, previewed
from bot.web.desk.answers import PLACE, answers_of, line, review_of, today
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.history import keep
from bot.web.desk.names import examples_of, topic_name, topics
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES

ONE = PLACE + "/{id}"
ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
REVIEWED_EVERY = timedelta(days=365)
CHANGED = (
    "This answer was changed while the page was open, so nothing was done. It is shown as it is now; please look again."
)


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", ONE, show, role=Role.AGENT)
    guard.add(app, "POST", f"{ONE}/reviewed", reviewed, role=Role.REVIEWER)
    guard.add(app, "GET", f"{ONE}/remove", ask_remove, role=Role.REVIEWER)
    guard.add(app, "POST", f"{ONE}/remove", remove, role=Role.REVIEWER)


def id_in(request: web.Request) -> str:
    """Return the id of the answer in the address; raise NotThere for what is none."""
    found = request.match_info["id"]
    if not ID.fullmatch(found):
        raise NotThere("There is no such answer.")
    return found


def path_of(answer_id: str) -> str:
    """Return an answer's file as the edits name it."""
    return f"{ANSWERS}/{answer_id}.md"


async def file_of(request: web.Request, answer_id: str) -> str | None:
    """Return what stands in an answer's file, None where there is none."""
    return await asyncio.to_thread(request.app[keys.EDITS].places.read, path_of(answer_id))


def mark_of(text: str | None) -> str:
    """Return the SHA-256 of a file, by which a form knows from what it was made; empty where there is no file."""
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def sources(app: web.Application, preview: Preview) -> Mapping[str, str]:
    """Return the line that names the page in each language, as the chat says it."""
    say = app[keys.WORDING].say
    return {
        one.code: say("utter_source", one.code if one.code in LANGUAGES else DEFAULT_LANGUAGE, source=one.source)
        for one in preview.languages
    }


async def show(request: web.Request) -> web.Response:
    """Show what patrons read, and all that is known of the answer."""
    return await _show(request)


async def _show(request: web.Request, problem: str = "") -> web.Response:
    answer_id = id_in(request)
    text = await file_of(request, answer_id)
    history = await request.app[keys.EDITS].of(path_of(answer_id))
    if text is None and not history:
        raise NotThere("There is no such answer.")
    preview = await asyncio.to_thread(previewed, text, answer_id) if text is not None else Preview()
    answers = await answers_of(request.app)
    answer = preview.answer
    await examples_of(request.app)
    return await page(
        request,
        "answer.html",
        409 if problem else 200,
        id=answer_id,
        there=text is not None,
        one=line(request.app, answer) if answer is not None else None,
        source=answer.source if answer is not None else "",
        questions={code: answer.questions.get(code, ()) for code in answer.written} if answer is not None else {},
        preview=preview,
        sources=sources(request.app, preview),
        beside=[words for _, words in beside(request, answer, answers.all)] if answer is not None else [],
        history=history,
        mark=mark_of(text),
        next_review=review_of(request.app, _next_review(request))["review_by"],
        problem=problem,
        can_edit=request[guard.STAFF].role.reaches(Role.REVIEWER),
    )


async def reviewed(request: web.Request) -> web.Response:
    """Move the day of the next review a year ahead: somebody has read the answer and it is still right."""
    answer_id, day = id_in(request), _next_review(request).isoformat()
    text = await file_of(request, answer_id)
    if text is None or await forms.value(request, "file") != mark_of(text):
        return await _show(request, CHANGED)
    try:
        change = Change(path_of(answer_id), text, write_fields(text, replace(read_fields(text), review_by=day)))
        await keep(request, change, f"Read again: still right, next by {day}", "answer_reviewed", answer=answer_id)
    except LibraryFileError:
        raise BadForm("This file has a mistake. Mend that first.") from None
    except FilesChanged:
        return await _show(request, CHANGED)
    except NothingChanged:
        pass  # said twice on one day
    return see_other(f"{PLACE}/{answer_id}", "answer_reviewed")


async def ask_remove(request: web.Request) -> web.Response:
    """Say what patrons get when the answer is gone."""
    return await _ask_remove(request)


async def _ask_remove(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    answer_id = id_in(request)
    text = await file_of(request, answer_id)
    if text is None:
        raise NotThere("There is no such answer.")
    answers = await answers_of(request.app)
    answer = answers.get(answer_id)
    left = [one for one in answers.of_topic(answer.topic) if one.id != answer_id] if answer is not None else []
    library, say = request.app[keys.KNOWLEDGE].library, request.app[keys.WORDING].say
    return await page(
        request,
        "answer_remove.html",
        status,
        id=answer_id,
        title=answer.to(DEFAULT_LANGUAGE).title if answer is not None else answer_id,
        topic=topic_name(request.app[keys.WORDING], answer.topic) if answer is not None else None,
        left=[(one.id, one.to(DEFAULT_LANGUAGE).title) for one in left],
        unknown=say("utter_answers_unknown", DEFAULT_LANGUAGE, phone=library.phone, email=library.email),
        mark=mark_of(text),
        problem=problem,
    )


async def remove(request: web.Request) -> web.Response:
    """Take the answer's file away; the only one on its topic only when that was ticked."""
    answer_id = id_in(request)
    text = await file_of(request, answer_id)
    if text is None:
        raise NotThere("There is no such answer.")
    if await forms.value(request, "file") != mark_of(text):
        return await _ask_remove(request, CHANGED, 409)
    answers = await answers_of(request.app)
    answer = answers.get(answer_id)
    only = answer is not None and len(answers.of_topic(answer.topic)) == 1
    if only and not await forms.value(request, "sure"):
        return await _ask_remove(request, "It is the only answer on its topic. Tick that you know this.", 422)
    try:
        await keep(request, Change(path_of(answer_id), text, None), "Removed", "answer_removed", answer=answer_id)
    except FilesChanged:
        return await _ask_remove(request, CHANGED, 409)
    return see_other(f"{PLACE}/{answer_id}", "answer_removed")


def beside(request: web.Request, answer: Answer, others: Iterable[Answer]) -> list[tuple[str, str]]:
    """Return what is wrong with an answer beside the others: fields, as answer_file names them, and sentences."""
    found = list(misfits(answer, others, request.app[keys.KNOWLEDGE].library.branch_ids))
    if answer.topic not in dict(topics(request.app)):
        found.append(("topic", f"No topic is called '{answer.topic}'. Choose another one."))
    return found


def _next_review(request: web.Request) -> date:
    return today(request.app) + REVIEWED_EVERY
