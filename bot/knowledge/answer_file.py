"""An answer's file as fields that a form can hold, and back: what is not changed stays as it was written.

A file is told apart into its keys and its texts by line; only the lines of what was changed are written anew. So the
comments, the order and the quotes of whoever wrote it by hand stay, and the difference is short to read.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import yaml

from bot.knowledge.answers import FENCE, LANGUAGE_LINE
from bot.knowledge.problems import LibraryFileError, Problem

KEYS = ("topic", "owner", "review_by", "source", "branch", "main", "questions", "short")
"""The keys in the order in which a new file has them."""
EMPTY = f"{FENCE}\n{FENCE}\n"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_STRING = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Part:
    """An answer in one language; `text` is what stands beneath the title, sections and all."""

    title: str = ""
    text: str = ""
    short: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fields:
    """What can be edited of an answer, each as text; `parts` by language."""

    topic: str = ""
    owner: str = ""
    review_by: str = ""
    source: str = ""
    branches: tuple[str, ...] = ()
    main: bool = False
    parts: Mapping[str, Part] = field(default_factory=dict)


def read_fields(text: str) -> Fields:
    """Return the fields of a file's text, those that are missing empty; raise LibraryFileError if it has no keys."""
    file = _File.of(text)
    questions = {code: tuple(map(_value, _items(node))) for code, node in _entries(file.nodes.get("questions"))}
    short = {code: _value(node) for code, node in _entries(file.nodes.get("short"))}
    texts = {code: (title, body) for code, title, body in file.texts()}
    parts = {
        code: Part(*texts.get(code, ("", "")), short=short.get(code, ""), questions=questions.get(code, ()))
        for code in dict.fromkeys((*texts, *questions, *short))
    }
    return Fields(
        **{key: _value(file.nodes.get(key)) for key in ("topic", "owner", "review_by", "source")},
        branches=tuple(map(_value, _items(file.nodes.get("branch")))),
        main=_value(file.nodes.get("main")).lower() in ("true", "yes", "on"),
        parts=parts,
    )


def write_fields(text: str, new: Fields) -> str:
    """Return the text of a file with these fields, only the lines of what differs from them written anew.

    A language without anything in it is taken out. Raises LibraryFileError if the file has no keys.
    """
    before = read_fields(text)
    if new == before:
        return text
    file = _File.of(text)
    file.write_texts(before, new)
    parts = new.parts
    for key, value in (
        ("topic", new.topic),
        ("owner", new.owner),
        ("review_by", new.review_by),
        ("source", new.source),
        ("branch", new.branches),
        ("main", new.main),
    ):
        file.write_key(key, value)
    file.write_questions({code: part.questions for code, part in parts.items() if part.questions})
    file.write_short({code: part.short for code, part in parts.items() if part.short})
    return file.text()


def merged(base: Fields, mine: Fields, theirs: Fields) -> Fields:
    """Return what I changed over what others did to the same file meanwhile; where both did, mine."""
    codes = dict.fromkeys((*theirs.parts, *mine.parts))
    blank = Part()
    parts = {}
    for code in codes:
        was, my, their = (one.parts.get(code, blank) for one in (base, mine, theirs))
        parts[code] = replace(their, **_changes(was, my))
    parts = {code: part for code, part in parts.items() if part != blank}
    return replace(theirs, **_changes(base, replace(mine, parts=base.parts)), parts=parts)


def _changes(was: Part | Fields, now: Part | Fields) -> dict[str, Any]:
    names = [one.name for one in fields(was)]
    return {name: getattr(now, name) for name in names if getattr(now, name) != getattr(was, name)}


def changed(before: Fields, after: Fields) -> list[str]:
    """Return the names of what differs, in the file's order: `owner`, or `text es` for what is of a language."""
    names = list(_changes(before, replace(after, parts=before.parts)))
    blank = Part()
    for code in dict.fromkeys((*before.parts, *after.parts)):
        names += [f"{name} {code}" for name in _changes(before.parts.get(code, blank), after.parts.get(code, blank))]
    return names


def place_of(text: str, line: int) -> tuple[str, int]:
    """Return the field in which a line (from 1) stands, named as `changed` names it, and the line within its text.

    The second is 0 where the field has one line. The name is empty for what is of no field.
    """
    try:
        return _File.of(text).place_of(line)
    except LibraryFileError:
        return "", 0


