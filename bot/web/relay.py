"""Passes news between the gateways of one installation, over Redis."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.conversations.hub import Hub, Signal

log = logging.getLogger(__name__)

CHANNEL = "foyer:news"
QUEUE_MOST = 10_000  # news that wait for a Redis that is away; the oldest go first
RETRY_SECONDS = 2.0


class Relay:
    """Publishes what is woken here and wakes what others publish.

    Redis may come and go: it carries no messages, and whoever waits for news looks at the log by itself after a while.
    """

    def __init__(self, url: str, hub: Hub) -> None:
        self._redis: Redis = Redis.from_url(url, decode_responses=True)
        self._hub = hub
        self._name = secrets.token_hex(8)
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_MOST)
        hub.pass_on = self._pass_on

    async def run(self) -> None:
        """Send and receive until cancelled."""
        try:
            await asyncio.gather(self._forever(self._send), self._forever(self._receive))
        finally:
            await self._redis.aclose()

    def _pass_on(self, conversation_id: str, signal: Signal | None) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(json.dumps([self._name, conversation_id, signal]))

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as error:
                log.warning("Redis is away (%s); trying again in %s s", type(error).__name__, RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)

    async def _send(self) -> None:
        while True:
            await self._redis.publish(CHANNEL, await self._queue.get())

    async def _receive(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            async for news in subscription.listen():
                if news["type"] == "message":
                    name, conversation_id, signal = json.loads(news["data"])
                    if name != self._name:
                        self._hub.deliver(conversation_id, signal)
