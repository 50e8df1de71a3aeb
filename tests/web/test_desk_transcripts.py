"""Transcripts at the desk: found, read, labelled, exported, redacted and deleted, on both databases."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.conversations.model import Sender
from bot.storage import models
from bot.web import keys
from bot.web.desk import audit
from bot.web.desk.exports import MESSAGES_MOST, safe
from tests.conftest import new_settings
from tests.web.a_desk import Browser, Desk, running_desk


@pytest.fixture
async def desk(tmp_path: Path, database_url: str) -> AsyncIterator[Desk]:
    async with running_desk(new_settings(tmp_path, database_url=database_url)) as desk:
        yield desk


async def found(browser: Browser, query: str) -> list[str]:
    """The ids of the chats on a page of the list, in order."""
    text = await browser.page(f"/desk/chats?{query}")
    return re.findall(r'class="first" href="/desk/chats/(web-\w+)', text)


def texts(page: str) -> str:
    """A page without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


async def a_turn(desk: Desk, talk: str, seq: int, intent: str, **more: Any) -> None:
    understood = {
        "intent": intent,
        "confidence": 0.93,
        "ranking": [{"intent": intent, "confidence": 0.93}, {"intent": "renew_items", "confidence": 0.04}],
        "entities": more.pop("entities", []),
        "language": "en",
    }
    times = {"received_at": 0.0, "answer_by": 0.0, "attempts": 1, "leased_until": 0.0}
    await desk.insert(
        "turn", conversation_id=talk, seq=seq, epoch=0, state="done", understood=understood, **times, **more
    )


async def a_library_of_talks(desk: Desk) -> dict[str, str]:
    """Talks that differ in everything that is filtered by; the last one is the newest."""
    now = desk.clock.now().timestamp()
    talks = {
        "hours": await desk.talk(("patron", "When do you OPEN on Sunday?"), ("bot", "At one."), branch="eastside"),
        "cafe": await desk.talk(("patron", "¿Hay un café en la biblioteca de niños?"), ("bot", "Sí."), lang="es"),
    }
    desk.later(days=2)
    talks["print"] = await desk.talk(("patron", "print from my phone"), ("bot", "Use e-mail printing."), branch="main")
    talks["percent"] = await desk.talk(("patron", "is it 100% free_of charge \\ really?"), ("bot", "Yes."))
    talks["sushi"] = await desk.talk(("patron", "図書館は何時に開きますか"), ("bot", "…"))
    await a_turn(desk, talks["hours"], 2, "ask_hours")
    await a_turn(desk, talks["print"], 2, "print")
    claimed = {"requested_at": now, "reason": "asked", "urgent": False, "question": "help"}
    agent = desk.people["agent"]
    await desk.insert(
        "handoff", conversation_id=talks["print"], state="closed", staff_id=agent, outcome="answered", **claimed
    )
    await desk.insert("handoff", conversation_id=talks["cafe"], state="missed", **claimed)
    await desk.insert("conversation_tag", conversation_id=talks["print"], tag="printing")
    await desk.insert("rating", conversation_id=talks["print"], seq=0, value="yes", comment="Kind", at=now)
    await desk.insert("rating", conversation_id=talks["hours"], seq=3, value="down", at=now)
    await desk.insert("label", conversation_id=talks["hours"], seq=3, label="wrong_answer", at=now)
    async with desk.app[keys.DATABASE].write() as db:
        table = models.conversation
        await db.execute(table.update().where(table.c.id == talks["percent"]).values(mode="ended"))
    return talks


