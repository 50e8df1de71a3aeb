"""Who may do what at the desk, and what must have no effect: guesses, foreign pages, used links, old cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.storage.migrate import migrate
from bot.web import keys
from bot.web.desk import guard
from bot.web.desk.guard import safe_next
from bot.web.desk.sessions import Role
from bot.web.desk.throttle import Throttle
from tests.conftest import new_settings
from tests.web.a_desk import PASSWORD, ROLES, Browser, Desk, running_desk

NOBODY, AGENT, REVIEWER, ADMIN = "nobody", "agent", "reviewer", "admin"
CLAIMS = ("claim", "release", "give-back", "end", "transfer", "transfer-accept", "transfer-decline", "transfer-cancel")
SUGGESTION_FORMS = ("decide", "kind", "assign", "note", "join", "part", "again")

# Every route of the desk and the least that it asks for. A route that is not here fails the tests.
TABLE = {
    ("GET", "/desk/sign-in"): NOBODY,
    ("POST", "/desk/sign-in"): NOBODY,
    ("GET", "/desk/first/{token}"): NOBODY,
    ("POST", "/desk/first/{token}"): NOBODY,
    ("POST", "/desk/sign-out"): AGENT,
    ("POST", "/desk/sign-out-everywhere"): AGENT,
    ("GET", "/desk"): AGENT,
    ("GET", "/desk/api/state"): AGENT,
    ("GET", "/desk/api/ws"): AGENT,
    ("POST", "/desk/api/status"): AGENT,
    ("POST", "/desk/api/preferences"): AGENT,
    ("GET", "/desk/api/replies"): AGENT,
    ("GET", "/desk/api/chats/{id}"): AGENT,
    ("GET", "/desk/api/chats/{id}/messages"): AGENT,
    ("POST", "/desk/api/chats/{id}/messages"): AGENT,
    ("GET", "/desk/api/chats/{id}/ws"): AGENT,
    **{("POST", f"/desk/api/chats/{{id}}/{name}"): AGENT for name in (*CLAIMS, "note", "tags")},
    ("GET", "/desk/chats"): AGENT,
    ("GET", "/desk/chats/{id}"): AGENT,
    ("GET", "/desk/chats/{id}/print"): AGENT,
    ("POST", "/desk/chats/{id}/label"): AGENT,
    ("POST", "/desk/chats/{id}/tags"): AGENT,
    ("POST", "/desk/chats/{id}/note"): AGENT,
    ("POST", "/desk/chats/{id}/redact"): REVIEWER,
    ("POST", "/desk/chats/{id}/delete"): ADMIN,
    ("GET", "/desk/review"): REVIEWER,
    ("POST", "/desk/review"): REVIEWER,
    ("POST", "/desk/review/undo"): REVIEWER,
    ("GET", "/desk/gaps"): REVIEWER,
    ("POST", "/desk/gaps/{number}"): REVIEWER,
    **{(method, f"/desk/gaps/{name}"): AGENT for method in ("GET", "POST") for name in ("note",)},
    **{(method, f"/desk/lessons/{name}"): AGENT for method in ("GET", "POST") for name in ("topic", "answer")},
    **{(method, path): REVIEWER for method in ("GET", "POST") for path in ("/desk/lessons", "/desk/lessons/{number}")},
    ("GET", "/desk/publish"): REVIEWER,
    ("GET", "/desk/publish/{number}"): REVIEWER,
    ("GET", "/desk/api/publish/{number}"): REVIEWER,
    ("POST", "/desk/publish/check"): ADMIN,
    **{("POST", f"/desk/publish/{{number}}/{name}"): ADMIN for name in ("publish", "undo")},
    ("GET", "/desk/export.csv"): REVIEWER,
    ("GET", "/desk/export.json"): REVIEWER,
    ("GET", "/desk/inbox"): AGENT,
    ("GET", "/desk/inbox/{number}"): AGENT,
    ("POST", "/desk/inbox/{number}/done"): AGENT,
    ("POST", "/desk/inbox/{number}/reopen"): AGENT,
    ("GET", "/desk/suggestions"): AGENT,
    ("GET", "/desk/suggestions.csv"): REVIEWER,
    ("POST", "/desk/suggestions/again"): REVIEWER,
    ("GET", "/desk/suggestions/{number}"): AGENT,
    **{("POST", f"/desk/suggestions/{{number}}/{name}"): AGENT for name in SUGGESTION_FORMS},
    ("POST", "/desk/suggestions/{number}/delete"): ADMIN,
    ("GET", "/desk/statistics"): REVIEWER,
    ("GET", "/desk/statistics.csv"): REVIEWER,
    ("GET", "/desk/answers"): AGENT,
    ("GET", "/desk/answers/{id}"): AGENT,
    ("POST", "/desk/answers/{id}/reviewed"): REVIEWER,
    **{(method, "/desk/answers/new"): REVIEWER for method in ("GET", "POST")},
    **{(method, f"/desk/answers/{{id}}/{name}"): REVIEWER for method in ("GET", "POST") for name in ("edit", "remove")},
    ("GET", "/desk/edits"): AGENT,
    ("GET", "/desk/edits/{number}"): AGENT,
    ("POST", "/desk/edits/{number}/undo"): REVIEWER,
    ("GET", "/desk/notices"): AGENT,
    ("POST", "/desk/notices"): REVIEWER,
    ("GET", "/desk/notices/new"): REVIEWER,
    ("GET", "/desk/notices/{id}"): REVIEWER,
    ("POST", "/desk/notices/{id}"): REVIEWER,
    ("POST", "/desk/notices/{id}/delete"): REVIEWER,
    ("GET", "/desk/closure"): AGENT,
    ("POST", "/desk/closure"): AGENT,
    ("POST", "/desk/closure/lift"): AGENT,
    ("GET", "/desk/surveys"): REVIEWER,
    ("POST", "/desk/surveys"): ADMIN,
    ("GET", "/desk/surveys/new"): ADMIN,
    ("GET", "/desk/surveys/{number}"): REVIEWER,
    ("POST", "/desk/surveys/{number}"): ADMIN,
    ("GET", "/desk/surveys/{number}/edit"): ADMIN,
    ("GET", "/desk/surveys/{number}/answers.csv"): REVIEWER,
    **{("POST", f"/desk/surveys/{{number}}/{name}"): ADMIN for name in ("open", "close", "delete")},
    ("GET", "/desk/replies"): AGENT,
    ("POST", "/desk/replies"): AGENT,
    ("POST", "/desk/replies/{number}"): AGENT,
    ("POST", "/desk/replies/{number}/delete"): AGENT,
    ("GET", "/desk/settings"): ADMIN,
    ("POST", "/desk/settings"): ADMIN,
    ("POST", "/desk/stop"): AGENT,
    ("GET", "/desk/people"): ADMIN,
    ("POST", "/desk/people"): ADMIN,
    ("POST", "/desk/people/{number}"): ADMIN,
    ("POST", "/desk/people/{number}/link"): ADMIN,
    ("POST", "/desk/people/{number}/close"): ADMIN,
    ("POST", "/desk/people/{number}/reopen"): ADMIN,
    ("POST", "/desk/people/{number}/sign-out"): ADMIN,
    ("GET", "/desk/account"): AGENT,
    ("POST", "/desk/account"): AGENT,
    ("POST", "/desk/account/password"): AGENT,
    ("GET", "/desk/audit"): ADMIN,
    ("GET", "/desk/help"): AGENT,
    ("GET", "/desk/{rest}"): AGENT,
}
GUARDED = [(*route, role) for route, role in TABLE.items() if role != NOBODY]
SOCKETS = ("/desk/api/ws", "/desk/api/chats/{id}/ws")


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One desk for the tests that leave nothing behind."""
    settings = new_settings(tmp_path_factory.mktemp("desk"))
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path)
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


