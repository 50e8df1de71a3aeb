"""The switch for an emergency: the library is closed, in every answer at once, and every open chat is told."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.edits.files import LIBRARY, Change
from bot.knowledge.notice_file import emergency_text
from bot.knowledge.notices import EMERGENCY, TEXT_MOST, Emergency
from bot.notice_words import closing_words
from bot.web import closing, keys
from bot.web.desk import forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.history import keep
from bot.web.desk.names import branch_name, language_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import LANGUAGES

PLACE = "/desk/closure"
PATH = f"{LIBRARY}/{EMERGENCY}"
REASONS = {
    "weather": "Dangerous weather",
    "power": "Power cut",
    "water": "Trouble with the water",
    "heating": "Heating or cooling",
    "safety": "Safety",
    "illness": "Illness among the staff",
}
OWN = "own"
"""What stands for a reason in one's own words."""


def add_routes(app: web.Application) -> None:
    """Add the routes. In an emergency whoever is at the desk must be able to act."""
    guard.add(app, "GET", PLACE, show, role=Role.AGENT)
    guard.add(app, "POST", PLACE, close, role=Role.AGENT)
    guard.add(app, "POST", f"{PLACE}/lift", lift, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show what is closed now, and the form to close or to change it."""
    found = _known(request)
    if found is None:
        return await _page(request, {"reason": "weather", "where": "all"}, [])
    own = next((key for key in REASONS if _reason(request, key) == dict(found.reason.in_languages)), OWN)
    typed = {"reason": own, "where": "some" if found.branches else "all", "desk_open": "yes" if found.desk_open else ""}
    typed |= {f"reason_{lang}": found.reason.to(lang) for lang in LANGUAGES if own == OWN}
    typed |= {f"note_{lang}": found.note.to(lang) if found.note else "" for lang in LANGUAGES}
    for name, at in (("from", found.begins), ("until", found.until)):
        typed[name] = f"{at:%Y-%m-%dT%H:%M}" if at is not None else ""
    return await _page(request, typed, list(found.branches))


async def close(request: web.Request) -> web.Response:
    """Close, or change what patrons are told; with `preview` only show it."""
    sent = await request.post()
    typed = {name: value for name, value in sent.items() if isinstance(value, str)}
    branches = [str(one) for one in sent.getall("branch", [])]
    try:
        emergency = await _read(request, branches)
    except BadForm as problem:
        return await _page(request, typed, branches, problem=problem)
    if typed.get("do") != "close":
        return await _page(request, typed, branches, preview=emergency)
    await _write(request, emergency, "Closed: " + str(emergency.reason))
    return see_other(PLACE, "closed_library")


async def lift(request: web.Request) -> web.Response:
    """End the closing now."""
    found = _known(request)
    if found is not None:
        # What had not begun ends where it would have begun: it never was.
        lifted = max(_wall(request), found.begins)
        await _write(request, found.model_copy(update={"lifted": lifted}), "Open again")
    return see_other(PLACE, "opened_library")


def _known(request: web.Request) -> Emergency | None:
    """Return the emergency that is in force or to come."""
    return request.app[keys.KNOWLEDGE].notices.closing(request.app[keys.CLOCK].now())


async def _write(request: web.Request, emergency: Emergency, what: str) -> None:
    change = Change(PATH, request.app[keys.EDITS].places.read(PATH), emergency_text(emergency))
    action = "reopened_library" if emergency.lifted else "closed_library"
    await keep(request, change, what, action, reason=str(emergency.reason), branches=list(emergency.branches))
    await closing.tell(request.app)


async def _read(request: web.Request, branches: list[str]) -> Emergency:
    """Return the emergency that the form describes; raise BadForm."""
    now = _wall(request)
    chosen = await forms.value(request, "reason")
    if chosen in REASONS:
        reason = _reason(request, chosen)
    else:
        reason = await _texts(request, "reason")
        if set(reason) != set(LANGUAGES):
            raise BadForm("Write the reason in both languages, or choose one.", field="reason_en")
    some = await forms.value(request, "where") == "some"
    if some and not branches:
        raise BadForm("Choose the branches that are closed.", field="where")
    begins = await forms.moment(request, "from") or now
    until = await forms.moment(request, "until")
    if until is not None and until <= now:
        raise BadForm("The end is over already. Leave it empty if nobody knows the end.", field="until")
    known = request.app[keys.KNOWLEDGE].library.branch_ids
    note = await _texts(request, "note")
    if note and set(note) != set(LANGUAGES):
        raise BadForm("Write the note in both languages, or leave both empty.", field="note_en")
    values: dict[str, Any] = {
        "id": f"{now:%Y%m%d-%H%M}-{secrets.token_hex(3)}",
        "reason": reason,
        "from": begins.replace(microsecond=0),
        "until": until,
        "branches": [one for one in known if one in branches] if some else [],
        "desk_open": not some and await forms.value(request, "desk_open") == "yes",
        "note": note or None,
    }
    try:
        return Emergency.model_validate(values)
    except ValidationError as error:
        raise BadForm("The end is before the beginning.", field="until") from error


async def _texts(request: web.Request, name: str) -> dict[str, str]:
    found = {lang: await forms.line(request, f"{name}_{lang}", TEXT_MOST) for lang in LANGUAGES}
    return {lang: words for lang, words in found.items() if words}


def _reason(request: web.Request, key: str) -> dict[str, str]:
    return {lang: request.app[keys.WORDING].say(f"utter_closure_reason_{key}", lang) for lang in LANGUAGES}


def _wall(request: web.Request) -> datetime:
    return request.app[keys.KNOWLEDGE].notices.wall(request.app[keys.CLOCK].now())


async def _page(
    request: web.Request,
    typed: dict[str, str],
    branches: list[str],
    *,
    preview: Emergency | None = None,
    problem: BadForm | None = None,
) -> web.Response:
    knowledge, wording, wall = request.app[keys.KNOWLEDGE], request.app[keys.WORDING], _wall(request)
    shown = preview or _known(request)
    told = [(lang, closing_words(shown, knowledge.library, wording, lang, wall)) for lang in LANGUAGES] if shown else []
    return await page(
        request,
        "closure.html",
        422 if problem else 200,
        typed=typed,
        chosen=branches,
        reasons=REASONS | {OWN: "Another reason, in our own words"},
        branches=[(one.id, branch_name(request.app, one.id)) for one in knowledge.library.branches],
        languages=[(lang, language_name(lang)) for lang in LANGUAGES],
        closed=_known(request),
        begun=(found := _known(request)) is not None and found.begins <= wall,
        preview=preview is not None,
        told=told,
        most=TEXT_MOST,
        problem=problem.said if problem else None,
        wrong=problem.facts.get("field") if problem else None,
        moment=lambda at: at.replace(tzinfo=knowledge.library.zone).timestamp(),
    )
