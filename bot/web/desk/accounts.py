"""The accounts of staff: made, invited, changed and closed, each in one short transaction with its audit row."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.storage.engine import Database
from bot.storage.models import staff, staff_link, staff_session
from bot.web.desk import audit, passwords, sessions
from bot.web.desk.errors import BadForm, BadLink, LastAdmin, NameTaken, NotThere
from bot.web.desk.sessions import Role, Session, StaffMember, hash_of, member

LINK_SECONDS = 24 * 3600.0
SEATS, SEATS_MOST = 3, 20
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Account:
    """One row of the list of people."""

    member: StaffMember
    active: bool
    invited: bool  # has no password yet, or a link to set a new one is out
    has_password: bool
    seen_at: float  # the last sign of life of an open desk or of a session; 0: never


class Accounts:
    """What can be done with accounts. Every method that takes `by` writes down who did it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def first_link(self) -> str | None:
        """Return the token of a new link that makes the first administrator; None when there is one already."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as db:
            if await _admins(db):
                return None
            await db.execute(staff_link.delete().where(staff_link.c.staff_id.is_(None)))
            await self._link(db, token, None)
        return token

    async def for_link(self, token: str) -> StaffMember | None:
        """Return whose password the link sets, None when it makes the first administrator; raise BadLink."""
        async with self._database.read() as db:
            row = await self._linked(db, token)
            if row.staff_id is not None:
                return await _member(db, row.staff_id)
            if await _admins(db):
                raise BadLink
            return None

    async def use_link(self, token: str, password_hash: str, name: str = "", shown_as: str = "") -> int:
        """Set the password of the link's account, or make the first administrator; return the account's id.

        Raises BadLink, BadForm, NameTaken.
        """
        async with self._database.write() as db:
            row = await self._linked(db, token)
            gone = await db.execute(staff_link.delete().where(staff_link.c.token_hash == row.token_hash))
            if gone.rowcount != 1:
                raise BadLink
            if row.staff_id is None:
                if await _admins(db):
                    raise BadLink
                staff_id = await self._insert(db, name, Role.ADMIN, password_hash, shown_as)
                action = "account_first"
            else:
                staff_id = row.staff_id
                await db.execute(staff.update().where(staff.c.id == staff_id).values(password_hash=password_hash))
                await sessions.end_all(db, staff_id)
                action = "password_set"
            who = await _member(db, staff_id)
            await audit.record(db, who, action, at=self._now(), account=who.name)
        return staff_id

    async def add(
        self, name: str, role: Role, password: str | None, shown_as: str, by: StaffMember | None = None
    ) -> int:
        """Make an account and return its id; without a password it waits for its link. Raises BadForm, NameTaken."""
        password_hash = await passwords.hashed(password) if password else None
        async with self._database.write() as db:
            staff_id = await self._insert(db, name, role, password_hash, shown_as)
            await audit.record(db, by, "account_added", at=self._now(), account=tidy(name), role=role.value)
        return staff_id

    async def invite(self, name: str, role: Role, shown_as: str, by: StaffMember) -> tuple[int, str]:
        """Make an account without a password; return its id and the token of the link that sets one, shown once."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as db:
            staff_id = await self._insert(db, name, role, None, shown_as)
            await self._link(db, token, staff_id)
            await audit.record(db, by, "account_added", at=self._now(), account=tidy(name), role=role.value)
        return staff_id, token

    async def reset(self, staff_id: int, by: StaffMember) -> str:
        """Return the token of a new link that sets a password; the old password works until it is used."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as db:
            who = await _member(db, staff_id, locked=True)
            await db.execute(staff_link.delete().where(staff_link.c.staff_id == staff_id))
            await self._link(db, token, staff_id)
            await audit.record(db, by, "account_link", at=self._now(), account=who.name)
        return token

    async def change(self, staff_id: int, role: Role, shown_as: str, seats: int, by: StaffMember) -> None:
        """Set role, shown name and seats; raise LastAdmin when nobody would be left to administer, BadForm."""
        _check(shown_as=shown_as, seats=seats)
        async with self._database.write() as db:
            if role is not Role.ADMIN:
                await _need_other_admin(db, staff_id)
            who = await _member(db, staff_id, locked=True)
            values = {"role": role.value, "shown_as": shown_as, "seats": seats}
            await db.execute(staff.update().where(staff.c.id == staff_id).values(values))
            await audit.record(
                db, by, "account_changed", at=self._now(), account=who.name, role=role.value, seats=seats
            )

    async def set_active(self, staff_id: int, active: bool, by: StaffMember) -> None:
        """Close or reopen an account; closing ends its sessions and its links. Raises LastAdmin."""
        async with self._database.write() as db:
            if not active:
                await _need_other_admin(db, staff_id)
            who = await _member(db, staff_id, locked=True, active=False)
            if not active:
                await sessions.end_all(db, staff_id)
                await db.execute(staff_link.delete().where(staff_link.c.staff_id == staff_id))
            values = {"active": active} | ({} if active else {"status": "away"})
            await db.execute(staff.update().where(staff.c.id == staff_id).values(values))
            action = "account_reopened" if active else "account_closed"
            await audit.record(db, by, action, at=self._now(), account=who.name)

    async def sign_out(self, staff_id: int, by: StaffMember) -> None:
        """End every session of an account."""
        async with self._database.write() as db:
            who = await _member(db, staff_id, active=False)
            await sessions.end_all(db, staff_id)
            await audit.record(db, by, "signed_out_everywhere", at=self._now(), account=who.name)

    async def set_own(self, who: StaffMember, shown_as: str, preferences: dict[str, Any]) -> None:
        """Set a person's own shown name and preferences; raise BadForm."""
        _check(shown_as=shown_as)
        async with self._database.write() as db:
            values = {"shown_as": shown_as, "preferences": who.preferences | preferences}
            await db.execute(staff.update().where(staff.c.id == who.id).values(values))
            await audit.record(db, who, "account_own", at=self._now(), account=who.name)

    async def password_hash(self, name: str) -> tuple[int, str | None] | None:
        """Return the id and the password's hash of an active account."""
        query = sa.select(staff.c.id, staff.c.password_hash).where(staff.c.name == tidy(name), staff.c.active)
        async with self._database.read() as db:
            row = (await db.execute(query)).one_or_none()
        return (row.id, row.password_hash) if row else None

    async def set_password(self, who: StaffMember, password_hash: str, keep: Session) -> None:
        """Set a person's own password and end the other sessions of the account."""
        async with self._database.write() as db:
            await db.execute(staff.update().where(staff.c.id == who.id).values(password_hash=password_hash))
            await sessions.end_all(db, who.id, keep=keep)
            await db.execute(staff_link.delete().where(staff_link.c.staff_id == who.id))
            await audit.record(db, who, "password_changed", at=self._now(), account=who.name)

    async def get(self, staff_id: int) -> Account:
        """Return one account; raise NotThere."""
        for account in await self.all():
            if account.member.id == staff_id:
                return account
        raise NotThere("There is no such account.")

    async def all(self) -> list[Account]:
        """Return every account, the active ones first, by name."""
        last = sa.select(sa.func.max(staff_session.c.seen_at)).where(staff_session.c.staff_id == staff.c.id)
        waiting = sa.select(staff_link.c.token_hash).where(
            staff_link.c.staff_id == staff.c.id, staff_link.c.expires_at > self._now()
        )
        query = sa.select(
            staff,
            sa.func.coalesce(last.scalar_subquery(), 0.0).label("used_at"),
            waiting.exists().label("linked"),
        ).order_by(staff.c.active.desc(), staff.c.name)
        async with self._database.read() as db:
            rows = (await db.execute(query)).all()
        return [
            Account(
                member(row), row.active, bool(row.linked), row.password_hash is not None, max(row.used_at, row.seen_at)
            )
            for row in rows
        ]

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _link(self, db: AsyncConnection, token: str, staff_id: int | None) -> None:
        await db.execute(staff_link.delete().where(staff_link.c.expires_at <= self._now()))
        row = {"token_hash": hash_of(token), "staff_id": staff_id, "expires_at": self._now() + LINK_SECONDS}
        await db.execute(staff_link.insert().values(row))

    async def _linked(self, db: AsyncConnection, token: str) -> Any:
        query = sa.select(staff_link).where(
            staff_link.c.token_hash == hash_of(token), staff_link.c.expires_at > self._now()
        )
        row = (await db.execute(query)).one_or_none() if _TOKEN.fullmatch(token) else None
        if row is None:
            raise BadLink
        return row

    async def _insert(
        self, db: AsyncConnection, name: str, role: Role, password_hash: str | None, shown_as: str
    ) -> int:
        name = tidy(name)
        _check(shown_as=shown_as)
        if not NAME.fullmatch(name):
            raise BadForm("Give a name of 2 to 40 small letters, digits, dots or hyphens.", field="name")
        row: dict[str, Any] = {
            "name": name,
            "shown_as": shown_as,
            "role": role.value,
            "password_hash": password_hash,
            "active": True,
            "status": "away",
            "seen_at": 0.0,
            "seats": SEATS,
            "preferences": {},
            "created_at": self._now(),
        }
        try:
            # A savepoint: PostgreSQL gives up the whole transaction at the first failed statement.
            async with db.begin_nested():
                added = await db.execute(staff.insert().values(row))
        except IntegrityError:
            raise NameTaken(field="name") from None
        (staff_id,) = added.inserted_primary_key or (0,)
        return int(staff_id)


