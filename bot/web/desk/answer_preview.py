"""An answer's file as patrons would read it, or what is wrong in it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bot.conversations import sms
from bot.knowledge.answers import Answer, read_answer
from bot.knowledge.problems import LibraryFileError, Problem
from bot.say import with_link
from bot.web.desk.names import language_name


@dataclass(frozen=True)
class Language:
    """An answer in one language: as the chat shows it, and as a text message has it."""

    code: str
    name: str
    title: str
    parts: list[tuple[str, str]]
    short: str
    message: str
    """The text message whole: the short form with the link."""
    length: sms.Length
    source: str
    """The page that it is from, as a link in the markup of text blocks."""


@dataclass(frozen=True)
class Preview:
    """What would be shown, or the mistakes that must be mended first."""

    languages: list[Language] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    answer: Answer | None = None


def previewed(text: str, answer_id: str) -> Preview:
    """Read an answer's file as the assistant will."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{answer_id}.md"
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        try:
            answer = read_answer(path)
        except LibraryFileError as error:
            return Preview(problems=list(error.problems))
    return Preview(languages=[_language(answer, code) for code in answer.written], answer=answer)


def _language(answer: Answer, code: str) -> Language:
    written = answer.written[code]
    parts = [(part.heading, part.text) for part in written.parts]
    short = answer.short.to(code)
    message = with_link(short, answer.source)
    source = f"[{written.title}]({answer.source})"
    return Language(code, language_name(code), written.title, parts, short, message, sms.length(message), source)
