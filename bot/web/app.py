"""The gateway: the only process that the public reaches. This file is its table of contents."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

from aiohttp import web

from bot.clock import Clock, RunningClock
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog
from bot.conversations.retention import purge_forever
from bot.conversations.turns import Deadlines, TurnWorker
from bot.knowledge.knowledge import Knowledge
from bot.settings import Settings
from bot.storage.engine import Database
from bot.web import keys
from bot.web.errors import say_errors
from bot.web.headers import add_headers
from bot.web.limits import Limits
from bot.web.origins import check_origin
from bot.web.patron import api, pages, static
from bot.web.patron.greeting import says
from bot.web.rasa import RasaBrain
from bot.web.relay import Relay
from bot.wording import Wording

log = logging.getLogger(__name__)


def library_clock(settings: Settings, knowledge: Knowledge) -> Clock:
    """Return the clock of the library's zone, moved when the settings say so."""
    zone = knowledge.library.zone
    if settings.clock is None:
        return RunningClock(zone)
    return RunningClock.starting_at(settings.clock, zone, settings.clock_started)


def create_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """Return the application; `clock` stands in for the library's own (tests freeze it)."""
    app = web.Application(middlewares=[say_errors, check_origin], client_max_size=api.BODY_MOST)
    app[keys.SETTINGS] = settings
    app[keys.WORDING] = Wording.load(settings.responses)
    app[keys.KNOWLEDGE] = Knowledge.of(settings)
    app[keys.CLOCK] = clock or library_clock(settings, app[keys.KNOWLEDGE])
    app[keys.LIMITS] = Limits(
        settings.messages_a_minute, settings.requests_a_minute, settings.library_networks, settings.trusted_proxies
    )
    app.cleanup_ctx.append(conversations)
    app.on_response_prepare.append(add_headers)
    api.add_routes(app)
    pages.add_routes(app)
    static.add_routes(app)
    return app


async def conversations(app: web.Application) -> AsyncIterator[None]:
    """Open the database and run due turns and the purge while the application runs."""
    settings, clock = app[keys.SETTINGS], app[keys.CLOCK]
    app[keys.DATABASE] = Database(settings.database)
    app[keys.BRAIN] = RasaBrain(settings.rasa_url)
    app[keys.LOG] = ConversationLog(
        app[keys.DATABASE], clock, Tokens(settings.signing_secret()), Hub(), settings.retry_seconds
    )
    app[keys.WORKER] = TurnWorker(
        app[keys.LOG],
        app[keys.BRAIN],
        Deadlines(settings.turn_seconds, settings.apology_seconds, settings.retry_seconds),
        says(app[keys.WORDING], app[keys.KNOWLEDGE].library.phone),
        name=f"{socket.gethostname()}:{settings.port}",
    )
    await app[keys.WORKER].start()
    chores = [
        asyncio.create_task(purge_forever(app[keys.DATABASE], clock, settings.retention_days)),
        asyncio.create_task(app[keys.KNOWLEDGE].warm(clock.now())),
    ]
    if settings.redis_url:
        chores.append(asyncio.create_task(Relay(settings.redis_url, app[keys.LOG].hub).run()))
    yield
    await app[keys.WORKER].stop()
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    await app[keys.KNOWLEDGE].close()
    await app[keys.BRAIN].close()
    await app[keys.DATABASE].close()


def serve(settings: Settings) -> None:
    """Run the gateway until it is told to stop."""
    web.run_app(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=None,  # addresses and paths with conversation ids are nobody's business
        print=lambda *_: None,
        shutdown_timeout=3,
        handle_signals=True,
    )
