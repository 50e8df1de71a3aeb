"""Suggestions at the desk: found, decided, answered, given to somebody, joined, parted, and all who asked are told."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.migrate import migrate
from bot.suggestions.inbox import PAGE
from bot.suggestions.taking import found
from bot.web import keys
from tests.conftest import new_settings
from tests.unit.an_outlet import CLIENT_SECRET, SECRET, KohaServer, running
from tests.web.a_desk import Browser, Desk, running_desk
from tests.web.a_suggestion import Letters, a_mailbox, a_suggestion, by_id, send_mail

PLACE = "/desk/suggestions"


@pytest.fixture
def letters() -> Iterator[Letters]:
    with a_mailbox() as letters:
        yield letters


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, letters: Letters) -> AsyncIterator[Desk]:
    server = f"smtp://127.0.0.1:{letters.port}"
    async with running_desk(new_settings(tmp_path, database_url=database_url, mail_server=server)) as desk:
        yield desk


async def decide(browser: Browser, number: int, status: str, reply: str = "", public: str = "yes") -> Any:
    """Decide on the page as it is now."""
    version = await version_on(browser, number)
    return await browser.post(f"{PLACE}/{number}/decide", status=status, reply=reply, public=public, version=version)


async def version_on(browser: Browser, number: int) -> str:
    shown = re.search(r'name="version" value="(\d+)"', await browser.page(f"{PLACE}/{number}"))
    assert shown
    return shown[1]


def titles(page: str) -> list[str]:
    """The lines of a list, in order."""
    heads = re.findall(r'<a class="first".*?>(.*?)</a>', page, re.DOTALL)
    return [" ".join(re.sub(r"<.*?>", "", head).split()) for head in heads]


async def a_shelf(desk: Desk) -> dict[str, Any]:
    """Store suggestions of all sorts."""
    rows: dict[str, Any] = {}
    rows["women"] = await a_suggestion(desk, "The Women", details={"title": "The Women", "author": "Kristin Hannah"})
    for number in range(2):
        await a_suggestion(desk, "the women", joined_to=rows["women"].id, branch=("eastside", None)[number])
    desk.later(minutes=1)
    rows["años"] = await a_suggestion(desk, "Cien años de soledad", branch="main", lang="es", status="considering")
    desk.later(minutes=1)
    rows["chess"] = await a_suggestion(desk, "A chess club", kind="event", staff_id=desk.people["agent"])
    desk.later(minutes=1)
    rows["cold"] = await a_suggestion(desk, "It is cold at Eastside", kind="complaint", status="done")
    return rows


WOMEN, ANOS, CHESS, COLD = (
    "The Women by Kristin Hannah", "Cien años de soledad", "A chess club", "It is cold at Eastside",
)  # fmt: skip
FOUND = [
    ("", [CHESS, ANOS, WOMEN]),
    ("order=asked", [WOMEN, CHESS, ANOS]),
    ("kind=event", [CHESS]),
    ("status=new", [CHESS, WOMEN]),
    ("status=done", [COLD]),
    ("status=all", [COLD, CHESS, ANOS, WOMEN]),
    ("branch=main", [ANOS]),
    ("branch=eastside", [WOMEN]),
    ("staff=nobody", [ANOS, WOMEN]),
    ("q=ANOS+soledad", [ANOS]),
    ("q=hannah", [WOMEN]),
    ("q=%22chess+club%22", [CHESS]),
    ("q=%22club+chess%22", []),
    ("q=cold", []),
    ("q=cold&status=all", [COLD]),
    ("kind=nothing&status=no&staff=x&page=0&order=z", [CHESS, ANOS, WOMEN]),
]


async def test_suggestions_are_found(desk: Desk) -> None:
    await a_shelf(desk)
    async with desk.browser("agent") as browser:
        for query, wanted in FOUND:
            page = await browser.page(f"{PLACE}?{query}")
            assert titles(page) == wanted, query
            assert ("3 people asked for this" in page) is (WOMEN in wanted), query


async def test_list_has_pages_badge_and_a_way_by_code(desk: Desk) -> None:
    rows = [await a_suggestion(desk, f"Title {number}") for number in range(PAGE + 1)]
    async with desk.browser("agent") as browser:
        first = await browser.page(PLACE)
        assert len(titles(first)) == PAGE and re.search(rf'class="count">{PAGE + 1}<', first)
        assert titles(await browser.page(f"{PLACE}?page=2")) == ["Title 0"]
        code = rows[3].code.replace("-", " ").lower()
        assert (await browser.get(f"{PLACE}?q={code}")).headers["Location"] == f"{PLACE}/{rows[3].id}"
        await decide(browser, rows[0].id, "considering")
        assert re.search(rf'class="count">{PAGE}<', await browser.page("/desk/inbox"))
        assert (await browser.get(f"{PLACE}/999999")).status == 404


async def test_decision_is_told_to_all_who_asked_in_their_language(desk: Desk, letters: Letters) -> None:
    ann = {"contact": "ann@example.org", "contact_kind": "email"}
    bea = {"contact": "bea@example.org", "contact_kind": "email", "lang": "es"}
    row = await a_suggestion(desk, **ann)
    second = await a_suggestion(desk, "Las mujeres", joined_to=row.id, **bea)
    await a_suggestion(desk, joined_to=row.id, contact="315-555-0199", contact_kind="phone")
    async with desk.browser("agent") as browser:
        desk.later(hours=1)
        assert "2 people are told by e-mail" in await browser.page(f"{PLACE}/{row.id}")
        assert (await decide(browser, row.id, "ordered", "It comes in May.\n\nThank you!")).status == 303
        page = await browser.page(f"{PLACE}/{row.id}")
        assert "Whoever left an e-mail address is told." in page and "Status: Ordered" in page
        version = await version_on(browser, row.id)
        again = {"status": "ordered", "reply": "It comes in May.\n\nThank you!", "public": "yes", "version": version}
        assert await browser.done(f"{PLACE}/{row.id}/decide", **again) == f"{PLACE}/{row.id}"  # the same, sent twice
        await send_mail(desk)
        assert "written to" in await browser.page(f"{PLACE}/{row.id}")
    read = letters.read()
    assert set(read) == {"ann@example.org", "bea@example.org"} and len(letters.taken) == 2
    words = read["ann@example.org"].get_content().replace("\r", "")
    assert row.code in read["ann@example.org"]["Subject"] and "We have ordered it." in words
    assert "It comes in May.\n\nThank you!" in words and "You suggested:\nThe Women" in words
    assert "Ya lo encargamos." in read["bea@example.org"].get_content() and second.code in str(read["bea@example.org"])
    assert "bea" not in words
    async with desk.app[keys.DATABASE].read() as db:
        told = [await found(db, one.code) for one in (row, second)]
    assert [(one.status, one.reply, one.count) for one in told if one] == [
        ("ordered", "It comes in May.\n\nThank you!", 3)
    ] * 2
    stored = await by_id(desk, row.id)
    assert stored.changed_at == stored.replied_at == desk.clock.now().timestamp()
    audit = [(one.action, one.details) for one in await desk.rows("audit") if one.action == "suggestion_decided"]
    assert audit == [
        (
            "suggestion_decided",
            {"reference": row.code, "status": "ordered", "replied": True, "public": True, "told": 2},
        )
    ]


async def test_reply_alone_is_told_and_a_mark_alone_is_not(desk: Desk, letters: Letters) -> None:
    row = await a_suggestion(desk, kind="service", contact="ann@example.org", contact_kind="email")
    async with desk.browser("agent") as browser:
        await decide(browser, row.id, "new", public="yes")
        await send_mail(desk)
        assert letters.taken == []
        await decide(browser, row.id, "new", "Soon.")
        await send_mail(desk)
    assert "Soon." in letters.read()["ann@example.org"].get_content()
    assert [(one.what, one.value, one.name) for one in await desk.rows("suggestion_event")] == [
        ("public", "yes", "Agent"),
        ("reply", "Soon.", "Agent"),
    ]


async def test_second_of_two_who_decide_is_told_and_keeps_the_words(desk: Desk, letters: Letters) -> None:
    row = await a_suggestion(desk, contact="ann@example.org", contact_kind="email")
    async with desk.browser("agent") as ann, desk.browser("reviewer") as rae:
        version = await version_on(ann, row.id)
        fields = {"version": version, "public": "yes"}
        place = f"{PLACE}/{row.id}/decide"
        await ann.done(place, status="ordered", reply="Yes!", **fields)
        late = await rae.post(place, status="declined", reply="Sorry, too costly.", **fields)
        page = await late.text()
        assert late.status == 409 and "Agent changed this suggestion meanwhile." in page
        assert "Sorry, too costly.</textarea>" in page and "Yes!" in page
        assert (await by_id(desk, row.id)).reply == "Yes!"
        # A look at it as it is now, and the same words again.
        now = re.search(r'name="version" value="(\d+)"', page)
        assert now and now[1] != version
        await rae.done(place, status="declined", reply="Sorry, too costly.", public="yes", version=now[1])
    assert (await by_id(desk, row.id)).status == "declined"


async def test_of_two_who_decide_at_one_moment_one_is_told(desk: Desk, letters: Letters) -> None:
    row = await a_suggestion(desk, contact="ann@example.org", contact_kind="email")
    async with desk.browser("agent") as ann, desk.browser("reviewer") as rae:
        answers = await asyncio.gather(
            *(
                browser.post(f"{PLACE}/{row.id}/decide", status=status, reply=status, version="0", public="yes")
                for browser, status in ((ann, "done"), (rae, "declined"))
            )
        )
    assert sorted(answer.status for answer in answers) == [303, 409]
    await send_mail(desk)
    assert len(letters.taken) == 1
    stored = await by_id(desk, row.id)
    assert stored.status == stored.reply


async def test_what_nobody_decided_is_no_change_to_whoever_decides(desk: Desk) -> None:
    row = await a_suggestion(desk)
    async with desk.browser("agent") as ann, desk.browser("reviewer") as rae:
        version = await version_on(ann, row.id)
        event = {"suggestion_id": row.id, "at": 0.0, "name": "", "value": "K-AAAAA-A"}
        await desk.insert("suggestion_event", what="joined", **event)
        await rae.done(f"{PLACE}/{row.id}/note", text="Ask Lee.")
        await rae.done(f"{PLACE}/{row.id}/assign", was="", to=str(desk.people["reviewer"]))
        await ann.done(f"{PLACE}/{row.id}/decide", status="done", reply="", public="yes", version=version)
        page = await ann.page(f"{PLACE}/{row.id}")
        for words in ("Ask Lee.", "Given to Reviewer", "K-AAAAA-A was joined to this", "Status: Done"):
            assert words in page


async def test_somebody_looks_after_it(desk: Desk) -> None:
    row = await a_suggestion(desk)
    agent, reviewer = (str(desk.people[name]) for name in ("agent", "reviewer"))
    async with desk.browser("agent") as ann, desk.browser("reviewer") as rae:
        await ann.done(f"{PLACE}/{row.id}/assign", was="", to=agent)
        assert titles(await ann.page(f"{PLACE}?staff={agent}")) == ["The Women"]
        late = await rae.post(f"{PLACE}/{row.id}/assign", was="", to=reviewer)
        assert late.status == 409 and "Agent changed this suggestion" in await late.text()
        await rae.done(f"{PLACE}/{row.id}/assign", was=agent, to=reviewer)
        await rae.done(f"{PLACE}/{row.id}/assign", was=agent, to=reviewer)
        await rae.done(f"{PLACE}/{row.id}/assign", was=reviewer, to="")
        for wrong in ("999", "x", "-1"):
            assert (await rae.post(f"{PLACE}/{row.id}/assign", was="", to=wrong)).status in (409, 422)
    assert (await by_id(desk, row.id)).staff_id is None


async def test_suggestions_are_joined_and_parted(desk: Desk, letters: Letters) -> None:
    head = await a_suggestion(desk, "The Women", status="ordered", reply="It comes in May.")
    other = await a_suggestion(desk, "Women, by Hannah", contact="ann@example.org", contact_kind="email")
    child = await a_suggestion(desk, "Hannah’s newest", joined_to=other.id)
    async with desk.browser("agent") as browser:
        place = f"{PLACE}/{other.id}/join"
        assert (await browser.post(place, code="K-22222-2")).status == 404
        assert (await browser.post(place, code=other.code)).status == 409
        assert (await browser.post(place, code=child.code)).status == 409
        assert await browser.done(place, code=head.code.lower().replace("-", "")) == f"{PLACE}/{other.id}"
        assert await browser.done(place, code=head.code) == f"{PLACE}/{other.id}"
        page = await browser.page(f"{PLACE}/{other.id}")
        assert head.code in page and 'name="version"' not in page and "Part them again" in page
        assert "3 people asked for this" in await browser.page(f"{PLACE}/{head.id}")
        await send_mail(desk)
        assert "It comes in May." in letters.read()["ann@example.org"].get_content()
        decided = {"status": "done", "reply": "", "public": "yes", "version": "0"}
        assert (await browser.post(f"{PLACE}/{other.id}/decide", **decided)).status == 409
        rows = [await by_id(desk, one.id) for one in (other, child)]
        assert [(row.joined_to, row.status) for row in rows] == [(head.id, "ordered")] * 2
        await decide(browser, head.id, "done", "Here it is.")
        assert [(await by_id(desk, one.id)).status for one in (other, child)] == ["done"] * 2
        await browser.done(f"{PLACE}/{child.id}/part")
        await browser.done(f"{PLACE}/{child.id}/part")
        page = await browser.page(f"{PLACE}/{head.id}")
        assert "2 people asked for this" in page and f"{child.code} was parted from this" in page
    alone = await by_id(desk, child.id)
    assert (alone.joined_to, alone.status, alone.reply) == (None, "new", None)


async def test_file_holds_everything_but_contacts_and_no_formula(desk: Desk) -> None:
    rows = await a_shelf(desk)
    await a_suggestion(desk, "=HYPERLINK(1)", contact="ann@example.org", contact_kind="email", reply="@no")
    async with desk.browser("agent") as agent, desk.browser("reviewer") as browser:
        assert (await agent.get("/desk/suggestions.csv")).status == 403
        assert "suggestions.csv" not in await agent.page(PLACE)
        answer = await browser.get("/desk/suggestions.csv?status=all")
        lines = list(csv.DictReader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
        some = await (await browser.get("/desk/suggestions.csv?kind=event")).text()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="suggestions-2026-11-21.csv"'
    assert "ann@example.org" not in str(lines) and len(lines) == 7 and some.count("\n") == 2
    women = [line for line in lines if rows["women"].code in (line["code"], line["joined_to"])]
    assert [line["people"] for line in women] == ["3", "", ""] and women[0]["author"] == "Kristin Hannah"
    formula = next(line for line in lines if "HYPERLINK" in line["text"])
    assert (formula["text"], formula["title"], formula["reply"]) == ("'=HYPERLINK(1)", "'=HYPERLINK(1)", "'@no")
    told = [one.details for one in await desk.rows("audit") if one.action == "suggestions_export"]
    assert told == [{"status": "all", "suggestions": 5}, {"kind": "event", "suggestions": 1}]


async def test_reading_and_searching_are_written_down(desk: Desk) -> None:
    row = await a_suggestion(desk)
    async with desk.browser("agent") as browser:
        await browser.page(PLACE)
        await browser.page(f"{PLACE}?q=women")
        await browser.page(f"{PLACE}/{row.id}")
    audit = [(one.action, one.details) for one in await desk.rows("audit") if "suggestion" in one.action]
    assert audit == [
        ("suggestions_search", {"q": "women", "found": 1}),
        ("suggestion_read", {"reference": row.code}),
    ]


async def test_what_cannot_be_taken_is_refused(desk: Desk) -> None:
    row = await a_suggestion(desk)
    async with desk.browser("agent") as browser:
        for fields in (
            {"status": "lost", "version": "0"},
            {"status": "done", "version": "x"},
            {"status": "done", "version": "0", "reply": "x" * 2001},
        ):
            assert (await browser.post(f"{PLACE}/{row.id}/decide", **fields)).status == 422, fields
        assert (await browser.post(f"{PLACE}/{row.id}/note", text=" ")).status == 422
        assert (await browser.post(f"{PLACE}/999999/note", text="x")).status == 404
    assert (await by_id(desk, row.id)).status == "new"


async def test_deleted_suggestion_leaves_nothing_and_its_place_to_the_next_one(desk: Desk) -> None:
    head = await a_suggestion(desk, status="ordered", reply="In May.", contact="ann@example.org", contact_kind="email")
    second, third = [await a_suggestion(desk, f"Number {number}", joined_to=head.id) for number in (2, 3)]
    async with desk.browser("admin") as admin, desk.browser("reviewer") as browser:
        await browser.done(f"{PLACE}/{head.id}/note", text="Ask Lee.")
        assert (await browser.post(f"{PLACE}/{head.id}/delete")).status == 403
        assert await admin.done(f"{PLACE}/{head.id}/delete") == PLACE
        assert (await admin.get(f"{PLACE}/{head.id}")).status == 404
        assert "2 people asked for this" in await admin.page(f"{PLACE}/{second.id}")
    rows = {row.id: row for row in await desk.rows("suggestion")}
    assert rows.keys() == {second.id, third.id} and rows[third.id].joined_to == second.id
    assert (rows[second.id].status, rows[second.id].reply, rows[second.id].joined_to) == ("ordered", "In May.", None)
    assert [row.what for row in await desk.rows("suggestion_event")] == ["parted"]
    assert "ann@example.org" not in str(
        [await desk.rows(table) for table in ("suggestion", "suggestion_event", "audit")]
    )


async def test_chat_is_linked_while_it_is_kept(desk: Desk) -> None:
    talk = await desk.talk(("patron", "Please buy The Women"))
    row = await a_suggestion(desk, conversation_id=talk)
    async with desk.browser("agent") as browser:
        assert f"/desk/chats/{talk}" in await browser.page(f"{PLACE}/{row.id}")
        await desk.app[keys.LOG].forget(talk)
        assert "/desk/chats/web" not in await browser.page(f"{PLACE}/{row.id}")


async def settled(desk: Desk) -> None:
    """Wait until Koha's yes or no, and a first attempt at the webhook, are written down."""
    while any(
        one.state == "due" and not (one.outlet == "webhook" and one.problem) for one in await desk.rows("delivery")
    ):
        if not await desk.app[keys.DELIVERIES].send_next():
            await asyncio.sleep(0.02)


