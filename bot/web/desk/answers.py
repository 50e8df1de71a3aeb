"""The list of the library's answers: who keeps each, and by when it is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from bot.conversations.search_words import Term, fold, terms
from bot.knowledge.answers import Answer, Answers
from bot.web import keys
from bot.web.desk import guard
from bot.web.desk.names import branch_name, language_name, topic_name
from bot.web.desk.render import page
from bot.web.desk.sessions import Role
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES

PLACE = "/desk/answers"
SOON = timedelta(days=30)
"""How long before its day an answer counts as to be reviewed."""


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the answers that were looked for, those that are overdue first."""
    answers = await answers_of(request.app)
    asked = {name: request.query.get(name, "").strip()[:200] for name in ("q", "owner", "due")}
    found = await asyncio.to_thread(_found, answers.all, today(request.app), **asked)
    lines = sorted((line(request.app, one) for one in found), key=_order)
    return await page(
        request,
        "answers.html",
        lines=lines,
        mistakes=sorted(answers.mistakes),
        asked={name: value for name, value in asked.items() if value},
        owners=sorted({one.owner for one in answers.all}, key=str.casefold),
        due=sum(one.review_by < today(request.app) + SOON for one in answers.all),
        soon=SOON.days,
        can_edit=request[guard.STAFF].role.reaches(Role.REVIEWER),
    )


async def answers_of(app: web.Application) -> Answers:
    """Return the library's answers as their files are now; the first reading of all takes a while."""
    return await asyncio.to_thread(lambda: app[keys.KNOWLEDGE].answers)


def today(app: web.Application) -> date:
    """Return the day it is in the library."""
    return app[keys.CLOCK].now().astimezone(app[keys.KNOWLEDGE].library.zone).date()


def line(app: web.Application, answer: Answer) -> dict[str, Any]:
    """Return what is told of an answer beside its texts."""
    return {
        "id": answer.id,
        "title": answer.to(DEFAULT_LANGUAGE).title,
        "lang": answer.language(DEFAULT_LANGUAGE),
        "topic": topic_name(app[keys.WORDING], answer.topic),
        "main": answer.main,
        "owner": answer.owner,
        "branches": [str(branch_name(app, branch)) for branch in answer.branches],
        "missing": [language_name(code) for code in LANGUAGES if code not in answer.written],
        **review_of(app, answer.review_by),
    }


def review_of(app: web.Application, review_by: date) -> dict[str, Any]:
    """Return the day of a review (epoch seconds, its noon), whether it is over, and in how many days it is if soon."""
    days = (review_by - today(app)).days
    noon = datetime.combine(review_by, time(12), app[keys.KNOWLEDGE].library.zone).timestamp()
    return {"review_by": noon, "overdue": days < 0, "soon": days if 0 <= days < SOON.days else None}


def _found(answers: Iterable[Answer], day: date, *, q: str, owner: str, due: str) -> list[Answer]:
    sought = terms(q)
    return [
        one
        for one in answers
        if (not owner or one.owner == owner)
        and (not due or one.review_by < day + SOON)
        and (not sought or _has(one, sought))
    ]


def _has(answer: Answer, sought: Iterable[Term]) -> bool:
    folded = fold(" ".join(_texts(answer)))
    return all(term.folded in (f"{folded} " if term.exact else folded) for term in sought)


def _texts(answer: Answer) -> Iterator[str]:
    yield answer.id.replace("_", " ")
    yield answer.owner
    for code, written in answer.written.items():
        yield written.title
        yield answer.short.to(code)
        yield from answer.questions.get(code, ())
        for part in written.parts:
            yield part.heading
            yield part.text


def _order(one: dict[str, Any]) -> tuple[Any, ...]:
    return not one["overdue"], one["review_by"] if one["overdue"] else 0, one["title"].casefold()
