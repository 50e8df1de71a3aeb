"""What goes out arrives once each, in order, whatever platforms and processes do meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.model import FORMS
from bot.channels.sending import Timing
from bot.channels.splitting import units
from bot.conversations.model import Sender, TurnReply, TurnRequest, text_block
from bot.storage.models import address, message
from bot.web import keys
from tests.channels.a_gateway import HURRY, hurry
from tests.channels.conftest import CHOICES, House, ScriptedBrain, house_of
from tests.channels.stand_ins import (
    ALL,
    APP,
    BOT,
    PAGE,
    SIGNING,
    TOKEN,
    WHSEC,
    XOXB,
    Bridge,
    StandIn,
    Telegram,
    Twilio,
    now_and_then,
    until,
)
from tests.web.a_staff_member import StaffClient

PATRONS = 5
EACH = 8
KEYS = (TOKEN, BOT, PAGE, APP, XOXB, SIGNING, WHSEC)


def patrons(platform: StandIn, count: int = PATRONS) -> list[str]:
    """Return addresses as the platform has them."""
    return [platform.address[:-2] + str(10 + number) for number in range(count)]


def in_turn(*faults: str | None) -> Callable[[], str | None]:
    """Return these faults one after the other, and then none."""
    left = itertools.chain(faults, itertools.repeat(None))
    return lambda: next(left)


async def talk(house: House, to: str, texts: Iterable[str]) -> None:
    for text in texts:
        await house.say(text, address=to)


async def all_arrive(platform: StandIn, expected: dict[str, list[str]], seconds: float = 60.0) -> None:
    """Make sure that each patron gets the answers to what they said, each once and in order."""
    wanted = sum(len(texts) for texts in expected.values())
    await until(lambda: len(platform.sent) >= wanted, seconds)
    for to, texts in expected.items():
        assert [one.text.split("\n")[0] for one in platform.sent if one.to == to] == [
            f"You said: {text}" for text in texts
        ]
    assert len(platform.sent) == wanted


@asynccontextmanager
async def hurried(platform: StandIn, folder: Path, timing: Timing = HURRY, **changes: Any) -> AsyncIterator[House]:
    async with house_of(platform, folder, **changes) as house:
        hurry(house.client.app, timing)
        yield house


@pytest.fixture(params=list(ALL))
async def quick(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway in a hurry, with each platform in turn."""
    async with hurried(ALL[request.param](), tmp_path) as house:
        yield house


async def parts(house: House, state: str) -> list[Any]:
    return [row for row in await house.rows("outbound") if row.state == state]


async def until_parts(house: House, state: str, count: int = 1) -> list[Any]:
    end = time.monotonic() + 20
    while len(found := await parts(house, state)) < count:
        assert time.monotonic() < end, f"no {count} parts are {state}"
        await asyncio.sleep(0.02)
    return found


def assert_silent_about(secrets: Iterable[str], caplog: pytest.LogCaptureFixture) -> None:
    """Make sure that nobody learns an address, words or a key from what is logged at INFO (but by the stand-ins)."""
    logged = [record for record in caplog.records if record.name != "aiohttp.access"]
    assert logged
    told = "\n".join(logging.Formatter().format(record) for record in logged)
    for secret in (*secrets, *KEYS):
        assert secret.lstrip("+") not in told


async def until_empty(house: House, table: str) -> None:
    end = time.monotonic() + 20
    while await house.rows(table):
        assert time.monotonic() < end, f"{table} is not emptied"
        await asyncio.sleep(0.02)


async def test_each_answer_arrives_once_and_in_order_though_every_third_attempt_fails(
    quick: House, caplog: pytest.LogCaptureFixture
) -> None:
    platform = quick.platform
    kinds = ("busy", "broken", "refused", *(("cut",) if platform.can_be_asked else ()))
    platform.fault = now_and_then(kinds, 0.3, seed=7)
    expected = {to: [f"{number} from {to}" for number in range(EACH)] for to in patrons(platform)}
    with caplog.at_level(logging.INFO):
        await asyncio.gather(*(talk(quick, to, texts) for to, texts in expected.items()))
        await all_arrive(platform, expected)
    assert platform.calls > PATRONS * EACH
    await until_parts(quick, "sent", PATRONS * EACH)
    assert all(row.body is None for row in await quick.rows("outbound"))
    assert "trying again" in caplog.text
    assert_silent_about((*expected, "You said"), caplog)


async def test_same_words_twice_are_no_repetition(quick: House) -> None:
    await quick.hello()
    for fault in ("broken", "cut" if quick.platform.can_be_asked else "broken", "refused"):
        quick.platform.fault = in_turn(fault)
        await quick.say("again")
        assert (await quick.next())[0].text == "You said: again"
    await quick.nothing_more()


async def test_message_that_arrived_is_found_though_the_platform_is_busy_for_long(tmp_path: Path) -> None:
    for channel in ("sms", "slack"):
        async with hurried(ALL[channel](), tmp_path / channel) as house:
            house.platform.fault = in_turn("cut")
            await house.say("hello")
            await house.next()
            await until_parts(house, "sent")
            await house.nothing_more()
            assert house.platform.calls == 1


