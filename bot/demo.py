"""A desk that is alive: talks of the last two weeks, colleagues, and patrons who wait and answer. For a first look."""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle
from typing import Any

import aiohttp
import sqlalchemy as sa
import yaml

from bot.channel_settings import ChannelSettings
from bot.conversations.errors import ChatGone
from bot.conversations.handoff import Outcome
from bot.conversations.presence import Person, Status
from bot.conversations.transcripts import set_label
from bot.settings import ROOT, Settings
from bot.storage.models import (
    canned_reply,
    conversation,
    handoff,
    label,
    left_message,
    message,
    note,
    rating,
    suggestion,
    suggestion_event,
    survey,
    survey_answer,
    turn,
)  # fmt: skip
from bot.suggestions.handling import Decision
from bot.suggestions.model import Status as SuggestionStatus
from bot.web import keys
from bot.web.app import create_app
from bot.web.desk.accounts import Accounts
from bot.web.desk.sessions import Role

log = logging.getLogger(__name__)

TALKS = ROOT / "bot" / "demo.yml"
AFTERNOON = (14, 5)
WAITING_AT_ONCE = 2
ALIVE_SECONDS = 10.0
THINKS_SECONDS = 4.0
NEXT_SECONDS = 45.0


def demo_settings(settings: Settings) -> Settings:
    """Return settings with data of their own, and an afternoon at which the desk is open, whatever time it is."""
    noon = datetime.now().replace(hour=AFTERNOON[0], minute=AFTERNOON[1], second=0, microsecond=0)
    folder = settings.data_folder / "demo"
    return replace(
        settings,
        data_folder=folder,
        from_review=folder / "from_review",
        database_url=f"sqlite:///{folder / 'foyer.db'}",
        clock=settings.clock or noon,
        clock_started=time.time(),
        redis_url="",
        mail_server="",  # invented messages are nobody's mail
        koha_url="",
        webhook_url="",
        channels=ChannelSettings(),
        messages_a_minute=10_000,
        requests_a_minute=100_000,
    )


async def play(settings: Settings) -> None:
    """Have the talks with the running installation, then keep colleagues and patrons alive until cancelled."""
    told: dict[str, Any] = yaml.safe_load(TALKS.read_text(encoding="utf-8"))
    app = create_app(settings)  # its services, not its server: hand-offs are done as the desk does them
    async with aiohttp.ClientSession(f"http://127.0.0.1:{settings.port}") as session:
        stage = Stage(app, session)
        people = await stage.people(told["people"])
        living = asyncio.create_task(stage.live(people))
        try:
            await stage.replies(told["replies"])
            for script in told["talks"]:
                await stage.past(script, people)
            await stage.survey(told["survey"])
            print(
                f"  {len(told['talks'])} talks of the last two weeks are on the desk, and patrons wait.\n", flush=True
            )
            scripts = cycle(told["waits"])
            await asyncio.gather(*(stage.waits(scripts, 8.0 * number) for number in range(WAITING_AT_ONCE)))
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await app[keys.KNOWLEDGE].close()
            await app[keys.DATABASE].close()


