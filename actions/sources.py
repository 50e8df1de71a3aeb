"""Says where a fact is from."""

from __future__ import annotations

from collections.abc import Iterable

from actions.base import Turn
from bot.knowledge.sources.base import Provenance


def tell_source(turn: Turn, sources: Iterable[Provenance | None]) -> None:
    """Name each source once; of an old copy also say from when it is."""
    named = {}
    for source in sources:
        if source is not None:
            named[(str(source.name), source.url, source.stale)] = source
    for source in named.values():
        name = source.name.to(turn.lang)
        linked = f"[{name}]({source.url})" if source.url else name
        if source.stale and source.checked_at is not None:
            turn.say_apart("utter_source_old", source=linked, checked=turn.on(source.checked_at.date()))
        else:
            turn.say_apart("utter_source", source=linked)
