"""A patron suggests a book on a phone, staff decide and answer at the desk, and the patron reads it by the code."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.chat import violations
from tests.browser.conftest import ZONE, SignIn, Visit
from tests.browser.pictures import picture

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "timezone_id": ZONE}


async def test_patron_suggests_a_book_and_reads_later_what_became_of_it(visit: Visit, sign_in: SignIn) -> None:
    chat = await visit(**PHONE)
    await chat.open()
    asked = await chat.answer("you should buy the audiobook of The Winter Ferry by Ada Lind")
    assert "Shall we write to you about it?" in asked
    await chat.log.get_by_role("button", name="No, thank you").click()
    summary = chat.answers.last
    await expect(summary).to_contain_text("The Winter Ferry by Ada Lind, audiobook")
    await chat.log.get_by_role("button", name="Send it").click()
    await expect(chat.answers.last).to_contain_text("Your code is")
    code = re.search(r"K-\w{5}-\w", await chat.answers.last.inner_text())
    assert code is not None
    assert await violations(chat.page) == []
    await picture(chat.page, "chat-suggestion")

    ana = await sign_in("Ana")
    await ana.page.goto(f"{ana.url}/desk/suggestions")
    await ana.page.get_by_role("link", name=re.compile("The Winter Ferry")).first.click()
    await ana.page.get_by_label("Status").select_option("ordered")
    await ana.page.get_by_label("Public reply").fill("It comes in December, for all branches.")
    await ana.page.get_by_role("button", name="Save", exact=True).click()
    await expect(ana.page.locator("main")).to_contain_text("Ordered")

    later = await visit()
    await later.open()
    told = await later.answer(f"what happened with {code[0].lower()}?")
    assert "Good news: we ordered it on Saturday, November 21." in told
    assert "It comes in December, for all branches." in told
    await later.page.goto(f"{ana.url}/you-asked")
    await expect(later.page.locator("main")).to_contain_text("The Winter Ferry")
    await expect(later.page.locator("main")).to_contain_text("It comes in December, for all branches.")
    assert await violations(later.page) == []
