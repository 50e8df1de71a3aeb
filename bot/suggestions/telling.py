"""Writes to those who suggested something, when the library has decided or answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.mail import Outbox
from bot.suggestions.model import REMARKS, Kind
from bot.wording import Wording


class Telling:
    """Puts the e-mails into the outbox, each in the language of whoever suggested it."""

    def __init__(self, outbox: Outbox, wording: Wording, phone: str, library: Callable[[str], str]) -> None:
        """`library`: gives the library's name in a language."""
        self._outbox = outbox
        self._wording = wording
        self._phone = phone
        self._library = library

    @property
    def on(self) -> bool:
        """Whether e-mail can be sent."""
        return self._outbox.settings.on

    async def tell(self, db: AsyncConnection, suggestions: Sequence[Any], status: str, reply: str | None) -> int:
        """Tell all who gave an e-mail address, in the caller's transaction; return how many they are."""
        told = 0
        for row in suggestions:
            if row.contact_kind == "email" and row.contact:
                told += await self._outbox.put(
                    db,
                    None,
                    None,
                    recipient=row.contact,
                    reply_to=self._outbox.settings.desk,
                    subject=self._wording.say("utter_suggestion_mail_subject", row.lang, code=row.code),
                    body=self._words(row, status, reply),
                )
        return told

    def _words(self, row: Any, status: str, reply: str | None) -> str:
        say, lang = self._wording.say, row.lang
        remark = Kind(row.kind) in REMARKS
        kind = "purchase" if row.kind == Kind.PURCHASE.value else "remark" if remark else "wish"
        parts = [
            say("utter_suggestion_mail_greeting", lang),
            say("utter_suggestion_mail_wrote" if remark else "utter_suggestion_mail_suggested", lang) + f"\n{row.text}",
            say(f"utter_suggestion_mail_{kind}_{status}", lang),
        ]
        if reply:
            parts.append(say("utter_suggestion_mail_reply", lang) + f"\n{reply}")
        parts.append(say("utter_suggestion_mail_end", lang, code=row.code))
        parts.append(f"{self._library(lang)}, {self._phone}")
        return "\n\n".join(parts)