SEARCHES = [
    ("q=open", ["hours"]),
    ("q=sunday+ope", ["hours"]),  # any order, beginnings of words
    ("q=pen", []),
    ("q=cafe", ["cafe"]),
    ("q=CAFÉ+ninos", ["cafe"]),
    ("q=%22print+from+my%22", ["print"]),
    ("q=%22print+my%22", []),
    ("q=%22print+fro%22", []),
    ("q=e-mail", ["print"]),
    ("q=email", []),
    ("q=phone+mail", ["print"]),  # in different messages of one chat
    ("q=100%25", ["percent"]),
    ("q=%25", ["sushi", "percent", "print", "cafe", "hours"]),  # nothing to search by
    ("q=free_of", ["percent"]),
    ("q=_", ["sushi", "percent", "print", "cafe", "hours"]),
    ("q=%5C", ["sushi", "percent", "print", "cafe", "hours"]),
    ("q=図書", ["sushi"]),
    ("q=何時", ["sushi"]),
    ("q=%27+OR+1%3D1+--", []),
    ("branch=eastside", ["hours"]),
    ("lang=es", ["cafe"]),
    ("channel=web&branch=main", ["print"]),
    ("channel=sms", []),
    ("intent=ask_hours", ["hours"]),
    ("mode=ended", ["percent"]),
    ("mode=asked", ["print", "cafe"]),
    ("mode=missed", ["cafe"]),
    ("mode=nonsense", ["sushi", "percent", "print", "cafe", "hours"]),
    ("staff={agent}", ["print"]),
    ("tag=Printing", ["print"]),
    ("rating=yes", ["print"]),
    ("rating=down", ["hours"]),
    ("label=wrong_answer", ["hours"]),
    ("from=2026-11-23", ["sushi", "percent", "print"]),
    ("to=2026-11-22", ["cafe", "hours"]),
    ("from=2026-11-21&to=2026-11-21", ["cafe", "hours"]),
    ("from=2026-13-45&to=x", ["sushi", "percent", "print", "cafe", "hours"]),
    ("q=print&rating=yes&tag=printing&staff={agent}&mode=asked", ["print"]),
    ("q=open&rating=yes", []),
]


async def test_chats_are_found_by_words_and_by_every_filter(desk: Desk) -> None:
    talks = await a_library_of_talks(desk)
    names = {number: name for name, number in talks.items()}
    async with desk.browser("agent") as browser:
        for query, expected in SEARCHES:
            got = [names[one] for one in await found(browser, query.format(agent=desk.people["agent"]))]
            assert sorted(got) == sorted(expected), query


async def test_hits_are_marked_and_nothing_of_the_query_becomes_markup(desk: Desk) -> None:
    await desk.talk(("patron", "Where is the <b>printer</b>? A café printer, please"), ("bot", "Upstairs."))
    async with desk.browser("agent") as browser:
        text = await browser.page("/desk/chats?q=%3Cb%3E+PRINT+caf%C3%A9")
        assert "&lt;b&gt;<mark>" not in text or "<b>" not in text
        assert re.findall(r"<mark>(.*?)</mark>", text) == ["b", "printer", "b", "café", "printer"]
        assert 'value="&lt;b&gt; PRINT café"' in text
        later = await browser.page("/desk/chats?q=upstairs")
        assert "<mark>Upstairs</mark>." in later and "Where is the &lt;b&gt;printer" in later


async def test_newest_come_first_fifty_a_page(desk: Desk) -> None:
    talks = []
    for number in range(53):
        desk.later(minutes=1)
        talks.append(await desk.talk(("patron", f"question {number}")))
    async with desk.browser("agent") as browser:
        first, second = await found(browser, ""), await found(browser, "page=2")
        assert first + second == talks[::-1] and len(first) == 50
        text = await browser.page("/desk/chats")
        assert "<strong>53</strong> chats" in text and 'href="?page=2"' in text


async def test_transcript_shows_all_that_is_known_and_links_to_every_message(desk: Desk) -> None:
    talk = await desk.talk(
        ("patron", "When do you open on Sunday at Eastside?"), ("bot", "At **one**.\n\n- to five"),
        ("staff", "Hello"), ("patron", "thanks"), branch="eastside", context="https://alderfalls.example/visit",
    )  # fmt: skip
    entities = [{"entity": "branch", "value": "eastside"}]
    await a_turn(desk, talk, 2, "ask_hours", entities=entities)
    suggestion = [{"type": "text", "text": "You are welcome."}]
    await a_turn(desk, talk, 5, "thank", suggestion=suggestion)
    now = desk.clock.now().timestamp()
    await desk.insert("note", conversation_id=talk, after_seq=4, name="Ana", at=now, text="Regular patron.")
    await desk.insert("rating", conversation_id=talk, seq=0, value="partly", comment="Slow", at=now)
    async with desk.browser("agent") as browser:
        page = await browser.page(f"/desk/chats/{talk}")
    words = texts(page)
    for shown in (
        "Understood: Opening hours, 93 % sure", "Eastside Branch", "Note, not sent", "Regular patron.", "Partly helped",
        "Slow", "Eastside", "You are welcome.", "never shown", "https://alderfalls.example/visit", "to five",
    ):  # fmt: skip
        assert shown in words, shown
    assert "<strong>one</strong>" in page
    assert re.findall(r'id="t(\d+)"', page) == ["1", "2", "3", "4", "5"]
    assert page.index("Regular patron.") < page.index('id="t5"')
    assert f'href="/desk/chats/{talk}#t3"' in page


