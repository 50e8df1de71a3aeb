"""Patron and staff at once, each in a browser, on the real gateway: asked for, waited for, claimed, talked, rated."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.browser.chat import Chat, violations
from tests.browser.conftest import ZONE, Gateway, SignIn, Visit
from tests.browser.pictures import picture

QUESTION = "is the eastside branch open on sunday?"


async def asks_for_a_person(visit: Visit, question: str = QUESTION, **options: Any) -> Chat:
    """Open the chat, ask something, then ask for a person."""
    chat = await visit(timezone_id=ZONE, **options)
    await chat.open()
    await chat.answer(question)
    await chat.ask("can i talk to a person?")
    await expect(chat.bar).to_contain_text("Waiting for a librarian")
    return chat


async def test_patron_asks_for_a_person_who_joins_passes_on_and_gives_back(visit: Visit, sign_in: SignIn) -> None:
    ana = await sign_in("Ana")
    chat = await asks_for_a_person(visit)
    await expect(ana.row("waiting")).to_contain_text(QUESTION)
    await picture(chat.page, "chat-waiting")
    await picture(ana.page, "desk-waiting")
    await ana.claim()
    await expect(chat.log).to_contain_text("Ana joined the chat.")
    await expect(chat.page.locator("#win header")).to_contain_text("Ana, librarian")
    await expect(ana.bubbles.filter(has_text="Eastside").first).to_be_visible()  # what the assistant had said
    await ana.reply("Hello, this is Ana. What can I do for you?")
    await expect(chat.log.locator(".staff .b").last).to_contain_text("this is Ana")
    await chat.ask("do you have a study room on sunday?")
    await expect(ana.bubbles.last).to_contain_text("study room")
    await expect(ana.talk).to_contain_text("Assistant suggests")
    assert not [words for words in await chat.answers.all_inner_texts() if "study room" in words.lower()]
    await ana.note("Asked about rooms before")
    assert "Asked about rooms" not in await chat.log.inner_text()
    await picture(ana.page, "desk-talk")
    await picture(chat.page, "chat-person")

    lee = await sign_in("Lee")
    await ana.transfer("Lee", "Rooms are yours, please")
    await lee.accept()
    await expect(chat.log).to_contain_text("Ana is passing you to Lee.")
    await expect(chat.page.locator("#win header")).to_contain_text("Lee, librarian")
    await expect(lee.talk).to_contain_text("Rooms are yours, please")
    await lee.reply("Hello, Lee here. Yes, on request.")
    await expect(chat.log.locator(".staff .b").last).to_contain_text("Lee here")

    await lee.give_back()
    await expect(chat.log).to_contain_text("You are chatting with the automated assistant again.")
    await expect(chat.page.locator("#win header")).to_contain_text("Automated assistant")
    assert "9 Mill Lane" in await chat.answer("where is riverside?")
    await chat.log.get_by_role("radio", name="Partly").check()
    await chat.log.get_by_role("textbox", name="What could be better?").fill("it took a moment")
    await chat.log.get_by_role("button", name="Send", exact=True).click()
    await expect(chat.log).to_contain_text("Thank you.")
    await lee.page.goto(f"{lee.url}/desk/chats")
    await picture(lee.page, "desk-transcripts")
    await lee.page.get_by_role("link", name=QUESTION).first.click()
    await expect(lee.page.locator("main")).to_contain_text("it took a moment")
    await picture(lee.page, "desk-transcript")


async def test_both_write_at_once_and_see_that_the_other_does(visit: Visit, sign_in: SignIn) -> None:
    ana = await sign_in("Ana")
    chat = await asks_for_a_person(visit)
    await ana.claim()
    await expect(chat.log).to_contain_text("Ana joined the chat.")
    await ana.write("One mo")
    await expect(chat.page.locator("#tail")).to_contain_text("Ana is typing")
    await chat.box.press_sequentially("but i")
    await expect(ana.talk).to_contain_text("typing")
    assert await violations(chat.page) == []
    assert await violations(ana.page) == []
    await ana.end("Referred")
    await expect(chat.log).to_contain_text("The chat has ended.")
    await expect(chat.box).to_be_hidden()


async def test_reload_and_a_killed_gateway_lose_nothing(visit: Visit, sign_in: SignIn, gateway: Gateway) -> None:
    ana = await sign_in("Ana")
    chat = await asks_for_a_person(visit)
    await ana.claim()
    await ana.reply("one")
    await expect(chat.log.locator(".staff .b").last).to_contain_text("one")
    await gateway.kill()
    await chat.ask("two")
    await ana.box.fill("three")
    await ana.box.press("Enter")
    await asyncio.sleep(1)
    await gateway.start()
    await expect(ana.bubbles.filter(has_text="two")).to_have_count(1, timeout=20_000)
    await expect(chat.log.locator(".staff .b").filter(has_text="three")).to_have_count(1, timeout=20_000)
    await chat.page.reload()
    await chat.launcher.click()
    await ana.page.reload()
    await ana.connected()
    await ana.choose("mine")
    await expect(ana.bubbles.filter(has_text="three")).to_have_count(1)
    await expect(chat.log.locator(".staff .b").filter(has_text="three")).to_have_count(1)
    await chat.ask("four")
    await expect(ana.bubbles.filter(has_text="four")).to_have_count(1)
    said = [words for words in await ana.messages() if words in ("one", "two", "three", "four")]
    assert sorted(said) == ["four", "one", "three", "two"]
    heard = [words.strip() for words in await chat.log.locator(".patron .b, .staff .b").all_inner_texts()]
    assert [words for words in heard if words in ("one", "two", "three", "four")] == said
    await ana.end()


async def test_of_two_who_press_claim_at_once_one_is_told_who_has_the_chat(visit: Visit, sign_in: SignIn) -> None:
    ana, sam = await sign_in("Ana"), await sign_in("Sam")
    chat = await asks_for_a_person(visit)
    for desk in (ana, sam):
        await expect(desk.row("waiting")).to_be_visible()
    await asyncio.gather(ana.claim(), sam.claim(), return_exceptions=True)
    await expect(chat.log).to_contain_text("joined the chat.")
    joined = [words for words in (await chat.log.inner_text()).splitlines() if "joined the chat." in words]
    assert len(joined) == 1
    name, winner, loser = ("Ana", ana, sam) if "Ana" in joined[0] else ("Sam", sam, ana)
    await expect(winner.row("mine")).to_be_visible()
    await expect(loser.page.locator("#waiting")).to_contain_text(f"{name} took this chat")
    await winner.end()


async def test_patron_leaves_a_message_when_nobody_is_there_and_staff_find_it(visit: Visit, sign_in: SignIn) -> None:
    chat = await visit()
    await chat.open()
    await chat.answer(QUESTION)
    await chat.ask("can i talk to a person?")
    form = chat.log.locator("form").last
    await expect(form.get_by_label("Your question")).to_have_value(QUESTION)
    await form.get_by_label("E-mail or phone").fill("nonsense")
    await form.get_by_role("button", name="Send message").click()
    await expect(form).to_contain_text("Enter an e-mail address like name@example.org")
    await form.get_by_label("E-mail or phone").fill("pat@example.org")
    await form.get_by_role("button", name="Send message").click()
    await expect(chat.log).to_contain_text("Your message number is M-")
    ana = await sign_in("Ana")
    await ana.page.goto(f"{ana.url}/desk/inbox")
    await expect(ana.page.locator("main")).to_contain_text(QUESTION)
    await ana.page.get_by_role("link", name=QUESTION).click()
    await expect(ana.page.locator("main")).to_contain_text("pat@example.org")
    await picture(ana.page, "desk-message")
    assert await violations(ana.page) == []
