"""What comes in is proved before it is read: no forgery leaves a trace, and everything honest is taken."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from tests.channels.conftest import House, house_of
from tests.channels.forgeries import DEEP, OF, Letter
from tests.channels.stand_ins import (
    ALL,
    PUBLIC,
    SECRET,
    VERIFY,
    Bridge,
    Messenger,
    Request,
    Sent,
    Slack,
    StandIn,
    Telegram,
    Twilio,
)

KINDS: dict[str, Callable[[], StandIn]] = ALL
FORGERIES = [(channel, case) for channel, of in OF.items() for case, _ in of(KINDS[channel]())]
TABLES = ("received", "conversation", "message", "turn", "address", "outbound", "service_reply", "opt_out")


@pytest.fixture(scope="module")
async def gates(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, House]]:
    """A gateway for each platform, to which nothing honest is ever brought."""
    open_: dict[str, House] = {}
    ways = [house_of(new(), tmp_path_factory.mktemp(channel)) for channel, new in ALL.items()]
    for channel, way in zip(ALL, ways, strict=True):
        open_[channel] = await way.__aenter__()
    yield open_
    for way in reversed(ways):
        await way.__aexit__(None, None, None)


async def send(house: House, letter: Letter | Request) -> tuple[int, dict[str, Any]]:
    answer = await house.client.post(letter.path, data=letter.body, headers=CIMultiDict(letter.headers))
    text = await answer.text()
    return answer.status, json.loads(text) if answer.content_type == "application/json" else {}


async def stored(house: House) -> int:
    return sum([len(await house.rows(table)) for table in TABLES])


@pytest.mark.parametrize(("channel", "case"), FORGERIES)
async def test_forgery_is_refused_and_leaves_no_trace(
    channel: str, case: str, gates: dict[str, House], caplog: pytest.LogCaptureFixture
) -> None:
    house = gates[channel]
    with caplog.at_level(logging.DEBUG):
        status, said = await send(house, dict(OF[channel](house.platform))[case])
    assert (status, said.get("code")) == (403, "bad_signature")
    assert await stored(house) == 0
    assert house.brain.asked == [] and house.platform.sent == []
    assert "niña" not in caplog.text and house.platform.address not in caplog.text


def test_there_are_many_forgeries_of_each() -> None:
    assert all(len([1 for one, _ in FORGERIES if one == channel]) >= 24 for channel in ALL)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_nothing_is_taken_by_another_method(method: str, gates: dict[str, House]) -> None:
    for channel, house in gates.items():
        honest = house.platform.message("hello")
        answer = await house.client.request(method, honest.path, data=honest.body, headers=honest.headers)
        assert answer.status == (403 if (channel, method) == ("messenger", "GET") else 405)
        assert await stored(house) == 0


def variants(platform: StandIn) -> dict[str, Request]:
    """Honest requests that look odd."""
    texts = {
        "accents": "¿A qué hora abrís, niña?",
        "emoji": "👩🏽‍🚀 open? 🙂",
        "marks": "a+b=c & d%20e; \"f\" <g> \\n 'h'",
    }
    found = {case: platform.message(text) for case, text in texts.items()}
    found["no words"] = platform.picture()
    if not isinstance(platform, Twilio):
        found["a button"] = platform.press("1.0")
    match platform:
        case Twilio():
            fields = platform.fields("re-ordered")
            honest = platform.signed("/messaging/twilio", fields)
            body = "&".join(reversed(honest.body.decode().split("&"))).encode()
            found["fields in another order"] = replace(honest, body=body)
            found["many fields"] = platform.message("many", **{f"Field{number}": "ñ" for number in range(60)})
            path = "/messaging/twilio?from=web%20page&x=%C3%B1"
            found["a query"] = platform.signed(path, platform.fields("with a query"))
            port = f"{PUBLIC.replace('.example', '.example:443')}/messaging/twilio"
            found["a port"] = platform.signed("/messaging/twilio", platform.fields("with a port"), port)
            found["plus for space"] = platform.message("one two  three")
        case Slack():
            for case, age in {"four minutes old": -240, "four minutes early": 240}.items():
                found[case] = platform.signed(platform.message(case).body, int(time.time()) + age)
        case Bridge():
            for case, age in {"four minutes old": -240, "four minutes early": 240}.items():
                found[case] = platform.signed({"messages": [platform.one(case)]}, int(time.time()) + age)
            honest = platform.message("two proofs")
            two = f"v1,AAAA {honest.headers['webhook-signature']}"
            found["a proof by an older secret too"] = replace(
                honest, headers=honest.headers | {"webhook-signature": two}
            )
        case Messenger():
            raw = json.dumps(json.loads(platform.message("¡Hola! 🙂").body), ensure_ascii=False, indent=2)
            found["written in another way"] = platform.signed_raw(raw.encode())
    return found


async def test_everything_honest_is_taken(house: House) -> None:
    for case, request in variants(house.platform).items():
        before = len(await house.rows("received"))
        assert await house.status(request) == 200, case
        assert len(await house.rows("received")) == before + 1, case


async def test_request_that_comes_again_is_taken_and_handled_once(house: House) -> None:
    honest = house.platform.message("once")
    await house.bring(honest, 3)
    (answer,) = await house.next()
    assert answer.text.startswith("You said: once")
    await house.nothing_more()
    assert len(house.brain.asked) == 1


@asynccontextmanager
async def proxied(platform: StandIn, folder: Path, prefix: str) -> AsyncIterator[tuple[House, str]]:
    """Run a gateway behind a proxy that takes a prefix away; yield it with its public address."""
    to: list[str] = []

    async def pass_on(request: web.Request) -> web.Response:
        path = request.raw_path.removeprefix(prefix)
        headers = CIMultiDict(request.headers)
        headers["X-Forwarded-Proto"], headers["Host"] = "https", "inner.example"
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            url = URL(f"{to[0]}{path}", encoded=True)
            async with session.request(request.method, url, headers=headers, data=await request.read()) as answer:
                return web.Response(status=answer.status, body=await answer.read())

    app = web.Application()
    app.router.add_route("*", prefix + "/{tail:.*}", pass_on)
    async with TestServer(app) as proxy:
        platform.public = f"{str(proxy.make_url('/')).rstrip('/')}{prefix}"
        async with house_of(platform, folder) as house:
            to.append(str(house.client.make_url("/")).rstrip("/"))
            yield house, platform.public


@pytest.mark.parametrize("prefix", ["/ask", "/library/chat", ""])
@pytest.mark.parametrize("channel", list(ALL))
async def test_behind_a_proxy_that_takes_its_prefix_away(
    channel: str, prefix: str, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    platform = KINDS[channel]()
    async with proxied(platform, tmp_path, prefix) as (house, public):

        async def post(letter: Letter | Request) -> int:
            url = URL(f"{public}{letter.path}", encoded=True)
            async with session.post(url, data=letter.body, headers=CIMultiDict(letter.headers)) as answer:
                return answer.status

        for case, letter in OF[channel](platform):
            assert await post(letter) == 403, case
        assert await stored(house) == 0
        assert await post(platform.message("hello")) == 200
        assert (await house.next())[0].text.startswith("You said: hello")
        if isinstance(platform, Twilio):
            path = "/messaging/twilio?a=%20b"
            assert await post(platform.signed(path, platform.fields("query"))) == 200
            for other in (f"http://inner.example{path}", f"{house.client.make_url('/')}{path[1:]}", f"{PUBLIC}{path}"):
                assert await post(platform.signed(path, platform.fields("inner"), other)) == 403, other


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "11 58<b>"}, 200),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY[:-1], "hub.challenge": "1"}, 403),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY + "x", "hub.challenge": "1"}, 403),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY.upper(), "hub.challenge": "1"}, 403),
        ({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}, 403),
        ({"hub.mode": "subscribe", "hub.verify_token": "é", "hub.challenge": "1"}, 403),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, 403),
        ({"hub.mode": "unsubscribe", "hub.verify_token": VERIFY, "hub.challenge": "1"}, 403),
        ({"hub.verify_token": VERIFY, "hub.challenge": "1"}, 403),
        ({}, 403),
    ],
)
async def test_only_who_knows_our_word_gets_messengers_challenge_back(
    query: dict[str, str], status: int, gates: dict[str, House]
) -> None:
    answer = await gates["messenger"].client.get("/messaging/messenger", params=query)
    assert answer.status == status
    assert (await answer.text() == "11 58<b>") == (status == 200)
    assert answer.content_type == ("text/plain" if status == 200 else "application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_slack_gets_its_challenge_back_only_by_a_signed_request(gates: dict[str, House]) -> None:
    house = gates["slack"]
    assert isinstance(house.platform, Slack)
    asked = house.platform.signed(json.dumps({"type": "url_verification", "challenge": "3eZbr"}).encode())
    answer = await house.client.post(asked.path, data=asked.body, headers=asked.headers)
    assert (answer.status, await answer.text()) == (200, "3eZbr")
    assert (await send(house, replace(asked, headers={})))[0] == 403


def raw(platform: StandIn, body: bytes) -> Request:
    """Return an honest request with any body."""
    match platform:
        case Telegram():
            headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
            return Request("/messaging/telegram", headers, body)
        case Messenger():
            return platform.signed_raw(body)
        case Slack():
            return platform.signed(body)
        case Bridge():
            return platform.signed_raw(body)
    raise AssertionError("it signs fields")


OF_JSON = ("telegram", "messenger", "slack", "webhook")
UNREADABLE = {
    "no body": b"",
    "a word": b"hello",
    "half of it": b'{"entry": [',
    "a list": b"[1, 2]",
    "a number": b"7",
    "nothing": b"null",
    "deep": DEEP,
    "deep lists": b"[" * 60_000,
    "a number of many figures": b'{"update_id": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("case", UNREADABLE)
@pytest.mark.parametrize("channel", OF_JSON)
async def test_honest_but_unreadable_is_said_so_and_nothing_is_stored(
    channel: str, case: str, gates: dict[str, House]
) -> None:
    house = gates[channel]
    status, said = await send(house, raw(house.platform, UNREADABLE[case]))
    assert (status, said["code"]) == (400, "bad_request")
    assert await stored(house) == 0


@pytest.mark.parametrize("channel", ["telegram", "messenger", "webhook"])
async def test_honest_body_that_is_not_utf8_is_said_so(channel: str, gates: dict[str, House]) -> None:
    for body in (b'{"update_id": "\xff\xfe"}', '{"a": 1}'.encode("utf-16")):
        status, said = await send(gates[channel], raw(gates[channel].platform, body))
        assert (status, said["code"]) == (400, "bad_request")


@pytest.mark.parametrize("sid", ["", "SM1", "SM" + "g" * 32, "SM" + "0" * 31, "SM" + "0" * 33])
async def test_twilio_message_without_a_name_of_its_own_is_said_so(sid: str, gates: dict[str, House]) -> None:
    house = gates["sms"]
    assert isinstance(house.platform, Twilio)
    fields = house.platform.fields("hello") | {"MessageSid": sid}
    assert (await send(house, house.platform.signed("/messaging/twilio", fields)))[0] == 400
    assert await stored(house) == 0


async def test_more_than_a_megabyte_is_not_read(gates: dict[str, House]) -> None:
    for channel, house in gates.items():
        if channel in OF_JSON:
            honest = raw(house.platform, b'{"a": "' + b"x" * 1024 * 1024 + b'"}')
            status, said = await send(house, honest)
            assert (status, said["code"]) == (413, "body_too_large")

            async def in_pieces(body: bytes = honest.body) -> AsyncIterator[bytes]:
                for start in range(0, len(body), 65536):
                    yield body[start : start + 65536]

            answer = await house.client.post(honest.path, data=in_pieces(), headers=honest.headers)
            assert answer.status == 413
        assert await stored(house) == 0


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["private", "\x00", "\ud800", "im", "message", "4455667788", "D0LIBRARY1", "STOP", "DELETE", "1.0"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to everything in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


def changed(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = changed(copy[at[0]], at[1:], new)
    return copy


def samples(platform: StandIn) -> list[Any]:
    """Return what the platform brings, unsigned, so that one thing in it can be made wrong."""
    told = [json.loads(platform.message("hello").body), json.loads(platform.picture().body)]
    match platform:
        case Telegram():
            told.append(json.loads(platform.press("1.0").body))
        case Slack():
            pressed = {"type": "block_actions", "actions": [{"value": "1.0", "action_ts": "1.1"}]}
            told.append(pressed | {"container": {"channel_id": "D0LIBRARY1", "thread_ts": "1.1"}})
        case Messenger():
            edit = platform.event(text="x") | {"message_edit": {"mid": "m_1", "text": "new", "num_edit": 1}}
            postback = platform.event() | {"postback": {"mid": "m_2", "payload": "start"}}
            told.append({"object": "page", "entry": [{"messaging": [edit, postback]}]})
    return told


@pytest.fixture(scope="module")
async def open_houses(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, House]]:
    open_: dict[str, House] = {}
    ways = [house_of(ALL[channel](), tmp_path_factory.mktemp(channel)) for channel in OF_JSON]
    for channel, way in zip(OF_JSON, ways, strict=True):
        open_[channel] = await way.__aenter__()
    yield open_
    for way in reversed(ways):
        await way.__aexit__(None, None, None)


@pytest.mark.parametrize("channel", OF_JSON)
async def test_whatever_a_platform_signs_is_taken_or_said_to_be_unreadable(
    channel: str, open_houses: dict[str, House]
) -> None:
    house = open_houses[channel]
    bodies: list[Any] = []

    @settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        value = data.draw(st.sampled_from(samples(house.platform)))
        place = data.draw(st.sampled_from(places(value)))
        bodies.append(changed(value, place, data.draw(JSON)))

    collect()
    for body in bodies:
        data = json.dumps(body).encode()
        status, said = await send(house, raw(house.platform, data))
        assert status == 200 or (status, said.get("code")) == (400, "bad_request"), data
    assert (await house.client.get("/health/live")).status == 200


async def test_proofs_of_the_time_are_refused_when_they_are_old(tmp_path: Path) -> None:
    for channel in ("slack", "webhook"):
        async with house_of(ALL[channel](), tmp_path / channel) as house:
            honest = house.platform.message("late")
            body, now = honest.body, int(time.time())
            platform: Any = house.platform
            told: Any = body if channel == "slack" else json.loads(body)
            for age, status in ((-270, 200), (-310, 403), (310, 403), (-86400, 403)):
                assert (await send(house, platform.signed(told, now + age)))[0] == status, (channel, age)
            assert (await house.next()) == [Sent(platform.address, house.platform.sent[0].text, ())]
            await house.nothing_more()
