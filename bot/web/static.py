"""The files that browsers fetch, under a version that changes with their content so that they may be kept for ever."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

FOLDERS = {
    "w": (Path(__file__).parent / "patron" / "static",),
    # The live desk shares the widget's transport and blocks: it finds them beside its own files.
    "d": (Path(__file__).parent / "desk" / "static", Path(__file__).parent / "patron" / "static"),
}
"""By the first part of their address: the folders that are looked through, the first one that has the file wins."""
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: plain, and compressed once for all."""

    plain: bytes
    compressed: bytes
    type: str


@cache
def files() -> dict[str, StaticFile]:
    """Return every file by its address without the version ("w/widget.js"); read once in a process."""
    found = {}
    for top, folders in FOLDERS.items():
        for folder in reversed(folders):
            for path in sorted(folder.rglob("*")):
                if path.suffix in TYPES and (body := path.read_bytes()):
                    name = f"{top}/{path.relative_to(folder).as_posix()}"
                    found[name] = StaticFile(body, gzip.compress(body, 9, mtime=0), TYPES[path.suffix])
    return found


@cache
def version() -> str:
    """Return the version of the files: the start of a hash over all of them."""
    digest = hashlib.sha256()
    for name, file in sorted(files().items()):
        digest.update(f"{name}\0{len(file.plain)}\0".encode() + file.plain)
    return digest.hexdigest()[:12]


def add_routes(app: web.Application) -> None:
    """Add the routes of the static files."""
    app.router.add_get("/{top:[wd]}/latest/{file:.+}", latest)
    app.router.add_get("/{top:[wd]}/{version:[0-9a-f]{12}}/{file:.+}", serve)


async def latest(request: web.Request) -> web.Response:
    """Lead to the present version of a file, by a relative address: a proxy may serve us under a path of its own."""
    _file(request)
    name = request.match_info["file"]
    place = f"{'../' * (name.count('/') + 1)}{version()}/{name}"
    headers = {"Location": place, "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return web.Response(status=302, headers=headers)


async def serve(request: web.Request) -> web.Response:
    """Send a file; only the present version may be kept by browsers."""
    file = _file(request)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = web.Response(body=file.compressed if packed else file.plain, content_type=file.type, charset="utf-8")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if request.match_info["version"] == version() else "no-cache"
    # Module scripts are always fetched with CORS; nothing here is secret.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _file(request: web.Request) -> StaticFile:
    try:
        return files()[f"{request.match_info['top']}/{request.match_info['file']}"]
    except KeyError:
        raise web.HTTPNotFound from None
