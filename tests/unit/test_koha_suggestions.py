"""What Koha is sent of a suggestion, field by field, and how its doors are opened."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import SettingsError
from bot.knowledge.library import load_library
from bot.settings import Settings
from bot.suggestions.outlets import NotTaken, Refused, Unknown
from bot.web.outlets import koha_libraries, outlets_of
from tests.unit.an_outlet import KOHA_TYPES, NOON, SECRET, KohaServer, a_koha, running

PLAIN: dict[str, Any] = {
    "code": "K-4K7Q2-X",
    "kind": "purchase",
    "text": "The Women by Kristin Hannah, large print",
    "details": {
        "title": "The Women",
        "author": "Kristin Hannah",
        "isbn": "9781250178633",
        "formats": ["large_print"],
        "audience": "adults",
        "language": "es",
        "public": False,
    },
    "branch": "eastside",
    "created_at": NOON.timestamp(),
    "contact": "pat@example.org",
}
BODY = {
    "title": "The Women",
    "author": "Kristin Hannah",
    "isbn": "9781250178633",
    "item_type": "LP",
    "library_id": "EAST",
    "note": "Foyer K-4K7Q2-X\nThe Women by Kristin Hannah, large print\nFormat: large print\nFor: adults\nLanguage: es",
    "suggestion_date": "2026-11-21",
    "status": "ASKED",
    "suggested_by": None,
}


def a_token() -> web.Response:
    return web.json_response({"access_token": "t", "expires_in": 3600, "suggestion_id": 5})


@asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """Run a server that gives one answer to everything."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


@pytest.fixture
async def koha() -> AsyncIterator[KohaServer]:
    koha = KohaServer()
    async with running(koha):
        yield koha


def a_body(event: str = "created", joined_to: str | None = None, **changes: Any) -> dict[str, Any] | None:
    return a_koha("http://127.0.0.1:1").body(SimpleNamespace(**PLAIN | changes), event, joined_to)


