"""Says where a fact is from."""

from __future__ import annotations

from collections.abc import Iterable

from actions.base import Turn
from actions.say import day_name
from bot.knowledge.sources.base import Provenance


def tell_source(turn: Turn, sources: Iterable[Provenance | None]) -> None:
    """Name each source once; of an old copy also say from when it is."""
    for source in dict.fromkeys(source for source in sources if source is not None):
        stale = source.stale and source.checked_at is not None
        checked = day_name(source.checked_at.date(), turn.lang, turn.now.date()) if source.checked_at else ""
        name = source.name.to(turn.lang)
        linked = f"[{name}]({source.url})" if source.url else name
        turn.say_apart("utter_source_old" if stale else "utter_source", source=linked, checked=checked)
