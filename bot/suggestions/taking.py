"""Takes what patrons suggest in a talk, and tells them later what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.model import Block, Conversation, text_block
from bot.conversations.references import new_reference, read_reference
from bot.say import day_name
from bot.storage.models import suggestion, suggestion_event
from bot.suggestions.deliveries import Deliveries
from bot.suggestions.joined import asked
from bot.suggestions.model import CLOSED, Kind, Status
from bot.wording import Wording

LETTER = "K"
"""Of every tracking code: K-4K7Q2-X."""
TEXT_MOST = 4000  # characters
TRIES = 5
REPLY_SHOWN = 2000  # characters


@dataclass(frozen=True)
class Told:
    """What whoever has the code may know of a suggestion: nothing of who made it."""

    code: str
    kind: Kind
    text: str
    status: Status
    reply: str | None
    since: float  # of the status, in epoch seconds
    count: int  # how many asked for the same


class Suggestions:
    """What the assistant orders from the gateway: take a suggestion, tell what became of one."""

    def __init__(self, clock: Clock, wording: Wording, deliveries: Deliveries) -> None:
        self._clock = clock
        self._wording = wording
        self._deliveries = deliveries

    async def take(self, db: AsyncConnection, talk: Conversation, wish: Mapping[str, Any], lang: str) -> list[Block]:
        """Store a suggestion in the caller's transaction and return what the patron reads: its code.

        `wish` is a block of type `suggestion`: kind, text, details, matching, contact, contact_kind, branch.
        """
        kind = Kind(wish["kind"])
        same = await _same(db, wish)
        now = self._clock.now().timestamp()
        row = {
            "kind": kind.value,
            "text": str(wish["text"])[:TEXT_MOST],
            "details": dict(wish["details"]),
            "matching": wish["matching"],
            "joined_to": same.id if same else None,
            "conversation_id": talk.id,
            "lang": lang,
            "branch": wish.get("branch") or talk.branch,
            "channel": talk.channel,
            "contact": wish["contact"],
            "contact_kind": wish["contact_kind"],
            "status": same.status if same else Status.NEW.value,
            "created_at": now,
            "changed_at": now,
        }
        id_, code = await _stored(db, row)
        if same:
            event = {"suggestion_id": same.id, "at": now, "name": "", "what": "joined", "value": code}
            await db.execute(suggestion_event.insert().values(event))
        await self._deliveries.put(db, id_, "created")
        said = [self._wording.say(f"utter_suggestions_taken_{kind.value}", lang)]
        if same:
            others = await _count(db, same.id) - 1
            name = "utter_suggestions_with_others" if others > 1 else "utter_suggestions_with_another"
            said.append(self._wording.say(name, lang, count=others))
        said.append(self._wording.say("utter_suggestions_code", lang, code=code))
        if wish["contact"]:
            said.append(self._wording.say("utter_suggestions_will_write", lang))
        return [text_block(" ".join(said))]

    async def tell(self, db: AsyncConnection, talk: Conversation, asked: Mapping[str, Any], lang: str) -> list[Block]:
        """Return what became of the suggestion with the code of a block of type `track`."""
        told = await found(db, str(asked["code"]))
        return [text_block(self.words(told, lang))]

    def words(self, told: Told | None, lang: str) -> str:
        """Return what a patron reads of a suggestion; that the code is not known where there is none."""
        if told is None:
            return self._wording.say("utter_suggestions_unknown_code", lang)
        today = self._clock.now()
        day = day_name(datetime.fromtimestamp(told.since, today.tzinfo).date(), lang, today.date())
        lines = [
            self._wording.say("utter_suggestions_about", lang, code=told.code, text=told.text),
            self._wording.say(f"utter_suggestions_status_{told.status.value}", lang, day=day),
        ]
        if told.reply:
            lines.append(self._wording.say("utter_suggestions_reply", lang, reply=told.reply[:REPLY_SHOWN]))
        if told.count > 1:
            lines.append(self._wording.say("utter_suggestions_asked_by", lang, count=told.count))
        return "\n\n".join(lines)


async def found(db: AsyncConnection, code: str) -> Told | None:
    """Return what may be told of the suggestion with a code, however it is written; None where there is none."""
    proper = read_reference(code)
    if proper is None:
        return None
    own = (await db.execute(sa.select(suggestion).where(suggestion.c.code == proper))).one_or_none()
    if own is None:
        return None
    head = own
    if own.joined_to is not None:
        head = (await db.execute(sa.select(suggestion).where(suggestion.c.id == own.joined_to))).one()
    count = await _count(db, head.id)
    since = own.created_at if head.status == Status.NEW else head.changed_at
    return Told(proper, Kind(own.kind), own.text, Status(head.status), head.reply, since, count)


async def _same(db: AsyncConnection, wish: Mapping[str, Any]) -> Any:
    """Return the first open suggestion of the same thing; by another author it is another thing."""
    query = (
        sa.select(suggestion)
        .where(
            suggestion.c.matching == wish["matching"],
            suggestion.c.joined_to.is_(None),
            suggestion.c.status.not_in([status.value for status in CLOSED]),
        )
        .order_by(suggestion.c.id)
    )
    author = _surname(wish["details"])
    for row in (await db.execute(query)).all():
        other = _surname(row.details)
        if not author or not other or author == other:
            return row
    return None


def _surname(details: Mapping[str, Any]) -> str:
    words = str(details.get("author") or "").casefold().split()
    return words[-1] if words else ""


async def _count(db: AsyncConnection, head_id: int) -> int:
    return int((await db.execute(sa.select(asked()).where(suggestion.c.id == head_id))).scalar_one())


async def _stored(db: AsyncConnection, row: Mapping[str, Any]) -> tuple[int, str]:
    for _ in range(TRIES):
        code = new_reference(LETTER)
        try:
            async with db.begin_nested():
                added = await db.execute(suggestion.insert().values({**row, "code": code}))
                return int((added.inserted_primary_key or (0,))[0]), code
        except IntegrityError:
            continue  # of twenty million numbers, somebody had this one
    raise RuntimeError("no free tracking code was found")