async def test_every_type_of_block_is_shown_as_text(desk: Desk) -> None:
    talk = await desk.talk(("patron", "hi"))
    links = [{"label": "See it", "url": "https://cat.example/1"}, {"label": "Bad", "url": "javascript:alert(1)"}]
    card = {"title": "Sweetgrass", "lines": ["by **Kimmerer**"], "badge": "On shelf", "badge_kind": "info"}
    choice = {"label": "Main", "value": {"intent": "x", "entities": {}}}
    blocks: list[dict[str, Any]] = [
        {"type": "choices", "prompt": "Which one?", "choices": [choice]},
        {"type": "cards", "cards": [card | {"links": links}]},
        {"type": "table", "caption": "Hours", "head": ["Day", "Open"], "rows": [["Monday", "10 to 6"]]},
        {"type": "notice", "kind": "warn", "text": "Closed for snow"},
        {"type": "divider", "text": "Ana joined the chat."},
        {"type": "form", "title": "Leave a message", "fields": []},
        {"type": "rating", "prompt": "Did this help?", "options": []},
        {"type": "text", "text": "Confirmed", "form": 3},
        {"type": "of a later version"},
    ]
    told = ("Which one?", "Main", "Sweetgrass", "On shelf", "See it", "Bad", "Hours", "Monday", "Closed for snow")
    told += ("Ana joined the chat.", "Leave a message (sent)", "Did this help?", "Confirmed")
    log = desk.app[keys.LOG]
    async with log.database.write() as db:
        locked = await log.locked(db, talk)
        await log.append(db, locked, Sender.BOT, blocks)
    async with desk.browser("agent") as browser:
        for path in (f"/desk/chats/{talk}", f"/desk/chats/{talk}/print"):
            page = await browser.page(path)
            for shown in told:
                assert shown in texts(page), (path, shown)
            assert 'href="https://cat.example/1"' in page and "javascript:" not in page


async def test_label_is_set_changed_and_taken_away(desk: Desk) -> None:
    talk = await desk.talk(("patron", "hi"), ("bot", "Hello"))
    async with desk.browser("agent") as browser:
        place = f"/desk/chats/{talk}"
        assert await browser.done(f"{place}/label", seq=3, label="right") == f"{place}#t3"
        await browser.done(f"{place}/label", seq=3, label="wrong_topic")
        assert [(row.seq, row.label, row.staff_id) for row in await desk.rows("label")] == [
            (3, "wrong_topic", desk.people["agent"])
        ]
        assert 'value="" aria-pressed="true">Wrong topic' in await browser.page(place)
        await browser.done(f"{place}/label", seq=3, label="")
        assert await desk.rows("label") == []
        assert (await browser.post(f"{place}/label", seq=2, label="right")).status == 404  # the patron's own words
        assert (await browser.post(f"{place}/label", seq=3, label="bad")).status == 422
        assert (await browser.post(f"{place}/label", seq="x", label="right")).status == 422


async def test_tags_and_notes_are_kept(desk: Desk) -> None:
    talk = await desk.talk(("patron", "hi"))
    async with desk.browser("agent") as browser:
        await browser.done(f"/desk/chats/{talk}/tags", tags="Printing,  big  Type, printing,,")
        await browser.done(f"/desk/chats/{talk}/tags", tags="Printing, maps")
        await browser.done(f"/desk/chats/{talk}/note", text="Call back\nat five")
        assert (await browser.post(f"/desk/chats/{talk}/note", text="  ")).status == 422
        page = await browser.page(f"/desk/chats/{talk}")
    assert [row.tag for row in await desk.rows("conversation_tag")] == ["maps", "printing"]
    assert 'value="maps, printing"' in page and "Call back\nat five" in page


async def everything_but_the_accounts(desk: Desk) -> str:
    tables = [name for name in models.metadata.tables if not name.startswith("staff")]
    return "\n".join(str(await desk.rows(name)) for name in tables)


