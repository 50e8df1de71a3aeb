"""Messages that are left, what patrons think, and the module that both come with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import (
    ANSWER,
    FORM,
    RATING,
    People,
    answered,
    drop,
    files_alone,
    form,
    form_sent,
    form_with_errors,
    rating,
    rating_missing,
    scripted,
    types,
)
from tests.browser.scripted import Script


@pytest.fixture(scope="session")
async def gateway() -> AsyncIterator[SimpleNamespace]:
    """The widget's files alone."""
    async with files_alone() as files:
        yield files


# Messages that are left


async def test_form_tells_beside_the_field_what_is_missing(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await form_with_errors(chat, script)
    await expect(chat.contact).to_have_attribute("aria-invalid", "true")
    await expect(chat.contact).to_have_accessible_description("Only to answer you. Please fill in: E-mail or phone.")
    assert await chat.question.get_attribute("aria-invalid") is None
    assert script.forms == []


async def test_form_refused_by_the_library_keeps_the_words_and_tells_the_cure(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await form(chat, script)
    script.bad_field = {"field": "contact", "message": "Enter an e-mail address like name@example.org."}
    await chat.question.fill("May my dog come in?")
    await chat.contact.fill("pat@")
    await chat.form.get_by_role("button").click()
    await expect(chat.contact).to_have_accessible_description(
        "Only to answer you. Enter an e-mail address like name@example.org."
    )
    await expect(chat.contact).to_be_focused()
    await expect(chat.question).to_have_value("May my dog come in?")
    script.bad_field = None
    await chat.contact.fill("pat@example.org")
    await chat.form.get_by_role("button").click()
    await expect(chat.log).to_contain_text("Leave a message: Sent")
    sent = script.forms[-1]
    assert sent["values"] == {"question": "May my dog come in?", "contact": "pat@example.org", "name": ""}
    assert sent["seq"] == 4
    assert len({body["client_id"] for body in script.forms}) == 1  # sent again, it is still one message


async def test_form_that_cannot_be_sent_says_so_and_can_be_sent_again(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await form(chat, script)
    await chat.contact.fill("315-555-0100")
    await chat.page.route("**/forms", drop, times=1)
    await chat.form.get_by_role("button").click()
    await expect(chat.form).to_contain_text("Not sent. What you typed is still here; please try again.")
    assert any(text.startswith("Not sent.") for text in await chat.heard())
    await expect(chat.contact).to_have_value("315-555-0100")
    await chat.form.get_by_role("button").click()
    await expect(chat.form).to_have_count(0)
    await expect(chat.box).to_be_focused()


@pytest.mark.parametrize("change", ["message", "language", "reload"])
async def test_words_in_a_form_outlive(visit: Visit, gateway: Any, change: str) -> None:
    chat, script = await scripted(visit, gateway)
    await form_sent(chat, script)
    script.say(FORM)
    await expect(chat.contact).to_have_value("pat@example.org")  # typed once, reused in the next form
    if change == "message":
        await chat.question.fill("Another question")
        await chat.ask("and one more thing")
        await script.took(2)
    elif change == "language":
        await chat.question.fill("Another question")
        await chat.menu("Español")
        await expect(chat.page.get_by_role("textbox", name="Su mensaje")).to_be_visible()
    else:
        await chat.page.reload()
        await chat.launcher.click()
        await expect(chat.form).to_have_count(1)  # the first one stays sent
    await expect(chat.contact).to_have_value("pat@example.org")
    await expect(chat.question).to_have_value("May dogs come in?" if change == "reload" else "Another question")


@pytest.mark.parametrize(("storage", "kept"), [("local", True), ("session", True), ("none", False)])
async def test_contact_is_kept_in_the_tab_at_most_and_cleared_with_the_chat(
    visit: Visit, gateway: Any, storage: str, kept: bool
) -> None:
    chat, script = await scripted(visit, gateway, tag=f'data-storage="{storage}"')
    await form_sent(chat, script)
    everywhere = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert (":me" in await chat.page.evaluate(everywhere)) is kept
    assert "pat@example.org" not in await chat.page.evaluate("JSON.stringify({...localStorage})")
    await chat.page.evaluate("document.querySelector('library-chat').clear()")
    assert "pat@example.org" not in await chat.page.evaluate(everywhere)


# What patrons think


async def test_chat_is_rated_and_the_rating_can_be_changed(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await rating(chat, script)
    await chat.page.get_by_label("What could be better?").fill("Longer hours")
    await chat.log.get_by_role("button", name="Send").click()
    await expect(chat.log.get_by_text("Thank you. You chose: Partly")).to_be_focused()
    assert script.ratings == [{"value": "partly", "comment": "Longer hours"}]
    await chat.log.get_by_role("button", name="Change").click()
    await expect(chat.page.get_by_label("Partly")).to_be_focused()
    await expect(chat.page.get_by_label("What could be better?")).to_have_value("Longer hours")
    await chat.page.get_by_label("Yes").check()
    await chat.log.get_by_role("button", name="Send").click()
    await expect(chat.log).to_contain_text("Thank you. You chose: Yes")
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.log).to_contain_text("Thank you. You chose: Yes")


async def test_rating_needs_a_choice_and_outlives_a_failure(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await rating_missing(chat, script)
    await expect(chat.page.get_by_label("Yes")).to_be_focused()
    group = chat.page.get_by_role("radiogroup")
    await expect(group).to_have_accessible_description("Choose an answer first.")
    await chat.page.keyboard.press("ArrowRight")
    await expect(chat.page.get_by_label("Partly")).to_be_checked()
    await chat.page.route("**/rating", drop, times=1)
    await chat.log.get_by_role("button", name="Send").click()
    await expect(group).to_have_accessible_description("Not sent. What you typed is still here; please try again.")
    await chat.log.get_by_role("button", name="Send").click()
    await expect(chat.log).to_contain_text("Thank you. You chose: Partly")


async def test_newest_answer_can_be_rated_and_that_is_remembered(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await chat.open()
    script.say({"type": "text", "text": "By the way."})
    await expect(chat.answers).to_have_count(2)
    await expect(chat.up).to_have_count(0)  # neither the welcome nor news are answers
    await chat.ask("is eastside open sunday?")
    await script.took(1)
    script.say(ANSWER)
    await chat.down.click()
    await expect(chat.down).to_have_attribute("aria-pressed", "true")
    await expect(chat.up).to_have_attribute("aria-pressed", "false")
    await expect(chat.down).to_be_focused()
    script.say({"type": "text", "text": "Would you like to talk to a librarian?"})
    await expect(chat.answers).to_have_count(4)
    await expect(chat.down).to_have_attribute("aria-pressed", "true")
    assert script.ratings == [{"seq": 4, "value": "down"}]
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.down).to_have_attribute("aria-pressed", "true")
    await chat.up.click()
    await expect(chat.down).to_have_attribute("aria-pressed", "false")
    await chat.ask("and on monday?")
    await script.took(2)
    script.say({"type": "text", "text": "Closed."})
    await expect(chat.answers).to_have_count(5)
    await expect(chat.up).to_have_count(1)
    await expect(chat.up).to_have_attribute("aria-pressed", "false")


async def test_rating_of_an_answer_that_is_not_taken_is_taken_back(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await answered(chat, script)
    await chat.page.route("**/rating", drop, times=1)
    await chat.up.click()
    await expect(chat.log).to_contain_text("Not sent.")
    await expect(chat.up).to_have_attribute("aria-pressed", "false")
    await chat.up.click()
    await expect(chat.up).to_have_attribute("aria-pressed", "true")
    await expect(chat.log).not_to_contain_text("Not sent.")


async def test_targets_for_fingers_are_large_enough(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await form(chat, script)
    script.say(RATING, sender="system")
    small = """() => [...document.querySelector('library-chat').shadowRoot.querySelectorAll('#win :is(button,.in,.o)')]
      .filter((el) => el.offsetParent && el.getBoundingClientRect().height < 43.9)
      .map((el) => el.textContent || el.id)"""
    await expect(chat.up).to_be_visible()
    assert await chat.page.evaluate(small) == []
    script.become("waiting", queue=1)
    await expect(chat.bar).to_be_visible()
    assert await chat.page.evaluate(small) == []


# The second module


async def test_chat_goes_on_without_the_second_module_and_fetches_it_when_it_can(visit: Visit, gateway: Any) -> None:
    script = Script()

    async def prepare(page: Page) -> None:
        await page.route("**/people.js*", drop, times=1)
        await page.route("**/host", script.host(gateway.url))
        await script.install(page)

    page = (await visit("/host", prepare=prepare)).page
    chat = People(page)
    await chat.launcher.click()
    await expect(chat.answers.first).to_be_visible()
    await chat.ask("is eastside open sunday?")
    await script.took(1)
    script.say(ANSWER)
    await expect(chat.answers.last).to_contain_text("Eastside is open")
    await expect(chat.up).to_be_visible()


async def test_hostile_words_in_forms_and_ratings_are_only_words(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await chat.open()
    nasty = '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    field = {"name": nasty, "label": nasty, "kind": nasty, "value": nasty, "hint": nasty, "required": True}
    option = {"value": nasty, "label": nasty}
    script.say({"type": "form", "title": nasty, "fields": [field], "submit": nasty, "sent": nasty})
    script.say(
        {"type": "rating", "prompt": nasty, "options": [option], "comment": nasty, "submit": nasty, "thanks": nasty}
    )
    script.say({"type": "form", "title": "broken", "fields": "no list"}, {"type": "rating"}, ANSWER)
    script.become("staff", staff=nasty)
    await expect(chat.answers.last).to_contain_text("Eastside is open")
    types(script, nasty)
    await expect(chat.page.locator("#tail")).to_contain_text(nasty)
    script.become("waiting", paused=nasty, queue=nasty)
    await expect(chat.bar).to_contain_text(nasty)
    assert await chat.panel.locator("img, script").count() == 0
    assert await chat.page.evaluate("window.hit") is None
