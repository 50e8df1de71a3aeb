"""The hand-off on real databases: a promise of a person is kept, by one person, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.contact import read_contact
from bot.conversations.errors import (
    BadContact,
    BadField,
    BadRating,
    NotTransferred,
    NotWaiting,
    NotYours,
    OverLimit,
    StaffAway,
    Taken,
)
from bot.conversations.handoff import Outcome, Outlook, Reason
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog
from bot.conversations.model import Mode, Sender, text_block
from bot.conversations.plain import plain_text
from bot.conversations.presence import LOST_SECONDS, Status
from bot.conversations.references import new_reference, read_reference
from bot.conversations.text import printable
from bot.storage.engine import Database
from bot.storage.models import handoff, note, rasa_tracker, rating
from tests.unit.a_desk import Desk, a_desk

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
OPENS = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(MONDAY)


@pytest.fixture
async def desk(database_url: str, clock: FrozenClock) -> AsyncIterator[Desk]:
    database = Database(database_url)
    yield a_desk(ConversationLog(database, clock, Tokens(b"test"), Hub(), answer_within=30))
    await database.close()


async def begin(desk: Desk, *, lang: str = "en", says: str = "my renewal failed twice") -> str:
    talk = (await desk.log.begin("web", lang, [text_block("hello")])).conversation.id
    await desk.log.receive(talk, "first", text=says)
    return talk


async def ask(desk: Desk, talk: str, command: str = "person", key: str | None = None) -> None:
    """Press one of the patron's buttons."""
    async with desk.log.database.read() as db:
        known = await desk.log.read(db, talk)
    await desk.handoffs.command(known, key or f"{command}-{known.seq}", None, f"do.{command}")


async def waiting(desk: Desk, **more: Any) -> str:
    talk = await begin(desk, **more)
    await ask(desk, talk)
    return talk


async def said(desk: Desk, talk: str) -> list[str]:
    messages, _ = await desk.log.after(talk, 0)
    return [f"{m.sender.value}: {plain_text(m.blocks)}" for m in messages]


async def mode(desk: Desk, talk: str) -> Mode:
    return (await desk.log.after(talk, 0))[1]


async def row(desk: Desk, talk: str) -> Any:
    async with desk.log.database.read() as db:
        query = sa.select(handoff).where(handoff.c.conversation_id == talk).order_by(handoff.c.id.desc()).limit(1)
        return (await db.execute(query)).one()


async def test_patrons_wait_in_order_and_are_told_their_place(desk: Desk, clock: FrozenClock) -> None:
    await desk.person("Ana")
    first = await waiting(desk)
    clock.moment += timedelta(seconds=1)
    second = await waiting(desk, lang="es")
    assert "you are next" in (await said(desk, first))[-1]
    assert "Usted es el número 2 de la fila" in (await said(desk, second))[-1]
    assert (await desk.handoffs.state(second, Mode.WAITING, "es")).queue == 2
    await ask(desk, first, "bot")
    assert (await desk.handoffs.state(second, Mode.WAITING, "es")).queue == 1
    assert (await row(desk, first)).question == "my renewal failed twice"


@pytest.mark.parametrize(
    ("hours", "staff_is", "lang", "reads"),
    [
        (Outlook(False, OPENS), "available", "en", "Our librarians are away now. They are back in this chat tomorrow"),
        (Outlook(False, OPENS), "available", "es", "Estará de nuevo en este chat mañana"),
        (Outlook(True), "away", "en", "No librarian is free in this chat right now. You can call 315-555-0140"),
        (Outlook(True), "busy", "es", "En este momento nadie de la biblioteca está libre"),
        (Outlook(None), "offline", "en", "No librarian is free"),
    ],
)
async def test_where_nobody_can_join_a_message_is_taken_and_nothing_promised(
    desk: Desk, hours: Outlook, staff_is: str, lang: str, reads: str
) -> None:
    await desk.person("Ana", staff_is)
    desk.hours = hours
    talk = await waiting(desk, lang=lang)
    messages, now = await desk.log.after(talk, 0)
    assert now is Mode.BOT and reads in plain_text(messages[-1].blocks)
    form = messages[-1].blocks[-1]
    assert form["type"] == "form" and form["fields"][0]["value"] == "my renewal failed twice"
    assert (await row(desk, talk)).state == "missed"


