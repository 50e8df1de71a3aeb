"""Keeps to a platform's limits: so many messages a second to all, and a pause between two to the same patron."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from bot.channels.model import Form

KNOWN_MOST = 10_000  # patrons whose last message is remembered
STOP_MOST = 3600.0  # seconds for which a platform can stop us: what it asks may be nonsense


class Pace:
    """One channel's pace in this process."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._next = 0.0
        self._stopped = 0.0
        self._to: OrderedDict[str, float] = OrderedDict()

    async def turn(self, key: str, patience: float) -> bool:
        """Wait until a message may go to the patron `key`; False, soon, where that takes longer than `patience`."""
        now = time.monotonic()
        at = max(now, self._next, self._to.get(key, 0.0))
        if max(at, self._stopped) - now > patience:
            return False
        self._next = max(now, self._next) + 1 / self._form.a_second
        self._to.pop(key, None)
        self._to[key] = at + self._form.pause
        if len(self._to) > KNOWN_MOST:
            self._to.popitem(last=False)
        # Again and again: the platform may ask to wait while we do.
        while (wait := max(at, self._stopped) - time.monotonic()) > 0:
            if wait > patience:
                return False
            await asyncio.sleep(wait)
        return True

    @property
    def stopped_for(self) -> float:
        """The seconds before anything may be sent to anybody, because the platform has asked for it."""
        return max(0.0, self._stopped - time.monotonic())

    def stop(self, seconds: float) -> None:
        """Send nothing to anybody for some seconds: the platform has asked for it."""
        self._stopped = max(self._stopped, time.monotonic() + min(seconds, STOP_MOST))
