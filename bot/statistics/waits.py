"""How long patrons waited for a person. Counts cannot tell: for forgotten days nobody can say any more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import handoff


@dataclass(frozen=True)
class Waits:
    """Seconds from each request to the claim, and to a person's first words; in order, the shortest first."""

    claims: list[float]
    replies: list[float]


async def waits(db: AsyncConnection, since: float, until: float) -> Waits:
    """Return the waits of requests made between two moments."""
    query = sa.select(
        handoff.c.claimed_at - handoff.c.requested_at, handoff.c.replied_at - handoff.c.requested_at
    ).where(handoff.c.requested_at >= since, handoff.c.requested_at < until, handoff.c.claimed_at.is_not(None))
    rows = (await db.execute(query)).all()
    return Waits(sorted(row[0] for row in rows), sorted(row[1] for row in rows if row[1] is not None))


def within(ordered: Sequence[float], share: float) -> float | None:
    """Return the least of the waits that this share of all did not exceed (the nearest rank); None without waits."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
