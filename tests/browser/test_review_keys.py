"""The review queue by keys alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.storage.migrate import migrate
from bot.storage.models import gap, gap_question
from bot.web import keys
from tests.browser.chat import violations
from tests.browser.conftest import leave
from tests.browser.pictures import picture
from tests.conftest import new_settings
from tests.web.a_desk import PASSWORD, Desk, running_desk

Enter = Callable[..., Awaitable[Page]]

QUESTIONS = ("do you lend kayaks", "is riverside lit tonight", "how much is a big poster")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk with three answers to look at, the last question newest."""
    settings = new_settings(tmp_path / "var", from_review=tmp_path / "from_review")
    migrate(settings.database)
    async with running_desk(settings) as desk:
        for text in QUESTIONS:
            talk = await desk.talk(("patron", text), ("bot", "I am not sure that I know."))
            ranking = [{"intent": "find_event", "confidence": 0.4}, {"intent": "ask_hours", "confidence": 0.3}]
            understood = {"intent": "find_event", "confidence": 0.4, "ranking": ranking, "entities": []}
            times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0}
            await desk.insert("turn", conversation_id=talk, seq=2, state="done", understood=understood, **times)
        yield desk


@pytest.fixture
async def enter(browser: Browser, desk: Desk) -> AsyncIterator[Enter]:
    contexts, broken = [], []

    async def make(**options: Any) -> Page:
        context = await browser.new_context(base_url=desk.origin, viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
        await page.goto("/desk/review")
        await page.get_by_label("Name").fill("reviewer")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Review")).to_be_visible()
        return page

    yield make
    for context in contexts:
        await leave(context)
    assert broken == []


async def shows(page: Page, question: str) -> None:
    await expect(page.locator(".talk-log .patron")).to_have_text(re.compile(question))


async def labels(desk: Desk) -> list[str]:
    return sorted(row.label for row in await desk.rows("label"))


async def test_answers_are_walked_and_labelled_by_single_keys_and_a_label_is_taken_back(
    enter: Enter, desk: Desk
) -> None:
    page = await enter()
    await shows(page, QUESTIONS[2])
    await page.keyboard.press("j")
    await shows(page, QUESTIONS[1])
    await page.keyboard.press("k")
    await shows(page, QUESTIONS[2])
    await page.keyboard.press("1")
    await shows(page, QUESTIONS[1])
    assert await labels(desk) == ["right"]
    await page.keyboard.press("6")
    await shows(page, QUESTIONS[0])
    await page.keyboard.press("z")
    await shows(page, QUESTIONS[1])
    assert await labels(desk) == ["right"]
    await page.keyboard.press("3")
    await page.get_by_role("radio", name="Opening hours").press("Space")
    await page.get_by_role("button", name="Propose it").press("Enter")
    await shows(page, QUESTIONS[0])
    assert await labels(desk) == ["right", "wrong_topic"] and len(await desk.rows("lesson")) == 1
    await page.keyboard.press("z")
    await shows(page, QUESTIONS[1])
    assert await labels(desk) == ["right"] and await desk.rows("lesson") == []


async def test_single_keys_leave_text_boxes_and_those_who_switched_them_off_alone(enter: Enter, desk: Desk) -> None:
    page = await enter()
    await page.keyboard.press("4")
    await page.get_by_label("Note, if you like").press_sequentially("1 kayak, 2 oars, z")
    assert await labels(desk) == ["missing"]
    await page.get_by_role("button", name="Save the note").click()
    await shows(page, QUESTIONS[1])
    await page.goto("/desk/gaps")
    await expect(page.get_by_text("1 kayak, 2 oars, z").first).to_be_visible()
    await page.goto("/desk/account")
    await page.get_by_role("checkbox", name="Single keys").uncheck()
    await page.get_by_role("button", name="Save").click()
    await page.goto("/desk/review")
    await page.keyboard.press("1")
    await page.get_by_role("button", name="Not clear").focus()
    await shows(page, QUESTIONS[1])
    assert await labels(desk) == ["missing"] and await page.locator("kbd").count() == 0


async def test_gaps_are_shown_with_their_questions_most_asked_first(enter: Enter, desk: Desk) -> None:
    asked = {
        "do you lend telescopes": ("can i borrow a telescope", "¿prestan telescopios?"),
        "where can i charge my electric car": (),
        "is there a room to pray in": ("a quiet place for prayer?",),
    }
    at = desk.clock.now().timestamp()
    for first, others in asked.items():
        talks = [await desk.talk(("patron", text)) for text in (first, *others)]
        note = "The parks department lends them, from April on." if "telescopes" in first else None
        async with desk.app[keys.DATABASE].write() as db:  # a gap without questions would be dropped
            row = {"question": first, "lang": "en", "note": note, "state": "open", "at": at}
            (number,) = (await db.execute(gap.insert().values(row))).inserted_primary_key or (0,)
            for talk in talks:
                row = {"conversation_id": talk, "seq": 2, "gap_id": number, "at": at, "labelled": False}
                await db.execute(gap_question.insert().values(row))
    page = await enter()
    await page.goto("/desk/gaps")
    first = page.locator(".lines > li").first
    await first.locator("summary").first.click()
    await expect(first).to_contain_text("do you lend telescopes Asked 3 times")
    await expect(first.get_by_role("listitem")).to_have_count(3)
    assert await violations(page) == []
    await picture(page, "desk-gaps")


async def test_everything_works_without_scripts(enter: Enter, desk: Desk) -> None:
    page = await enter(java_script_enabled=False)
    await page.get_by_role("link", name="Not sure").press("Enter")
    await page.get_by_role("button", name="Wrong topic").press("Enter")
    await page.get_by_label("Or another one").fill("printing, copying and scanning")
    await page.get_by_role("button", name="Propose it").press("Enter")
    await shows(page, QUESTIONS[1])
    await page.get_by_role("button", name="Take it back").press("Enter")
    await shows(page, QUESTIONS[2])
    await page.get_by_role("button", name="Wrong topic").press("Enter")
    await page.get_by_role("radio", name="Opening hours").check()
    await page.get_by_role("button", name="Propose it").press("Enter")
    await page.get_by_role("navigation").get_by_role("link", name="Lessons").press("Enter")
    await page.get_by_role("checkbox", name=QUESTIONS[2]).check()
    await page.get_by_label("Why not").fill("nobody says so")
    await page.get_by_role("button", name="Reject the chosen").press("Enter")
    await expect(page.locator(".flash")).to_have_text("Rejected.")
    await page.get_by_role("link", name="Rejected").press("Enter")
    await expect(page.get_by_text("nobody says so")).to_be_visible()
    assert [row.state for row in await desk.rows("lesson")] == ["rejected"]
