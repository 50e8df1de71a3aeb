"""The one script tag on another website: the library's own pages, which are not served by the gateway."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot.processes import Child
from bot.run import children, environ_for, free_port
from bot.storage.migrate import migrate
from tests.browser.chat import Chat
from tests.browser.conftest import Gateway
from tests.conftest import Installation

PAGE = """<!doctype html><html lang="en"><title>Our library</title>
<main><h1>Our library</h1></main><script src="{}" defer></script>"""


async def website(gateway: str) -> TestServer:
    """Serve a page with the tag, and a policy that allows scripts and calls of the gateway and nothing else."""

    async def page(_: web.Request) -> web.Response:
        policy = f"default-src 'none'; script-src {gateway}; connect-src {gateway} {gateway.replace('http', 'ws')}"
        text = PAGE.format(f"{gateway}/w/latest/embed.js")
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", page)
    server = TestServer(app, port=free_port())
    await server.start_server()
    return server


async def test_allowed_website_shows_the_chat_and_a_foreign_one_is_refused(
    inner: Installation, browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    own, foreign = [await website(f"http://127.0.0.1:{port}") for _ in range(2)]
    origin = f"http://127.0.0.1:{own.port}"
    settings = replace(inner.settings, port=port, data_folder=tmp_path, embed_origins=(origin,))
    migrate(settings.database)
    child: Child = next(one for one in children(settings, environ_for(settings)) if one.name == "gateway")
    gateway = Gateway(child, settings)
    await gateway.start()
    try:
        page = await browser.new_page()
        violations: list[str] = []
        page.on("console", lambda said: violations.append(said.text) if "Security Policy" in said.text else None)
        await page.goto(origin)
        chat = Chat(page)
        await chat.open()
        assert "9 Mill Lane" in await chat.answer("where is riverside")
        assert violations == []
        assert await page.context.cookies() == []

        stranger = await browser.new_page()
        await stranger.goto(f"http://127.0.0.1:{foreign.port}")
        theirs = Chat(stranger)
        await theirs.launcher.click()
        await expect(theirs.bar).to_be_visible()
        assert await theirs.answers.count() == 0
    finally:
        await gateway.kill()
        for server in (own, foreign):
            await server.close()
