"""`python -m bot channels`: whether the credentials work, said so that a web person knows what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.__main__ import main
from bot.channel_command import run
from bot.channel_settings import ChannelSettings
from bot.channels.model import FORMS, channel_name
from bot.clock import FrozenClock
from bot.settings import Settings
from bot.storage.migrate import migrate
from bot.web import keys
from bot.web.app import create_app
from tests.channels.stand_ins import ALL, NUMBER, PUBLIC, SECRET, Messenger, Slack, StandIn, Telegram, Twilio
from tests.conftest import NOON, new_settings


@asynccontextmanager
async def up(platform: StandIn) -> AsyncIterator[StandIn]:
    await platform.start()
    try:
        yield platform
    finally:
        await platform.stop()


async def told(channels: ChannelSettings, capsys: pytest.CaptureFixture[str], action: str = "check") -> tuple[int, str]:
    """Return the exit code and what was printed; in a thread, as the command has an event loop of its own."""
    code = await asyncio.to_thread(run, Settings(channels=channels), action)
    return code, capsys.readouterr().out


@pytest.mark.parametrize("channel", FORMS)
async def test_channel_that_works_is_ok_and_nobody_is_written_to(
    channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with up(ALL[channel]()) as platform:
        code, out = await told(platform.settings(), capsys)
    assert (code, out.split()) == (0, [*channel_name(channel).split(), "ok"])
    assert platform.sent == []


@pytest.mark.parametrize(
    ("channel", "wrong", "says"),
    [
        ("sms", {"twilio_auth_token": "x" * 32}, "refuses the account or its token"),
        ("sms", {"public_url": "https://old.library.example"}, "https://old.library.example/messaging/twilio"),
        ("whatsapp", {"twilio_auth_token": "x" * 32}, "refuses the account or its token"),
        ("telegram", {"telegram_token": "1234567:wrong_token_of_the_bot"}, "(TELEGRAM_TOKEN)"),
        ("telegram", {"public_url": "https://old.library.example"}, "python -m bot channels connect"),
        ("messenger", {"messenger_page_token": "wrong"}, "(MESSENGER_PAGE_TOKEN)"),
        ("messenger", {"messenger_app_secret": "wrong"}, "(MESSENGER_APP_SECRET)"),
        ("slack", {"slack_bot_token": "xoxb-wrong"}, "(invalid_auth)"),
        ("webhook", {"channel_secret": "whsec_" + "Y2Nj" * 11}, "401"),
    ],
)
async def test_wrong_setting_is_named(
    channel: str, wrong: dict[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with up(ALL[channel]()) as platform:
        code, out = await told(replace(platform.settings(), **wrong), capsys)
    assert code == 1 and says in out and " ok" not in out
    assert not any(value in out for name, value in wrong.items() if "token" in name or "secret" in name)


class WithoutNumbers(Twilio):
    """An account that has bought no number."""

    async def _numbers(self, request: web.Request) -> web.Response:
        return web.json_response({"incoming_phone_numbers": [], "page": 0, "next_page_uri": None})


async def test_number_that_the_account_does_not_have_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    async with up(WithoutNumbers("sms")) as platform:
        code, out = await told(platform.settings(), capsys)
    assert code == 1 and f"The account has no number {NUMBER} (TWILIO_SMS_FROM)" in out


async def test_number_that_tells_somebody_else_is_told_where_to_point(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Twilio("sms")
    platform.sms_url = "https://demo.twilio.com/welcome/sms/reply/"
    async with up(platform):
        code, out = await told(platform.settings(), capsys)
    assert code == 1 and "demo.twilio.com" in out and f"{PUBLIC}/messaging/twilio" in out


async def test_bot_that_is_not_connected_yet_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Telegram()
    platform.hook = {}
    async with up(platform):
        code, out = await told(platform.settings(), capsys)
        assert code == 1 and "nobody" in out and "python -m bot channels connect" in out
        code, out = await told(platform.settings(), capsys, "connect")
        assert code == 0 and f"{PUBLIC}/messaging/telegram" in out
        assert platform.hook == {"url": f"{PUBLIC}/messaging/telegram", "secret": SECRET}
        assert (await told(platform.settings(), capsys))[0] == 0


async def test_trouble_that_telegram_had_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Telegram()
    platform.hook |= {"last_error_date": 1_800_000_000, "last_error_message": "SSL error: certificate verify failed"}
    async with up(platform):
        code, out = await told(platform.settings(), capsys)
    assert code == 1 and "certificate verify failed" in out


async def test_page_whose_messages_go_nowhere_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Messenger()
    platform.subscribed = ["messages"]
    async with up(platform):
        code, out = await told(platform.settings(), capsys)
    assert code == 1 and "not subscribed to messaging_postbacks" in out


async def test_right_that_the_app_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Slack()
    platform.scopes = "chat:write,im:history"
    async with up(platform):
        code, out = await told(platform.settings(), capsys)
    assert code == 1 and "app_mentions:read, im:read" in out and "chat:write" not in out


@pytest.mark.parametrize("channel", FORMS)
async def test_platform_that_is_not_reached_is_told_in_a_sentence(
    channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = ALL[channel]()
    async with up(platform):
        settings = platform.settings()
    code, out = await told(settings, capsys)
    assert code == 1 and out.startswith(channel_name(channel)) and len(out.splitlines()) == 1
    assert "reached" in out or "connection" in out


async def test_address_that_is_missing_is_told_beside_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    async with up(Slack()) as platform:
        code, out = await told(replace(platform.settings(), public_url=""), capsys)
    assert code == 1 and "Slack      ok" in out and "PUBLIC_URL is not set" in out


@pytest.mark.parametrize(
    ("action", "code", "says"), [("check", 1, "docs/channels/"), ("connect", 0, "Telegram is not")]
)
async def test_nothing_set_up_is_told(action: str, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    found, out = await told(ChannelSettings(), capsys, action)
    assert found == code and says in out


def test_command_line_knows_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["channels", "check"]) == 1
    assert "No messaging channel is set up" in capsys.readouterr().out


def counted(platform: StandIn, found: list[str]) -> StandIn:
    """Let every request to a platform be written down."""
    routes = platform.routes

    @web.middleware
    async def note(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
        found.append(f"{request.method} {request.path}")
        return await handler(request)

    def with_note(app: web.Application) -> None:
        app.middlewares.append(note)
        routes(app)

    platform.routes = with_note  # type: ignore[method-assign]
    return platform


async def test_nothing_is_contacted_at_start(tmp_path: Path) -> None:
    asked: list[str] = []
    default = ChannelSettings()
    async with AsyncExitStack() as stack:
        chosen: dict[str, str] = {}
        for make in ALL.values():
            platform = await stack.enter_async_context(up(counted(make(), asked)))
            own = platform.settings()
            chosen |= {
                one.name: getattr(own, one.name)
                for one in fields(own)
                if getattr(own, one.name) != getattr(default, one.name)
            }
        settings = replace(new_settings(tmp_path), channels=ChannelSettings(**chosen))
        migrate(settings.database)
        app = create_app(settings, FrozenClock(NOON))
        client: TestClient[Any, Any] = TestClient(TestServer(app))
        await client.start_server()
        assert set(app[keys.SENDING].platforms) == set(FORMS)
        assert (await client.get("/health/live")).status == 200
        await client.close()
    assert asked == []