async def test_platform_that_is_away_is_waited_for(quick: House) -> None:
    server = quick.platform.server
    assert server
    port = server.port
    await server.close()
    await quick.say("hello")
    await until_parts(quick, "due")
    quick.platform.server = again = TestServer(server.app.__class__(), port=port)
    quick.platform.routes(again.app)
    await again.start_server()
    assert (await quick.next())[0].text.startswith("You said: hello")
    await quick.nothing_more()


async def test_what_cannot_be_delivered_is_told_to_staff_and_holds_nothing_up(quick: House) -> None:
    quick.platform.fault = in_turn("never")
    await quick.say("first")
    (failed,) = await until_parts(quick, "failed")
    assert failed.problem.endswith(".") and quick.platform.address.lstrip("+") not in failed.problem
    await quick.say("second")
    assert (await quick.next())[0].text == "You said: second"
    await quick.nothing_more()


async def test_what_fails_again_and_again_is_given_up_and_holds_nothing_up(tmp_path: Path) -> None:
    async with hurried(ALL["slack"](), tmp_path, replace(HURRY, attempts=3)) as house:
        house.platform.fault = in_turn("broken", "refused", "broken")
        await house.say("first")
        await house.say("second")
        assert (await house.next())[0].text == "You said: second"
        (failed,) = await parts(house, "failed")
        assert failed.problem.startswith("Given up after many attempts: ")


async def test_number_that_has_stopped_us_at_the_carrier_is_said_so(tmp_path: Path) -> None:
    platform = Twilio("sms")
    platform.never = lambda: web.json_response({"code": 21610, "message": "no", "status": 400}, status=400)  # type: ignore[method-assign]
    async with hurried(platform, tmp_path) as house:
        platform.fault = in_turn("never")
        await house.say("hello")
        (failed,) = await until_parts(house, "failed")
        assert failed.problem == "The patron has asked the carrier for no more messages (STOP)."


async def test_failure_that_is_reported_later_is_told_to_staff(tmp_path: Path) -> None:
    platform = Twilio("sms")
    async with hurried(platform, tmp_path) as house:
        await house.hello()
        (row,) = await until_parts(house, "sent")
        await house.bring(platform.failed(row.remote_id, "30003"), 2)
        (failed,) = await parts(house, "failed")
        assert failed.problem == "The telephone is off, or there is none."
        await house.bring(platform.failed("SM" + "9" * 32, "30003"))
        await house.say("again")
        assert (await house.next())[0].text == "You said: again"


async def test_report_may_come_before_the_answer_to_our_own_call(tmp_path: Path) -> None:
    platform = Twilio("sms")
    platform.slow = 1.0
    async with hurried(platform, tmp_path) as house:
        await house.say("hello")
        await house.next()
        await house.bring(platform.failed(platform.held[-1]["sid"], "30005"))
        (failed,) = await until_parts(house, "failed")
        assert failed.problem == "The number does not exist, or is no longer in use."


async def test_bridge_can_report_only_what_it_was_given(tmp_path: Path) -> None:
    telegram, bridge = Telegram(), Bridge()
    await bridge.start()
    plain = telegram.settings
    both = {"channel_url": f"{bridge.url}/hook", "channel_secret": WHSEC}
    telegram.settings = lambda: replace(plain(), **both)  # type: ignore[method-assign]
    async with hurried(telegram, tmp_path) as house:
        await house.hello()
        (row,) = await until_parts(house, "sent")
        await house.bring(bridge.message("hello"))
        await until(lambda: len(bridge.sent) == 1)
        mine = {one.remote_id for one in await until_parts(house, "sent", 2)} - {row.remote_id}
        told = [{"id": id_, "problem": "No such place."} for id_ in (row.remote_id, *mine)]
        await house.bring(bridge.signed({"undelivered": told}))
        (failed,) = await until_parts(house, "failed")
        assert failed.remote_id in mine and failed.problem == "No such place."
    await bridge.stop()


async def with_a_person(house: House, ana: StaffClient) -> str:
    await house.hello()
    await house.say("a person please")
    await house.next()
    chat = await house.conversation()
    await ana.do(chat, "claim")
    await house.next()
    return chat


async def test_after_a_day_of_silence_only_some_platforms_let_us_write(quick: House) -> None:
    async with StaffClient.at_desk(quick.client, "Ana") as ana:
        chat = await with_a_person(quick, ana)
        async with quick.client.app[keys.DATABASE].write() as db:
            await db.execute(address.update().values(heard_at=time.time() - 25 * 3600))
        await ana.reply(chat, "We have found it")
        if FORMS[quick.platform.channel].window is None:
            assert (await quick.next())[0].text == "Ana: We have found it"
        else:
            (failed,) = await until_parts(quick, "failed")
            assert "24 hours" in failed.problem
            await quick.nothing_more()
        await quick.say("I am back")
        await ana.reply(chat, "Welcome")
        assert (await quick.next())[0].text == "Ana: Welcome"


