"""Surveys at the desk: which there are, what they look like, and what patrons answered."""

from __future__ import annotations

import csv
import io
from typing import Any

from aiohttp import web

from bot.learning.masking import masked
from bot.suggestions import survey_results
from bot.suggestions.survey_results import CLOSED, OPEN, Results
from bot.suggestions.surveys import options_of
from bot.web import keys
from bot.web.desk import audit, charts, forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.exports import safe
from bot.web.desk.names import branch_name, language_name
from bot.web.desk.render import clock_words, page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.statistics_words import told
from bot.web.desk.survey_form import KINDS, NUMBER
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES

LABEL_MOST = 36  # characters
PHASES = {
    "draft": ("Draft", "warn"),
    "waiting": ("Opens on its first day", "accent"),
    "open": ("Open", "ok"),
    "full": ("Has its answers", ""),
    "over": ("Its last day is over", ""),
    "closed": ("Closed", ""),
}
"""What a survey does now, and how the pill looks."""


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/surveys", show_all, role=Role.REVIEWER)
    guard.add(app, "GET", NUMBER, show, role=Role.REVIEWER)
    guard.add(app, "GET", f"{NUMBER}/answers.csv", as_csv, role=Role.REVIEWER)
    guard.add(app, "POST", f"{NUMBER}/open", open_it, role=Role.ADMIN)
    guard.add(app, "POST", f"{NUMBER}/close", close, role=Role.ADMIN)
    guard.add(app, "POST", f"{NUMBER}/delete", delete, role=Role.ADMIN)


async def show_all(request: web.Request) -> web.Response:
    """Show all surveys, newest first."""
    async with request.app[keys.DATABASE].read() as db:
        rows = await survey_results.listed(db)
    return await page(request, "surveys.html", surveys=[_told(request, row, row.answered) for row in rows])


async def show(request: web.Request) -> web.Response:
    """Show one: how it looks to patrons, and what they answered."""
    async with request.app[keys.DATABASE].read() as db:
        row = await survey_results.read(db, forms.number_in(request, "number"))
        found = await survey_results.results(db, row)
    if found.words:
        await _record(request, "survey_read", row)
    rows = [(option["label"], found.counts.get(option["value"], 0)) for option in options_of(row, DEFAULT_LANGUAGE)]
    return await page(
        request,
        "survey.html",
        place=f"/desk/surveys/{row.id}",
        one=_told(request, row, found.answered),
        found=found,
        share=_percent(found),
        rows=[(label, count, f"{count / found.answered:.0%}" if found.answered else "") for label, count in rows],
        chart=charts.bars([(_shorten(label), str(count), count) for label, count in rows]),
        told=told(rows, len(rows)),
        words=[_words(request, one) for one in found.words],
        previews=[
            (one, language_name(one), request.app[keys.SURVEYS].form(row, one))
            for one in LANGUAGES
            if one in row.question
        ],
    )


async def as_csv(request: web.Request) -> web.Response:
    """Send the answers, one a line, newest first; nothing of them tells the chat."""
    async with request.app[keys.DATABASE].read() as db:
        row = await survey_results.read(db, forms.number_in(request, "number"))
        given = await survey_results.answers(db, row)
    if len(given) < survey_results.LEAST:
        raise BadForm(f"Answers are shown when there are {survey_results.LEAST}.")
    await _record(request, "survey_export", row, answers=len(given))
    names = {option["value"]: option["label"] for option in options_of(row, DEFAULT_LANGUAGE)}
    when = clock_words(request.app)
    out = io.StringIO()
    lines = csv.writer(out, quoting=csv.QUOTE_ALL)
    out.write("\ufeff")  # without the mark spreadsheets take UTF-8 for something older
    lines.writerow(("day", "language", "branch", "answer", "words"))
    for one in given:
        cells = (when(one.answered_at, "iso")[:10], one.lang, one.branch or "")
        lines.writerow([safe(cell) for cell in (*cells, *_answer(row.kind, one.value, names))])
    response = web.Response(text=out.getvalue(), content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="survey-{row.id}.csv"'
    return response


async def open_it(request: web.Request) -> web.Response:
    """Ask patrons from now on, or from the first day on."""
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        row = await survey_results.turn_to(db, forms.number_in(request, "number"), OPEN)
        if row.ends_at <= now:
            raise BadForm("Its last day is over. Change the days first, or make a new survey.")
        await audit.record(db, request[guard.STAFF], "survey_opened", at=now, survey=row.id, about=row.name)
    return see_other(f"/desk/surveys/{row.id}", "survey_open")


async def close(request: web.Request) -> web.Response:
    """Ask nobody any more."""
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        row = await survey_results.turn_to(db, forms.number_in(request, "number"), CLOSED)
        if row.state == survey_results.DRAFT:
            raise BadForm("This is a draft. Nobody is asked yet.")
        await audit.record(db, request[guard.STAFF], "survey_closed", at=now, survey=row.id, about=row.name)
    return see_other(f"/desk/surveys/{row.id}", "survey_closed")


async def delete(request: web.Request) -> web.Response:
    """Delete a draft, or a closed survey with its answers."""
    number, now = forms.number_in(request, "number"), request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        row = await survey_results.read(db, number)
        await survey_results.delete(db, number)
        await audit.record(db, request[guard.STAFF], "survey_deleted", at=now, survey=number, about=row.name)
    return see_other("/desk/surveys", "survey_deleted")


async def _record(request: web.Request, action: str, row: Any, **facts: Any) -> None:
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        await audit.record(db, request[guard.STAFF], action, at=now, survey=row.id, about=row.name, **facts)


def _shorten(label: str) -> str:
    """Return a label as it fits into a chart on a phone; the table has all of it."""
    return label if len(label) <= LABEL_MOST else f"{label[: LABEL_MOST - 1].rstrip()}…"


def _told(request: web.Request, row: Any, answered: int) -> dict[str, Any]:
    """Return a survey as its pages show it."""
    now = request.app[keys.CLOCK].now().timestamp()
    phase = survey_results.phase(row, now, answered)
    words, pill = PHASES[phase]
    branches = [branch_name(request.app, one) or one for one in row.asks.get("branches", [])]
    languages = [language_name(one) for one in row.asks.get("languages", [])]
    return dict(row._mapping) | {
        "phase": words,
        "pill": pill,
        "kind_name": KINDS.get(row.kind, row.kind),
        "first": row.question.get(DEFAULT_LANGUAGE, ""),
        "last_day": row.ends_at - 1,
        "may_open": row.ends_at > now,
        "whom": ", ".join(branches) or "All branches",
        "languages": ", ".join(languages) or "All languages",
        "share": row.asks.get("share", 100),
    }


def _percent(found: Results) -> str:
    return f"{found.answered / found.asked:.0%}" if found.asked else ""


def _words(request: web.Request, one: Any) -> dict[str, Any]:
    return {
        "text": masked(one.value or ""),
        "lang": one.lang,
        "at": one.answered_at,
        "facts": [fact for fact in (branch_name(request.app, one.branch), language_name(one.lang)) if fact],
    }


def _answer(kind: str, value: str, names: dict[str, str]) -> tuple[str, str]:
    """Return an answer as two cells: its number, and its words."""
    return ("", masked(value)) if kind == "text" else (value, names.get(value, ""))
