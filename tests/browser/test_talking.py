"""A patron talks with the running gateway, Rasa and action server through the widget."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.chat import Chat, eventually
from tests.browser.conftest import Visit


async def test_patron_asks_on_the_librarys_page_and_reads_the_answer(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    answer = await chat.answer("is eastside open sunday?")
    assert "Eastside" in answer
    assert await chat.asked() == ["is eastside open sunday?"]
    message = chat.answers.nth(1)
    assert (await message.get_attribute("lang"), await message.get_attribute("dir")) == ("en", "ltr")


async def test_question_in_spanish_is_answered_in_spanish_and_marked_so(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.answer("¿A qué hora abre la biblioteca principal mañana?")
    assert await chat.answers.nth(1).get_attribute("lang") == "es"


async def test_reload_keeps_the_talk_and_the_draft(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    answer = await chat.answer("is eastside open sunday?")
    await chat.box.fill("and what about")
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.box).to_have_value("and what about")
    assert await chat.asked() == ["is eastside open sunday?"]
    assert await chat.answers.nth(1).inner_text() == answer


async def test_messages_typed_while_the_gateway_is_dead_arrive_once_and_in_order(visit: Visit, gateway: Any) -> None:
    typed = [f"question number {number}" for number in range(1, 4)]
    chat = await visit("/")
    await chat.open()
    await chat.answer("is eastside open sunday?")
    await gateway.kill()
    try:
        for text in typed:
            await chat.ask(text)
        await expect(chat.bar).to_contain_text("Reconnecting", timeout=15_000)
    finally:
        await gateway.start()
    # Every question has its answer, and the server knows each once.
    await expect(chat.answers).to_have_count(5, timeout=45_000)
    await expect(chat.bar).to_be_hidden()
    expected = ["is eastside open sunday?", *typed]
    assert await chat.asked() == expected
    assert await _stored_questions(chat) == expected
    assert await chat.page.locator("#list .st").count() == 0


async def test_message_sent_while_offline_goes_out_when_the_network_is_back(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.page.context.set_offline(True)
    await expect(chat.bar).to_contain_text("You are offline")
    await chat.ask("is eastside open sunday?")
    await expect(chat.log).to_contain_text("Sending…")
    await chat.page.context.set_offline(False)
    await expect(chat.answers).to_have_count(2, timeout=20_000)
    await expect(chat.bar).to_be_hidden()
    assert await chat.asked() == ["is eastside open sunday?"]


async def test_two_tabs_show_one_talk_and_send_each_message_once(visit: Visit) -> None:
    first = await visit("/")
    await first.open()
    other = await first.page.context.new_page()
    await other.goto(first.page.url)
    second = Chat(other)
    await second.launcher.click()
    await expect(second.answers.first).to_be_visible()
    await first.page.context.set_offline(True)
    for number, chat in enumerate((first, second, first, second), 1):
        await chat.ask(f"question {number}")
    await first.page.context.set_offline(False)
    for chat in (first, second):
        await expect(chat.answers).to_have_count(5, timeout=30_000)
        assert await chat.asked() == [f"question {number}" for number in range(1, 5)]
    assert await _stored_questions(first) == [f"question {number}" for number in range(1, 5)]


async def test_talk_goes_on_by_long_poll_where_websockets_are_forbidden(visit: Visit) -> None:
    async def forbid(page: Page) -> None:
        async def shut(socket: WebSocketRoute) -> None:
            await socket.close(code=1011)

        await page.route_web_socket(re.compile("/ws$"), shut)

    chat = await visit("/", prepare=forbid)
    await chat.open()
    for question in ("is eastside open sunday?", "and on monday?", "where can I park?"):
        await chat.answer(question)
    await expect(chat.bar).to_be_hidden()


async def test_choice_becomes_a_trace_and_focus_returns_to_the_text_box(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    choice = chat.answers.first.get_by_role("button").first
    label = await choice.inner_text()
    await choice.click()
    await expect(chat.answers).to_have_count(2)
    await expect(chat.answers.first).to_contain_text(f"You chose: {label}")
    await expect(chat.answers.first.get_by_role("button")).to_have_count(0)
    await expect(chat.box).to_be_focused()
    assert await chat.asked() == [label]


async def test_clearing_forgets_the_chat_here_and_on_the_server(visit: Visit, gateway: Any) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.answer("is eastside open sunday?")
    kept = await _chat(chat)
    await chat.menu("Clear this chat")
    await expect(chat.bar).to_contain_text("cannot be brought back")
    async with chat.page.expect_response(lambda response: response.request.method == "DELETE") as gone:
        await chat.bar.get_by_role("button", name="Clear").click()
    assert (await gone.value).status == 204
    await expect(chat.panel).to_contain_text("Nothing from this chat is left on this device.")
    await expect(chat.log.locator("li")).to_have_count(0)
    await eventually(chat.page, "!Object.keys(localStorage).some((key) => /:(chat|log|o:|d:)/.test(key))")
    answer = await chat.page.request.get(
        f"{gateway.url}/api/v1/chats/{kept['id']}/messages?after=0",
        headers={"Authorization": f"Bearer {kept['token']}"},
    )
    assert answer.status in (404, 410)
    # The next question begins a new chat.
    await chat.ask("is eastside open sunday?")
    await expect(chat.answers).to_have_count(2)
    assert (await _chat(chat))["id"] != kept["id"]


async def test_chat_forgotten_by_the_server_stays_readable_and_can_be_begun_anew(visit: Visit, gateway: Any) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.answer("is eastside open sunday?")
    kept = await _chat(chat)
    await chat.page.request.delete(
        f"{gateway.url}/api/v1/chats/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"}
    )
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.bar).to_contain_text("ended after a long pause")
    assert await chat.asked() == ["is eastside open sunday?"]
    await expect(chat.box).to_be_disabled()
    await chat.bar.get_by_role("button", name="Start a new chat").click()
    await expect(chat.answers).to_have_count(1)
    await expect(chat.patron).to_have_count(0)
    await expect(chat.box).to_be_focused()
    await chat.answer("where can I park?")


async def test_patron_switches_the_language_and_it_is_remembered(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.menu("Español")
    box = chat.page.get_by_role("textbox", name="Su mensaje")
    await expect(box).to_be_visible()
    assert await chat.page.locator("#root").get_attribute("lang") == "es"
    await chat.page.reload()
    await expect(chat.page.get_by_role("button", name="Pregunte a la biblioteca")).to_be_visible()


async def test_spanish_browser_on_a_page_without_a_language_gets_spanish(visit: Visit) -> None:
    chat = await visit("/chat?lang=es", locale="es-MX")
    await expect(chat.page.get_by_role("textbox", name="Su mensaje")).to_be_visible()
    await expect(chat.answers.first).to_have_attribute("lang", "es")


async def test_question_in_the_pages_search_box_is_asked_in_the_chat(visit: Visit) -> None:
    chat = await visit("/")
    await chat.page.get_by_label("What can we help you find?").fill("is eastside open sunday?")
    await chat.page.get_by_role("button", name="Ask", exact=True).click()
    await expect(chat.answers).to_have_count(2)
    assert await chat.asked() == ["is eastside open sunday?"]


async def test_question_in_the_address_of_the_full_page_is_asked_once(visit: Visit) -> None:
    chat = await visit("/chat?q=is+eastside+open+sunday%3F")
    await expect(chat.answers).to_have_count(2)
    await chat.page.reload()
    await expect(chat.answers).to_have_count(2)
    assert await chat.asked() == ["is eastside open sunday?"]


async def test_patron_who_finds_nobody_leaves_a_message_and_rates_the_chat(visit: Visit) -> None:
    chat = await visit("/")
    await chat.open()
    await chat.answer("is eastside open sunday?")
    await chat.menu("Talk to a person")
    form = chat.page.get_by_role("form")
    await expect(form).to_be_visible()
    await chat.page.get_by_label("E-mail or phone").fill("pat@")
    await form.get_by_role("button").click()
    await expect(chat.page.get_by_label("E-mail or phone")).to_have_attribute("aria-invalid", "true")
    await chat.page.get_by_label("E-mail or phone").fill("pat@example.org")
    await form.get_by_role("button").click()
    await expect(form).to_have_count(0)
    await expect(chat.log).to_contain_text(re.compile(r"M-[A-Z0-9]{5}"))
    await chat.menu("End chat")
    await chat.bar.get_by_role("button", name="End chat").click()
    await expect(chat.bar).to_contain_text("The chat has ended.")
    await chat.page.get_by_label("Yes").check()
    await chat.log.get_by_role("button", name="Send", exact=True).click()
    await expect(chat.log).to_contain_text("You chose: Yes")
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.log).to_contain_text("You chose: Yes")


async def test_host_page_opens_sends_listens_and_clears(visit: Visit) -> None:
    chat = await visit("/")
    await chat.page.evaluate(
        """() => {
          window.events = [];
          for (const type of ['lc-open', 'lc-close', 'lc-message']) {
            document.addEventListener(type, (event) => window.events.push([type, JSON.stringify(event.detail ?? {})]));
          }
          const chat = document.querySelector('library-chat');
          chat.open();
          chat.send('is eastside open sunday?');
        }"""
    )
    await expect(chat.answers).to_have_count(2)
    await chat.page.evaluate("document.querySelector('library-chat').close()")
    await expect(chat.panel).to_be_hidden()
    events = await chat.page.evaluate("window.events")
    assert [kind for kind, _ in events] == ["lc-open", "lc-message", "lc-message", "lc-close"]
    assert not any("Eastside" in detail for _, detail in events)
    await chat.page.evaluate("document.querySelector('library-chat').clear()")
    await eventually(chat.page, "!Object.keys(localStorage).some((key) => /:(chat|log|o:|d:)/.test(key))")


async def _chat(chat: Chat) -> dict[str, Any]:
    found: dict[str, Any] = await chat.page.evaluate(
        "JSON.parse(localStorage[Object.keys(localStorage).find((key) => key.endsWith(':chat'))])"
    )
    return found


async def _stored_questions(chat: Chat) -> list[str]:
    """Return what the server has stored of the patron, in its order."""
    kept = await _chat(chat)
    origin = re.match(r"https?://[^/]+", chat.page.url)
    assert origin
    answer = await chat.page.request.get(
        f"{origin[0]}/api/v1/chats/{kept['id']}/messages?after=0", headers={"Authorization": f"Bearer {kept['token']}"}
    )
    messages = (await answer.json())["messages"]
    return [message["blocks"][0]["text"] for message in messages if message["from"] == "patron"]
