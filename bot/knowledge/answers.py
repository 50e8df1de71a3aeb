"""The library's own answers: a Markdown file for each in the folder answers, a part for each language in the file."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.schema import Identifier, Part, Url
from bot.knowledge.text import Line, Text, plain, words_of
from bot.knowledge.yamlfile import YamlFile, parse_yaml, read_model

log = logging.getLogger(__name__)

FOLDER = "answers"
SHORT_MOST = 300  # characters: with a link it still goes into two text messages
FENCE = "---"
"""What stands before the keys of a file, and after them."""
LANGUAGE_LINE = re.compile(r"#\s+\[([a-z]{2,3})\]\s+(\S.*)")
"""How a language begins: its code and the title."""
_ITEM = re.compile(r"\s*(?:-|\d+\.) ")


@dataclass(frozen=True)
class Section:
    """A part of an answer that can be quoted alone. The opening has no heading."""

    heading: str
    text: str  # paragraphs parted by an empty line, `- ` lists, **bold**, [links](https://...)


@dataclass(frozen=True)
class Written:
    """An answer in one language; `parts` begins with the opening."""

    title: str
    parts: tuple[Section, ...]


@dataclass(frozen=True)
class Answer:
    """What the library says on one matter. `branches` is empty where it holds for all of them."""

    id: str
    topic: str  # an intent of domain.yml
    owner: str
    review_by: date
    source: str
    branches: tuple[str, ...]
    main: bool
    questions: Mapping[str, tuple[str, ...]]
    short: Text
    written: Mapping[str, Written]  # by language, in the order of the file; the same parts in each

    def language(self, wanted: str) -> str:
        """Return `wanted` if the answer is written in it, else the language that it was written in first."""
        return wanted if wanted in self.written else next(iter(self.written))

    def to(self, language: str) -> Written:
        """Return the answer in `language`, or else in the language that it was written in first."""
        return self.written[self.language(language)]

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the day by which its owner was to read it again is over."""
        return self.review_by < now.date()


