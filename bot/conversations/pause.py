"""The stop switch: staff take the assistant out of service, and patrons read why."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.engine import Database
from bot.storage.models import desk_setting
from bot.wording import DEFAULT_LANGUAGE

PAUSE = "pause"
"""The name of the desk's setting: `{"on": bool, "notice": {language: text}}`."""
LOOK_AGAIN_SECONDS = 2.0  # another gateway may have stopped the service


class Pause:
    """Tells whether the assistant is out of service."""

    def __init__(self, database: Database, standard: Callable[[str], str]) -> None:
        """Prepare; `standard` returns what patrons are told in a language when staff have written nothing else."""
        self._database = database
        self._standard = standard
        self._known: dict[str, Any] = {}
        self._looked_at = 0.0

    async def notice(self, lang: str) -> str | None:
        """Return what patrons are told while the service is stopped, None while it runs."""
        if time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            async with self._database.read() as db:
                self._known = await self.read(db)
            self._looked_at = time.monotonic()
        if not self._known.get("on"):
            return None
        notice = self._known.get("notice") or {}
        return str(notice.get(lang) or notice.get(DEFAULT_LANGUAGE) or self._standard(lang))

    async def read(self, db: AsyncConnection) -> dict[str, Any]:
        """Return the setting as it is now, in the caller's transaction."""
        query = sa.select(desk_setting.c.value).where(desk_setting.c.name == PAUSE)
        value: dict[str, Any] = (await db.execute(query)).scalar_one_or_none() or {}
        return value

    async def change(self, db: AsyncConnection, at: float, **changes: Any) -> None:
        """Change `on` or `notice` in the caller's transaction; call `forget` after it."""
        values = {"value": {"on": False} | await self.read(db) | changes, "at": at}
        changed = await db.execute(desk_setting.update().where(desk_setting.c.name == PAUSE).values(values))
        if not changed.rowcount:
            await db.execute(desk_setting.insert().values(name=PAUSE, **values))

    def forget(self) -> None:
        """Look anew next time."""
        self._looked_at = 0.0
