"""What an outlet is: another system that hears of suggestions, and how a request to it can end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import aiohttp

from bot.errors import LibraryError

CALL_SECONDS = 10.0
CONNECT_SECONDS = 5.0
BODY_MOST = 1_000_000  # bytes of an answer
WAIT_MOST = 24 * 3600.0  # that a receiver may ask us to stay away
AGAIN = (408, 425, 429)  # of the 4xx these ask to come again

Body = dict[str, Any]


class NotDelivered(Exception):
    """An attempt that did not end with a yes. The message is for staff: it holds no address, no key, no words."""


class NotTaken(NotDelivered):
    """The receiver surely did not take it, and may later: it can be sent again. `after`: not before so many seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Unknown(NotDelivered):
    """Nobody can say whether the receiver took it: no answer, a broken line, or a failure of its own."""


class Refused(NotDelivered):
    """The receiver said no, and would again."""


class Outlet(Protocol):
    """One receiver of suggestions."""

    name: str
    settle_seconds: float
    """After an attempt with an unknown end, the time in which the receiver finishes what it may still be doing."""

    def body(self, suggestion: Any, event: str, joined_to: str | None) -> Body | None:
        """Return what is to be sent of a suggestion (a row; `joined_to`: a code), or None: not this one."""
        ...

    async def known(self, key: str, body: Body) -> str | None:
        """Return what the receiver calls this delivery, empty where it gives no name; None: it does not have it.

        Asked before every repeat. An outlet whose receiver drops twins by itself returns None. Raises NotDelivered.
        """
        ...

    async def send(self, key: str, body: Body) -> str:
        """Deliver and return what the receiver calls it, empty where it gives no name; raise NotDelivered."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a receiver answered."""

    status: int
    body: bytes
    after: float  # seconds for which it asks to be left alone


class Caller:
    """Makes requests that are bounded in time and size, follow no redirect, and say how they ended."""

    def __init__(self, connector: Callable[[], aiohttp.BaseConnector], seconds: float = CALL_SECONDS) -> None:
        """`connector` decides which addresses may be reached; it should not keep connections open."""
        self._connector = connector
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request; raise NotTaken where no connection came about, Unknown where no whole answer came."""
        session, sent = self._opened(), bytes(data) if isinstance(data, bytes) else dict(data) if data else None
        try:
            async with session.request(method, url, headers=headers, data=sent, allow_redirects=False) as response:
                body = await response.content.read(BODY_MOST)
                while len(body) < BODY_MOST and (more := await response.content.read(BODY_MOST - len(body))):
                    body += more
                return Answer(response.status, body, _after(response.headers.get("Retry-After", "")))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotTaken("it cannot be reached") from None
        except LibraryError as refusal:  # its address may not be reached
            raise NotTaken(str(refusal)) from None
        except TimeoutError:
            raise Unknown("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unknown("the connection broke off") from None

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=self._seconds, sock_connect=min(CONNECT_SECONDS, self._seconds)),
                headers={"User-Agent": "Foyer library assistant"},
            )
        return self._session


def ended(answer: Answer, who: str) -> NotDelivered:
    """Return how an attempt ended that was answered with something else than a yes."""
    said = f"{who} answered {answer.status}"
    if answer.status in AGAIN:
        return Unknown(said) if answer.status == 408 else NotTaken(said, answer.after)
    if answer.status >= 500:
        return Unknown(said)
    return Refused(said)


def _after(told: str) -> float:
    """Return the seconds of a Retry-After header, which gives seconds or a date."""
    seconds = 0.0
    if told.strip().isdecimal():
        seconds = float(told.strip()[:9])
    elif told:
        with suppress(ValueError, TypeError):
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), WAIT_MOST)


async def close_all(outlets: Mapping[str, Outlet]) -> None:
    """End the connections of all outlets."""
    await asyncio.gather(*(outlet.close() for outlet in outlets.values()))
