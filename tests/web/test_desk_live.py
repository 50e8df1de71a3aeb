"""The live desk's JSON: lists and context as staff see them, and what is refused, with the sentence that they read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.conversations.presence import LOST_SECONDS
from bot.storage.migrate import migrate
from bot.storage.models import audit, staff, staff_session, turn
from bot.web import keys
from tests.conftest import NOON, new_settings
from tests.talk import Talk
from tests.web.a_desk import running_desk
from tests.web.a_staff_member import PASSWORD, StaffClient
from tests.web.test_patron_api import Client, client_of


@pytest.fixture
async def client(tmp_path: Path, database_url: str) -> AsyncIterator[Client]:
    settings = new_settings(tmp_path, database_url=database_url, clock=NOON)
    migrate(settings.database)
    client = await client_of(settings)
    yield client
    await client.close()


@pytest.fixture
async def ana(client: Client) -> AsyncIterator[StaffClient]:
    async with StaffClient.at_desk(client, "Ana") as ana:
        yield ana


@pytest.fixture
async def sam(client: Client) -> AsyncIterator[StaffClient]:
    async with StaffClient.at_desk(client, "Sam") as sam:
        yield sam


@pytest.fixture
async def chat(client: Client, ana: StaffClient) -> AsyncIterator[Talk]:
    """A patron who waits for a person."""
    async with aiohttp.ClientSession(client.make_url("/")) as session:
        chat = await Talk.begin(session, branch="eastside", lang="es", context="/visit")
        await chat.send(text="no encuentro el libro")
        await chat.send(payload="do.person")
        yield chat


async def test_lists_and_context_tell_what_staff_need(client: Client, chat: Talk, ana: StaffClient) -> None:
    (waiting,) = (await ana.get("/desk/api/state"))["waiting"]
    told = {name: waiting[name] for name in ("chat", "branch", "language", "reason", "question", "urgent", "patron")}
    assert told == {
        "chat": chat.id,
        "branch": "Eastside Branch",
        "language": "Spanish",
        "reason": "asked",
        "question": "no encuentro el libro",
        "urgent": False,
        "patron": "here",
    }
    understood = {
        "intent": "find_item",
        "confidence": 0.7,
        "ranking": [{"intent": "find_item", "confidence": 0.7}],
        "entities": [
            {"entity": "when", "value": {"text": "mañana", "name": None}},
            {"entity": "branch", "value": "main"},
            {"entity": "language", "value": "es"},
        ],
        "guide": {"title": "A trouble", "step": 2, "of": 5},
    }
    async with client.app[keys.DATABASE].write() as db:
        await db.execute(turn.update().values(state="suggested", understood=understood, suggestion=[
            {"type": "text", "text": "**Quizá** en Main."}]))  # fmt: skip
    await ana.do(chat.id, "claim")
    await ana.do(chat.id, "note", text="habitual")
    await ana.do(chat.id, "tags", tags=["Books"])
    about = await ana.get(f"/desk/api/chats/{chat.id}")
    assert about["mine"] and about["staff"]["shown_as"] == "Ana"
    assert (about["patron"]["page"], about["patron"]["branch"], about["patron"]["here"]) == (
        "/visit", "Eastside Branch", True)  # fmt: skip
    (first,) = about["turns"].values()
    assert first["topic"] == "Finding a book or another item"
    assert first["entities"] == [["when", "mañana"], ["branch", "Main Library"]]
    assert about["guide"] == {"title": "A trouble", "step": 2, "of": 5}
    assert about["suggestion"] == {"seq": 2, "text": "Quizá en Main."}
    assert (about["notes"][0]["text"], about["tags"]) == ("habitual", ["books"])


async def test_loser_of_a_claim_and_who_is_not_the_owner_read_who_has_the_chat(
    chat: Talk, ana: StaffClient, sam: StaffClient
) -> None:
    await ana.do(chat.id, "claim")
    assert await sam.post(f"/desk/api/chats/{chat.id}/claim") == (
        409, {"ok": False, "code": "taken", "message": "Ana took this chat."})  # fmt: skip
    acts: list[tuple[str, dict[str, Any]]] = [
        ("messages", {"client_id": "x", "text": "hello"}),
        ("release", {}),
        ("give-back", {}),
        ("end", {"outcome": "answered"}),
        ("transfer", {"to": 1, "note": "please"}),
        ("transfer-cancel", {}),
    ]
    for act, body in acts:
        assert await sam.post(f"/desk/api/chats/{chat.id}/{act}", body) == (
            409, {"ok": False, "code": "not_yours", "message": "Ana has this chat."})  # fmt: skip
    assert [m["from"] for m in await chat.messages()].count("staff") == 0


@pytest.mark.parametrize(
    ("act", "body", "code"),
    [
        ("end", {"outcome": "returned"}, "bad_form"),
        ("end", {"outcome": "nonsense"}, "bad_request"),
        ("end", {}, "bad_request"),
        ("messages", {"client_id": "a b", "text": "hello"}, "bad_request"),
        ("messages", {"client_id": "x", "text": " \u200b "}, "text_empty"),
        ("messages", {"client_id": "x", "text": "long " * 1000}, "text_too_long"),
        ("transfer", {"to": 10**9, "note": "please"}, "staff_away"),
        ("transfer", {"to": 1, "note": ""}, "bad_request"),
        ("transfer-accept", {}, "not_transferred"),
        ("note", {}, "bad_request"),
        ("tags", {"tags": "books"}, "bad_request"),
    ],
)
async def test_bad_input_is_refused_with_a_reason(
    chat: Talk, ana: StaffClient, act: str, body: dict[str, Any], code: str
) -> None:
    await ana.do(chat.id, "claim")
    status, answer = await ana.post(f"/desk/api/chats/{chat.id}/{act}", body)
    assert 400 <= status < 500 and answer["code"] == code and answer["message"]


async def test_unknown_chat_is_gone(ana: StaffClient) -> None:
    for path in ("web-nothing/claim", "web-nothing/messages"):
        status, answer = await ana.post(f"/desk/api/chats/{path}", {"client_id": "x", "text": "hello"})
        assert (status, answer["code"]) == (410, "chat_gone")


async def test_opening_a_chat_is_noted_once_however_often_the_page_looks(
    client: Client, chat: Talk, ana: StaffClient
) -> None:
    for _ in range(3):
        await ana.get(f"/desk/api/chats/{chat.id}")
        await ana.get(f"/desk/api/chats/{chat.id}/messages?after=0")
    async with client.app[keys.DATABASE].read() as db:
        rows = await db.execute(sa.select(audit.c.name).where(audit.c.action == "read"))
        assert [name for (name,) in rows] == ["ana"]


async def test_preferences_of_the_account_page_are_those_of_the_live_desk(ana: StaffClient) -> None:
    form = {"csrf": ana.csrf, "shown_as": "Ana", "alerts": "on", "ctrl_enter": "on"}
    async with ana.session.post(f"{ana.url}/desk/account", data=form) as response:
        assert response.status == 200
    shown = (await ana.get("/desk/api/state"))["me"]["preferences"]
    assert shown == {"sound": False, "alerts": True, "alert_words": False, "single_keys": False, "ctrl_enter": True}
    assert (await ana.post("/desk/api/preferences", {"sound": True}))[0] == 200
    assert (await ana.get("/desk/api/state"))["me"]["preferences"] == shown | {"sound": True}
    assert (await ana.post("/desk/api/preferences", {"nonsense": True}))[0] == 400


async def test_whoever_signs_out_is_gone_at_once_and_the_open_desk_ends(client: Client, ana: StaffClient) -> None:
    socket = await ana.session.ws_connect(f"{ana.url}/desk/api/ws")
    await socket.send_json({"csrf": ana.csrf})
    await socket.receive_json(timeout=5)
    forgotten = {"id_hash": "of a browser that was left days ago", "created_at": 0.0, "seen_at": 0.0}
    async with client.app[keys.DATABASE].write() as db:
        who = (await db.execute(sa.select(staff.c.id))).scalar_one()
        await db.execute(staff_session.insert().values(forgotten | {"staff_id": who}))
    async with ana.session.post(f"{ana.url}/desk/sign-out", data={"csrf": ana.csrf}) as response:
        assert response.status == 200
    message = await socket.receive(timeout=15)
    while message.type is aiohttp.WSMsgType.TEXT:
        message = await socket.receive(timeout=15)
    assert socket.close_code == 4401
    async with client.app[keys.DATABASE].read() as db:
        assert (await db.execute(sa.select(staff.c.seen_at))).scalar_one() < NOON.timestamp() - LOST_SECONDS


async def test_first_link_of_a_new_installation_leads_to_the_desk(client: Client) -> None:
    from bot.web.desk.accounts import Accounts

    token = await Accounts(client.app[keys.DATABASE], client.app[keys.CLOCK]).first_link()
    url = str(client.make_url("/")).rstrip("/")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url}) as session:
        form = {"name": "maria", "shown_as": "Maria", "password": PASSWORD, "again": PASSWORD}
        async with session.post(f"{url}/desk/first/{token}", data=form) as response:
            page = await response.text()
        assert response.status == 200 and re.search(r'data-staff="Maria"|>Maria<', page)


async def test_session_of_an_open_desk_lasts_while_somebody_works_at_it(tmp_path: Path) -> None:
    settings = new_settings(tmp_path)
    migrate(settings.database)
    async with (
        running_desk(settings) as desk,
        desk.browser("agent") as browser,
        browser.session.ws_connect("/desk/api/ws", headers={"Origin": browser.origin}) as socket,
    ):
        await socket.send_json({"csrf": browser.csrf})
        await socket.receive_json(timeout=5)
        for _ in range(5):
            desk.later(minutes=90)
            await socket.send_json({"active": True})
            async with asyncio.timeout(5):
                while (await desk.rows("staff_session"))[0].seen_at < desk.clock.now().timestamp():
                    await asyncio.sleep(0.02)
        assert await browser.page("/desk/help")
        desk.later(minutes=121)  # listening alone is no work
        assert (await browser.get("/desk/help")).status == 303
