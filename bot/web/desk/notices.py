"""Notices: what patrons should know for a while, in the greeting and beside hours and the way."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from aiohttp import web
from pydantic import ValidationError

from bot.edits.files import LIBRARY, Change
from bot.knowledge.notice_file import notices_text
from bot.knowledge.notices import NOTICES, TEXT_MOST, Notice
from bot.web import keys
from bot.web.desk import forms, guard
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.history import keep
from bot.web.desk.names import branch_name, language_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import LANGUAGES

PLACE = "/desk/notices"
ONE = PLACE + "/{id}"
PATH = f"{LIBRARY}/{NOTICES}"
DAYS = 7  # that a notice stands unless somebody says otherwise
ID_MOST = 24  # characters of an id that is made of a notice's words


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show_all, role=Role.AGENT)
    guard.add(app, "POST", PLACE, save, role=Role.REVIEWER)
    guard.add(app, "GET", f"{PLACE}/new", show, role=Role.REVIEWER)
    guard.add(app, "GET", ONE, show, role=Role.REVIEWER)
    guard.add(app, "POST", ONE, save, role=Role.REVIEWER)
    guard.add(app, "POST", f"{ONE}/delete", delete, role=Role.REVIEWER)


async def show_all(request: web.Request) -> web.Response:
    """Show every notice: those in force, those to come, those that are over."""
    notices, now = request.app[keys.KNOWLEDGE].notices, request.app[keys.CLOCK].now()
    wall = notices.wall(now)
    groups: dict[str, list[Notice]] = {"now": [], "later": [], "over": []}
    for one in sorted(notices.all, key=lambda one: one.until):
        groups["over" if one.until <= wall else "now" if one.in_force(wall) else "later"].append(one)
    return await page(
        request,
        "notices.html",
        groups=groups,
        moment=lambda at: _epoch(request, at),
        named=lambda one: [branch_name(request.app, branch) for branch in one.branches],
        languages=LANGUAGES,
    )


async def show(request: web.Request) -> web.Response:
    """Show the form: empty, or with a notice in it."""
    if "id" in request.match_info:
        one = _one(request)
        typed = {f"text_{lang}": one.text.to(lang) for lang in LANGUAGES} | {"owner": one.owner}
        for name, at in (("from", one.begins), ("until", one.until)):
            typed[name] = f"{at:%Y-%m-%dT%H:%M}" if at is not None else ""
        return await _page(request, typed, list(one.branches))
    until = _wall(request).replace(hour=23, minute=59) + timedelta(days=DAYS)
    return await _page(request, {"owner": request[guard.STAFF].shown_as, "until": f"{until:%Y-%m-%dT%H:%M}"}, [])


async def save(request: web.Request) -> web.Response:
    """Write a new notice, or change one."""
    if "id" in request.match_info:
        _one(request)
    sent = await request.post()
    branches = [str(one) for one in sent.getall("branch", [])]
    try:
        notice = await _read(request, branches)
    except BadForm as problem:
        typed = {name: value for name, value in sent.items() if isinstance(value, str)}
        return await _page(request, typed, branches, problem=problem)
    others = [notice if one.id == notice.id else one for one in request.app[keys.KNOWLEDGE].notices.all]
    if notice not in others:
        others.append(notice)
    await _write(request, others, "notice_saved", notice)
    return see_other(PLACE, "saved")


async def delete(request: web.Request) -> web.Response:
    """Take a notice away."""
    gone = _one(request)
    kept = [one for one in request.app[keys.KNOWLEDGE].notices.all if one.id != gone.id]
    await _write(request, kept, "notice_deleted", gone)
    return see_other(PLACE, "notice_deleted")


async def _write(request: web.Request, notices: list[Notice], action: str, about: Notice) -> None:
    change = Change(PATH, request.app[keys.EDITS].places.read(PATH), notices_text(notices))
    await keep(request, change, f"Notice: {about.text}", action, about=about.id)


async def _read(request: web.Request, branches: list[str]) -> Notice:
    """Return the notice that the form describes; raise BadForm."""
    text = {
        lang: await forms.line(
            request, f"text_{lang}", TEXT_MOST, needed=f"Write the notice in {language_name(lang)} too."
        )
        for lang in LANGUAGES
    }
    until = await forms.moment(request, "until")
    if until is None:
        raise BadForm("Say until when it holds: a notice that nobody takes away is wrong one day.", field="until")
    values = {
        "id": request.match_info.get("id") or _new_id(request, text[LANGUAGES[0]]),
        "text": text,
        "from": await forms.moment(request, "from"),
        "until": until,
        "branches": [one for one in request.app[keys.KNOWLEDGE].library.branch_ids if one in branches],
        "owner": await forms.line(request, "owner", 80, needed="Say who looks after it."),
    }
    try:
        return Notice.model_validate(values)
    except ValidationError as error:
        raise BadForm("The end is before the beginning.", field="until") from error


def _new_id(request: web.Request, words: str) -> str:
    taken = {one.id for one in request.app[keys.KNOWLEDGE].notices.all}
    begun = "_".join(re.findall(r"[a-z0-9]+", words.lower()))[:ID_MOST].strip("_")
    base = begun if begun[:1].isalpha() else f"notice_{begun}".strip("_")
    return next(name for number in range(1, 1000) if (name := base if number == 1 else f"{base}_{number}") not in taken)


def _one(request: web.Request) -> Notice:
    wanted = request.match_info["id"]
    found = next((one for one in request.app[keys.KNOWLEDGE].notices.all if one.id == wanted), None)
    if found is None:
        raise NotThere("This notice is not there, or no longer.")
    return found


def _wall(request: web.Request) -> datetime:
    return request.app[keys.KNOWLEDGE].notices.wall(request.app[keys.CLOCK].now())


def _epoch(request: web.Request, at: datetime) -> float:
    return at.replace(tzinfo=request.app[keys.KNOWLEDGE].library.zone).timestamp()


async def _page(
    request: web.Request, typed: dict[str, str], branches: list[str], *, problem: BadForm | None = None
) -> web.Response:
    return await page(
        request,
        "notice_form.html",
        422 if problem else 200,
        place=request.path.removesuffix("/new"),
        fresh="id" not in request.match_info,
        typed=typed,
        chosen=branches,
        branches=[(one.id, branch_name(request.app, one.id)) for one in request.app[keys.KNOWLEDGE].library.branches],
        languages=[(lang, language_name(lang)) for lang in LANGUAGES],
        most=TEXT_MOST,
        problem=problem.said if problem else None,
        wrong=problem.facts.get("field") if problem else None,
    )