def normal(text: str) -> str:
    """Return a text as it is compared: composed letters, one kind of line break, no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass
class _File:
    """A file's lines, told apart: the keys between the fences, and the text of each language."""

    keys: list[str]
    before: list[str]  # between the fence and the first language
    languages: list[tuple[str, str, list[str]]]  # code, the line with the title, the lines beneath it
    windows: bool  # it has the line breaks of Windows
    last: str  # what ends the file: a line break, or nothing
    nodes: dict[str, yaml.Node]
    lines: dict[str, tuple[int, int]]  # of `keys`: where a key begins, and the line after its value

    @classmethod
    def of(cls, text: str) -> _File:
        windows = "\r\n" in text
        lines = text.replace("\r\n", "\n").split("\n")
        last = "\n" if lines and lines[-1] == "" else ""
        if last:
            lines.pop()
        end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
        if not lines or lines[0].strip() != FENCE or end is None:
            raise _unreadable("The keys at the top do not stand between two lines of ---.")
        before: list[str] = []
        languages: list[tuple[str, str, list[str]]] = []
        for line in lines[end + 1 :]:
            found = LANGUAGE_LINE.fullmatch(line.strip())
            if found:
                languages.append((found[1], line, []))
            else:
                (languages[-1][2] if languages else before).append(line)
        file = cls(lines[1:end], before, languages, windows, last, {}, {})
        file.look()
        return file

    def look(self) -> None:
        """Find the keys, and where each stands."""
        try:
            root = yaml.compose("\n".join(self.keys) + "\n", yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise _unreadable(
                f"The keys at the top cannot be read: {getattr(error, 'problem', None) or error}."
            ) from None
        if root is not None and (not isinstance(root, yaml.MappingNode) or root.flow_style):
            raise _unreadable("The keys at the top are not a list of key: value, one below the other.")
        self.nodes, self.lines = {}, {}
        for key, value in root.value if root is not None else ():
            self.nodes[str(key.value)] = value
            self.lines[str(key.value)] = _span(self.keys, key.start_mark.line, value)

    def texts(self) -> Iterable[tuple[str, str, str]]:
        """Yield each language with its title and its text."""
        for code, line, lines in self.languages:
            found = LANGUAGE_LINE.fullmatch(line.strip())
            yield code, normal(found[2]) if found else "", normal("\n".join(lines))

    def text(self) -> str:
        lines = [FENCE, *self.keys, FENCE, *self.before]
        for _, line, beneath in self.languages:
            lines += [line, *beneath]
        whole = "\n".join(lines) + (self.last or "\n")
        return whole.replace("\n", "\r\n") if self.windows else whole

    def write_texts(self, before: Fields, after: Fields) -> None:
        """Write the titles and texts that differ; a new language comes last."""
        there = {code for code, _, _ in self.languages}
        kept = []
        for code, line, lines in self.languages:
            was, now = before.parts[code], after.parts.get(code, Part())
            if not now.title and not now.text:
                continue
            if now.title != was.title:
                line = f"# [{code}] {now.title}"
            if now.text != was.text:
                lines = _in_place_of(lines, now.text)
            kept.append((code, line, lines))
        for code, now in after.parts.items():
            if code not in there and (now.title or now.text):
                if kept and kept[-1][2][-1:] != [""]:
                    kept[-1][2].append("")
                kept.append((code, f"# [{code}] {now.title}", ["", *now.text.split("\n"), ""]))
        if kept:  # one line break ends a file
            while kept[-1][2] and not kept[-1][2][-1].strip():
                kept[-1][2].pop()
        self.languages = kept

    def write_key(self, key: str, value: str | bool | Sequence[str]) -> None:
        """Write a key of one line where it differs; nothing, False and no list are left out."""
        node = self.nodes.get(key)
        if isinstance(value, bool):
            same = value == (_value(node).lower() in ("true", "yes", "on"))
            words = "true"
        elif isinstance(value, str):
            same = value == _value(node)
            quoted = isinstance(node, yaml.ScalarNode) and node.style
            words = value if _DAY.fullmatch(value) and not quoted else scalar(value, node)
        else:
            same = tuple(value) == tuple(map(_value, _items(node)))
            words = scalar(value[0]) if len(value) == 1 else f"[{', '.join(map(scalar, value))}]"
        if same:
            return
        if not value:
            self._put(key, [])
        elif (
            isinstance(node, yaml.ScalarNode)
            and node.start_mark.line == node.end_mark.line
            and node.style not in ("|", ">")
        ):
            line = self.keys[node.start_mark.line]
            line = f"{line[: node.start_mark.column].rstrip()} {words}{line[node.end_mark.column :]}"
            self._put_lines(node.start_mark.line, node.start_mark.line + 1, [line])
        else:
            self._put(key, [f"{key}: {words}"])

    def write_questions(self, questions: Mapping[str, Sequence[str]]) -> None:
        """Write the questions of the languages that differ; a question that stays keeps its line."""
        there = dict(_entries(self.nodes.get("questions")))
        had = {code: tuple(map(_value, _items(node))) for code, node in there.items()}
        if had == {code: tuple(lines) for code, lines in questions.items()}:
            return
        spans, lines = self._spans("questions"), ["questions:"]
        for code, asked in questions.items():
            first, head, end = spans.get(code, (0, 0, 0))
            if end and had[code] == tuple(asked):
                lines += self.keys[first:end]
                continue
            own = self._items_written(there.get(code), head) if end else {}
            lines += [*self.keys[first:head], *(self.keys[head : head + 1] if own else [f"  {code}:"])]
            lines += [line for words in asked for line in own.get(words, [f"    - {scalar(words)}"])]
        self._put("questions", lines if questions else [])

    def write_short(self, short: Mapping[str, str]) -> None:
        """Write the short forms of the languages that differ."""
        there = dict(_entries(self.nodes.get("short")))
        if {code: _value(node) for code, node in there.items()} == dict(short):
            return
        spans, lines = self._spans("short"), ["short:"]
        for code, words in short.items():
            first, head, end = spans.get(code, (0, 0, 0))
            if end and _value(there[code]) == words:
                lines += self.keys[first:end]
            else:
                lines += [*self.keys[first:head], f"  {code}: {scalar(words, there.get(code))}"]
        self._put("short", lines if short else [])

    def place_of(self, line: int) -> tuple[str, int]:
        within = line - 2  # of `keys`, from 0
        if within < len(self.keys):
            for key, (first, end) in self.lines.items():
                if first <= within < end:
                    spans = self._spans(key) if key in ("questions", "short") else {}
                    code = next((code for code, (one, _, two) in spans.items() if one <= within < two), None)
                    return (f"{key} {code}", within - spans[code][1]) if code else (key, 0)
            return "", 0
        within -= len(self.keys) + 1 + len(self.before)
        for code, _, lines in self.languages:
            if within == 0:
                return f"title {code}", 0
            if 0 < within <= len(lines):
                blank = next((number for number, one in enumerate(lines) if one.strip()), 0)
                return f"text {code}", within - blank
            within -= len(lines) + 1
        return "", 0

    def _spans(self, key: str) -> dict[str, tuple[int, int, int]]:
        """Return of each language of a key its first line, the line of its code, and the line after it.

        Empty unless each stands on lines of its own, two spaces in. What stands above one, a comment, goes with it.
        """
        node, found = self.nodes.get(key), {}
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            return {}
        first = self.lines[key][0] + 1
        for code, value in node.value:
            if code.start_mark.column != 2:
                return {}
            _, end = _span(self.keys, code.start_mark.line, value)
            found[str(code.value)] = (first, code.start_mark.line, end)
            first = end
        return found

    def _items_written(self, node: yaml.Node | None, head: int) -> dict[str, list[str]]:
        """Return the lines of each item of a list beneath the line `head`, with what stands above it."""
        found: dict[str, list[str]] = {}
        if not isinstance(node, yaml.SequenceNode) or node.flow_style:
            return found
        first = head + 1
        for item in node.value:
            if item.start_mark.column != 6 or item.tag != _STRING:
                return {}
            _, end = _span(self.keys, item.start_mark.line, item)
            found[_value(item)] = self.keys[first:end]
            first = end
        return found

    def _put(self, key: str, lines: list[str]) -> None:
        """Put lines in the place of a key's, or of a new key where it belongs."""
        if key in self.lines:
            self._put_lines(*self.lines[key], lines)
        elif lines:
            later = [self.lines[one][0] for one in KEYS[KEYS.index(key) + 1 :] if one in self.lines]
            place = min(later, default=len(self.keys))
            self._put_lines(place, place, lines)

    def _put_lines(self, first: int, end: int, lines: list[str]) -> None:
        self.keys[first:end] = lines
        self.look()


def _in_place_of(lines: Sequence[str], text: str) -> list[str]:
    """Return a text with as many empty lines around it as there were."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    first, end = (full[0], full[-1] + 1) if full else (0, 0)
    return [*lines[:first], *text.split("\n"), *lines[end:]]


def scalar(words: str, like: yaml.Node | None = None) -> str:
    """Return words as YAML on one line, in the quotes of `like` where it has some."""
    style = like.style if isinstance(like, yaml.ScalarNode) and like.style in ("'", '"') else None
    dumped = yaml.safe_dump([words], default_style=style, allow_unicode=True, width=math.inf)
    return str(dumped).removeprefix("- ").removesuffix("\n")


def _span(keys: Sequence[str], first: int, value: yaml.Node) -> tuple[int, int]:
    """Return the lines of a key and its value; the comments and empty lines that follow are the next one's."""
    mark = value.end_mark
    end = mark.line + 1 if mark.column and keys[mark.line : mark.line + 1] else mark.line
    if isinstance(value, yaml.CollectionNode) and not value.flow_style and value.value:
        end = max(
            _span(keys, first, one)[1] for pair in value.value for one in (pair if isinstance(pair, tuple) else (pair,))
        )
    end = max(end, first + 1)
    while end > first + 1 and re.fullmatch(r"\s*(#.*)?", keys[end - 1]) and not _is_text(value):
        end -= 1
    return first, end


def _is_text(value: yaml.Node) -> bool:
    return isinstance(value, yaml.ScalarNode) and value.style in ("|", ">")


def _value(node: yaml.Node | None) -> str:
    """Return a scalar as one line, whatever YAML takes it for; empty for what is none."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
        return ""
    return normal(" ".join(str(node.value).split()))


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [node] if isinstance(node, yaml.ScalarNode) and _value(node) else []


def _entries(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(str(key.value), value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _unreadable(message: str) -> LibraryFileError:
    return LibraryFileError([Problem("", 0, message, "Mend the file by hand.")])