async def test_desk_that_gives_no_sign_of_life_is_nobody(desk: Desk, clock: FrozenClock) -> None:
    await desk.person("Ana")
    clock.moment += timedelta(seconds=LOST_SECONDS + 1)
    assert await mode(desk, await waiting(desk)) is Mode.BOT


async def test_hours_that_are_not_known_do_not_keep_an_available_person_away(desk: Desk) -> None:
    await desk.person("Ana")
    desk.hours = Outlook(None)
    assert await mode(desk, await waiting(desk)) is Mode.WAITING


async def test_two_who_claim_at_once_two_hundred_times_have_one_owner_each_time_and_the_other_is_told_who(
    desk: Desk,
) -> None:
    ana, sam = [await desk.person(name, seats=10_000) for name in ("Ana", "Sam")]
    wins = {ana.id: 0, sam.id: 0}
    for number in range(200):
        talk = await waiting(desk)
        both = (ana, sam) if number % 2 else (sam, ana)
        results = await asyncio.gather(*(desk.claims.claim(talk, one) for one in both), return_exceptions=True)
        lost = [one for one in results if isinstance(one, BaseException)]
        assert len(lost) == 1 and isinstance(lost[0], Taken)
        owner = (await row(desk, talk)).staff_id
        wins[owner] += 1
        winner = ana if owner == ana.id else sam
        assert lost[0].said == f"{winner.shown_as} took this chat."
        assert (await said(desk, talk))[-1] == f"system: {winner.shown_as} joined the chat."
        assert (await said(desk, talk))[-1] != (await said(desk, talk))[-2]
    assert sum(wins.values()) == 200


async def test_owner_answers_and_nobody_else(desk: Desk) -> None:
    ana, sam = await desk.person("Ana"), await desk.person("Sam")
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    with pytest.raises(NotYours) as refused:
        await desk.claims.reply(talk, sam, "s1", "I am not the owner")
    assert refused.value.said == "Ana has this chat."
    first = await desk.claims.reply(talk, ana, "a1", "Hello, I am looking.")
    again = await desk.claims.reply(talk, ana, "a1", "Hello, I am looking.")
    assert (first.new, again.new) == (True, False) and first.message == again.message
    assert (await said(desk, talk))[-1] == "staff: Hello, I am looking."
    assert (await desk.handoffs.state(talk, Mode.STAFF, "en")).staff == "Ana"


async def test_own_limit_asks_first(desk: Desk) -> None:
    ana = await desk.person("Ana", seats=1)
    first, second = await waiting(desk), await waiting(desk)
    await desk.claims.claim(first, ana)
    with pytest.raises(OverLimit) as refused:
        await desk.claims.claim(second, ana)
    assert refused.value.said == "You have 1 chat, your limit is 1. Take this one anyway?"
    await desk.claims.claim(second, ana, over=True)


async def test_transfer_is_accepted_by_the_one_it_was_offered_to(desk: Desk) -> None:
    ana, lee, sam = [await desk.person(name) for name in ("Ana", "Lee", "Sam")]
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    await desk.claims.offer(talk, ana, lee.id, "Local history, please")
    await desk.claims.reply(talk, ana, "a1", "One moment")  # still hers
    with pytest.raises(NotTransferred):
        await desk.claims.accept(talk, sam)
    await desk.claims.accept(talk, lee)
    assert (await said(desk, talk))[-2:] == ["system: Ana is passing you to Lee.", "system: Lee joined the chat."]
    with pytest.raises(NotYours):
        await desk.claims.reply(talk, ana, "a2", "too late")
    async with desk.log.database.read() as db:
        assert (await db.execute(sa.select(note.c.name, note.c.text))).all() == [("Ana", "Local history, please")]


@pytest.mark.parametrize("how", ["declined", "cancelled", "not answered for a minute"])
async def test_transfer_that_is_not_accepted_stays_with_its_owner(desk: Desk, clock: FrozenClock, how: str) -> None:
    ana, lee = await desk.person("Ana"), await desk.person("Lee")
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    await desk.claims.offer(talk, ana, lee.id, "please")
    if how == "declined":
        await desk.claims.decline(talk, lee)
    elif how == "cancelled":
        await desk.claims.cancel(talk, ana)
    else:
        clock.moment += timedelta(seconds=61)
        for one in (ana, lee):
            await desk.presence.alive(one.id)
        await desk.waiting.look()
    assert (await row(desk, talk)).transfer_to is None
    with pytest.raises(NotTransferred):
        await desk.claims.accept(talk, lee)
    await desk.claims.reply(talk, ana, "a1", "still here")


