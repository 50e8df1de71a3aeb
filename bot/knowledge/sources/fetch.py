"""Fetching feeds: bounded in time and size, only from public addresses, and never without the last good copy."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.errors import LibraryError, SourceUnavailable
from bot.knowledge.sources.addresses import CheckedResolver, Lookup, checked_url, system_lookup

log = logging.getLogger(__name__)

DEADLINE = 5.0
"""Seconds for a whole fetch, redirects and body included."""
MOST_BYTES = 10_000_000
MOST_REDIRECTS = 3
PATIENT = 4
"""A copy of up to this many times its fresh age is given while a new one is on its way."""
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(minutes=15)
_REDIRECTS = (301, 302, 303, 307, 308)

Read = TypeVar("Read")


@dataclass(frozen=True)
class Copy(Generic[Read]):
    """What a feed said when it last answered. `stale` means that it does not answer now."""

    value: Read
    checked_at: datetime
    stale: bool = False


@dataclass(frozen=True)
class _Kept:
    body: bytes
    checked_at: datetime
    etag: str = ""
    modified: str = ""


@dataclass
class _Feed:
    """All that is known of one feed between two fetches."""

    kept: _Kept | None = None
    value: Any = None
    failures: int = 0
    not_before: datetime | None = None
    why: str = ""
    flight: asyncio.Task[None] | None = None


class Fetcher:
    """Fetches feeds for the sources of one process; `cache` is a folder where the last good copies outlive it."""

    def __init__(
        self,
        cache: Path,
        allow_private: bool = False,
        deadline: float = DEADLINE,
        most_bytes: int = MOST_BYTES,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._cache = cache
        self._allow_private = allow_private
        self._deadline = deadline
        self._most_bytes = most_bytes
        self._lookup = lookup
        self._feeds: dict[str, _Feed] = {}
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def get(
        self,
        url: str,
        read: Callable[[bytes, datetime], Awaitable[Read]],
        now: datetime,
        fresh: timedelta,
        key: str | None = None,
        headers: Callable[[], Awaitable[Mapping[str, str]]] | None = None,
    ) -> Copy[Read]:
        """Return a feed as `read` understands it, from a copy younger than `fresh` or from the network.

        A copy that is only a little older is given at once while a new one is fetched behind it: no patron waits for a
        feed that is asked often. A feed that does not answer, or whose answer `read` refuses (with ValueError or
        LibraryError), is given from the last good copy, marked stale; raise SourceUnavailable when there is none. After
        a failure the feed is left alone for a while, longer each time. Several askers share one fetch. `key` names the
        feed where its address changes from day to day. `read` is given the body and when it was confirmed, and must not
        depend on the asker.
        """
        feed = await self._known(key or url, read)
        age = now - feed.kept.checked_at if feed.kept else None
        young = age is not None and timedelta(0) <= age < fresh
        resting = feed.not_before is not None and now < feed.not_before
        if not young and not resting:
            if feed.flight is None or feed.flight.done():
                feed.flight = asyncio.create_task(self._refresh(feed, url, key or url, read, now, headers))
            if age is None or not timedelta(0) <= age < fresh * PATIENT or feed.failures:
                # An asker who gives up does not end the fetch for the others.
                await asyncio.shield(feed.flight)
        if feed.kept is None:
            raise SourceUnavailable(f"{_site(url)} does not answer: {feed.why}")
        return Copy(cast(Read, feed.value), feed.kept.checked_at, stale=feed.failures > 0)

    async def post(self, url: str, form: Mapping[str, str]) -> bytes:
        """Send a form and return the answer, kept nowhere; raise SourceUnavailable."""
        try:
            async with asyncio.timeout(self._deadline):
                checked = checked_url(url, self._allow_private)
                async with self._open(self._allow_private).post(
                    checked, data=dict(form), allow_redirects=False
                ) as response:
                    if response.status != 200:
                        raise SourceUnavailable(f"{_site(url)} answered {response.status}")
                    return await self._body(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SourceUnavailable(f"{_site(url)} does not answer: {_why(error)}") from None

    async def ask(self, url: str, now: datetime, headers: Mapping[str, str] | None = None) -> bytes:
        """Fetch an address once and keep nothing of it, as for a patron's search; raise SourceUnavailable."""
        try:
            async with asyncio.timeout(self._deadline):
                return (await self._fetch(url, None, now, headers or {})).body
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise SourceUnavailable(f"{_site(url)} does not answer: {_why(error)}") from None

    async def settle(self) -> None:
        """Wait until no fetch is under way."""
        flights = [feed.flight for feed in self._feeds.values() if feed.flight is not None]
        await asyncio.gather(*flights, return_exceptions=True)

    async def close(self) -> None:
        """End fetches and connections."""
        for feed in self._feeds.values():
            if feed.flight is not None and not feed.flight.done():
                feed.flight.cancel()
                await asyncio.gather(feed.flight, return_exceptions=True)
        for session in self._sessions.values():
            await session.close()
        self._sessions = {}

    def _open(self, private: bool) -> aiohttp.ClientSession:
        """Return the session that may, or may not, connect to private addresses."""
        if private not in self._sessions:
            connector = aiohttp.TCPConnector(
                resolver=CheckedResolver(private, self._lookup), use_dns_cache=False, limit_per_host=4
            )
            self._sessions[private] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                headers={"User-Agent": "Foyer library assistant", "Accept-Encoding": "gzip, identity;q=0.5"},
            )
        return self._sessions[private]

    async def _refresh(
        self,
        feed: _Feed,
        url: str,
        key: str,
        read: Callable[[bytes, datetime], Awaitable[Any]],
        now: datetime,
        headers: Callable[[], Awaitable[Mapping[str, str]]] | None,
    ) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                extra = await headers() if headers else {}
                kept = await self._fetch(url, feed.kept, now, extra)
            if (
                feed.kept is None
                or kept.body is not feed.kept.body
                or kept.checked_at.date() != feed.kept.checked_at.date()
            ):
                # The same words may mean other days tomorrow ("Tuesday", the weeks ahead).
                feed.value = await read(kept.body, now)
            feed.kept, feed.failures, feed.not_before, feed.why = kept, 0, None, ""
        except (aiohttp.ClientError, LibraryError, OSError, ValueError, TimeoutError) as error:
            feed.failures += 1
            feed.why = _why(error)
            feed.not_before = now + min(FIRST_PAUSE * 2 ** min(feed.failures - 1, 10), LONGEST_PAUSE)
            log.warning("feed %s failed %d times: %s", _site(url), feed.failures, feed.why)
            return
        await asyncio.to_thread(self._store, key, kept)

    async def _fetch(self, url: str, kept: _Kept | None, now: datetime, extra: Mapping[str, str]) -> _Kept:
        address, own = url, dict(extra)
        conditions = {}
        if kept is not None and kept.etag:
            conditions["If-None-Match"] = kept.etag
        if kept is not None and kept.modified:
            conditions["If-Modified-Since"] = kept.modified
        for _ in range(MOST_REDIRECTS + 1):
            # Where private addresses are allowed, it is those in library.yml: a feed may not lead to another one.
            private = self._allow_private and _host(address) == _host(url)
            address = checked_url(address, private)
            asked = self._open(private).get(address, headers={**conditions, **own}, allow_redirects=False)
            async with asked as response:
                if response.status in _REDIRECTS:
                    target = urljoin(address, response.headers.get("Location", ""))
                    if urlsplit(target).scheme == "http" and urlsplit(address).scheme == "https":
                        raise SourceUnavailable("it redirects from https to http")
                    if _site(target) != _site(address):
                        # Another site learns nothing of the keys for this one.
                        own = {}
                    address = target
                    continue
                if response.status == 304 and kept is not None:
                    return replace(kept, checked_at=now)
                if response.status != 200:
                    raise SourceUnavailable(f"it answered {response.status}")
                body = await self._body(response)
                etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
                return _Kept(body, now, etag[:200], modified[:60])
        raise SourceUnavailable(f"it redirects more than {MOST_REDIRECTS} times")

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """Return a body, unpacked, and stop at the limit before it is in memory."""
        packed = response.headers.get("Content-Encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip", "deflate", ""):
            raise SourceUnavailable(f"it sends '{packed}', which was not asked for")
        unpack = zlib.decompressobj(wbits=47) if packed in ("gzip", "deflate") else None
        if (response.content_length or 0) > self._most_bytes:
            raise SourceUnavailable(f"it is larger than {self._most_bytes} bytes")
        body = bytearray()
        async for chunk in response.content.iter_chunked(65_536):
            body += unpack.decompress(chunk, self._most_bytes + 1 - len(body)) if unpack else chunk
            if len(body) > self._most_bytes or (unpack and unpack.unconsumed_tail):
                raise SourceUnavailable(f"it is larger than {self._most_bytes} bytes")
        return bytes(body)

    async def _known(self, key: str, read: Callable[[bytes, datetime], Awaitable[Any]]) -> _Feed:
        """Return a feed's state; the first time in a process, from the copy on disk."""
        if key in self._feeds:
            return self._feeds[key]
        feed = _Feed()
        kept = await asyncio.to_thread(self._load, key)
        if kept is not None:
            try:
                feed.value = await read(kept.body, kept.checked_at)
                feed.kept = kept
            except (LibraryError, ValueError) as error:
                log.warning("a kept copy is not used: %s", error)
        return self._feeds.setdefault(key, feed)

    def _path(self, key: str) -> Path:
        return self._cache / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.copy"

    def _load(self, key: str) -> _Kept | None:
        try:
            with self._path(key).open("rb") as file:
                head = json.loads(file.readline())
                body = file.read(self._most_bytes + 1)
            if head["key"] != key or hashlib.sha256(body).hexdigest() != head["sha256"]:
                return None
            return _Kept(body, datetime.fromisoformat(head["checked_at"]), head["etag"], head["modified"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _store(self, key: str, kept: _Kept) -> None:
        head = {
            "key": key,
            "checked_at": kept.checked_at.isoformat(),
            "etag": kept.etag,
            "modified": kept.modified,
            "sha256": hashlib.sha256(kept.body).hexdigest(),
        }
        path = self._path(key)
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(json.dumps(head).encode() + b"\n" + kept.body)
            draft.replace(path)
        except OSError as error:
            # A full disk costs the copy, not the answer.
            log.warning("the copy of a feed could not be kept: %s", error)


def _site(url: str) -> str:
    """Return scheme, host and port of an address: what may be logged of it, since the rest may hold keys."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
