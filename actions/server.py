"""Serves the actions to Rasa: the SDK's executor behind a small web application, on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import context
from bot.settings import Settings

log = logging.getLogger(__name__)

EXECUTOR = web.AppKey("executor", ActionExecutor)
CALL_MOST = 4 * 1024 * 1024  # bytes; a tracker of a few turns has some ten thousand
KEEP_ALIVE_SECONDS = 3600.0  # Rasa keeps its connection; it, not we, closes an idle one


def create_app() -> web.Application:
    """Return the application with every action of this package."""
    app = web.Application(client_max_size=CALL_MOST)
    app[EXECUTOR] = ActionExecutor()
    app[EXECUTOR].register_package("actions")
    app.cleanup_ctx.append(warm)
    app.router.add_post("/webhook", run_action)
    app.router.add_get("/health", health)
    return app


async def run_action(request: web.Request) -> web.Response:
    """Run one action: the protocol of Rasa's action servers."""
    call = await request.json()
    try:
        return web.json_response(await request.app[EXECUTOR].run(call))
    except ActionExecutionRejection as error:
        return web.json_response({"error": error.message, "action_name": error.action_name}, status=400)
    except ActionNotFoundException as error:
        log.error("%s", error)
        return web.json_response({"error": error.message, "action_name": error.action_name}, status=404)


async def health(_: web.Request) -> web.Response:
    """Say that actions are answered."""
    return web.json_response({"status": "ok"})


async def warm(app: web.Application) -> AsyncIterator[None]:
    """Look at every source once, so that no patron waits for the first look."""
    looking = asyncio.create_task(context.knowledge().warm_all(datetime.now(UTC)))
    yield
    looking.cancel()


def serve(settings: Settings) -> None:
    """Run the action server until it is told to stop."""
    # Read now: a mistake in the library's files or in the responses stops the start.
    context.knowledge()
    context.wording()
    web.run_app(
        create_app(),
        host="127.0.0.1",
        port=settings.actions_port,
        access_log=None,
        print=lambda *_: None,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        shutdown_timeout=2,
    )
