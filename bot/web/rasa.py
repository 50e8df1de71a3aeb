"""Asks Rasa for one turn over its own channel (bot/understanding/channel.py), on loopback."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import aiohttp

from bot.conversations.errors import BrainDown, BrainError
from bot.conversations.model import TurnReply, TurnRequest

log = logging.getLogger(__name__)

MODEL_SECONDS = 120.0  # a model takes some seconds to load, on a busy machine many
GROUP_SECONDS = 20.0


class RasaBrain:
    """The assistant behind the conversations. Call `close` at the end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, request: TurnRequest) -> TurnReply:
        """Return Rasa's reply; raise BrainDown when no Rasa listens, BrainError when its answer is no answer."""
        body = {
            "conversation": request.conversation_id,
            "turn": request.turn_id,
            "text": request.text,
            "choice": request.choice,
            "received_at": request.received_at,
            "lang": request.lang,
            "branch": request.branch,
        }
        try:
            async with self._open().post(f"{self._url}/webhooks/turn/", json=body) as response:
                if response.status == 503:
                    raise BrainDown("Rasa is loading its model")
                if response.status != 200:
                    raise BrainError(f"Rasa answered {response.status}")
                said = await response.json()
                return TurnReply(said["blocks"], said["lang"], said["understood"], said["model"])
        except (aiohttp.ClientConnectionError, ConnectionError) as error:
            raise BrainDown(str(error)) from None
        except (aiohttp.ClientError, ValueError, KeyError, TypeError) as error:
            raise BrainError(f"Rasa's answer cannot be read: {error}") from None

    async def take_model(self, model: str) -> None:
        """Have Rasa answer by another model; raise BrainDown when no Rasa listens, BrainError when it cannot."""
        await self._call("PUT", "model", {"model": f"{model}.tar.gz"}, MODEL_SECONDS)

    async def group(self, texts: Sequence[str], leaders: Sequence[str]) -> list[int]:
        """Return for each text the place in leaders + texts of the one that means the same; raise BrainError."""
        said = await self._call("POST", "group", {"texts": list(texts), "leaders": list(leaders)}, GROUP_SECONDS)
        return [int(place) for place in said["groups"]]

    async def _call(self, method: str, route: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=seconds)
        url = f"{self._url}/webhooks/turn/{route}"
        try:
            async with self._open().request(method, url, json=body, timeout=timeout) as response:
                if response.status == 503:
                    raise BrainDown("Rasa is loading its model")
                if response.status != 200:
                    raise BrainError(f"Rasa answered {response.status} to {route}")
                said: dict[str, Any] = await response.json()
                return said
        except (aiohttp.ClientConnectionError, ConnectionError) as error:
            raise BrainDown(str(error)) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise BrainError(f"Rasa's answer cannot be read: {error}") from None

    async def ready(self) -> bool:
        """Tell whether Rasa has a model and its action server answers."""
        try:
            timeout = aiohttp.ClientTimeout(total=3)
            async with self._open().get(f"{self._url}/webhooks/turn/ready", timeout=timeout) as response:
                return response.status == 200
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # The turn's own deadline ends a request; the connection stays open between turns.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=2))
        return self._session
