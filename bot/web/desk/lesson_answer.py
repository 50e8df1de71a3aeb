"""Proposing a better answer: the file of the library's folder as it shall be, with a preview."""

from __future__ import annotations

import re
from datetime import timedelta

from aiohttp import web

from bot.conversations.plain import plain_text
from bot.edits.files import ANSWERS, Places
from bot.learning.lessons import ANSWER, Draft
from bot.web import keys
from bot.web.desk import forms, guard
from bot.web.desk.answer_preview import Preview, previewed
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.lesson_cause import Cause, cause_of, propose
from bot.web.desk.render import page
from bot.web.desk.sessions import Role
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES

PLACE = "/desk/lessons/answer"
NEW = "new"
"""What stands for an answer that is not there yet."""
FILE_MOST = 20_000  # characters
ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
REVIEWED_EVERY = timedelta(days=365)
KNOWN_BY = 60  # characters at the beginning of a part, by which it is known again in what was shown


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.AGENT)
    guard.add(app, "POST", PLACE, save, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the answers to choose from, and the file of the one that was chosen or shown."""
    cause = await cause_of(request)
    chosen = request.query.get("answer", "") or _answer_shown(request, cause)
    if chosen and chosen != NEW and request.app[keys.KNOWLEDGE].answers.get(chosen) is None:
        raise NotThere("There is no such answer.")
    text = _draft(request, cause) if chosen == NEW else _file(request, chosen) or ""
    return await _show(request, cause, chosen, "", text, None)


async def save(request: web.Request) -> web.Response:
    """Keep the proposal, or show what patrons would read and what is wrong."""
    cause = await cause_of(request)
    chosen = await forms.line(request, "answer", 40)
    name = await forms.line(request, "name", 40) if chosen == NEW else chosen
    text = await forms.text(request, "text", FILE_MOST, needed="Write the answer first.")
    if not ID.fullmatch(name):
        raise BadForm("Give the new answer a name of small letters, digits and _, such as lost_card.", field="name")
    before = _file(request, name)
    if (before is None) != (chosen == NEW):
        raise BadForm("There is an answer of this name already. Choose another name.", field="name")
    preview = previewed(text, name)
    if preview.problems or await forms.value(request, "do") == "preview":
        return await _show(request, cause, chosen, name, text, preview)
    if before is not None and text.rstrip() == before.rstrip():
        raise BadForm("Nothing is changed in this answer yet.", field="text")
    return await propose(request, cause, Draft(ANSWER, cause.lang, name, text.rstrip() + "\n", before))


async def _show(
    request: web.Request, cause: Cause, chosen: str, name: str, text: str, preview: Preview | None
) -> web.Response:
    answers = request.app[keys.KNOWLEDGE].answers
    titles = sorted((one.to(DEFAULT_LANGUAGE).title, one.id) for one in answers.all)
    near = {one.id for one in answers.of_topic(_topic(cause))}
    return await page(
        request,
        "lesson_answer.html",
        cause=cause,
        near=[one for one in titles if one[1] in near],
        others=[one for one in titles if one[1] not in near],
        chosen=chosen,
        new=chosen == NEW,
        name=name,
        text=text,
        preview=preview,
        most=FILE_MOST,
    )


def _topic(cause: Cause) -> str:
    return str(cause.of.understood.get("intent", "")) if cause.of is not None else ""


def _file(request: web.Request, answer_id: str) -> str | None:
    return Places(request.app[keys.SETTINGS]).read(f"{ANSWERS}/{answer_id}.md") if ID.fullmatch(answer_id) else None


def _answer_shown(request: web.Request, cause: Cause) -> str:
    """Return the id of the answer that the patron was shown, empty where none can be told."""
    if cause.of is None:
        return NEW
    shown = " ".join(plain_text(cause.of.answer.blocks).split())
    for answer in request.app[keys.KNOWLEDGE].answers.all:
        for written in answer.written.values():
            if any(" ".join(part.text.split())[:KNOWN_BY] in shown for part in written.parts):
                return answer.id
    return ""


def _draft(request: web.Request, cause: Cause) -> str:
    """Return the file of a new answer with what is known of it, to be written on."""
    library = request.app[keys.KNOWLEDGE].library
    review_by = request.app[keys.CLOCK].now().date() + REVIEWED_EVERY
    asked = "".join(f"  {code}:\n    - {cause.text if code == cause.lang else '…'}\n" for code in LANGUAGES)
    short = "".join(f'  {code}: "…"\n' for code in LANGUAGES)
    texts = "\n".join(f"# [{code}] …\n\n…\n" for code in LANGUAGES)
    return (
        f"---\ntopic: ask_policy\nowner: {request[guard.STAFF].shown_as}\nreview_by: {review_by}\n"
        f"source: {library.website}\nquestions:\n{asked}short:\n{short}---\n{texts}"
    )