class Answers:
    """The answers of one library's folder, read again when its files change. A folder that is missing has none."""

    def __init__(self, library: Path) -> None:
        """Read the folder `answers` of a library's folder; a file with a mistake is logged and left out."""
        self._folder = library / FOLDER
        self._seen: dict[str, tuple[int, int]] = {}
        self._by_id: dict[str, Answer] = {}
        self._mistakes: dict[str, tuple[Problem, ...]] = {}
        self.version = 0
        """Raised by one with every change."""
        self.refresh()

    @property
    def all(self) -> tuple[Answer, ...]:
        """Every answer, by id."""
        return tuple(self._by_id.values())

    def get(self, answer_id: object) -> Answer | None:
        """Return the answer of that id, or None."""
        return self._by_id.get(str(answer_id))

    @property
    def mistakes(self) -> Mapping[str, tuple[Problem, ...]]:
        """What is wrong in the files that cannot be used as they are, by id."""
        return self._mistakes

    def of_topic(self, topic: str) -> tuple[Answer, ...]:
        """Return the answers on a topic, the most general one first."""
        name = set(topic.split("_"))
        found = [answer for answer in self.all if answer.topic == topic]
        # Where the library names no main one: the one that is called as the topic is.
        return tuple(sorted(found, key=lambda one: (not one.main, -len(name & set(one.id.split("_"))), one.id)))

    def overdue(self, now: datetime) -> tuple[Answer, ...]:
        """Return the answers whose `review_by` is over, the longest overdue first."""
        return tuple(sorted((one for one in self.all if one.is_overdue(now)), key=lambda one: (one.review_by, one.id)))

    def refresh(self) -> None:
        """Read the files that changed; of one that now has a mistake the former answer is kept."""
        seen = _stamps(self._folder)
        if seen == self._seen:
            return
        former, before = self._by_id, self._seen
        wrong = self._mistakes
        self._by_id, self._seen, self._mistakes = {}, seen, {}
        self.version += 1
        for name, stamp in seen.items():
            if stamp == before.get(name):
                if name in former:
                    self._by_id[name] = former[name]
                if name in wrong:
                    self._mistakes[name] = wrong[name]
                continue
            try:
                self._by_id[name] = read_answer(self._folder / f"{name}.md")
            except LibraryFileError as error:
                self._mistakes[name] = error.problems
                log.error("an answer is %s: %s", "kept as it was" if name in former else "left out", error)
                if name in former:
                    self._by_id[name] = former[name]


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file was changed and how long it is; it is looked at in every turn, so it must be quick."""
    stamps = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".md"):
                with suppress(OSError):  # taken away at this very moment
                    stat = entry.stat()
                    stamps[entry.name.removesuffix(".md")] = (stat.st_mtime_ns, stat.st_size)
    return dict(sorted(stamps.items()))


def answer_files(folder: Path) -> list[Path]:
    """Return the files of a folder of answers in order of their names."""
    return sorted(folder.glob("*.md"))


def read_answer(path: Path) -> Answer:
    """Read one file; raise LibraryFileError with every mistake in it, each with its line and cure."""
    try:
        return _read(path)
    except LibraryFileError as error:
        named = [replace(problem, file=f"{path.parent.name}/{problem.file}") for problem in error.problems]
        raise LibraryFileError(named) from None


def _languages(value: Any) -> Any:
    if not isinstance(value, dict) or not all(isinstance(lines, list) and lines for lines in value.values()):
        cure = 'Write questions: {en: ["How do I ...?"]}, with a list for each language.'
        raise PydanticCustomError("form", "the questions are not a list for each language", {"cure": cure})
    return value


def _not_long(short: Text) -> Text:
    for language, words in short.in_languages:
        if len(words) > SHORT_MOST:
            cure = f"Shorten it by {len(words) - SHORT_MOST}."
            message = "the short form in {language} has {length} characters; it goes out by SMS, so 300 are the most"
            raise PydanticCustomError("form", message, {"language": language, "length": len(words), "cure": cure})
    return short


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class _Front(Part):
    """What stands between the two `---` lines."""

    topic: Identifier
    owner: Line = Field(min_length=1)
    review_by: date
    source: Url
    branch: Annotated[tuple[Identifier, ...], BeforeValidator(_as_list)] = ()
    main: bool = False
    questions: Annotated[dict[str, tuple[Line, ...]], BeforeValidator(_languages)]
    short: Annotated[Text, AfterValidator(_not_long)]


def _read(path: Path) -> Answer:
    lines = _lines(path)
    if not lines or lines[0].strip() != FENCE:
        cure = "Write --- on the first line, then topic, owner and the other keys."
        raise LibraryFileError([Problem(path.name, 1, "The file does not begin with ---.", cure)])
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        cure = "Put --- on a line of its own before the text."
        raise LibraryFileError([Problem(path.name, 1, "The keys at the top do not end with ---.", cure)])
    # An empty line in place of the first --- keeps the lines counted right.
    file = parse_yaml(path, "\n" + "\n".join(lines[1:end]))
    problems: list[Problem] = []
    body = _Body(path.name, problems)
    for number, line in enumerate(lines[end + 1 :], end + 2):
        body.take(number, line)
    written = body.written()
    front: _Front | None = None
    try:
        front = read_model(file, _Front)
        if not problems:
            problems += _misfits(file, front, written)
    except LibraryFileError as error:
        problems += error.problems
    try:
        _Name(id=path.stem)
    except ValueError:
        cure = "Use lower-case letters, digits and _ (a letter first)."
        problems.append(Problem(path.name, 0, f"'{path.stem}' is not an id.", cure))
    if front is None or problems:
        raise LibraryFileError(sorted(set(problems)))
    return Answer(
        id=path.stem,
        branches=front.branch,
        written=written,
        **{name: getattr(front, name) for name in _Front.model_fields if name != "branch"},
    )


class _Name(Part):
    id: Identifier


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise LibraryFileError([Problem(path.name, line, "The file is not UTF-8.", "Save it as UTF-8.")]) from None
    except OSError:
        raise LibraryFileError([Problem(path.name, 0, "The file cannot be read.", "See who may read it.")]) from None


def _misfits(file: YamlFile, front: _Front, written: Mapping[str, Written]) -> list[Problem]:
    """Return what only shows when the keys are laid beside the text."""
    problems = []
    given = {"questions": set(front.questions), "short": {code for code, _ in front.short.in_languages}}
    for key, languages in given.items():
        for language in sorted(set(written) - languages):
            problems.append(file.problem((key,), f"{key} has nothing in {language}.", f"Add {language}: to it."))
        for language in sorted(languages - set(written)):
            cure = f"Write the part that begins with # [{language}], or remove this."
            problems.append(file.problem((key, language), f"The answer has no text in '{language}'.", cure))
    return problems


class _Body:
    """The text beneath the keys, taken line by line."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._titles: dict[str, str] = {}
        self._parts: dict[str, list[tuple[int, str, list[str]]]] = {}  # line, heading, lines of text
        self._language: str | None = None

    def take(self, number: int, line: str) -> None:
        begins = LANGUAGE_LINE.fullmatch(line.strip())
        if begins:
            language, title = begins.groups()
            if language in self._titles:
                self._wrong(number, f"The part in {language} is written twice.", "Keep one of them.")
            self._language = language
            self._titles[language] = title.strip()
            self._parts[language] = [(number, "", [])]
        elif self._language is None:
            if line.strip():
                self._wrong(number, "The text does not begin with a title.", "Begin with # [en] and the title.")
                self._language = ""
                self._parts[""] = [(number, "", [])]
        elif re.match(r"##?\s", line) or line.strip() in ("#", "##"):
            heading = line.lstrip("#").strip()
            if not line.startswith("##"):
                self._wrong(number, f"'{heading}' names no language.", "Write # [en] Title, or ## for a section.")
            elif not heading:
                self._wrong(number, "A section has no heading.", "Write it after ##.")
            self._parts[self._language].append((number, heading, []))
        else:
            if re.match(r"#{3,}\s|\s*\||\s*<\w|!\[", line):
                cure = "Use paragraphs, - lists, **bold** and [links](https://...) only."
                self._wrong(number, "The chat cannot show this.", cure)
            self._parts[self._language][-1][2].append(line)

    def written(self) -> dict[str, Written]:
        """Return the parts in each language, having noted what is missing in them."""
        self._parts.pop("", None)
        if not self._titles and not self._problems:
            self._wrong(0, "The file has no text.", "Write # [en] and a title, then the answer.")
        first = next(iter(self._parts), None)
        found = {}
        for language, parts in self._parts.items():
            for number, heading, lines in parts:
                if not any(line.strip() for line in lines):
                    what = f"The section '{heading}'" if heading else f"The opening in {language}"
                    self._wrong(number, f"{what} has no text.", "Write a paragraph beneath it.")
            if not self._problems and first is not None and len(parts) != len(self._parts[first]):
                there = len(self._parts[first]) - 1
                message = f"There are {len(parts) - 1} sections in {language} and {there} in {first}."
                self._wrong(parts[0][0], message, "Write the same sections in each language, in the same order.")
            sections = tuple(Section(heading, unwrapped(lines)) for _, heading, lines in parts)
            found[language] = Written(self._titles[language], sections)
        return found

    def _wrong(self, line: int, message: str, cure: str) -> None:
        self._problems.append(Problem(self._name, line, message, cure))


def unwrapped(lines: Sequence[str]) -> str:
    """Return paragraphs with each on one line, parted by an empty line; items of lists stay on lines of their own."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if not line.strip():
            paragraphs.append([])
        elif paragraphs[-1] and not _ITEM.match(line):
            paragraphs[-1][-1] += f" {line.strip()}"
        else:
            paragraphs[-1].append(line.strip())
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph)


def same_question(question: str) -> str:
    """Return a question in the form in which two of them are compared."""
    return " ".join(words_of(question)) or plain(question)