async def test_transfer_is_offered_to_somebody_who_is_there_only(desk: Desk) -> None:
    ana, gone = await desk.person("Ana"), await desk.person("Lee", "away")
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    for to in (gone.id, ana.id, 999):
        with pytest.raises(StaffAway):
            await desk.claims.offer(talk, ana, to, "please")


async def test_lost_person_is_told_within_a_minute_and_the_talk_goes_to_the_front(
    desk: Desk, clock: FrozenClock
) -> None:
    ana, sam = await desk.person("Ana"), await desk.person("Sam")
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    clock.moment += timedelta(seconds=30)
    await desk.presence.alive(sam.id)
    other = await waiting(desk)
    await desk.waiting.look()
    assert await mode(desk, talk) is Mode.STAFF
    clock.moment += timedelta(seconds=20)
    await desk.presence.alive(sam.id)
    await desk.waiting.look()
    assert await mode(desk, talk) is Mode.WAITING
    assert "Ana was disconnected. We are finding someone else. You keep your place." in (await said(desk, talk))[-1]
    assert (await desk.handoffs.state(talk, Mode.WAITING, "en")).queue == 1
    assert (await desk.handoffs.state(other, Mode.WAITING, "en")).queue == 2
    with pytest.raises(NotYours):
        await desk.claims.reply(talk, ana, "late", "I am back")
    await desk.claims.claim(talk, sam)


async def test_released_talk_keeps_its_place(desk: Desk) -> None:
    ana = await desk.person("Ana")
    talk, _ = await waiting(desk), await waiting(desk)
    await desk.claims.claim(talk, ana)
    await desk.claims.release(talk, ana)
    assert "Ana left the chat. You keep your place" in (await said(desk, talk))[-1]
    assert (await desk.handoffs.state(talk, Mode.WAITING, "en")).queue == 1


async def test_long_wait_is_told_once_and_the_patron_may_choose(desk: Desk, clock: FrozenClock) -> None:
    ana = await desk.person("Ana")
    talk = await waiting(desk)
    before = len(await said(desk, talk))
    clock.moment += timedelta(seconds=91)
    await desk.presence.alive(ana.id)
    await desk.handoffs.patron_is_here(talk)
    for _ in range(3):
        await desk.waiting.look()
    lines = await said(desk, talk)
    assert len(lines) == before + 1
    assert "It is taking longer than usual" in lines[-1] and "[Keep waiting]" in lines[-1]
    async with desk.log.database.read() as db:
        known = await desk.log.read(db, talk)
    # Typed as well as pressed: in a text message there is nothing to press.
    receipt = await desk.handoffs.command(known, "typed", "2", None)
    assert receipt is not None
    assert "Your question: ____" in (await said(desk, talk))[-1]
    assert await mode(desk, talk) is Mode.WAITING


@pytest.mark.parametrize("urgent", [False, True])
async def test_whoever_waits_for_ever_gets_an_apology_and_a_form(desk: Desk, clock: FrozenClock, urgent: bool) -> None:
    ana = await desk.person("Ana")
    talk = await waiting(desk)
    if urgent:
        await desk.claims.claim(talk, ana)
        await desk.claims.release(talk, ana)
    for _ in range(5):
        clock.moment += timedelta(seconds=300)
        await desk.presence.alive(ana.id)
        await desk.handoffs.patron_is_here(talk)
        await desk.waiting.look()
    assert await mode(desk, talk) is Mode.BOT
    assert "I am sorry: no librarian could come" in (await said(desk, talk))[-1]
    assert (await row(desk, talk)).state == "missed"


async def test_patron_who_left_the_queue_long_ago_is_no_longer_shown_as_waiting(desk: Desk, clock: FrozenClock) -> None:
    await desk.person("Ana")
    talk = await waiting(desk)
    clock.moment += timedelta(seconds=601)
    await desk.waiting.look()
    assert await mode(desk, talk) is Mode.BOT
    assert ((await row(desk, talk)).state, (await row(desk, talk)).outcome) == ("missed", "left")


