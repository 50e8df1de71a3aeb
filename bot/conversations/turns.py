"""Runs due turns: in order and one at a time per conversation, by deadline, and again when a process died on one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.conversations.brain import Brain
from bot.conversations.errors import BrainError, BrainSlow, ChatGone
from bot.conversations.log import ConversationLog, remove
from bot.conversations.model import Block, Conversation, Mode, TurnReply, TurnRequest
from bot.storage.models import message, turn

log = logging.getLogger(__name__)

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


class TurnWorker:
    """Gives every due turn to the assistant and stores what it answers."""

    def __init__(
        self, log_: ConversationLog, brain: Brain, deadlines: Deadlines, says: Says, name: str, at_once: int = 16
    ) -> None:
        """`name` tells this gateway from others on the same database; `at_once`: turns of different talks at a time."""
        self._log = log_
        self._database = log_.database
        self._brain = brain
        self._deadlines = deadlines
        self._says = says
        self._name = name[:64]
        # One attempt, and a little more; after that another process may take the turn over.
        self._lease = deadlines.answer + 5
        self._running: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(at_once)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what this gateway had under way when it last stopped, then look for turns that nobody runs."""
        await self._release()
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Stop at once; what was under way is taken up by the next process."""
        tasks = [*self._running.values(), *([self._sweeper] if self._sweeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self._release()

    async def _release(self) -> None:
        async with self._database.write() as db:
            await db.execute(turn.update().where(turn.c.leased_by == self._name).values(leased_until=0.0))

    def notify(self, conversation_id: str) -> None:
        """Run the conversation's due turns soon, if they are not running already."""
        if conversation_id not in self._running:
            task = asyncio.create_task(self._drain(conversation_id))
            self._running[conversation_id] = task
            task.add_done_callback(lambda _: self._running.pop(conversation_id, None))

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
            await asyncio.sleep(SWEEP_SECONDS)

    async def _drain(self, conversation_id: str) -> None:
        try:
            while (claimed := await self._claim(conversation_id)) is not None:
                await self._run(claimed)
        except ChatGone:
            # Forgotten while its turn ran: the assistant may have written down its side meanwhile.
            async with self._database.write() as db:
                await remove(db, [conversation_id])
        except asyncio.CancelledError:
            raise
        except Exception:
            # The turn stays due; the sweep takes it up when the lease is over.
            log.exception("the turns of conversation %s stopped", conversation_id)

    async def _claim(self, conversation_id: str) -> Any | None:
        """Lease the oldest due turn; None when there is none, or another process has it."""
        async with self._database.write() as db:
            row = (
                await db.execute(
                    sa.select(turn)
                    .where(turn.c.conversation_id == conversation_id, turn.c.state == "due")
                    .order_by(turn.c.seq)
                    .limit(1)
                    .with_for_update()
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
            asked = (
                await db.execute(
                    sa.select(message).where(message.c.conversation_id == conversation_id, message.c.seq == row.seq)
                )
            ).one()
            talk = await self._log.locked(db, conversation_id)
        return row, asked, talk

    async def _run(self, claimed: Any) -> None:
        row, asked, talk = claimed
        words = "\n\n".join(block["text"] for block in asked.blocks if block["type"] == "text")
        request = TurnRequest(talk.id, row.id, words, row.received_at, talk.lang, talk.branch, asked.choice)
        try:
            reply = await self._ask(request)
        except BrainError as error:
            await self._failed(row, talk, error)
        else:
            await self._finish(row.id, reply, words)

    async def _ask(self, request: TurnRequest) -> TurnReply:
        async with self._slots:
            until = datetime.now(UTC) + timedelta(seconds=self._deadlines.answer)
            typing = {"from": "bot", "until": until.isoformat(timespec="milliseconds")}
            self._log.hub.wake(request.conversation_id, {"typing": typing})
            try:
                async with asyncio.timeout(self._deadlines.answer):
                    reply = await self._brain.answer(request)
            except TimeoutError:
                raise BrainSlow from None
        if not reply.blocks:
            raise BrainError("an empty answer")
        return reply

    async def _finish(self, turn_id: int, reply: TurnReply, words: str) -> None:
        async with self._database.write() as db:
            row = (await db.execute(sa.select(turn).where(turn.c.id == turn_id))).one_or_none()
            if row is None:
                raise ChatGone
            talk = await self._log.locked(db, row.conversation_id)
            if row.state != "due":
                return  # another process took this turn over and was quicker
            values: dict[str, Any] = {"state": "done", "finished_at": time.time(), "understood": reply.understood}
            if talk.mode == Mode.BOT and talk.epoch == row.epoch:
                late = self._says.late(reply.lang, words) if row.apologised_at else []
                await self._log.add_reply(db, talk, reply.lang, [*late, *reply.blocks])
            else:
                values |= {"state": "suggested", "suggestion": reply.blocks}
            await db.execute(turn.update().where(turn.c.id == turn_id).values(values))
        self._log.hub.wake(row.conversation_id)

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
        await asyncio.sleep(min(pause, sorry_at - now) if sorry_at > now else pause)

    async def _apologise(self, conversation_id: str) -> None:
        """Say sorry once for all the messages that nobody has answered or apologised for yet."""
        async with self._database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            sorry = await db.execute(
                turn.update()
                .where(turn.c.conversation_id == conversation_id, turn.c.state == "due", turn.c.apologised_at.is_(None))
                .values(apologised_at=time.time())
            )
            if sorry.rowcount and talk.mode == Mode.BOT:
                await self._log.add_reply(db, talk, talk.lang, self._says.apology(talk.lang))
        self._log.hub.wake(conversation_id)
