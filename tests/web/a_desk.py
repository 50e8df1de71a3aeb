"""What the tests of the desk share: accounts, signed-in browsers, and a talk with something in every field."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.clock import FrozenClock
from bot.conversations.model import Sender, text_block
from bot.settings import Settings
from bot.storage import models
from bot.web import keys
from bot.web.app import create_app
from bot.web.desk import guard, passwords
from bot.web.desk.accounts import Accounts
from bot.web.desk.guard import COOKIE
from bot.web.desk.sessions import Role, csrf_of

PASSWORD = "blue horse tide"
ROLES = ("agent", "reviewer", "admin")
MORNING = datetime(2026, 11, 21, 10, 0)


@dataclass
class Browser:
    """One browser at the desk: follows no redirects, sends the Origin and the token that its pages carry."""

    session: aiohttp.ClientSession
    origin: str
    csrf: str = ""

    async def get(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self.session.get(path, allow_redirects=False, **more)

    async def page(self, path: str) -> str:
        answer = await self.get(path)
        assert answer.status == 200, (path, answer.status, answer.headers.get("Location"))
        return await answer.text()

    async def post(self, path: str, **fields: Any) -> aiohttp.ClientResponse:
        data = {"csrf": self.csrf} | fields
        return await self.session.post(path, data=data, headers={"Origin": self.origin}, allow_redirects=False)

    async def done(self, path: str, **fields: Any) -> str:
        """Send a form that must work, and return where it leads."""
        answer = await self.post(path, **fields)
        assert answer.status == 303, (path, answer.status, re.findall(r"<p class=.problem.*?</p>", await answer.text()))
        return answer.headers["Location"]

    async def sign_in(self, name: str, password: str = PASSWORD, place: str = "") -> aiohttp.ClientResponse:
        answer = await self.post("/desk/sign-in", name=name, password=password, next=place)
        if answer.status == 303:
            found = re.search(r'name="csrf" content="(\w+)"', await self.page("/desk/help"))
            assert found
            self.csrf = found[1]
        return answer

    @property
    def cookie(self) -> str:
        found = self.session.cookie_jar.filter_cookies(URL(f"{self.origin}/desk")).get(COOKIE)
        return found.value if found else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.session.cookie_jar.update_cookies({COOKIE: value}, URL(f"{self.origin}/desk"))


@dataclass
class Desk:
    """A running gateway with one account for each role, all with the same password."""

    app: web.Application
    server: TestServer
    clock: FrozenClock
    people: dict[str, int]

    @property
    def origin(self) -> str:
        return str(self.server.make_url("/")).rstrip("/")

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.app[keys.DATABASE], self.clock)

    def later(self, **by: float) -> None:
        self.clock.moment += timedelta(**by)

    @asynccontextmanager
    async def browser(self, name: str | None = None) -> AsyncIterator[Browser]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(base_url=self.server.make_url("/"), cookie_jar=jar) as session:
            browser = Browser(session, self.origin)
            if name:
                # As if signed in some time ago: hashing a password takes longer than most tests.
                store = guard.sessions(self.app)
                async with self.app[keys.DATABASE].write() as db:
                    browser.cookie = await store.begin(db, self.people[name])
                browser.csrf = csrf_of(self.app[keys.SETTINGS].signing_secret(), browser.cookie)
            yield browser

    async def rows(self, table: str) -> list[Any]:
        async with self.app[keys.DATABASE].read() as db:
            return list((await db.execute(models.metadata.tables[table].select())).all())

    async def insert(self, table: str, /, **row: Any) -> Any:
        async with self.app[keys.DATABASE].write() as db:
            added = await db.execute(models.metadata.tables[table].insert().values(row))
            return added.inserted_primary_key[0]  # type: ignore[index]

    async def remove(self, table: str, number: int) -> None:
        async with self.app[keys.DATABASE].write() as db:
            kind = models.metadata.tables[table]
            await db.execute(kind.delete().where(kind.c.id == number))

    async def talk(self, *said: tuple[str, str], branch: str | None = None, lang: str = "en", **more: Any) -> str:
        """Store a talk: pairs of who and what; returns its id."""
        log = self.app[keys.LOG]
        new = await log.begin("web", lang, [text_block("Hello!")], branch, more.get("context"))
        async with log.database.write() as db:
            talk = await log.locked(db, new.conversation.id)
            for sender, text in said:
                _, talk = await log.append(
                    db, talk, Sender(sender), [text_block(text)], name="Ana" if sender == "staff" else None
                )
        return new.conversation.id


@asynccontextmanager
async def running_desk(settings: Settings, names: tuple[str, ...] = ROLES) -> AsyncIterator[Desk]:
    """Run a gateway with accounts named after their roles."""
    clock = FrozenClock(MORNING)
    app = create_app(settings, clock)
    clock.moment = MORNING.replace(tzinfo=app[keys.KNOWLEDGE].library.zone)
    accounts = Accounts(app[keys.DATABASE], clock)
    people = {}
    password_hash = await passwords.hashed(PASSWORD)
    for name in names:
        people[name] = await accounts.add(name, Role(name), None, name.capitalize())
        async with app[keys.DATABASE].write() as db:
            table = models.staff
            await db.execute(table.update().where(table.c.name == name).values(password_hash=password_hash))
    async with TestServer(app) as server:
        yield Desk(app, server, clock, people)
