"""A browser for the tests, and pages that notice every broken promise: foreign requests, violations, script errors."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.processes import Child
from bot.run import children, environ_for, free_port
from bot.settings import Settings
from bot.staff import add_staff
from bot.storage.migrate import migrate
from tests.browser.chat import Chat
from tests.browser.desk import Desk
from tests.conftest import NOON, Installation

CLOSE_SECONDS = 15.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]

Visit = Callable[..., Awaitable[Chat]]
SignIn = Callable[..., Awaitable[Desk]]
ZONE = "America/New_York"
PASSWORD = "correct horse battery"  # of staff


class Gateway:
    """A gateway in a process of its own, on the tests' Rasa, that can be killed and started again."""

    def __init__(self, child: Child, settings: Settings) -> None:
        self._child = child
        self.settings = settings
        self.url = f"http://127.0.0.1:{settings.port}"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        await self._child.start()
        async with asyncio.timeout(30):
            while not await self._child.answers():
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._child.process is not None
        self._child.process.kill()
        await self._child.process.wait()


@pytest.fixture(scope="session")
async def gateway(inner: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """The real gateway with a database of its own, at a Saturday noon."""
    settings = replace(inner.settings, port=free_port(), data_folder=tmp_path_factory.mktemp("browser"), clock=NOON)
    migrate(settings.database)
    child = next(one for one in children(settings, environ_for(settings)) if one.name == "gateway")
    running = Gateway(child, settings)
    await running.start()
    yield running
    await running.kill()


async def leave(context: BrowserContext) -> None:
    """Close a browser's window with all its pages; one that is still under way to somewhere may take for ever."""
    for page in context.pages:
        await page.unroute_all(behavior="ignoreErrors")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(context.close(), CLOSE_SECONDS)


def browser_path() -> str | None:
    """Return the machine's own Chromium, or None to use the one that playwright installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of this folder."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        yield started
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(started.close(), CLOSE_SECONDS)


@pytest.fixture
async def visit(browser: Browser, gateway: Gateway) -> AsyncIterator[Visit]:
    """Return `await visit(path, **context options)`; at the end, every page visited must have kept the rules."""
    contexts = []
    broken: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: broken.append(f"script error: {error}"))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((gateway.url, "data:"))
                else broken.append(f"foreign request: {request.url}")
            ),
        )

    async def make(path: str = "/", *, prepare: Any = None, **options: Any) -> Chat:
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        context.on("page", watch)
        page = await context.new_page()
        if prepare is not None:
            await prepare(page)
        await page.goto(gateway.url + path)
        return Chat(page)

    yield make
    for context in contexts:
        await leave(context)
    assert broken == []


@pytest.fixture(scope="session")
async def staff_names(gateway: Gateway) -> tuple[str, ...]:
    names = ("Ana", "Sam", "Lee")
    for name in names:
        await add_staff(gateway.settings, name.lower(), "reviewer", PASSWORD, name)
    return names


@pytest.fixture
async def sign_in(browser: Browser, gateway: Gateway, staff_names: tuple[str, ...]) -> AsyncIterator[SignIn]:
    """Return `await sign_in("Ana")`: a desk in a browser of its own, available; away again after the test."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []
    broken: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: broken.append(f"script error: {error}"))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)

    async def make(name: str, **options: Any) -> Desk:
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "timezone_id": ZONE, **options}
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        context.on("page", watch)
        desk = Desk(await context.new_page(), gateway.url)
        await desk.sign_in(name.lower(), PASSWORD)
        await desk.status("Available")
        desks.append(desk)
        return desk

    yield make
    for desk in desks:
        await desk.page.evaluate(
            """async () => {
              const csrf = document.querySelector('meta[name=csrf]').content;
              const headers = {'X-CSRF': csrf, 'Content-Type': 'application/json'};
              await fetch('/desk/api/status', {method: 'POST', headers,
                body: JSON.stringify({status: 'away'})});
            }"""
        )
    for context in contexts:
        await leave(context)
    assert broken == []
