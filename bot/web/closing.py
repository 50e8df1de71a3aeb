"""The emergency that closes the library: every open chat is told when it begins and when it is lifted."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from aiohttp import web

from bot.conversations.announcing import announce
from bot.conversations.log import IDLE_SECONDS
from bot.conversations.model import Block
from bot.knowledge.notices import Emergency
from bot.notice_words import closing_words, reopening_words
from bot.web import keys

log = logging.getLogger(__name__)

OPEN_FOR = timedelta(seconds=IDLE_SECONDS)
"""For how long after the closing was lifted a chat that was told of it can be open still."""
LOOK_SECONDS = 3.0  # between two looks at the file, which may be edited by hand too


def mark_of(emergency: Emergency) -> str:
    """Return the mark of the message that tells of an emergency."""
    return f"closing-{emergency.id}"


def closing_block(app: web.Application, emergency: Emergency, lang: str) -> Block:
    """Return what patrons are told of an emergency."""
    knowledge = app[keys.KNOWLEDGE]
    wall = knowledge.notices.wall(app[keys.CLOCK].now())
    words = closing_words(emergency, knowledge.library, app[keys.WORDING], lang, wall)
    return {"type": "notice", "kind": "warn", "text": words}


async def tell(app: web.Application) -> None:
    """Tell the open chats what they were not told yet."""
    knowledge, now = app[keys.KNOWLEDGE], app[keys.CLOCK].now()
    emergency = knowledge.notices.emergency
    if emergency is None:
        return
    if knowledge.notices.closing(now) is not None:
        await announce(app[keys.LOG], mark_of(emergency), lambda lang: [closing_block(app, emergency, lang)])
    elif emergency.lifted is not None and knowledge.notices.wall(now) < emergency.lifted + OPEN_FOR:

        def over(lang: str) -> list[Block]:
            words = reopening_words(emergency, knowledge.library, app[keys.WORDING], lang)
            return [{"type": "notice", "kind": "info", "text": words}]

        mark = mark_of(emergency)
        await announce(app[keys.LOG], f"{mark}-over", over, only_after=mark)


async def watch(app: web.Application) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        try:
            await tell(app)
        except Exception:
            log.exception("telling the open chats of a closing failed; trying again")
        await asyncio.sleep(LOOK_SECONDS)
