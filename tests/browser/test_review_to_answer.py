"""From a misunderstood question to the right answer: labelled, approved, checked, published, undone; nothing restarted.

One installation of its own, with files and models of its own, trains twice for all the tests here: for a good batch and
for a bad one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.clock import RunningClock
from bot.conversations.search_words import fold
from bot.knowledge.library import load_library
from bot.learning import lessons
from bot.learning.examples import Examples
from bot.learning.lessons import Author, Draft
from bot.settings import ROOT
from bot.staff import add_staff
from bot.storage.engine import Database
from tests.browser.chat import Chat, violations
from tests.browser.conftest import leave
from tests.browser.pictures import picture
from tests.conftest import NOON, Installation, installation, new_settings
from tests.talk import Talk
from tests.understanding.conftest import rows
from tests.understanding.voices import said

pytestmark = pytest.mark.timeout(1200)  # the trainings and 3,600 held-out questions are in here

PASSWORD = "correct horse battery"
QUESTION = "are the lights on at riverside this evening"
HOURS = "10 AM – 2 PM"  # Riverside's on a Saturday
WRONG = "next one is on Monday"  # an event, which nobody asked for
CHECK_MS = 900_000


@dataclass
class Desk:
    """The running installation, a patron at the widget, and an administrator at the desk."""

    running: Installation
    chat: Chat
    page: Page

    async def answers(self, question: str) -> str:
        return await self.chat.answer(question)

    async def state(self, words: str, within: float = CHECK_MS) -> None:
        """Wait until the batch that is open says so."""
        await expect(self.page.locator(".lead .pill").first).to_have_text(words, timeout=within)


@dataclass
class Published:
    """What patron and staff saw while the question was taught."""

    before: str
    after: str = ""
    figures: str = ""
    waited: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
async def desk(model: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(ROOT / "library", folder / "library")  # publishing writes into it
    (folder / "models").mkdir()
    os.link(model, folder / "models" / model.name)
    shutil.copy(model.parent / "answers.npz", folder / "models")
    places = {name: folder / name for name in ("library", "models", "from_review")}
    settings = new_settings(folder / "var", clock=NOON, **places)
    contexts: list[BrowserContext] = []
    async with installation(settings) as running:
        await add_staff(settings, "ana", "admin", PASSWORD, "Ana")

        async def opened(path: str) -> Page:
            context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
            context.set_default_timeout(15_000)
            contexts.append(context)
            page = await context.new_page()
            await page.goto(running.url + path)
            return page

        chat = Chat(await opened("/"))
        await chat.open()
        page = await opened("/desk/review")
        await page.get_by_label("Name").fill("ana")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Review")).to_be_visible()
        yield Desk(running, chat, page)
        for context in contexts:
            await leave(context)


@pytest.fixture(scope="module")
async def published(desk: Desk) -> Published:
    """The question is misunderstood, labelled by keys, approved, checked and published."""
    told = Published(await desk.answers(QUESTION))
    page, url = desk.page, desk.running.url
    await desk.chat.page.get_by_role("button", name="Not helpful").last.click()
    await page.goto(f"{url}/desk/review?why=disliked")
    await expect(page.locator(".talk-log")).to_contain_text(QUESTION)
    await picture(page, "desk-review")
    await page.keyboard.press("3")
    await expect(page.get_by_role("heading", name="What was it about?")).to_be_visible()
    await page.get_by_role("radio", name="Opening hours").check()
    await picture(page, "desk-lesson")
    await page.get_by_role("button", name="Propose it").click()
    await expect(page.locator(".last")).to_contain_text("Wrong topic")
    await page.goto(f"{url}/desk/lessons")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Approve the chosen").click()
    await page.get_by_role("link", name="Publish", exact=True).click()
    await expect(page.locator(".diff .added").last).to_contain_text(QUESTION)
    await page.get_by_role("button", name="Check it").click()
    await expect(page.get_by_role("status").filter(has_text="…")).to_be_visible()
    await desk.state("Ready to publish")
    told.figures = await page.locator("main").inner_text()
    assert await violations(page) == []
    over = asyncio.Event()
    talking = asyncio.create_task(keep_talking(url, told, over))
    await page.get_by_role("button", name="Publish it").click()
    await desk.state("Published")
    over.set()
    await talking
    told.after = await desk.answers(QUESTION)
    return told


async def keep_talking(url: str, told: Published, over: asyncio.Event) -> None:
    """Be a patron who asks one thing after the other while the model is changed."""
    async with aiohttp.ClientSession(url) as session:
        talk = await Talk.begin(session)
        while not over.is_set():
            began = time.monotonic()
            told.said.append(await talk.say("is eastside open on sunday?"))
            told.said.append(await talk.say("and on monday?"))
            told.waited.append(time.monotonic() - began)


@pytest.fixture(scope="module")
async def refused(desk: Desk, published: Published) -> str:
    """Forty questions about hours as patrons ask them, given to printing: what the page says after the check."""
    settings = desk.running.settings
    examples, measuring = Examples(settings), {fold(row["text"]) for row in rows("held_out.jsonl")}
    examples.refresh()
    asked = [row for row in rows("held_out.jsonl") if row["intent"] == "ask_hours"]
    said_so = [said(row["text"], row["lang"], voice) for voice in ("non_native", "keywords") for row in asked]
    fresh = [text for text in said_so if not examples.topics(text) and fold(text) not in measuring][:40]
    assert len(fresh) == 40
    database, now = Database(settings.database), RunningClock(load_library(settings.library).zone).now().timestamp()
    async with database.write() as db:
        for text in fresh:
            number = await lessons.propose(db, Draft("example", "en", "use_printing", text), Author(1, "Ana"), now)
            await lessons.decide(db, number, lessons.APPROVED, Author(1, "Ana"), now)
    await database.close()
    await desk.page.goto(f"{desk.running.url}/desk/publish")
    await desk.page.get_by_role("button", name="Check it").click()
    await desk.state("Refused")
    await picture(desk.page, "desk-refused")
    return await desk.page.locator("main").inner_text()


async def test_misunderstood_question_is_answered_right_after_it_was_taught(published: Published) -> None:
    assert WRONG in published.before and HOURS not in published.before
    assert HOURS in published.after and WRONG not in published.after


async def test_figures_of_the_held_out_questions_are_shown_before_publishing(published: Published) -> None:
    assert "No topic falls." in published.figures
    assert "All topics" in published.figures


async def test_talks_go_on_while_the_model_is_changed(published: Published) -> None:
    # The second question leans on the first: the memory of the talk is kept. An apology would take its place.
    assert len(published.said) >= 4
    assert all("Eastside" in words and "Sunday" in words for words in published.said[::2])
    assert all("Eastside" in words and "Monday" in words for words in published.said[1::2])
    assert max(published.waited) < 20


async def test_files_are_written_as_the_diff_said_and_nothing_of_the_project_is_touched(
    desk: Desk, published: Published
) -> None:
    written = desk.running.settings.from_review / "ask_hours.yml"
    assert f"      - {QUESTION}\n" in written.read_text(encoding="utf-8")
    assert not list((ROOT / "data" / "nlu" / "from_review").glob("*.yml"))


async def test_transcript_says_that_the_label_became_a_lesson_in_a_model(desk: Desk, published: Published) -> None:
    page = desk.page
    await page.goto(f"{desk.running.url}/desk/lessons?state=published")
    await page.get_by_role("link", name=QUESTION).click()
    await page.get_by_role("link", name="Read the chat").click()
    await expect(page.get_by_text("The lesson is published, in the model foyer-")).to_be_visible()


async def test_bad_batch_is_refused_with_the_figures_and_changes_nothing(desk: Desk, refused: str) -> None:
    assert "would be understood less well than now" in refused
    assert "Opening hours" in refused and "falls" in refused
    assert await desk.page.get_by_role("button", name="Publish it").count() == 0
    assert not (desk.running.settings.from_review / "use_printing.yml").exists()
    assert HOURS in await desk.answers(QUESTION)


async def test_assistant_that_dies_comes_back_with_the_published_model(desk: Desk, refused: str) -> None:
    child = desk.running.child("rasa")
    starts = child.starts
    assert child.process is not None
    child.process.kill()
    async with asyncio.timeout(120):
        while child.starts == starts or not child.ready.is_set():
            await asyncio.sleep(0.2)
    assert HOURS in await desk.answers(QUESTION)


async def test_undo_brings_the_former_model_back_within_a_minute(desk: Desk, refused: str) -> None:
    page = desk.page
    await page.goto(f"{desk.running.url}/desk/publish/1")
    began = time.monotonic()
    await page.get_by_text("Undo…").click()
    await page.get_by_role("button", name="Undo it").click()
    await desk.state("Undone", 60_000)
    assert time.monotonic() - began < 60
    assert WRONG in await desk.answers(QUESTION)
    assert not (desk.running.settings.from_review / "ask_hours.yml").exists()


async def test_better_answer_is_published_without_training_and_read_at_once(desk: Desk, refused: str) -> None:
    page, url = desk.page, desk.running.url
    database = Database(desk.running.settings.database)
    async with database.write() as db:  # the bad ones are out of the way
        for row in await lessons.approved(db):
            await lessons.decide(db, row.id, lessons.REJECTED, Author(1, "Ana"), 0.0, "about hours")
    await database.close()
    question = "do you have a lost and found"
    assert "desk for 30 days" in await desk.answers(question)
    await page.goto(f"{url}/desk/chats?q=lost+and+found")
    await page.locator("a.first").first.click()
    await page.get_by_role("button", name="Wrong answer").last.click()
    await page.get_by_role("link", name="Write a better answer").last.click()
    await expect(page.get_by_label("Which answer")).to_have_value("lost_and_found")
    box = page.get_by_label("The answer's file")
    await box.fill((await box.input_value()).replace("at its desk for 30 days", "at its desk for 45 days"))
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("region", name="What patrons read")).to_contain_text("45 days")
    assert await violations(page) == []
    await page.get_by_role("button", name="Propose it").click()
    await page.goto(f"{url}/desk/lessons")
    await page.get_by_role("link", name="Better answer: Lost and found").click()
    await page.get_by_role("button", name="Approve").click()
    await page.goto(f"{url}/desk/publish")
    await page.get_by_role("button", name="Check it").click()
    await desk.state("Ready to publish")
    await expect(page.get_by_text("The model stays as it is: only answers change.")).to_be_visible()
    await page.get_by_role("button", name="Publish it").click()
    await desk.state("Published")
    answer = await desk.answers(question)
    assert "desk for 45 days" in answer and "desk for 30 days" not in answer
