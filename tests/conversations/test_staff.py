"""A patron asks for a person, in any words; is offered one; and is brought to the desk in distress."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.conversations.presence import Person, Status
from bot.storage.models import staff
from bot.web import keys
from bot.web.desk.accounts import Accounts
from bot.web.desk.sessions import Role
from tests.conversations.script import Begin
from tests.talk import Talk, plain

WAITING = "Of course. I have asked a librarian to join this chat, and you are next."
ESPERA = "Por supuesto. Pedí a una persona de la biblioteca que entre en este chat"


@pytest.fixture(scope="module")
async def account(library_app: tuple[TestServer, web.Application, FrozenClock]) -> AsyncIterator[int]:
    _, app, clock = library_app
    accounts = Accounts(app[keys.DATABASE], clock)
    yield await accounts.add("ana", Role.AGENT, "correct horse battery", "Ana")


@pytest.fixture
async def ana(library_app: tuple[TestServer, web.Application, FrozenClock], account: int) -> AsyncIterator[Person]:
    """Somebody who is available at the moment of the test, and gone after it."""
    _, app, clock = library_app
    async with app[keys.DATABASE].write() as db:
        await db.execute(staff.update().values(status="available", seen_at=clock.now().timestamp() + 86400))
    yield Person(account, "Ana", Status.AVAILABLE, 10_000)
    async with app[keys.DATABASE].write() as db:
        await db.execute(staff.update().values(status="away", seen_at=0.0))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "can i talk to a person?"),
        ("en", "HUMAN"),
        ("en", "agent please"),
        ("en", "i want to speak with a librarian about my bill"),
        ("en", "this is useless, get me a real person"),
        ("es", "quiero hablar con una persona"),
        ("es", "¿me puede atender un bibliotecario?"),
        ("fr", "je voudrais parler à une personne"),
        ("de", "Kann ich mit einem Menschen sprechen?"),
        ("pt", "quero falar com uma pessoa"),
        ("it", "vorrei parlare con una persona"),
        ("zh", "我想和真人说话"),
    ],
)
async def test_patron_asks_for_a_person_and_waits_for_one(talk: Begin, ana: Person, lang: str, text: str) -> None:
    chat = await talk(lang=lang)
    read = await chat.say(text)
    assert (ESPERA if lang == "es" else "I have asked a librarian to join this chat") in read
    assert (await state_of(chat))["mode"] == "waiting"
    await chat.send(payload="do.bot")


async def state_of(chat: Talk) -> dict[str, object]:
    path = f"/api/v1/chats/{chat.id}/messages?after={chat.seq}"
    async with chat.session.get(path, headers=chat.headers) as response:
        return (await response.json())["state"]


async def test_patron_who_was_not_understood_twice_is_offered_a_person_and_says_yes(
    talk: Begin, ana: Person, library_app: tuple[TestServer, web.Application, FrozenClock]
) -> None:
    chat = await talk()
    first = await chat.say("qwrt zxcvb")
    assert "Would you like to talk to a librarian?" not in first
    second = (await chat.say("asdf hjkl qwer zxcv uiop")).splitlines()
    assert second == [
        "I am not getting it, and that is my fault. Would you like to talk to a librarian?",
        "[Yes, a librarian]",
        "[No, thanks]",
    ]
    assert (await chat.say("yes")).startswith(WAITING)
    await chat.send(payload="do.bot")


async def test_one_answer_in_between_begins_the_count_anew(talk: Begin) -> None:
    chat = await talk()
    await chat.say("qwrt zxcvb")
    assert "9 Mill Lane" in await chat.say("where is riverside?")
    assert "Would you like to talk to a librarian?" not in await chat.say("asdf hjkl qwer zxcv uiop")


async def test_patron_in_distress_reads_of_help_first_and_a_person_is_asked_at_once(talk: Begin, ana: Person) -> None:
    chat = await talk()
    read = await chat.say("i want to kill myself")
    assert read.index("988") < read.index("I have asked a librarian")
    assert (await state_of(chat))["mode"] == "waiting"
    await chat.send(payload="do.bot")


async def test_help_is_named_even_while_a_person_is_awaited(talk: Begin, ana: Person) -> None:
    chat = await talk()
    await chat.say("talk to a person please")
    assert "988" in await chat.say("i want to die")
    await chat.send(payload="do.bot")


async def test_assistant_is_silent_while_staff_have_the_talk_and_answers_again_when_it_is_given_back(
    talk: Begin, ana: Person, library_app: tuple[TestServer, web.Application, FrozenClock]
) -> None:
    _, app, _ = library_app
    chat = await talk()
    await chat.say("talk to a person please")
    await app[keys.CLAIMS].claim(chat.id, ana)
    sent = await chat.send(text="where is the eastside branch?")
    assert [m["from"] for m in await chat.messages(sent["seq"], wait=3)] == []
    await app[keys.CLAIMS].reply(chat.id, ana, "r", "On Orchard Avenue.")
    await app[keys.CLAIMS].give_back(chat.id, ana)
    assert "9 Mill Lane" in await chat.say("where is riverside?")
    said = [plain(m) for m in await chat.messages()]
    assert not [words for words in said if "1480 Orchard Avenue" in words]


async def test_yes_after_the_talk_was_given_back_takes_up_nothing_that_the_patron_never_saw(
    talk: Begin, ana: Person, library_app: tuple[TestServer, web.Application, FrozenClock]
) -> None:
    _, app, _ = library_app
    chat = await talk()
    await chat.say("talk to a person please")
    await app[keys.CLAIMS].claim(chat.id, ana)
    sent = await chat.send(text="is estside opne sundy")
    await chat.messages(sent["seq"], wait=2)
    await app[keys.CLAIMS].reply(chat.id, ana, "r", "Yes, from one.")
    await app[keys.CLAIMS].give_back(chat.id, ana)
    assert await chat.say("yes") == "Good. What would you like to know?"


async def test_question_that_no_person_answered_is_answered_when_the_patron_goes_back(talk: Begin, ana: Person) -> None:
    chat = await talk()
    await chat.say("talk to a person please")
    await chat.send(text="where is the eastside branch?")
    assert "1480 Orchard Avenue" in plain(await chat.reply(await chat.send(payload="do.bot")))


async def test_message_is_prefilled_with_what_the_patron_wanted(talk: Begin) -> None:
    chat = await talk()
    await chat.say("my renewal of the harry potter book failed twice")
    lines = (await chat.say("can i talk to a person?")).splitlines()
    assert "Your question: my renewal of the harry potter book failed twice" in lines
