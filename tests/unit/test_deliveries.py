"""Other systems hear of every suggestion exactly once, however they fail and whatever is killed when."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.settings import ROOT
from bot.storage.engine import Database
from bot.storage.models import delivery, suggestion_event
from bot.suggestions.deliveries import Pace
from tests.unit.an_outlet import (
    AFTER,
    BEFORE,
    DROPPED_TAKEN,
    FAULTS,
    HURRY,
    LATE_TAKEN,
    OK,
    SECRET,
    KohaServer,
    Receiver,
    a_code,
    a_koha,
    a_webhook,
    deliveries,
    rows,
    running,
    suggest,
    until_sent,
)

MANY = 200
SENDERS = 6


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with running(receiver):
        yield receiver


@pytest.fixture
async def koha() -> AsyncIterator[KohaServer]:
    koha = KohaServer()
    async with running(koha):
        yield koha


class Faults:
    """Every fault at the first attempt of some, every pair of faults at the first two of some; then all is well."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def __call__(self, key: str, times: int) -> str:
        number = self.known.setdefault(key, len(self.known))
        return (FAULTS[number % len(FAULTS)], (*FAULTS, OK)[number // len(FAULTS) % 8], OK)[min(times, 2)]


async def test_receiver_that_fails_in_every_way_hears_of_two_hundred_suggestions_once_each(
    database: Database, receiver: Receiver
) -> None:
    receiver.manner = Faults()
    senders = [deliveries(database, [a_webhook(receiver.url)]) for _ in range(SENDERS)]
    for number in range(MANY):
        await suggest(senders[0], database, number)
    await until_sent(database, *senders)
    taken = [event["data"]["code"] for events in receiver.taken.values() for event in events]
    assert sorted(taken) == sorted(a_code(number) for number in range(MANY))
    assert sum(receiver.seen.values()) > 2 * MANY  # with the twins, which it knows by their id
    assert set(receiver.seen) == {row.key for row in await rows(database)}
    assert {row.state for row in await rows(database)} == {"sent"}


async def test_koha_that_fails_in_every_way_holds_two_hundred_suggestions_once_each(
    database: Database, koha: KohaServer
) -> None:
    koha.manner = Faults()
    koha.ask_manner = lambda times: BEFORE if times % 5 == 0 else OK  # to be asked fails too, now and then
    senders = [deliveries(database, [a_koha(koha.url)]) for _ in range(SENDERS)]
    for number in range(MANY):
        await suggest(senders[0], database, number)
    await until_sent(database, *senders)
    assert sorted(row["note"].split("\n")[0] for row in koha.rows) == sorted(f"Foyer {a_code(n)}" for n in range(MANY))
    numbers = {row["note"].split("\n")[0]: str(row["suggestion_id"]) for row in koha.rows}
    assert all(row.remote_id == numbers[row.body["note"].split("\n")[0]] for row in await rows(database))


async def test_server_that_answers_late_is_asked_and_not_sent_to_again(database: Database, koha: KohaServer) -> None:
    koha.manner = lambda key, times: LATE_TAKEN
    sender = deliveries(database, [a_koha(koha.url)])
    await suggest(sender, database)
    await until_sent(database, sender)
    assert (len(koha.rows), sum(koha.seen.values())) == (1, 1) and koha.asked
    (row,) = await rows(database)
    assert (row.state, row.remote_id) == ("sent", "1")
    (event,) = await rows(database, suggestion_event)
    assert (event.what, event.value, event.name) == ("sent", "koha 1", "")


@pytest.mark.parametrize("manner", [LATE_TAKEN, DROPPED_TAKEN, OK])
async def test_sender_that_is_killed_in_the_middle_leaves_nothing_twice(
    database: Database, koha: KohaServer, receiver: Receiver, manner: str
) -> None:
    koha.manner = receiver.manner = lambda key, times: manner if times == 0 else OK
    quick = Pace(pauses=(0.02,), lease=0.0, look=0.02)
    killed = deliveries(database, [a_koha(koha.url), a_webhook(receiver.url)], quick)
    await suggest(killed, database)
    for name, server in (("koha", koha), ("webhook", receiver)):
        sending = asyncio.create_task(killed.send_next(name))
        await server.arrived.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    await killed.close()
    next_one = deliveries(database, [a_koha(koha.url), a_webhook(receiver.url)])
    await until_sent(database, next_one)
    assert len(koha.rows) == 1 and sum(koha.seen.values()) == 1
    assert [len(events) for events in receiver.taken.values()] == [1] and len(receiver.seen) == 1


async def test_two_senders_at_once_never_send_the_same(
    database: Database, database_url: str, koha: KohaServer, receiver: Receiver
) -> None:
    other = Database(database_url)
    senders = [deliveries(one, [a_koha(koha.url, 5.0), a_webhook(receiver.url, 5.0)]) for one in (database, other)]
    for number in range(30):
        await suggest(senders[0], database, number)
    await until_sent(database, *senders)
    await other.close()
    assert len(koha.rows) == 30 and koha.asked == 0
    assert list(receiver.seen.values()) == [1] * 30


async def test_late_end_of_an_attempt_that_another_sender_has_taken_up_changes_nothing(
    database: Database, receiver: Receiver
) -> None:
    receiver.manner = lambda key, times: LATE_TAKEN if times == 0 else OK
    slow = deliveries(database, [a_webhook(receiver.url, 5.0)], Pace(lease=0.0))
    quick = deliveries(database, [a_webhook(receiver.url, 5.0)])
    await suggest(slow, database)
    waiting = asyncio.create_task(slow.send_next())
    await receiver.arrived.wait()
    assert await quick.send_next()
    await waiting
    (row,) = await rows(database)
    assert (row.state, row.attempts, len(await rows(database, suggestion_event))) == ("sent", 2, 1)
    for sender in (slow, quick):
        await sender.close()


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, "failed"), (401, "failed"), (404, "failed"), (410, "failed"), (302, "failed"), (204, "sent")]
    + [(status, "due") for status in (408, 425, 429, 500, 502, 503, 504)],
)
async def test_a_no_is_a_no_and_what_may_pass_is_tried_again(
    database: Database, receiver: Receiver, status: int, state: str
) -> None:
    server = receiver

    async def answer(*_: Any) -> Any:
        from aiohttp import web

        return web.Response(status=status, headers={"Location": f"{receiver.url}/elsewhere", "Retry-After": "120"})

    server.respond = answer  # type: ignore[method-assign]
    sender = deliveries(database, [a_webhook(receiver.url)], Pace(pauses=(5.0,)))
    await suggest(sender, database)
    assert await sender.send_next() and not await sender.send_next()
    (row,) = await rows(database)
    assert row.state == state and (state == "sent" or str(status) in row.problem)
    assert (row.next_at > time.time() + 100) == (status in (425, 429))
    if state == "failed":
        async with database.write() as db:
            assert await sender.again(db, row.id) and not await sender.again(db, row.id)
        assert (await rows(database))[0].state == "due" and await sender.send_next()
    await sender.close()