async def test_what_is_on_its_way_when_the_patron_says_stop_is_not_sent(quick: House) -> None:
    await quick.hello()
    quick.platform.fault = lambda: "broken"
    await quick.say("a long story")
    await until(lambda: quick.platform.calls > 2)
    await quick.say("STOP")
    (failed,) = await until_parts(quick, "failed")
    assert "STOP" in failed.problem and failed.body is None
    quick.platform.fault = lambda: None
    assert "no more messages from us" in (await quick.next())[0].text
    await until_empty(quick, "service_reply")
    await quick.nothing_more()


async def test_request_to_wait_stops_the_channel_and_nothing_is_lost(quick: House) -> None:
    hurry(quick.client.app, Timing(pauses=(2.0,), lease=4.0, sweep=0.05))
    quick.platform.fault, quick.platform.again_after = in_turn("busy"), "2"
    expected = {to: ["hello", "and again"] for to in patrons(quick.platform, 4)}
    await talk(quick, next(iter(expected)), ["hello"])
    await until(lambda: quick.platform.calls == 1)
    expected_later = {to: texts[to == next(iter(expected)) :] for to, texts in expected.items()}
    await asyncio.gather(*(talk(quick, to, texts) for to, texts in expected_later.items()))
    assert quick.platform.calls == 1
    await all_arrive(quick.platform, expected)
    assert quick.platform.calls == 1 + 8  # nothing was tried meanwhile
    assert all(row.attempts <= 2 for row in await quick.rows("outbound"))


async def test_patron_whose_message_hangs_holds_up_nobody_else(quick: House) -> None:
    first, *others = patrons(quick.platform, 4)
    quick.platform.fault = in_turn("hang")
    await talk(quick, first, ["one", "two"])
    await until(lambda: quick.platform.calls == 1)
    await asyncio.gather(*(talk(quick, to, ["hello"]) for to in others))
    await all_arrive(quick.platform, {to: ["hello"] for to in others})
    quick.platform.freed.set()
    await all_arrive(quick.platform, {to: ["hello"] for to in others} | {first: ["one", "two"]})


class Talkative(ScriptedBrain):
    """Says much, and offers something at the end."""

    words = " ".join(f"word{number}ñ." for number in range(1200))

    async def answer(self, request: TurnRequest) -> TurnReply:
        return TurnReply([text_block(self.words), CHOICES], "en", {"intent": "ask_hours"})


async def test_long_text_arrives_in_parts_in_order_with_the_buttons_at_its_end(quick: House) -> None:
    quick.client.app[keys.WORKER]._brain = Talkative()
    quick.platform.fault = now_and_then(("broken", "refused"), 0.3, seed=3)
    await quick.say("everything")
    await until(lambda: any("DELETE" in one.text for one in quick.platform.sent))
    arrived = await quick.next(len(quick.platform.sent))
    form = FORMS[quick.platform.channel]
    assert len(arrived) > 1 and all(units(one.text) <= form.most for one in arrived)
    said = " ".join(one.text for one in arrived).split()
    assert said[:1200] == Talkative.words.split()
    assert all(not one.buttons for one in arrived[:-1])
    assert bool(arrived[-1].buttons) == bool(form.buttons)
    await quick.nothing_more()


async def test_message_that_cannot_be_shown_is_told_to_staff_and_holds_nothing_up(quick: House) -> None:
    await quick.hello()
    log_, chat = quick.client.app[keys.LOG], await quick.conversation()
    async with quick.client.app[keys.DATABASE].write() as db:
        said, _ = await log_.append(db, await log_.locked(db, chat), Sender.BOT, [text_block("?")])
        await db.execute(message.update().where(message.c.seq == said.seq).values(blocks=[{"type": "cards"}]))
    await quick.say("what now?")
    assert (await quick.next())[0].text == "You said: what now?"
    (failed,) = await parts(quick, "failed")
    assert failed.problem == "This message cannot be written for this channel."


@pytest.mark.parametrize("word", ["DELETE", "STOP", "HELP"])
async def test_short_words_outside_of_a_talk_are_tried_again_and_forgotten(
    word: str, quick: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.channels.service.PAUSES", (0.02, 0.05))
    await quick.hello()
    cut = ("cut",) if quick.platform.can_be_asked else ()
    quick.platform.fault = in_turn("broken", "refused", "busy", *cut)
    with caplog.at_level(logging.INFO):
        await quick.say(word)
        (told,) = await quick.next()
        await until_empty(quick, "service_reply")
    await quick.nothing_more()
    # A bridge is not asked but sent it again: it drops the twin.
    assert quick.platform.calls == 5 + (quick.platform.channel == "webhook")
    assert_silent_about((quick.platform.address, told.text), caplog)


async def test_short_words_that_nobody_can_get_are_forgotten(quick: House) -> None:
    quick.platform.fault = in_turn("never")
    await quick.say("HELP")
    await until(lambda: quick.platform.calls == 1)
    await until_empty(quick, "service_reply")
    await quick.say("HELP")
    assert "Alder Falls" in (await quick.next())[0].text
    await until_empty(quick, "service_reply")
