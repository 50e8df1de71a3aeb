"""The A-Z list of databases in LibGuides (API 1.2): the parser, and the source that asks for it.

The shape is that of `/1.2/az?expand=subjects,az_props,az_types`: everything arrives as a string, and `internal_note` is
for staff and never read. The API has no search, so the whole list is asked for and kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from bot.errors import SourceUnavailable
from bot.knowledge.resource_file import DigitalResource, ResourcesFile, SignIn
from bot.knowledge.resource_vocabulary import FORMAT_WORDS, Format
from bot.knowledge.resource_words import ResourceWords
from bot.knowledge.resources import FileResources, ResourcesKnown
from bot.knowledge.source_settings import SourceOfLibGuides
from bot.knowledge.sources.base import Provenance
from bot.knowledge.sources.fetch import Fetcher
from bot.knowledge.sources.markup import text_of
from bot.knowledge.text import Text

_PATH = "/1.2/az?expand=subjects,friendly_url,az_props,az_types"
_APART = re.compile(r"[;,|\n]+")


def read_list(data: bytes, about: ResourcesFile, proxy: str | None = None) -> tuple[DigitalResource, ...]:
    """Return the databases that patrons may see; raise ValueError if the answer is no list.

    `about` has the library's subjects: LibGuides' own are matched to them by name and by words. An entry that cannot be
    shown (no name, no web address) is left out.
    """
    answer = json.loads(data)
    if not isinstance(answer, list):
        raise ValueError("the answer is not a list of databases")
    words = ResourceWords({}, {name: (*one.name.all, *one.words) for name, one in about.subjects.items()})
    found = [_resource(one, words, proxy) for one in answer if isinstance(one, dict)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name.casefold()))


def _resource(one: Mapping[str, Any], words: ResourceWords, proxy: str | None) -> DigitalResource | None:
    if _yes(one.get("enable_hidden")):
        return None
    name = text_of(str(one.get("name") or ""), 200)
    url = str(one.get("url") or "").strip()
    if not name or urlsplit(url).scheme not in ("http", "https"):
        return None
    meta = one.get("meta")
    proxied = _yes(meta.get("enable_proxy")) if isinstance(meta, dict) else False
    named = [part for key in ("subjects", "az_types") for part in _names(one.get(key))]
    known = words.read(". ".join(named))
    described = text_of(str(one.get("description") or ""), 300)
    try:
        return DigitalResource(
            id=f"libguides_{re.sub(r'[^a-z0-9]+', '_', str(one.get('id') or '').lower()).strip('_')}"[:40],
            name=name,
            aliases=tuple(text_of(part, 100) for part in _APART.split(str(one.get("alt_names") or "")) if part.strip()),
            what=Text.of(described or ", ".join(named) or name),
            formats=tuple(form for form in FORMAT_WORDS if form.value in known.formats and form is not Format.COURSES),
            subjects=known.subjects,
            url=f"{proxy}{quote(url, safe='')}" if proxied and proxy and proxy.endswith("qurl=") else
            f"{proxy}{url}" if proxied and proxy else url,
            from_home=True if proxied else None,
            sign_in=SignIn.CARD_PIN if proxied else None,
        )  # fmt: skip
    except ValidationError:
        return None


def _yes(value: object) -> bool:
    return str(value).strip().lower() in ("1", "true", "yes")


def _names(value: object) -> list[str]:
    parts = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return [text_of(str(part["name"]), 100) for part in parts if isinstance(part, dict) and part.get("name")]


class LibGuidesResources:
    """Digital resources from LibGuides, asked for with one token until it runs out."""

    def __init__(
        self, config: SourceOfLibGuides, fetcher: Fetcher, secrets: Mapping[str, str], file: FileResources
    ) -> None:
        self._config, self._fetcher, self._secrets, self._file = config, fetcher, secrets, file
        self._base = config.url.rstrip("/")
        self._token = ""
        self._until: datetime | None = None

    async def resources(self, now: datetime) -> ResourcesKnown:
        """Return the A-Z list; raise SourceUnavailable."""

        async def read(body: bytes, _: datetime) -> tuple[DigitalResource, ...]:
            return read_list(body, self._file.about, self._config.proxy)

        async def headers() -> Mapping[str, str]:
            return await self._headers(now)

        fresh = timedelta(minutes=self._config.fresh_minutes)
        key = f"libguides {self._base} {self._config.client_id}"
        copy = await self._fetcher.get(f"{self._base}{_PATH}", read, now, fresh, key, headers)
        if copy.stale:
            self._until = None  # it may be the token that is refused
        page = self._config.page or self._base
        return ResourcesKnown(copy.value, Provenance(self._config.name, page, copy.checked_at, copy.stale))

    async def _headers(self, now: datetime) -> Mapping[str, str]:
        if self._until is None or now >= self._until:
            secret = self._secrets.get(self._config.secret_from, "")
            if not secret:
                raise SourceUnavailable(f"the environment variable {self._config.secret_from} is not set")
            form = {
                "client_id": self._config.client_id,
                "client_secret": secret,
                "grant_type": "client_credentials",
            }
            answer = json.loads(await self._fetcher.post(f"{self._base}/1.2/oauth/token", form))
            token = answer.get("access_token") if isinstance(answer, dict) else None
            if not isinstance(token, str) or not token.isprintable():
                raise SourceUnavailable("LibGuides gave no token")
            lasts = answer.get("expires_in")
            seconds = lasts if isinstance(lasts, int) and 60 < lasts <= 86_400 else 3600
            self._token, self._until = token, now + timedelta(seconds=seconds - 60)
        return {"Authorization": f"Bearer {self._token}"}
