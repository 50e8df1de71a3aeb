"""What a platform is to us, and how an attempt to send something by it can end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.channels.model import Part


class NotSent(Exception):
    """An attempt that did not end with a yes. The message is for staff: it holds no address, no key, no words."""


class Later(NotSent):
    """The platform surely did not take it, and may later. `after`: not before so many seconds; `all_`: for nobody."""

    def __init__(self, message: str, after: float = 0.0, *, all_: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.all_ = all_


class NotTried(Later):
    """It was not even tried: others come first, or the platform has asked to wait."""


class Uncertain(NotSent):
    """Nobody can say whether the platform took it: a broken line, no answer in time."""


class Odd(Uncertain):
    """A fault of our own; trying it again and again would help nobody, and might say the same thing many times."""


class Undeliverable(NotSent):
    """The platform said no, and would again: the number does not exist, the patron has blocked us."""


class Platform(Protocol):
    """One platform, by which messages of one channel go out."""

    channel: str

    async def send(self, address: str, part: Part, key: str) -> str:
        """Send one message and return what the platform calls it; raise NotSent. `key` is the same at every attempt."""
        ...

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Return what the platform calls the message if it has it already since that epoch second, else None.

        Asked after an attempt with an unknown end. `others` are what it calls our other messages to this patron: the
        same words may have been said before. A platform that cannot be asked returns None. Raises NotSent.
        """
        ...

    async def check(self) -> list[str]:
        """Try the credentials; return what is wrong, a sentence each."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...
