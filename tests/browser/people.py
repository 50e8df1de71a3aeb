"""The widget when people come in, and the ways to each of its states; the API's answers are written by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Locator, Page, Route, expect

from bot.web import static
from bot.web.headers import add_headers
from tests.browser.chat import LISTEN, Chat
from tests.browser.conftest import Visit
from tests.browser.scripted import Script

ANSWER = {"type": "text", "text": "Yes, **Eastside** is open from 1 to 5 PM."}
FORM = {
    "type": "form",
    "title": "Leave a message",
    "fields": [
        {"name": "question", "label": "Your question", "kind": "text", "value": "May dogs come in?", "required": True},
        {
            "name": "contact",
            "label": "E-mail or phone",
            "kind": "contact",
            "value": "",
            "required": True,
            "hint": "Only to answer you.",
        },
        {"name": "name", "label": "Your name (optional)", "kind": "line", "value": "", "required": False},
    ],
    "submit": "Send message",
    "sent": "Sent",
}
RATING = {
    "type": "rating",
    "prompt": "Did this chat help you?",
    "options": [
        {"value": "yes", "label": "Yes"},
        {"value": "partly", "label": "Partly"},
        {"value": "no", "label": "No"},
    ],
    "comment": "What could be better? (optional)",
    "submit": "Send",
    "thanks": "Thank you.",
}


@asynccontextmanager
async def files_alone() -> AsyncIterator[SimpleNamespace]:
    """Serve the widget's files and nothing else, in place of a gateway."""
    app = web.Application()
    static.add_routes(app)
    app.on_response_prepare.append(add_headers)
    server = TestServer(app)
    await server.start_server()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.port}")
    await server.close()


class People(Chat):
    """The widget, with what only matters here."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.subtitle = page.locator("#sub")
        self.form = page.get_by_role("form", name="Leave a message")
        self.question = page.get_by_label("Your question")
        self.contact = page.get_by_label("E-mail or phone")
        self.name = page.get_by_label("Your name")
        self.up = page.get_by_role("button", name="Helpful", exact=True)
        self.down = page.get_by_role("button", name="Not helpful")

    def bar_button(self, name: str) -> Locator:
        """Return a button of the bar above the text box."""
        return self.bar.get_by_role("button", name=name)


Reach = Callable[[People, Script], Awaitable[None]]


async def answered(chat: People, script: Script) -> None:
    await chat.open()
    await chat.ask("is eastside open sunday?")
    await script.took(1)
    script.say(ANSWER)
    await expect(chat.up).to_be_visible()


async def rated(chat: People, script: Script) -> None:
    await answered(chat, script)
    await chat.down.click()
    await expect(chat.down).to_have_attribute("aria-pressed", "true")


async def menu(chat: People, script: Script) -> None:
    await answered(chat, script)
    await chat.page.get_by_role("button", name="Chat menu").click()
    await expect(chat.page.get_by_role("button", name="Talk to a person")).to_be_visible()
    await expect(chat.page.get_by_role("button", name="End chat")).to_be_visible()


async def about_to_end(chat: People, script: Script) -> None:
    await answered(chat, script)
    await chat.menu("End chat")
    await expect(chat.bar).to_contain_text("End this chat? You can print or save it first.")


async def waiting(chat: People, script: Script) -> None:
    await answered(chat, script)
    await chat.menu("Talk to a person")
    await script.took(2)
    script.become("waiting", queue=2)
    await expect(chat.bar).to_contain_text("Waiting for a librarian. You are number 2.")
    await expect(chat.up).to_be_hidden()


async def staff(chat: People, script: Script) -> None:
    await waiting(chat, script)
    script.become("staff", staff="Ana")
    script.say({"type": "divider", "text": "Ana joined the chat."}, sender="system")
    script.say({"type": "text", "text": "Hello, this is Ana."}, sender="staff", name="Ana")
    await expect(chat.subtitle).to_have_text("Ana, librarian")
    await expect(chat.bar).to_be_hidden()
    await expect(chat.log).to_contain_text("Hello, this is Ana.")


async def staff_typing(chat: People, script: Script) -> None:
    await staff(chat, script)
    types(script)
    await expect(chat.panel).to_contain_text("Ana is typing…")


async def form(chat: People, script: Script) -> None:
    await answered(chat, script)
    script.say({"type": "text", "text": "Our librarians are away now."}, FORM)
    await expect(chat.question).to_have_value("May dogs come in?")


async def form_with_errors(chat: People, script: Script) -> None:
    await form(chat, script)
    await chat.form.get_by_role("button").click()
    await expect(chat.contact).to_be_focused()


async def form_sent(chat: People, script: Script) -> None:
    await form(chat, script)
    await chat.contact.fill("pat@example.org")
    await chat.form.get_by_role("button").click()
    await expect(chat.form).to_have_count(0)
    await expect(chat.log).to_contain_text("Leave a message: Sent")
    await expect(chat.log).to_contain_text("Your message number is M-4K7Q2.")


async def ended(chat: People, script: Script) -> None:
    await staff(chat, script)
    script.become("ended")
    script.say({"type": "divider", "text": "Ana ended the chat."}, sender="system")
    script.say(RATING, sender="system")
    await expect(chat.bar).to_contain_text("The chat has ended.")
    await expect(chat.page.get_by_role("radiogroup", name="Did this chat help you?")).to_be_visible()
    await expect(chat.box).to_be_hidden()


async def rating(chat: People, script: Script) -> None:
    await ended(chat, script)
    await chat.page.get_by_label("Partly").check()
    await expect(chat.page.get_by_label("What could be better?")).to_be_visible()


async def rating_missing(chat: People, script: Script) -> None:
    await ended(chat, script)
    await chat.log.get_by_role("button", name="Send").click()
    await expect(chat.log).to_contain_text("Choose an answer first.")


async def thanks(chat: People, script: Script) -> None:
    await rating(chat, script)
    await chat.log.get_by_role("button", name="Send").click()
    await expect(chat.log).to_contain_text("Thank you. You chose: Partly")


async def paused(chat: People, script: Script) -> None:
    await answered(chat, script)
    script.become("bot", paused="The chat is closed for an hour.")
    await expect(chat.bar).to_contain_text("The chat is closed for an hour.")
    await expect(chat.bar.get_by_role("link", name="Call 315-555-0140")).to_be_visible()
    await expect(chat.bar.get_by_role("link", name="E-mail ask@alderfalls.example")).to_be_visible()
    await expect(chat.box).to_be_disabled()


def types(script: Script, name: str = "Ana") -> None:
    """Let a librarian be seen typing."""
    script.push({"typing": {"from": "staff", "name": name, "until": "2026-11-21T15:00:06Z"}})


async def drop(route: Route) -> None:
    """Answer a request as a dead network does."""
    await route.abort()


async def until(chat: Chat, holds: Callable[[], bool]) -> None:
    """Wait until something of the test's own is true."""
    for _ in range(100):
        if holds():
            return
        await chat.page.evaluate("new Promise((done) => requestAnimationFrame(() => done()))")
    raise AssertionError("never became true")


async def scripted(
    visit: Visit, gateway: Any, *, tag: str = "", listen: bool = False, scripts: list[str] | None = None
) -> tuple[People, Script]:
    """Visit a bare page with the widget and a scripted API."""
    script = Script()

    async def prepare(page: Page) -> None:
        await page.clock.install()
        for source in [*([LISTEN] if listen else []), *(scripts or [])]:
            await page.add_init_script(source)
        await page.route("**/host", script.host(gateway.url, tag=tag))
        await script.install(page)

    return People((await visit("/host", prepare=prepare)).page), script
