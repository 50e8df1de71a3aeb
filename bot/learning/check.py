"""Runs `python -m bot try` aside: a batch of lessons is validated, trained on and measured in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.edits.files import Change
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)

PLAN, RESULT, STEP, TRIES = "plan.json", "result.json", "step", "tries"
"""The files of a check's folder: what is asked, what came of it, what is done just now, and how often it was begun."""
TRIES_MOST = 3
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Result:
    """What came of a check: what is wrong, or the new model and the figures by topic."""

    problems: list[str] = field(default_factory=list)
    model: str | None = None
    figures: dict[str, list[int]] = field(default_factory=dict)


def step(settings: Settings, number: int) -> str:
    """Return what a check is doing just now."""
    try:
        return (_folder(settings, number) / STEP).read_text(encoding="utf-8")
    except OSError:
        return "Waiting for its turn"


async def check(settings: Settings, number: int, changes: list[Change], model_before: str) -> Result:
    """Try a batch and return what came of it. Cancelled, it ends the process; begun again, it starts anew."""
    folder = _folder(settings, number)
    folder.mkdir(parents=True, exist_ok=True)
    tries = _count(folder / TRIES)
    if tries > TRIES_MOST:
        return Result([f"The check was broken off {TRIES_MOST} times: by restarts, or because memory ran out."])
    (folder / RESULT).unlink(missing_ok=True)
    plan = {"changes": [change.stored() for change in changes], "model_before": model_before}
    (folder / PLAN).write_text(json.dumps(plan), encoding="utf-8")
    code = await _run(settings, folder)
    try:
        told: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Result([f"The check ended before it was done (code {code}); logs/check.log may say why."])
    shutil.rmtree(folder, ignore_errors=True)
    return Result(**told)


async def _run(settings: Settings, folder: Path) -> int:
    logs = settings.data_folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    places = {
        "FROM_REVIEW": settings.from_review,
        "LIBRARY": settings.library,
        "HELD_OUT": settings.held_out,
        "MODELS": settings.models,
        "DATA_FOLDER": settings.data_folder,
        "MODEL": settings.model or "",
        "PYTHONPATH": ROOT,
    }
    with (logs / "check.log").open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "try", str(folder)),
            cwd=ROOT,
            env=dict(os.environ) | {name: str(value) for name, value in places.items()},
            stdin=asyncio.subprocess.PIPE,  # its end tells the process that the gateway is gone
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise


def _folder(settings: Settings, number: int) -> Path:
    return settings.data_folder / "checks" / str(number)


def _count(path: Path) -> int:
    before = path.read_text(encoding="utf-8") if path.exists() else "0"
    tries = int(before) + 1 if before.isdigit() else 1
    path.write_text(str(tries), encoding="utf-8")
    return tries
