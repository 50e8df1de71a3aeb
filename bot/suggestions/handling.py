"""What staff do with a suggestion: decide, answer, sort, assign, note, join it to another one and part them again.

Everything is done in the caller's transaction. A suggestion that is joined to another one (its head) follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.errors import StaffAway
from bot.conversations.references import read_reference
from bot.storage.models import staff, suggestion, suggestion_event
from bot.suggestions.deliveries import Deliveries
from bot.suggestions.errors import CannotJoin, ChangedMeanwhile, FollowsAnother, NoSuchSuggestion
from bot.suggestions.model import Kind, Status
from bot.suggestions.telling import Telling

DECIDING = ("status", "reply", "public", "kind", "title", "joined", "parted")
"""What a colleague who decides at the same moment must be told of."""
NAMED = ("title", "author")
"""Of a purchase, in its details."""


@dataclass(frozen=True)
class Decision:
    """What staff decide and answer. `public`: whether it is shown on the page "You asked, we did"."""

    status: Status
    reply: str | None
    public: bool


@dataclass(frozen=True)
class Sorting:
    """What staff take it for. Of a purchase: title and author, empty where none was named.

    `matching`: what is then the same for suggestions of the same thing.
    """

    kind: Kind
    title: str
    author: str
    matching: str


@dataclass(frozen=True)
class Done:
    """Whether something changed, and how many people are told of it by e-mail."""

    changed: bool
    told: int = 0


class Handling:
    """Changes suggestions, keeps their history, and has everybody told."""

    def __init__(self, clock: Clock, deliveries: Deliveries, telling: Telling) -> None:
        self.telling = telling
        self._clock = clock
        self._deliveries = deliveries

    async def decide(self, db: AsyncConnection, number: int, by: str, version: int, to: Decision) -> Done:
        """Set status, reply and whether it is shown in public; `version`: of the page that it was decided on.

        Raises ChangedMeanwhile where a colleague decided something else since, or NoSuchSuggestion.
        """
        row = await _locked(db, number)
        now = self._now()
        shown = is_public(row.kind, row.details)
        changes: dict[str, str] = {}
        values: dict[str, Any] = {}
        if row.status != to.status.value:
            changes["status"] = to.status.value
            values |= {"status": to.status.value, "changed_at": now}
        if (row.reply or None) != (to.reply or None):
            changes["reply"] = to.reply or ""
            values |= {"reply": to.reply or None, "replied_at": now if to.reply else None}
        if shown is not to.public:
            changes["public"] = "yes" if to.public else "no"
            values |= {"details": row.details | {"public": to.public}}
        if not changes:
            return Done(False)
        await _same_as_read(db, row, version)
        await db.execute(suggestion.update().where(suggestion.c.id == number).values(values))
        for what, value in changes.items():
            await self._note_down(db, number, by, what, value)
        if changes.keys() == {"public"}:
            return Done(True)
        joined = await _joined(db, number)
        if "status" in changes:
            mine = suggestion.c.joined_to == number
            await db.execute(suggestion.update().where(mine).values(status=to.status.value, changed_at=now))
        await self._deliveries.put(db, number, "changed")
        return Done(True, await self.telling.tell(db, [row, *joined], to.status.value, to.reply))

    async def sort(self, db: AsyncConnection, number: int, by: str, version: int, to: Sorting) -> Done:
        """Take it, and what is joined to it, for something of another kind, or put a purchase's title and author right.

        Other systems hear of it; what it was sent for before and is no longer is not sent. Raises ChangedMeanwhile as
        `decide` does, FollowsAnother, or NoSuchSuggestion.
        """
        row = await _locked(db, number)
        if row.joined_to is not None:
            head = await db.execute(sa.select(suggestion.c.code).where(suggestion.c.id == row.joined_to))
            raise FollowsAnother(head=head.scalar_one())
        named = {name: value for name, value in (("title", to.title), ("author", to.author)) if value}
        purchase = to.kind is Kind.PURCHASE
        renamed = purchase and named != {name: row.details[name] for name in NAMED if row.details.get(name)}
        if row.kind == to.kind.value and not renamed:
            return Done(False)
        await _same_as_read(db, row, version)
        changed = [row, *(one for one in await _joined(db, number) if one.kind != to.kind.value)]
        for one in changed:
            details = dict(one.details)
            if one.kind != to.kind.value and details.get("public"):
                del details["public"]  # staff allowed a title to be shown, say, and not the patron's words
            if purchase and one.id == number:
                details = {name: value for name, value in details.items() if name not in NAMED} | named
            elif purchase:
                details = named | details
            values = {"kind": to.kind.value, "details": details, "matching": to.matching}
            await db.execute(suggestion.update().where(suggestion.c.id == one.id).values(values))
            if one.kind != to.kind.value:
                await self._note_down(db, one.id, by, "kind", to.kind.value)
            await self._deliveries.renew(db, one.id)
            await self._deliveries.put(db, one.id, "changed")
        if renamed:
            await self._note_down(db, number, by, "title", ", ".join(named.values()))
        return Done(True)

    async def assign(self, db: AsyncConnection, number: int, by: str, was: int | None, to: int | None) -> Done:
        """Give it to a member of staff, or to nobody; `was`: who had it on the page.

        Raises ChangedMeanwhile where somebody else has it since, StaffAway where the account is closed.
        """
        row = await _locked(db, number)
        if row.staff_id == to:
            return Done(False)
        if row.staff_id != was:
            raise ChangedMeanwhile(name=await _last(db, number, ("assigned",)))
        name = ""
        if to is not None:
            query = sa.select(staff.c.shown_as).where(staff.c.id == to, staff.c.active)
            name = (await db.execute(query)).scalar_one_or_none() or ""
            if not name:
                raise StaffAway
        await db.execute(suggestion.update().where(suggestion.c.id == number).values(staff_id=to))
        await self._note_down(db, number, by, "assigned", name)
        return Done(True)

    async def note(self, db: AsyncConnection, number: int, by: str, text: str) -> Done:
        """Keep a note for staff."""
        await _locked(db, number)
        await self._note_down(db, number, by, "note", text)
        return Done(True)

    async def join(self, db: AsyncConnection, number: int, by: str, code: str) -> Done:
        """Join it, and what is joined to it, to the suggestion with a code: from now on they follow that one.

        Raises NoSuchSuggestion, CannotJoin, or ChangedMeanwhile where a colleague joined it to something else.
        """
        query = sa.select(suggestion).where(suggestion.c.code == (read_reference(code) or ""))
        other = (await db.execute(query)).one_or_none()
        if other is None:
            raise NoSuchSuggestion
        rows = await _all_locked(db, [number, other.joined_to or other.id])
        row, head = rows[number], rows[other.joined_to or other.id]
        if row.joined_to == head.id:
            return Done(False)
        if head.id == number:
            raise CannotJoin
        if row.joined_to is not None or head.joined_to is not None:
            raise ChangedMeanwhile(name=await _last(db, number if row.joined_to else head.id, ("joined",)))
        moved = [row, *await _joined(db, number)]
        ids = [one.id for one in moved]
        values = {"joined_to": head.id, "status": head.status, "changed_at": head.changed_at}
        await db.execute(suggestion.update().where(suggestion.c.id.in_(ids)).values(values))
        for one in moved:
            await self._note_down(db, one.id, by, "joined", f"to {head.code}")
            await self._note_down(db, head.id, by, "joined", one.code)
            await self._deliveries.put(db, one.id, "changed")
        news = row.status != head.status or (row.reply or None) != (head.reply or None)
        return Done(True, await self.telling.tell(db, moved, head.status, head.reply) if news else 0)

    async def part(self, db: AsyncConnection, number: int, by: str) -> Done:
        """Let it stand for itself again, as a new one."""
        found = (await db.execute(sa.select(suggestion).where(suggestion.c.id == number))).one_or_none()
        rows = await _all_locked(db, [number, *([found.joined_to] if found and found.joined_to else [])])
        row = rows[number]
        if row.joined_to is None:
            return Done(False)
        if row.joined_to not in rows:
            raise ChangedMeanwhile(name=await _last(db, number, ("joined",)))
        values = {"joined_to": None, "status": Status.NEW.value, "changed_at": self._now(), "reply": None}
        await db.execute(suggestion.update().where(suggestion.c.id == number).values(values | {"replied_at": None}))
        await self._note_down(db, number, by, "parted", f"from {rows[row.joined_to].code}")
        await self._note_down(db, row.joined_to, by, "parted", row.code)
        await self._deliveries.renew(db, number)
        await self._deliveries.put(db, number, "changed")
        return Done(True)

    async def delete(self, db: AsyncConnection, number: int, by: str) -> Done:
        """Delete it with its history. The first one that was joined to it takes its place, status and reply."""
        row = await _locked(db, number)
        joined = await _joined(db, number)
        if joined:
            first, others = joined[0], [one.id for one in joined[1:]]
            values = {name: getattr(row, name) for name in ("status", "reply", "replied_at", "changed_at", "staff_id")}
            await db.execute(
                suggestion.update().where(suggestion.c.id == first.id).values(values | {"joined_to": None})
            )
            await db.execute(suggestion.update().where(suggestion.c.id.in_(others)).values(joined_to=first.id))
            await self._note_down(db, first.id, by, "parted", f"from {row.code}")
        await db.execute(suggestion.delete().where(suggestion.c.id == number))
        return Done(True)

    async def _note_down(self, db: AsyncConnection, number: int, by: str, what: str, value: str) -> None:
        event = {"suggestion_id": number, "at": self._now(), "name": by[:80], "what": what, "value": value}
        await db.execute(suggestion_event.insert(), event)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def is_public(kind: str, details: dict[str, Any]) -> bool:
    """Return whether what was suggested may be shown: a title unless staff say no, all else only if they say so."""
    return bool(details.get("public", kind == Kind.PURCHASE.value))


async def version_of(db: AsyncConnection, number: int) -> int:
    """Return what changes whenever a member of staff decides something on a suggestion."""
    query = sa.select(sa.func.max(suggestion_event.c.id)).where(_decided(number, DECIDING))
    return (await db.execute(query)).scalar_one_or_none() or 0


def _decided(number: int, whats: Sequence[str]) -> sa.ColumnElement[bool]:
    # What nobody did, such as a patron who asks for the same, changes nothing that a colleague decides on.
    of = suggestion_event.c
    return (of.suggestion_id == number) & of.what.in_(whats) & (of.name != "")


async def _same_as_read(db: AsyncConnection, row: Any, version: int) -> None:
    if row.joined_to is not None or await version_of(db, row.id) != version:
        raise ChangedMeanwhile(name=await _last(db, row.id, DECIDING))


async def _last(db: AsyncConnection, number: int, whats: Sequence[str]) -> str:
    """Return who did one of these things last."""
    query = sa.select(suggestion_event.c.name).where(_decided(number, whats))
    found = await db.execute(query.order_by(suggestion_event.c.id.desc()).limit(1))
    return found.scalar_one_or_none() or "A colleague"


async def _locked(db: AsyncConnection, number: int) -> Any:
    return (await _all_locked(db, [number]))[number]


async def _all_locked(db: AsyncConnection, numbers: Sequence[int]) -> dict[int, Any]:
    """Return the suggestions, kept from others until the transaction ends; always in the same order."""
    query = sa.select(suggestion).where(suggestion.c.id.in_(numbers)).order_by(suggestion.c.id)
    rows = {row.id: row for row in (await db.execute(query.with_for_update(key_share=True))).all()}
    if numbers[0] not in rows:
        raise NoSuchSuggestion
    return rows


async def _joined(db: AsyncConnection, number: int) -> list[Any]:
    query = sa.select(suggestion).where(suggestion.c.joined_to == number).order_by(suggestion.c.id)
    return list((await db.execute(query)).all())