async def test_given_back_the_assistant_begins_anew_and_the_patron_is_asked_how_it_was(desk: Desk) -> None:
    ana = await desk.person("Ana")
    talk = await waiting(desk)
    async with desk.log.database.write() as db:
        await db.execute(rasa_tracker.insert().values(conversation_id=talk, updated_at=0.0, state="{}"))
    await desk.claims.claim(talk, ana)
    await desk.claims.give_back(talk, ana)
    assert await mode(desk, talk) is Mode.BOT
    messages, _ = await desk.log.after(talk, 0)
    assert [block["type"] for block in messages[-1].blocks] == ["divider", "rating"]
    async with desk.log.database.read() as db:
        assert (await db.execute(sa.select(rasa_tracker))).all() == []
    assert (await row(desk, talk)).outcome == "returned"
    with pytest.raises(NotWaiting):
        await desk.claims.claim(talk, ana)
    await ask(desk, talk)  # and may ask for a person again
    await desk.claims.claim(talk, ana)


async def test_end_of_a_talk_keeps_what_became_of_it(desk: Desk) -> None:
    ana = await desk.person("Ana")
    talk = await waiting(desk)
    await desk.claims.claim(talk, ana)
    await desk.claims.end(talk, ana, Outcome.REFERRED, ["Renewals", " renewals ", "fines"])
    assert await mode(desk, talk) is Mode.ENDED
    assert (await said(desk, talk))[-1].startswith("system: The chat has ended.")
    assert (await row(desk, talk)).outcome == "referred"
    await desk.ratings.rate(talk, 0, "partly", "a bit slow")
    await desk.ratings.rate(talk, 0, "yes")
    async with desk.log.database.read() as db:
        assert (await db.execute(sa.select(rating.c.seq, rating.c.value))).all() == [(0, "yes")]


async def test_distress_of_somebody_who_waits_already_goes_before_all_others(desk: Desk) -> None:
    await desk.person("Ana")
    first, second = await waiting(desk), await waiting(desk)
    async with desk.log.database.write() as db:
        talk = await desk.log.locked(db, second)
        await desk.handoffs.request(db, talk, Reason.SAFETY, Outlook(True), "i want to die")
    assert (await desk.handoffs.state(second, Mode.WAITING, "en")).queue == 1
    assert (await desk.handoffs.state(first, Mode.WAITING, "en")).queue == 2
    assert (await row(desk, second)).reason == "safety"


async def test_old_button_to_keep_waiting_asks_anew_when_nobody_waits_any_more(desk: Desk) -> None:
    await desk.person("Ana")
    talk = await waiting(desk)
    await ask(desk, talk, "bot")
    await ask(desk, talk, "wait")
    assert await mode(desk, talk) is Mode.WAITING
    assert "you are next" in (await said(desk, talk))[-1]


async def test_whoever_waits_is_told_when_the_last_person_has_gone(desk: Desk, clock: FrozenClock) -> None:
    ana = await desk.person("Ana")
    talk = await waiting(desk)
    await desk.presence.choose(ana.id, Status.BUSY)
    clock.moment += timedelta(seconds=91)
    await desk.presence.alive(ana.id)
    await desk.handoffs.patron_is_here(talk)
    await desk.waiting.look()
    assert await mode(desk, talk) is Mode.WAITING  # busy is not gone
    await desk.presence.choose(ana.id, Status.AWAY)
    await desk.waiting.look()
    assert await mode(desk, talk) is Mode.BOT
    assert "I am sorry: no librarian could come" in (await said(desk, talk))[-1]


async def test_distress_goes_before_all_others(desk: Desk) -> None:
    await desk.person("Ana")
    first, urgent = await waiting(desk), await begin(desk, says="i want to die")
    async with desk.log.database.write() as db:
        talk = await desk.log.locked(db, urgent)
        await desk.handoffs.request(db, talk, Reason.SAFETY, Outlook(True), "i want to die")
    assert (await desk.handoffs.state(urgent, Mode.WAITING, "en")).queue == 1
    assert (await desk.handoffs.state(first, Mode.WAITING, "en")).queue == 2


