"""The time of day as the library sees it, and the one place where it can be moved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present moment as an aware datetime."""

    def now(self) -> datetime:
        """Return the present moment in the clock's zone."""
        ...


@dataclass(frozen=True)
class RunningClock:
    """The machine's clock in one zone, moved by a fixed offset (zero in normal use)."""

    zone: ZoneInfo
    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the moved present moment in the clock's zone."""
        return datetime.fromtimestamp(time.time(), self.zone) + self.offset

    @classmethod
    def starting_at(cls, local: datetime, zone: ZoneInfo, started: float | None = None) -> RunningClock:
        """Return a clock that showed `local` (naive, wall time of `zone`) at epoch second `started` (now)."""
        began = datetime.fromtimestamp(time.time() if started is None else started, zone)
        return cls(zone, local.replace(tzinfo=zone) - began)


@dataclass
class FrozenClock:
    """A clock that stands still until somebody sets `moment`."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment


def utc(at: float, timespec: str = "milliseconds") -> str:
    """Return epoch seconds as UTC in ISO 8601, as interfaces say times: '2026-11-21T19:05:00.000Z'."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
