"""The patron API's part of the hand-off: buttons, forms, ratings, typing, and the stop switch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.conversations.pause import PAUSE
from bot.storage.migrate import migrate
from bot.storage.models import desk_setting
from bot.web import keys
from tests.conftest import NOON, new_settings
from tests.talk import Talk, plain
from tests.web.a_staff_member import StaffClient
from tests.web.test_patron_api import Client, client_of, refusal


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    settings = new_settings(tmp_path, clock=NOON)
    migrate(settings.database)
    client = await client_of(settings)
    yield client
    await client.close()


@pytest.fixture
async def chat(client: Client) -> AsyncIterator[Talk]:
    async with aiohttp.ClientSession(client.make_url("/")) as session:
        yield await Talk.begin(session, lang="es")


@pytest.fixture
async def ana(client: Client) -> AsyncIterator[StaffClient]:
    async with StaffClient.at_desk(client, "Ana") as ana:
        yield ana


async def post(chat: Talk, path: str, **body: Any) -> aiohttp.ClientResponse:
    return await chat.session.post(f"/api/v1/chats/{chat.id}/{path}", json=body, headers=chat.headers)


async def state(chat: Talk) -> dict[str, Any]:
    async with chat.session.get(f"/api/v1/chats/{chat.id}/messages?after=0", headers=chat.headers) as response:
        return (await response.json())["state"]


async def test_buttons_are_the_patrons_words_and_do_what_they_say(chat: Talk, ana: StaffClient) -> None:
    await chat.send(payload="do.person")
    assert await state(chat) == {"mode": "waiting", "queue": 1, "staff": None, "paused": None}
    await ana.do(chat.id, "claim")
    assert (await state(chat))["staff"] == "Ana"
    await ana.reply(chat.id, "Hola")
    await chat.send(payload="do.bot")
    assert (await state(chat))["mode"] == "bot"
    await chat.send(payload="do.end")
    assert (await state(chat))["mode"] == "ended"
    said = [m["blocks"][0]["text"] for m in await chat.messages() if m["from"] == "patron"]
    assert said == ["Hablar con una persona", "Volver al asistente", "Terminar el chat"]
    assert await refusal(await post(chat, "messages", client_id="x", text="hola")) == (409, "chat_ended")
    assert await refusal(await post(chat, "messages", client_id="y", payload="do.person")) == (409, "chat_ended")


@pytest.mark.parametrize("payload", ["do.", "do.nothing", "do.person.", "do.PERSON", "do"])
async def test_button_that_is_none_is_refused(chat: Talk, payload: str) -> None:
    assert await refusal(await post(chat, "messages", client_id="x", payload=payload)) == (422, "bad_choice")


async def test_form_that_cannot_be_taken_names_the_field_and_a_good_one_is_confirmed(
    chat: Talk, ana: StaffClient
) -> None:
    await chat.send(payload="do.message")
    seq = (await chat.messages())[-1]["seq"]
    values = {"question": "¿Dónde está mi libro?", "contact": "nada", "name": ""}
    response = await post(chat, "forms", client_id="f", seq=seq, values=values)
    wrong = await response.json()
    assert (response.status, wrong["code"], wrong["field"]) == (422, "bad_field", "contact")
    assert wrong["message"].startswith("Escriba un correo")
    values["contact"] = "pat@example.org"
    response = await post(chat, "forms", client_id="f", seq=seq, values=values)
    reference = (await response.json())["reference"]
    assert response.status == 201
    assert reference in plain((await chat.messages())[-1])
    for body in ({}, {"client_id": "g", "seq": seq}, {"client_id": "g", "seq": "x", "values": {}}):
        assert (await refusal(await post(chat, "forms", **body)))[1] == "bad_request"


async def test_chat_is_rated_and_so_is_an_answer(chat: Talk) -> None:
    assert (await post(chat, "rating", value="partly", comment="lento")).status == 200
    assert (await post(chat, "rating", seq=1, value="down")).status == 200
    assert await refusal(await post(chat, "rating", value="down")) == (422, "bad_rating")
    assert await refusal(await post(chat, "rating", seq=77, value="up")) == (422, "bad_rating")
    path = f"/api/v1/chats/{chat.id}/messages?after=0"
    async with chat.session.get(path, headers=chat.headers) as response:
        assert (await response.json())["rated"] == {"0": "partly", "1": "down"}
    assert "¿Quiere hablar con una persona de la biblioteca?" in plain((await chat.messages())[-1])


async def test_each_sees_that_the_other_writes_and_not_oneself(chat: Talk, ana: StaffClient) -> None:
    await chat.send(payload="do.person")
    await ana.do(chat.id, "claim")
    async with (
        chat.session.ws_connect(f"/api/v1/chats/{chat.id}/ws") as patron,
        ana.session.ws_connect(f"{ana.url}/desk/api/chats/{chat.id}/ws") as desk,
    ):
        await patron.send_json({"token": chat.token, "after": 99})
        await desk.send_json({"token": ana.csrf, "after": 99})
        assert (await patron.receive_json(timeout=5))["state"]["staff"] == "Ana"
        assert (await desk.receive_json(timeout=5))["state"]["mode"] == "staff"
        await patron.send_json({"typing": True})
        assert (await desk.receive_json(timeout=5))["typing"]["from"] == "patron"
        await desk.send_json({"typing": True})
        heard = (await patron.receive_json(timeout=5))["typing"]
        assert (heard["from"], heard["name"]) == ("staff", "Ana")


async def test_stop_switch_silences_the_assistant_and_says_why(client: Client, chat: Talk, ana: StaffClient) -> None:
    async def switch(on: bool, **notice: str) -> None:
        async with client.app[keys.DATABASE].write() as db:
            await db.execute(desk_setting.delete())
            await db.execute(desk_setting.insert().values(name=PAUSE, value={"on": on, "notice": notice}, at=0.0))
        client.app[keys.PAUSE].forget()

    await switch(True, es="Volvemos a las tres.")
    assert (await state(chat))["paused"] == "Volvemos a las tres."
    response = await post(chat, "messages", client_id="x", text="hola")
    said = await response.json()
    assert (response.status, said["code"], said["message"]) == (503, "paused", "Volvemos a las tres.")
    await switch(True)
    assert "315-555-0140" in (await state(chat))["paused"]
    await switch(False)
    assert (await state(chat))["paused"] is None
    await chat.send(payload="do.person")
    await switch(True)  # a person may still be talked with
    await ana.do(chat.id, "claim")
    await chat.send(text="hola")
    assert (await state(chat))["paused"] is None


async def test_queue_moves_up_before_the_patrons_eyes(client: Client, chat: Talk, ana: StaffClient) -> None:
    first = await Talk.begin(chat.session)
    await first.send(payload="do.person")
    await chat.send(payload="do.person")
    async with chat.session.ws_connect(f"/api/v1/chats/{chat.id}/ws") as socket:
        await socket.send_json({"token": chat.token, "after": 99})
        assert (await socket.receive_json(timeout=5))["state"]["queue"] == 2
        await ana.do(first.id, "claim")
        assert (await socket.receive_json(timeout=5))["state"]["queue"] == 1
