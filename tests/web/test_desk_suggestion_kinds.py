"""A suggestion that was taken for the wrong kind: put right at the desk, and everything that follows from it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.suggestions.answered import answered
from bot.suggestions.deliveries import Deliveries, Pace
from bot.suggestions.taking import Suggestions
from bot.web import keys
from tests.conftest import new_settings
from tests.unit.an_outlet import BEFORE, LATE_TAKEN, OK, KohaServer, Receiver, a_koha, a_webhook, running
from tests.web.a_desk import Browser, Desk, running_desk
from tests.web.a_suggestion import a_suggestion, by_id

PLACE = "/desk/suggestions"
QUICK = Pace(pauses=(0.0,), lease=0.0)


@pytest.fixture
async def desk(tmp_path: Path, database_url: str) -> AsyncIterator[Desk]:
    async with running_desk(new_settings(tmp_path, database_url=database_url)) as desk:
        yield desk


async def version_on(browser: Browser, number: int) -> str:
    shown = re.search(r'name="version" value="(\d+)"', await browser.page(f"{PLACE}/{number}"))
    assert shown
    return shown[1]


async def sort(browser: Browser, number: int, kind: str, title: str = "", author: str = "") -> Any:
    """Save what it is, on the page as it is now."""
    version = await version_on(browser, number)
    fields = {"kind": kind, "title": title, "author": author, "version": version}
    return await browser.post(f"{PLACE}/{number}/kind", **fields)


async def events(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.what, one.value, one.name) for one in await desk.rows("suggestion_event")]


async def test_complaint_that_is_a_wish_for_a_title_becomes_a_purchase_and_back(desk: Desk) -> None:
    words = "You never have The Women by Kristin Hannah"
    row = await a_suggestion(desk, words, kind="complaint", details={"title": "you never have the women"})
    async with desk.browser("agent") as browser:
        page = await browser.page(f"{PLACE}/{row.id}")
        assert f">{words}</h1>" in page and "<span>Complaint</span>" in page
        assert (await sort(browser, row.id, "purchase", " The  Women ", "Kristin Hannah")).status == 303
        page = await browser.page(f"{PLACE}/{row.id}")
        assert ">The Women <span" in page and "by Kristin Hannah" in page and "<span>Purchase</span>" in page
        assert "Taken for: Purchase" in page and "Title put right: The Women, Kristin Hannah" in page
        stored = await by_id(desk, row.id)
        assert stored.details == {"title": "The Women", "author": "Kristin Hannah"} and stored.text == words
        assert stored.matching == "purchase:book:women"
        await sort(browser, row.id, "purchase", "The Women", "Kristin Hannah")  # the same, sent twice
        await sort(browser, row.id, "praise")
        page = await browser.page(f"{PLACE}/{row.id}")
        assert f">{words}</h1>" in page and "<dt>Author" not in page
    assert await events(desk) == [
        ("kind", "purchase", "Agent"), ("title", "The Women, Kristin Hannah", "Agent"), ("kind", "praise", "Agent"),
    ]  # fmt: skip
    audit = [one.details for one in await desk.rows("audit") if one.action == "suggestion_sorted"]
    assert [(one["was"], one["kind"]) for one in audit] == [("complaint", "purchase"), ("purchase", "praise")]


async def test_whoever_asks_for_the_same_later_is_counted_with_it(desk: Desk) -> None:
    row = await a_suggestion(desk, "you need that new hannah", kind="comment")
    async with desk.browser("agent") as browser:
        await sort(browser, row.id, "purchase", "The Women", "Kristin Hannah")
    taking = Suggestions(desk.clock, desk.app[keys.WORDING], desk.app[keys.DELIVERIES])
    wish = {
        "kind": "purchase", "text": "the women", "details": {"title": "the women"}, "matching": "purchase:book:women",
        "contact": None, "contact_kind": None,
    }  # fmt: skip
    talk = await desk.talk()
    async with desk.app[keys.DATABASE].write() as db:
        await taking.take(db, await desk.app[keys.LOG].locked(db, talk), wish, "en")
    assert [one.joined_to for one in await desk.rows("suggestion")] == [None, row.id]


@pytest.mark.parametrize(
    ("was", "details", "to", "shown"),
    [
        ("purchase", {"title": "The Women", "public": True}, "complaint", []),  # a title was allowed, not the words
        ("purchase", {"title": "The Women"}, "service", [""]),  # the reply alone
        ("comment", {"public": True}, "praise", []),
        ("event", {"public": False}, "purchase", []),  # what staff keep back stays so
        ("comment", {}, "purchase", ["The Women"]),
    ],
)
async def test_nothing_is_shown_in_public_that_nobody_allowed(
    desk: Desk, was: str, details: dict[str, Any], to: str, shown: list[str]
) -> None:
    state = {"status": "done", "reply": "It is here.", "replied_at": desk.clock.now().timestamp()}
    row = await a_suggestion(desk, "my neighbour Pat wants it", kind=was, details=details, **state)
    async with desk.browser("agent") as browser:
        await sort(browser, row.id, to, "The Women")
    async with desk.app[keys.DATABASE].read() as db:
        found, _ = await answered(db, desk.clock.now().timestamp())
    assert [one.title for one in found] == shown and "Pat" not in str(found)


async def test_those_who_asked_for_the_same_follow_and_cannot_go_alone(desk: Desk) -> None:
    head = await a_suggestion(desk, "a chess set", kind="event")
    child = await a_suggestion(desk, "chess!", kind="event", joined_to=head.id)
    other = await a_suggestion(desk, "Chess by Ann Bee", kind="purchase", details={"title": "Chess"}, joined_to=head.id)
    async with desk.browser("agent") as browser:
        assert "Change what it is" not in await browser.page(f"{PLACE}/{child.id}")
        fields = {"kind": "purchase", "title": "", "author": "", "version": "0"}
        alone = await browser.post(f"{PLACE}/{child.id}/kind", **fields)
        assert alone.status == 409 and f"This one follows {head.code}." in await alone.text()
        assert await events(desk) == []
        await sort(browser, head.id, "purchase", "Chess for All", "Ann Bee")
        rows = [await by_id(desk, one.id) for one in (head, child, other)]
        assert {row.kind for row in rows} == {"purchase"}
        assert [row.details["title"] for row in rows] == ["Chess for All", "Chess for All", "Chess"]
        assert "Taken for: Purchase" in await browser.page(f"{PLACE}/{child.id}")


async def test_second_of_two_who_sort_is_told_and_keeps_the_words(desk: Desk) -> None:
    row = await a_suggestion(desk, "the women", kind="comment")
    async with desk.browser("agent") as ann, desk.browser("reviewer") as rae:
        fields = {"version": await version_on(ann, row.id), "author": ""}
        await ann.done(f"{PLACE}/{row.id}/kind", kind="event", title="", **fields)
        late = await rae.post(f"{PLACE}/{row.id}/kind", kind="purchase", title="The Women", **fields)
        page = await late.text()
        assert late.status == 409 and "Agent changed this suggestion meanwhile." in page and 'value="The Women"' in page
        assert "taken for: <strong>Event" in page and page.count('role="alert"') == 1
        decided = {"status": "done", "reply": "", "public": "", "version": fields["version"]}
        assert (await rae.post(f"{PLACE}/{row.id}/decide", **decided)).status == 409
        assert (await by_id(desk, row.id)).kind == "event"
        for wrong in ({"kind": "book"}, {"kind": "event", "version": "x"}, {"kind": "purchase", "title": "x" * 301}):
            assert (await rae.post(f"{PLACE}/{row.id}/kind", **fields | {"title": ""} | wrong)).status == 422, wrong
        assert (await rae.post(f"{PLACE}/99999/kind", kind="event", title="", **fields)).status == 404


@dataclass
class PatientKoha(KohaServer):
    """Takes a suggestion, and answers when it is told to."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def respond(self, request: web.Request, key: str, take: Callable[[], Any], done: Any) -> web.StreamResponse:
        made = take()
        self.arrived.set()
        await self.go_on.wait()
        return web.json_response(done(made), status=201)


