"""The patron's way to a person: asked for, waited for, left a message instead, or ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.choices import typed
from bot.conversations.errors import BadChoice, ChatEnded
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.log import ConversationLog, Receipt
from bot.conversations.model import Block, Conversation, Mode, Sender, text_block
from bot.conversations.pause import Pause
from bot.conversations.presence import Presence
from bot.conversations.topics import SMALL_TALK
from bot.storage.models import handoff, message, rasa_tracker, rating, staff, turn

DESK = "desk"
"""The name under which the hub wakes everybody who looks at the lists of the desk."""
QUESTION_MOST = 1000  # characters
LOOK_BACK = 8  # messages of the patron
SMALL = 7  # words


class Reason(StrEnum):
    """Why a talk asks for a person."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    RATED_DOWN = "rated_down"
    SAFETY = "safety"


class Outcome(StrEnum):
    """How a hand-off ended: the first four are said by staff."""

    ANSWERED = "answered"
    REFERRED = "referred"
    FOLLOW_UP = "follow_up"
    NO_REPLY = "no_reply"
    RETURNED = "returned"  # to the assistant, by staff
    LEFT = "left"  # by the patron
    MESSAGE = "message"  # the patron left a message


class Command(StrEnum):
    """What a patron does beside writing: by a button, or as a quick reply of the desk."""

    PERSON = "person"
    BOT = "bot"
    MESSAGE = "message"
    WAIT = "wait"
    END = "end"


