"""Every state of the widget: what it says, and that axe finds nothing in light, dark, forced colours and at 320 px."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.chat import Chat, eventually, violations
from tests.browser.conftest import Visit
from tests.browser.scripted import Script

Reach = Callable[[Chat, Script], Awaitable[None]]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
    "320 px": {"color_scheme": "light", "forced_colors": "none"},
}

EVERYTHING = [
    {
        "type": "text",
        "text": "**Eastside** is open:\n\n- Sunday\n- Monday\n\n1. Ask\n2. [Read](https://example.org/a)\n\nSee https://example.org.",
    },
    {
        "type": "table",
        "caption": "This week",
        "head": ["Day", "Hours"],
        "rows": [["Sunday", "1 – 5 PM"], ["Monday", "Closed"]],
    },
    {"type": "notice", "kind": "warn", "text": "The library closes early today."},
    {"type": "notice", "kind": "info", "text": "From the calendar, checked today."},
    {
        "type": "cards",
        "cards": [
            {
                "title": f"Storytime {number}",
                "lines": ["Saturday, 10 AM", "Main Library"],
                "badge": "Full",
                "badge_kind": "warn" if number % 2 else "info",
                "links": [{"label": "Details", "url": f"https://example.org/{number}"}],
            }
            for number in range(7)
        ],
    },
    {"type": "divider", "text": "Today"},
    {"type": "hologram", "secret": "not drawn"},
    {
        "type": "choices",
        "prompt": "Did you mean:",
        "choices": [{"label": "Hours", "payload": "2.0"}, {"label": "Events", "payload": "2.1"}],
    },
]


async def closed(chat: Chat, script: Script) -> None:
    await expect(chat.launcher).to_have_accessible_name("Ask the library")
    await expect(chat.panel).to_be_hidden()


async def unread(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.page.keyboard.press("Escape")
    script.say({"type": "text", "text": "One"})
    script.say({"type": "text", "text": "Two"})
    await expect(chat.launcher).to_have_accessible_name("Ask the library, 2 new messages")


async def opening(chat: Chat, script: Script) -> None:
    script.slow.clear()
    await chat.launcher.click()
    await expect(chat.panel).to_contain_text("Opening the chat")
    await expect(chat.box).to_be_focused()


async def idle(chat: Chat, script: Script) -> None:
    await chat.open()
    await expect(chat.panel).to_contain_text("Automated assistant")
    await expect(chat.panel).to_contain_text("Chats are kept for 30 days.")


async def every_block(chat: Chat, script: Script) -> None:
    await chat.open()
    script.say(*EVERYTHING)
    await expect(chat.log.get_by_role("table", name="This week")).to_be_visible()
    await expect(chat.log.get_by_role("listitem").filter(has_text="Storytime 4").last).to_be_visible()
    await expect(chat.log.get_by_text("Storytime 5")).to_be_hidden()
    await chat.log.get_by_text("Show 2 more").click()
    await expect(chat.log.get_by_text("Storytime 6")).to_be_visible()
    assert "not drawn" not in await chat.log.inner_text()


async def used_choices(chat: Chat, script: Script) -> None:
    await chat.open()
    script.say(EVERYTHING[-1])
    await chat.ask("something else")
    await expect(chat.patron).to_have_count(1)
    await expect(chat.answers.last.get_by_role("button")).to_have_count(0)
    await expect(chat.answers.last).to_contain_text("Hours")


async def thinking(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.ask("is eastside open sunday?")
    await expect(chat.panel).to_contain_text("Assistant is typing…")


async def slow(chat: Chat, script: Script) -> None:
    await thinking(chat, script)
    await chat.page.clock.fast_forward(8_000)
    await expect(chat.panel).to_contain_text("Still looking.")


async def failed(chat: Chat, script: Script) -> None:
    await slow(chat, script)
    await chat.page.clock.fast_forward(13_000)
    await expect(chat.bar).to_contain_text("Sorry, I could not get an answer just now.")
    await expect(chat.bar.get_by_role("link", name="Call 315-555-0140")).to_be_visible()


async def not_sent(chat: Chat, script: Script) -> None:
    await chat.open()
    script.refuse = 413
    await chat.ask("this one is refused")
    await expect(chat.log).to_contain_text("Not sent.")


async def offline(chat: Chat, script: Script) -> None:
    await chat.open()
    script.down = True  # what playwright answers for the gateway is not cut off by being offline
    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline.")
    await chat.ask("is eastside open sunday?")
    await expect(chat.log).to_contain_text("Sending…")


async def reconnecting(chat: Chat, script: Script) -> None:
    await chat.open()
    script.down = True
    await script.sockets[0].close(code=1012)
    await expect(chat.bar).to_contain_text("Reconnecting…")
    await expect(chat.bar.get_by_role("link", name="Call 315-555-0140")).to_be_visible()


async def back(chat: Chat, script: Script) -> None:
    await reconnecting(chat, script)
    script.down = False
    await expect(chat.bar).to_be_hidden()


async def rate_limited(chat: Chat, script: Script) -> None:
    await chat.open()
    script.refuse = 429
    await chat.ask("one more")
    await expect(chat.bar).to_contain_text("Please wait")


async def expired(chat: Chat, script: Script) -> None:
    await chat.open()
    script.gone = True
    await script.sockets[0].close(code=4410)
    await expect(chat.bar).to_contain_text("This chat ended after a long pause.")
    await expect(chat.box).to_be_disabled()


async def menu(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.page.get_by_role("button", name="Chat menu").click()
    await expect(chat.page.get_by_role("link", name="E-mail ask@alderfalls.example")).to_be_visible()
    await expect(chat.page.get_by_role("link", name="Other ways to reach us")).to_be_visible()


async def about_to_clear(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.menu("Clear this chat")
    await expect(chat.bar.get_by_role("button", name="Clear")).to_be_focused()


async def too_long(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.box.fill("x" * 950)
    await expect(chat.panel).to_contain_text("50 characters left")
    await chat.box.fill("x" * 1003)
    await chat.box.press("Enter")
    await expect(chat.box).to_have_accessible_description("That message is too long by 3 characters.")
    assert script.received == []


async def empty(chat: Chat, script: Script) -> None:
    await chat.open()
    await chat.page.get_by_role("button", name="Send").click()
    await expect(chat.box).to_have_accessible_description("Type your question first.")


STATES: list[Reach] = [
    closed, unread, opening, idle, every_block, used_choices, thinking, slow, failed, not_sent, offline, reconnecting,
    back, rate_limited, expired, menu, about_to_clear, too_long, empty,
]  # fmt: skip


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_state_says_what_it_should_and_is_accessible_in_every_look(
    visit: Visit, gateway: Any, reach: Reach
) -> None:
    script = Script()

    async def prepare(page: Page) -> None:
        await page.clock.install()
        await page.route("**/host", script.host(gateway.url))
        await script.install(page)

    chat = await visit("/host", prepare=prepare)
    await reach(chat, script)
    for look, media in LOOKS.items():
        await chat.page.emulate_media(**media)
        if look == "320 px":
            await chat.page.set_viewport_size({"width": 320, "height": 256})
            assert await chat.sideways() <= 0
        assert await violations(chat.page) == [], look
    script.slow.set()


async def test_rate_limited_message_counts_down_and_goes_out(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.refuse = 429
    await chat.ask("one more")
    await expect(chat.bar).to_contain_text("wait 5 seconds")
    await expect(chat.bar).to_contain_text("wait 3 seconds")
    script.refuse = None
    await chat.page.clock.fast_forward(4_000)
    await script.took(1)
    await expect(chat.bar).to_be_hidden()
    assert [body["text"] for body in script.received] == ["one more"]
    assert await chat.asked() == ["one more"]


async def test_refused_message_can_be_sent_again_or_removed(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.refuse = 413
    await chat.ask("first")
    await chat.ask("second")
    await expect(chat.log.get_by_text("Not sent.")).to_have_count(2)
    await chat.log.get_by_role("button", name="Remove").first.click()
    await expect(chat.box).to_be_focused()
    script.refuse = None
    await chat.log.get_by_role("button", name="Try again").click()
    await script.took(1)
    await expect(chat.log.get_by_text("Not sent.")).to_have_count(0)
    assert [body["text"] for body in script.received] == ["second"]
    assert await chat.asked() == ["second"]


async def test_late_answer_ends_the_failed_state(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await failed(chat, script)
    await chat.bar.get_by_role("button", name="Try again").click()
    await expect(chat.box).to_be_focused()
    script.say({"type": "text", "text": "Here it is after all."})
    await expect(chat.bar).to_be_hidden()
    await expect(chat.answers.last).to_contain_text("Here it is after all.")


async def test_answer_lost_by_the_socket_is_fetched(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.sockets.clear()  # the socket stays open and says nothing
    await chat.ask("is eastside open sunday?")
    await script.took(1)
    script.say({"type": "text", "text": "It is."})
    await expect(chat.answers).to_have_count(2)


async def test_new_messages_follow_only_a_reader_at_the_end(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    for number in range(12):
        script.say({"type": "text", "text": f"Answer {number}"})
    await expect(chat.answers).to_have_count(13)
    await expect(chat.answers.last).to_be_in_viewport()
    await chat.page.locator("#log").evaluate("log => log.scrollTop = 0")
    script.say({"type": "text", "text": "The newest"})
    button = chat.page.get_by_role("button", name="New messages")
    await expect(button).to_be_visible()
    await expect(chat.answers.last).not_to_be_in_viewport()
    await button.click()
    await expect(chat.answers.last).to_be_in_viewport()
    await expect(button).to_be_hidden()


async def test_failed_forgetting_is_made_up_for_later(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.down = True
    await chat.page.evaluate("document.querySelector('library-chat').clear()")
    await expect(chat.panel).to_contain_text("Nothing from this chat is left")
    assert script.forgotten == []
    script.down = False
    await chat.page.reload()
    await eventually(chat.page, "!Object.keys(localStorage).some((key) => /:d:/.test(key))")
    assert [url.rsplit("/", 1)[1] for url in script.forgotten] == ["c1"]


@pytest.mark.parametrize(("storage", "survives_reload"), [("local", True), ("session", True), ("none", False)])
async def test_storage_keeps_the_chat_as_long_as_the_page_says(
    visit: Visit, gateway: Any, storage: str, survives_reload: bool
) -> None:
    chat, _ = await _scripted(visit, gateway, tag=f'data-storage="{storage}"')
    await chat.open()
    await chat.box.fill("a draft")
    kept = await chat.page.evaluate("[Object.keys(localStorage).length > 0, Object.keys(sessionStorage).length > 0]")
    assert kept == [storage == "local", storage == "session"]
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.box).to_have_value("a draft" if survives_reload else "")


async def _scripted(visit: Visit, gateway: Any, tag: str = "") -> tuple[Chat, Script]:
    script = Script()

    async def prepare(page: Page) -> None:
        await page.clock.install()
        await page.route("**/host", script.host(gateway.url, tag=tag))
        await script.install(page)

    return await visit("/host", prepare=prepare), script
