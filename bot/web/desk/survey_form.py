"""The form in which a survey is written while it is a draft."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.suggestions import survey_results
from bot.suggestions.errors import NotADraft
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.names import branch_name, language_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import LANGUAGES

NUMBER = r"/desk/surveys/{number:\d{1,9}}"
KINDS = {"choice": "Choose one of several", "scale": "A scale from 1 to 5", "text": "A few words of one’s own"}
OPTIONS_MOST, OPTIONS_LEAST = 6, 2
QUESTION_MOST, OPTION_MOST = 200, 80  # characters
DAYS = 14  # that a survey runs unless somebody says otherwise


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/surveys/new", show, role=Role.ADMIN)
    guard.add(app, "POST", "/desk/surveys", save, role=Role.ADMIN)
    guard.add(app, "GET", f"{NUMBER}/edit", show, role=Role.ADMIN)
    guard.add(app, "POST", NUMBER, save, role=Role.ADMIN)


async def show(request: web.Request) -> web.Response:
    """Show the form: empty, or with a draft in it."""
    if "number" not in request.match_info:
        today = request.app[keys.CLOCK].now().astimezone(_zone(request)).date()
        days = {"from": today.isoformat(), "until": (today + timedelta(days=DAYS)).isoformat()}
        return await _page(request, {"kind": "choice", "share": "100", **days}, [], [])
    async with request.app[keys.DATABASE].read() as db:
        row = await survey_results.read(db, forms.number_in(request, "number"))
    if row.state != survey_results.DRAFT:
        raise NotADraft
    return await _page(request, _fields_of(request, row), row.asks.get("branches", []), row.asks.get("languages", []))


async def save(request: web.Request) -> web.Response:
    """Store a new draft, or change one; what cannot be taken is shown again with what is wrong."""
    sent = await request.post()
    try:
        values = await _read(request)
    except BadForm as problem:
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
        chosen = [[str(one) for one in sent.getall(name, [])] for name in ("branch", "language")]
        return await _page(request, typed, *chosen, problem=problem)
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        if "number" in request.match_info:
            number = forms.number_in(request, "number")
            await survey_results.change(db, number, values)
        else:
            number = await survey_results.add(db, values | {"name_of_maker": who.shown_as, "created_at": now})
        await audit.record(db, who, "survey_saved", at=now, survey=number, about=values["name"])
    return see_other(f"/desk/surveys/{number}", "survey")


async def _page(
    request: web.Request,
    typed: dict[str, str],
    branches: list[str],
    languages: list[str],
    *,
    problem: BadForm | None = None,
) -> web.Response:
    return await page(
        request,
        "survey_form.html",
        422 if problem else 200,
        place=request.path.removesuffix("/edit").removesuffix("/new"),
        fresh="number" not in request.match_info,
        typed=typed,
        kinds=KINDS,
        chosen={"branch": branches, "language": languages},
        branches=[(one.id, branch_name(request.app, one.id)) for one in request.app[keys.KNOWLEDGE].library.branches],
        languages=[(one, language_name(one)) for one in LANGUAGES],
        options=range(1, OPTIONS_MOST + 1),
        most={"question": QUESTION_MOST, "option": OPTION_MOST},
        problem=problem.said if problem else None,
        wrong=problem.facts.get("field") if problem else None,
    )


async def _read(request: web.Request) -> dict[str, Any]:
    """Return the columns of a survey; raise BadForm."""
    sent = await request.post()
    name = await forms.line(request, "name", 80, needed="Give the survey a name.")
    kind = await forms.value(request, "kind")
    if kind not in KINDS:
        raise BadForm("Choose a kind of answer.", field="kind")
    question = {
        one: await forms.line(
            request, f"question_{one}", QUESTION_MOST, needed=f"Write the question in {language_name(one)}."
        )
        for one in LANGUAGES
    }
    first, last = [await _day(request, field) for field in ("from", "until")]
    if last < first:
        raise BadForm("The last day is before the first.", field="until")
    share = await forms.whole(request, "share")
    if not 1 <= share <= 100:
        raise BadForm("Give a share from 1 to 100 percent.", field="share")
    most = await forms.whole(request, "most") if (await forms.value(request, "most")).strip() else None
    if most == 0:
        raise BadForm("Give a number above 0, or leave it empty.", field="most")
    known = {one.id for one in request.app[keys.KNOWLEDGE].library.branches}
    return {
        "name": name,
        "kind": kind,
        "question": question,
        "options": await _options(request, kind),
        "asks": {
            "branches": sorted(known.intersection(str(one) for one in sent.getall("branch", []))),
            "languages": [one for one in LANGUAGES if one in sent.getall("language", [])],
            "share": share,
        },
        "begins_at": _midnight(request, first),
        "ends_at": _midnight(request, last + timedelta(days=1)),
        "most": most,
    }


async def _options(request: web.Request, kind: str) -> list[dict[str, str]]:
    names = {"choice": [f"option{n}" for n in range(1, OPTIONS_MOST + 1)], "scale": ["low", "high"], "text": []}[kind]
    found = []
    for name in names:
        words = {one: await forms.line(request, f"{name}_{one}", OPTION_MOST) for one in LANGUAGES}
        if not any(words.values()) and kind == "choice":
            continue
        for one in LANGUAGES:
            if not words[one]:
                raise BadForm(f"Write this in {language_name(one)} too.", field=f"{name}_{one}")
        found.append(words)
    if kind == "choice" and len(found) < OPTIONS_LEAST:
        raise BadForm("Give at least two answers to choose from.", field=f"option{len(found) + 1}_{LANGUAGES[0]}")
    return found


def _fields_of(request: web.Request, row: Any) -> dict[str, str]:
    """Return a stored survey as its fields."""
    zone = _zone(request)
    names = [f"option{n}" for n in range(1, OPTIONS_MOST + 1)] if row.kind == "choice" else ["low", "high"]
    words = {f"question_{one}": row.question[one] for one in LANGUAGES}
    for name, option in zip(names, row.options, strict=False):
        words |= {f"{name}_{one}": option[one] for one in LANGUAGES}
    return words | {
        "name": row.name,
        "kind": row.kind,
        "from": datetime.fromtimestamp(row.begins_at, zone).date().isoformat(),
        "until": (datetime.fromtimestamp(row.ends_at, zone).date() - timedelta(days=1)).isoformat(),
        "share": str(row.asks.get("share", 100)),
        "most": str(row.most or ""),
    }


async def _day(request: web.Request, name: str) -> date:
    text = (await forms.value(request, name)).strip()
    try:
        if re.fullmatch(r"20\d\d-\d\d-\d\d", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadForm("Give a day.", field=name)


def _midnight(request: web.Request, day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=_zone(request)).timestamp()


def _zone(request: web.Request) -> Any:
    return request.app[keys.KNOWLEDGE].library.zone