@dataclass
class Patron:
    """A patron over the API."""

    session: aiohttp.ClientSession
    id: str
    token: str
    seq: int

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Post to the chat and return the answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"client_id": uuid.uuid4().hex} | body
        async with self.session.post(f"/api/v1/chats/{self.id}/{path}", json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def news(self, wait: int = 20) -> dict[str, Any]:
        """Return what is new, and go on from there."""
        path = f"/api/v1/chats/{self.id}/messages?after={self.seq}&wait={wait}"
        async with self.session.get(path, headers={"Authorization": f"Bearer {self.token}"}) as response:
            answer: dict[str, Any] = await response.json()
        self.seq = max([self.seq, *(one["seq"] for one in answer.get("messages", ()))])
        return answer

    async def say(self, text: str) -> None:
        """Send a message and wait for the assistant's answer."""
        self.seq = (await self.post("messages", text=text))["message"]["seq"]
        await self.news()


class Stage:
    """Puts talks on."""

    def __init__(self, app: Any, session: aiohttp.ClientSession) -> None:
        self._app = app
        self._session = session

    async def people(self, names: list[str]) -> dict[str, Person]:
        """Make the colleagues: they can be seen, and nobody can sign in as one."""
        accounts, people = Accounts(self._app[keys.DATABASE], self._app[keys.CLOCK]), {}
        for name in names:
            staff_id = await accounts.add(name.lower(), Role.AGENT, None, name)
            people[name] = Person(staff_id, name, Status.AVAILABLE, 99)
            await self._app[keys.PRESENCE].choose(staff_id, Status.AVAILABLE)
        return people

    async def live(self, people: Mapping[str, Person]) -> None:
        """Keep the first colleagues at the desk."""
        while True:
            for name in list(people)[:2]:
                await self._app[keys.PRESENCE].alive(people[name].id)
            await asyncio.sleep(ALIVE_SECONDS)

    async def replies(self, texts: list[dict[str, str]]) -> None:
        """Keep saved replies that all may use."""
        async with self._app[keys.DATABASE].write() as db:
            await db.execute(canned_reply.insert(), [text | {"staff_id": None} for text in texts])

    async def survey(self, script: Mapping[str, Any]) -> None:
        """Keep an open survey with its answers, spread evenly over its days."""
        day, now = 86400.0, self._app[keys.CLOCK].now().timestamp()
        begins = now - script["days"] * day
        row = {
            "name": script["name"],
            "kind": "choice",
            "question": script["question"],
            "options": [{lang: option[lang] for lang in script["question"]} for option in script["options"]],
            "asks": {"branches": [], "languages": [], "share": 100},
            "begins_at": begins,
            "ends_at": begins + script["lasts"] * day,
            "state": "open",
            "name_of_maker": script["by"],
            "created_at": begins - day,
        }
        chosen = [str(number) for number, option in enumerate(script["options"], 1) for _ in range(option["chosen"])]
        values: list[str | None] = [*chosen, *(None for _ in range(script["silent"]))]
        random.Random(script["name"]).shuffle(values)  # the same each time
        branches = cycle((*(one.id for one in self._app[keys.KNOWLEDGE].library.branches), None))
        async with self._app[keys.DATABASE].write() as db:
            added = await db.execute(survey.insert().values(row))
            (number,) = added.inserted_primary_key or (0,)
            step = (now - begins) / len(values)
            answers = [
                {
                    "survey_id": number,
                    "seq": 0,
                    "value": value,
                    "lang": "es" if place % 4 == 3 else "en",
                    "branch": next(branches),
                    "asked_at": begins + place * step,
                    "answered_at": None if value is None else begins + place * step + 30,
                }
                for place, value in enumerate(values)
            ]
            await db.execute(survey_answer.insert(), answers)

    async def begin(self, script: Mapping[str, Any]) -> Patron:
        """Begin a chat and say what the script says."""
        body = {"lang": script.get("lang", "en"), "branch": script.get("branch"), "context": "/"}
        async with self._session.post("/api/v1/chats", json=body) as response:
            begun = await response.json()
        patron = Patron(self._session, begun["id"], begun["token"], begun["seq"])
        if "channel" in script:  # as if it had come by it; there is nobody to send anything to
            async with self._app[keys.DATABASE].write() as db:
                mine = conversation.update().where(conversation.c.id == patron.id)
                await db.execute(mine.values(channel=script["channel"]))
        for text in script["says"]:
            await patron.say(text)
        return patron

    async def past(self, script: Mapping[str, Any], people: Mapping[str, Person]) -> None:
        """Have a talk from beginning to end, and put it into the past."""
        async with self._app[keys.DATABASE].read() as db:
            known = (await db.execute(sa.select(sa.func.max(suggestion_event.c.id)))).scalar_one() or 0
        patron = await self.begin(script)
        if "thumb" in script:
            await patron.post("rating", seq=patron.seq, value=script["thumb"])
        if "missing" in script:
            now = self._app[keys.CLOCK].now().timestamp()
            async with self._app[keys.DATABASE].write() as db:
                await set_label(db, patron.id, patron.seq, "missing", people[script["missing"]].id, now)
        if "person" in script:
            await self._with_person(patron, script, people)
        if "left" in script:
            await patron.post("messages", payload="do.message")
            answer = await patron.news()
            form = next(m["seq"] for m in reversed(answer["messages"]) if m["blocks"][-1]["type"] == "form")
            await patron.post("forms", seq=form, values=script["left"])
        if "rating" in script:
            await patron.post("rating", value=script["rating"], comment=script.get("comment", ""))
        if "decided" in script:
            await self._decide(patron.id, script["decided"])
        await self._shift(patron.id, script["days"] * 86400.0, known)
        if "person" in script:
            waited = handoff.c.requested_at - script["person"]["waited"]
            async with self._app[keys.DATABASE].write() as db:
                mine = handoff.update().where(handoff.c.conversation_id == patron.id)
                await db.execute(mine.values(requested_at=waited))

    async def _with_person(self, patron: Patron, script: Mapping[str, Any], people: Mapping[str, Person]) -> None:
        part, claims = script["person"], self._app[keys.CLAIMS]
        person = people[part["by"]]
        if "question" in part:
            await patron.say(part["question"])
        await patron.post("messages", payload="do.person")
        await claims.claim(patron.id, person, over=True)
        answers = iter(part.get("answers", ()))
        for reply in part["replies"]:
            await claims.reply(patron.id, person, uuid.uuid4().hex, reply)
            if (answer := next(answers, None)) is not None:
                await patron.post("messages", text=answer)
        if "note" in part:
            await claims.add_note(patron.id, person, part["note"])
        if "stays_with" not in script:
            await claims.end(patron.id, person, Outcome(part["outcome"]), part.get("tags", []))

    async def _decide(self, conversation_id: str, decided: Mapping[str, str]) -> None:
        """Let a colleague answer what the patron of a talk suggested."""
        to = Decision(SuggestionStatus(decided["status"]), decided["reply"], public=True)
        async with self._app[keys.DATABASE].write() as db:
            mine = sa.select(suggestion.c.id).where(suggestion.c.conversation_id == conversation_id)
            number = (await db.execute(mine)).scalar_one()
            await self._app[keys.HANDLING].decide(db, number, decided["by"], 0, to)

    async def _shift(self, conversation_id: str, seconds: float, known: int) -> None:
        """Move everything of a talk into the past; `known`: the last of the suggestions' events before it."""
        moved = {
            message: ("at",),
            turn: ("received_at",),
            note: ("at",),
            rating: ("at",),
            left_message: ("at",),
            handoff: ("requested_at", "claimed_at", "replied_at", "closed_at"),
            label: ("at",),
            suggestion: ("created_at", "changed_at", "replied_at"),
        }
        async with self._app[keys.DATABASE].write() as db:
            for table, columns in moved.items():
                values = {name: table.c[name] - seconds for name in columns}
                await db.execute(table.update().where(table.c.conversation_id == conversation_id).values(values))
            since = suggestion_event.update().where(suggestion_event.c.id > known)
            await db.execute(since.values(at=suggestion_event.c.at - seconds))
            values = {name: conversation.c[name] - seconds for name in ("created_at", "last_at")}
            await db.execute(conversation.update().where(conversation.c.id == conversation_id).values(values))

    async def waits(self, scripts: Iterator[Mapping[str, Any]], first: float) -> None:
        """Let one patron after another ask for a person, wait, and answer whoever comes."""
        await asyncio.sleep(first)
        while True:
            try:
                await self._wait(next(scripts))
            except (aiohttp.ClientError, ChatGone, KeyError, TimeoutError):
                log.info("a patron of the demonstration went home")  # the gateway was away, or the talk is gone
            await asyncio.sleep(NEXT_SECONDS)

    async def _wait(self, script: Mapping[str, Any]) -> None:
        patron = await self.begin(script)
        answers = iter(script["answers"])
        while True:
            answer = await patron.news()
            if answer["mode"] not in ("waiting", "staff"):
                return
            if any(one["from"] == "staff" for one in answer["messages"]):
                await asyncio.sleep(THINKS_SECONDS)
                if (words := next(answers, None)) is not None:
                    await patron.post("messages", text=words)
