"""The emergency switch and the notices at the desk, and what patrons read of them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.knowledge.check import check_library
from bot.settings import ROOT, Settings
from bot.storage.migrate import migrate
from bot.web import closing, keys
from tests.conftest import Installation, installation, new_settings
from tests.talk import Talk, plain
from tests.web.a_desk import Desk, running_desk

CLOSE = {"where": "all", "reason": "water", "do": "close"}


def own_library(folder: Path, **changes: Any) -> Settings:
    """Settings with a copy of the sample library, which the desk may change."""
    shutil.copytree(ROOT / "library", folder / "library")
    return new_settings(folder, library=folder / "library", **changes)


@pytest.fixture
async def desk(tmp_path: Path, database_url: str) -> AsyncIterator[Desk]:
    settings = own_library(tmp_path, database_url=database_url)
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


@pytest.fixture
async def patrons(desk: Desk) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=desk.server.make_url("/")) as session:
        yield session


async def notices_of(talk: Talk) -> list[str]:
    """The notices in a chat, each once for every time that it is shown."""
    blocks = [block for message in await talk.messages() for block in message["blocks"]]
    return [block["text"].replace("**", "") for block in blocks if block["type"] == "notice"]


async def test_closing_tells_every_open_chat_once_in_its_language_and_new_ones_in_the_greeting(
    desk: Desk, patrons: aiohttp.ClientSession
) -> None:
    english, spanish = await Talk.begin(patrons), await Talk.begin(patrons, lang="es")
    async with desk.browser("agent") as agent:
        await agent.done("/desk/closure", **CLOSE, until="2026-11-21T15:00")
        later = await Talk.begin(patrons, lang="es")
        for _ in range(3):
            await closing.tell(desk.app)
        (told,) = await notices_of(english)
        assert told.startswith("Closed now: all our branches, until 3 PM today. Reason: trouble with the water.")
        assert [one[:40] for one in await notices_of(spanish)] == ["Cerrado ahora: todas nuestras sucursales"]
        assert len(await notices_of(later)) == 1
        assert "The library is closed" in await agent.page("/desk/inbox")
        for page in ("/", "/ask?lang=es"):
            async with patrons.get(page) as answer:
                assert ("Closed now: all" if page == "/" else "Cerrado ahora: todas") in await answer.text()
        await agent.done("/desk/closure/lift")
        await closing.tell(desk.app)
        assert (await notices_of(english))[1:] == [
            "Open again as usual: all our branches. Thank you for your patience."
        ]
        assert len(await notices_of(spanish)) == len(await notices_of(later)) == 2
        assert await notices_of(await Talk.begin(patrons)) == []
        (closed, _) = await desk.rows("edit")
        async with desk.browser("reviewer") as reviewer:
            assert (await reviewer.post(f"/desk/edits/{closed.id}/undo")).status == 409
            assert "Open again on the page" in await reviewer.page(f"/desk/edits/{closed.id}")
        assert "The library is closed" not in await agent.page("/desk/inbox")
    done = [row.action for row in await desk.rows("audit")]
    assert done[-2:] == ["closed_library", "reopened_library"]
    assert check_library(desk.app[keys.SETTINGS].library) == []


async def test_change_of_plans_is_told_again_and_ended_or_old_chats_are_left_alone(
    desk: Desk, patrons: aiohttp.ClientSession
) -> None:
    idle = await Talk.begin(patrons)
    desk.later(hours=25)
    talk = await Talk.begin(patrons)
    async with desk.browser("agent") as agent:
        await agent.done("/desk/closure", **CLOSE)
        await agent.done("/desk/closure", **CLOSE | {"where": "some", "branch": "eastside"}, until="2026-11-24T10:00")
        assert [one.split(".")[0] for one in await notices_of(talk)] == [
            "Closed until further notice: all our branches",
            "Closed now: Eastside Branch, until 10 AM on Tuesday, November 24",
        ]
    assert len([row for row in await desk.rows("message") if row.conversation_id == idle.id]) == 1


async def test_of_those_who_tell_at_once_one_does(desk: Desk, patrons: aiohttp.ClientSession) -> None:
    talks = [await Talk.begin(patrons) for _ in range(8)]
    file = desk.app[keys.SETTINGS].library / "emergency.yml"
    file.write_text('id: "7"\nreason: snow\nfrom: 2026-11-21 08:00\n')
    await asyncio.gather(*(closing.tell(desk.app) for _ in range(4)))
    for talk in talks:
        assert len(await notices_of(talk)) == 1


async def test_a_file_edited_by_hand_is_told_too(desk: Desk, patrons: aiohttp.ClientSession) -> None:
    talk = await Talk.begin(patrons)
    file = desk.app[keys.SETTINGS].library / "emergency.yml"
    file.write_text('id: "7"\nreason: {en: snow, es: nieve}\nfrom: 2026-11-21 08:00\n')
    found = await talk.messages(talk.seq, wait=20)
    assert "Reason: snow" in plain(found[0])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"where": "some"}, "Choose the branches that are closed."),
        ({"reason": "own", "reason_en": "a fire alarm"}, "Write the reason in both languages"),
        ({"until": "2026-11-21T09:00"}, "The end is over already."),
        ({"from": "2026-11-21T18:00", "until": "2026-11-21T17:00"}, "The end is before the beginning."),
        ({"until": "soon"}, "Give a day and a time."),
        ({"note_es": ""}, "Write the note in both languages"),
        ({"reason": "own", "reason_en": "x" * 301, "reason_es": "y"}, "too long"),
    ],
)
async def test_what_cannot_be_closed_so_is_said_and_nothing_is_lost(
    desk: Desk, fields: dict[str, str], says: str
) -> None:
    async with desk.browser("agent") as agent:
        answer = await agent.post("/desk/closure", **CLOSE | {"note_en": "Stay at home", "note_es": "x"} | fields)
        page = await answer.text()
    assert answer.status == 422 and says in page and "Stay at home" in page
    assert not (desk.app[keys.SETTINGS].library / "emergency.yml").exists()


async def test_preview_shows_what_patrons_will_read_and_closes_nothing(
    desk: Desk, patrons: aiohttp.ClientSession
) -> None:
    talk = await Talk.begin(patrons)
    own = {"reason": "own", "reason_en": "a fire <alarm>", "reason_es": "una alarma", "do": "preview"}
    async with desk.browser("agent") as agent:
        page = await (await agent.post("/desk/closure", **CLOSE | own)).text()
    assert "Reason: a fire &lt;alarm&gt;." in page and "Motivo: una alarma." in page
    assert await notices_of(talk) == [] and "Open again now" not in page


async def test_notice_is_in_the_greeting_until_it_is_over_or_taken_away(
    desk: Desk, patrons: aiohttp.ClientSession
) -> None:
    fields = {"text_en": "The lift is being repaired.", "text_es": "Se repara el ascensor.", "owner": "Facilities"}
    async with desk.browser("reviewer") as reviewer:
        await reviewer.done("/desk/notices", **fields, until="2026-11-22T10:00", branch="main")
        await reviewer.done("/desk/notices", **fields | {"text_en": "Book sale"}, until="2026-11-21T11:30")
        assert await notices_of(await Talk.begin(patrons)) == ["The lift is being repaired.", "Book sale"]
        assert (await notices_of(await Talk.begin(patrons, lang="es")))[0] == "Se repara el ascensor."
        desk.later(hours=1, minutes=50)
        assert await notices_of(await Talk.begin(patrons)) == ["The lift is being repaired."]
        page = await reviewer.page("/desk/notices")
        assert page.index("Shown now") < page.index("The lift") < page.index("to be taken away") < page.index("Book")
        changed = fields | {"text_en": "The lift works."}
        await reviewer.done("/desk/notices/the_lift_is_being_repair", **changed, until="2026-11-22T10:00")
        assert await notices_of(await Talk.begin(patrons)) == ["The lift works."]
        await reviewer.done("/desk/notices/the_lift_is_being_repair/delete")
        await reviewer.done("/desk/notices/book_sale/delete")
        assert await notices_of(await Talk.begin(patrons)) == []
    file = desk.app[keys.SETTINGS].library / "notices.yml"
    assert file.read_text() == (ROOT / "library" / "notices.yml").read_text()
    assert next(row.what for row in await desk.rows("edit")) == "Notice: The lift is being repaired."


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text_es": ""}, "Write the notice in Spanish too."),
        ({"until": ""}, "Say until when it holds"),
        ({"from": "2026-12-01T10:00"}, "The end is before the beginning."),
        ({"owner": " "}, "Say who looks after it."),
    ],
)
async def test_notice_that_lacks_something_is_not_written(desk: Desk, fields: dict[str, str], says: str) -> None:
    whole = {"text_en": "Wet floor", "text_es": "Piso mojado", "owner": "Ana", "until": "2026-11-22T10:00"}
    async with desk.browser("reviewer") as reviewer:
        page = await (await reviewer.post("/desk/notices", **whole | fields)).text()
    assert says in page and "Wet floor" in page
    assert desk.app[keys.KNOWLEDGE].notices.all == ()


@pytest.fixture(scope="module")
async def closed_town(model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Rasa and the actions on a library of their own, which a gateway of the test shares."""
    async with installation(own_library(tmp_path_factory.mktemp("closed")), "rasa", "actions") as running:
        yield running


