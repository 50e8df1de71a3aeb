"""Lets work that must not stop half-way come to its end, also when whoever began it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Unbroken:
    """Holds the tasks that are under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do a piece of work; the caller's cancellation leaves it running."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def finish(self, seconds: float) -> bool:
        """Wait so long for what is under way, then cancel it; return whether everything came to its end."""
        if not self._tasks:
            return True
        done, rest = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in rest:
            task.cancel()
        await asyncio.gather(*done, *rest, return_exceptions=True)
        return not rest
