"""What a platform's webhook is: it proves the sender before anything is read, then reads the messages."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web
from multidict import MultiMapping

from bot.channels.model import Inbound


@dataclass(frozen=True)
class Letter:
    """One request of a platform. `url` is the one that the platform called, as the public sees it."""

    url: str
    headers: MultiMapping[str]
    body: bytes

    def proof(self, name: str) -> str:
        """Return a header that proves something; empty where it is missing, or there twice."""
        values = self.headers.getall(name, [])
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True)
class Report:
    """What a platform says later of a message that it took: it could not be delivered, and why.

    It can only tell of messages that went out by its own channels.
    """

    remote_id: str
    problem: str
    channels: tuple[str, ...]


class Endpoint(Protocol):
    """The webhook of one platform."""

    path: str

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether the platform sent this, with this body, to this address. Raises nothing, whatever comes."""
        ...

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return what an honest letter holds; raise ValueError where it cannot be read."""
        ...

    def answer(self, letter: Letter) -> web.Response:
        """Return what the platform wants to hear."""
        ...


def same(given: str, right: str) -> bool:
    """Compare two secrets in a time that tells nothing of them; an empty one is no secret."""
    return bool(right) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def words(value: object) -> str:
    """Return a field that should be text, and is not always there; without NUL and half characters.

    Neither can be stored, and a message that cannot be stored would be brought again for days.
    """
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_of(body: bytes) -> Any:
    """Return what a body in UTF-8 holds; raise ValueError."""
    try:
        return json.loads(body.decode())
    except RecursionError:
        raise ValueError("too deep") from None


def object_of(value: Any) -> dict[str, Any]:
    """Return an object; raise ValueError for anything else."""
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
