"""The desk's door: every route of the desk goes through here, so that none is open by mistake."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.conversations.errors import DeskError
from bot.errors import LibraryError
from bot.web import keys
from bot.web.desk.errors import ForeignPage, NotAllowed, SignedOut, StaleForm
from bot.web.desk.sessions import Role, Session, Sessions, StaffMember
from bot.web.origins import own_origin

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Role | None]

ROUTES = web.AppKey("desk_routes", list[Route])
"""Every route of the desk: method, path, and the role that it asks for (None: nobody need be signed in)."""
STAFF = web.RequestKey("desk_staff", StaffMember)
SESSION = web.RequestKey("desk_session", Session)

COOKIE = "foyer_desk"
HOME = "/desk"
SIGN_IN = "/desk/sign-in"
API = "/desk/api/"
BODY_MOST = 64 * 1024  # bytes
SAFE = ("GET", "HEAD")
FORMS = ("application/x-www-form-urlencoded", "application/json", "application/octet-stream")
HEADERS = {
    # With no-referrer browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def add(app: web.Application, method: str, path: str, handler: Handler, *, role: Role) -> None:
    """Add a route that runs only for a signed-in member of staff with `role` or a higher one."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        found = await sessions(request.app).find(request.cookies.get(COOKIE, ""))
        if found is None:
            return _sign_in_first(request)
        request[STAFF], request[SESSION] = found
        if not request[STAFF].role.reaches(role):
            raise NotAllowed
        if request.method not in SAFE:
            await _check_token(request)
        return await handler(request)

    _add(app, method, path, guarded, role)


def add_public(app: web.Application, method: str, path: str, handler: Handler) -> None:
    """Add a route for people who are not signed in; writing still needs our own origin."""
    _add(app, method, path, handler, None)


def sessions(app: web.Application) -> Sessions:
    """Return the sessions of the application's database."""
    return Sessions(app[keys.DATABASE], app[keys.CLOCK], app[keys.SETTINGS].signing_secret())


def check_csrf(request: web.Request, token: object) -> bool:
    """Return whether `token` is the one of the request's session: for first frames of sockets and for forms."""
    return isinstance(token, str) and hmac.compare_digest(token.encode(), request[SESSION].csrf.encode())


async def still_signed_in(request: web.Request, *, active: bool = False) -> StaffMember | None:
    """Look again who is signed in: a socket outlives sessions. With `active` this counts as a sign of life."""
    found = await sessions(request.app).find(request.cookies.get(COOKIE, ""), active=active)
    return found[0] if found else None


def secure(request: web.Request) -> bool:
    """Return whether the browser speaks TLS, with us or with a proxy before us."""
    return own_origin(request).startswith("https:")


def safe_next(place: object) -> str:
    """Return `place` when it is a page of the desk, else the desk itself; it never leads to another site."""
    if not isinstance(place, str) or not place.isprintable() or "\\" in place or " " in place:
        return HOME
    parts = urlsplit(place)
    inside = parts.path == HOME or parts.path.startswith(HOME + "/")
    own = not parts.scheme and not parts.netloc and place.startswith(HOME)
    return place if inside and own and "//" not in parts.path and ".." not in parts.path else HOME


def _add(app: web.Application, method: str, path: str, handler: Handler, role: Role | None) -> None:
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            if request.method not in SAFE or request.headers.get("Upgrade"):
                _check_origin(request)
            if request.method not in SAFE:
                # The patron's API takes short bodies only; answers of staff may be longer.
                request = request.clone(client_max_size=BODY_MOST)
                if request.content_type not in FORMS:
                    raise StaleForm
            response = await handler(request)
        except LibraryError as error:
            response = await _refused(request, error)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    answered.__name__ = getattr(handler, "__name__", "desk")
    if ROUTES not in app:
        app[ROUTES] = []
    app[ROUTES].append((method, path, role))
    app.router.add_route(method, path, answered)


def _check_origin(request: web.Request) -> None:
    if request.headers.get("Origin") != own_origin(request):
        raise ForeignPage


async def _check_token(request: web.Request) -> None:
    token: object = request.headers.get("X-CSRF")
    if token is None and request.content_type == FORMS[0]:
        token = (await request.post()).get("csrf")
    if not check_csrf(request, token):
        raise StaleForm


def _sign_in_first(request: web.Request) -> web.Response:
    if request.path.startswith(API) or request.headers.get("Upgrade"):
        raise SignedOut
    place = SIGN_IN
    if request.method in SAFE and request.path_qs != HOME:
        place += f"?next={quote(request.path_qs)}"
    return web.Response(status=303, headers={"Location": place})


async def _refused(request: web.Request, error: LibraryError) -> web.StreamResponse:
    if request.path.startswith(API) or request.headers.get("Upgrade"):
        if not isinstance(error, DeskError):
            raise error
        return web.json_response({"ok": False, "code": error.code, "message": error.said}, status=error.status)
    from bot.web.desk.render import error_page  # the page of an error has the menu, which asks who may see what

    return await error_page(request, error)
