"""Trains the model, and only when what it is made from has changed."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from bot.errors import LibraryError
from bot.settings import ROOT, Settings
from bot.wording import Wording

MADE_FROM = (
    "config.yml",
    "domain.yml",
    "uv.lock",
    "data/nlu/**/*.yml",
    "data/rules/**/*.yml",
    "data/stories/**/*.yml",
    "bot/understanding/encoder.py",
    "bot/understanding/classifier.py",
    "bot/understanding/entities.py",
    "bot/understanding/spelling.py",
)
KEPT_MODELS = 3


class TrainingFailed(LibraryError):
    """Rasa made no model of the data."""

    code = "training_failed"


def fingerprint(root: Path = ROOT) -> str:
    """Return the start of a hash over everything that a model is made from."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in MADE_FROM for path in root.glob(pattern)}):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    # Of the responses only the names: what they say is read when it is said.
    digest.update("\0".join(sorted(Wording.load(root / "data" / "responses").names())).encode())
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Return where the model of the present data is, or would be."""
    return settings.models / f"foyer-{fingerprint()}.tar.gz"


def train(settings: Settings) -> Path:
    """Return the model of the present data, trained if it is not there yet; raise TrainingFailed."""
    path = model_path(settings)
    if path.exists():
        return path
    from bot.understanding.server import quieten

    quieten()
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # our own fingerprint decides; a half-old model helps nobody
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(settings.data_folder / "rasa-cache"))
    from rasa.model_training import train as rasa_train

    settings.models.mkdir(parents=True, exist_ok=True)
    with _steps_shown(), _no_bars():
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=str(settings.models),
            fixed_model_name=f"draft-{os.getpid()}",
            force_training=True,
        )
    if result.code != 0 or result.model is None:
        raise TrainingFailed("Rasa could not train on data/. The lines above say why.")
    # Renamed when complete: a training that was killed leaves no model that looks whole.
    Path(result.model).rename(path)
    _tidy(settings.models, path)
    return path


@contextmanager
def _steps_shown() -> Iterator[None]:
    """Show which component is trained in place of what Rasa prints."""
    hooks = logging.getLogger("rasa.engine.training.hooks")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("      %(message)s"))
    hooks.setLevel(logging.INFO)
    hooks.propagate = False
    hooks.addHandler(handler)
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        hooks.removeHandler(handler)


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep Rasa's bars, a line for each of a thousand steps, out of the log."""
    with (Path(os.devnull)).open("w") as nowhere, redirect_stderr(nowhere):
        yield


def _tidy(folder: Path, newest: Path) -> None:
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models[KEPT_MODELS:]:
        if path != newest:
            path.unlink(missing_ok=True)
