"""Telling everybody who is talking with us just now, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from bot.conversations.errors import ChatGone
from bot.conversations.log import IDLE_SECONDS, ConversationLog
from bot.conversations.model import Block, Mode, Sender
from bot.storage.models import conversation, message


async def announce(
    log_: ConversationLog, mark: str, words: Callable[[str], Sequence[Block]], *, only_after: str | None = None
) -> int:
    """Tell every open conversation that has no message of this mark; return how many were told.

    `words` are the blocks in a language. `only_after` is the mark of what must have been told there before. Stopped
    between two conversations, it goes on where it was when it is called again.
    """
    recent = log_.clock.now().timestamp() - IDLE_SECONDS
    query = sa.select(conversation.c.id).where(
        conversation.c.mode != Mode.ENDED.value, conversation.c.last_at > recent, ~_marked(mark)
    )
    if only_after is not None:
        query = query.where(_marked(only_after))
    async with log_.database.read() as db:
        found = (await db.execute(query)).scalars().all()
    told = 0
    for conversation_id in found:
        try:
            told += await _tell(log_, conversation_id, mark, words)
        except ChatGone:
            continue  # forgotten meanwhile
    return told


async def _tell(log_: ConversationLog, conversation_id: str, mark: str, words: Callable[[str], Sequence[Block]]) -> int:
    async with log_.database.write() as db:
        talk = await log_.locked(db, conversation_id)
        if talk.mode is Mode.ENDED or await log_.known(db, conversation_id, mark) is not None:
            return 0
        await log_.append(db, talk, Sender.BOT, words(talk.lang), client_id=mark)
    log_.hub.wake(conversation_id)
    return 1


def _marked(mark: str) -> sa.Exists:
    here = (message.c.conversation_id == conversation.c.id) & (message.c.client_id == mark)
    return sa.exists().where(here).correlate(conversation)
