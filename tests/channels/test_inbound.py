"""What platforms bring is handled once each and in order: repeated, all at once, in batches, and half of it failing."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.web import keys
from tests.channels.conftest import House, house_of
from tests.channels.stand_ins import ALL, Bridge, Messenger, Request, Sent, Slack, StandIn, Telegram, Twilio, until

FIVE = 5


@pytest.fixture(params=list(ALL))
async def kept(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with each platform on each database."""
    async with house_of(ALL[request.param](), tmp_path, database_url=database_url) as house:
        yield house


async def said(house: House, count: int) -> list[str]:
    """Return the first lines of the next answers."""
    return [one.text.split("\n")[0] for one in await house.next(count)]


async def test_message_that_comes_five_times_is_answered_once(kept: House) -> None:
    for text in ("one", "two"):
        await kept.bring(kept.platform.message(text), FIVE)
        assert await said(kept, 1) == [f"You said: {text}"]
    await kept.nothing_more()
    assert [request.text for request in kept.brain.asked] == ["one", "two"]


@pytest.mark.parametrize("text", ["hello", "STOP", "MOVE", "x" * 1100])
async def test_message_that_comes_five_times_at_the_same_moment_is_answered_once(text: str, kept: House) -> None:
    request = kept.platform.message(text)
    for _ in range(3):  # a first contact, of which nothing is there yet
        found = await asyncio.gather(*(kept.status(request) for _ in range(FIVE)))
        assert all(status in (200, 503) for status in found)
        assert 200 in found
    await kept.next()
    await kept.bring(request, 2)
    await nothing_under_way(kept)
    await kept.nothing_more()
    assert len(await kept.rows("received")) == 1


async def nothing_under_way(house: House) -> None:
    end = time.monotonic() + 20
    while await house.rows("service_reply") or any(row.state == "due" for row in await house.rows("outbound")):
        assert time.monotonic() < end, "it does not come to rest"
        await asyncio.sleep(0.02)


async def test_first_messages_of_a_patron_at_the_same_moment_make_one_talk(kept: House) -> None:
    requests = [kept.platform.message(f"number {number}") for number in range(FIVE)]
    found = await asyncio.gather(*(kept.status(request) for request in requests))
    for request in requests:  # as the platform does where it was told to come again
        assert await kept.status(request) == 200, found
    assert sorted(await said(kept, FIVE)) == [f"You said: number {number}" for number in range(FIVE)]
    assert len(await kept.rows("address")) == 1 and len(await kept.rows("conversation")) == 1
    await kept.nothing_more()


def nine(platform: StandIn) -> Request:
    """Return a batch of nine, in three parts where the platform has such."""
    match platform:
        case Messenger():
            events = [platform.event(text=f"number {number}") for number in range(9)]
            return platform.batch(events[:3], events[3:6], events[6:])
        case Bridge():
            return platform.signed({"messages": [platform.one(f"number {number}") for number in range(9)]})
    raise AssertionError("it brings one at a time")


