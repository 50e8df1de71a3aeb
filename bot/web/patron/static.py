"""The widget's files, under a version that changes with their content so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
    ".ico": "image/x-icon",
}


@cache
def version() -> str:
    """Return the version of the static files: the start of a hash over all of them."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(FOLDER)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def add_routes(app: web.Application) -> None:
    """Add the routes of the static files."""
    app.router.add_get("/w/latest/{file:.+}", latest)
    app.router.add_get("/w/{version:[0-9a-f]{12}}/{file:.+}", serve)


async def latest(request: web.Request) -> web.Response:
    """Lead to the present version of a file."""
    _path(request)
    place = f"../{version()}/{request.match_info['file']}"
    headers = {"Location": place, "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return web.Response(status=302, headers=headers)


async def serve(request: web.Request) -> web.FileResponse:
    """Send a file; only the present version may be kept by browsers."""
    path = _path(request)
    response = web.FileResponse(path)
    response.content_type = TYPES[path.suffix]
    if path.suffix != ".png":
        response.charset = "utf-8"
    response.headers["Cache-Control"] = FOREVER if request.match_info["version"] == version() else "no-cache"
    # Module scripts are always fetched with CORS; nothing here is secret.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _path(request: web.Request) -> Path:
    known = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in TYPES}
    try:
        return known[request.match_info["file"]]
    except KeyError:
        raise web.HTTPNotFound from None
