"""Surveys from the desk to the patron and back: made, opened, answered over the API, counted, exported."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.conversations.model import Sender, TurnReply, text_block
from bot.storage.migrate import migrate
from bot.web import keys
from tests.conftest import new_settings
from tests.talk import Talk
from tests.web.a_desk import Browser, Desk, running_desk

FIELDS = {
    "name": "Evening hours",
    "kind": "choice",
    "question_en": "Would you come after 8 PM?",
    "question_es": "¿Vendría después de las 8 p. m.?",
    "option1_en": "Yes",
    "option1_es": "Sí",
    "option2_en": "No",
    "option2_es": "No",
    "low_en": "hard",
    "low_es": "difícil",
    "high_en": "easy",
    "high_es": "fácil",
    "from": "2026-11-20",
    "until": "2026-11-30",
    "share": "100",
    "most": "",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path)
    migrate(settings.database)
    async with running_desk(settings) as desk:
        yield desk


@pytest.fixture
async def admin(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser("admin") as browser:
        yield browser


@pytest.fixture
async def patron(desk: Desk) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(desk.server.make_url("/")) as session:
        yield session


async def opened(admin: Browser, **changes: Any) -> str:
    place = await admin.done("/desk/surveys", **FIELDS | changes)
    assert await admin.done(f"{place}/open") == place
    return place


async def asked(desk: Desk, session: aiohttp.ClientSession, **begin: Any) -> tuple[Talk, int]:
    """Begin a chat that goes well and says thanks; return it and the seq of the message with the survey."""
    chat = await Talk.begin(session, **begin)
    log = desk.app[keys.LOG]
    times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0, "epoch": 0, "state": "done"}
    for seq, intent in ((1, "ask_hours"), (2, "ask_events")):
        await desk.insert("turn", conversation_id=chat.id, seq=seq, understood={"intent": intent}, **times)
    async with log.database.write() as db:
        talk = await log.locked(db, chat.id)
        reply = TurnReply([text_block("You are welcome.")], talk.lang, {"intent": "thank"})
        more = await desk.app[keys.SURVEYS].ask(db, talk, reply)
        assert more
        said, _ = await log.append(db, talk, Sender.BOT, [*reply.blocks, *more])
    return chat, said.seq


async def answer(chat: Talk, seq: int, value: str) -> tuple[int, dict[str, Any]]:
    body = {"client_id": uuid.uuid4().hex, "seq": seq, "values": {"answer": value}}
    async with chat.session.post(f"/api/v1/chats/{chat.id}/forms", json=body, headers=chat.headers) as response:
        return response.status, await response.json()


async def table_of(browser: Browser, place: str) -> list[list[str]]:
    text = await browser.page(f"{place}/answers.csv")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_survey_goes_from_the_desk_to_the_patron_and_back(
    desk: Desk, admin: Browser, patron: aiohttp.ClientSession
) -> None:
    place = await opened(admin)
    for number, value in enumerate(("1", "1", "2", "1")):
        chat, seq = await asked(desk, patron, lang="es" if number else "en", branch="main")
        if not number:
            assert await answer(chat, seq, "7") == (422, await refused(chat, seq))
        assert await answer(chat, seq, value) == (201, {"ok": True})
        assert await answer(chat, seq, "2") == (201, {"ok": True})  # the first answer counts
    page = await admin.page(place)
    assert "One more is needed" in page and "answers-chart" not in page
    assert (await admin.get(f"{place}/answers.csv")).status == 422
    await asked(desk, patron)
    chat, seq = await asked(desk, patron, branch="main")
    await answer(chat, seq, "1")
    page = await admin.page(place)
    assert "<strong>6</strong> asked, <strong>5</strong> answered (83%)" in page and "answers-chart" in page
    assert '<th scope="row">Yes</th><td>4</td><td>80%</td>' in page and "mean" not in page
    head, *lines = await table_of(admin, place)
    assert head == ["day", "language", "branch", "answer", "words"] and len(lines) == 5
    assert lines[0] == ["2026-11-21", "en", "main", "1", "Yes"]
    done = [row.action for row in await desk.rows("audit")]
    assert done[-3:] == ["survey_saved", "survey_opened", "survey_export"]
    assert len(await desk.rows("left_message")) == 0


async def refused(chat: Talk, seq: int) -> dict[str, Any]:
    status, said = await answer(chat, seq, "")
    assert status == 422 and said["code"] == "bad_field" and said["field"] == "answer"
    return said


async def test_scale_has_a_mean(desk: Desk, admin: Browser, patron: aiohttp.ClientSession) -> None:
    place = await opened(admin, kind="scale")
    for value in ("5", "4", "4", "1", "5"):
        await answer(*await asked(desk, patron), value)
    page = await admin.page(place)
    assert "mean <strong>3.8</strong> of 5" in page and "1: hard" in page and "5: easy" in page


async def test_free_words_are_shown_newest_first_without_addresses_and_safe_in_a_spreadsheet(
    desk: Desk, admin: Browser, patron: aiohttp.ClientSession
) -> None:
    place = await opened(admin, kind="text")
    for words in ("more chairs", "=1+1", "call 315-555-0199", "pat@example.org asks", "<b>last</b>"):
        await answer(*await asked(desk, patron), words)
        desk.later(minutes=1)
    page = await admin.page(place)
    assert page.index("&lt;b&gt;last") < page.index("more chairs")
    assert "315-555-0199" not in page and "pat@example.org" not in page
    cells = [line[4] for line in (await table_of(admin, place))[1:]]
    assert cells == ["<b>last</b>", "[e-mail] asks", "call [phone]", "'=1+1", "more chairs"]
    assert "survey_read" in [row.action for row in await desk.rows("audit")]


async def test_form_with_a_mistake_keeps_what_was_typed(desk: Desk, admin: Browser) -> None:
    for field, value, words in (
        ("name", "", "Give the survey a name."),
        ("kind", "drawing", "Choose a kind of answer."),
        ("question_es", "", "Write the question in Spanish."),
        ("option2_es", "", "Write this in Spanish too."),
        ("option2_en", "x" * 81, "1 characters too long"),
        ("until", "2026-11-19", "The last day is before the first."),
        ("until", "2026-02-30", "Give a day."),
        ("share", "0", "Give a share from 1 to 100 percent."),
        ("share", "many", "Give a whole number."),
        ("most", "0", "Give a number above 0"),
    ):
        sent = await admin.post("/desk/surveys", **FIELDS | {field: value, "branch": "eastside"})
        page = await sent.text()
        assert sent.status == 422 and words in page, field
        assert "¿Vendría después" in page or field == "question_es"
        assert 'value="eastside" checked' in page
    one = FIELDS | {"option2_en": "", "option2_es": ""}
    assert "at least two answers" in await (await admin.post("/desk/surveys", **one)).text()
    assert await desk.rows("survey") == []


async def test_draft_is_changed_and_deleted_but_an_open_survey_is_closed_first(desk: Desk, admin: Browser) -> None:
    place = await admin.done("/desk/surveys", **FIELDS | {"branch": "eastside", "language": "es", "most": "20"})
    page = await admin.page(f"{place}/edit")
    for part in ('value="Evening hours"', 'value="2026-11-20"', 'value="2026-11-30"', 'value="20"', 'value="Sí"'):
        assert part in page
    await admin.done(place, **FIELDS | {"name": "Later hours"})
    (row,) = await desk.rows("survey")
    assert (row.name, row.most, row.asks["branches"], row.name_of_maker) == ("Later hours", None, [], "Admin")
    zone = desk.app[keys.KNOWLEDGE].library.zone
    assert desk.clock.moment.replace(day=20, hour=0).astimezone(zone).timestamp() == row.begins_at
    assert "How it looks" in await admin.page(place) and "Later hours" in await admin.page("/desk/surveys")
    await admin.done(f"{place}/open")
    for path in (place, f"{place}/delete"):
        assert (await admin.post(path, **FIELDS)).status == 409
    assert (await admin.get(f"{place}/edit")).status == 409
    await admin.done(f"{place}/close")
    assert (await desk.rows("survey"))[0].state == "closed"
    past = dict(row._mapping) | {"id": 9, "state": "closed", "ends_at": row.begins_at + 1}
    await desk.insert("survey", **past)
    assert (await admin.post("/desk/surveys/9/open")).status == 422
    assert "Open it again" in await admin.page(place) and "Open it again" not in await admin.page("/desk/surveys/9")
    await admin.done(f"{place}/delete")
    other = await admin.done("/desk/surveys", **FIELDS)
    assert (await admin.post(f"{other}/close")).status == 422
    await admin.done(f"{other}/delete")
    assert (await admin.get(other)).status == 404


async def test_reviewer_reads_and_agent_sees_nothing(desk: Desk, admin: Browser) -> None:
    place = await opened(admin)
    async with desk.browser("reviewer") as reviewer:
        page = await reviewer.page(place)
        assert "Close it" not in page and "New survey" not in await reviewer.page("/desk/surveys")
        assert (await reviewer.post(f"{place}/close")).status == 403
    async with desk.browser("agent") as agent:
        assert (await agent.get(place)).status == 403
