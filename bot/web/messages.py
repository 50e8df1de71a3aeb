"""A stored message as the APIs of patrons and staff show it."""

from __future__ import annotations

from typing import Any

from bot.clock import utc
from bot.conversations.model import Block, Message


def render(message: Message) -> dict[str, Any]:
    """Return `{seq, at, from, name?, lang, blocks, client_id?}`."""
    shown: dict[str, Any] = {
        "seq": message.seq,
        "at": utc(message.at),
        "from": message.sender.value,
        "lang": message.lang,
        "blocks": _blocks(message),
    }
    if message.name:
        shown["name"] = message.name
    if message.client_id:
        shown["client_id"] = message.client_id
    return shown


def _blocks(message: Message) -> list[Block]:
    # What a choice stands for stays here: the client gets a key to it, and can so choose only what was offered.
    keys = iter(range(10_000))
    return [
        {
            **block,
            "choices": [
                {"label": choice["label"], "payload": f"{message.seq}.{next(keys)}"} for choice in block["choices"]
            ],
        }
        if block["type"] == "choices"
        else {name: value for name, value in block.items() if name != "short"}  # for text messages
        for block in message.blocks
    ]
