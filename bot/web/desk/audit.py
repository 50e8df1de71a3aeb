"""The record of what staff did. Each row's hash covers the row before: a changed, moved or missing row shows.

It does not show to whoever can write the whole table anew (docs/adr/0007-a-person-in-the-same-window.md).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.models import audit, desk_setting
from bot.web.desk.sessions import StaffMember

START = "0" * 64
HEAD = "audit_head"
"""The desk setting that names the newest row: without it the last rows could go unnoticed."""
LOCK = 4_207_711_301  # of PostgreSQL's advisory locks; the number itself means nothing
BATCH = 1000


@dataclass(frozen=True)
class Verdict:
    """How many rows were looked at, and the first that is not as it was written (None: all are)."""

    rows: int
    broken: int | None


async def record(
    db: AsyncConnection,
    who: StaffMember | None,
    action: str,
    conversation_id: str | None = None,
    *,
    at: float,
    **details: Any,
) -> None:
    """Add a row in the caller's transaction, as its last statement: writers of the record wait for each other here."""
    if db.dialect.name == "postgresql":
        # SQLite lets one writer in at a time by itself.
        await db.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    head = (await db.execute(sa.select(desk_setting.c.value).where(desk_setting.c.name == HEAD))).scalar_one_or_none()
    row = {
        "at": round(at, 3),
        "staff_id": who.id if who else None,
        "name": (who.name if who else str(details.get("name", "")))[:80],
        "action": action,
        "conversation_id": conversation_id,
        "details": details,
        "previous": head["hash"] if head else START,
    }
    row["hash"] = _hash(row)
    added = await db.execute(audit.insert().values(row))
    (row_id,) = added.inserted_primary_key or (None,)
    value = {"value": {"id": row_id, "hash": row["hash"]}, "at": row["at"]}
    if head is None:
        await db.execute(desk_setting.insert().values(name=HEAD, **value))
    else:
        await db.execute(desk_setting.update().where(desk_setting.c.name == HEAD).values(value))


async def verify(db: AsyncConnection) -> Verdict:
    """Walk the record from its first row and tell the first one that was changed, moved, or follows a gap."""
    previous, last, rows = START, 0, 0
    while True:
        query = sa.select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(BATCH)
        batch = (await db.execute(query)).all()
        for row in batch:
            if row.previous != previous or row.hash != _hash(dict(row._mapping)):
                return Verdict(rows, row.id)
            previous, last, rows = row.hash, row.id, rows + 1
        if len(batch) < BATCH:
            break
    head = (await db.execute(sa.select(desk_setting.c.value).where(desk_setting.c.name == HEAD))).scalar_one_or_none()
    if (head["hash"] if head else START) != previous:
        return Verdict(rows, last + 1)
    return Verdict(rows, None)


def _hash(row: dict[str, Any]) -> str:
    told = {name: row[name] for name in ("at", "staff_id", "name", "action", "conversation_id", "details", "previous")}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
