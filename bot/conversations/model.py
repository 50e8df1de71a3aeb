"""What a conversation is made of, as the rest of the product sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Block = dict[str, Any]
"""One typed part of a message: text, choices, cards, table, notice or divider (fields: docs/architecture.md)."""

WEB = "web"
"""The channel of a talk in a window of the website; all others are bot/channels/model.py's."""


class Mode(StrEnum):
    """Who answers the patron at the moment."""

    BOT = "bot"
    WAITING = "waiting"
    STAFF = "staff"
    ENDED = "ended"


class Sender(StrEnum):
    """Who a message is from."""

    PATRON = "patron"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Conversation:
    """One talk: its mode and epoch, the language spoken last, and where the patron came from."""

    id: str
    channel: str
    mode: Mode
    epoch: int
    seq: int
    lang: str
    branch: str | None
    context: str | None
    created_at: float
    last_at: float


@dataclass(frozen=True)
class Message:
    """One message of the log. `at` is in epoch seconds; `choice` is what a chosen quick reply stands for."""

    conversation_id: str
    seq: int
    at: float
    sender: Sender
    lang: str
    blocks: list[Block]
    name: str | None = None
    client_id: str | None = None
    choice: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The words of the message's text blocks."""
        return "\n\n".join(block["text"] for block in self.blocks if block["type"] == "text")


@dataclass(frozen=True)
class TurnRequest:
    """What the assistant is asked: a patron's message, at the moment when the library received it."""

    conversation_id: str
    turn_id: int
    text: str
    received_at: float
    lang: str
    branch: str | None = None
    choice: dict[str, Any] | None = None


@dataclass(frozen=True)
class TurnReply:
    """What the assistant answered, in which language, what it understood (for staff and statistics) by which model."""

    blocks: list[Block]
    lang: str
    understood: dict[str, Any] = field(default_factory=dict)
    model: str | None = None


def text_block(text: str) -> Block:
    """Return a text block: paragraphs, **bold**, lists and links as docs/architecture.md says."""
    return {"type": "text", "text": text}