@pytest.mark.parametrize(
    ("case", "changes", "differs"),
    [
        ("all there is", {}, {}),
        ("another branch that Koha does not know", {"branch": "riverside"}, {"library_id": None}),
        ("no branch", {"branch": None}, {"library_id": None}),
        ("late in the evening, when it is tomorrow in UTC", {"created_at": NOON.timestamp() + 8 * 3600}, {}),
        (
            "a title alone",
            {"details": {"title": "Dune"}, "text": "Dune"},
            {"title": "Dune", "author": None, "isbn": None, "item_type": None, "note": "Foyer K-4K7Q2-X\nDune"},
        ),
        (
            "no title",
            {"details": {}, "text": "something on bees"},
            {
                "title": "something on bees",
                "author": None,
                "isbn": None,
                "item_type": None,
                "note": "Foyer K-4K7Q2-X\nsomething on bees",
            },
        ),
        (
            "a form that Koha has no word for",
            {"details": {"title": "Catan", "formats": ["game"]}, "text": "Catan"},
            {
                "title": "Catan",
                "author": None,
                "isbn": None,
                "item_type": None,
                "note": "Foyer K-4K7Q2-X\nCatan\nFormat: game",
            },
        ),
        (
            "longer than Koha's columns",
            {"details": PLAIN["details"] | {"title": "T" * 300, "author": "A" * 100}},
            {"title": "T" * 254 + "…", "author": "A" * 79 + "…"},
        ),
        ("why it is wished for", {"details": PLAIN["details"] | {"reason": "A school project"}},
         {"patron_reason": "A school project"}),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)  # fmt: skip
def test_body_is_kohas_field_by_field(case: str, changes: dict[str, Any], differs: dict[str, Any]) -> None:
    wanted = {name: value for name, value in (BODY | differs).items() if value is not None or name == "suggested_by"}
    body = a_body(**changes)
    assert body == wanted
    assert all(isinstance(value, KOHA_TYPES[name]) for name, value in (body or {}).items())


@pytest.mark.parametrize(
    ("case", "event", "joined_to", "changes"),
    [
        ("a change", "changed", None, {}),
        ("joined to one that Koha has", "created", "K-AAAAA-A", {}),
        *((kind, "created", None, {"kind": kind}) for kind in ("event", "service", "comment", "complaint", "praise")),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_koha_is_not_sent(case: str, event: str, joined_to: str | None, changes: dict[str, Any]) -> None:
    assert a_body(event, joined_to, **changes) is None


async def test_suggestion_is_stored_by_a_server_with_kohas_checks(koha: KohaServer) -> None:
    outlet = a_koha(koha.url)
    assert await outlet.known("", BODY) is None
    assert await outlet.send("", BODY) == "1" and koha.rows == [BODY | {"suggestion_id": 1}]
    assert await outlet.known("", BODY) == "1"
    other = BODY | {"note": "Foyer K-4K7Q3-Y\nThe Women"}
    assert await outlet.known("", other) is None
    for _ in range(6):  # Koha counts suggestions without a borrower as one person's
        await outlet.send("", other)
    ((headers, body), *_) = koha.requests
    assert headers["Content-Type"] == "application/json" and json.loads(body) == BODY
    await outlet.close()


async def test_words_of_a_patron_do_not_pass_for_another_code(koha: KohaServer) -> None:
    koha.rows.append({"suggestion_id": 7, "note": "Foyer K-AAAAA-A\nFoyer K-4K7Q2-X is mine"})
    outlet = a_koha(koha.url)
    assert await outlet.known("", BODY) is None
    await outlet.close()


async def test_token_that_ran_out_is_renewed(koha: KohaServer) -> None:
    outlet = a_koha(koha.url)
    await outlet.send("", BODY)
    koha.tokens.clear()
    await outlet.send("", BODY)
    assert len(koha.rows) == 2 and len(koha.tokens) == 1
    await outlet.close()


async def test_name_and_password_open_a_koha_without_tokens(koha: KohaServer) -> None:
    koha.oauth = False
    outlet, wrong = a_koha(koha.url), a_koha(koha.url, secret="wrong")
    assert await outlet.send("", BODY) == "1"
    with pytest.raises(Refused, match="401"):
        await wrong.send("", BODY)
    await outlet.close()
    await wrong.close()


async def test_wrong_key_is_told_and_nothing_is_sent(koha: KohaServer) -> None:
    outlet = a_koha(koha.url, secret="wrong")
    with pytest.raises(Refused, match="does not accept the key"):
        await outlet.send("", BODY)
    assert koha.requests == []
    await outlet.close()


@pytest.mark.parametrize(
    ("how", "get", "problem"),
    [
        ("a page in place of Koha", web.Response(text="<html>Sign in</html>", content_type="text/html"), Unknown),
        ("an object in place of a list", web.json_response({"error": "x"}), Unknown),
        ("not now", web.Response(status=503), Unknown),
        ("not allowed", web.Response(status=403), Refused),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_koha_that_cannot_say_what_it_has_is_not_sent_to(
    how: str, get: web.Response, problem: type[Exception]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return a_token() if request.path.endswith("token") else get

    async with serving(answer) as url:
        outlet = a_koha(url)
        with pytest.raises(problem):
            await outlet.known("", BODY)
        await outlet.close()


async def test_page_that_says_200_is_no_yes() -> None:
    async def answer(_: web.Request) -> web.Response:
        return a_token()

    async with serving(answer) as url:
        outlet = a_koha(url)
        with pytest.raises(Refused, match="200"):
            await outlet.send("", BODY)
        await outlet.close()


async def test_koha_that_is_away_took_nothing() -> None:
    outlet = a_koha("http://127.0.0.1:1")
    with pytest.raises(NotTaken):
        await outlet.send("", BODY)
    await outlet.close()


KOHA = {"KOHA_URL": "https://koha.example.org", "KOHA_CLIENT_ID": "id", "KOHA_CLIENT_SECRET": "secret"}
HOOK = {"WEBHOOK_URL": "https://hook.example.org/x?y=z", "WEBHOOK_SECRET": SECRET}


def test_outlets_are_those_of_the_settings(tmp_path: Path) -> None:
    library = load_library(Settings().library)
    assert outlets_of(Settings(), library) == []
    settings = Settings.from_environ(KOHA | HOOK)
    assert [outlet.name for outlet in outlets_of(settings, library)] == ["koha", "webhook"]
    for secret in ("secret", SECRET, "hook.example.org"):
        assert secret not in repr(settings).replace("koha_client_secret", "")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KOHA_URL": "http://koha.example.org"} | {k: v for k, v in KOHA.items() if k != "KOHA_URL"}, "https"),
        ({"KOHA_URL": "https://10.0.0.5"}, "public"),
        ({"KOHA_URL": "https://koha.local"}, "private network"),
        ({"KOHA_URL": "https://koha.example.org"}, "KOHA_CLIENT_ID"),
        ({"KOHA_URL": "https://koha.example.org", "KOHA_CLIENT_ID": "id"}, "KOHA_CLIENT_SECRET"),
        ({"WEBHOOK_URL": "ftp://hook.example.org"}, "https"),
        ({"WEBHOOK_URL": "http://localhost.evil.example/hook"}, "https"),
        ({"WEBHOOK_URL": "https://hook.example.org"}, "WEBHOOK_SECRET"),
        ({"WEBHOOK_URL": "https://hook.example.org", "WEBHOOK_SECRET": "whsec_QUJD"}, "24 to 64"),
        ({"WEBHOOK_URL": "https://hook.example.org", "WEBHOOK_SECRET": "QUJD" * 11}, "whsec_"),
        ({"WEBHOOK_URL": "https://hook.example.org", "WEBHOOK_SECRET": "whsec_!" + "QUJD" * 11}, "base64"),
    ],
)
def test_address_or_secret_that_cannot_be_used_stops_the_start(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environ(environ)
    assert words in str(raised.value) and "QUJD" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost:8000/", "https://[::1]:8443/x"])
def test_address_on_this_machine_needs_no_tls(url: str) -> None:
    assert Settings.from_environ(HOOK | {"WEBHOOK_URL": url}).webhook_url == url
    allowed = Settings.from_environ(HOOK | {"WEBHOOK_URL": "http://10.0.0.5/x", "ALLOW_PRIVATE_FEEDS": "yes"})
    assert allowed.webhook_url == "http://10.0.0.5/x"


def test_kohas_codes_of_branches_are_those_of_the_catalogues_source() -> None:
    from bot.knowledge.source_settings import SourceOfKoha, Sources

    source = SourceOfKoha.model_validate(
        {
            "kind": "koha",
            "name": "Catalogue",
            "url": "https://koha.example.org",
            "client_id": "x",
            "secret_from": "KOHA_SECRET",
            "branches": {"MAIN": "main", "MAINJUV": "main", "EAST": "eastside"},
        }
    )
    library = SimpleNamespace(sources=Sources(catalogue=(source,)))
    assert koha_libraries(library) == {"main": "MAIN", "eastside": "EAST"}  # type: ignore[arg-type]
