"""When the desk is open: the hours of the library's chat, or of its telephone where the chat has none of its own."""

from __future__ import annotations

import logging

from aiohttp import web

from bot.conversations.handoff import Outlook
from bot.knowledge.library import WHOLE_LIBRARY
from bot.knowledge.sources.base import HoursState
from bot.web.keys import CLOCK, KNOWLEDGE

log = logging.getLogger(__name__)

POINTS = ("chat", "phone")
KNOWN = {HoursState.OPEN: True, HoursState.OPEN_24H: True, HoursState.CLOSED: False}


async def desk_outlook(app: web.Application) -> Outlook:
    """Return whether the desk is open now, until when, and when it opens next; unknown where hours cannot be told."""
    knowledge, now = app[KNOWLEDGE], app[CLOCK].now()
    point = next((name for name in POINTS if knowledge.library.point(WHOLE_LIBRARY, name) is not None), None)
    if point is None:
        return Outlook(None)
    try:
        state = await knowledge.hours.at(WHOLE_LIBRARY, now, now, point)
    except Exception:
        log.exception("the desk's hours cannot be told")
        return Outlook(None)
    opens = state.opens.start if state.opens is not None else None
    return Outlook(KNOWN.get(state.state), opens, state.until)
