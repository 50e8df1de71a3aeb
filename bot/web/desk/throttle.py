"""Slows down those who guess passwords. Kept in memory only, so no address is stored."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

PAIR_TRIES = 5  # wrong passwords for one name from one address, before each further one costs a wait
NAME_TRIES = 20  # the same for one name from anywhere
ADDRESS_TRIES = 100  # the same for any names from one address: a library's staff may share one
WAIT_SECONDS = 60.0
FORGET_SECONDS = 900.0  # a count that did not grow for so long starts anew
KNOWN_MOST = 20_000


@dataclass
class Count:
    """Wrong tries of one kind, and the moments of the last one and of the end of the wait."""

    tries: int = 0
    at: float = 0.0
    until: float = 0.0


class Throttle:
    """Counts tries to sign in by name and address, by name, and by address."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counts: OrderedDict[str, Count] = OrderedDict()

    def take(self, name: str, address: str) -> bool:
        """Count a try before its password is looked at; return whether it may go on.

        To count first keeps many tries at once from all passing the same gate.
        """
        now = self._now()
        counts = [
            (self._count(f"{name}\0{address}"), PAIR_TRIES),
            (self._count(name), NAME_TRIES),
            (self._count(f"\0{address}"), ADDRESS_TRIES),
        ]
        if any(count.until > now for count, _ in counts):
            return False
        for count, most in counts:
            count.tries += 1
            count.at = now
            if count.tries >= most:
                count.until = now + WAIT_SECONDS
        return True

    def right(self, name: str, address: str) -> None:
        """Forget what a right password has made good: the tries from this address, and this one from anywhere."""
        self._counts.pop(f"{name}\0{address}", None)
        for key in (name, f"\0{address}"):
            count = self._counts.get(key)
            if count is not None:
                count.tries -= 1
                count.until = 0.0

    def _count(self, key: str) -> Count:
        count = self._counts.pop(key, None)
        if count is None or self._now() - count.at > FORGET_SECONDS:
            count = Count()
        self._counts[key] = count
        if len(self._counts) > KNOWN_MOST:
            self._counts.popitem(last=False)
        return count
