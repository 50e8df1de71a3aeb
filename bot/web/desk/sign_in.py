"""Signing in and out, and the link that sets a password once."""

from __future__ import annotations

from aiohttp import web

from bot.conversations.handoff import DESK
from bot.web import keys
from bot.web.desk import audit, forms, guard, passwords, sessions
from bot.web.desk.accounts import Accounts, tidy
from bot.web.desk.errors import BadForm, NameTaken, TooManyTries
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.throttle import Throttle

THROTTLE = web.AppKey("desk_throttle", Throttle)
WRONG = "The name or the password is not right. Try again, or ask an administrator for a new link."


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    app[THROTTLE] = Throttle()
    guard.add_public(app, "GET", guard.SIGN_IN, show)
    guard.add_public(app, "POST", guard.SIGN_IN, sign_in)
    guard.add_public(app, "GET", "/desk/first/{token}", first)
    guard.add_public(app, "POST", "/desk/first/{token}", set_password)
    guard.add(app, "POST", "/desk/sign-out", sign_out, role=Role.AGENT)
    guard.add(app, "POST", "/desk/sign-out-everywhere", sign_out_everywhere, role=Role.AGENT)


def accounts(request: web.Request) -> Accounts:
    """Return the accounts of the application's database."""
    return Accounts(request.app[keys.DATABASE], request.app[keys.CLOCK])


async def show(request: web.Request) -> web.Response:
    """Show the sign-in page."""
    return await _form(request, guard.safe_next(request.query.get("next")))


async def sign_in(request: web.Request) -> web.Response:
    """Sign in, or say that name or password is not right: the same, and after the same time, for both."""
    name = tidy(await forms.line(request, "name", 400))[:40]
    password = await forms.value(request, "password")
    place = guard.safe_next(await forms.value(request, "next"))
    address = str(request.app[keys.LIMITS].address(request))
    if not request.app[THROTTLE].take(name, address):
        return await _form(request, place, TooManyTries.words, name, TooManyTries.status)
    found = await accounts(request).password_hash(name)
    right = await passwords.matches(password, found[1] if found else None)
    now = request.app[keys.CLOCK].now().timestamp()
    if found is None or not right:
        async with request.app[keys.DATABASE].write() as db:
            await audit.record(db, None, "sign_in_failed", at=now, name=name)
        return await _form(request, place, WRONG, name, 401)
    request.app[THROTTLE].right(name, address)
    return await _begin(request, found[0], place, "signed_in")


async def first(request: web.Request) -> web.Response:
    """Show the page on which a password is set for the first time, or anew."""
    who = await accounts(request).for_link(request.match_info["token"])
    return await page(request, "first.html", who=who, problem=None, field=None, name="", shown_as="")


async def set_password(request: web.Request) -> web.Response:
    """Set the password, make the first administrator if there is none, and sign in."""
    token = request.match_info["token"]
    who = await accounts(request).for_link(token)
    name = "" if who else tidy(await forms.line(request, "name", 400))
    shown_as = "" if who else await forms.line(request, "shown_as", 400)
    password = await forms.value(request, "password")
    known = (who.name, who.shown_as) if who else (name, shown_as)
    try:
        passwords.check_new(password, await forms.value(request, "again"), *known)
        staff_id = await accounts(request).use_link(token, await passwords.hashed(password), name, shown_as)
    except (BadForm, NameTaken) as error:
        facts = {"who": who, "problem": error.said, "field": error.facts.get("field")}
        return await page(request, "first.html", error.status, **facts, name=name, shown_as=shown_as)
    return await _begin(request, staff_id, guard.HOME, "signed_in")


async def sign_out(request: web.Request) -> web.Response:
    """End this session."""
    who, now = request[guard.STAFF], request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        await sessions.end(db, request[guard.SESSION])
        await audit.record(db, who, "signed_out", at=now)
    await _leave(request)
    return _bye()


async def sign_out_everywhere(request: web.Request) -> web.Response:
    """End every session of the account, this one too."""
    await accounts(request).sign_out(request[guard.STAFF].id, request[guard.STAFF])
    await _leave(request)
    return _bye()


async def _begin(request: web.Request, staff_id: int, place: str, action: str) -> web.Response:
    store = guard.sessions(request.app)
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        # Always a new id: one that was put into the browser before must never become a session.
        session_id = await store.begin(db, staff_id, request.cookies.get(guard.COOKIE))
        await audit.record(db, await store.who(db, staff_id), action, at=now)
    response = see_other(place)
    response.set_cookie(
        guard.COOKIE, session_id, path=guard.HOME, httponly=True, samesite="Lax", secure=guard.secure(request)
    )
    return response


async def _leave(request: web.Request) -> None:
    """Let patrons know at once, unless the same person works on in another browser."""
    who = request[guard.STAFF].id
    if not await guard.sessions(request.app).has_any(who):
        await request.app[keys.PRESENCE].left(who)
    request.app[keys.LOG].hub.wake(DESK)


def _bye() -> web.Response:
    response = see_other(guard.SIGN_IN, "bye")
    response.del_cookie(guard.COOKIE, path=guard.HOME, httponly=True, samesite="Lax")
    return response


async def _form(
    request: web.Request, place: str, problem: str | None = None, name: str = "", status: int = 200
) -> web.Response:
    return await page(request, "sign_in.html", status, next=place, problem=problem, name=name)
