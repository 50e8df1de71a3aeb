"""What is wrong in a library's files: each problem names the file, the line and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import LibraryError


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 stands for the file as a whole."""

    file: str
    line: int
    message: str
    cure: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message} {self.cure}".rstrip()


class LibraryFileError(LibraryError):
    """A file of the library's folder cannot be used; `problems` says all that is wrong in it."""

    code = "bad_library_file"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
        first = self.problems[0]
        self.file, self.line, self.cure = first.file, first.line, first.cure
