"""The library's question at the end of a talk: asked by the whole assistant, answered, counted at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

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
from tests.web.a_desk import Browser, Desk
from tests.web.test_desk_surveys import FIELDS, answer, table_of

Gateway = tuple[TestServer, web.Application, FrozenClock]
GOOD = {
    "en": ("what time do you close today?", "where is the eastside branch?"),
    "es": ("¿a qué hora cierran hoy?", "¿dónde queda la sucursal ribera?"),
}
QUESTION = {"en": "Would you come after 8 PM?", "es": "¿Vendría después de las 8 p. m.?"}


@pytest.fixture(scope="module")
async def desk(library_app: Gateway) -> Desk:
    server, app, clock = library_app
    accounts = Accounts(app[keys.DATABASE], clock)
    return Desk(app, server, clock, {"admin": await accounts.add("sue.survey", Role.ADMIN, None, "Sue")})


@pytest.fixture
async def admin(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser("admin") as admin:
        yield admin


@pytest.fixture
async def survey(talk: Begin, admin: Browser) -> AsyncIterator[str]:
    """An open survey for everybody, for this test alone: its page at the desk."""
    await talk()  # sets the clock
    place = await admin.done("/desk/surveys", **FIELDS)
    await admin.done(f"{place}/open")
    yield place
    if (await admin.get(place)).status == 200:
        await admin.done(f"{place}/close")
        await admin.done(f"{place}/delete")


@pytest.fixture
async def sue(desk: Desk) -> AsyncIterator[Person]:
    """Somebody who is available at the moment of the test, and gone after it."""
    number = desk.people["admin"]
    mine = staff.update().where(staff.c.id == number)
    async with desk.app[keys.DATABASE].write() as db:
        await db.execute(mine.values(status="available", seen_at=desk.clock.now().timestamp() + 86400))
    yield Person(number, "Sue", Status.AVAILABLE, 10_000)
    async with desk.app[keys.DATABASE].write() as db:
        await db.execute(mine.values(status="away", seen_at=0.0))


def forms(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in message["blocks"] if block.get("purpose") == "survey"]


async def asked(chat: Talk) -> list[dict[str, Any]]:
    """Every survey's form that the talk holds."""
    return [form for message in await chat.messages() for form in forms(message)]


@pytest.mark.parametrize(
    ("lang", "parting", "thanked"),
    [
        ("en", "thanks", "Thank you for your answer. It helps the library."),
        ("en", "ok bye!", "Thank you for your answer. It helps the library."),
        ("es", "gracias", "Gracias por su respuesta. Le ayuda a la biblioteca."),
        ("es", "adiós", "Gracias por su respuesta. Le ayuda a la biblioteca."),
    ],
)
async def test_talk_that_went_well_is_asked_with_thanks_answers_and_is_thanked(
    talk: Begin, survey: str, admin: Browser, lang: str, parting: str, thanked: str
) -> None:
    chat = await talk(lang=lang, branch="main")
    for text in GOOD[lang]:
        await chat.say(text)
    assert await asked(chat) == []
    said = await chat.say(parting)
    (form,) = forms(chat.last)
    assert form["fields"][0]["label"] == QUESTION[lang] and not said.startswith(form["title"])  # its reply comes first
    assert "<strong>1</strong> asked, <strong>0</strong> answered" in await admin.page(survey)
    assert await answer(chat, chat.seq, "1") == (201, {"ok": True})
    last = (await chat.messages())[-1]
    assert plain(last) == thanked
    for text in (*GOOD[lang], parting):  # the talk goes on, and is not asked twice
        await chat.say(text)
    assert len(await asked(chat)) == 1
    assert "<strong>1</strong> asked, <strong>1</strong> answered (100%)" in await admin.page(survey)


