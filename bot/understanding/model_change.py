"""Puts another model in the place of the one that answers, while it answers (docs/adr/0008-a-model-is-swapped.md)."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import re
import sys
from contextlib import suppress
from pathlib import Path

from rasa.core.agent import Agent
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import Settings
from bot.understanding.tracker_store import BoundedTrackerStore

log = logging.getLogger(__name__)

NAME = re.compile(r"foyer-[0-9a-f]{16}\.tar\.gz")
"""Only files that training made, in the folder of models."""
SWITCH_SECONDS = 0.0005  # after which the loading thread gives way: at the usual ten times as long turns take seconds


def add_routes(routes: Blueprint) -> None:
    """Add PUT /model {model}: the name of a file in the folder of models."""
    settings = Settings.from_environ()
    models = settings.models
    one_at_a_time = asyncio.Lock()

    @routes.route("/model", methods=["PUT"])
    async def change(request: Request) -> HTTPResponse:
        name = str((request.json or {}).get("model"))
        if not NAME.fullmatch(name) or not (models / name).is_file():
            return response.json({"ok": False, "code": "no_such_model"}, status=404)
        async with one_at_a_time:
            before = request.app.ctx.agent
            if before is None or not before.is_ready():
                return response.json({"ok": False, "code": "loading"}, status=503)
            if before.processor.model_filename != name:
                try:
                    after = await asyncio.to_thread(beside, before, models / name, settings.database)
                except Exception:
                    log.exception("the model %s cannot be loaded; the present one goes on", name)
                    return response.json({"ok": False, "code": "bad_model"}, status=422)
                # One step: a turn that has begun keeps the agent that it began with.
                request.app.ctx.agent = after
                del before, after
                await asyncio.to_thread(give_back_memory)
        return response.json({"ok": True, "model": name})


def beside(present: Agent, model: Path, database: str) -> Agent:
    """Return an agent with another model, and the locks, the database and the way to the actions of the present one."""
    # A store of its own: Rasa sets the store's domain to that of its agent, and to none while it loads.
    store = BoundedTrackerStore(None, database=database)
    agent = Agent(tracker_store=store, lock_store=present.lock_store, action_endpoint=present.action_endpoint)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        agent.load_model(str(model))
    finally:
        sys.setswitchinterval(usual)
    return agent


def give_back_memory() -> None:
    """Free what the former model held, and hand it to the system where the C library can."""
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL("libc.so.6").malloc_trim(0)
