"""Fields of forms, made safe to keep: what no reader can see goes, and what is too long is refused."""

from __future__ import annotations

import re
from datetime import datetime

from aiohttp import web

from bot.conversations.text import printable
from bot.web.desk.errors import BadForm

TEXT_MOST = 4000  # characters


async def value(request: web.Request, name: str) -> str:
    """Return a field as it was sent; empty when it was not."""
    found = (await request.post()).get(name, "")
    return found if isinstance(found, str) else ""


async def line(request: web.Request, name: str, most: int = 200, *, needed: str = "") -> str:
    """Return a field of one line; raise BadForm with `needed` when it is empty, or when it is too long."""
    return _checked(" ".join(printable(await value(request, name)).split()), name, most, needed)


async def text(request: web.Request, name: str, most: int = TEXT_MOST, *, needed: str = "") -> str:
    """Return a field of several lines; raise BadForm with `needed` when it is empty, or when it is too long."""
    return _checked(printable(await value(request, name)), name, most, needed)


async def whole(request: web.Request, name: str) -> int:
    """Return a field that holds a whole number; raise BadForm."""
    found = (await value(request, name)).strip()
    if not re.fullmatch(r"\d{1,9}", found):
        raise BadForm("Give a whole number.", field=name)
    return int(found)


async def moment(request: web.Request, name: str) -> datetime | None:
    """Return a field that holds a day and a time, without a zone; None when it is empty; raise BadForm."""
    found = await line(request, name, 20)
    try:
        return datetime.fromisoformat(found).replace(tzinfo=None) if found else None
    except ValueError:
        raise BadForm("Give a day and a time.", field=name) from None


def number_in(request: web.Request, name: str) -> int:
    """Return a number that is part of the address."""
    return int(request.match_info[name])


def _checked(found: str, name: str, most: int, needed: str) -> str:
    if needed and not found:
        raise BadForm(needed, field=name)
    if len(found) > most:
        raise BadForm(f"This is {len(found) - most} characters too long. {most} are possible.", field=name)
    return found