async def test_answers_of_five_patrons_become_figures_at_the_desk(talk: Begin, survey: str, admin: Browser) -> None:
    for number, value in enumerate(("1", "2", "1", "1", "1", "")):
        lang = "es" if number % 2 else "en"
        chat = await talk(lang=lang, branch="main")
        for text in (*GOOD[lang], "gracias" if lang == "es" else "thank you"):
            await chat.say(text)
        if value:
            assert (await answer(chat, chat.seq, value))[0] == 201
    page = await admin.page(survey)
    assert "<strong>6</strong> asked, <strong>5</strong> answered (83%)" in page and "answers-chart" in page
    assert '<th scope="row">Yes</th><td>4</td><td>80%</td>' in page
    _, *lines = await table_of(admin, survey)
    told = [("en", "Yes"), ("es", "Yes"), ("en", "Yes"), ("es", "No"), ("en", "Yes")]
    assert [(line[1], line[2], line[4]) for line in lines] == [(lang, "main", words) for lang, words in told]


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", (*GOOD["en"], "flurb the gnarly zorp wibble", "thanks")),  # taken for what no library does
        ("en", (*GOOD["en"], "asdfgh", "qwertz", "thanks")),
        ("es", (*GOOD["es"], "¿quién gana el mundial?", "gracias")),
        ("en", ("what time do you close today?", "thanks")),  # one question, which is little
        ("en", ("hello", "thanks", "thanks")),
        ("en", (*GOOD["en"], "i want to die", "thanks")),
        ("en", (*GOOD["en"], "that was not helpful at all")),
        ("en", (*GOOD["en"], "that does not help", "thanks")),
        ("es", (*GOOD["es"], "eso no me sirve", "gracias")),
        ("en", (*GOOD["en"], "talk to a person please", "thanks")),  # and nobody is there
        ("en", (*GOOD["en"], "are you open on sunday?")),  # no parting
    ],
)
async def test_talk_is_not_asked_that_went_badly_or_is_not_at_its_end(
    talk: Begin, survey: str, lang: str, says: tuple[str, ...]
) -> None:
    chat = await talk(lang=lang)
    for text in says:
        await chat.say(text)
    assert await asked(chat) == []


@pytest.mark.parametrize(("value", "is_asked"), [("down", False), ("up", True)])
async def test_talk_with_a_thumb_down_is_not_asked(talk: Begin, survey: str, value: str, is_asked: bool) -> None:
    chat = await talk()
    for text in GOOD["en"]:
        await chat.say(text)
    body = {"seq": chat.seq, "value": value}
    async with chat.session.post(f"/api/v1/chats/{chat.id}/rating", json=body, headers=chat.headers) as response:
        assert response.status in (200, 201, 204), await response.text()
    await chat.say("thanks")
    assert bool(await asked(chat)) is is_asked


@pytest.mark.parametrize("ended", [True, False])
async def test_talk_that_was_handed_over_is_not_asked(
    talk: Begin, survey: str, library_app: Gateway, sue: Person, ended: bool
) -> None:
    claims = library_app[1][keys.CLAIMS]
    chat = await talk()
    for text in (*GOOD["en"], "talk to a person please"):
        await chat.say(text)
    if ended:
        await claims.claim(chat.id, sue)
        await claims.reply(chat.id, sue, "r", "Here you are.")
        await claims.give_back(chat.id, sue)
    else:
        await chat.send(payload="do.bot")
    for text in (*GOOD["en"], "thanks"):
        await chat.say(text)
    assert await asked(chat) == []


async def test_form_that_is_open_when_its_survey_is_deleted_says_so_and_the_talk_goes_on(
    talk: Begin, survey: str, admin: Browser
) -> None:
    chat = await talk()
    for text in (*GOOD["en"], "thanks"):
        await chat.say(text)
    await admin.done(f"{survey}/close")
    await admin.done(f"{survey}/delete")
    status, told = await answer(chat, chat.seq, "1")
    assert (status, told["code"]) == (409, "survey_gone")
    assert "9 Mill Lane" in await chat.say("where is riverside?")
