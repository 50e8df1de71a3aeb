"""Trains the model, and only when what it is made from has changed."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

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
REVIEWED = "data/nlu/from_review"
"""The name under which the examples that staff approved count, wherever the settings put them."""
SERVED = "model.json"
"""The file in the data folder that names the model that was published since the start."""


class TrainingFailed(LibraryError):
    """Rasa made no model of the data."""

    code = "training_failed"


def made_from(from_review: Path) -> dict[str, Path]:
    """Return every file that a model is made from by its name; examples from review have one name wherever they are."""
    here = {path.relative_to(ROOT).as_posix(): path for pattern in MADE_FROM for path in ROOT.glob(pattern)}
    found = {name: path for name, path in here.items() if not name.startswith(f"{REVIEWED}/")}
    return found | {f"{REVIEWED}/{path.name}": path for path in from_review.glob("*.yml")}


def fingerprint(from_review: Path) -> str:
    """Return the start of a hash over everything that a model is made from."""
    digest = hashlib.sha256()
    for name, path in sorted(made_from(from_review).items()):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    # Of the responses only the names: what they say is read when it is said.
    digest.update("\0".join(sorted(Wording.load(ROOT / "data" / "responses").names())).encode())
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Return where the model of the present data is, or would be."""
    return settings.models / f"foyer-{fingerprint(settings.from_review)}.tar.gz"


def model_file(settings: Settings, name: str) -> Path:
    """Return where the model of a name is, or was."""
    return settings.models / f"{name}.tar.gz"


def model_name(path: Path) -> str:
    """Return the name by which turns and publications tell a model."""
    return path.name.removesuffix(".tar.gz")


def served_model(settings: Settings) -> Path:
    """Return the model that Rasa serves: the one published since it was started, else the one it was started with."""
    first = settings.model or model_path(settings)
    told = _told(settings)
    published = settings.models / str(told.get("model"))
    return published if told.get("instead_of") == first.name and published.exists() else first


def serve_from_now(settings: Settings, model: Path, before: Path) -> None:
    """Have Rasa started with another model from now on, until Foyer is started anew; both are kept."""
    first = settings.model or model_path(settings)
    _tell(settings, {"instead_of": first.name, "model": model.name, "kept": [before.name, model.name]})


def serve_present(settings: Settings) -> None:
    """Have Rasa started with the model of the present data; the models of the last publication are kept."""
    _tell(settings, {"kept": _told(settings).get("kept", [])})


def _told(settings: Settings) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((settings.data_folder / SERVED).read_text(encoding="utf-8"))
        return told
    except (OSError, ValueError):
        return {}


def _tell(settings: Settings, told: dict[str, Any]) -> None:
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    draft = settings.data_folder / f"{SERVED}.{os.getpid()}"
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(settings.data_folder / SERVED)


def train(settings: Settings) -> Path:
    """Return the model of the present data, trained if it is not there yet; raise TrainingFailed."""
    path = model_path(settings)
    if path.exists():
        path.touch()  # the newest are kept
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
            training_files=training_files(settings.from_review),
            output=str(settings.models),
            fixed_model_name=f"draft-{os.getpid()}",
            force_training=True,
        )
    if result.code != 0 or result.model is None:
        raise TrainingFailed("Rasa could not train on data/. The lines above say why.")
    # Renamed when complete: a training that was killed leaves no model that looks whole.
    Path(result.model).rename(path)
    tidy(settings, path)
    return path


def training_files(from_review: Path) -> list[str]:
    """Return the files of examples, rules, stories and responses that Rasa reads."""
    data = [str(path) for name, path in made_from(from_review).items() if name.startswith("data/")]
    return sorted([*data, *map(str, (ROOT / "data" / "responses").glob("**/*.yml"))])


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


def tidy(settings: Settings, newest: Path) -> None:
    """Remove old models; what is served, and what publishing can be undone to, outlives any number of trials."""
    models = sorted(settings.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    kept = {newest.name, served_model(settings).name, *_told(settings).get("kept", [])}
    for path in models[KEPT_MODELS:]:
        if path.name not in kept:
            path.unlink(missing_ok=True)
