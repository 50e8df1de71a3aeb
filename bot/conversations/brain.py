"""The assistant as the conversations see it: a function that may be slow, down or wrong."""

from __future__ import annotations

from typing import Protocol

from bot.conversations.model import TurnReply, TurnRequest


class Brain(Protocol):
    """Answers one turn at a time per conversation; may be asked the same turn again when its answer got lost."""

    async def answer(self, request: TurnRequest) -> TurnReply:
        """Return the reply; raise BrainDown when it cannot be reached, BrainError when it gave no usable answer."""
        ...