async def test_assistant_answers_hours_events_and_the_way_by_the_closing_at_once(closed_town: Installation) -> None:
    async with running_desk(closed_town.settings) as desk, aiohttp.ClientSession(base_url=desk.origin) as session:
        moment = datetime(2026, 11, 23, 10, 0, tzinfo=desk.app[keys.KNOWLEDGE].library.zone)
        desk.clock.moment = moment
        talk = await Talk.begin(session)
        assert "open now, until 9 PM" in await talk.say("is the main library open now?")
        async with desk.browser("agent") as agent:
            await agent.done("/desk/closure", **CLOSE | {"until": "2026-11-24T12:00"})
            told = "Closed now: all our branches, until noon on Tuesday, November 24. Reason: trouble with the water."
            assert any(told in plain(one) for one in await talk.messages(talk.seq))
            desk.clock.moment = moment + timedelta(minutes=30)
            now = await talk.say("is the main library open now?")
            assert told in now and "is closed now" in now and "tomorrow at noon" in now
            assert "noon – 9 PM" in await talk.say("what are the hours of the main library tomorrow?")
            events = await talk.say("what events are there today?")
            assert told in events and "All 6 events today are cancelled. The next one is tomorrow" in events
            assert told in await talk.say("how do I get to Eastside?")
            assert "Cerrado ahora" in await talk.say("¿está abierta la biblioteca Riverside ahora?")
            await agent.done("/desk/closure/lift")
            desk.clock.moment = moment + timedelta(minutes=40)
            assert "open now, until 9 PM" in await (await Talk.begin(session)).say("is the main library open now?")
