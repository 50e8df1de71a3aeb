"""The way out to the messaging channels: each message once, in order, whatever platforms and processes do meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.addresses import Addresses
from bot.channels.model import FORMS, Part
from bot.channels.outgoing import Claimed, Outgoing
from bot.channels.pace import STOP_MOST, Pace
from bot.channels.platform import Later, NotSent, NotTried, Odd, Platform, Uncertain, Undeliverable
from bot.channels.service import ServiceReplies
from bot.channels.unbroken import Unbroken
from bot.conversations.errors import ChatGone
from bot.conversations.log import ConversationLog
from bot.storage.models import carry_code, received
from bot.wording import Wording

log = logging.getLogger(__name__)

PAUSES = (1.0, 3.0, 10.0, 30.0, 120.0, 600.0, 1800.0)  # seconds after each failed attempt, the last again and again
ATTEMPTS_MOST = 20  # about seven hours
ODD_MOST = 3  # attempts that failed by a fault of our own
LEASE_SECONDS = 60.0  # nobody else sends to this patron meanwhile; longer than any attempt
SWEEP_SECONDS = 1.0
AT_ONCE = 16  # patrons of a channel
FINISH_SECONDS = 2.0  # for what is being sent while the gateway stops
KEEP_PAUSES = (0.1, 0.5, 2.0, 5.0)  # before a database that failed is told again what was sent
REMEMBERED_SECONDS = 30 * 24 * 3600.0  # for which a message that came is known when it comes again
EARLY_SECONDS = 60.0  # in which a report may come before we know of what it tells
EARLY_MOST = 1000
GONE = "This channel is not set up any more."
WINDOW_OVER = "{name} lets us write only for 24 hours after the patron's last message, and they are over."
SEALED = "The address cannot be read: it was kept under another SECRET."
NOT_REACHED = "Given up after many attempts: {problem}"


@dataclass(frozen=True)
class Timing:
    """How quickly the sender goes about it; tests are in a hurry."""

    pauses: Sequence[float] = PAUSES
    attempts: int = ATTEMPTS_MOST
    lease: float = LEASE_SECONDS
    sweep: float = SWEEP_SECONDS

    @property
    def patience(self) -> float:
        """Seconds for which a part waits for its turn while it is leased."""
        return self.lease / 4

    @property
    def call(self) -> float:
        """Seconds of the lease that must be left when a call begins."""
        return self.lease * 0.4


class Sending:
    """Sends what the log has grown by."""

    def __init__(
        self,
        log_: ConversationLog,
        addresses: Addresses,
        replies: ServiceReplies,
        wording: Wording,
        platforms: Mapping[str, Platform],
        name: str,
        changed: Callable[[str], None] = lambda _: None,
        timing: Timing | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`name` tells this gateway from others; `changed` is told where something could not be delivered."""
        self.platforms = dict(platforms)
        self._database = log_.database
        self._addresses = addresses
        self._replies = replies
        self._changed = changed
        self._timing = timing or Timing()
        self._now = now
        self._outgoing = Outgoing(log_, wording, name[:64], lambda: self._timing.lease, now)
        self._pace = {channel: Pace(FORMS[channel]) for channel in self.platforms}
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._early: dict[tuple[str, tuple[str, ...]], tuple[str, float]] = {}
        self._unbroken = Unbroken()
        self._aside = {channel: asyncio.Event() for channel in self.platforms}
        self._open = False

    async def run(self) -> None:
        """Send what is due until cancelled; what a dead gateway had under way is taken up when its lease is over."""
        self._open = True
        replies = [self._send_replies(channel) for channel in self.platforms]
        chores: list[Awaitable[None]] = [self._sweep(), self._tidy(), *replies]
        try:
            await asyncio.gather(*chores)
        finally:
            self._open = False
            await self._stop()

    async def _stop(self) -> None:
        running = [*self._running.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        # What a platform is just taking is waited for: where it cannot be asked, it would arrive a second time.
        if await self._unbroken.finish(FINISH_SECONDS):
            try:
                await self._outgoing.release()
            except Exception:
                log.warning("the leases could not be given up; they end by themselves")
        for platform in self.platforms.values():
            await platform.close()

    async def report(self, remote_id: str, problem: str, channels: Sequence[str]) -> None:
        """Note that a message which the platform of these channels had taken could not be delivered."""
        if not await self._reported(remote_id, problem, channels) and len(self._early) < EARLY_MOST:
            # It may be quicker than the answer to our own call.
            self._early[remote_id, tuple(channels)] = (problem, self._now() + EARLY_SECONDS)

    async def _reported(self, remote_id: str, problem: str, channels: Sequence[str]) -> bool:
        found = await self._outgoing.report(remote_id, problem, channels)
        for conversation_id in found:
            self._changed(conversation_id)
        return bool(found)

    def hurry(self) -> None:
        """Send service replies soon."""
        for waits in self._aside.values():
            waits.set()

    def notify(self, conversation_id: str) -> None:
        """Send what a conversation has grown by soon."""
        if not self._open:  # the sweep finds it
            return
        self.hurry()
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._drain(conversation_id))
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._ended(conversation_id))

    def _ended(self, conversation_id: str) -> None:
        self._running.pop(conversation_id, None)
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.notify(conversation_id)

    async def _sweep(self) -> None:
        released = False
        while True:
            try:
                if not released:  # what this gateway had under way when it was killed
                    await self._outgoing.release()
                    released = True
                for conversation_id in await self._outgoing.due([*filter(self._is_stopped, self._pace)]):
                    self.notify(conversation_id)
                await self._look_at_early()
            except Exception:
                log.exception("looking for messages to send failed; trying again")
            await asyncio.sleep(self._timing.sweep)

    def _is_stopped(self, channel: str) -> bool:
        pace = self._pace.get(channel)
        return pace is not None and pace.stopped_for > self._timing.patience

    async def _look_at_early(self) -> None:
        for key, (problem, until) in [*self._early.items()]:
            if await self._reported(key[0], problem, key[1]) or self._now() > until:
                self._early.pop(key, None)

    async def _send_replies(self, channel: str) -> None:
        platform, pace, aside = self.platforms[channel], self._pace[channel], self._aside[channel]
        while True:
            aside.clear()
            try:
                while not self._is_stopped(channel):
                    if not await self._unbroken.do(self._replies.send_next(platform, pace, self._timing.patience)):
                        break
            except Exception:
                log.exception("sending a service reply failed; trying again")
            try:
                await asyncio.wait_for(aside.wait(), self._timing.sweep)
            except TimeoutError:
                continue

    async def _tidy(self) -> None:
        while True:
            try:
                async with self._database.write() as db:
                    await db.execute(received.delete().where(received.c.at < time.time() - REMEMBERED_SECONDS))
                    await db.execute(carry_code.delete().where(carry_code.c.expires_at < time.time()))
                await self._replies.drop_old()
            except Exception:
                log.exception("tidying the channels failed; trying again")
            await asyncio.sleep(600)

    async def _drain(self, conversation_id: str) -> None:
        try:
            channel = await self._outgoing.channel(conversation_id)
            if channel is None:
                return
            # A slow platform holds up its own patrons only.
            async with self._slots[channel]:
                while self._open and not self._is_stopped(channel):
                    claimed, lost = await self._outgoing.claim(conversation_id)
                    if lost:
                        self._changed(conversation_id)
                    if claimed is None or not await self._attempt(claimed):
                        return
        except ChatGone:
            return
        except Exception:
            log.exception("sending to conversation %s stopped", conversation_id)

    async def _attempt(self, claimed: Claimed) -> bool:
        """Send one part; return whether the next may follow at once."""
        row, part = claimed.address, claimed.part
        try:
            platform, to = self._way(row)
            body, found = Part.of(part.body), None
            if part.tried_at is not None:
                others = await self._outgoing.others(part.conversation_id)
                found = await platform.sent(to, body, part.key, part.tried_at, others)
            if found is None:
                if not await self._pace[row.channel].turn(row.key, self._timing.patience):
                    raise NotTried("The platform has asked to wait")
                if self._now() > claimed.until - self._timing.call:  # another gateway may take it up meanwhile
                    raise NotTried("There was too little time left")
        except NotSent as problem:
            return await self._failed(claimed, problem)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.exception("sending part %s by %s failed", part.id, row.channel)
            return await self._failed(claimed, Odd(type(error).__name__))
        if found is not None:
            return await self._arrived(claimed, found)
        return await self._unbroken.do(self._send(claimed, platform, to, body))

    async def _send(self, claimed: Claimed, platform: Platform, to: str, body: Part) -> bool:
        try:
            remote_id = await platform.send(to, body, claimed.part.key)
        except NotSent as problem:
            return await self._failed(claimed, problem)
        except Exception as error:
            log.exception("sending part %s by %s failed", claimed.part.id, claimed.address.channel)
            return await self._failed(claimed, Odd(type(error).__name__))
        return await self._arrived(claimed, remote_id)

    def _way(self, row: Any) -> tuple[Platform, str]:
        """Return by what and to where something is sent; raise Undeliverable."""
        platform, form = self.platforms.get(row.channel), FORMS[row.channel]
        if platform is None:
            raise Undeliverable(GONE)
        if form.window is not None and time.time() - row.heard_at > form.window:
            raise Undeliverable(WINDOW_OVER.format(name=form.name))
        to = self._addresses.open(row.sealed)
        if to is None:
            raise Undeliverable(SEALED)
        return platform, to

    async def _arrived(self, claimed: Claimed, remote_id: str) -> bool:
        done = {"state": "sent", "body": None, "remote_id": remote_id[:120] or None, "problem": None}
        await self._surely(lambda: self._outgoing.end(claimed, **done))
        return True

    async def _failed(self, claimed: Claimed, problem: NotSent) -> bool:
        row, part = claimed.address, claimed.part
        if isinstance(problem, NotTried):
            await self._surely(lambda: self._outgoing.again(claimed, 0.0, tried=False, known=True))
            return False
        attempts = part.attempts + 1
        most = ODD_MOST if isinstance(problem, Odd) else self._timing.attempts
        over = isinstance(problem, Undeliverable) or attempts >= most
        log.warning("%s, part %s: %s; %s", row.channel, part.id, problem, "given up" if over else "trying again")
        if over:
            why = str(problem) if isinstance(problem, Undeliverable) else NOT_REACHED.format(problem=problem)
            await self._surely(lambda: self._outgoing.end(claimed, state="failed", problem=why[:200]))
            self._changed(part.conversation_id)
            return True
        # What may still be under way over there is given more time, so that it can be asked for.
        step = attempts if isinstance(problem, Uncertain) else attempts - 1
        pause = self._timing.pauses[min(step, len(self._timing.pauses) - 1)]
        if isinstance(problem, Later):
            pause = max(pause, min(problem.after, STOP_MOST))
            if problem.all_:
                self._pace[row.channel].stop(problem.after or pause)
        known = isinstance(problem, Later)
        await self._surely(lambda: self._outgoing.again(claimed, pause, tried=True, known=known))
        return False

    async def _surely(self, keep: Callable[[], Awaitable[None]]) -> None:
        """Write down what happened, also where the database is away for a moment."""
        for pause in KEEP_PAUSES:
            try:
                await keep()
            except ChatGone:
                return
            except (SQLAlchemyError, OSError) as error:
                log.warning("the database did not take what was sent (%s); trying again", type(error).__name__)
                await asyncio.sleep(pause)
            else:
                return
        await keep()
