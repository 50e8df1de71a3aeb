"""python -m tests.bench: measures this product and stock Rasa in one run, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.run import Steps
from bot.settings import ROOT
from tests.bench import machine, ours, report, stock
from tests.bench.load import Result

PAGE = ROOT / "docs" / "benchmarks.md"
TURNS = 50
WARMING = 5  # turns of the first two talks, which are not counted


async def load(kind: str, **order: Any) -> Result:
    """Run patrons in a process of their own and return what they saw, with what they were asked to do."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.load",
        json.dumps({"kind": kind, **order}),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, f"{kind} ended with {process.returncode}"
    return order | json.loads(output)


async def measure_ours(folder: Path, options: argparse.Namespace, steps: Steps) -> report.Ours:
    """Train, start, measure, and start again."""
    seen = report.Ours()
    with steps("Training this product"):
        began = time.perf_counter()
        environ = os.environ | {"MODELS": str(folder / "models"), "DATA_FOLDER": str(folder / "var")}
        train = (sys.executable, "-m", "bot", "train")
        with (folder / "train.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(*train, cwd=ROOT, env=environ, stdout=log, stderr=log)
            assert await process.wait() == 0, (folder / "train.log").read_text()
        seen.train = time.perf_counter() - began
    settings = ours.settings_in(folder / "var", next((folder / "models").glob("foyer-*.tar.gz")))
    with steps("Starting it and measuring it"):
        async with ours.running(settings) as running:
            seen.gateway, seen.first_answer = running.gateway, running.first_answer
            await load("ours_lone", url=running.url, turns=WARMING, talks=2)
            seen.rest = machine.memory(running.pids())
            seen.lone = await load("ours_lone", url=running.url, turns=TURNS, talks=options.talks)
            seen.crowd = await load(
                "ours_crowd",
                url=running.url,
                patrons=options.patrons,
                rate=options.rate,
                seconds=options.seconds,
                seed=options.seed,
            )
            seen.closed = await load(
                "ours_closed", url=running.url, patrons=options.crowd, seconds=options.crowd_seconds
            )
            seen.loaded = machine.memory(running.pids())
    with steps("Starting it a second time"):
        async with ours.running(settings) as running:
            seen.second = running.first_answer
    return seen


async def measure_stock(folder: Path, options: argparse.Namespace, steps: Steps) -> report.Side:
    """Do the same with stock Rasa."""
    seen = report.Side()
    project = stock.written_to(folder, options.stock_epochs)
    with steps(f"Training stock Rasa for {options.stock_epochs} of its {stock.FULL_EPOCHS} epochs (some minutes)"):
        seen.train = await stock.train(project, options.stock_epochs)
    with steps("Starting it and measuring it"):
        async with stock.running(project) as running:
            seen.first_answer = running.first_answer
            await load("stock_lone", url=running.url, turns=WARMING, talks=2)
            seen.rest = machine.memory(running.pids())
            seen.lone = await load("stock_lone", url=running.url, turns=TURNS, talks=options.talks)
            seen.closed = await load(
                "stock_closed", url=running.url, patrons=options.crowd, seconds=options.crowd_seconds
            )
            seen.loaded = machine.memory(running.pids())
    return seen


async def main() -> None:
    """Measure both sides and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory, beside stock Rasa.")
    parser.add_argument("--patrons", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second of all patrons")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--talks", type=int, default=3, help="talks of 50 turns of a lone patron")
    parser.add_argument("--crowd", type=int, default=50, help="patrons who ask without a pause")
    parser.add_argument("--crowd-seconds", type=float, default=20.0)
    parser.add_argument("--stock-epochs", type=int, default=5)
    options = parser.parse_args()
    began = time.perf_counter()
    before = machine.busy()
    steps = Steps(5)
    with tempfile.TemporaryDirectory(prefix="bench", ignore_cleanup_errors=True) as name:
        folders = [Path(name) / side for side in ("ours", "stock")]
        for folder in folders:
            folder.mkdir()
        mine = await measure_ours(folders[0], options, steps)
        theirs = await measure_stock(folders[1], options, steps)
    page = report.page(mine, theirs, before, machine.busy(), options.stock_epochs, stock.FULL_EPOCHS)
    PAGE.write_text(page)
    print(f"\n{report.table(mine, theirs)}\nIn all {time.perf_counter() - began:.0f} s. It is in docs/benchmarks.md.")


if __name__ == "__main__":
    asyncio.run(main())
