"""Checking the library's answers: mistakes that must be mended, and what its owners should look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from bot.knowledge.answers import FOLDER, Answer, Answers, answer_files, read_answer, same_question
from bot.knowledge.library import Library
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.yamlfile import parse_yaml


def check_answers(library: Library) -> list[Problem]:
    """Return what is wrong in the files of the folder answers; a library without that folder has nothing wrong."""
    problems: list[Problem] = []
    mains: dict[str, str] = {}
    asked: dict[str, str] = {}
    for path in answer_files(library.folder / FOLDER):
        try:
            answer = read_answer(path)
        except LibraryFileError as error:
            problems += error.problems
            continue
        for branch in answer.branches:
            if branch not in library.branch_ids:
                cure = f"Use one of: {', '.join(library.branch_ids)}."
                problems.append(_at(path, ("branch",), f"No branch has the id '{branch}'.", cure))
        if answer.main and mains.setdefault(answer.topic, answer.id) != answer.id:
            message = f"{mains[answer.topic]} is the main answer on {answer.topic} already."
            problems.append(_at(path, ("main",), message, "Keep main: true in one of them."))
        for language, questions in answer.questions.items():
            for number, question in enumerate(questions):
                other = asked.setdefault(same_question(question), answer.id)
                if other != answer.id:
                    place = ("questions", language, number)
                    message = f"'{question}' is a question of {other} too."
                    problems.append(_at(path, place, message, "Keep it where it is answered."))
    return problems


def misfits(draft: Answer, others: Iterable[Answer], branches: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an answer beside the others: the field, as answer_file names it, and a sentence."""
    for branch in draft.branches:
        if branch not in branches:
            yield "branches", f"No branch has the id '{branch}'. Use one of: {', '.join(branches)}."
    mine = {same_question(question): (code, question) for code, asked in draft.questions.items() for question in asked}
    for other in others:
        if other.id == draft.id:
            continue
        if draft.main and other.main and other.topic == draft.topic:
            yield "main", f"{other.id} is the main answer on this topic already. Keep one of them."
        for asked in other.questions.values():
            for code, question in (mine[same] for same in map(same_question, asked) if same in mine):
                yield (
                    f"questions {code}",
                    f"'{question}' is a question of {other.id} too. Keep it where it is answered.",
                )


def unknown_topics(folder: Path, known: Collection[str]) -> list[Problem]:
    """Return a problem for each answer of a library's folder whose topic is not in `known`."""
    return [
        _at(folder / FOLDER / f"{answer.id}.md", ("topic",), f"No topic is called '{answer.topic}'.", "See domain.yml.")
        for answer in Answers(folder).all
        if answer.topic not in known
    ]


def answers_to_look_at(library: Library, now: datetime) -> list[Problem]:
    """Return what stops nothing but wants an owner's eye: reviews that are overdue, languages that are missing."""
    answers = Answers(library.folder)
    found = [_overdue(library.folder, answer) for answer in answers.overdue(now)]
    for answer in answers.all:
        for language in library.languages:
            if language not in answer.written:
                message = f"There is no text in {language}; patrons read it in {answer.language(language)}."
                found.append(Problem(f"{FOLDER}/{answer.id}.md", 0, message, f"Add a part # [{language}]."))
    return found


def _overdue(folder: Path, answer: Answer) -> Problem:
    path = folder / FOLDER / f"{answer.id}.md"
    message = f"{answer.owner} was to read this again by {answer.review_by}."
    return _at(path, ("review_by",), message, "Read it, then write a later day.")


def _at(path: Path, place: tuple[object, ...], message: str, cure: str) -> Problem:
    """Return a problem at a key of a file that could be read."""
    front = path.read_text(encoding="utf-8").split("\n---", 1)[0].removeprefix("---")
    return Problem(f"{FOLDER}/{path.name}", parse_yaml(path, front).line(place), message, cure)