async def test_what_is_given_up_after_days_can_all_be_tried_again(database: Database, receiver: Receiver) -> None:
    receiver.manner = lambda key, times: BEFORE
    sender = deliveries(database, [a_webhook(receiver.url)], Pace(pauses=(0.0,), attempts=3))
    for number in range(3):
        await suggest(sender, database, number)
    while await sender.send_next():
        pass
    assert [(row.state, row.attempts) for row in await rows(database)] == [("failed", 3)] * 3
    receiver.manner = lambda key, times: OK
    async with database.write() as db:
        assert await sender.again_all(db) == 3
    await until_sent(database, sender)
    assert [(row.state, row.problem) for row in await rows(database)] == [("sent", None)] * 3
    assert [len(events) for events in receiver.taken.values()] == [1] * 3


async def test_receiver_that_is_away_keeps_no_other_one_waiting(database: Database, receiver: Receiver) -> None:
    sender = deliveries(database, [a_koha("http://127.0.0.1:1"), a_webhook(receiver.url)])
    for number in range(5):
        await suggest(sender, database, number)
    await until_sent(database, sender, outlet="webhook")
    while not all(row.problem for row in await rows(database) if row.outlet == "koha"):
        await sender.send_next("koha")
    await sender.close()
    found = {(row.outlet, row.state, row.problem) for row in await rows(database)}
    assert found == {("webhook", "sent", None), ("koha", "due", "it cannot be reached")}