@pytest.fixture(params=["messenger", "webhook"])
async def in_batches(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(ALL[request.param](), tmp_path, database_url=database_url) as house:
        yield house


async def test_batch_of_nine_is_answered_nine_times_in_order(in_batches: House) -> None:
    batch = nine(in_batches.platform)
    await in_batches.bring(batch)
    assert await said(in_batches, 9) == [f"You said: number {number}" for number in range(9)]
    found = await asyncio.gather(*(in_batches.status(batch) for _ in range(FIVE)))
    assert found == [200] * FIVE
    await in_batches.nothing_more()


def of_several(platform: StandIn) -> Request:
    """Return a batch in which the second of four messages will fail: three of one patron, one of another."""
    told = [("77", "first"), ("77", "it breaks"), ("88", "from another"), ("77", "last")]
    match platform:
        case Messenger():
            return platform.batch(*[[platform.event(address=to, text=text)] for to, text in told])
        case Bridge():
            return platform.signed({"messages": [platform.one(text, address=to) for to, text in told]})
    raise AssertionError("it brings one at a time")


async def test_message_that_cannot_be_stored_is_brought_again_and_the_others_are_not_doubled(
    in_batches: House, caplog: pytest.LogCaptureFixture
) -> None:
    database, batch = in_batches.client.app[keys.DATABASE], of_several(in_batches.platform)
    broken = True

    @sa.event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def fail(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if broken and statement.startswith("INSERT INTO message") and "it breaks" in str(values):
            raise sa.exc.OperationalError("the disk is full", None, Exception("full"))

    with caplog.at_level(logging.INFO):
        assert await in_batches.status(batch) == 503
        first = await in_batches.next(2)
        assert {(one.to, one.text.split("\n")[0]) for one in first} == {
            ("77", "You said: first"),
            ("88", "You said: from another"),
        }
        await in_batches.nothing_more()
    assert "could not be taken" in caplog.text and "it breaks" not in caplog.text
    broken = False
    await in_batches.bring(batch, 2)
    assert await said(in_batches, 2) == ["You said: it breaks", "You said: last"]
    await in_batches.nothing_more()


@pytest.fixture
async def messenger(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(Messenger(), tmp_path) as house:
        yield house


async def test_event_that_messenger_does_not_document_costs_no_other(messenger: House) -> None:
    platform = messenger.platform
    assert isinstance(platform, Messenger)
    good = [platform.event(text="before"), platform.event(text="after")]
    for odd in (7, None, {"sender": 1}, {"sender": {"id": "1"}, "message": "x"}, {"message": {"mid": "m"}}, []):
        body = json.loads(platform.batch(good).body)
        body["entry"][0]["messaging"].insert(1, odd)
        await messenger.bring(platform.signed(body))
    assert await said(messenger, 2) == ["You said: before", "You said: after"]
    await messenger.nothing_more()


async def test_what_messenger_tells_besides_is_not_answered(messenger: House) -> None:
    platform = messenger.platform
    assert isinstance(platform, Messenger)
    echo = platform.event(text="our own words", is_echo=True, metadata="foyer_1")
    known = {"sender": {"id": platform.address}, "recipient": {"id": "1"}, "timestamp": 1}
    others = [
        known | {"delivery": {"mids": ["m_1"], "watermark": 1}},
        known | {"read": {"watermark": 1}},
        known | {"reaction": {"mid": "m_1", "action": "react", "emoji": "x"}},
        known | {"optin": {"ref": "x"}},
    ]
    await messenger.bring(platform.batch([echo, *others]))
    await messenger.bring(platform.signed({"object": "page", "entry": [{"id": "1", "changes": []}, {"standby": []}]}))
    await messenger.nothing_more()
    assert await messenger.rows("conversation") == []


async def test_changed_message_of_messenger_is_answered_anew(messenger: House) -> None:
    platform = messenger.platform
    assert isinstance(platform, Messenger)
    await messenger.hello()
    event = {"sender": {"id": platform.address}, "timestamp": 1}
    for number, text in enumerate(("when do you open?", "when do you close?"), 1):
        edit = event | {"message_edit": {"mid": "m_1", "text": text, "num_edit": number}}
        await messenger.bring(platform.batch([edit]), 2)
        assert await said(messenger, 1) == [f"You said: {text}"]
    await messenger.nothing_more()


async def test_buttons_of_messengers_own_menu_count(messenger: House) -> None:
    platform = messenger.platform
    assert isinstance(platform, Messenger)
    pressed = {"sender": {"id": platform.address}, "timestamp": 1, "postback": {"title": "Begin", "payload": "start"}}
    await messenger.bring(platform.batch([pressed]), 2)
    assert "automated assistant of" in (await messenger.next())[0].text
    await messenger.nothing_more()


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(Telegram(), tmp_path) as house:
        yield house


async def test_changed_message_of_telegram_is_answered_anew(telegram: House) -> None:
    await telegram.hello()
    await telegram.bring(telegram.platform.message("when do you close?", kind="edited_message"), 2)
    assert await said(telegram, 1) == ["You said: when do you close?"]
    await telegram.nothing_more()


async def test_caption_is_read_and_the_picture_is_said_to_be_unread(telegram: House) -> None:
    await telegram.hello()
    picture = json.loads(telegram.platform.picture().body)
    picture["message"]["caption"] = "is this book yours?"
    assert isinstance(telegram.platform, Telegram)
    await telegram.bring(telegram.platform.update({"message": picture["message"]}))
    texts = {one.text for one in await telegram.next(2)}
    assert "You said: is this book yours?" in texts and any("only read text" in text for text in texts)


async def test_what_telegram_tells_besides_is_not_answered(telegram: House) -> None:
    platform = telegram.platform
    assert isinstance(platform, Telegram)
    group = {"id": -100, "type": "group", "title": "Readers"}
    who = {"id": 7, "is_bot": False, "first_name": "Pat"}
    place = {"latitude": 43.0, "longitude": -76.0}
    now = int(time.time())
    plain = {"message_id": 5, "date": now, "chat": {"id": 7, "type": "private", "first_name": "Pat"}, "from": who}
    shown = {"message_id": 1, "date": now, "chat": group, "text": "?"}
    for update in (
        {"message": plain | {"chat": group, "text": "hello all"}},
        {"message": plain | {"chat": group | {"type": "supergroup"}, "text": "/start"}},
        {"channel_post": {"message_id": 1, "date": now, "chat": group | {"type": "channel"}, "text": "news"}},
        {"edited_message": plain | {"edit_date": now, "location": place}},
        {"message": plain | {"pinned_message": plain | {"text": "old"}}},
        {"message": plain | {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}},
        {"callback_query": {"id": "1", "from": who, "message": shown, "chat_instance": "1", "data": "1.0"}},
        {"my_chat_member": {}},
        {"poll": {}},
        {},
    ):
        assert await telegram.status(platform.update(update)) in (200, 400)
    await telegram.nothing_more()
    assert await telegram.rows("conversation") == [] and await telegram.rows("service_reply") == []


async def test_pressed_button_of_telegram_stops_turning(telegram: House) -> None:
    await telegram.say("which branch?")
    (offer,) = await telegram.next()
    pressed = telegram.platform.press(offer.key("Main"))
    answer = await telegram.client.post(pressed.path, data=pressed.body, headers=pressed.headers)
    told = await answer.json()
    assert told["method"] == "answerCallbackQuery" and told["callback_query_id"]
    assert await said(telegram, 1) == ["chosen: {'branch': ['main']}"]


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(Slack(), tmp_path) as house:
        yield house


def edited(platform: StandIn, before: str, after: str, **more: Any) -> Request:
    assert isinstance(platform, Slack)
    message = {"type": "message", "user": "U1", "ts": "5.1", "text": after} | more
    event = {"type": "message", "subtype": "message_changed", "channel": platform.address, "channel_type": "im"}
    return platform.event(event | {"message": message, "previous_message": message | {"text": before}, "ts": "6.1"})


async def test_changed_message_of_slack_is_answered_anew_only_where_its_words_changed(slack: House) -> None:
    await slack.hello()
    await slack.bring(edited(slack.platform, "when?", "when?", attachments=[{"from_url": "https://x.example"}]))
    await slack.bring(edited(slack.platform, "ours", "changed by us", bot_id="B1"))
    await slack.bring(edited(slack.platform, "when?", "when do you close?"), 2)
    assert await said(slack, 1) == ["You said: when do you close?"]
    await slack.nothing_more()


async def test_mention_in_a_channel_is_answered_in_its_thread(slack: House) -> None:
    platform = slack.platform
    assert isinstance(platform, Slack)
    await slack.bring(platform.mention("are you open?", "C0READERS", "100.1"), 1)
    (first,) = await slack.next()
    assert first.to == "C0READERS/100.1" and first.text.startswith("You said: are you open?")
    await slack.bring(platform.mention("which branch?", "C0READERS", "100.5", thread="100.1"))
    (offer,) = await slack.next()
    assert offer.to == "C0READERS/100.1"
    for number, place in enumerate(({"thread_ts": "100.1"}, {})):
        action = {"type": "button", "value": offer.key("Main"), "action_ts": f"7.{number}"}
        container = {"type": "message", "channel_id": "C0READERS", "message_ts": "100.6"} | place
        pressed = {"type": "block_actions", "actions": [action], "container": container}
        await slack.bring(platform.pressed(pressed | {"message": {"ts": "100.6", "thread_ts": "100.1"}}))
        assert await slack.next() == [Sent("C0READERS/100.1", "chosen: {'branch': ['main']}")]
    await slack.bring(platform.mention("and I?", "C0READERS", "200.1"))
    assert (await slack.next())[0].to == "C0READERS/200.1"
    assert len(await slack.rows("conversation")) == 2


async def test_mention_is_tried_again_though_its_channel_cannot_be_read(slack: House) -> None:
    platform = slack.platform
    assert isinstance(platform, Slack)
    faults = iter(["broken"])
    platform.fault = lambda: next(faults, None)
    await slack.bring(platform.mention("are you open?", "C0READERS", "100.1"))
    assert await said(slack, 1) == ["You said: are you open?"]
    await slack.nothing_more()


async def test_what_slack_tells_besides_is_not_answered(slack: House) -> None:
    platform = slack.platform
    assert isinstance(platform, Slack)
    for more in (
        {"bot_id": "B0LIBRARY"},
        {"subtype": "bot_message"},
        {"subtype": "message_deleted", "deleted_ts": "1.1"},
        {"subtype": "channel_join"},
        {"channel_type": "channel", "channel": "C0READERS"},
        {"channel_type": "group", "channel": "G0READERS"},
        {"user": None},
    ):
        await slack.bring(platform.message("hello", **more))
    for event in ({"type": "reaction_added", "user": "U1"}, {"type": "app_home_opened", "user": "U1"}, {}):
        await slack.bring(platform.event(event))
    await slack.nothing_more()
    assert await slack.rows("conversation") == []


async def test_words_of_slack_are_read_as_they_were_typed(slack: House) -> None:
    await slack.hello()
    for told, read in (
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("see <https://x.example/a|x.example/a> now", "see x.example/a now"),
        ("see <https://x.example/a> now", "see https://x.example/a now"),
        ("<mailto:pat@x.example|pat@x.example>", "pat@x.example"),
        ("<!here> books in <#C1|readers>?", "books in #readers?"),
        ("<@U0BOT> hours", "hours"),
    ):
        await slack.say(told)
        assert await said(slack, 1) == [f"You said: {read}"]


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
async def test_what_is_neither_words_nor_media_is_said_to_be_unread(channel: str, tmp_path: Path) -> None:
    async with house_of(ALL[channel](), tmp_path) as house:
        for more in ({"NumMedia": "0"}, {"Latitude": "43.0", "Longitude": "-76.0"}):
            await house.say("", **more)
            assert "only read text" in (await house.next())[0].text


async def test_stop_that_twilio_has_answered_is_not_answered_again(tmp_path: Path) -> None:
    platform = Twilio("sms")
    async with house_of(platform, tmp_path) as house:
        await house.hello()
        await house.bring(platform.message("STOP", OptOutType="STOP"), 2)
        await house.nothing_more()
        assert await house.rows("service_reply") == [] and len(await house.rows("opt_out")) == 1
        await house.say("hello?")
        await house.nothing_more()


async def test_deliveries_that_went_well_are_no_messages(tmp_path: Path) -> None:
    platform = Twilio("sms")
    async with house_of(platform, tmp_path) as house:
        for status in ("queued", "sent", "delivered"):
            fields = {"AccountSid": platform.fields("x")["AccountSid"], "MessageSid": "SM" + "1" * 32}
            await house.bring(platform.signed("/messaging/twilio/status", fields | {"MessageStatus": status}))
        await house.nothing_more()
        assert await house.rows("received") == []


async def test_text_that_no_table_takes_is_taken_without_it(messenger: House) -> None:
    await messenger.hello()
    platform = messenger.platform
    assert isinstance(platform, Messenger)
    for number, text in enumerate(("half \ud83d a sign", "a \x00 in it")):
        await messenger.bring(platform.batch([platform.event(f"m_odd{number}", text=text)]))
        assert (await said(messenger, 1))[0].startswith("You said: ")
    await until(lambda: len(messenger.brain.asked) == 3)