def concrete(path: str) -> str:
    """An address of the route, of things that are not there."""
    for name, value in (("{id}", "web-none"), ("{number}", "999999"), ("{token}", "x" * 43), ("{rest}", "nowhere")):
        path = path.replace(name, value)
    return path


def formatted(path: str) -> str:
    return re.sub(r"\{(\w+):[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", r"{\1}", path)


async def ask(browser: Browser, method: str, path: str, **more: Any) -> tuple[int, str, str]:
    """Send what a page of the desk would, and return the status, where it leads and the words."""
    headers = {"Origin": browser.origin, "X-CSRF": browser.csrf, "Content-Type": "application/json"}
    if path.endswith("/ws"):
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        headers |= upgrade | {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    headers |= more.pop("headers", {})
    data = "{}" if method == "POST" else None
    async with browser.session.request(method, path, headers=headers, data=data, allow_redirects=False) as answer:
        words = "" if answer.status == 101 else await answer.text()
        return answer.status, answer.headers.get("Location", ""), words


def test_every_route_has_a_row_and_every_row_a_route(shared: Desk) -> None:
    routed = {
        (route.method, formatted(route.resource.canonical))
        for route in shared.app.router.routes()
        if route.resource is not None and re.match(r"/desk(/|$)|/desk\{", route.resource.canonical)
    }
    told = {
        (method, formatted(path)): role.value if role else NOBODY for method, path, role in shared.app[guard.ROUTES]
    }
    assert routed == set(TABLE)
    assert told == TABLE


@pytest.mark.parametrize(("method", "path", "least"), GUARDED, ids=lambda part: part)
async def test_route_lets_in_whom_the_table_lets_in(shared: Desk, method: str, path: str, least: str) -> None:
    place = concrete(path)
    async with shared.browser() as nobody:
        status, leads, words = await ask(nobody, method, place)
        if "/api/" in place or path in SOCKETS:
            assert (status, '"signed_out"' in words) == (401, True)
        else:
            assert (status, leads.startswith("/desk/sign-in")) == (303, True)
    for role in ROLES:
        async with shared.browser(role) as browser:
            status, leads, words = await ask(browser, method, place)
        if ROLES.index(role) < ROLES.index(least):
            assert status == 403 and "not_allowed" in words, role
        else:
            assert status not in (401, 403, 405, 500) and not leads.startswith("/desk/sign-in?"), (role, status, words)


@pytest.mark.parametrize(("method", "path", "least"), GUARDED, ids=lambda part: part)
async def test_foreign_pages_and_forms_without_token_have_no_effect(
    shared: Desk, method: str, path: str, least: str
) -> None:
    place = concrete(path)
    async with shared.browser("admin") as browser:
        writes = method == "POST"
        for origin in ("https://evil.example", "null", shared.origin + ".evil.example", shared.origin.upper(), ""):
            status, _, words = await ask(browser, method, place, headers={"Origin": origin})
            if writes or path in SOCKETS:
                assert status == 403 and "foreign_page" in words, origin
        if writes:
            async with shared.browser("admin") as other:
                tokens = ("", "x", browser.csrf[:-1], browser.csrf + "0", other.csrf, "é")
            for token in tokens:
                status, _, words = await ask(browser, method, place, headers={"X-CSRF": token})
                assert status == 403 and "stale_form" in words, token


async def test_form_of_a_type_that_other_sites_can_send_is_refused(shared: Desk) -> None:
    async with shared.browser("admin") as browser:
        for kind in ("text/plain", "multipart/form-data; boundary=x"):
            status, _, words = await ask(browser, "POST", "/desk/stop", headers={"Content-Type": kind})
            assert status == 403 and "stale_form" in words
    assert not await shared.app[keys.PAUSE].notice("en")


async def test_socket_with_a_wrong_token_is_closed_before_it_hears_anything(shared: Desk) -> None:
    talk = await shared.talk(("patron", "a secret"))
    async with shared.browser("agent") as browser, shared.browser("admin") as other:
        for path in ("/desk/api/ws", f"/desk/api/chats/{talk}/ws"):
            for token in (None, "", "x", other.csrf):
                headers = {"Origin": browser.origin}
                async with browser.session.ws_connect(path, headers=headers) as socket:
                    await socket.send_json({"csrf": token, "token": token, "after": 0})
                    heard = await socket.receive()
                    assert heard.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
                    assert heard.data != 1000


async def test_wrong_password_and_unknown_name_are_told_alike(desk: Desk) -> None:
    async with desk.browser() as browser:
        answers = []
        for name, password in (
            ("admin", "wrong password"),
            ("nobody", "wrong password"),
            ("", ""),
            ("a\x00b" * 99, "x"),
        ):
            answer = await browser.post("/desk/sign-in", name=name, password=password)
            answers.append((answer.status, re.search(r'id="problem">(.*?)<', await answer.text())[1]))  # type: ignore[index]
            assert not browser.cookie
    assert set(answers) == {
        (401, "The name or the password is not right. Try again, or ask an administrator for a new link.")
    }


async def test_fifty_wrong_passwords_open_nothing_and_the_right_one_waits(desk: Desk) -> None:
    async with desk.browser() as browser:
        statuses = [
            (await browser.post("/desk/sign-in", name="Admin", password=f"guess {n}")).status for n in range(50)
        ]
        assert statuses == [401] * 5 + [429] * 45
        assert (await browser.post("/desk/sign-in", name="admin", password=PASSWORD)).status == 429
        assert not browser.cookie
        assert (await browser.sign_in("reviewer")).status == 303  # nobody else has to wait
    tried = [row for row in await desk.rows("audit") if row.action == "sign_in_failed"]
    assert [row.details["name"] for row in tried] == ["admin"] * 5
    assert "guess" not in str(tried)


def test_tries_are_counted_by_address_and_by_name_and_forgotten() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    assert [throttle.take("ana", "a") for _ in range(7)] == [True] * 5 + [False] * 2
    assert throttle.take("ana", "b") and throttle.take("lee", "a")
    now[0] = 61.0
    assert [throttle.take("ana", "a") for _ in range(2)] == [True, False]  # one try a minute from here on
    assert [throttle.take("ana", f"c{n}") for n in range(20)] == [True] * 13 + [False] * 7  # twenty in all
    now[0] = 2000.0
    assert [throttle.take("ana", "a") for _ in range(6)] == [True] * 5 + [False]


async def test_cookie_is_closed_to_scripts_and_other_sites_and_of_the_desk_only(desk: Desk) -> None:
    async with desk.browser() as browser:
        answer = await browser.sign_in("agent")
        flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")[1:]}
        assert flags == {"httponly", "samesite=lax", "path=/desk"}
        assert len(browser.cookie) == 43 and browser.cookie not in str(await desk.rows("staff_session"))
        data = {"name": "agent", "password": PASSWORD}
        headers = {"Origin": browser.origin.replace("http:", "https:"), "X-Forwarded-Proto": "https"}
        answer = await browser.session.post("/desk/sign-in", data=data, headers=headers, allow_redirects=False)
        assert "secure" in answer.headers["Set-Cookie"].lower()


async def test_id_that_was_planted_before_never_becomes_a_session(desk: Desk) -> None:
    planted = "p" * 43
    async with desk.browser() as browser:
        browser.cookie = planted
        await browser.sign_in("agent")
        assert browser.cookie != planted
        first = browser.cookie
        await browser.sign_in("admin")
        assert browser.cookie not in (planted, first)
    for old in (planted, first):
        async with desk.browser() as thief:
            thief.cookie = old
            assert (await thief.get("/desk/help")).status == 303


@pytest.mark.parametrize("way", ["/desk/sign-out", "/desk/sign-out-everywhere"])
async def test_cookie_and_token_are_worthless_after_signing_out(desk: Desk, way: str) -> None:
    async with desk.browser("admin") as browser, desk.browser("admin") as elsewhere, desk.browser() as thief:
        thief.cookie, thief.csrf = browser.cookie, browser.csrf
        assert await browser.done(way) == "/desk/sign-in"
        assert (await thief.get("/desk/people")).status == 303
        assert (await thief.post("/desk/stop", to="stop")).headers["Location"] == "/desk/sign-in"
        assert (await thief.get("/desk/api/state")).status == 401
        assert (await elsewhere.get("/desk/help")).status == (200 if way == "/desk/sign-out" else 303)
    assert not await desk.app[keys.PAUSE].notice("en")


@pytest.mark.parametrize(
    ("hours", "step", "signed_in"), [(1.9, 1.9, True), (2.1, 2.1, False), (11.9, 1.7, True), (12.1, 1.1, False)]
)
async def test_session_ends_after_two_idle_hours_and_after_twelve_in_all(
    desk: Desk, hours: float, step: float, signed_in: bool
) -> None:
    async with desk.browser("agent") as browser:
        for _ in range(round(hours / step)):
            desk.later(hours=step)
            answer = await browser.get("/desk/help")
        assert (answer.status == 200) is signed_in


async def test_what_ends_the_sessions_of_an_account(desk: Desk) -> None:
    agent = desk.people["agent"]
    async with desk.browser("admin") as admin:

        async def ended(path: str, **fields: str) -> bool:
            async with desk.browser("agent") as browser:
                assert (await admin.post(path, **fields)).status in (200, 303)
                return (await browser.get("/desk/help")).status == 303

        assert await ended(f"/desk/people/{agent}/sign-out")
        assert not await ended(f"/desk/people/{agent}", shown_as="Ann", role="agent", seats="2")
        assert not await ended(f"/desk/people/{agent}/link")
        assert await ended(f"/desk/people/{agent}/close")
        assert (await admin.post(f"/desk/people/{agent}/reopen")).status == 303
    async with desk.browser("agent") as here, desk.browser("agent") as there:
        fields = {"current": PASSWORD, "password": "green boat hill", "again": "green boat hill"}
        assert await here.done("/desk/account/password", **fields) == "/desk/account"
        assert (await here.get("/desk/help")).status == 200
        assert (await there.get("/desk/help")).status == 303
        assert (await there.sign_in("agent", "green boat hill")).status == 303
        assert (await there.sign_in("agent", PASSWORD)).status == 401


async def test_closed_account_cannot_sign_in(desk: Desk) -> None:
    async with desk.browser("admin") as admin, desk.browser() as browser:
        await admin.done(f"/desk/people/{desk.people['agent']}/close")
        assert (await browser.sign_in("agent")).status == 401


async def test_role_that_is_taken_away_counts_at_once(desk: Desk) -> None:
    async with desk.browser("admin") as admin, desk.browser("reviewer") as browser:
        assert (await browser.get("/desk/export.csv")).status == 200
        await admin.done(f"/desk/people/{desk.people['reviewer']}", shown_as="R", role="agent", seats="3")
        assert (await browser.get("/desk/export.csv")).status == 403


async def test_last_administrator_stays_one(desk: Desk) -> None:
    me = desk.people["admin"]
    async with desk.browser("admin") as admin:
        changed = await admin.post(f"/desk/people/{me}", shown_as="A", role="agent", seats="3")
        closed = await admin.post(f"/desk/people/{me}/close")
        assert (changed.status, closed.status) == (409, 409)
        # One who was invited and never came is no help.
        await admin.post("/desk/people", name="new", shown_as="New", role="admin")
        assert (await admin.post(f"/desk/people/{me}/close")).status == 409
        await admin.done(f"/desk/people/{desk.people['agent']}", shown_as="A", role="admin", seats="3")
        await admin.done(f"/desk/people/{me}/close")


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/desk@evil.example",
        "/desk/../../evil", "/desk//evil.example", "javascript:alert(1)", "/deskevil", "https:/desk", "/desk\n/x",
        "/desk\t", " /desk", "/", "", None, "/w/latest/x", "%2f%2fevil.example", "/desk\x7f", "///desk",
    ],
)  # fmt: skip
def test_next_never_leads_out_of_the_desk(place: str | None) -> None:
    assert safe_next(place) == "/desk"


