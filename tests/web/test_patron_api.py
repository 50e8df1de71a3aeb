"""The patron API's promises at its edges: limits, tokens, origins, errors. The assistant itself is not needed here."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import FrozenClock
from bot.conversations.log import PAGE
from bot.settings import Settings
from bot.storage.migrate import migrate
from bot.web import keys
from bot.web.app import create_app
from tests.conftest import new_settings

Client = TestClient[Any, Any]


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    settings = new_settings(tmp_path)
    migrate(settings.database)
    return settings


async def client_of(settings: Settings) -> Client:
    client: Client = TestClient(TestServer(create_app(settings)))
    await client.start_server()
    return client


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Client]:
    client = await client_of(settings)
    yield client
    await client.close()


async def begin(client: Client, **body: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
    response = await client.post("/api/v1/chats", json=body)
    assert response.status == 201
    chat = await response.json()
    return f"/api/v1/chats/{chat['id']}", {"Authorization": f"Bearer {chat['token']}"}, chat


async def refusal(response: Any) -> tuple[int, str]:
    said = await response.json()
    assert said["ok"] is False and said["message"]
    return response.status, said["code"]


async def test_chat_begins_with_a_stored_welcome_and_the_house_rules(client: Client) -> None:
    place, headers, chat = await begin(client, lang="es-MX", branch="nowhere", context="/catalogue")
    assert (chat["seq"], chat["mode"], chat["lang"]) == (1, "bot", "es")
    assert chat["policy"] == {
        "text_max": 1000,
        "days": 30,
        "library": "Alder Falls Public Library",
        "phone": "315-555-0140",
        "email": "ask@alderfalls.example",
        "places": False,
    }
    stored = await (await client.get(f"{place}/messages?after=0", headers=headers)).json()
    state = {"mode": "bot", "queue": None, "staff": None, "paused": None}
    assert stored == {"messages": chat["messages"], "mode": "bot", "state": state} and chat["state"] == state
    assert chat["messages"][0]["blocks"][0]["text"].startswith("¡Hola!")


@pytest.mark.parametrize(
    ("wish", "browser", "spoken"),
    [("es", "", "es"), (None, "es-US,es;q=0.9,en;q=0.8", "es"), ("fr", "pt-BR", "en"), (None, "", "en")],
)
async def test_greeting_is_in_the_language_of_the_page_or_the_browser(
    client: Client, wish: str | None, browser: str, spoken: str
) -> None:
    response = await client.post("/api/v1/chats", json={"lang": wish}, headers={"Accept-Language": browser})
    assert (await response.json())["lang"] == spoken


async def test_message_is_stored_as_it_was_typed(client: Client) -> None:
    place, headers, _ = await begin(client)
    typed = "<img src=x onerror=alert(1)> ¿Está abierta? 图书馆 👩‍👧 مكتبة\n/restart"
    response = await client.post(f"{place}/messages", json={"client_id": "a", "text": typed}, headers=headers)
    message = (await response.json())["message"]
    assert (response.status, message["seq"], message["from"], message["client_id"]) == (201, 2, "patron", "a")
    assert message["blocks"] == [{"type": "text", "text": typed}]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\ud800b", "ab"),
        ("nul\x00 here", "nul here"),
        ("\ud83d\ude00", "😀"),
        ("  bell\x07 \r\nline ", "bell \nline"),
        ('/ask_hours{"branch": "FORGED"}', '/ask_hours{"branch": "FORGED"}'),
        ("/restart", "/restart"),
        ("e\u0301", "é"),
    ],
)
async def test_any_characters_are_harmless_text(client: Client, typed: str, stored: str) -> None:
    place, headers, _ = await begin(client)
    body = json.dumps({"client_id": "a", "text": typed})
    response = await client.post(f"{place}/messages", data=body, headers=headers)
    assert response.status == 201
    assert (await response.json())["message"]["blocks"][0]["text"] == stored


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"client_id": "a", "text": "x" * 1001}, 413, "text_too_long"),
        ({"client_id": "a", "text": "x" * 9000}, 413, "body_too_large"),
        ({"client_id": "a", "text": " \u200b\x00 "}, 422, "text_empty"),
        ({"client_id": "a", "text": ""}, 422, "text_empty"),
        ({"client_id": "a", "payload": "1.99"}, 422, "bad_choice"),
        ({"client_id": "a", "payload": '/ask_hours{"branch": "x"}'}, 422, "bad_choice"),
        ({"client_id": "a", "payload": "1"}, 422, "bad_choice"),
        ({"client_id": "a"}, 400, "bad_request"),
        ({"client_id": "a", "text": "x", "payload": "1.0"}, 400, "bad_request"),
        ({"client_id": "a b", "text": "x"}, 400, "bad_request"),
        ({"client_id": "a" * 65, "text": "x"}, 400, "bad_request"),
        ({"text": "x"}, 400, "bad_request"),
        ({"client_id": "a", "text": 7}, 400, "bad_request"),
        (["a"], 400, "bad_request"),
        ("not json {", 400, "bad_request"),
        ("[" * 4000, 400, "bad_request"),
    ],
)
async def test_message_that_cannot_be_taken_is_refused_with_a_reason(
    client: Client, body: Any, status: int, code: str
) -> None:
    place, headers, _ = await begin(client)
    data = body if isinstance(body, str) else json.dumps(body)
    assert await refusal(await client.post(f"{place}/messages", data=data, headers=headers)) == (status, code)


async def test_text_that_is_too_long_is_said_kindly_with_the_number_and_in_the_patrons_language(
    client: Client,
) -> None:
    for lang, words in (("en", "too long by 5 characters"), ("es", "sobran 5 caracteres")):
        place, headers, _ = await begin(client, lang=lang)
        body = {"client_id": "a", "text": "x" * 1005}
        response = await client.post(f"{place}/messages", json=body, headers=headers)
        assert words in (await response.json())["message"]


async def test_only_the_right_token_opens_a_chat(client: Client) -> None:
    place, headers, _ = await begin(client)
    _, strangers, _ = await begin(client)
    tried = [{}, strangers, {"Authorization": "Bearer x"}, {"Authorization": headers["Authorization"] + "x"}]
    tried += [{"Authorization": headers["Authorization"].replace("Bearer", "Basic")}, {"Authorization": ""}]
    for wrong in tried:
        for method, path in (("GET", "/messages"), ("POST", "/messages"), ("DELETE", "")):
            body = {"client_id": "a", "text": "hi"} if method == "POST" else None
            response = await client.request(method, place + path, json=body, headers=wrong)
            assert await refusal(response) == (403, "bad_token")
    assert (await client.get(f"{place}/messages", headers=headers)).status == 200


@pytest.mark.parametrize("chat", ["web-" + "0" * 32, "x", "%00", "..%2f", "a" * 200])
async def test_unknown_chat_is_gone(client: Client, chat: str) -> None:
    _, headers, _ = await begin(client)
    assert await refusal(await client.get(f"/api/v1/chats/{chat}/messages", headers=headers)) == (410, "chat_gone")


async def test_deleted_chat_is_gone_for_every_call(client: Client) -> None:
    place, headers, _ = await begin(client)
    assert (await client.delete(place, headers=headers)).status == 204
    for method, path in (("GET", "/messages"), ("POST", "/messages"), ("DELETE", "")):
        body = {"client_id": "a", "text": "hi"} if method == "POST" else None
        assert await refusal(await client.request(method, place + path, json=body, headers=headers)) == (
            410,
            "chat_gone",
        )


async def test_waiting_reader_is_woken_by_the_message(client: Client) -> None:
    import asyncio

    place, headers, chat = await begin(client)
    waiting = asyncio.create_task(client.get(f"{place}/messages?after={chat['seq']}&wait=20", headers=headers))
    await asyncio.sleep(0.1)
    await client.post(f"{place}/messages", json={"client_id": "a", "text": "hi"}, headers=headers)
    messages = (await (await asyncio.wait_for(waiting, 5)).json())["messages"]
    assert [m["seq"] for m in messages] == [2]


async def test_socket_sends_what_was_missed_then_what_comes(client: Client) -> None:
    place, headers, chat = await begin(client)
    await client.post(f"{place}/messages", json={"client_id": "a", "text": "one"}, headers=headers)
    async with client.ws_connect(f"{place}/ws") as socket:
        await socket.send_json({"token": chat["token"], "after": 1})
        assert [m["seq"] for m in (await socket.receive_json(timeout=5))["messages"]] == [2]
        await client.post(f"{place}/messages", json={"client_id": "b", "text": "two"}, headers=headers)
        while "messages" not in (news := await socket.receive_json(timeout=5)):
            assert set(news) <= {"typing", "state"}
        assert [m["seq"] for m in news["messages"]] == [3]


async def test_socket_sends_a_long_talk_page_by_page(client: Client) -> None:
    place, _, chat = await begin(client)
    log = client.app[keys.LOG]
    for number in range(PAGE + 20):
        await log.receive(chat["id"], f"m{number}", text="hi")
    async with client.ws_connect(f"{place}/ws") as socket:
        await socket.send_json({"token": chat["token"], "after": 0})
        seen: list[int] = []
        while len(seen) < PAGE + 21:
            seen += [message["seq"] for message in (await socket.receive_json(timeout=5)).get("messages", [])]
    assert seen[: PAGE + 21] == list(range(1, PAGE + 22))


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"token": "x", "after": 0}', 4403),
        ("{}", 1008),
        ("[]", 1008),
        ("nonsense", 1008),
        ('{"token": "TOKEN", "after": -1}', 1008),
        ('{"token": "TOKEN", "after": "1"}', 1008),
        ('{"token": "TOKEN", "after": 1e400}', 1008),
        ("x" * 9000, 1009),
    ],
)
async def test_socket_closes_on_a_first_frame_that_opens_nothing(client: Client, first: str, code: int) -> None:
    place, _, chat = await begin(client)
    async with client.ws_connect(f"{place}/ws") as socket:
        await socket.send_str(first.replace("TOKEN", chat["token"]))
        closed = await socket.receive(timeout=5)
        assert closed.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
        assert socket.close_code == code


async def test_socket_of_a_forgotten_chat_is_closed(client: Client) -> None:
    place, headers, chat = await begin(client)
    async with client.ws_connect(f"{place}/ws") as socket:
        await socket.send_json({"token": chat["token"], "after": 1})
        await client.delete(place, headers=headers)
        while (await socket.receive(timeout=5)).type is WSMsgType.TEXT:
            pass
        assert socket.close_code == 4410


async def test_foreign_page_is_refused_and_an_embedding_one_is_named(settings: Settings) -> None:
    client = await client_of(replace(settings, embed_origins=("https://www.library.example",)))
    own = f"http://{client.host}:{client.port}"
    for origin in (
        "https://evil.example",
        "https://www.library.example.evil.test",
        "null",
        "https://www.library.example:444",
    ):
        assert await refusal(await client.post("/api/v1/chats", headers={"Origin": origin})) == (403, "foreign_origin")
        response = await client.options("/api/v1/chats", headers={"Origin": origin})
        assert response.status == 403 and "Access-Control-Allow-Origin" not in response.headers
        socket = await client.get("/api/v1/chats/x/ws", headers={"Origin": origin, "Upgrade": "websocket"})
        assert socket.status == 403
    for origin in (own, "https://www.library.example"):
        response = await client.post("/api/v1/chats", json={}, headers={"Origin": origin})
        assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (201, origin)
        assert "Access-Control-Allow-Credentials" not in response.headers
    preflight = await client.options("/api/v1/chats/x/messages", headers={"Origin": "https://www.library.example"})
    assert preflight.status == 204 and "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    await client.close()


async def test_quick_sender_is_asked_to_wait_and_others_are_not(settings: Settings) -> None:
    client = await client_of(replace(settings, messages_a_minute=3))
    place, headers, _ = await begin(client)
    other, others, _ = await begin(client)
    statuses = []
    for number in range(5):
        body = {"client_id": f"m{number}", "text": "hi"}
        response = await client.post(f"{place}/messages", json=body, headers=headers)
        statuses.append(response.status)
    assert statuses == [201, 201, 201, 429, 429]
    assert 0 < int(response.headers["Retry-After"]) <= 20
    assert await refusal(response) == (429, "rate_limited")
    assert (await client.post(f"{other}/messages", json={"client_id": "a", "text": "hi"}, headers=others)).status == 201
    await client.close()


async def test_flood_from_one_address_is_refused_but_not_the_librarys_reading_room(settings: Settings) -> None:
    proxied = replace(
        settings, trusted_proxies=(ip_network("127.0.0.0/8"),), library_networks=(ip_network("203.0.113.0/24"),)
    )
    client = await client_of(replace(proxied, requests_a_minute=10))

    async def statuses(address: str, count: int) -> list[int]:
        headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
        return [(await client.post("/api/v1/chats", json={}, headers=headers)).status for _ in range(count)]

    assert (await statuses("198.51.100.7", 15)).count(429) == 5
    assert (await statuses("203.0.113.9", 60)).count(429) == 0
    assert (await statuses("198.51.100.8", 5)).count(429) == 0
    await client.close()


async def test_no_cookie_is_ever_set_and_every_answer_carries_the_safe_headers(client: Client) -> None:
    place, headers, _ = await begin(client)
    paths = ["/", "/chat", "/ask", "/health/live", "/w/latest/embed.js", "/nowhere", f"{place}/messages"]
    for path in paths:
        response = await client.get(path, headers=headers)
        assert "Set-Cookie" not in response.headers, path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert response.headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], path


async def test_health_tells_that_nobody_would_answer_while_rasa_is_down(client: Client) -> None:
    assert (await client.get("/health/live")).status == 200
    response = await client.get("/health/ready")
    assert response.status == 503
    assert await response.json() == {"ok": False, "database": True, "assistant": False}


async def test_unknown_routes_and_methods_have_the_one_error_shape(client: Client) -> None:
    assert await refusal(await client.get("/api/v1/nothing")) == (404, "not_found")
    response = await client.put("/api/v1/chats")
    assert await refusal(response) == (405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


async def test_apology_with_the_phone_number_comes_within_three_seconds_when_rasa_is_down(client: Client) -> None:
    place, headers, _ = await begin(client)
    await client.post(f"{place}/messages", json={"client_id": uuid.uuid4().hex, "text": "hello"}, headers=headers)
    response = await client.get(f"{place}/messages?after=2&wait=3", headers=headers)
    (apology,) = (await response.json())["messages"]
    assert (apology["from"], apology["blocks"][0]["type"]) == ("bot", "notice")
    assert "315-555-0140" in apology["blocks"][0]["text"]


async def test_times_are_the_librarys_clock(settings: Settings) -> None:
    moment = datetime.fromisoformat("2026-12-24T17:30:00-05:00")
    client: Client = TestClient(TestServer(create_app(settings, FrozenClock(moment))))
    await client.start_server()
    _, _, chat = await begin(client)
    assert chat["messages"][0]["at"] == "2026-12-24T22:30:00.000Z"
    await client.close()


async def test_widget_files_may_be_kept_for_ever_under_their_version_only(client: Client) -> None:
    moved = await client.get("/w/latest/widget.js", allow_redirects=False)
    assert moved.status == 302 and moved.headers["Cache-Control"] == "public, max-age=300"
    assert (await client.get("/w/latest/lang/es.json")).status == 200
    served = await client.get("/w/latest/widget.js", headers={"Accept-Encoding": "gzip"})
    assert served.headers["Content-Encoding"] == "gzip" and int(served.headers["Content-Length"]) <= 12 * 1024
    assert served.status == 200 and "immutable" in served.headers["Cache-Control"]
    assert served.headers["Access-Control-Allow-Origin"] == "*"
    assert served.content_type == "text/javascript"
    other = await client.get("/w/000000000000/widget.js")
    assert other.headers["Cache-Control"] == "no-cache"
    for path in ("/w/latest/../api.py", "/w/latest/%2e%2e/api.py", "/w/latest/nothing.js"):
        assert (await client.get(path)).status == 404