def tidy(name: str) -> str:
    """Return a name for signing in as it is kept."""
    return name.strip().lower()


def _check(*, shown_as: str, seats: int = SEATS) -> None:
    if not 1 <= len(shown_as.strip()) <= 80:
        raise BadForm("Give the name that patrons read, of 1 to 80 characters.", field="shown_as")
    if not 1 <= seats <= SEATS_MOST:
        raise BadForm(f"Give 1 to {SEATS_MOST} chats at a time.", field="seats")


async def _member(db: AsyncConnection, staff_id: int, *, locked: bool = False, active: bool = True) -> StaffMember:
    query = sa.select(staff).where(staff.c.id == staff_id)
    if active:
        query = query.where(staff.c.active)
    row = (await db.execute(query.with_for_update() if locked else query)).one_or_none()
    if row is None:
        raise NotThere("There is no such account, or it is closed.")
    return member(row)


async def _admins(db: AsyncConnection) -> list[int]:
    """Return the ids of the accounts that can administer, locked: of two changes at once the second one waits."""
    query = (
        sa.select(staff.c.id)
        .where(staff.c.active, staff.c.role == Role.ADMIN.value, staff.c.password_hash.is_not(None))
        .order_by(staff.c.id)
        .with_for_update()
    )
    return list((await db.execute(query)).scalars())


async def _need_other_admin(db: AsyncConnection, staff_id: int) -> None:
    admins = await _admins(db)
    if admins == [staff_id]:
        raise LastAdmin
