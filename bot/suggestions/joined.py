"""How many asked for one thing: the first who did, and those whose suggestions were joined to the first."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.models import suggestion


def asked() -> sa.ScalarSelect[int]:
    """Return the column that counts them beside a row of `suggestion`."""
    same = suggestion.alias("same")
    return (
        sa.select(sa.func.count() + 1)
        .select_from(same)
        .where(same.c.joined_to == suggestion.c.id)
        .correlate(suggestion)
        .scalar_subquery()
    )