@pytest.mark.parametrize("place", ["/desk", "/desk/chats?q=a+b&page=2", "/desk/chats/web-1#t12"])
def test_next_leads_on_within_the_desk(place: str) -> None:
    assert safe_next(place) == place


async def test_signing_in_leads_to_the_page_that_was_asked_for(desk: Desk) -> None:
    async with desk.browser() as browser:
        leads = (await browser.get("/desk/chats?q=a&page=2")).headers["Location"]
        assert leads == "/desk/sign-in?next=/desk/chats%3Fq%3Da%26page%3D2"
        assert 'name="next" value="/desk/chats?q=a&amp;page=2"' in await browser.page(leads)
        evil = await browser.sign_in("agent", place="//evil.example")
        assert evil.headers["Location"] == "/desk"


async def test_first_link_makes_one_administrator_once(tmp_path: Path) -> None:
    settings = new_settings(tmp_path)
    migrate(settings.database)
    async with running_desk(settings, names=()) as desk, desk.browser() as browser:
        former = await desk.accounts.first_link()
        token = await desk.accounts.first_link()
        assert token and token != former and token not in str(await desk.rows("staff_link"))
        fields = {"name": "Ana", "shown_as": "Ana", "password": "green boat hill", "again": "green boat hill"}
        assert (await browser.post(f"/desk/first/{former}", **fields)).status == 410
        for spoiled in (
            {"password": "short"},
            {"again": "another one"},
            {"password": "password123", "again": "password123"},
            {"name": "../x"},
            {"name": "greenboathill"},
        ):
            assert (await browser.post(f"/desk/first/{token}", **fields | spoiled)).status == 422, spoiled
        assert not browser.cookie and not await desk.rows("staff")
        assert (await browser.post(f"/desk/first/{token}", **fields)).headers["Location"] == "/desk"
        assert (await browser.get("/desk/people")).status == 200
        again = await browser.post(f"/desk/first/{token}", **fields | {"name": "eve"})
        assert (again.status, len(await desk.rows("staff"))) == (410, 1)
        assert await desk.accounts.first_link() is None


