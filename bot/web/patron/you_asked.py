"""The page "You asked, we did": what the library did with suggestions, and a look at one's own by its code."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from aiohttp import web
from babel.dates import format_date

from bot.suggestions.answered import Answered, answered
from bot.suggestions.taking import found
from bot.web.bodies import page_number
from bot.web.keys import CLOCK, DATABASE, KNOWLEDGE, LIMITS, SUGGESTIONS, WORDING
from bot.web.patron.greeting import language_of
from bot.web.patron.pages import LOCALES, page

CODE_MOST = 40  # characters


def add_routes(app: web.Application) -> None:
    """Add the page's route."""
    app.router.add_get("/you-asked", show)


async def show(request: web.Request) -> web.Response:
    """Show what was answered in the last twelve months; with `?code=` what became of one suggestion too."""
    lang = language_of(request.query.get("lang"), request)
    code = " ".join(request.query.get("code", "").split())[:CODE_MOST]
    number = page_number(request)
    wait = request.app[LIMITS].request(request) if code else 0.0  # codes must not be tried one by one
    async with request.app[DATABASE].read() as db:
        rows, more = await answered(db, request.app[CLOCK].now().timestamp(), number)
        told = await found(db, code) if code and not wait else None
    lines: list[str] = []
    if wait:
        lines = [request.app[WORDING].say("utter_service_rate_limited", lang, seconds=math.ceil(wait))]
    elif code:
        lines = request.app[SUGGESTIONS].words(told, lang).replace("**", "").split("\n\n")
    response = await page(
        request,
        "you_asked.html",
        lang,
        code=code,
        lines=lines,
        known=told is not None,
        answered=[_told(request, row, lang) for row in rows],
        number=number,
        more=more,
    )
    if wait:
        response.set_status(429)
    # One's own code is in the address: no cache between keeps the answer.
    response.headers["Cache-Control"] = "no-store" if code else "no-cache"
    return response


def _told(request: web.Request, row: Answered, lang: str) -> dict[str, Any]:
    day = datetime.fromtimestamp(row.at, request.app[KNOWLEDGE].library.zone).date()
    return {"row": row, "day": format_date(day, "long", locale=LOCALES[lang]), "iso": day.isoformat()}
