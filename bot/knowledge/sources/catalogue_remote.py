"""Catalogues on the network: SRU servers and Koha, each a fetch and a parser put together.

What patrons search for is kept in memory only, for as long as an answer stays fresh and some time after, in case the
server stops answering; never on disk.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.errors import SourceUnavailable
from bot.knowledge.source_settings import RemoteSource, SourceOfKoha, SourceOfSru
from bot.knowledge.sources import koha, sru
from bot.knowledge.sources.base import Provenance
from bot.knowledge.sources.catalogue_files import fits
from bot.knowledge.sources.fetch import Copy, Fetcher
from bot.knowledge.sources.records import Copies, Record, RecordsFound, Sought

log = logging.getLogger(__name__)

_ASKED_FOR = 30  # records of one search: form and language are sorted out here, not by the server
_ITEMS_OF = 10  # records whose copies are asked for
_KEPT = 256  # answers in memory
_REST = timedelta(seconds=20)  # a server that does not answer is left alone for so long: no patron waits for it twice

Read = TypeVar("Read")


class _Answers(Generic[Read]):
    """The answers of one server, young ones from memory."""

    def __init__(self, fresh: timedelta) -> None:
        self._fresh = fresh
        self._kept: OrderedDict[str, Copy[Read]] = OrderedDict()
        self._rest_until: datetime | None = None

    async def get(self, url: str, now: datetime, ask: Callable[[], Awaitable[Read]]) -> Copy[Read]:
        """Return the answer under `url`: young from memory, else from `ask`, else old; raise SourceUnavailable."""
        kept = self._kept.get(url)
        if kept is not None and timedelta(0) <= now - kept.checked_at < self._fresh:
            self._kept.move_to_end(url)
            return kept
        try:
            if self._rest_until is not None and now < self._rest_until:
                raise SourceUnavailable("the catalogue did not answer a moment ago")
            made = Copy(await ask(), now)
        except (SourceUnavailable, ValueError) as error:
            log.warning("a catalogue's server: %s", error)
            if self._rest_until is None or now >= self._rest_until:
                self._rest_until = now + _REST
            if kept is None:
                raise SourceUnavailable(str(error)) from None
            return replace(kept, stale=True)
        self._rest_until = None
        self._kept[url] = made
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made


def _found(
    config: RemoteSource, records: list[Record], total: int, sought: Sought, checked_at: datetime, stale: bool
) -> RecordsFound:
    """Return the records that fit. How many there are in all is known only where nothing had to be sorted out."""
    fitting = tuple(record for record in records if fits(record, replace(sought, audiences=())))
    whole = total if len(fitting) == len(records) else len(fitting)
    return RecordsFound(fitting, whole, Provenance(config.name, config.page, checked_at, stale))


class SruCatalogue:
    """Searches an SRU server."""

    def __init__(self, config: SourceOfSru, fetcher: Fetcher) -> None:
        self._config, self._fetcher = config, fetcher
        self._answers: _Answers[sru.SruAnswer] = _Answers(timedelta(minutes=config.fresh_minutes))

    async def search(self, sought: Sought, now: datetime, most: int) -> RecordsFound:
        """Return what the server finds; raise SourceUnavailable."""
        config = self._config
        url = sru.search_url(config, sought, max(most, _ASKED_FOR))

        async def ask() -> sru.SruAnswer:
            return await asyncio.to_thread(sru.read_response, await self._fetcher.ask(url, now), config.branches)

        copy = await self._answers.get(url, now, ask)
        return _found(config, list(copy.value.records), copy.value.total, sought, copy.checked_at, copy.stale)


class KohaCatalogue:
    """Searches Koha by its REST API; copies are asked for record by record."""

    def __init__(self, config: SourceOfKoha, fetcher: Fetcher, secrets: Mapping[str, str]) -> None:
        self._config, self._fetcher, self._secrets = config, fetcher, secrets
        self._base = config.url.rstrip("/")
        self._biblios: _Answers[list[Record]] = _Answers(timedelta(minutes=config.fresh_minutes))
        self._items: _Answers[tuple[Copies, ...] | None] = _Answers(timedelta(minutes=2))
        self._token = ""
        self._until: datetime | None = None

    async def search(self, sought: Sought, now: datetime, most: int) -> RecordsFound:
        """Return what Koha finds, with the copies of the first records; raise SourceUnavailable."""
        url = self._base + koha.search_path(sought, max(most, _ASKED_FOR))

        async def ask() -> list[Record]:
            try:
                keys = {"Accept": "application/marcxml+xml", "Authorization": f"Bearer {await self._opened(now)}"}
                body = await self._fetcher.ask(url, now, keys)
            except SourceUnavailable:
                self._until = None  # a token may have been taken back
                raise
            return await asyncio.to_thread(koha.read_biblios, body, self._config.branches)

        copy = await self._biblios.get(url, now, ask)
        found = _found(self._config, copy.value, len(copy.value), sought, copy.checked_at, copy.stale)
        shown = await asyncio.gather(*(self._with_copies(record, now) for record in found.records[:_ITEMS_OF]))
        return replace(found, records=(*shown, *found.records[_ITEMS_OF:]))

    async def _with_copies(self, record: Record, now: datetime) -> Record:
        """Return a record with its copies; with none known where Koha does not tell, which spoils no answer."""
        if not record.id.isdecimal():
            return record
        url = self._base + koha.items_path(record.id)

        async def ask() -> tuple[Copies, ...] | None:
            return koha.read_items(await self._fetcher.ask(url, now), self._config.branches)

        try:
            copy = await self._items.get(url, now, ask)
        except SourceUnavailable:
            return replace(record, copies=None)
        return replace(record, copies=None if copy.stale else copy.value)

    async def _opened(self, now: datetime) -> str:
        """Return the token that opens the API; raise SourceUnavailable."""
        if self._until is None or now >= self._until:
            secret = self._secrets.get(self._config.secret_from, "")
            if not secret:
                raise SourceUnavailable(f"the environment variable {self._config.secret_from} is not set")
            form = {"client_id": self._config.client_id, "client_secret": secret, "grant_type": "client_credentials"}
            answer = json.loads(await self._fetcher.post(f"{self._base}/api/v1/oauth/token", form))
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str) or not token.isprintable():
                raise SourceUnavailable("Koha gave no token")
            lasts = answer.get("expires_in")
            seconds = lasts if isinstance(lasts, int) and 60 < lasts <= 86_400 else 3600
            self._token, self._until = token, now + timedelta(seconds=seconds - 60)
        return self._token
