"""The desk's side of a talk: claimed by one person, answered, passed on, given back, ended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.errors import NotTransferred, NotWaiting, NotYours, OverLimit, StaffAway, Taken
from bot.conversations.handoff import Handoffs, Outcome, open_handoff
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.log import ConversationLog, Receipt
from bot.conversations.model import Conversation, Mode, Sender, text_block
from bot.conversations.presence import Person, Presence, Status
from bot.conversations.text import clean
from bot.storage.models import conversation_tag, handoff, note, staff

REPLY_MOST = 4000  # characters of a reply or a note
TAG_MOST, TAGS_MOST = 40, 12
TRANSFER_SECONDS = 60.0


class Claims:
    """What staff do with talks. Each step is one transaction in which the talk is locked, so that one person wins."""

    def __init__(self, log: ConversationLog, presence: Presence, handoffs: Handoffs, words: HandoffWords) -> None:
        self._log = log
        self._presence = presence
        self._handoffs = handoffs
        self._words = words

    async def claim(self, conversation_id: str, person: Person, *, over: bool = False) -> None:
        """Take a waiting talk; the assistant is silent from here on.

        Raises Taken (who has it), NotWaiting, or OverLimit unless `over` says that the person knows.
        """
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = (await db.execute(open_handoff(conversation_id))).one_or_none()
            if row is None:
                raise NotWaiting
            if row.state == "claimed":
                raise Taken(name=await self._name(db, row.staff_id))
            if not over:
                await self._check_seats(db, person)
            await self._give(db, talk, row.id, person)
        self._handoffs.changed(conversation_id)

    async def reply(self, conversation_id: str, person: Person, client_id: str, text: str) -> Receipt:
        """Store a reply of the talk's owner; raises NotYours, TextEmpty or TextTooLong."""
        words = clean(text, most=REPLY_MOST)
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            before = await self._log.known(db, conversation_id, client_id)
            if before is not None:
                return Receipt(before, new=False)
            row = await self._own(db, conversation_id, person)
            stored, _ = await self._log.append(
                db, talk, Sender.STAFF, [text_block(words)], name=person.shown_as, client_id=client_id
            )
            if row.replied_at is None:
                await db.execute(handoff.update().where(handoff.c.id == row.id).values(replied_at=stored.at))
        self._handoffs.changed(conversation_id)
        return Receipt(stored, new=True)

    async def release(self, conversation_id: str, person: Person) -> None:
        """Put the talk back into the queue, at its front; raises NotYours."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = await self._own(db, conversation_id, person)
            await self.to_queue(db, talk, row.id, "left", person.shown_as)
        self._handoffs.changed(conversation_id)

    async def give_back(self, conversation_id: str, person: Person) -> None:
        """Let the assistant answer again; raises NotYours."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            await self._own(db, conversation_id, person)
            await self._handoffs.back_to_bot(db, talk, Outcome.RETURNED)
        self._handoffs.changed(conversation_id)

    async def end(self, conversation_id: str, person: Person, outcome: Outcome, tags: list[str]) -> None:
        """End the talk with what became of it; raises NotYours."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            await self._own(db, conversation_id, person)
            await self._handoffs.end(db, talk, outcome)
            await _add_tags(db, conversation_id, tags)
        self._handoffs.changed(conversation_id)

    async def offer(self, conversation_id: str, person: Person, to: int, reason: str) -> None:
        """Ask a colleague to take the talk over; it stays with its owner until then. Raises NotYours or StaffAway."""
        async with self._log.database.write() as db:
            await self._log.locked(db, conversation_id)
            row = await self._own(db, conversation_id, person)
            colleague = await self._presence.person(db, to)
            if colleague is None or colleague.id == person.id or colleague.status is not Status.AVAILABLE:
                raise StaffAway
            values = {
                "transfer_to": to,
                "transfer_until": self._now() + TRANSFER_SECONDS,
                "transfer_note": clean(reason, most=REPLY_MOST),
            }
            await db.execute(handoff.update().where(handoff.c.id == row.id).values(values))
        self._handoffs.changed(conversation_id)

    async def accept(self, conversation_id: str, person: Person) -> None:
        """Take over a talk that a colleague offers; raises NotTransferred when it is offered no more."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = await self._offered(db, conversation_id, person)
            before = await self._name(db, row.staff_id)
            passed = self._words.divider("passed", talk.lang, name=before, to=person.shown_as)
            _, talk = await self._log.append(db, talk, Sender.SYSTEM, [passed])
            if row.transfer_note:
                await self._note(db, talk, row.staff_id, before, row.transfer_note)
            await self._give(db, talk, row.id, person)
        self._handoffs.changed(conversation_id)

    async def decline(self, conversation_id: str, person: Person) -> None:
        """Leave an offered talk with its owner; raises NotTransferred."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = await self._offered(db, conversation_id, person)
            await self.withdraw(db, talk, row.id, f"{person.shown_as} cannot take this chat now.")
        self._handoffs.changed(conversation_id)

    async def cancel(self, conversation_id: str, person: Person) -> None:
        """Withdraw the own offer; raises NotYours."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = await self._own(db, conversation_id, person)
            await self.withdraw(db, talk, row.id, None)
        self._handoffs.changed(conversation_id)

    async def add_note(self, conversation_id: str, person: Person, text: str) -> None:
        """Keep a note for staff beside the talk."""
        words = clean(text, most=REPLY_MOST)
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            await self._note(db, talk, person.id, person.shown_as, words)
        self._handoffs.changed(conversation_id)

    async def set_tags(self, conversation_id: str, tags: list[str]) -> None:
        """Set the talk's tags."""
        async with self._log.database.write() as db:
            await self._log.locked(db, conversation_id)
            await db.execute(conversation_tag.delete().where(conversation_tag.c.conversation_id == conversation_id))
            await _add_tags(db, conversation_id, tags)
        self._handoffs.changed(conversation_id)

    async def to_queue(self, db: AsyncConnection, talk: Conversation, row_id: int, event: str, name: str) -> None:
        """Let the talk wait for another person, before all who came later, in the caller's transaction."""
        values: dict[str, Any] = {
            "state": "waiting",
            "staff_id": None,
            "claimed_at": None,
            "reminded_at": self._now(),  # the patron reads now why it takes longer
            "transfer_to": None,
            "transfer_until": None,
            "urgent": True,
        }
        await db.execute(handoff.update().where(handoff.c.id == row_id).values(values))
        talk = await self._log.set_mode(db, talk, Mode.WAITING)
        await self._log.append(db, talk, Sender.SYSTEM, [self._words.divider(event, talk.lang, name=name)])

    async def withdraw(self, db: AsyncConnection, talk: Conversation, row_id: int, why: str | None) -> None:
        """End an offer in the caller's transaction; `why` is noted for the owner."""
        await db.execute(handoff.update().where(handoff.c.id == row_id).values(transfer_to=None, transfer_until=None))
        if why is not None:
            await self._note(db, talk, None, "Desk", why)

    async def _give(self, db: AsyncConnection, talk: Conversation, row_id: int, person: Person) -> None:
        values = {
            "state": "claimed",
            "staff_id": person.id,
            "claimed_at": sa.func.coalesce(handoff.c.claimed_at, self._now()),  # passed on, it was claimed before
            "transfer_to": None,
            "transfer_until": None,
        }
        await db.execute(handoff.update().where(handoff.c.id == row_id).values(values))
        talk = await self._log.set_mode(db, talk, Mode.STAFF)
        joined = self._words.divider("joined", talk.lang, name=person.shown_as)
        await self._log.append(db, talk, Sender.SYSTEM, [joined])

    async def _check_seats(self, db: AsyncConnection, person: Person) -> None:
        query = sa.select(sa.func.count()).where(handoff.c.state == "claimed", handoff.c.staff_id == person.id)
        taken = (await db.execute(query)).scalar_one()
        if taken >= person.seats:
            raise OverLimit(talks=taken, seats=person.seats)

    async def _own(self, db: AsyncConnection, conversation_id: str, person: Person) -> Any:
        row = (await db.execute(open_handoff(conversation_id))).one_or_none()
        if row is None or row.state != "claimed" or row.staff_id != person.id:
            name = await self._name(db, row.staff_id) if row is not None and row.staff_id else None
            raise NotYours(name=name)
        return row

    async def _offered(self, db: AsyncConnection, conversation_id: str, person: Person) -> Any:
        row = (await db.execute(open_handoff(conversation_id))).one_or_none()
        if row is None or row.transfer_to != person.id or row.transfer_until < self._now():
            raise NotTransferred
        return row

    async def _note(self, db: AsyncConnection, talk: Conversation, staff_id: int | None, name: str, text: str) -> None:
        values = {
            "conversation_id": talk.id,
            "after_seq": talk.seq,
            "staff_id": staff_id,
            "name": name,
            "at": self._now(),
            "text": text,
        }
        await db.execute(note.insert(), values)

    async def _name(self, db: AsyncConnection, staff_id: int | None) -> str:
        query = sa.select(staff.c.shown_as).where(staff.c.id == staff_id)
        return str((await db.execute(query)).scalar_one_or_none() or "Somebody")

    def _now(self) -> float:
        return self._log.clock.now().timestamp()


async def _add_tags(db: AsyncConnection, conversation_id: str, tags: list[str]) -> None:
    neat = {" ".join(tag.split()).lower()[:TAG_MOST] for tag in tags[:TAGS_MOST]} - {""}
    query = sa.select(conversation_tag.c.tag).where(conversation_tag.c.conversation_id == conversation_id)
    new = neat - set((await db.execute(query)).scalars())
    if new:
        await db.execute(
            conversation_tag.insert(), [{"conversation_id": conversation_id, "tag": tag} for tag in sorted(new)]
        )
