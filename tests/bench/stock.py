"""Stock Rasa as its makers hand it out, on our examples, rules, domain and actions."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml

from bot.run import free_port
from bot.settings import ROOT

TRAIN_SECONDS = 600.0
START_SECONDS = 180.0

# What `rasa init` of 3.6 leaves to the defaults of its recipe, written out. Its number of epochs is 100. How long a
# network was trained changes neither its size nor its speed, so fewer are trained here, and that of 100 is reckoned.
FULL_EPOCHS = 100
CONFIG = """
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
  - {name: DIETClassifier, epochs: EPOCHS, constrain_similarities: true}
  - name: EntitySynonymMapper
  - {name: ResponseSelector, epochs: EPOCHS, constrain_similarities: true}
  - {name: FallbackClassifier, threshold: 0.3, ambiguity_threshold: 0.1}
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - {name: UnexpecTEDIntentPolicy, max_history: 5, epochs: EPOCHS}
  - {name: TEDPolicy, max_history: 5, epochs: EPOCHS, constrain_similarities: true}
"""


@dataclass
class Stock:
    """A stock Rasa in a folder of its own; `first_answer`: seconds from its start."""

    folder: Path
    port: int
    first_answer: float = 0.0
    rasa: asyncio.subprocess.Process | None = None
    actions: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> dict[str, int]:
        assert self.rasa is not None and self.actions is not None
        return {"rasa": self.rasa.pid, "actions": self.actions.pid}


def written_to(folder: Path, epochs: int) -> Stock:
    """Write the project: our data, Rasa's own pipeline, policies, channel and tracker store."""
    actions_port = free_port()
    (folder / "config.yml").write_text(CONFIG.replace("EPOCHS", str(epochs)))
    (folder / "credentials.yml").write_text("rest:\n")
    endpoints = {
        "action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"},
        "tracker_store": {"type": "SQL", "url": f"sqlite:///{folder / 'tracker.db'}"},
    }
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints))
    shutil.copy(ROOT / "domain.yml", folder)
    for part in ("nlu", "rules", "responses"):
        shutil.copytree(ROOT / "data" / part, folder / "data" / part)
    # Its policies learn from stories: every rule is one as well.
    rules = [
        rule for path in (ROOT / "data" / "rules").glob("*.yml") for rule in yaml.safe_load(path.read_text())["rules"]
    ]
    stories = [
        {"story": f"{rule['rule']} (story)", "steps": rule["steps"]} for rule in rules if "condition" not in rule
    ]
    (folder / "data" / "stories.yml").write_text(yaml.safe_dump({"version": "3.1", "stories": stories}))
    return Stock(folder, free_port())


async def train(stock: Stock, epochs: int) -> float:
    """Train for `epochs`, and return the seconds that the full number would take."""
    began = time.perf_counter()
    process = await _python(stock, stock.folder, "-m", "rasa", "train", "--fixed-model-name", "stock")
    async with asyncio.timeout(TRAIN_SECONDS):
        code = await process.wait()
    assert code == 0, _log(stock)
    taken = time.perf_counter() - began
    more = sum(_seconds_an_epoch(stock, name) for name in ("DIETClassifier", "UnexpecTEDIntentPolicy", "TEDPolicy"))
    return taken + more * (FULL_EPOCHS - epochs)


def _seconds_an_epoch(stock: Stock, component: str) -> float:
    """Return how long an epoch took, the first one, in which TensorFlow builds its graph, left out."""
    log = (stock.folder / "log").read_text(errors="replace")
    part = log.split(f"Starting to train component '{component}'")[1].split(
        f"Finished training component '{component}'"
    )[0]
    bars = re.findall(r"Epochs: +\d+%\|[^|]*\| (\d+)/\d+ \[(\d+):(\d+)<", part)
    ends = {int(epoch): 60 * int(minutes) + int(seconds) for epoch, minutes, seconds in reversed(bars) if epoch != "0"}
    return (ends[max(ends)] - ends[1]) / max(1, max(ends) - 1)


@asynccontextmanager
async def running(stock: Stock) -> AsyncIterator[Stock]:
    """Run Rasa and its SDK's action server until the block ends."""
    actions = yaml.safe_load((stock.folder / "endpoints.yml").read_text())["action_endpoint"]["url"]
    port = actions.rsplit(":", 1)[1].split("/")[0]
    began = time.perf_counter()
    stock.actions = await _python(stock, ROOT, "-m", "rasa_sdk", "--actions", "actions", "--port", port)
    options = ("--port", str(stock.port), "--interface", "127.0.0.1", "--model", "models/stock.tar.gz")
    stock.rasa = await _python(stock, stock.folder, "-m", "rasa", "run", *options)
    try:
        async with aiohttp.ClientSession(base_url=stock.url) as session:
            while not await _answers(session):
                assert time.perf_counter() - began < START_SECONDS, _log(stock)
                await asyncio.sleep(0.2)
        stock.first_answer = time.perf_counter() - began
        yield stock
    finally:
        for process in (stock.rasa, stock.actions):
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _answers(session: aiohttp.ClientSession) -> bool:
    body = {"sender": "first", "message": "when are you open", "metadata": {"received_at": time.time()}}
    try:
        async with session.post("/webhooks/rest/webhook", json=body) as response:
            return response.status == 200 and bool(await response.json())
    except aiohttp.ClientError:
        return False


async def _python(stock: Stock, folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    environ = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DATA_FOLDER": str(stock.folder / "var"),
        "RASA_TELEMETRY_ENABLED": "false",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    with (stock.folder / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
        )


def _log(stock: Stock) -> str:
    return "\n".join((stock.folder / "log").read_text(errors="replace").splitlines()[-30:])
