"""When the desk is open: the hours of the library's chat, or of its telephone where the chat has none of its own."""

from __future__ import annotations

import logging
import math
from datetime import datetime

from aiohttp import web

from bot.conversations.handoff import Outlook
from bot.knowledge.library import WHOLE_LIBRARY
from bot.knowledge.sources.base import HoursState
from bot.statistics.hours import DeskHours
from bot.statistics.periods import SLOT_SECONDS, Period
from bot.web.keys import CLOCK, KNOWLEDGE

log = logging.getLogger(__name__)

POINTS = ("chat", "phone")
NOT_KNOWN = DeskHours(frozenset(), frozenset())
KNOWN = {HoursState.OPEN: True, HoursState.OPEN_24H: True, HoursState.CLOSED: False}


async def desk_hours(app: web.Application, period: Period) -> DeskHours:
    """Return the desk's hours on each day of a period; a half hour is open if it begins while the desk is open."""
    point, now = _point(app), app[CLOCK].now()
    if point is None:
        return NOT_KNOWN
    try:
        days = await app[KNOWLEDGE].hours.days(WHOLE_LIBRARY, period.first, len(period.days), now, point)
    except Exception:
        log.exception("the desk's hours cannot be told")
        return NOT_KNOWN
    known = frozenset(day.day.isoformat() for day in days if day.state in KNOWN)
    opened: set[tuple[str, int]] = set()
    for opening in (one for day in days for one in day.ranges if one.state is HoursState.OPEN):
        at = math.ceil(opening.start.timestamp() / SLOT_SECONDS) * SLOT_SECONDS
        while at < opening.end.timestamp():
            here = datetime.fromtimestamp(at, opening.start.tzinfo)
            opened.add((here.date().isoformat(), here.hour * 2 + here.minute // 30))
            at += SLOT_SECONDS
    return DeskHours(frozenset(opened), known)


async def desk_outlook(app: web.Application) -> Outlook:
    """Return whether the desk is open now, until when, and when it opens next; unknown where hours cannot be told."""
    knowledge, now = app[KNOWLEDGE], app[CLOCK].now()
    point = _point(app)
    if point is None:
        return Outlook(None)
    try:
        state = await knowledge.hours.at(WHOLE_LIBRARY, now, now, point)
    except Exception:
        log.exception("the desk's hours cannot be told")
        return Outlook(None)
    opens = state.opens.start if state.opens is not None else None
    return Outlook(KNOWN.get(state.state), opens, state.until)


def _point(app: web.Application) -> str | None:
    library = app[KNOWLEDGE].library
    return next((name for name in POINTS if library.point(WHOLE_LIBRARY, name) is not None), None)