async def test_redacted_passage_is_gone_from_every_table(desk: Desk) -> None:
    secret = "2123 4567 Zoltan"
    talk = await desk.talk(
        ("patron", f"My card is {secret}, help"),
        ("bot", f"You asked: “My card is {secret}, help”"),
        ("staff", f"{secret.upper()}?"),
    )
    other = await desk.talk(("patron", f"My card is {secret}"))
    now = desk.clock.now().timestamp()
    entities = [
        {"entity": "person", "value": "zoltan"},
        {"entity": "number", "value": "2123 4567"},
        {"entity": "branch", "value": "eastside"},
    ]
    await a_turn(
        desk, talk, 2, "ask_account", entities=entities, suggestion=[{"type": "text", "text": f"Is {secret} right?"}]
    )
    common = {"reason": "asked", "urgent": False, "requested_at": now}
    await desk.insert(
        "handoff",
        conversation_id=talk,
        state="closed",
        question="card  2123\n4567 Zoltan",
        transfer_note=f"for {secret}",
        **common,
    )
    left = {
        "reference": "M-1",
        "client_id": "a",
        "contact": "555",
        "contact_kind": "phone",
        "lang": "en",
        "state": "open",
        "at": now,
    }
    left_id = await desk.insert("left_message", conversation_id=talk, question=f"about {secret}", name=secret, **left)
    letter = {"recipient": "a@example.org", "subject": "M-1", "state": "due", "attempts": 0, "next_at": 9e12}
    await desk.insert("mail", conversation_id=talk, left_message_id=left_id, body=f"about {secret}", **letter)
    await desk.insert("note", conversation_id=talk, after_seq=2, name="Ana", at=now, text=f"It is {secret}")
    await desk.insert("rating", conversation_id=talk, seq=0, value="no", comment=f"{secret} hates it", at=now)
    await desk.insert("conversation_tag", conversation_id=talk, tag=secret.lower())
    await desk.insert("rasa_tracker", conversation_id=talk, updated_at=9e12, state=json.dumps({"text": secret}))
    wish = {"kind": "comment", "matching": "comment:x", "lang": "en", "channel": "web", "status": "new"}
    await desk.insert(
        "suggestion",
        code="K-22222-2",
        conversation_id=talk,
        text=f"tell {secret}",
        details={"title": f"by {secret}"},
        contact=secret,
        created_at=now,
        changed_at=now,
        **wish,
    )
    lesson = {"kind": "example", "lang": "en", "topic": "ask_account", "matching": "x", "count": 1, "name": "Ana"}
    await desk.insert("lesson", conversation_id=talk, seq=3, text=f"card {secret}", at=now, state="open", **lesson)
    gap = await desk.insert("gap", question=f"card {secret}?", lang="en", state="open", at=now)
    await desk.insert("gap_question", conversation_id=talk, seq=2, gap_id=gap, at=now, labelled=False)
    async with desk.browser("reviewer") as browser:
        place = f"/desk/chats/{talk}"
        assert (await browser.post(f"{place}/redact", passage="not in it")).status == 422
        assert (await browser.post(f"{place}/redact", passage="a")).status == 422
        assert await browser.done(f"{place}/redact", passage=secret) == place
        page = texts(await browser.page(place))
        assert "My card is [removed], help" in page and "Eastside Branch" in page
        assert await found(browser, "q=2123") == [other]
        assert await found(browser, "q=removed+help") == [talk]
    for name, table in models.metadata.tables.items():
        if "conversation_id" in table.c and name != "audit":
            kept = [row for row in await desk.rows(name) if row.conversation_id == talk]
            assert not re.search(r"2123|zoltan", str(kept), re.IGNORECASE), name
    assert "Zoltan" not in str(await desk.rows("gap"))
    (noted,) = [row for row in await desk.rows("audit") if row.action == "redact"]
    assert (list(noted.details), noted.conversation_id) == (["places"], talk)


async def test_deleted_chat_leaves_nothing_but_the_record_of_it(desk: Desk) -> None:
    talk = await desk.talk(("patron", "forget me"), ("bot", "Hello"))
    now = desk.clock.now().timestamp()
    await desk.insert("note", conversation_id=talk, after_seq=2, name="Ana", at=now, text="x")
    await desk.insert("label", conversation_id=talk, seq=3, label="right", at=now)
    async with desk.browser("admin") as browser:
        assert await browser.done(f"/desk/chats/{talk}/delete") == "/desk/chats"
        assert (await browser.get(f"/desk/chats/{talk}")).status == 404
        assert (await browser.post(f"/desk/chats/{talk}/delete")).status == 404
        assert await found(browser, "q=forget") == []
    holding = [name for name in models.metadata.tables if talk in str(await desk.rows(name))]
    assert holding == ["audit"]


