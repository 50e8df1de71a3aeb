"""Which pages may talk to the gateway: its own, and the origins named in EMBED_ORIGINS, compared letter by letter."""

from __future__ import annotations

from aiohttp import web

from bot.web.errors import ForeignOrigin, Handler, refusal
from bot.web.keys import SETTINGS

METHODS = "GET, POST, DELETE, OPTIONS"


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign pages at the API (the socket included), answer preflights, and name the origin that may read."""
    origin = request.headers.get("Origin")
    if not request.path.startswith("/api/") or origin is None:
        return await handler(request)
    if origin != own_origin(request) and origin not in request.app[SETTINGS].embed_origins:
        return refusal(request, ForeignOrigin())
    if request.method == "OPTIONS":
        response: web.StreamResponse = web.Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    else:
        response = await handler(request)
    if not response.prepared:
        response.headers["Vary"] = "Origin"
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def own_origin(request: web.Request) -> str:
    """Return the origin under which the browser knows us."""
    # A proxy that ends TLS says so; a forged header can only make a page foreign, never own: the host must match too.
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme).split(",")[0].strip()
    return f"{scheme}://{request.host}"
