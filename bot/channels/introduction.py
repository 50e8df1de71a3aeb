"""Tells a patron of a messaging channel once who answers, and how to have it stop: with the first answer."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.model import FORMS, is_messaging
from bot.conversations.model import Block, Conversation, TurnReply
from bot.storage.models import address
from bot.wording import Wording


class Introduction:
    """Adds the introduction to the first answer, which is in the patron's language."""

    def __init__(self, wording: Wording, facts: Callable[[str], dict[str, str]]) -> None:
        self._wording = wording
        self._facts = facts

    async def add(self, db: AsyncConnection, talk: Conversation, reply: TurnReply) -> list[Block]:
        """Return what is added to a reply that is about to be shown."""
        return await self.blocks(db, talk, reply.lang)

    async def blocks(self, db: AsyncConnection, talk: Conversation, lang: str) -> list[Block]:
        """Return the introduction, nothing where it was made before, and note it in the caller's transaction."""
        if not is_messaging(talk.channel):
            return []
        new = (address.c.conversation_id == talk.id) & (address.c.introduced == 0)
        changed = await db.execute(address.update().where(new).values(introduced=1))
        if not changed.rowcount:
            return []
        name = "utter_channels_intro_sms" if FORMS[talk.channel].texts else "utter_channels_intro"
        words = self._wording.say(name, lang, library=self._facts(lang)["library"])
        return [{"type": "notice", "kind": "info", "text": words}]