async def test_failed_delivery_is_shown_and_tried_again(tmp_path: Path, database_url: str) -> None:
    koha = KohaServer(secret="another one")
    async with running(koha) as url:
        keys_of_koha = {"koha_url": url, "koha_client_id": "foyer", "koha_client_secret": CLIENT_SECRET}
        hook = {"webhook_url": "http://127.0.0.1:1/x", "webhook_secret": SECRET}
        settings = new_settings(tmp_path, database_url=database_url, **keys_of_koha, **hook)
        migrate(settings.database)
        async with running_desk(settings) as desk, desk.browser("agent") as agent, desk.browser("reviewer") as rae:
            row = await a_suggestion(desk)
            async with desk.app[keys.DATABASE].write() as db:
                await desk.app[keys.DELIVERIES].put(db, row.id, "created")
            await settled(desk)
            page = await agent.page(f"{PLACE}/{row.id}")
            assert "Koha does not accept the key (403)" in page and "it cannot be reached" in page
            assert "Not delivered" in await agent.page(PLACE)
            assert (await agent.post(f"{PLACE}/again")).status == 403
            await rae.done(f"{PLACE}/again")
            await settled(desk)
            koha.secret = CLIENT_SECRET
            (failed,) = [one for one in await desk.rows("delivery") if one.outlet == "koha"]
            await agent.done(f"{PLACE}/{row.id}/again", delivery=str(failed.id))
            await settled(desk)
            page = await agent.page(f"{PLACE}/{row.id}")
            assert "Number 1 there." in page and "Sent to Koha, number 1" in page
    assert len(koha.rows) == 1
