"""The page "You asked, we did": what the library did for all to read, and one's own suggestion by its code."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.purge import purge_now
from bot.storage.models import mail, suggestion
from bot.suggestions.answered import PAGE
from bot.suggestions.retention import drop_contacts
from bot.web import keys
from tests.conftest import new_settings
from tests.web.a_desk import Desk, running_desk
from tests.web.a_suggestion import a_suggestion, by_id


@pytest.fixture
async def desk(tmp_path: Path, database_url: str) -> AsyncIterator[Desk]:
    async with running_desk(new_settings(tmp_path, database_url=database_url)) as desk:
        yield desk


async def page(desk: Desk, path: str = "/you-asked", status: int = 200, **headers: str) -> str:
    async with desk.browser() as browser:
        answer = await browser.get(path, headers={"Accept-Language": "en"} | headers)
        assert answer.status == status
        return await answer.text()


def cards(text: str) -> list[str]:
    """The words of each card, in order."""
    found = re.findall(r'<li class="card">(.*?)</ul>\s*</li>', text, re.DOTALL)
    return [" ".join(re.sub(r"<.*?>", " ", card).split()) for card in found]


WHO = {"contact": "ann@example.org", "contact_kind": "email"}


CASES: list[tuple[str, dict[str, Any], str | None]] = [
    ("new", {}, None),
    ("being considered", {"status": "considering", "reply": "We will see."}, None),
    ("ordered", {"status": "ordered"}, "To buy The Women by Kristin Hannah Ordered"),
    ("done with a reply", {"status": "done", "reply": "Here it is."}, "The library’s answer: Here it is."),
    ("declined without a word", {"status": "declined"}, None),
    ("declined with a reply", {"status": "declined", "reply": "Too costly."}, "Too costly. Not bought"),
    ("taken off by staff", {"status": "done", "details": {"title": "The Women", "public": False}}, None),
    ("without a title", {"status": "done", "details": {}, "text": "a book on my neighbour"}, None),
    ("long ago", {"status": "done", "changed_at": 0.0}, None),
]
EVENT = {"kind": "event", "status": "done"}
COMPLAINT = {"kind": "complaint", "status": "done", "reply": "Mended."}
CASES += [
    ("an event with a reply", EVENT | {"reply": "Mondays."}, "An event The library’s answer: Mondays. Done"),
    ("an event without", EVENT, None),
    ("an event whose words are shown", EVENT | {"details": {"public": True}}, "An event my own words Done"),
    ("a complaint", COMPLAINT, None),
    ("a complaint shown", COMPLAINT | {"details": {"public": True}}, "my own words The library’s answer: Mended."),
]


async def test_what_everybody_may_read(desk: Desk) -> None:
    for case, row, shown in CASES:
        plain = {"details": {"title": "The Women", "author": "Kristin Hannah"}} if "kind" not in row else {}
        stored = await a_suggestion(desk, **{"text": "my own words", **plain, **WHO, **row})
        text = await page(desk)
        assert [shown in card for card in cards(text) if shown] == ([True] if shown else []), case
        assert len(cards(text)) == (shown is not None), case
        assert "ann@example.org" not in text and stored.code not in text, case
        assert ("my own words" in text) is ("my own words" in (shown or "")), case
        await desk.remove("suggestion", stored.id)


async def test_newest_stands_first_and_the_others_on_more_pages(desk: Desk) -> None:
    for number in range(PAGE + 1):
        await a_suggestion(desk, f"Title {number}", status="done", changed_at=desk.clock.now().timestamp() + number)
    first = await a_suggestion(desk, "Answered last", status="ordered", replied_at=desk.clock.now().timestamp() + 999)
    await a_suggestion(desk, "Answered last", joined_to=first.id, status="ordered")
    text = await page(desk)
    assert "Answered last" in cards(text)[0] and "2 people asked for this" in cards(text)[0]
    assert len(cards(text)) == PAGE and 'href="/you-asked?lang=en&amp;page=2" rel="next"' in text
    assert [card.split(" Title ")[1].split()[0] for card in cards(await page(desk, "/you-asked?page=2"))] == ["1", "0"]


async def test_page_speaks_the_browsers_language_or_the_one_asked_for(desk: Desk) -> None:
    await a_suggestion(desk, status="done")
    assert "Usted pidió" in await page(desk, **{"Accept-Language": "es-MX,en;q=0.5"})
    spanish = await page(desk, "/you-asked?lang=es")
    assert '<html lang="es">' in spanish and "21 de noviembre de 2026" in spanish and "En la biblioteca" in spanish
    assert "You asked, we did" in await page(desk, "/")


async def test_own_suggestion_is_told_by_its_code_in_the_words_of_the_chat(desk: Desk) -> None:
    row = await a_suggestion(desk, status="ordered", reply="It comes\n\nin May. **!**", **WHO)
    code = row.code.lower().replace("-", "%20")
    text = await page(desk, f"/you-asked?code={code}&lang=en")
    said = desk.app[keys.WORDING].say("utter_suggestions_status_ordered", "en", day="Saturday, November 21")
    assert said in text and f"{row.code}: The Women" in text and "in May." in text and "ann@example.org" not in text
    assert "find no suggestion with that code" in await page(desk, "/you-asked?code=K-AAAAA-A")
    assert "&lt;script&gt;" in await page(desk, "/you-asked?code=<script>&lang=zz")
    spanish = await page(desk, f"/you-asked?code={code}&lang=es")
    assert "Buenas noticias" in spanish


async def test_codes_cannot_be_tried_one_after_another(tmp_path: Path, database_url: str) -> None:
    few = replace(new_settings(tmp_path, database_url=database_url), requests_a_minute=3, library_networks=())
    async with running_desk(few, names=()) as desk:
        row = await a_suggestion(desk)
        for _ in range(3):
            await page(desk, "/you-asked?code=K-AAAAA-A")
        text = await page(desk, f"/you-asked?code={row.code}", status=429)
        assert "The Women" not in text
        await page(desk)


async def test_contacts_are_dropped_a_month_after_all_was_said(desk: Desk) -> None:
    now = desk.clock.now().timestamp()
    old, young = now - 30.1 * 86400, now - 29.9 * 86400
    closed = await a_suggestion(desk, status="done", changed_at=old, **WHO)
    with_it = await a_suggestion(desk, status="done", changed_at=now, joined_to=closed.id, **WHO)
    kept = [
        await a_suggestion(desk, status="declined", changed_at=young, **WHO),
        await a_suggestion(desk, status="considering", changed_at=old, **WHO),
    ]
    letter = {"recipient": "ann@example.org", "subject": "x", "body": "", "attempts": 1}
    for state, at in (("sent", 31), ("failed", 31), ("due", 31), ("sent", 29)):
        await desk.insert("mail", state=state, next_at=time.time() - at * 86400, **letter)
    assert await drop_contacts(desk.app[keys.DATABASE], desk.clock) == 2
    for one in (closed, with_it):
        stored = await by_id(desk, one.id)
        assert (stored.contact, stored.contact_kind, stored.text) == (None, None, "The Women")
    assert [(await by_id(desk, one.id)).contact for one in kept] == ["ann@example.org"] * 2
    async with desk.app[keys.DATABASE].read() as db:
        assert list((await db.execute(sa.select(mail.c.state).order_by(mail.c.id))).scalars()) == ["due", "sent"]
    async with desk.app[keys.DATABASE].write() as db:
        await db.execute(suggestion.update().values(status="done", changed_at=0.0))
    assert "contacts of 2 suggestions closed for 30 days" in await purge_now(desk.app[keys.SETTINGS])
