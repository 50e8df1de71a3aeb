"""Surveys as staff look after them: made, opened, closed, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import survey, survey_answer
from bot.suggestions.errors import NoSurvey, NotADraft, StillOpen
from bot.suggestions.surveys import options_of

KINDS = ("choice", "scale", "text")
DRAFT, OPEN, CLOSED = "draft", "open", "closed"
LEAST = 5
"""Answers, below which nothing of them is shown: among fewer, somebody might be recognised."""


@dataclass(frozen=True)
class Results:
    """How many were asked and answered, how often each option was chosen, and the words, newest first.

    Below `LEAST` answers there are neither counts nor words.
    """

    asked: int
    answered: int
    counts: dict[str, int]
    words: list[Any]

    @property
    def missing(self) -> int:
        """How many answers are needed until they are shown."""
        return max(0, LEAST - self.answered)

    @property
    def mean(self) -> float | None:
        """The mean of the answers to a scale."""
        total = sum(self.counts.values())
        return sum(int(value) * count for value, count in self.counts.items()) / total if total else None


def phase(row: Any, now: float, answered: int = 0) -> str:
    """Return what a survey does now: draft, waiting (for its first day), open, full, over or closed."""
    if row.state != OPEN:
        return str(row.state)
    if row.ends_at <= now:
        return "over"
    if row.most is not None and answered >= row.most:
        return "full"
    return "waiting" if row.begins_at > now else OPEN


async def listed(db: AsyncConnection) -> list[Any]:
    """Return all surveys with how many were asked and answered, newest first."""
    counts = (
        sa.select(
            survey_answer.c.survey_id,
            sa.func.count().label("asked"),
            sa.func.count(survey_answer.c.answered_at).label("answered"),
        )
        .group_by(survey_answer.c.survey_id)
        .subquery()
    )
    query = (
        sa.select(
            survey,
            sa.func.coalesce(counts.c.asked, 0).label("asked"),
            sa.func.coalesce(counts.c.answered, 0).label("answered"),
        )
        .outerjoin(counts, counts.c.survey_id == survey.c.id)
        .order_by(survey.c.id.desc())
    )
    return list((await db.execute(query)).all())


async def read(db: AsyncConnection, number: int, *, locked: bool = False) -> Any:
    """Return a survey; raise NoSurvey."""
    query = sa.select(survey).where(survey.c.id == number)
    row = (await db.execute(query.with_for_update() if locked else query)).one_or_none()
    if row is None:
        raise NoSurvey
    return row


async def add(db: AsyncConnection, values: dict[str, Any]) -> int:
    """Store a new draft and return its number."""
    added = await db.execute(survey.insert().values(**values, state=DRAFT))
    return int((added.inserted_primary_key or (0,))[0])


async def change(db: AsyncConnection, number: int, values: dict[str, Any]) -> None:
    """Change a draft; raise NotADraft: who has answered has answered this question and no other."""
    await _draft(db, number)
    await db.execute(survey.update().where(survey.c.id == number).values(values))


async def delete(db: AsyncConnection, number: int) -> None:
    """Delete a draft, or a closed survey with its answers; raise StillOpen."""
    if (await read(db, number, locked=True)).state == OPEN:
        raise StillOpen
    await db.execute(survey.delete().where(survey.c.id == number))


async def turn_to(db: AsyncConnection, number: int, state: str) -> Any:
    """Open or close a survey, and return it as it was."""
    row = await read(db, number, locked=True)
    await db.execute(survey.update().where(survey.c.id == number).values(state=state))
    return row


async def results(db: AsyncConnection, row: Any) -> Results:
    """Return what was answered to a survey."""
    query = sa.select(sa.func.count(), sa.func.count(survey_answer.c.answered_at))
    asked, answered = (await db.execute(query.where(survey_answer.c.survey_id == row.id))).one()
    counts = {option["value"]: 0 for option in options_of(row, "en")}
    if answered < LEAST:
        return Results(asked, answered, {}, [])
    given = await answers(db, row)
    tally = Counter(one.value for one in given)
    return Results(
        asked, answered, {value: tally[value] for value in counts}, list(given) if row.kind == "text" else []
    )


async def answers(db: AsyncConnection, row: Any) -> list[Any]:
    """Return every answer to a survey, newest first."""
    query = sa.select(survey_answer).where(
        survey_answer.c.survey_id == row.id, survey_answer.c.answered_at.is_not(None)
    )
    found = await db.execute(query.order_by(survey_answer.c.answered_at.desc(), survey_answer.c.id.desc()))
    return list(found.all())


async def _draft(db: AsyncConnection, number: int) -> None:
    if (await read(db, number, locked=True)).state != DRAFT:
        raise NotADraft
