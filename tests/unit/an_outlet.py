"""Receivers of suggestions for tests: real servers on loopback that fail in every way a server can."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.storage.engine import Database
from bot.storage.models import delivery, suggestion
from bot.suggestions.deliveries import Deliveries, Pace
from bot.suggestions.koha import Koha
from bot.suggestions.outlets import Caller, Outlet
from bot.suggestions.webhook import Webhook

NOON = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
SECRET = "whsec_" + "QUJD" * 11
CLIENT_ID, CLIENT_SECRET = "foyer", "a long secret"
SECONDS = 0.15  # that our side waits for an answer
LATE = 0.3  # seconds after which a late server answers
SETTLE = 0.4
HURRY = Pace(pauses=(0.02,), lease=2.0, look=0.02, attempts=1000)

OK, BEFORE, AFTER, LATE_TAKEN, TAKEN_LATE, DROPPED, DROPPED_TAKEN, BUSY = (
    "ok", "fails before it takes it", "fails after it took it", "takes it and answers late", "takes it late",
    "drops the connection", "takes it and drops the connection", "asks to come again",
)  # fmt: skip
FAULTS = (BEFORE, AFTER, LATE_TAKEN, TAKEN_LATE, DROPPED, DROPPED_TAKEN, BUSY)


@dataclass
class Receiver:
    """Takes what is posted, in the manner that `manner` says for the n-th time (from 0) that it sees a key."""

    manner: Callable[[str, int], str] = lambda key, times: OK
    seen: Counter[str] = field(default_factory=Counter)  # requests, by key
    taken: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    requests: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def respond(self, request: web.Request, key: str, take: Callable[[], Any], done: Any) -> web.StreamResponse:
        """Go through one request; `done` is answered when all is well."""
        manner = self.manner(key, self.seen[key])
        self.seen[key] += 1
        self.arrived.set()
        if manner in (DROPPED, DROPPED_TAKEN):
            if manner == DROPPED_TAKEN:
                take()
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()
        if manner == BUSY:
            return web.json_response({}, status=429, headers={"Retry-After": "0"})
        if manner == TAKEN_LATE:
            await asyncio.sleep(LATE)
        if manner not in (BEFORE, BUSY):
            made = take()
        if manner == LATE_TAKEN:
            await asyncio.sleep(LATE)
        if manner in (BEFORE, AFTER):
            return web.json_response({"error": "Something went wrong"}, status=500)
        return web.json_response(done(made), status=201)

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application()
        app.router.add_post("/hook", self.hook)
        return app

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """Take an event once, as the documentation tells receivers to."""
        body = await request.read()
        self.requests.append((request.headers.copy(), body))
        key = request.headers["webhook-id"]

        def take() -> None:
            if key not in self.taken:
                self.taken[key].append(json.loads(body))

        return await self.respond(request, key, take, lambda _: {})


KOHA_TYPES: Mapping[str, tuple[type, ...]] = {
    "suggested_by": (int, type(None)), "suggestion_date": (str,), "managed_by": (int, type(None)),
    "status": (str,), "note": (str, type(None)), "staff_note": (str, type(None)), "author": (str, type(None)),
    "title": (str, type(None)), "copyright_date": (int, type(None)), "publisher_code": (str, type(None)),
    "volume_desc": (str, type(None)), "publication_year": (str, type(None)), "publication_place": (str, type(None)),
    "isbn": (str, type(None)), "biblio_id": (int, type(None)), "reason": (str, type(None)),
    "patron_reason": (str, type(None)), "budget_id": (int, type(None)), "library_id": (str, type(None)),
    "collection_title": (str, type(None)), "item_type": (str, type(None)), "quantity": (str, type(None)),
    "currency": (str, type(None)), "item_price": (int, float, type(None)), "total_price": (str, type(None)),
    "archived": (bool, type(None)),
}  # fmt: skip
"""What Koha's description of its API lets a new suggestion have, and of which types; nothing else is taken."""
KOHA_STATUSES = ("ASKED", "CHECKED", "ACCEPTED", "REJECTED", "ORDERED", "AVAILABLE")


