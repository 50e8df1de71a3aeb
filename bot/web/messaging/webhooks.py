"""The routes to which the platforms bring messages: proved, read, stored, and only then acknowledged."""

from __future__ import annotations

import logging
from functools import partial

from aiohttp import web

from bot.channels.model import Inbound
from bot.errors import LibraryError
from bot.web import keys
from bot.web.errors import BadRequest, BodyTooLarge
from bot.web.messaging.endpoint import Endpoint, Letter, Report
from bot.web.messaging.setup import endpoints_of

log = logging.getLogger(__name__)

BODY_MOST = 1024 * 1024  # bytes; Meta's batches are the largest


class BadSignature(LibraryError):
    """The request does not prove that it comes from the platform."""

    code = "bad_signature"
    status = 403
    response = "utter_service_bad_signature"


def add_routes(app: web.Application) -> None:
    """Add the routes of the channels that are set up."""
    for endpoint in endpoints_of(app[keys.SETTINGS].channels):
        app.router.add_post(f"/messaging/{endpoint.path}", partial(take, endpoint))
        if hasattr(endpoint, "challenge"):
            app.router.add_get(f"/messaging/{endpoint.path}", partial(challenge, endpoint))


async def take(endpoint: Endpoint, request: web.Request) -> web.Response:
    """Take what a platform brings. Whatever is stored when this fails is known when the platform comes again."""
    letter = Letter(_public_url(request), request.headers, await _body(request))
    if not endpoint.is_honest(letter):
        log.warning("a request to /messaging/%s does not prove where it comes from", endpoint.path)
        raise BadSignature
    try:
        found, answer = endpoint.read(letter), endpoint.answer(letter)
    except ValueError as error:
        problem = "not UTF-8" if isinstance(error, UnicodeError) else str(error)[:200]
        raise BadRequest(place="the body", problem=problem or "not readable") from None
    failed = set[str]()  # of these patrons the rest of the batch comes again with it, so that the order stays
    for one in found:
        try:
            if isinstance(one, Report):
                await request.app[keys.SENDING].report(one.remote_id, one.problem, one.channels)
            elif one.address and one.id and one.address not in failed:
                await request.app[keys.CHANNELS].take(one)
        except Exception:  # the other patrons of the batch are not to wait for this one
            log.exception("a message to /messaging/%s could not be taken", endpoint.path)
            failed.add(one.address if isinstance(one, Inbound) else "")
    if failed:
        raise web.HTTPServiceUnavailable
    return answer


async def challenge(endpoint: Endpoint, request: web.Request) -> web.Response:
    """Prove to Meta that the address is ours."""
    asked = [request.query.get(f"hub.{name}", "") for name in ("mode", "verify_token", "challenge")]
    found: str | None = endpoint.challenge(*asked)  # type: ignore[attr-defined]
    if found is None:
        raise BadSignature
    return web.Response(text=found)


def _public_url(request: web.Request) -> str:
    """Return the address that the platform called: a proxy in front may have taken a prefix away."""
    public = request.app[keys.SETTINGS].channels.public_url
    base = public or f"{request.scheme}://{request.host}"
    path, mark, query = request.raw_path.partition("?")
    return f"{base}{path}{mark}{query}"


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > BODY_MOST:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_MOST:
            raise BodyTooLarge
    return bytes(body)
