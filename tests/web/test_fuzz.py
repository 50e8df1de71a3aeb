"""Any bytes on any route of the patron API: no 5xx, and no process ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Installation, installation, new_settings
from tests.talk import Talk

FUZZ = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

NASTY = st.sampled_from(
    [
        "/restart",
        "/session_start",
        '/ask_hours{"branch": "FORGED"}',
        "/ask_hours@1.0{}",
        "EXTERNAL: reminder",
        "a\ud800b",
        "\udfff",
        "nul\x00nul",
        "\u202eright to left",
        "👩‍👩‍👧‍👦" * 30,
        "W" * 1000,
        "ab " * 333,
        "1/1/1 2/2/2 " * 80,
        "christmas " * 99,
        "[[[[{{{{${jndi:ldap://x}}}}}]]]] %s %n {branch} {0}",
        "'; DROP TABLE message; --",
        "<script>alert(1)</script>",
        "9999-99-99 30th of February at 25:61",
        "\n" * 900 + "x",
    ]
)
ANY_TEXT = st.one_of(NASTY, st.text(max_size=1100), st.text(st.characters(codec=None), max_size=60))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["client_id", "text", "payload", "lang", "branch", "context", "token", "after", "typing", "read"]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(KEYS, ANY_JSON, max_size=6).map(lambda value: json.dumps(value).encode()),
    st.integers(1, 40_000).map(lambda count: b"[" * count),
    st.integers(1, 40_000).map(lambda count: b"x" * count),
)


@pytest.fixture(scope="module")
async def whole(inner: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """A gateway process of its own before the shared Rasa and action server."""
    from dataclasses import replace

    shared = inner.settings
    free = new_settings(tmp_path_factory.mktemp("fuzz"))
    mine = replace(free, rasa_port=shared.rasa_port, actions_port=shared.actions_port, database_url=shared.database)
    async with installation(mine, "gateway") as running:
        yield running


@pytest.fixture
async def talk(whole: Installation) -> AsyncIterator[Talk]:
    async with aiohttp.ClientSession(whole.url) as session:
        yield await Talk.begin(session)


@pytest.fixture(autouse=True, scope="module")
async def all_alive(whole: Installation, inner: Installation) -> AsyncIterator[None]:
    """After everything, each process is still the one that was started, and answers."""
    yield
    for running in (whole, inner):
        for child in running.supervisor.children:
            assert child.starts == 1, f"{child.name} ended:\n{child.last_words(60)}"
            assert await child.answers(), child.name


@FUZZ
@given(text=ANY_TEXT)
async def test_any_text_is_refused_with_a_reason_or_answered(talk: Talk, text: str) -> None:
    body = json.dumps({"client_id": f"f{abs(hash(text))}", "text": text})
    path = f"/api/v1/chats/{talk.id}/messages"
    async with talk.session.post(path, data=body, headers=talk.headers) as response:
        assert response.status in (200, 201, 413, 422), await response.text()
        if response.status == 201:
            message = (await response.json())["message"]
            assert (await talk.reply(message))["blocks"]


@FUZZ
@given(body=BODIES, route=st.sampled_from(["", "/{id}/messages"]), token=st.booleans())
async def test_any_body_is_refused_or_taken(talk: Talk, body: bytes, route: str, token: bool) -> None:
    headers = talk.headers if token else {}
    async with talk.session.post("/api/v1/chats" + route.format(id=talk.id), data=body, headers=headers) as response:
        assert response.status < 500, await response.text()
        assert response.status in (200, 201) or (await response.json())["ok"] is False


@FUZZ
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]),
    chat=st.text(st.characters(codec="utf-8"), max_size=80).filter(lambda text: text.strip("/.")),
    rest=st.sampled_from(["", "/messages", "/ws", "/messages/1", "/"]),
    query=st.dictionaries(st.sampled_from(["after", "wait", "x"]), st.text(st.characters(codec="utf-8"), max_size=30)),
    token=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100),
)
async def test_any_address_and_token_is_refused(
    talk: Talk, method: str, chat: str, rest: str, query: dict[str, str], token: str
) -> None:
    from urllib.parse import quote

    query.pop("wait", None)
    path = f"/api/v1/chats/{quote(chat, safe='')}{rest}"
    headers = {"Authorization": f"Bearer {token}"}
    async with talk.session.request(method, path, params=query, headers=headers) as response:
        assert 400 <= response.status < 500 or method == "OPTIONS", response.status


@FUZZ
@given(after=st.text(st.characters(codec="utf-8"), max_size=30), wait=st.sampled_from(["0", "-1", "1e9", "٣", "", "x"]))
async def test_any_query_of_the_own_chat_is_harmless(talk: Talk, after: str, wait: str) -> None:
    path = f"/api/v1/chats/{talk.id}/messages"
    async with talk.session.get(path, params={"after": after, "wait": wait}, headers=talk.headers) as response:
        assert response.status in (200, 400)


@FUZZ
@given(first=st.one_of(st.just("good"), ANY_TEXT, BODIES), then=st.lists(st.one_of(ANY_TEXT, BODIES), max_size=3))
async def test_any_frame_on_the_socket_is_harmless(talk: Talk, first: Any, then: list[Any]) -> None:
    good = json.dumps({"token": talk.token, "after": 0})
    async with talk.session.ws_connect(f"/api/v1/chats/{talk.id}/ws", max_msg_size=0) as socket:
        for frame in (good if first == "good" else first, *then):
            try:
                if isinstance(frame, bytes):
                    await socket.send_bytes(frame)
                else:
                    await socket.send_str(frame.encode("utf-8", "replace").decode())
            except ConnectionError:
                break
        if first == "good":
            assert (await socket.receive(timeout=5)).type in (WSMsgType.TEXT, WSMsgType.CLOSE)
