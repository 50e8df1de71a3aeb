"""YAML read together with the line of every value, so that a mistake can be pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.knowledge.problems import LibraryFileError, Problem

Model = TypeVar("Model", bound=BaseModel)

_CURES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it or correct its spelling.",
    "enum": "Use one of the words named.",
    "literal_error": "Use one of the words named.",
}


@dataclass
class YamlFile:
    """The data of one YAML file and where each part of it stands."""

    path: Path
    data: Any
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, place: Sequence[object]) -> int:
        """Return the line (from 1) of the value at `place`, or of its nearest parent that is written in the file."""
        keys = [str(key) for key in place]
        while keys:
            if tuple(keys) in self.lines:
                return self.lines[tuple(keys)]
            keys.pop()
        return 1

    def problem(self, place: Sequence[object], message: str, cure: str) -> Problem:
        """Return a problem at the line of `place`."""
        return Problem(self.path.name, self.line(place), message, cure)


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file; raise LibraryFileError for a missing file, bad syntax, or a key written twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LibraryFileError([Problem(path.name, 0, "The file is missing.", f"Write it in {path.parent}.")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise LibraryFileError([Problem(path.name, line, "The file is not UTF-8.", "Save it as UTF-8.")]) from None
    return parse_yaml(path, text)


def parse_yaml(path: Path, text: str) -> YamlFile:
    """Read the text of the file `path`; raise LibraryFileError for bad syntax or a key written twice."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        file = YamlFile(path, None)
        problems: list[Problem] = []
        if node is not None:
            _note_lines(node, (), file, problems)
            if problems:
                raise LibraryFileError(problems)
            file.data = loader.construct_document(node)
        return file
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "The YAML cannot be read"
        problem = Problem(path.name, mark.line + 1 if mark else 0, f"YAML: {what}.", "Check indentation and quotes.")
        raise LibraryFileError([problem]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise LibraryFileError([Problem(path.name, 0, f"YAML: {error}.", "Check the file.")]) from None
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, place: tuple[str, ...], file: YamlFile, problems: list[Problem]) -> None:
    file.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            if here in file.lines:
                line = key.start_mark.line + 1
                problems.append(Problem(file.path.name, line, f"'{key.value}' is written twice.", "Keep one of them."))
            file.lines[here] = key.start_mark.line + 1
            _note_lines(value, here, file, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*place, str(index)), file, problems)


def read_model(file: YamlFile, model: type[Model]) -> Model:
    """Check the file's data against a schema; raise LibraryFileError with one problem per mistake."""
    try:
        return model.model_validate(file.data if file.data is not None else {})
    except ValidationError as error:
        raise LibraryFileError(sorted({_as_problem(file, mistake) for mistake in error.errors()})) from None


def _as_problem(file: YamlFile, mistake: ErrorDetails) -> Problem:
    place = [part for part in mistake["loc"] if not str(part).startswith(("function-", "tagged-union"))]
    name = ".".join(str(part) for part in place)
    cure = (mistake.get("ctx") or {}).get("cure") or _CURES.get(mistake["type"], "Correct the value.")
    message = mistake["msg"].removeprefix("Value error, ").rstrip(".")
    return file.problem(place, f"{name}: {message}." if name else f"{message}.", str(cure))
