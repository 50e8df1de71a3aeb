"""The desk and the messaging channels: what staff see of the way to a patron, and of what did not arrive."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.sending import Timing
from bot.storage.models import address, left_message
from bot.web import keys
from tests.channels.conftest import House, house_of
from tests.channels.stand_ins import ALL, Sent, Twilio, until
from tests.web.a_staff_member import StaffClient

HOUR = 3600.0


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with one channel: SMS, unless the test names another."""
    channel = getattr(request, "param", "sms")
    async with house_of(ALL[channel](), tmp_path) as house:
        yield house


@pytest.fixture
async def ana(house: House) -> AsyncIterator[StaffClient]:
    async with StaffClient.at_desk(house.client, "Ana") as ana:
        yield ana


async def with_ana(house: House, ana: StaffClient) -> str:
    """Let a patron ask for a person and Ana claim the chat; return its id."""
    await house.hello()
    await house.say("a person please")
    await house.next()
    chat = await house.conversation()
    await until(lambda: ana.lists["waiting"] != [])
    await ana.do(chat, "claim")
    await house.next()
    return chat


async def left(house: House, question: str = "Do you have a 3D printer?") -> str:
    """Let a patron leave a message while nobody is there; return the address of its page at the desk."""
    await house.say(question)
    await house.next()
    await house.say("a person please")
    (nobody,) = await house.next()
    if nobody.buttons:
        await house.bring(house.platform.press(nobody.key("Leave my question")))
    else:
        await house.say("1")
    await house.next()
    (row,) = await house.rows("left_message")
    return f"/desk/inbox/{row.id}"


async def page(ana: StaffClient, path: str) -> str:
    async with ana.session.get(ana.url + path) as answer:
        assert answer.status == 200, path
        return re.sub(r"\s+", " ", await answer.text())


async def send(ana: StaffClient, path: str, **fields: str) -> tuple[int, str]:
    """Send a form; return the status and the words of the page that follows."""
    async with ana.session.post(ana.url + path, data={"csrf": ana.csrf} | fields) as answer:
        return answer.status, re.sub(r"\s+", " ", await answer.text())


async def heard_ago(house: House, seconds: float) -> None:
    """Let the patron's last message be so many seconds old."""
    async with house.client.app[keys.DATABASE].write() as db:
        await db.execute(address.update().values(heard_at=time.time() - seconds))


async def about(ana: StaffClient, chat: str) -> dict[str, Any]:
    return await ana.get(f"/desk/api/chats/{chat}")


# The channel's name


@pytest.mark.parametrize(
    ("house", "name"),
    [("sms", "SMS"), ("whatsapp", "WhatsApp"), ("telegram", "Telegram"), ("webhook", "Messages")],
    indirect=["house"],
)
async def test_channel_is_called_by_its_name_everywhere(house: House, ana: StaffClient, name: str) -> None:
    chat = await with_ana(house, ana)
    await until(lambda: ana.lists["mine"] != [])
    (talk,) = ana.lists["mine"]
    assert (talk["channel_name"], talk["messaging"]) == (name, True)
    assert (await about(ana, chat))["patron"]["channel_name"] == name
    found = await page(ana, f"/desk/chats?channel={house.platform.channel}")
    assert f'<option value="{house.platform.channel}" selected>{name}</option>' in found and "1</strong> chat" in found
    assert f"<span>{name}</span>" in await page(ana, f"/desk/chats/{chat}")
    assert name in await page(ana, f"/desk/chats/{chat}/print")


