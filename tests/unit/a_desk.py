"""A desk for tests: the services of the hand-off on one log, at hours that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.conversations.claims import Claims
from bot.conversations.handoff import Handoffs, Outlook
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.left_messages import LeftMessages
from bot.conversations.log import ConversationLog
from bot.conversations.mail import MailSettings, Outbox
from bot.conversations.pause import Pause
from bot.conversations.presence import Person, Presence, Status
from bot.conversations.ratings import Ratings
from bot.conversations.waiting import Waiting
from bot.settings import Settings
from bot.storage.models import staff
from bot.wording import Wording

WORDING = Wording.load(Settings().responses)


@dataclass
class Desk:
    """The services, and members of staff made on demand."""

    log: ConversationLog
    presence: Presence
    pause: Pause
    handoffs: Handoffs
    claims: Claims
    ratings: Ratings
    outbox: Outbox
    left: LeftMessages
    waiting: Waiting
    hours: Outlook = field(default_factory=lambda: Outlook(True))

    async def person(self, name: str, status: str = "available", seats: int = 3) -> Person:
        """Make a member of staff whose desk is open now."""
        row: dict[str, Any] = {
            "name": name.lower(),
            "shown_as": name,
            "role": "agent",
            "active": True,
            "status": status,
            "seen_at": self.log.clock.now().timestamp(),
            "seats": seats,
            "preferences": {},
            "created_at": 0.0,
        }
        async with self.log.database.write() as db:
            made = await db.execute(staff.insert(), row)
        (staff_id,) = made.inserted_primary_key or (0,)
        return Person(staff_id, name, Status(status), seats)


def a_desk(log: ConversationLog, mail: MailSettings | None = None) -> Desk:
    """Put the services together."""
    words = HandoffWords(WORDING, log.clock, phone="315-555-0140", email="ask@alderfalls.example")
    presence = Presence(log.database, log.clock)
    pause = Pause(log.database, lambda lang: "Closed.")

    async def outlook() -> Outlook:
        return desk.hours

    handoffs = Handoffs(log, presence, pause, words, outlook)
    claims = Claims(log, presence, handoffs, words)
    outbox = Outbox(log.database, mail or MailSettings("", "from@x.example", "desk@x.example", "The Library"))
    desk = Desk(
        log,
        presence,
        pause,
        handoffs,
        claims,
        Ratings(log, handoffs, words),
        outbox,
        LeftMessages(log, handoffs, words, outbox),
        Waiting(log, presence, handoffs, claims, words),
    )
    return desk
