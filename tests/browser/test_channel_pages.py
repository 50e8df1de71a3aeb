"""The inbox and the transcripts of messaging channels in a browser: readable, and nothing for axe to find."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import expect

from bot.channel_settings import ChannelSettings
from bot.storage.migrate import migrate
from bot.storage.models import conversation, message
from bot.web import keys
from tests.browser.chat import violations
from tests.browser.test_desk_pages import SMALL, WIDE, Enter, enter
from tests.conftest import new_settings
from tests.web.a_desk import Desk, running_desk

__all__ = ["enter"]

PLACES = ("inbox", "inbox/1", "inbox/2", "inbox/3", "chats")


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk with three messages left on WhatsApp: to be answered, after STOP, and answered in vain."""
    twilio = ChannelSettings(
        public_url="https://chat.library.example",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="x",
        twilio_whatsapp_from="+13155550101",
        twilio_api="http://127.0.0.1:9",  # nobody is there
    )
    settings = replace(new_settings(tmp_path_factory.mktemp("channels")), channels=twilio)
    migrate(settings.database)
    async with running_desk(settings) as desk:
        for number, words in enumerate(("Do you have a 3D printer?", "Is the attic open?", "May dogs come in?"), 1):
            await a_message(desk, number, words)
        await desk.insert("opt_out", key="key-2", at=time.time())
        async with desk.app[keys.DATABASE].write() as db:
            await db.execute(conversation.update().values(channel="whatsapp"))
        yield desk


async def a_message(desk: Desk, number: int, words: str) -> None:
    now = desk.clock.now().timestamp()
    talk = await desk.talk(("patron", words), ("bot", "No librarian is here now."), ("staff", "Only guide dogs may."))
    place = {"sealed": "x", "heard_at": time.time() - 23.4 * 3600, "sent_seq": 4, "introduced": 1, "next_at": 0.0}
    await desk.insert(
        "address", key=f"key-{number}", conversation_id=talk, channel="whatsapp", leased_until=0.0, **place
    )
    left = {"conversation_id": talk, "client_id": "a", "lang": "en", "contact": "", "contact_kind": "chat"}
    row = {"reference": f"M-4K7Q2-{number}", "question": words, "branch": None, "at": now, "state": "open"}
    if number == 3:
        row |= {"state": "done", "staff_id": desk.people["agent"], "done_at": now, "answer": "Only guide dogs may."}
        async with desk.app[keys.DATABASE].write() as db:
            here = (message.c.conversation_id == talk) & (message.c.seq == 4)
            await db.execute(message.update().where(here).values(client_id="inbox-3-0"))
        failed = {"state": "failed", "problem": "The number does not exist.", "key": "k", "attempts": 1}
        await desk.insert("outbound", conversation_id=talk, seq=4, part=0, **failed)
    await desk.insert("left_message", **left, **row)


async def test_pages_tell_how_to_answer_and_what_did_not_arrive(enter: Enter) -> None:
    page = await enter("agent")
    await page.goto("/desk/inbox/1")
    await expect(page.get_by_role("heading", name="Answer in the chat (WhatsApp)")).to_be_visible()
    await expect(page.locator(".notice")).to_contain_text("only for 24 hours after the patron’s last message: until")
    await expect(page.get_by_label("Your answer")).to_have_accessible_description(
        "The patron reads it in the chat, with “Agent:” in front. Without an answer the message is only marked as done."
    )
    await page.goto("/desk/inbox/2")
    await expect(page.locator(".problem")).to_contain_text("no more messages (STOP)")
    await page.goto("/desk/inbox/3")
    await expect(page.locator(".problem")).to_have_text("Not delivered: The number does not exist.")
    await page.get_by_role("link", name="Read the chat").click()
    await expect(page.locator("#t4")).to_contain_text("Not delivered: The number does not exist.")
    await expect(page.locator(".head")).to_contain_text("WhatsApp")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_and_nothing_is_sideways(enter: Enter, desk: Desk, width: int, look: str) -> None:
    page = await enter("agent", color_scheme=look)
    await page.set_viewport_size({"width": width, "height": 800})
    talk = (await desk.rows("left_message"))[-1].conversation_id
    for place in (*PLACES, f"chats/{talk}"):
        await page.goto(f"/desk/{place}")
        assert await page.evaluate(WIDE) <= 0, place
        assert await page.evaluate(SMALL) == [], place
        assert await violations(page) == [], place