async def test_change_waits_for_what_came_before_it(database: Database, receiver: Receiver) -> None:
    receiver.manner = lambda key, times: BEFORE if times < 2 else OK
    sender = deliveries(database, [a_webhook(receiver.url)])
    number = await suggest(sender, database)
    async with database.write() as db:
        await sender.put(db, number, "changed")
    await until_sent(database, sender)
    assert [events[0]["type"] for events in receiver.taken.values()] == ["suggestion.created", "suggestion.changed"]


async def test_delivery_is_stored_or_lost_with_its_suggestion(database: Database, receiver: Receiver) -> None:
    sender = deliveries(database, [a_webhook(receiver.url)])
    number = await suggest(sender, database)
    with pytest.raises(RuntimeError):
        async with database.write() as db:
            await sender.put(db, number, "changed")
            raise RuntimeError
    assert len(await rows(database)) == 1
    await sender.close()


async def test_signature_is_the_one_of_the_specification(database: Database, receiver: Receiver) -> None:
    sender = deliveries(database, [a_webhook(receiver.url)])
    await suggest(sender, database, text="¿Más libros?", contact="pat@example.org", contact_kind="email", branch="main")
    before = int(time.time())
    await sender.send_next()
    await sender.close()
    ((headers, body),) = receiver.requests
    moment = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{moment}.".encode() + body
    own = hmac.digest(base64.b64decode(SECRET[len("whsec_") :]), signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(own).decode()}"
    assert before <= int(moment) <= time.time() and "." not in headers["webhook-id"]
    assert headers["Content-Type"] == "application/json" and headers["webhook-id"] == (await rows(database))[0].key
    assert json.loads(body) == {
        "type": "suggestion.created",
        "timestamp": "2026-11-21T19:05:00.000Z",
        "data": {
            "code": a_code(0),
            "kind": "purchase",
            "text": "¿Más libros?",
            "details": {"title": "The Women", "author": "Kristin Hannah"},
            "status": "new",
            "reply": None,
            "joined_to": None,
            "branch": "main",
            "language": "en",
            "channel": "web",
            "created_at": "2026-11-21T19:05:00.000Z",
            "changed_at": "2026-11-21T19:05:00.000Z",
        },
    }


async def test_receiver_that_does_as_the_paper_says_knows_us_and_nobody_else(
    database: Database, receiver: Receiver
) -> None:
    paper = (ROOT / "docs" / "suggestions.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", paper, re.MULTILINE | re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)
    sender = deliveries(database, [a_webhook(receiver.url)])
    await suggest(sender, database)
    await sender.send_next()
    await sender.close()
    ((headers, body),) = receiver.requests
    assert told["is_from_foyer"](headers, body, SECRET)
    assert not told["is_from_foyer"](headers, body + b" ", SECRET)
    assert not told["is_from_foyer"](headers, body, "whsec_" + "QUJE" * 11)
    assert not told["is_from_foyer"]({**headers, "webhook-timestamp": str(int(time.time()) - 400)}, body, SECRET)
    (example,) = re.findall(r"^```json\n(.*?)^```", paper, re.MULTILINE | re.DOTALL)
    assert json.loads(example).keys() == json.loads(body).keys()
    assert json.loads(example)["data"].keys() == json.loads(body)["data"].keys()


async def test_signature_of_the_specifications_own_example() -> None:
    # The test vector of the Standard Webhooks libraries.
    from bot.webhook_signing import read_secret, sign

    key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_nothing_secret_is_logged_or_kept(
    database: Database, koha: KohaServer, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    koha.manner = receiver.manner = lambda key, times: AFTER
    outlets = [a_koha(koha.url, secret="wrong secret"), a_webhook(receiver.url)]
    sender = deliveries(database, outlets, HURRY)
    await suggest(sender, database, text="my words", contact="pat@example.org", contact_kind="email")
    await sender.send_next("koha")
    await sender.send_next("webhook")
    await sender.close()
    told = caplog.text + str([row.problem for row in await rows(database)]) + repr(outlets)
    for secret in ("wrong secret", SECRET, "my words", "pat@example.org", receiver.url):
        assert secret not in told
    assert {row.state for row in await rows(database) if row.outlet == "koha"} == {"failed"}
    assert "pat@example.org" not in str([row.body for row in await rows(database)])


def test_table_keeps_one_row_for_a_key() -> None:
    assert delivery.c.key.unique
