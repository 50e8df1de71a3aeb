"""What every action works with, opened once in the process of the action server."""

from __future__ import annotations

from functools import cache

from bot.knowledge.knowledge import Knowledge
from bot.settings import Settings
from bot.wording import Wording


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.from_environ()


@cache
def knowledge() -> Knowledge:
    """Return what the library knows."""
    return Knowledge.of(settings())


@cache
def wording() -> Wording:
    """Return the sentences of data/responses."""
    return Wording.load(settings().responses)