async def test_link_is_too_old_after_a_day(desk: Desk) -> None:
    token = (await desk.accounts.invite("lee", Role.AGENT, "Lee", await who(desk, "admin")))[1]
    async with desk.browser() as browser:
        desk.later(hours=24.1)
        assert (await browser.get(f"/desk/first/{token}")).status == 410
        fields = {"password": "green boat hill", "again": "green boat hill"}
        assert (await browser.post(f"/desk/first/{token}", **fields)).status == 410


async def test_invited_person_sets_a_password_and_a_new_one_by_a_new_link(desk: Desk) -> None:
    async with desk.browser("admin") as admin:
        shown = await (await admin.post("/desk/people", name="lee", shown_as="Lee", role="agent")).text()
        link = re.search(r"/desk/first/[\w-]{43}", shown)
        assert link and link[0] not in await admin.page("/desk/people")
        async with desk.browser() as browser:
            fields = {"password": "green boat hill", "again": "green boat hill"}
            assert await browser.done(link[0], **fields) == "/desk"
            number = max(row.id for row in await desk.rows("staff"))
            again = re.search(r"/desk/first/[\w-]{43}", await (await admin.post(f"/desk/people/{number}/link")).text())
            assert again
            fields = {"password": "brown tree lake", "again": "brown tree lake"}
            async with desk.browser() as other:
                await other.done(again[0], **fields)
            assert (await browser.get("/desk/help")).status == 303  # the old session went with the old password
            assert (await browser.sign_in("lee", "green boat hill")).status == 401
            assert (await browser.sign_in("lee", "brown tree lake")).status == 303


