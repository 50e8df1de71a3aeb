"""The accounts of the desk, for administrators; and everybody's own."""

from __future__ import annotations

from aiohttp import web

from bot.web import keys
from bot.web.desk import forms, guard, passwords
from bot.web.desk.accounts import LINK_SECONDS, SEATS_MOST
from bot.web.desk.errors import BadForm, NameTaken, TooManyTries
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.sign_in import THROTTLE, accounts
from bot.web.origins import own_origin

ROLES = (
    (Role.AGENT, "Agent", "Talks with patrons, reads transcripts, answers the inbox."),
    (Role.REVIEWER, "Reviewer", "Also exports transcripts, removes passages, shares saved replies."),
    (Role.ADMIN, "Administrator", "Also deletes transcripts, looks after people, settings and the audit log."),
)
PREFERENCES = (
    ("sound", True, "Sound for new chats and messages", ""),
    ("alerts", False, "Desktop alerts when the desk is not in front", "Your browser asks once whether it may."),
    ("alert_words", False, "Show the patron's words in alerts", "Leave this off where others can see your screen."),
    (
        "single_keys",
        True,
        "Single keys, such as c to claim",
        "Turn this off if you dictate, or press keys by accident.",
    ),
    ("ctrl_enter", False, "Ctrl+Enter sends, Enter makes a new line", ""),
)
"""What a person chooses for the live desk: name, how it is at first, and the words beside it."""


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/people", show, role=Role.ADMIN)
    guard.add(app, "POST", "/desk/people", invite, role=Role.ADMIN)
    guard.add(app, "POST", r"/desk/people/{number:\d{1,9}}", change, role=Role.ADMIN)
    guard.add(app, "POST", r"/desk/people/{number:\d{1,9}}/link", link, role=Role.ADMIN)
    guard.add(app, "POST", r"/desk/people/{number:\d{1,9}}/close", close, role=Role.ADMIN)
    guard.add(app, "POST", r"/desk/people/{number:\d{1,9}}/reopen", reopen, role=Role.ADMIN)
    guard.add(app, "POST", r"/desk/people/{number:\d{1,9}}/sign-out", sign_out, role=Role.ADMIN)
    guard.add(app, "GET", "/desk/account", show_own, role=Role.AGENT)
    guard.add(app, "POST", "/desk/account", change_own, role=Role.AGENT)
    guard.add(app, "POST", "/desk/account/password", change_password, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show everybody."""
    return await _people(request)


async def invite(request: web.Request) -> web.Response:
    """Make an account and show its link, this once."""
    name, shown_as = await forms.line(request, "name", 400), await forms.line(request, "shown_as", 400)
    try:
        role = await _role(request)
        staff_id, token = await accounts(request).invite(name, role, shown_as, request[guard.STAFF])
    except (BadForm, NameTaken) as error:
        return await _people(request, error.status, error.said, error.facts.get("field"), name, shown_as)
    return await _link(request, staff_id, token)


async def change(request: web.Request) -> web.Response:
    """Change role, shown name and seats."""
    shown_as, seats = await forms.line(request, "shown_as", 400), await forms.whole(request, "seats")
    await accounts(request).change(_number(request), await _role(request), shown_as, seats, request[guard.STAFF])
    return see_other("/desk/people", "saved")


async def link(request: web.Request) -> web.Response:
    """Show a new link that sets a password, this once."""
    return await _link(request, _number(request), await accounts(request).reset(_number(request), request[guard.STAFF]))


async def close(request: web.Request) -> web.Response:
    """Close an account and sign it out."""
    await accounts(request).set_active(_number(request), False, request[guard.STAFF])
    return see_other("/desk/people", "closed")


async def reopen(request: web.Request) -> web.Response:
    """Open a closed account again."""
    await accounts(request).set_active(_number(request), True, request[guard.STAFF])
    return see_other("/desk/people", "reopened")


async def sign_out(request: web.Request) -> web.Response:
    """End every session of an account."""
    await accounts(request).sign_out(_number(request), request[guard.STAFF])
    return see_other("/desk/people", "signed_out")


async def show_own(request: web.Request) -> web.Response:
    """Show one's own account."""
    return await _own(request)


async def change_own(request: web.Request) -> web.Response:
    """Change one's own shown name and preferences."""
    who = request[guard.STAFF]
    chosen = {name: bool(await forms.value(request, name)) for name, *_ in PREFERENCES}
    shown_as = await forms.line(request, "shown_as", 400)
    try:
        await accounts(request).set_own(who, shown_as, chosen)
    except BadForm as error:
        return await _own(request, error.status, problem=error.said, field="shown_as")
    return see_other("/desk/account", "saved")


async def change_password(request: web.Request) -> web.Response:
    """Change one's own password; every other device is signed out."""
    who = request[guard.STAFF]
    new, again = await forms.value(request, "password"), await forms.value(request, "again")
    address = str(request.app[keys.LIMITS].address(request))
    if not request.app[THROTTLE].take(who.name, address):
        raise TooManyTries
    found = await accounts(request).password_hash(who.name)
    if not await passwords.matches(await forms.value(request, "current"), found[1] if found else None):
        words = "The present password is not right."
        return await _own(request, 422, problem=words, field="current")
    request.app[THROTTLE].right(who.name, address)
    try:
        passwords.check_new(new, again, who.name, who.shown_as)
    except BadForm as error:
        return await _own(request, error.status, problem=error.said, field="password")
    await accounts(request).set_password(who, await passwords.hashed(new), request[guard.SESSION])
    return see_other("/desk/account", "password")


async def _people(
    request: web.Request,
    status: int = 200,
    problem: str | None = None,
    field: object = None,
    name: str = "",
    shown_as: str = "",
) -> web.Response:
    facts = {"problem": problem, "field": field, "name": name, "shown_as": shown_as}
    people = await accounts(request).all()
    return await page(request, "people.html", status, people=people, roles=ROLES, most=SEATS_MOST, **facts)


async def _link(request: web.Request, staff_id: int, token: str) -> web.Response:
    who = (await accounts(request).get(staff_id)).member
    address = f"{own_origin(request)}/desk/first/{token}"
    return await page(request, "link.html", who=who, address=address, hours=round(LINK_SECONDS / 3600))


async def _own(
    request: web.Request, status: int = 200, problem: str | None = None, field: str | None = None
) -> web.Response:
    mine = request[guard.STAFF].preferences
    chosen = [(name, mine.get(name, first), label, hint) for name, first, label, hint in PREFERENCES]
    roles = {role: (name, about) for role, name, about in ROLES}
    return await page(request, "account.html", status, chosen=chosen, roles=roles, problem=problem, field=field)


async def _role(request: web.Request) -> Role:
    try:
        return Role(await forms.value(request, "role"))
    except ValueError:
        raise BadForm("Choose a role.", field="role") from None


def _number(request: web.Request) -> int:
    return forms.number_in(request, "number")
