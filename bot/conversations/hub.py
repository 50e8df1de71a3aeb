"""Wakes those who wait for news of a conversation. It carries no messages: the log is the truth."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.clock import utc

Signal = dict[str, Any]
"""What is never stored: `{"typing": {"from", "name"?, "until"}}`."""


def typing(sender: str, seconds: float, name: str | None = None) -> Signal:
    """Return the signal that somebody writes, and until when that is to be shown unless it is renewed."""
    until = utc(time.time() + seconds)
    return {"typing": {"from": sender, "until": until} | ({"name": name} if name else {})}


@dataclass(eq=False)
class Subscription:
    """One listener: `news` is set when the log has grown or there are `signals`, which are never stored (typing)."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    grown: bool = False
    signals: list[Signal] = field(default_factory=list)

    async def wait(self, seconds: float) -> bool:
        """Wait for news, `seconds` at most; return whether the log is worth a look: it has grown, or time is over."""
        try:
            await asyncio.wait_for(self.news.wait(), seconds)
        except TimeoutError:
            self.grown = True
        self.news.clear()
        grown, self.grown = self.grown, False
        return grown


class Hub:
    """Who listens to which conversation in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Subscription]] = defaultdict(set)
        self.pass_on: Callable[[str, Signal | None], None] | None = None
        """Where several gateways serve one installation, tells the others what was woken here."""
        self.on_news: Callable[[str], None] | None = None
        """Told of every conversation that has grown, whoever listens to it."""

    @contextmanager
    def subscribe(self, conversation_id: str) -> Iterator[Subscription]:
        """Give a subscription for as long as the block runs."""
        subscription = Subscription()
        self.listen(subscription, conversation_id)
        try:
            yield subscription
        finally:
            self.leave(subscription, conversation_id)

    def listen(self, subscription: Subscription, topic: str) -> None:
        """Let a subscription hear of another conversation, or of the desk, too."""
        self._listeners[topic].add(subscription)

    def leave(self, subscription: Subscription, topic: str) -> None:
        """Let it hear of that no more."""
        self._listeners[topic].discard(subscription)
        if not self._listeners[topic]:
            del self._listeners[topic]

    def wake(self, conversation_id: str, signal: Signal | None = None) -> None:
        """Tell every listener of the conversation to look at the log, or to hand out `signal`."""
        self.deliver(conversation_id, signal)
        if self.pass_on is not None:
            self.pass_on(conversation_id, signal)

    def deliver(self, conversation_id: str, signal: Signal | None = None) -> None:
        """Tell the listeners in this process only."""
        if signal is None and self.on_news is not None:
            self.on_news(conversation_id)
        for subscription in self._listeners.get(conversation_id, ()):
            if signal is not None:
                subscription.signals.append(signal)
            else:
                subscription.grown = True
            subscription.news.set()