@dataclass(frozen=True)
class Outlook:
    """Whether the desk is open now (None: not known), and when it opens next."""

    open: bool | None
    opens: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class State:
    """What a patron sees of the hand-off: who answers, the place in the queue, who has joined, why nobody answers."""

    mode: Mode
    queue: int | None = None
    staff: str | None = None
    paused: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return the state as the API says it."""
        return {"mode": self.mode.value, "queue": self.queue, "staff": self.staff, "paused": self.paused}


IN_ORDER = (handoff.c.urgent.desc(), handoff.c.requested_at, handoff.c.id)
"""The order of the queue: distress and those who lost their person first, then whoever waits longest."""


def open_handoff(conversation_id: str) -> sa.Select[Any]:
    """Return the query for the hand-off that is under way in a talk."""
    return sa.select(handoff).where(*_under_way(conversation_id))


def _under_way(conversation_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return handoff.c.conversation_id == conversation_id, handoff.c.state.in_(("waiting", "claimed"))


class Handoffs:
    """Brings talks to the desk and back."""

    def __init__(
        self,
        log: ConversationLog,
        presence: Presence,
        pause: Pause,
        words: HandoffWords,
        outlook: Callable[[], Awaitable[Outlook]],
    ) -> None:
        """`outlook` tells whether the desk is open; it may ask the library's systems."""
        self._log = log
        self._presence = presence
        self._pause = pause
        self._words = words
        self.outlook = outlook

    async def request(
        self, db: AsyncConnection, talk: Conversation, reason: Reason, outlook: Outlook, question: str
    ) -> Conversation:
        """Put the talk into the queue, or say who is there when and take a message, in the caller's transaction."""
        if talk.mode in (Mode.WAITING, Mode.STAFF):
            if reason is Reason.SAFETY:
                values = {"urgent": True, "reason": reason.value}
                await db.execute(handoff.update().where(*_under_way(talk.id)).values(values))
            return await self._say(db, talk, [text_block(self._words.already(talk.mode, talk.lang))])
        if reason is Reason.ASKED and await self._rated_down(db, talk):
            reason = Reason.RATED_DOWN
        now = self._now()
        row: dict[str, Any] = {
            "conversation_id": talk.id,
            "state": "waiting",
            "reason": reason.value,
            "urgent": reason is Reason.SAFETY,
            "question": question[:QUESTION_MOST],
            "requested_at": now,
            "patron_seen_at": now,
        }
        if outlook.open is not False and await self._presence.somebody(db):
            await db.execute(handoff.insert(), row)
            talk = await self._log.set_mode(db, talk, Mode.WAITING)
            place = await self.place(db, talk.id)
            return await self._say(db, talk, [text_block(self._words.waiting(place, talk.lang))])
        await db.execute(handoff.insert(), row | {"state": "missed", "closed_at": now})
        if reason is Reason.SAFETY:
            return talk  # the safety answer has named whom to call
        return await self._say(db, talk, self._words.nobody(outlook, question, talk.lang))

    async def command(
        self, talk: Conversation, client_id: str, text: str | None, payload: str | None
    ) -> Receipt | None:
        """Do what the patron asks of the desk and return the stored message; None for anything else.

        `payload` is `do.NAME` or the key of an offered choice; while others wait, `text` may be such a choice typed.
        """
        command = await self._command_in(talk, text, payload)
        if command is None:
            return None
        outlook = await self.outlook() if command in (Command.PERSON, Command.WAIT) else Outlook(None)
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, talk.id)
            before = await self._log.known(db, talk.id, client_id)
            if before is not None:
                return Receipt(before, new=False)
            if talk.mode is Mode.ENDED:
                raise ChatEnded
            question = await self.question(db, talk.id)
            words = text or self._words.command(command.value, talk.lang)
            stored, talk = await self._log.append(
                db, talk, Sender.PATRON, [text_block(words)], client_id=client_id, choice={"desk": command.value}
            )
            match command:
                case Command.PERSON | Command.WAIT if talk.mode is Mode.BOT or command is Command.PERSON:
                    # An old "keep waiting" may be pressed when nobody waits any more.
                    await self.request(db, talk, Reason.ASKED, outlook, question)
                case Command.BOT:
                    await self.back_to_bot(db, talk, Outcome.LEFT)
                case Command.MESSAGE:
                    await self._say(db, talk, [self._words.form(question, talk.lang)])
                case Command.WAIT:
                    await self._say(db, talk, [text_block(self._words.already(talk.mode, talk.lang))])
                case Command.END:
                    await self.end(db, talk, Outcome.LEFT)
        self.changed(talk.id)
        return Receipt(stored, new=True)

    async def back_to_bot(self, db: AsyncConnection, talk: Conversation, outcome: Outcome) -> Conversation:
        """Let the assistant answer again; it begins anew, since it has not seen what people said."""
        if talk.mode is Mode.BOT:
            return await self._say(db, talk, [text_block(self._words.assistant_here(talk.lang))])
        helped = talk.mode is Mode.STAFF
        await self.close(db, talk.id, outcome)
        talk = await self.to_bot(db, talk)
        blocks = [self._words.divider("back", talk.lang), *([self._words.rating(talk.lang)] if helped else [])]
        talk = await self._say(db, talk, blocks, Sender.SYSTEM)
        await self._log.ask_again(db, talk)
        return talk

    async def to_bot(self, db: AsyncConnection, talk: Conversation) -> Conversation:
        """Hand the talk to the assistant in the caller's transaction; it forgets what the patron never saw of it."""
        await db.execute(rasa_tracker.delete().where(rasa_tracker.c.conversation_id == talk.id))
        return await self._log.set_mode(db, talk, Mode.BOT)

    async def end(self, db: AsyncConnection, talk: Conversation, outcome: Outcome) -> Conversation:
        """End the talk and ask how it was."""
        await self.close(db, talk.id, outcome)
        talk = await self._log.set_mode(db, talk, Mode.ENDED)
        blocks = [self._words.divider("ended", talk.lang), self._words.rating(talk.lang)]
        return await self._say(db, talk, blocks, Sender.SYSTEM)

    async def close(self, db: AsyncConnection, conversation_id: str, outcome: Outcome) -> None:
        """Close the hand-off that is under way, if any."""
        under_way = (await db.execute(open_handoff(conversation_id))).one_or_none()
        if under_way is None:
            return
        # Nobody came: left by the patron or for a message, it counts as missed.
        missed = under_way.state == "waiting" and outcome in (Outcome.MESSAGE, Outcome.LEFT)
        values = {
            "state": "missed" if missed else "closed",
            "outcome": outcome.value,
            "closed_at": self._now(),
            "transfer_to": None,
            "transfer_until": None,
        }
        await db.execute(handoff.update().where(handoff.c.id == under_way.id).values(values))

    async def state(self, conversation_id: str, mode: Mode, lang: str) -> State:
        """Return what the patron sees of the hand-off."""
        if mode is Mode.BOT:
            return State(mode, paused=await self._pause.notice(lang))
        if mode is Mode.ENDED:
            return State(mode)
        async with self._log.database.read() as db:
            if mode is Mode.WAITING:
                return State(mode, queue=await self.place(db, conversation_id))
            query = (
                sa.select(staff.c.shown_as)
                .join(handoff, handoff.c.staff_id == staff.c.id)
                .where(handoff.c.conversation_id == conversation_id, handoff.c.state == "claimed")
            )
            return State(mode, staff=(await db.execute(query)).scalar_one_or_none())

    async def stopped(self, db: AsyncConnection) -> bool:
        """Tell whether staff have taken the assistant out of service, in the caller's transaction."""
        return bool((await self._pause.read(db)).get("on"))

    async def place(self, db: AsyncConnection, conversation_id: str) -> int:
        """Return the talk's place in the queue, from 1."""
        query = sa.select(handoff.c.conversation_id).where(handoff.c.state == "waiting").order_by(*IN_ORDER)
        queue = list((await db.execute(query)).scalars())
        return queue.index(conversation_id) + 1 if conversation_id in queue else 1

    async def patron_is_here(self, conversation_id: str) -> None:
        """Note that the patron's window is open."""
        async with self._log.database.write() as db:
            await db.execute(handoff.update().where(*_under_way(conversation_id)).values(patron_seen_at=self._now()))

    async def question(self, db: AsyncConnection, conversation_id: str) -> str:
        """Return what the patron wanted to know: the newest words that say more than "a person, please"."""
        query = (
            sa.select(message.c.blocks, turn.c.understood)
            .outerjoin(turn, (turn.c.conversation_id == message.c.conversation_id) & (turn.c.seq == message.c.seq))
            .where(
                message.c.conversation_id == conversation_id,
                message.c.sender == Sender.PATRON.value,
                message.c.choice.is_(None),
            )
            .order_by(message.c.seq.desc())
            .limit(LOOK_BACK)
        )
        said = [
            ("\n\n".join(block["text"] for block in row.blocks if block["type"] == "text"), row.understood or {})
            for row in await db.execute(query)
        ]
        telling = (
            words for words, known in said if known.get("intent") not in SMALL_TALK or len(words.split()) > SMALL
        )
        return next(telling, said[0][0] if said else "")[:QUESTION_MOST]

    def changed(self, conversation_id: str) -> None:
        """Wake the talk's readers and everybody at the desk."""
        self._log.hub.wake(conversation_id)
        self._log.hub.wake(DESK)

    async def _command_in(self, talk: Conversation, text: str | None, payload: str | None) -> Command | None:
        if payload is not None and payload.startswith("do."):
            try:
                return Command(payload.removeprefix("do."))
            except ValueError:
                raise BadChoice from None
        if payload is not None:
            value = await self._log.chosen(talk.id, payload)
        elif talk.mode is Mode.WAITING and text:
            said, _ = await self._log.after(talk.id, talk.seq - 1)
            choice = typed(text, said[-1].blocks) if said and said[-1].sender is Sender.BOT else None
            value = choice["value"] if choice else {}
        else:
            return None
        return Command(value["desk"]) if "desk" in value else None

    async def _rated_down(self, db: AsyncConnection, talk: Conversation) -> bool:
        query = sa.select(rating.c.seq).where(
            rating.c.conversation_id == talk.id, rating.c.value == "down", rating.c.seq > talk.seq - 6
        )
        return (await db.execute(query.limit(1))).first() is not None

    async def _say(
        self, db: AsyncConnection, talk: Conversation, blocks: list[Block], sender: Sender = Sender.BOT
    ) -> Conversation:
        _, talk = await self._log.append(db, talk, sender, blocks)
        return talk

    def _now(self) -> float:
        return self._log.clock.now().timestamp()