@dataclass
class KohaServer(Receiver):
    """Koha's side: tokens, POST and GET of suggestions, with its checks and without any idea of twins."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    oauth: bool = True
    secret: str = CLIENT_SECRET
    libraries: tuple[str, ...] = ("MAIN", "EAST")
    asked: int = 0  # GETs
    ask_manner: Callable[[int], str] = lambda times: OK

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/v1/oauth/token", self.token)
        app.router.add_post("/api/v1/suggestions", self.add)
        app.router.add_get("/api/v1/suggestions", self.find)
        return app

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not self.oauth or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "Unimplemented grant type"}, status=400)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, self.secret):
            return web.json_response({"error": "unauthorized_client"}, status=403)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    async def add(self, request: web.Request) -> web.StreamResponse:
        if not self.lets_in(request):
            return web.json_response({"error": "Authentication failure."}, status=401)
        raw = await request.read()
        self.requests.append((request.headers.copy(), raw))
        body = json.loads(raw)
        errors = [name for name, value in body.items() if not isinstance(value, KOHA_TYPES.get(name, ()))]
        if errors or body.get("status", "ASKED") not in KOHA_STATUSES:
            return web.json_response({"errors": [{"message": f"Properties not allowed: {errors}."}]}, status=400)
        date.fromisoformat(body.get("suggestion_date", "2026-01-01"))
        if body.get("library_id", self.libraries[0]) not in self.libraries:
            return web.json_response({"error": "foreign key"}, status=500)
        if request.headers.get("x-koha-override") != "any" and len(self.rows) >= 5:
            return web.json_response({"error_code": "max_pending_reached"}, status=400)
        found = re.match(r"Foyer (\S+)", body.get("note") or "")
        key = found[1] if found else raw.decode()

        def take() -> dict[str, Any]:
            row = {**body, "suggestion_id": len(self.rows) + 1}
            self.rows.append(row)
            self.taken[key].append(row)
            return row

        return await self.respond(request, key, take, lambda row: row)

    async def find(self, request: web.Request) -> web.StreamResponse:
        if not self.lets_in(request):
            return web.json_response({"error": "Authentication failure."}, status=401)
        self.asked += 1
        if self.ask_manner(self.asked) != OK:
            return web.json_response({}, status=503)
        ((name, like),) = json.loads(request.query["q"]).items()
        pattern = re.compile(re.escape(like["-like"]).replace("%", ".*"), re.DOTALL)
        found = [row for row in self.rows if pattern.fullmatch(row.get(name) or "")]
        return web.json_response(found[: int(request.query.get("_per_page", 20))])

    def lets_in(self, request: web.Request) -> bool:
        """Tell whether a request has a token, or name and password where there are no tokens."""
        how, _, what = request.headers.get("Authorization", "").partition(" ")
        if how == "Basic":
            return not self.oauth and base64.b64decode(what).decode() == f"{CLIENT_ID}:{self.secret}"
        return how == "Bearer" and what in self.tokens


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[str]:
    """Run the server and give its address."""
    async with TestServer(receiver.app()) as server:
        receiver.url = str(server.make_url("/")).rstrip("/")
        yield receiver.url


def a_webhook(url: str, seconds: float = SECONDS) -> Webhook:
    return Webhook(Caller(connector(), seconds), f"{url}/hook", SECRET)


def a_koha(url: str, seconds: float = SECONDS, settle: float = SETTLE, secret: str = CLIENT_SECRET) -> Koha:
    libraries = {"main": "MAIN", "eastside": "EAST"}
    return Koha(Caller(connector(), seconds), url, CLIENT_ID, secret, ZONE, libraries, settle)


def connector() -> Callable[[], aiohttp.BaseConnector]:
    return partial(aiohttp.TCPConnector, force_close=True)


def deliveries(database: Database, outlets: Sequence[Outlet], pace: Pace = HURRY) -> Deliveries:
    return Deliveries(database, FrozenClock(NOON), outlets, pace)


def a_code(number: int) -> str:
    signs = "23456789ABCDEFGHJKMNPQRSTVWXY"
    return "K-" + "".join(signs[number // 29**place % 29] for place in range(5)) + "-X"


async def suggest(to: Deliveries, database: Database, number: int = 0, **changes: Any) -> int:
    """Store a suggestion and what outlets are to hear of it, in one transaction."""
    row: dict[str, Any] = {
        "code": a_code(number),
        "kind": "purchase",
        "text": "The Women by Kristin Hannah",
        "details": {"title": "The Women", "author": "Kristin Hannah"},
        "matching": f"title-{number}",
        "lang": "en",
        "channel": "web",
        "status": "new",
        "created_at": NOON.timestamp(),
        "changed_at": NOON.timestamp(),
    }
    async with database.write() as db:
        made = await db.execute(suggestion.insert().values(row | changes))
        (row_id,) = made.inserted_primary_key or (0,)
        await to.put(db, row_id, "created")
    return int(row_id)


async def rows(database: Database, table: sa.Table = delivery) -> list[Any]:
    async with database.read() as db:
        return list((await db.execute(sa.select(table).order_by(table.c.id))).all())


async def until_sent(database: Database, *senders: Deliveries, outlet: str = "%") -> None:
    """Let the senders run until nothing is due (for one outlet)."""
    tasks = [asyncio.create_task(sender.send_forever()) for sender in senders]
    due = sa.select(sa.func.count()).where(delivery.c.state == "due", delivery.c.outlet.like(outlet))
    try:
        async with asyncio.timeout(200):
            while True:
                async with database.read() as db:
                    if (await db.execute(due)).scalar_one() == 0:
                        return
                await asyncio.sleep(0.02)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for sender in senders:
            await sender.close()
