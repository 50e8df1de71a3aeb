"""Who is signed in: sessions are kept in the database by the hash of their id, so that they can be ended there."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.conversations.presence import Person, Status
from bot.storage.engine import Database
from bot.storage.models import staff, staff_session

SESSION_SECONDS = 12 * 3600.0
IDLE_SECONDS = 2 * 3600.0
SEEN_EVERY = 60.0  # a session's last use is written down at most so often
_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_RANKS = {"agent": 0, "reviewer": 1, "admin": 2}


class Role(StrEnum):
    """What a member of staff may do; each role may do all that the ones before it may."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def reaches(self, needed: Role) -> bool:
        """Return whether this role may do what asks for `needed`."""
        return _RANKS[self.value] >= _RANKS[needed.value]


@dataclass(frozen=True)
class StaffMember:
    """An active account: its name for signing in and the one that patrons read."""

    id: int
    name: str
    shown_as: str
    role: Role
    status: str
    seats: int
    preferences: dict[str, Any]

    @property
    def person(self) -> Person:
        """The same as the hand-off knows them."""
        return Person(self.id, self.shown_as, Status(self.status), self.seats)


@dataclass(frozen=True)
class Session:
    """A signed-in browser; `csrf` is what its forms must carry."""

    id_hash: str
    staff_id: int
    created_at: float
    csrf: str


def csrf_of(secret: bytes, session_id: str) -> str:
    """Return the token that the forms of a session carry."""
    return hmac.new(hashlib.sha256(b"desk form\0" + secret).digest(), session_id.encode(), "sha256").hexdigest()


def hash_of(value: str) -> str:
    """Return what the database keeps of a session's id or of a link's token."""
    return hashlib.sha256(value.encode()).hexdigest()


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Database, clock: Clock, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    async def begin(self, db: AsyncConnection, staff_id: int, former: str | None = None) -> str:
        """Return the id of a new session, made in the caller's transaction; the browser's `former` one ends."""
        now = self._clock.now().timestamp()
        if former:
            await db.execute(staff_session.delete().where(staff_session.c.id_hash == hash_of(former)))
        await db.execute(staff_session.delete().where(_over(now)))
        session_id = secrets.token_urlsafe(32)
        row = {"id_hash": hash_of(session_id), "staff_id": staff_id, "created_at": now, "seen_at": now}
        await db.execute(staff_session.insert().values(row))
        return session_id

    async def who(self, db: AsyncConnection, staff_id: int) -> StaffMember:
        """Return an account in the caller's transaction."""
        return member((await db.execute(sa.select(staff).where(staff.c.id == staff_id))).one())

    async def find(self, session_id: str, *, active: bool = True) -> tuple[StaffMember, Session] | None:
        """Return who is signed in by `session_id`, or None; with `active` this counts as a sign of life."""
        if not _ID.fullmatch(session_id):
            return None
        now = self._clock.now().timestamp()
        query = (
            sa.select(staff, staff_session.c.created_at.label("began"), staff_session.c.seen_at.label("used"))
            .join(staff, staff.c.id == staff_session.c.staff_id)
            .where(staff_session.c.id_hash == hash_of(session_id), staff.c.active, ~_over(now))
        )
        async with self._database.read() as db:
            row = (await db.execute(query)).one_or_none()
        if row is None:
            return None
        if active and now - row.used > SEEN_EVERY:
            async with self._database.write() as db:
                await db.execute(
                    staff_session.update().where(staff_session.c.id_hash == hash_of(session_id)).values(seen_at=now)
                )
        session = Session(hash_of(session_id), row.id, row.began, csrf_of(self._secret, session_id))
        return member(row), session

    async def has_any(self, staff_id: int) -> bool:
        """Tell whether an account is signed in anywhere; a session whose time is over does not count."""
        now = self._clock.now().timestamp()
        query = sa.select(staff_session.c.id_hash).where(staff_session.c.staff_id == staff_id, ~_over(now)).limit(1)
        async with self._database.read() as db:
            return (await db.execute(query)).first() is not None


def member(row: Any) -> StaffMember:
    """Return the member of staff that a row of the table tells of."""
    return StaffMember(row.id, row.name, row.shown_as, Role(row.role), row.status, row.seats, dict(row.preferences))


async def end(db: AsyncConnection, session: Session) -> None:
    """End one session in the caller's transaction."""
    await db.execute(staff_session.delete().where(staff_session.c.id_hash == session.id_hash))


async def end_all(db: AsyncConnection, staff_id: int, keep: Session | None = None) -> None:
    """End every session of an account in the caller's transaction, but for `keep`."""
    gone = staff_session.c.staff_id == staff_id
    if keep is not None:
        gone &= staff_session.c.id_hash != keep.id_hash
    await db.execute(staff_session.delete().where(gone))


def _over(now: float) -> sa.ColumnElement[bool]:
    return (staff_session.c.created_at <= now - SESSION_SECONDS) | (staff_session.c.seen_at <= now - IDLE_SECONDS)
