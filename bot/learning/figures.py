"""How well a model does on the held-out questions, by topic, and when a batch is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.conversations.topics import NOT_UNDERSTOOD, OUTSIDE
from bot.errors import SettingsError
from bot.settings import Settings

LOST_MOST = 2  # questions of a topic: from so many on it counts as fallen
LOST_SHARE = 0.05  # of a topic's questions: more than this counts as fallen too
# A harmless example moves some four questions that stand on the edge, as often to the good as to the bad: ten of them
# rarely (two standard deviations) lose more than one question in a hundred. Damage that is spread thinly loses more.
LOST_IN_ALL = 1  # of a hundred questions of all topics: more than this is refused, though no topic falls
RULE = (
    f"A batch is refused when a topic falls: {LOST_MOST} or more of its questions are understood no longer, or more "
    f"than {100 * LOST_SHARE:g}\N{NO-BREAK SPACE}% of them; or when all topics together lose more than "
    f"{LOST_IN_ALL}\N{NO-BREAK SPACE}% of all questions, spread as they may be. A question that is said not to be "
    "understood counts as wrong; one about what no library does counts as right when it is refused."
)

Figures = Mapping[str, Sequence[int]]
"""By topic: questions right before, right after, and how many there are."""


@dataclass(frozen=True)
class Question:
    """A held-out question: what it asks, and what it may be taken for as well."""

    text: str
    topic: str
    right: tuple[str, ...]

    def is_right(self, found: str) -> bool:
        """Tell whether it was taken for what it asks; what no library does is right when it is refused."""
        refused = self.topic == OUTSIDE and found == NOT_UNDERSTOOD
        return refused or found in self.right


@dataclass(frozen=True)
class Moved:
    """A question that one model understands and the other does not."""

    text: str
    topic: str
    before: str
    after: str


def held_out(settings: Settings) -> list[Question]:
    """Read the held-out questions: a JSON line each, with text, intent and perhaps alt; raise SettingsError."""
    try:
        lines = settings.held_out.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
        return [Question(row["text"], row["intent"], (row["intent"], *row.get("alt", ()))) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"HELD_OUT is {str(settings.held_out)!r}, which cannot be read: {error}.") from None


def remembered(settings: Settings, model: str) -> list[str] | None:
    """Return what a model took each held-out question for, in their order; None where it was not asked yet."""
    try:
        kept = json.loads(_place(settings, model).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return [str(one) for one in kept["found"]] if kept.get("questions") == _questions(settings) else None


def remember(settings: Settings, model: str, found: Sequence[str]) -> None:
    """Keep what a model took each held-out question for: it never changes."""
    place = _place(settings, model)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".draft")
    draft.write_text(json.dumps({"questions": _questions(settings), "found": list(found)}), encoding="utf-8")
    draft.replace(place)


def compared(questions: Sequence[Question], before: Sequence[str], after: Sequence[str]) -> dict[str, list[int]]:
    """Return the figures of two models, given what each took every question for."""
    figures: dict[str, list[int]] = {}
    for question, then, now in zip(questions, before, after, strict=True):
        row = figures.setdefault(question.topic, [0, 0, 0])
        row[0] += question.is_right(then)
        row[1] += question.is_right(now)
        row[2] += 1
    return dict(sorted(figures.items()))


def moved(settings: Settings, model_before: str, model: str) -> tuple[list[Moved], list[Moved]]:
    """Return which questions the later model lost and which it won; nothing where one of the two is forgotten."""
    before, after = remembered(settings, model_before), remembered(settings, model)
    lost: list[Moved] = []
    won: list[Moved] = []
    if before is None or after is None:
        return lost, won
    for question, then, now in zip(held_out(settings), before, after, strict=True):
        if question.is_right(then) != question.is_right(now):
            (lost if question.is_right(then) else won).append(Moved(question.text, question.topic, then, now))
    return lost, won


def fallen(figures: Figures) -> list[str]:
    """Return the topics that fall (see RULE)."""
    return [topic for topic, (before, after, of) in figures.items() if falls(before, after, of)]


def refuses(figures: Figures) -> bool:
    """Tell whether a batch is refused (see RULE)."""
    return bool(fallen(figures)) or bool(total(figures)["falls"])


def falls(before: int, after: int, of: int) -> bool:
    """Tell whether a topic falls (see RULE)."""
    lost = before - after
    return lost >= LOST_MOST or lost > LOST_SHARE * of


def _place(settings: Settings, model: str) -> Path:
    return settings.data_folder / "figures" / f"{model}.json"


def _questions(settings: Settings) -> str:
    return hashlib.sha256(settings.held_out.read_bytes()).hexdigest()


def total(figures: Figures) -> dict[str, Any]:
    """Return the sums of all topics, how many questions may be lost in all (`most`), and whether more are (`falls`)."""
    before, after, of = (sum(row[place] for row in figures.values()) for place in range(3))
    most = max(LOST_MOST - 1, of * LOST_IN_ALL // 100)  # one question alone is weighed in its topic
    return {"before": before, "after": after, "of": of, "most": most, "falls": before - after > most}
