"""A talk written as a script: when it is, what the patron says, and the lines that they read last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.talk import Talk

Begin = Callable[..., Awaitable[Talk]]

SATURDAY = "2026-11-21 14:05"


@dataclass(frozen=True)
class Script:
    """`says` are the patron's messages in order, `reads` lines of the last answer, `never` what must not be in it."""

    name: str
    says: tuple[str, ...]
    reads: tuple[str, ...]
    at: str = SATURDAY
    lang: str = "en"
    branch: str | None = None
    never: tuple[str, ...] = field(default=())


def script(name: str, *says: str, reads: str | tuple[str, ...], **more: str | tuple[str, ...]) -> Script:
    """Return a script; one line may be given without brackets."""
    return Script(name, says, (reads,) if isinstance(reads, str) else reads, **more)  # type: ignore[arg-type]


async def play(talk: Begin, played: Script) -> None:
    """Have the talk, and hold its last answer to the script."""
    chat = await talk(at=played.at, lang=played.lang, branch=played.branch)
    answers = [await chat.say(text) for text in played.says]
    lines = answers[-1].splitlines()
    assert [line for line in played.reads if line not in lines] == [], answers[-1]
    assert [words for words in played.never if words in answers[-1]] == [], answers[-1]
