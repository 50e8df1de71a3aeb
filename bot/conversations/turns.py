"""Runs due turns: in order and one at a time per conversation, by deadline, and again when a process died on one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.brain import Brain
from bot.conversations.errors import BrainError, BrainSlow, ChatGone
from bot.conversations.handoff import DESK, Handoffs, Outlook, Reason
from bot.conversations.hub import typing
from bot.conversations.log import ConversationLog, remove
from bot.conversations.model import Block, Conversation, Mode, Sender, TurnReply, TurnRequest
from bot.conversations.topics import DANGER
from bot.storage.models import message, rasa_tracker, turn

log = logging.getLogger(__name__)

T = TypeVar("T")

Order = Callable[[AsyncConnection, Conversation, Block, str], Awaitable[list[Block]]]
"""What the gateway does for the assistant in the transaction that stores its reply: (database, talk, the block that
orders it, language) -> the blocks that take its place."""
Closing = Callable[[AsyncConnection, Conversation, TurnReply], Awaitable[list[Block]]]
"""What the gateway adds to a reply of the assistant that is about to be shown, in the same transaction."""

SWEEP_SECONDS = 1.0  # how often turns are looked for that a dead process left behind
RETRY_PAUSES = (0.5, 1.0, 2.0)  # seconds after the first, second and every later failed attempt


@dataclass(frozen=True)
class Deadlines:
    """Seconds: for one answer, until an apology when nobody can be asked, and how long a message is worth an answer."""

    answer: float
    apology: float
    worth: float


@dataclass(frozen=True)
class Says:
    """The blocks that turns add of their own, by language: made from data/responses by whoever builds the worker."""

    apology: Callable[[str], list[Block]]
    late: Callable[[str, str], list[Block]]  # (language, the patron's words)


@dataclass(frozen=True)
class Claimed:
    """A turn that this gateway has leased: its row with the message's words and choice, and its conversation."""

    row: Any
    talk: Conversation