async def send_all(sender: Deliveries) -> None:
    while await sender.send_next():
        pass


async def test_koha_and_webhook_hear_what_is_right_and_koha_never_twice(desk: Desk) -> None:
    koha, hook = KohaServer(), Receiver()
    async with running(koha) as koha_url, running(hook) as hook_url:
        outlets = [a_koha(koha_url, 60.0), a_webhook(hook_url, 60.0)]
        sender = desk.app[keys.HANDLING]._deliveries = Deliveries(desk.app[keys.DATABASE], desk.clock, outlets, QUICK)
        async with desk.browser("agent") as browser:
            row = await a_suggestion(desk, "the women", kind="comment")
            async with desk.app[keys.DATABASE].write() as db:
                await sender.put(db, row.id, "created")
            # A purchase that is none before anything was sent reaches Koha never.
            await sort(browser, row.id, "purchase", "The Woman")
            await sort(browser, row.id, "comment")
            await send_all(sender)
            assert koha.rows == [] and "Not sent any more" in await browser.page(f"{PLACE}/{row.id}")
            # Begun again, with the title as it was put right before it left.
            await sort(browser, row.id, "purchase", "The Woman")
            await sort(browser, row.id, "purchase", "The Women", "Kristin Hannah")
            await send_all(sender)
            assert [(one["title"], one["author"]) for one in koha.rows] == [("The Women", "Kristin Hannah")]
            # What Koha has stays there, is told, and is not sent again.
            await sort(browser, row.id, "service")
            assert "take it out by hand" in await browser.page(f"{PLACE}/{row.id}")
            await sort(browser, row.id, "purchase", "The Women", "Kristin Hannah")
            await send_all(sender)
            assert len(koha.rows) == 1 and koha.asked == 0
            told = [event["data"] for taken in hook.taken.values() for event in taken]
            assert [one["kind"] for one in told][-2:] == ["service", "purchase"]
            assert [one["details"] for one in told][-2:] == [{}, {"title": "The Women", "author": "Kristin Hannah"}]
        await sender.close()


