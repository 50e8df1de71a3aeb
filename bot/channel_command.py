"""The command `python -m bot channels`: says whether each channel's credentials work, and what is wrong."""

from __future__ import annotations

import asyncio

from bot.channels.model import channel_name
from bot.settings import Settings
from bot.web.messaging.setup import check, connect

NONE = "No messaging channel is set up. docs/channels/ says how, a page for each."


def run(settings: Settings, action: str) -> int:
    """Check the channels, or tell the platforms where to bring messages; return the exit code."""
    if action == "connect":
        print("\n".join(asyncio.run(connect(settings))))
        return 0
    found = asyncio.run(check(settings))
    if not found:
        print(NONE)
        return 1
    for channel, problems in found.items():
        for line in problems or ["ok"]:
            print(f"{channel_name(channel):10} {line}")
    public = settings.channels.public_url
    if not public:
        print("PUBLIC_URL is not set: the platforms need an address to bring messages to.")
    return 1 if any(found.values()) or not public else 0
