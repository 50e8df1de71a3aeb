"""Each platform as far as we meet it: its API, that takes messages, and its webhooks, signed as it signs them.

Signatures are made by the platforms' own libraries where there are such (twilio, slack_sdk); messages that arrive are
read by their schemas (python-telegram-bot, slack_sdk's own field names, Twilio's forms).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from tests.channels.stand_ins.base import PUBLIC, Request, Sent, StandIn
from tests.channels.stand_ins.bridge import WHSEC, Bridge
from tests.channels.stand_ins.messenger import APP, PAGE, VERIFY, Messenger
from tests.channels.stand_ins.slack import SIGNING, XOXB, Slack
from tests.channels.stand_ins.telegram import BOT, SECRET, Telegram
from tests.channels.stand_ins.twilio import NUMBER, SID, TOKEN, WHATSAPP, Twilio

__all__ = [
    "ALL", "APP", "BOT", "NUMBER", "PAGE", "PUBLIC", "SECRET", "SID", "SIGNING", "TOKEN", "VERIFY", "WHATSAPP", "WHSEC",
    "XOXB", "Bridge", "Messenger", "Request", "Sent", "Slack", "StandIn", "Telegram", "Twilio", "now_and_then", "until",
]  # fmt: skip

ALL: dict[str, Callable[[], StandIn]] = {
    "sms": lambda: Twilio("sms"),
    "whatsapp": lambda: Twilio("whatsapp"),
    "telegram": Telegram,
    "messenger": Messenger,
    "slack": Slack,
    "webhook": Bridge,
}


def now_and_then(kinds: tuple[str, ...], share: float, seed: int) -> Callable[[], str | None]:
    """Return a fault for a share of the calls, always the same ones for a seed."""
    chance = random.Random(seed)
    return lambda: chance.choice(kinds) if chance.random() < share else None


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.02)