class TurnWorker:
    """Gives every due turn to the assistant and stores what it answers."""

    def __init__(
        self,
        log_: ConversationLog,
        brain: Brain,
        deadlines: Deadlines,
        says: Says,
        handoffs: Handoffs,
        name: str,
        orders: Mapping[str, Order] | None = None,
        at_once: int = 16,
        closing: Sequence[Closing] = (),
    ) -> None:
        """`name` tells this gateway from others on the same database; `at_once`: turns of different talks at a time.

        `orders`: by the type of the block that the assistant orders them with.
        """
        self._orders = dict(orders or {})
        self._closing = tuple(closing)
        self._log = log_
        self._handoffs = handoffs
        self._database = log_.database
        self._brain = brain
        self._deadlines = deadlines
        self._says = says
        self._name = name[:64]
        # One attempt, and a little more; after that another process may take the turn over.
        self._lease = deadlines.answer + 5
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._slots = asyncio.Semaphore(at_once)
        self._sweeper: asyncio.Task[None] | None = None
        self._waiting: set[asyncio.Task[object]] = set()
        self._stopping = False

    async def start(self) -> None:
        """Take up what this gateway had under way when it last stopped, then look for turns that nobody runs."""
        await self._release()
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Stop soon; what was under way is taken up by the next process."""
        self._stopping = True
        tasks = [*self._running.values(), *([self._sweeper] if self._sweeper else [])]
        # Only waits are cut short: a transaction that is cancelled half-way would keep the database locked.
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self._release()

    async def _wait(self, waited: Awaitable[T]) -> T:
        """Await what `stop` may cut short."""
        task = asyncio.current_task()
        if self._stopping or task is None:
            asyncio.ensure_future(waited).cancel()
            raise asyncio.CancelledError
        self._waiting.add(task)
        try:
            return await waited
        finally:
            self._waiting.discard(task)

    async def _release(self) -> None:
        async with self._database.write() as db:
            await db.execute(turn.update().where(turn.c.leased_by == self._name).values(leased_until=0.0))

    def notify(self, conversation_id: str) -> None:
        """Run the conversation's due turns soon; if they are running already, look once more at the end."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._drain(conversation_id))
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._ended(conversation_id))

    def _ended(self, conversation_id: str) -> None:
        self._running.pop(conversation_id, None)
        # A message may have come after the last look and before the end.
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            if not self._stopping:
                self.notify(conversation_id)

    async def _sweep(self) -> None:
        while True:
            try:
                async with self._database.read() as db:
                    rows = await db.execute(
                        sa.select(turn.c.conversation_id)
                        .where(turn.c.state == "due", turn.c.leased_until < time.time())
                        .distinct()
                    )
                    for (conversation_id,) in rows:
                        self.notify(conversation_id)
            except Exception:
                log.exception("looking for due turns failed; trying again")
            await self._wait(asyncio.sleep(SWEEP_SECONDS))

    async def _drain(self, conversation_id: str) -> None:
        try:
            claimed = await self._claim(conversation_id)
            while claimed is not None:
                claimed = await self._run(claimed)
        except ChatGone:
            # Forgotten while its turn ran: the assistant may have written down its side meanwhile.
            async with self._database.write() as db:
                await remove(db, [conversation_id])
        except asyncio.CancelledError:
            raise
        except Exception:
            # The turn stays due; the sweep takes it up when the lease is over.
            log.exception("the turns of conversation %s stopped", conversation_id)

    async def _claim(self, conversation_id: str) -> Claimed | None:
        """Lease the oldest due turn; None when there is none, or another process has it."""
        async with self._database.write() as db:
            return await self._lease_next(db, await self._log.locked(db, conversation_id))

    async def _lease_next(self, db: AsyncConnection, talk: Conversation) -> Claimed | None:
        """Do so in the caller's transaction, in which `talk` was read under lock."""
        row = (
            await db.execute(
                sa.select(turn, message.c.blocks, message.c.choice)
                .join(message, (message.c.conversation_id == turn.c.conversation_id) & (message.c.seq == turn.c.seq))
                .where(turn.c.conversation_id == talk.id, turn.c.state == "due")
                .order_by(turn.c.seq)
                .limit(1)
            )
        ).one_or_none()
        now = time.time()
        if row is None or (row.leased_until > now and row.leased_by != self._name):
            return None
        await db.execute(
            turn.update()
            .where(turn.c.id == row.id)
            .values(leased_by=self._name, leased_until=now + self._lease, attempts=turn.c.attempts + 1)
        )
        return Claimed(row, talk)

    async def _run(self, claimed: Claimed) -> Claimed | None:
        """Run a turn and return the conversation's next one."""
        row, talk = claimed.row, claimed.talk
        words = "\n\n".join(block["text"] for block in row.blocks if block["type"] == "text")
        request = TurnRequest(talk.id, row.id, words, row.received_at, talk.lang, talk.branch, row.choice)
        try:
            reply = await self._ask(request, shown=talk.mode is Mode.BOT)
            return await self._finish(row.id, talk.id, reply, words)
        except BrainError as error:
            await self._failed(row, talk, error)
            return await self._claim(talk.id)

    async def _ask(self, request: TurnRequest, *, shown: bool) -> TurnReply:
        if shown:
            self._log.hub.wake(request.conversation_id, typing("bot", self._deadlines.answer))
        try:
            # Waiting for a slot counts: behind an assistant that hangs, everybody is told in time.
            async with asyncio.timeout(self._deadlines.answer), self._slots:
                reply = await self._wait(self._brain.answer(request))
        except TimeoutError:
            raise BrainSlow from None
        if not reply.blocks:
            raise BrainError("an empty answer")
        return reply

    async def _finish(self, turn_id: int, conversation_id: str, reply: TurnReply, words: str) -> Claimed | None:
        """Store the reply and lease the conversation's next turn, in one transaction."""
        blocks, person = _parted(reply.blocks)
        outlook = await self._handoffs.outlook() if person else None
        async with self._database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            row = (await db.execute(sa.select(turn).where(turn.c.id == turn_id))).one()
            # If it is done, another process took this turn over and was quicker.
            if row.state == "due":
                values: dict[str, Any] = {
                    "state": "done",
                    "finished_at": time.time(),
                    "understood": reply.understood,
                    "model": reply.model,
                }
                await db.execute(turn.update().where(turn.c.id == turn_id).values(values))
                blocks = await self._carried_out(db, talk, blocks, reply.lang)
                if talk.epoch == row.epoch and await self._is_shown(db, talk, reply):
                    late = self._says.late(reply.lang, words) if row.apologised_at else []
                    more = [block for closing in self._closing for block in await closing(db, talk, reply)]
                    talk = await self._show(db, talk, reply.lang, [*late, *blocks, *more], person, outlook)
                else:
                    suggested = {"state": "suggested", "suggestion": blocks}
                    await db.execute(turn.update().where(turn.c.id == turn_id).values(suggested))
                    if talk.mode is Mode.BOT:  # Rasa wrote down an answer that the patron never sees
                        await db.execute(rasa_tracker.delete().where(rasa_tracker.c.conversation_id == talk.id))
            claimed = await self._lease_next(db, talk)
        self._log.hub.wake(conversation_id)
        if talk.mode is not Mode.BOT:
            self._log.hub.wake(DESK)
        return claimed

    async def _carried_out(
        self, db: AsyncConnection, talk: Conversation, blocks: list[Block], lang: str
    ) -> list[Block]:
        """Do what blocks order: once, as the turn is done in the same transaction.

        What a patron suggests is kept also when staff took the talk over meanwhile. An order that cannot be carried out
        is as if there were no answer: the turn is tried again.
        """
        done: list[Block] = []
        for block in blocks:
            order = self._orders.get(block["type"])
            try:
                done += [block] if order is None else await order(db, talk, block, lang)
            except Exception as error:
                log.exception("an order of conversation %s failed", talk.id)
                raise BrainError(f"an order failed: {type(error).__name__}") from error
        return done

    async def _is_shown(self, db: AsyncConnection, talk: Conversation, reply: TurnReply) -> bool:
        """Tell whether the patron gets to see the reply: help in danger even while waiting for a person."""
        if await self._handoffs.stopped(db):
            return False
        return talk.mode is Mode.BOT or (talk.mode is Mode.WAITING and reply.understood.get("intent") == DANGER)

    async def _show(
        self,
        db: AsyncConnection,
        talk: Conversation,
        lang: str,
        blocks: list[Block],
        person: Reason | None,
        outlook: Outlook | None,
    ) -> Conversation:
        """Store the reply, and bring the talk to the desk where the reply says so."""
        if blocks:
            _, talk = await self._log.append(db, talk, Sender.BOT, blocks, lang=lang)
        else:
            talk = replace(talk, lang=lang)
        if person is not None and outlook is not None:
            question = await self._handoffs.question(db, talk.id)
            talk = await self._handoffs.request(db, talk, person, outlook, question)
        return talk

    async def _failed(self, row: Any, talk: Conversation, error: BrainError) -> None:
        """Say sorry when it is time to, and give the turn up when it is no longer worth an answer."""
        log.warning("turn %s of conversation %s: %s", row.id, talk.id, error.code)
        now = time.time()
        # A hiccup of a second needs no apology; the next attempt follows at once.
        sorry_at = row.answer_by - self._deadlines.worth + self._deadlines.apology
        if isinstance(error, BrainSlow) or now >= sorry_at:
            await self._apologise(talk.id)
        pause = RETRY_PAUSES[min(row.attempts, len(RETRY_PAUSES) - 1)]
        if now + pause >= row.answer_by:
            async with self._database.write() as db:
                await db.execute(turn.update().where(turn.c.id == row.id).values(state="failed", finished_at=now))
            return
        await self._wait(asyncio.sleep(min(pause, sorry_at - now) if sorry_at > now else pause))

    async def _apologise(self, conversation_id: str) -> None:
        """Say sorry once for all the messages that nobody has answered or apologised for yet."""
        async with self._database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            sorry = await db.execute(
                turn.update()
                .where(turn.c.conversation_id == conversation_id, turn.c.state == "due", turn.c.apologised_at.is_(None))
                .values(apologised_at=time.time())
            )
            if sorry.rowcount and talk.mode == Mode.BOT and not await self._handoffs.stopped(db):
                await self._log.append(db, talk, Sender.BOT, self._says.apology(talk.lang))
        self._log.hub.wake(conversation_id)


def _parted(blocks: list[Block]) -> tuple[list[Block], Reason | None]:
    """Return the blocks that are shown, and why a person is wanted if one of the others says so."""
    shown = [block for block in blocks if block["type"] != "handoff"]
    wanted = next((block for block in blocks if block["type"] == "handoff"), None)
    return shown, None if wanted is None else Reason(wanted["reason"])