@pytest.mark.parametrize(("manner", "there"), [(LATE_TAKEN, True), (BEFORE, False)])
async def test_what_was_dropped_half_way_is_asked_for_before_it_is_sent_again(
    desk: Desk, manner: str, there: bool
) -> None:
    koha = KohaServer(manner=lambda key, times: manner if times == 0 else OK)
    async with running(koha) as url:
        sender = Deliveries(desk.app[keys.DATABASE], desk.clock, [a_koha(url, settle=0.0)], QUICK)
        desk.app[keys.HANDLING]._deliveries = sender
        row = await a_suggestion(desk)
        async with desk.browser("agent") as browser:
            async with desk.app[keys.DATABASE].write() as db:
                await sender.put(db, row.id, "created")
            assert await sender.send_next()
            await sort(browser, row.id, "event")
            assert not await sender.send_next()
            await sort(browser, row.id, "purchase", "The Women")
            await send_all(sender)
            (way,) = await desk.rows("delivery")
            assert (way.state, way.remote_id, len(koha.rows), koha.asked) == ("sent", "1", 1, 1)
            assert sum(koha.seen.values()) == (1 if there else 2)
        await sender.close()


async def test_what_arrives_in_the_moment_in_which_it_is_dropped_counts_as_delivered(desk: Desk) -> None:
    koha = PatientKoha()
    async with running(koha) as url:
        sender = Deliveries(desk.app[keys.DATABASE], desk.clock, [a_koha(url, seconds=60.0)], QUICK)
        desk.app[keys.HANDLING]._deliveries = sender
        row = await a_suggestion(desk)
        async with desk.browser("agent") as browser:
            async with desk.app[keys.DATABASE].write() as db:
                await sender.put(db, row.id, "created")
            sending = asyncio.create_task(sender.send_next())
            await koha.arrived.wait()
            await sort(browser, row.id, "event")
            assert [way.state for way in await desk.rows("delivery")] == ["dropped"]
            koha.go_on.set()
            await sending
            page = await browser.page(f"{PLACE}/{row.id}")
            assert "Number 1 there. It is no purchase any more" in page
            await sort(browser, row.id, "purchase", "The Women")
            await send_all(sender)
        await sender.close()
    assert len(koha.rows) == 1


async def test_one_that_changed_its_kind_while_joined_reaches_koha_once_parted(desk: Desk) -> None:
    koha = KohaServer()
    async with running(koha) as url:
        sender = Deliveries(desk.app[keys.DATABASE], desk.clock, [a_koha(url)], QUICK)
        desk.app[keys.HANDLING]._deliveries = sender
        head = await a_suggestion(desk)
        child = await a_suggestion(desk, "hannah's newest", details={}, joined_to=head.id)
        async with desk.browser("agent") as browser:
            async with desk.app[keys.DATABASE].write() as db:
                for one in (head, child):
                    await sender.put(db, one.id, "created")
            await sort(browser, head.id, "service")
            await sort(browser, head.id, "purchase", "The Women")
            await send_all(sender)
            assert [one["title"] for one in koha.rows] == ["The Women"]
            await browser.done(f"{PLACE}/{child.id}/part")
            await send_all(sender)
        await sender.close()
    assert [one["note"].split("\n")[0] for one in koha.rows] == [f"Foyer {one.code}" for one in (head, child)]
