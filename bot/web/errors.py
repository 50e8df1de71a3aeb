"""The one shape in which the API says no, made in one place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.conversations.errors import BadField
from bot.errors import LibraryError
from bot.web.keys import LANGUAGE, WORDING

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadRequest(LibraryError):
    """The request is not what the route takes; the message says what it wants."""

    code = "bad_request"
    status = 400
    response = "utter_service_bad_request"


class BodyTooLarge(LibraryError):
    """The request's body is larger than the route takes."""

    code = "body_too_large"
    status = 413
    response = "utter_service_body_too_large"


class RateLimited(LibraryError):
    """Too many requests; facts: `seconds` to wait."""

    code = "rate_limited"
    status = 429
    response = "utter_service_rate_limited"


class ForeignOrigin(LibraryError):
    """A page of another site called; the message says which setting would allow it."""

    code = "foreign_origin"
    status = 403
    response = "utter_service_foreign_origin"


@web.middleware
async def say_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into `{"ok": false, "code", "message"}` in the patron's language, and log the unexpected."""
    try:
        return await handler(request)
    except LibraryError as error:
        if error.status >= 500:
            log.warning("%s %s: %s", request.method, request.match_info.handler.__name__, error.code)
        return refusal(request, error)
    except web.HTTPRequestEntityTooLarge:
        return refusal(request, BodyTooLarge())
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return plain(error.status, error.reason.lower().replace(" ", "_"), error.reason, error.headers.get("Allow"))
    except Exception:
        log.exception("%s failed", request.method)
        return plain(500, "unexpected", "Something went wrong on our side.")


def refusal(request: web.Request, error: LibraryError) -> web.Response:
    """Return the response that says `error`."""
    text = request.app[WORDING].say(error.response, request.get(LANGUAGE, "en"), **error.facts)
    response = plain(error.status, error.code, text)
    if isinstance(error, BadField):
        body = {"ok": False, "code": error.code, "field": error.facts["field"], "message": text}
        response = web.json_response(body, status=error.status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.facts["seconds"])
    return response


def plain(status: int, code: str, message: str, allow: str | None = None) -> web.Response:
    """Return an error response with a message that needs no wording."""
    return web.json_response(
        {"ok": False, "code": code, "message": message}, status=status, headers={"Allow": allow} if allow else None
    )