async def test_message_is_left_once_with_a_number_and_ends_the_waiting(desk: Desk) -> None:
    await desk.person("Ana")
    talk = await waiting(desk)
    await ask(desk, talk, "message")
    form = (await desk.log.after(talk, 0))[0][-1].seq
    values = {"question": "my renewal failed", "contact": "pat@example.org", "name": " Pat  Doe "}
    for wrong, error, field in (
        (values | {"question": "  "}, BadField, "question"),
        (values | {"contact": "nonsense"}, BadContact, "contact"),
        (values | {"contact": ""}, BadContact, "contact"),
    ):
        with pytest.raises(error) as refused:
            await desk.left.leave(talk, "form", form, wrong)
        assert refused.value.facts == {"field": field}
    reference = await desk.left.leave(talk, "form", form, values)
    assert await desk.left.leave(talk, "form", form, values) == reference
    assert read_reference(reference.lower().replace("-", " ")) == reference
    messages, now = await desk.log.after(talk, 0)
    assert now is Mode.BOT and messages[-1].blocks[0]["form"] == form
    assert reference in messages[-1].text and "pat@example.org" in messages[-1].text
    assert (await row(desk, talk)).state == "missed"
    with pytest.raises(BadField):
        await desk.left.leave(talk, "other", 1, values)  # no form was offered there


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pat@example.org", ("pat@example.org", "email")),
        ("  jose.nunez+cartas@biblioteca.example ", ("jose.nunez+cartas@biblioteca.example", "email")),
        ("=?utf-8?q??=@x.org", None),
        ("pat\ud800@example.org\x00", ("pat@example.org", "email")),
        ("315-555-0199", ("315-555-0199", "phone")),
        ("+1 (315) 555 0199", ("+1 (315) 555 0199", "phone")),
        ("555", None),
        ("pat@", None),
        ("pat@example.org, eve@example.org", None),
        ("pat@example.org\r\nBcc: all@example.org", None),
        ("call me maybe", None),
        ("1" * 30, None),
    ],
)
def test_contact_is_an_address_or_a_number(text: str, read: tuple[str, str] | None) -> None:
    assert read_contact(printable(text)) == read


def test_reference_finds_a_wrong_sign_and_two_that_changed_places() -> None:
    for _ in range(20):
        reference = new_reference("M")
        bare = reference.replace("-", "")
        assert read_reference(f" {bare.lower()} ") == reference
        for place in range(1, len(bare)):
            for sign in "2345ABXY":
                wrong = bare[:place] + sign + bare[place + 1 :]
                assert (read_reference(wrong) is None) == (wrong != bare)
        for place in range(1, len(bare) - 2):
            swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
            assert (read_reference(swapped) is None) == (swapped != bare)


async def test_answer_that_did_not_help_offers_a_person_once(desk: Desk) -> None:
    await desk.person("Ana")
    talk = await begin(desk)
    async with desk.log.database.write() as db:
        known = await desk.log.locked(db, talk)
        await desk.log.append(db, known, Sender.BOT, [text_block("We open at nine.")])
    await desk.ratings.rate(talk, 3, "down")
    await desk.ratings.rate(talk, 3, "up")
    await desk.ratings.rate(talk, 3, "down")
    lines = await said(desk, talk)
    assert sum("Would you like to talk to a librarian?" in line for line in lines) == 1
    assert await desk.ratings.given(talk) == {"3": "down"}
    for seq, value in ((2, "up"), (99, "down"), (3, "yes"), (0, "up")):
        with pytest.raises(BadRating):
            await desk.ratings.rate(talk, seq, value)
    await ask(desk, talk)
    assert (await row(desk, talk)).reason == "rated_down"

    return Sender.BOT


async def test_button_pressed_twice_does_one_thing(desk: Desk) -> None:
    await desk.person("Ana")
    talk = await begin(desk)
    for _ in range(3):
        await ask(desk, talk, "person", "same key")
    lines = await said(desk, talk)
    assert [line for line in lines if "Talk to a person" in line] == ["patron: Talk to a person"]
    assert sum("you are next" in line for line in lines) == 1


async def test_everybody_is_away_when_their_desk_closed(desk: Desk, clock: FrozenClock) -> None:
    ana = await desk.person("Ana")
    await desk.presence.choose(ana.id, Status.BUSY)
    async with desk.log.database.read() as db:
        assert [one.status for one in await desk.presence.people(db)] == [Status.BUSY]
    clock.moment += timedelta(seconds=LOST_SECONDS + 1)
    async with desk.log.database.read() as db:
        assert [one.status for one in await desk.presence.people(db)] == [Status.OFFLINE]
