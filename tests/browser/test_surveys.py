"""A survey in the widget: answered by keyboard alone, without losing what other forms know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import expect

from bot.suggestions.surveys import Surveys
from tests.browser.chat import violations
from tests.browser.conftest import Visit
from tests.browser.people import FORM, answered, files_alone, form_sent, scripted
from tests.unit.a_desk import WORDING

SURVEY = SimpleNamespace(
    kind="choice",
    question={"en": "Would you come after 8 PM?"},
    options=[{"en": "Every week"}, {"en": "Now and then"}, {"en": "No, earlier hours suit me better"}],
)


def survey(kind: str = "choice") -> dict[str, Any]:
    """Return the block as the gateway makes it."""
    ends = [{"en": "hard"}, {"en": "easy"}]
    row = SimpleNamespace(**vars(SURVEY) | {"kind": kind} | ({"options": ends} if kind == "scale" else {}))
    return Surveys(None, WORDING).form(row, "en")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
async def gateway() -> AsyncIterator[SimpleNamespace]:
    """The widget's files alone."""
    async with files_alone() as files:
        yield files


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
async def test_survey_is_answered_by_keyboard_alone(visit: Visit, gateway: Any, look: str) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    if look == "narrow":
        await chat.page.set_viewport_size({"width": 320, "height": 640})
    elif look == "dark":
        await chat.page.emulate_media(color_scheme="dark")
    await answered(chat, script)
    script.say({"type": "text", "text": "You are welcome."}, survey())
    group = chat.page.get_by_role("radiogroup", name="Would you come after 8 PM?")
    await expect(group.get_by_role("radio")).to_have_count(3)
    await expect(chat.box).to_be_focused()  # a question never takes the focus
    assert await violations(chat.page) == [] and await chat.sideways() <= 0
    press = chat.page.keyboard.press
    await press("Shift+Tab")  # the survey's button is the last thing before the text box
    await press("Enter")
    await expect(chat.log).to_contain_text("Choose an answer first.")
    await expect(group).to_have_attribute("aria-invalid", "true")
    await expect(group.get_by_role("radio").first).to_be_focused()
    assert await violations(chat.page) == [] and script.forms == []
    await press("ArrowDown")
    await expect(chat.page.get_by_label("Now and then")).to_be_checked()
    await expect(chat.log).not_to_contain_text("Choose an answer first.")
    await press("Tab")
    await press("Enter")
    await expect(group).to_have_count(0)
    await expect(chat.log).to_contain_text("One question from the library: Sent")
    await expect(chat.box).to_be_focused()
    assert script.forms[-1]["values"] == {"answer": "2"} and script.forms[-1]["seq"] == 4
    assert any("One question from the library" in text for text in await chat.heard())
    assert await violations(chat.page) == []


async def test_choice_outlives_a_redrawing_and_other_forms_keep_their_contact(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await form_sent(chat, script)
    script.say({"type": "text", "text": "You are welcome."}, survey("scale"))
    await chat.page.get_by_label("1: hard").check()
    await chat.menu("Español")
    await expect(chat.page.get_by_label("1: hard")).to_be_checked()
    await chat.page.get_by_role("button", name="Send answer").click()
    await expect(chat.log).to_contain_text("One question from the library: Sent")
    script.say(FORM)
    await expect(chat.contact).to_have_value("pat@example.org")
