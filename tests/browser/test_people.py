"""When people come in: waiting for a librarian, talking with one, and the end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import eventually, violations
from tests.browser.conftest import Visit
from tests.browser.people import (
    RATING,
    Reach,
    about_to_end,
    answered,
    ended,
    files_alone,
    form,
    form_sent,
    form_with_errors,
    menu,
    paused,
    rated,
    rating,
    rating_missing,
    scripted,
    staff,
    staff_typing,
    thanks,
    types,
    until,
    waiting,
)

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
    "320 px": {"color_scheme": "light", "forced_colors": "none"},
}
PRINTED = "window.print = () => { window.top.printed = [...window.top.printed ?? [], document.body.innerText]; };"


@pytest.fixture(scope="session")
async def gateway() -> AsyncIterator[SimpleNamespace]:
    """The widget's files alone."""
    async with files_alone() as files:
        yield files


STATES: list[Reach] = [
    answered, rated, menu, about_to_end, waiting, staff, staff_typing, form, form_with_errors, form_sent, ended, rating,
    rating_missing, thanks, paused,
]  # fmt: skip


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
async def test_state_is_accessible_in_every_look(visit: Visit, gateway: Any, reach: Reach) -> None:
    chat, script = await scripted(visit, gateway)
    await reach(chat, script)
    for look, media in LOOKS.items():
        await chat.page.emulate_media(**media)
        if look == "320 px":
            await chat.page.set_viewport_size({"width": 320, "height": 256})
            assert await chat.sideways() <= 0
        assert await violations(chat.page) == [], look


