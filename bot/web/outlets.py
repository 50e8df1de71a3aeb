"""The systems that hear of suggestions, as the settings name them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import aiohttp

from bot.knowledge.library import Library
from bot.knowledge.source_settings import SourceOfKoha
from bot.knowledge.sources.addresses import CheckedResolver
from bot.settings import Settings
from bot.suggestions.koha import Koha
from bot.suggestions.outlets import Caller, Outlet
from bot.suggestions.webhook import Webhook

HERE = ("localhost", "127.0.0.1", "::1")


def outlets_of(settings: Settings, library: Library) -> list[Outlet]:
    """Return the outlets that are configured."""
    found: list[Outlet] = []
    if settings.koha_url:
        caller = Caller(connector(settings, settings.koha_url))
        key = (settings.koha_client_id, settings.koha_client_secret)
        found.append(Koha(caller, settings.koha_url, *key, library.zone, koha_libraries(library)))
    if settings.webhook_url:
        caller = Caller(connector(settings, settings.webhook_url))
        found.append(Webhook(caller, settings.webhook_url, settings.webhook_secret))
    return found


def koha_libraries(library: Library) -> dict[str, str]:
    """Return Koha's code of each branch, as the catalogue's source in library.yml tells them."""
    sources = [source for source in library.sources.catalogue if isinstance(source, SourceOfKoha)]
    # Of several codes of one branch the first one is its own.
    return {branch: code for source in sources for code, branch in reversed(source.branches.items())}


def connector(settings: Settings, url: str) -> Callable[[], aiohttp.BaseConnector]:
    """Return how connections to `url` are made: to no private address, unless that is allowed or it is this machine."""
    private = settings.allow_private_feeds or urlsplit(url).hostname in HERE
    # Never an old connection: one that the other side is about to close would leave open whether it was delivered.
    return partial(aiohttp.TCPConnector, resolver=CheckedResolver(private), use_dns_cache=False, force_close=True)
