"""What the tests of learning share: talks that were understood in this way or that, on a database of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.clock import FrozenClock
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog, remove
from bot.conversations.model import Sender, text_block
from bot.learning.lessons import Author
from bot.storage import models
from bot.storage.engine import Database

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ANA, LEE = Author(1, "Ana"), Author(2, "Lee")


@dataclass
class Answer:
    """Where an answer of the assistant stands."""

    talk: str
    seq: int


class School:
    """Makes talks and labels, and shows the tables."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FrozenClock(MONDAY)
        self.log = ConversationLog(database, self.clock, Tokens(b"test"), Hub(), answer_within=30)
        self._moments = count(1)

    async def staff(self) -> None:
        for one in (ANA, LEE):
            row = {"name": one.name.lower(), "shown_as": one.name, "role": "reviewer", "active": True, "status": "away"}
            await self.insert("staff", seen_at=0.0, seats=3, preferences={}, created_at=0.0, **row)

    async def talk(self, lang: str = "en") -> str:
        return (await self.log.begin("web", lang, [text_block("Hello!")])).conversation.id

    async def asks(
        self, text: str, intent: str, confidence: float = 0.9, *, talk: str = "", lang: str = "en", state: str = "done"
    ) -> Answer:
        """Have a patron ask, the assistant understand and answer."""
        talk = talk or await self.talk(lang)
        async with self.database.write() as db:
            here = await self.log.locked(db, talk)
            self.clock.moment = datetime.fromtimestamp(MONDAY.timestamp() + next(self._moments), UTC)
            asked, here = await self.log.append(db, here, Sender.PATRON, [text_block(text)], lang=lang)
            answer, _ = await self.log.append(db, here, Sender.BOT, [text_block("An answer.")], lang=lang)
        ranking = [{"intent": intent, "confidence": confidence}, {"intent": "ask_policy", "confidence": 0.05}]
        understood = {"intent": intent, "confidence": confidence, "ranking": ranking, "entities": []}
        times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
        await self.insert(
            "turn", conversation_id=talk, seq=asked.seq, state=state, understood=understood, model="foyer-1", **times
        )
        return Answer(talk, answer.seq)

    async def label(self, answer: Answer, label: str) -> None:
        await self.unlabel(answer)
        await self.insert("label", conversation_id=answer.talk, seq=answer.seq, label=label, staff_id=None, at=0.0)

    async def unlabel(self, answer: Answer) -> None:
        table = models.label
        async with self.database.write() as db:
            here = (table.c.conversation_id == answer.talk) & (table.c.seq == answer.seq)
            await db.execute(table.delete().where(here))

    async def forget(self, *talks: str) -> None:
        async with self.database.write() as db:
            await remove(db, talks)

    async def insert(self, table: str, /, **row: Any) -> int:
        async with self.database.write() as db:
            made = await db.execute(models.metadata.tables[table].insert().values(row))
            return int(made.inserted_primary_key[0]) if isinstance(made.inserted_primary_key[0], int) else 0

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.database.read() as db:
            found = await db.execute(models.metadata.tables[table].select())
            return [dict(row._mapping) for row in found]