async def test_right_to_left_page_shows_people_without_overflowing(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await form(chat, script)
    script.say(RATING, sender="system")
    script.become("waiting", queue=3)
    await expect(chat.bar).to_contain_text("number 3")
    await chat.page.evaluate("document.querySelector('library-chat').shadowRoot.getElementById('root').dir = 'rtl'")
    for width in (1280, 320):
        await chat.page.set_viewport_size({"width": width, "height": 640})
        assert await chat.sideways() <= 0


async def test_open_menu_covers_neither_the_header_nor_the_text_box(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    for width, height in ((1280, 800), (320, 256)):
        await chat.page.set_viewport_size({"width": width, "height": height})
        await (menu(chat, script) if width == 1280 else chat.page.get_by_role("button", name="Chat menu").click())
        await chat.box.click()
        await chat.page.get_by_role("button", name="Chat menu").click()
        await expect(chat.page.locator("#menu")).to_be_hidden()


# Waiting and being with somebody


@pytest.mark.parametrize(
    ("button", "payload"), [("Back to the assistant", "do.bot"), ("Leave a message", "do.message")]
)
async def test_waiting_patron_may_choose_another_way(visit: Visit, gateway: Any, button: str, payload: str) -> None:
    chat, script = await scripted(visit, gateway)
    await waiting(chat, script)
    assert [body.get("payload") for body in script.received] == [None, "do.person"]
    await chat.bar_button(button).click()
    await script.took(3)
    assert script.received[-1]["payload"] == payload
    await expect(chat.patron.last).to_have_text(button)
    await expect(chat.box).to_be_focused()


async def test_place_in_the_queue_is_told_when_it_changes_and_only_then(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await waiting(chat, script)
    await chat.page.clock.fast_forward(10_000)
    for queue in (2, 2, 1):
        script.become("waiting", queue=queue)
    await expect(chat.bar).to_contain_text("You are next.")
    await chat.page.clock.fast_forward(10_000)
    await eventually(chat.page, "window.heard.some(([role, text]) => text.includes('You are next.'))")
    told = [text for text in await chat.heard("status") if "Waiting" in text]
    assert told == ["Waiting for a librarian. You are number 2.", "Waiting for a librarian. You are next."]
    script.become("waiting", queue=None)
    await expect(chat.bar.locator("p")).to_have_text("Waiting for a librarian.")


async def test_change_of_place_keeps_the_focus_on_the_button(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await waiting(chat, script)
    await chat.bar_button("Leave a message").focus()
    script.become("waiting", queue=1)
    await expect(chat.bar).to_contain_text("You are next.")
    await expect(chat.bar_button("Leave a message")).to_be_focused()


@pytest.mark.parametrize("reach", [waiting, staff], ids=["waiting", "staff"])
async def test_nobody_awaits_the_assistant_once_people_are_asked(visit: Visit, gateway: Any, reach: Reach) -> None:
    chat, script = await scripted(visit, gateway)
    await reach(chat, script)
    await chat.ask("are you there?")
    await script.took(3)
    await chat.page.clock.fast_forward(30_000)
    await expect(chat.patron).to_have_count(3)
    await expect(chat.page.locator("#tail")).to_be_hidden()
    assert "Sorry" not in await chat.panel.inner_text()


async def test_patron_who_reloads_finds_the_librarian_again(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await staff(chat, script)
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.subtitle).to_have_text("Ana, librarian")
    await expect(chat.log).to_contain_text("Hello, this is Ana.")


async def test_librarian_is_named_where_she_speaks_and_when_she_is_read_out(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await staff(chat, script)
    await expect(chat.page.locator("#list .staff .sm").first).to_contain_text("Ana, librarian")
    await eventually(chat.page, "window.heard.some(([role, text]) => text.includes('Hello, this is Ana.'))")
    assert (await chat.heard())[-1].endswith("Notice: Ana joined the chat. Ana, librarian: Hello, this is Ana.")


async def test_page_is_told_when_people_take_over_and_leave(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await chat.page.evaluate(
        "window.modes = []; document.addEventListener('lc-handoff', ({detail}) => modes.push(detail.mode))"
    )
    await staff(chat, script)
    script.become("bot")
    await expect(chat.subtitle).to_have_text("Automated assistant")
    assert await chat.page.evaluate("modes") == ["waiting", "staff", "bot"]


async def test_typing_librarian_is_told_once_a_burst_and_stops_by_herself(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await staff(chat, script)
    await chat.page.clock.fast_forward(20_000)
    for _ in range(3):
        types(script)
    await expect(chat.panel).to_contain_text("Ana is typing…")
    await chat.page.clock.fast_forward(20_000)
    await expect(chat.panel).not_to_contain_text("Ana is typing…")
    assert (await chat.heard("status")).count("Ana is typing…") == 1


async def test_message_of_the_librarian_ends_her_typing(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await staff_typing(chat, script)
    script.say({"type": "text", "text": "Which branch?"}, sender="staff", name="Ana")
    await expect(chat.log).to_contain_text("Which branch?")
    await expect(chat.panel).not_to_contain_text("Ana is typing…")


async def test_typing_patron_is_shown_to_people_and_never_to_the_assistant(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await answered(chat, script)
    await chat.box.press_sequentially("words for the assistant")
    script.become("waiting", queue=1)
    await expect(chat.bar).to_contain_text("You are next.")
    assert {"typing": True} not in script.frames
    await chat.box.press_sequentially("words for people")
    await until(chat, lambda: {"typing": True} in script.frames)
    await chat.page.clock.fast_forward(3_100)
    await chat.box.press_sequentially("!")
    await until(chat, lambda: script.frames.count({"typing": True}) == 2)


# The end


async def test_patron_ends_the_chat_after_being_asked(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await about_to_end(chat, script)
    await chat.bar_button("Keep chatting").click()
    await expect(chat.bar).to_be_hidden()
    assert len(script.received) == 1
    await chat.menu("End chat")
    await chat.bar_button("End chat").click()
    await script.took(2)
    assert script.received[-1]["payload"] == "do.end"


async def test_ended_chat_can_be_followed_by_a_new_one(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await ended(chat, script)
    script.state = {"mode": "bot"}  # of the chat that begins now
    await chat.bar_button("Start a new chat").click()
    await expect(chat.bar).to_be_hidden()
    await expect(chat.box).to_be_focused()


async def test_choices_of_an_ended_chat_are_only_words(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await chat.open()
    script.say({"type": "choices", "prompt": "Which one?", "choices": [{"label": "Main", "payload": "2.0"}]})
    await expect(chat.log.get_by_role("button", name="Main")).to_be_visible()
    script.become("ended")
    await expect(chat.log.get_by_role("button", name="Main")).to_have_count(0)
    await expect(chat.log).to_contain_text("Main")


async def test_question_from_the_page_after_the_end_begins_a_new_chat(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await ended(chat, script)
    script.state = {"mode": "bot"}
    del script.messages[1:]
    await chat.page.evaluate("document.querySelector('library-chat').send('where can I park?')")
    await script.took(3)
    await expect(chat.patron).to_have_text(["where can I park?"])
    await expect(chat.box).to_be_enabled()


async def test_ended_chat_can_be_cleared_from_the_device(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await ended(chat, script)
    await chat.bar_button("Clear from this device").click()
    await expect(chat.bar).to_contain_text("It cannot be brought back.")
    await chat.bar_button("Clear").click()
    await expect(chat.panel).to_contain_text("Nothing from this chat is left on this device.")
    await expect(chat.box).to_be_enabled()
    assert not [key for key in await chat.stored() if re.search(r":(chat|log|state|o:)", key)]


async def test_patron_who_was_writing_at_the_end_is_not_left_without_focus(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await staff(chat, script)
    await chat.box.focus()
    script.become("ended")
    await expect(chat.page.get_by_role("region", name="Conversation")).to_be_focused()


async def test_whole_conversation_is_printed_without_buttons_and_without_the_page(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, scripts=[PRINTED])
    await ended(chat, script)
    await chat.bar_button("Print or save").click()
    await eventually(chat.page, "window.printed?.length === 1")
    await chat.bar_button("Print or save").click()
    await eventually(chat.page, "window.printed?.length === 2")
    paper = await chat.page.evaluate("window.printed[1]")
    told = [
        "Alder Falls",
        "is eastside open sunday?",
        "Eastside is open",
        "Talk to a person",
        "Ana, librarian",
        "Hello",
    ]
    assert [text for text in told if text not in paper] == []
    assert "A library's page" not in paper and "Print or save" not in paper and "Type your question" not in paper


async def test_paused_service_takes_no_messages_until_it_is_back(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await paused(chat, script)
    await chat.page.clock.fast_forward(10_000)
    await eventually(chat.page, "window.heard.some(([role, text]) => text === 'The chat is closed for an hour.')")
    script.become("bot")
    await expect(chat.box).to_be_enabled()
    await expect(chat.bar).to_be_hidden()