async def test_telephone_is_never_away(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    house.client.app[keys.CLOCK].moment += timedelta(minutes=10)
    found = await ana.get("/desk/api/state")
    assert [talk["patron"] for talk in found["mine"]] == ["here"]
    assert (await about(ana, chat))["patron"]["here"] is True


# What did not arrive


async def test_message_that_could_not_be_delivered_is_told_with_its_reason(house: House, ana: StaffClient) -> None:
    assert isinstance(house.platform, Twilio)
    chat = await with_ana(house, ana)
    said = await ana.reply(chat, "Your card is ready.")
    await house.next()
    await until(lambda: ana.lists["mine"][0]["last_from"] == "staff")
    assert ana.lists["mine"][0]["undelivered"] == 0 and (await about(ana, chat))["undelivered"] == {}
    (sid,) = [row.remote_id for row in await house.rows("outbound") if row.seq == said["seq"]]
    await house.bring(house.platform.failed(sid, "30003"))
    await until(lambda: ana.lists["mine"][0]["undelivered"] == 1)
    words = "Not delivered: The telephone is off, or there is none."
    assert (await about(ana, chat))["undelivered"] == {str(said["seq"]): {"failed": True, "words": words}}
    for path in ("", "/print"):
        assert words in await page(ana, f"/desk/chats/{chat}{path}")


async def test_message_that_is_held_up_is_told_until_it_arrives(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    house.client.app[keys.SENDING]._timing = Timing(pauses=(0.1,))
    house.platform.fault = lambda: "broken"
    said = await ana.reply(chat, "Your card is ready.")
    await until(lambda: house.platform.calls >= 5)  # hello, waiting, joined, and two of this one
    late = (await about(ana, chat))["undelivered"][str(said["seq"])]
    assert not late["failed"] and re.fullmatch(r"Not yet delivered: tried \d times\.", late["words"])
    assert (await ana.get("/desk/api/state"))["mine"][0]["tried"] >= 2
    assert "Not yet delivered" in await page(ana, f"/desk/chats/{chat}")
    house.platform.fault = lambda: None
    await house.next()
    await house.nothing_more()
    assert (await about(ana, chat))["undelivered"] == {}


# Whether anything arrives


async def test_stop_is_told_where_staff_write_until_start(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    assert (await about(ana, chat))["reach"]["problem"] == ""
    await house.say("STOP")
    await house.next()
    assert "no more messages (STOP)" in (await about(ana, chat))["reach"]["problem"]
    assert (await ana.get("/desk/api/state"))["mine"][0]["stopped"] is True
    await house.say("START")
    await house.next()
    assert (await about(ana, chat))["reach"]["problem"] == ""


@pytest.mark.parametrize("house", ["whatsapp", "messenger"], indirect=True)
async def test_day_in_which_we_may_write_is_told_and_what_to_do_when_it_is_over(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    reach = (await about(ana, chat))["reach"]
    assert reach["hours"] == 24 and 23.9 * HOUR < reach["left"] <= 24 * HOUR and reach["problem"] == ""
    await heard_ago(house, 23.5 * HOUR)
    reach = (await about(ana, chat))["reach"]
    assert 0.4 * HOUR < reach["left"] <= 0.5 * HOUR and reach["problem"] == ""
    await heard_ago(house, 24.1 * HOUR)
    reach = (await about(ana, chat))["reach"]
    assert reach["left"] == 0 and "only for 24 hours" in reach["problem"] and "Call or e-mail" in reach["problem"]
    said = await ana.reply(chat, "Are you there?")
    await until(lambda: ana.lists["mine"][0]["undelivered"] == 1)
    missed = (await about(ana, chat))["undelivered"][str(said["seq"])]
    assert missed["words"].startswith("Not delivered: ") and "24 hours" in missed["words"]


@pytest.mark.parametrize("house", ["sms", "telegram"], indirect=True)
async def test_channel_without_such_a_day_may_be_written_to_for_ever(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    await heard_ago(house, 100 * HOUR)
    reach = (await about(ana, chat))["reach"]
    assert (reach["hours"], reach["left"], reach["problem"]) == (None, None, "")


async def test_talk_whose_patron_went_on_in_another_one_says_so(house: House, ana: StaffClient) -> None:
    chat = await with_ana(house, ana)
    async with house.client.app[keys.DATABASE].write() as db:
        await db.execute(address.delete())
    assert "in another chat" in (await about(ana, chat))["reach"]["problem"]


# Messages that were left


@pytest.mark.parametrize("house", list(ALL), indirect=True)
async def test_message_left_is_answered_in_the_same_chat_once(house: House) -> None:
    place = await left(house)
    ana = await StaffClient.sign_in(house.client, "Ana")
    name = {"sms": "SMS", "whatsapp": "WhatsApp", "webhook": "Messages"}.get(
        house.platform.channel, house.platform.channel.capitalize()
    )
    assert f"answer in the chat ({name})" in await page(ana, "/desk/inbox")
    shown = await page(ana, place)
    assert f"Answer in the chat ({name})" in shown and "“Ana:” in front" in shown and "Phone" not in shown
    assert ("only for 24 hours" in shown) is (house.platform.channel in ("whatsapp", "messenger"))
    fields = {"answer": "Yes, on the second floor.", "send": "yes"}
    for _ in range(2):  # the button is pressed twice
        status, words = await send(ana, f"{place}/done", **fields)
        assert status == 200 and "Nothing is waiting for an answer" in words
    assert await house.next() == [Sent(house.platform.address, "Ana: Yes, on the second floor.")]
    await house.nothing_more()
    done = await page(ana, place)
    assert "Done by Ana" in done and f"The answer was sent into the chat ({name})." in done
    chat = await house.conversation()
    assert "Yes, on the second floor." in await page(ana, f"/desk/chats/{chat}")
    # Whoever finds more to say opens it again.
    await send(ana, f"{place}/reopen")
    await send(ana, f"{place}/done", **fields | {"answer": "And on the third."})
    assert (await house.next())[0].text == "Ana: And on the third."
    await house.say("Thanks, when are you open?")
    assert (await house.next())[0].text.startswith("You said: Thanks")
    await ana.close()


async def test_message_left_may_be_marked_as_done_without_an_answer(house: House) -> None:
    place = await left(house)
    ana = await StaffClient.sign_in(house.client, "Ana")
    await send(ana, f"{place}/done", answer="  ", send="yes")
    assert "No answer was written here." in await page(ana, place)
    await house.nothing_more()
    await ana.close()


async def stopped(house: House) -> None:
    await house.say("STOP")
    await house.next()


async def too_late(house: House) -> None:
    await heard_ago(house, 25 * HOUR)


@pytest.mark.parametrize(
    ("house", "spoil", "why"),
    [("sms", stopped, "no more messages (STOP)"), ("whatsapp", too_late, "only for 24 hours")],
    indirect=["house"],
)
async def test_answer_that_would_not_arrive_is_not_sent_and_the_page_says_why(
    house: House, spoil: Any, why: str
) -> None:
    place = await left(house)
    ana = await StaffClient.sign_in(house.client, "Ana")
    await spoil(house)
    # The page was open before: what it sends is refused, and the message stays open.
    status, words = await send(ana, f"{place}/done", answer="Yes.", send="yes")
    assert status == 409 and why in words and "still open" in words
    assert [row.state for row in await house.rows("left_message")] == ["open"]
    shown = await page(ana, place)
    assert why in shown and "kept here, not sent" in shown and 'name="send"' not in shown
    status, _ = await send(ana, f"{place}/done", answer="I called her.")
    assert status == 200 and "I called her." in await page(ana, place)
    await house.nothing_more()
    await ana.close()


async def test_answer_that_failed_is_told_at_the_message(house: House) -> None:
    assert isinstance(house.platform, Twilio)
    place = await left(house)
    ana = await StaffClient.sign_in(house.client, "Ana")
    await send(ana, f"{place}/done", answer="Yes.", send="yes")
    await house.next()
    await house.nothing_more()
    sid = (await house.rows("outbound"))[-1].remote_id
    await house.bring(house.platform.failed(sid, "30005"))
    assert "Not delivered: The number does not exist, or is no longer in use." in await page(ana, place)
    await ana.close()


async def test_colleagues_answer_is_never_sent_over(house: House) -> None:
    place = await left(house)
    ana = await StaffClient.sign_in(house.client, "Ana")
    sam = await StaffClient.sign_in(house.client, "Sam")
    await send(ana, f"{place}/done", answer="Yes.", send="yes")
    status, words = await send(sam, f"{place}/done", answer="No.", send="yes")
    assert status == 409 and "A colleague has answered" in words
    assert (await house.next())[0].text == "Ana: Yes."
    await house.nothing_more()
    for one in (ana, sam):
        await one.close()


async def test_message_left_with_an_address_is_answered_as_before(house: House) -> None:
    place = await left(house)
    async with house.client.app[keys.DATABASE].write() as db:
        await db.execute(left_message.update().values(contact="315-555-0199", contact_kind="phone"))
    ana = await StaffClient.sign_in(house.client, "Ana")
    shown = await page(ana, place)
    assert "kept here, not sent" in shown and "<dt>Phone</dt><dd>315-555-0199</dd>" in shown
    await send(ana, f"{place}/done", answer="I called.", send="yes")
    await house.nothing_more()
    await ana.close()