async def test_export_holds_what_was_found_and_is_safe_in_a_spreadsheet(desk: Desk) -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", '"=1', "＝1", "plain, “text”\nof two lines"]
    talk = await desk.talk(*[("patron", text) for text in formulas], branch="main")
    await desk.talk(("patron", "=another"), branch="eastside")
    async with desk.browser("reviewer") as browser:
        answer = await browser.get("/desk/export.csv?branch=main")
        raw = await answer.read()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="chats-2026-11-21.csv"'
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        assert {row["chat"] for row in rows} == {talk}
        assert [row["text"] for row in rows][1:] == [safe(text) for text in await stored_texts(desk, talk)]
        assert not [cell for row in rows for cell in row.values() if re.match(r"[ ]*[=+@\t\r＝-]", cell)]
        told = json.loads(await (await browser.get("/desk/export.json?branch=main")).text())
        assert [row["text"] for row in told][1:] == await stored_texts(desk, talk)
        assert [row["message"] for row in told] == list(range(1, len(formulas) + 2))
        assert json.loads(await (await browser.get("/desk/export.json?q=nothing")).text()) == []
    noted = [row for row in await desk.rows("audit") if row.action == "export"]
    assert noted[0].details == {"branch": "main", "format": "csv", "chats": 1}


async def stored_texts(desk: Desk, talk: str) -> list[str]:
    return [row.blocks[0]["text"] for row in await desk.rows("message") if row.conversation_id == talk and row.seq > 1]


async def test_export_ends_at_its_limit(desk: Desk) -> None:
    row = {"sender": "patron", "lang": "en", "blocks": [{"type": "text", "text": "x"}], "at": 0.0}
    talks = [await desk.talk() for _ in range(3)]
    async with desk.app[keys.DATABASE].write() as db:
        for talk in talks:
            await db.execute(
                models.message.insert(), [row | {"conversation_id": talk, "seq": seq} for seq in range(2, 4002)]
            )
    async with desk.browser("reviewer") as browser:
        told = json.loads(await (await browser.get("/desk/export.json")).text())
    assert len(told) == MESSAGES_MOST == len({(row["chat"], row["message"]) for row in told})


async def test_readings_searches_and_changes_are_written_down(desk: Desk) -> None:
    talk = await desk.talk(("patron", "hello there"), ("bot", "Hello"))
    async with desk.browser("admin") as browser:
        await browser.page("/desk/chats")
        await browser.page("/desk/chats?q=there&mode=bot")
        await browser.page(f"/desk/chats/{talk}")
        await browser.page(f"/desk/chats/{talk}/print")
        await browser.done(f"/desk/chats/{talk}/label", seq=3, label="right")
        await browser.done(f"/desk/chats/{talk}/redact", passage="hello there")
        await browser.done(f"/desk/chats/{talk}/delete")
        shown = texts(await browser.page("/desk/audit"))
    rows = [row for row in await desk.rows("audit") if row.name == "admin"]
    assert [row.action for row in rows] == ["search", "read", "print", "label", "redact", "delete"]
    assert rows[0].details == {"q": "there", "mode": "bot", "found": 1}
    assert {row.conversation_id for row in rows[1:]} == {talk}
    assert "hello" not in str(rows[4].details)
    assert "Read a chat" in shown and "q: there" in shown and "The log is whole" in shown


async def spoiled(desk: Desk, change: str) -> int | None:
    """Apply a change to the record behind its back and return the row that is told as broken."""
    async with desk.app[keys.DATABASE].write() as db:
        for statement in change.split(";"):
            await db.execute(sa.text(statement))
    async with desk.app[keys.DATABASE].read() as db:
        return (await audit.verify(db)).broken


SWAPPED = ";".join(f"UPDATE audit SET id = {to} WHERE id = {of}" for of, to in ((9, 99), (10, 9), (99, 10)))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET at = at WHERE id = 9", None),
        ("UPDATE audit SET name = 'eve' WHERE id = 9", 9),
        ("UPDATE audit SET at = at + 1 WHERE id = 9", 9),
        ("UPDATE audit SET details = '{}' WHERE id = 9", 9),
        ("UPDATE audit SET action = 'read', hash = previous WHERE id = 9", 9),
        ("DELETE FROM audit WHERE id = 9", 10),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id > 11", 12),
        ("DELETE FROM audit", 1),
        (SWAPPED, 9),
    ],
)  # fmt: skip
async def test_record_tells_the_first_row_that_was_changed_removed_or_moved(
    desk: Desk, change: str, broken: int | None
) -> None:
    at = desk.clock.now().timestamp()
    for number in range(12 - len(desk.people)):
        async with desk.app[keys.DATABASE].write() as db:
            await audit.record(db, None, "search", at=at + number / 7, q=f"words {number}", name="x")
    assert await spoiled(desk, change) == broken