async def test_pages_send_what_keeps_them_closed(shared: Desk) -> None:
    async with shared.browser("admin") as browser:
        for path in ("/desk/sign-in", "/desk/chats", "/desk/nowhere", "/desk/export.csv"):
            headers = (await browser.get(path)).headers
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in (await browser.get("/desk/chats")).headers["Content-Security-Policy"]


async def test_stop_switch_is_everybodys_and_seen_on_every_page(desk: Desk) -> None:
    async with desk.browser("agent") as agent, desk.browser("admin") as admin:
        assert await agent.done("/desk/stop", to="stop", back="/desk/chats?q=a") == "/desk/chats?q=a"
        assert "The assistant is stopped." in await admin.page("/desk/inbox")
        await admin.done("/desk/settings", notice_en="Back at ten.", notice_es="Volvemos a las diez.")
        assert await desk.app[keys.PAUSE].notice("es") == "Volvemos a las diez."
        assert await agent.done("/desk/stop", to="resume", back="//evil.example") == "/desk"
        assert "The assistant is stopped." not in await admin.page("/desk/inbox")
        assert await desk.app[keys.PAUSE].notice("en") is None
    assert [row.action for row in await desk.rows("audit")][-3:] == ["stop", "notice", "resume"]


async def test_shared_replies_are_changed_by_reviewers_only_and_own_ones_by_their_owner(desk: Desk) -> None:
    reply = {"shortcut": "wifi", "lang": "en", "text": "Ask me."}
    async with desk.browser("agent") as agent, desk.browser("reviewer") as reviewer:
        assert (await agent.post("/desk/replies", **reply, shared="yes")).status == 403
        await reviewer.done("/desk/replies", **reply, shared="yes")
        await reviewer.done("/desk/replies", **reply | {"text": "Mine."})
        shared, own = [row.id for row in await desk.rows("canned_reply")]
        page = await agent.page("/desk/replies")
        assert "Ask me." in page and "Mine." not in page
        assert (await agent.post(f"/desk/replies/{shared}", **reply)).status == 403
        assert (await agent.post(f"/desk/replies/{shared}/delete")).status == 403
        assert (await agent.post(f"/desk/replies/{own}", **reply)).status == 404
        assert (await agent.post(f"/desk/replies/{own}/delete")).status == 404
        await reviewer.done(f"/desk/replies/{shared}", **reply | {"text": "New.", "shared": "yes"})
        await reviewer.done(f"/desk/replies/{own}/delete")
    assert [(row.text, row.staff_id) for row in await desk.rows("canned_reply")] == [("New.", None)]


async def who(desk: Desk, name: str) -> Any:
    return (await desk.accounts.get(desk.people[name])).member
