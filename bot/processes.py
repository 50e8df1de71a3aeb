"""Runs the three processes of an installation, and starts again what dies or no longer answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import ROOT

log = logging.getLogger(__name__)

PROBE_SECONDS = 2.0
DEAF_SECONDS = 30.0  # a process that was ready and has not answered for so long is started again
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0)  # before the next start of a process that ended before it was ready
STARTS_MOST = 3  # a process that has not been ready by then will not be


@dataclass
class Child:
    """One process: `python -m bot serve NAME`, and the address that says whether it answers."""

    name: str
    probe: str
    environ: Mapping[str, str]
    logs: Path
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    starts: int = 0

    async def start(self) -> None:
        """Start the process; what it prints goes to its log file."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.ready.clear()
        self.starts += 1
        with (self.logs / f"{self.name}.log").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "serve",
                self.name,
                cwd=ROOT,
                env=dict(self.environ),
                # Its end tells the child that its parent is gone, however that happened: see `end_with_parent`.
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def last_words(self, lines: int = 12) -> str:
        """Return the end of the process's log."""
        path = self.logs / f"{self.name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    async def answers(self) -> bool:
        """Ask the process whether it is ready."""
        return await asyncio.to_thread(_answers, self.probe)

    async def stop(self) -> None:
        """End the process, kindly at first."""
        if self.process is None or self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


class Supervisor:
    """Keeps children running until `stop`."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start every child and watch over it."""
        self._tasks = [asyncio.create_task(self._keep(child)) for child in self.children]

    async def ready(self, seconds: float) -> bool:
        """Wait until all answer; False when they do not within `seconds`, or one ends again and again."""
        until = time.monotonic() + seconds
        while not all(child.ready.is_set() for child in self.children):
            if time.monotonic() > until or any(child.starts > STARTS_MOST for child in self.children):
                return False
            await asyncio.sleep(0.1)
        return True

    async def stop(self) -> None:
        """End every child."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in self.children))

    async def _keep(self, child: Child) -> None:
        failures = 0
        while True:
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            await child.start()
            await self._watch(child)
            await child.stop()
            failures = 0 if child.ready.is_set() else failures + 1
            log.warning("%s ended and is started again; its log is %s", child.name, child.logs / f"{child.name}.log")

    async def _watch(self, child: Child) -> None:
        """Return when the child has ended or is deaf."""
        heard = time.monotonic()
        while child.process is not None and child.process.returncode is None:
            if await child.answers():
                heard = time.monotonic()
                child.ready.set()
            elif child.ready.is_set() and time.monotonic() - heard > DEAF_SECONDS:
                log.warning("%s does not answer any more", child.name)
                child.process.kill()
            pause = PROBE_SECONDS if child.ready.is_set() else 0.2
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(child.process.wait(), pause)


def end_with_parent() -> None:
    """End this process when its parent has ended: the pipe at its standard input is closed then, even by kill -9."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (always our own http address)
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False