async def test_writers_of_the_record_at_once_make_one_chain(desk: Desk) -> None:
    async def one(number: int) -> None:
        async with desk.app[keys.DATABASE].write() as db:
            await audit.record(db, None, "search", at=float(number), q=number)

    await asyncio.gather(*(one(number) for number in range(40)))
    async with desk.app[keys.DATABASE].read() as db:
        assert await audit.verify(db) == audit.Verdict(40 + len(desk.people), None)


async def test_inbox_is_answered_and_opened_again(desk: Desk) -> None:
    now = desk.clock.now().timestamp()
    talk = await desk.talk(("patron", "Anybody?"))
    lost = await desk.talk(("patron", "Is nobody there?"))
    common = {"reason": "asked", "urgent": False, "requested_at": now, "state": "missed"}
    await desk.insert("handoff", conversation_id=talk, question="Anybody?", **common)
    await desk.insert("handoff", conversation_id=lost, question="Is nobody there?", **common)
    left = {"conversation_id": talk, "client_id": "a", "lang": "en", "state": "open", "contact_kind": "email"}
    number = await desk.insert(
        "left_message",
        reference="M-4K7Q2",
        question="My renewal failed",
        name="Bo",
        contact="bo@example.org",
        at=now,
        **left,
    )
    async with desk.browser("agent") as browser:
        page = texts(await browser.page("/desk/inbox"))
        assert "My renewal failed" in page and "M-4K7Q2" in page
        assert "Is nobody there?" in page and "Anybody?" not in page  # who left a message was not missed
        assert "bo@example.org" in await browser.page(f"/desk/inbox/{number}")
        await browser.done(f"/desk/inbox/{number}/done", answer="It is renewed.")
        (row,) = await desk.rows("left_message")
        assert (row.state, row.answer, row.staff_id) == ("done", "It is renewed.", desk.people["agent"])
        assert await desk.rows("mail") == []  # no mail server is set
        assert "It is renewed." in await browser.page(f"/desk/inbox/{number}")
        await browser.done(f"/desk/inbox/{number}/reopen")
        assert [row.state for row in await desk.rows("left_message")] == ["open"]
        assert (await browser.get("/desk/inbox/999")).status == 404


async def test_answer_is_mailed_in_the_patrons_language_once(tmp_path: Path, database_url: str) -> None:
    settings = new_settings(tmp_path, database_url=database_url, mail_server="smtp://127.0.0.1:9")
    async with running_desk(settings) as desk:
        talk = await desk.talk(("patron", "¿Renovar?"), lang="es")
        left = {
            "conversation_id": talk,
            "client_id": "a",
            "lang": "es",
            "state": "open",
            "contact_kind": "email",
            "at": 0.0,
        }
        number = await desk.insert(
            "left_message", reference="M-4K7Q2", question="¿Renovar?", name="Bo", contact="bo@example.org", **left
        )
        async with desk.browser("agent") as browser:
            for _ in range(2):
                await browser.done(f"/desk/inbox/{number}/done", answer="Ya está.", mail="yes")
        async with desk.browser("reviewer") as colleague:
            late = await colleague.post(f"/desk/inbox/{number}/done", answer="Todavía no.", mail="yes")
            assert late.status == 409 and "answered this message meanwhile" in await late.text()
        (letter,) = await desk.rows("mail")
        assert (letter.recipient, letter.subject) == ("bo@example.org", "Respuesta a su mensaje M-4K7Q2")
        assert "Hola, Bo:" in letter.body and "Ya está." in letter.body and "¿Renovar?" in letter.body


async def test_times_are_told_in_the_librarys_zone(desk: Desk) -> None:
    talk = await desk.talk(("patron", "hi"))
    async with desk.browser("agent") as browser:
        assert "Today, 10:00 AM" in await browser.page(f"/desk/chats/{talk}")
        desk.clock.moment += timedelta(hours=1)
        assert "Today, 10:00 AM" in await browser.page("/desk/chats")
    desk.later(days=1)
    async with desk.browser("agent") as browser:
        assert "Yesterday, 10:00 AM" in await browser.page("/desk/chats")
