"""What a request brings along, read and checked: a JSON body, a number in the address."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.web.errors import BadRequest

Body = TypeVar("Body", bound=BaseModel)


async def json_body(request: web.Request, shape: type[Body]) -> Body:
    """Return the body as `shape` has it, an empty one as `{}`; raise BadRequest naming the field and what it wants."""
    raw = await request.read()
    try:
        return shape.model_validate(json.loads(raw) if raw else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadRequest(place=place, problem=first["msg"]) from None
    except (ValueError, RecursionError):
        raise BadRequest(place="the body", problem="not JSON") from None


def number(request: web.Request, name: str, most: int) -> int:
    """Return a whole number of the query, 0 where there is none and `most` at most; raise BadRequest."""
    value = request.query.get(name, "0")
    if not value.isascii() or not value.isdigit() or len(value) > 16:
        raise BadRequest(place=name, problem="not a whole number")
    return min(int(value), most)


def page_number(request: web.Request) -> int:
    """Return which page of a list the address asks for; the first where it asks for none that there can be."""
    asked = request.query.get("page", "")
    return int(asked) if re.fullmatch(r"[1-9]\d{0,3}", asked) else 1
