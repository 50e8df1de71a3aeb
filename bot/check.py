"""`python -m bot check`: finds mistakes in the library's and the assistant's files before a patron does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.conversations.search_words import fold
from bot.knowledge.answers_check import answers_to_look_at, unknown_topics
from bot.knowledge.check import check_library
from bot.knowledge.library import read_library
from bot.knowledge.notices import notices_to_look_at
from bot.knowledge.problems import Problem
from bot.learning.examples import Examples
from bot.learning.figures import held_out
from bot.settings import ROOT, Settings
from bot.train import REVIEWED, made_from
from bot.wording import LANGUAGES, Wording

SET_BY_CODE = {"nlu_fallback", "change_language"}
"""Intents that no examples teach (bot/understanding/certainty.py and reading.py set them)."""


def check(settings: Settings) -> int:
    """Print every problem and what is to be looked at; return the exit code: 0 when there is no problem."""
    problems = [*(str(problem) for problem in check_library(settings.library)), *check_data(settings)]
    for problem in problems:
        print(problem)
    for warning in warnings(settings):
        print(f"to look at: {warning}")
    print(f"{len(problems)} problems found." if problems else "The library's and the assistant's files are in order.")
    return 1 if problems else 0


def warnings(settings: Settings) -> list[Problem]:
    """Return what stops nothing but wants somebody's eye, such as an answer whose review is overdue."""
    library, _ = read_library(settings.library)
    if library is None:
        return []
    now = settings.library_clock(library.zone).now()
    return answers_to_look_at(library, now) + notices_to_look_at(library, now)


def check_data(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with data/ and domain.yml: missing responses, languages, examples and rules."""
    wording = Wording.load(settings.responses)
    for name in sorted(wording.names()):
        for language in LANGUAGES:
            if language not in wording.languages(name):
                yield f"data/responses: {name} is not written in {language}. Add that variation."
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    intents = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain["intents"]}
    files = made_from(settings.from_review)
    taught = {block["intent"] for block in _blocks(files, "nlu")}
    answered = {step["intent"] for rule in _blocks(files, "rules") for step in rule["steps"] if "intent" in step}
    said = {step["action"] for rule in _blocks(files, "rules") for step in rule["steps"] if "action" in step}
    yield from (str(problem) for problem in unknown_topics(settings.library, intents))
    for intent in sorted(taught - intents):
        yield f"data/nlu: the intent {intent} is not in domain.yml. Add it there."
    for intent in sorted(intents - taught - SET_BY_CODE):
        yield f"domain.yml: the intent {intent} has no examples. Add a file to data/nlu."
    for intent in sorted(intents - answered):
        yield f"domain.yml: the intent {intent} has no rule. Add one to data/rules."
    for action in sorted(action for action in said if action.startswith("utter_")):
        if action not in wording.names():
            yield f"data/rules: {action} is said by a rule but written nowhere. Add it to data/responses."
    for action in sorted(said - set(domain["actions"]) - set(domain["forms"]) - wording.names()):
        yield f"data/rules: {action} is not in domain.yml. Add it under actions."
    yield from _lessons(settings)


def _blocks(files: Mapping[str, Path], kind: str) -> Iterator[dict[str, Any]]:
    for name, path in sorted(files.items()):
        if name.startswith(f"data/{kind}/"):
            yield from yaml.safe_load(path.read_text(encoding="utf-8")).get(kind) or ()


def _lessons(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the examples from review: a topic has each to itself, and none measures the model."""
    examples = Examples(settings)
    examples.refresh()
    measuring = {fold(question.text): question.topic for question in held_out(settings)}
    for path in sorted(settings.from_review.glob("*.yml")):
        for line in examples.of(path):
            others = sorted(examples.topics(line.text) - {line.topic})
            if others:
                yield f"{REVIEWED}/{path.name}: '{line.text}' is an example of {others[0]} too. Keep one of them."
            if fold(line.text) in measuring:
                where = "is a held-out question, so it would measure nothing any more"
                yield f"{REVIEWED}/{path.name}: '{line.text}' {where}. Leave it out."
