"""`python -m bot try FOLDER`: tries a batch of lessons aside, as the desk's "Check" does.

FOLDER/plan.json holds {"changes": [{path, before, after}], "model_before"}. What comes of it is written to
FOLDER/result.json: {"problems": [...]}, or {"model", "figures"}. Nothing outside FOLDER, the models and the kept
figures is changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.check import check_data
from bot.edits.files import Change
from bot.errors import LibraryError
from bot.knowledge.check import check_library
from bot.learning import figures
from bot.learning.check import PLAN, RESULT, STEP
from bot.learning.files import aside
from bot.settings import Settings
from bot.train import TrainingFailed, model_file, model_name, train

KINDNESS = 10  # patrons' turns go first


def try_batch(settings: Settings, folder: Path) -> None:
    """Validate the batch, train aside, and hold both models against the held-out questions."""
    os.nice(KINDNESS)
    plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    try:
        result = _tried(settings, folder, Change.all_of(plan["changes"]), plan["model_before"])
    except LibraryError as error:
        result = {"problems": [str(error)]}
    _write(folder / RESULT, json.dumps(result))


def _tried(settings: Settings, folder: Path, changes: Sequence[Change], model_before: str) -> dict[str, Any]:
    _step(folder, "Looking for mistakes in the files")
    candidate = aside(settings, folder / "aside", changes)
    problems = [*(str(problem) for problem in check_library(candidate.library)), *check_data(candidate)]
    if problems:
        return {"problems": problems}
    before = model_file(settings, model_before)
    if not before.exists():
        return {"problems": [f"The present model, {model_before}, is not among the kept models any more."]}
    before.touch()  # the newest are kept, and this one answers patrons
    _step(folder, "Training aside, about a minute")
    # Rasa's components read the settings by themselves.
    os.environ |= {"FROM_REVIEW": str(candidate.from_review), "LIBRARY": str(candidate.library)}
    try:
        model = train(candidate)
    except TrainingFailed:
        return {"problems": ["The model could not be trained on these examples; logs/check.log says why."]}
    questions = figures.held_out(settings)
    _step(folder, f"Asking the present model {len(questions):,} questions")
    then = _found(settings, before, questions)
    _step(folder, f"Asking the new model {len(questions):,} questions")
    now = _found(settings, model, questions)
    return {"model": model_name(model), "figures": figures.compared(questions, then, now)}


def _found(settings: Settings, model: Path, questions: Sequence[figures.Question]) -> list[str]:
    known = figures.remembered(settings, model_name(model))
    if known is None:
        from bot.understanding.batch import understand_texts

        known = [found["intent"] for found in understand_texts(model, [question.text for question in questions])]
        figures.remember(settings, model_name(model), known)
    return known


def _step(folder: Path, words: str) -> None:
    _write(folder / STEP, words)


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
