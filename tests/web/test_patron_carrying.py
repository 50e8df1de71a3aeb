"""A talk that goes from the window to a telephone, and back, by a one-time code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.channel_settings import ChannelSettings
from bot.channels.sending import Timing
from bot.conversations.model import Sender
from bot.storage.models import carry_code
from bot.web import keys
from bot.web.patron.carry import places
from tests.channels.conftest import House, house_of
from tests.channels.stand_ins import ALL, NUMBER, Sent, until
from tests.web.a_staff_member import StaffClient

HERE = "This chat goes on here. What came before is kept with it."


@dataclass
class Window:
    """A chat in a window of the website."""

    house: House
    begun: dict[str, Any]

    @classmethod
    async def open(cls, house: House, status: int = 201, **body: Any) -> Window:
        answer = await house.client.post("/api/v1/chats", json=body)
        begun = await answer.json()
        assert answer.status == status, begun
        return cls(house, begun)

    @property
    def id(self) -> str:
        return str(self.begun["id"])

    async def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.begun['token']}"}
        answer = await self.house.client.post(f"/api/v1/chats/{self.id}/{path}", json=body, headers=headers)
        return answer.status, await answer.json()

    async def say(self, text: str) -> None:
        status, answer = await self.post("messages", client_id=str(abs(hash(text))), text=text)
        assert status == 201, answer

    async def code(self) -> str:
        status, answer = await self.post("code")
        assert status == 201, answer
        return str(answer["code"])

    async def read(self) -> tuple[int, list[str]]:
        headers = {"Authorization": f"Bearer {self.begun['token']}"}
        answer = await self.house.client.get(f"/api/v1/chats/{self.id}/messages", headers=headers)
        body = await answer.json()
        return answer.status, said(body.get("messages", []))

    async def reads(self, text: str) -> None:
        """Wait until the window shows a message."""
        for _ in range(200):
            headers = {"Authorization": f"Bearer {self.begun['token']}"}
            path = f"/api/v1/chats/{self.id}/messages?after=0&wait=1"
            answer = await (await self.house.client.get(path, headers=headers)).json()
            if text in said(answer["messages"]):
                return
        raise AssertionError(said(answer["messages"]))


def said(messages: list[dict[str, Any]]) -> list[str]:
    return [block["text"] for one in messages for block in one["blocks"] if "text" in block]


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(ALL[getattr(request, "param", "sms")](), tmp_path) as house:
        yield house


# Out of the window


@pytest.mark.parametrize("house", ["sms", "whatsapp", "telegram", "messenger", "slack"], indirect=True)
async def test_window_gives_a_code_and_the_talk_goes_on_there(house: House) -> None:
    window = await Window.open(house)
    assert window.begun["policy"]["places"] is True
    await window.say("where is the library?")
    await window.reads("You said: where is the library?")
    status, given = await window.post("code")
    assert (status, given["minutes"]) == (201, 10)
    assert [place["channel"] for place in given["places"]] == [house.platform.channel]
    await house.say(given["code"])
    assert await house.next() == [Sent(house.platform.address, HERE)]
    await house.say("and when is it open?")
    assert (await house.next())[0].text == "You said: and when is it open?"
    # The window goes on showing it all, and can still be written in.
    await window.reads(HERE)
    await window.reads("You said: and when is it open?")
    await window.say("thanks")
    assert (await house.next())[0].text == "You said: thanks"
    await house.nothing_more()


async def test_newer_code_makes_the_older_one_worthless(house: House) -> None:
    window = await Window.open(house)
    older, newer = await window.code(), await window.code()
    await house.say(older)
    assert "not valid" in (await house.next())[0].text
    await house.say(newer)
    assert (await house.next())[0].text == HERE


async def test_code_is_only_for_whoever_has_the_token(house: House) -> None:
    window = await Window.open(house)
    assert (await replace(window, begun=window.begun | {"token": "x"}).post("code"))[1]["code"] == "bad_token"


async def test_many_codes_are_refused_after_a_while(tmp_path: Path) -> None:
    async with house_of(ALL["sms"](), tmp_path, messages_a_minute=3) as house:
        window = await Window.open(house)
        found = [(await window.post("code"))[0] for _ in range(5)]
    assert found[0] == 201 and found[-1] == 429


def test_places_are_the_librarys_numbers_with_links_that_bring_the_code() -> None:
    everything = ChannelSettings(
        twilio_account_sid="AC",
        twilio_sms_from=NUMBER,
        twilio_whatsapp_from="+13155550101",
        telegram_token="1:x",
        messenger_page_token="x",
        slack_bot_token="x",
    )
    found = {place["channel"]: place for place in places(everything, "7K3M-9QXZ")}
    assert list(found) == ["sms", "whatsapp", "telegram", "messenger", "slack"]
    assert found["sms"]["address"] == NUMBER and found["sms"]["name"] == "SMS"
    sms = urlsplit(found["sms"]["link"])
    assert (sms.scheme, sms.path, parse_qs(sms.query)["body"]) == ("sms", NUMBER, ["7K3M-9QXZ"])
    whatsapp = urlsplit(found["whatsapp"]["link"])
    assert (whatsapp.netloc, whatsapp.path) == ("wa.me", "/13155550101")
    assert parse_qs(whatsapp.query)["text"] == ["7K3M-9QXZ"]
    assert [name for name in ("telegram", "messenger", "slack") if "link" in found[name]] == []


def test_number_that_nobody_knows_is_no_place() -> None:
    assert places(ChannelSettings(twilio_account_sid="AC", twilio_sms_from="MG" + "0" * 32)) == []


@pytest.mark.parametrize("house", ["webhook"], indirect=True)
async def test_library_without_such_places_gives_no_code(house: House) -> None:
    window = await Window.open(house, lang="es")
    assert window.begun["policy"]["places"] is False
    status, refused = await window.post("code")
    assert (status, refused["code"]) == (404, "no_places")
    assert refused["message"] == "Este chat no se puede continuar en otro lugar."
    assert await house.rows("carry_code") == []


# Into the window


async def code_of(house: House) -> str:
    """Ask on the telephone for a code."""
    await house.say("MOVE")
    return (await house.next())[0].text.rsplit(" ", 1)[1]


@pytest.mark.parametrize("house", list(ALL), indirect=True)
async def test_talk_comes_into_the_window_with_all_that_was_said(house: House) -> None:
    await house.hello()
    before = await house.conversation()
    code = await code_of(house)
    window = await Window.open(house, code=code.lower().replace("-", ""))
    assert window.id == before
    words = said(window.begun["messages"])
    assert words[0] == "hello" and words[-1] == HERE and "You said: hello" in words
    assert [one["seq"] for one in window.begun["messages"]] == list(range(1, window.begun["seq"] + 1))
    assert (window.begun["mode"], window.begun["state"]["mode"]) == ("bot", "bot")
    await window.say("and tomorrow?")
    await window.reads("You said: and tomorrow?")
    await house.nothing_more()  # nothing is sent to the telephone any more
    assert await house.rows("address") == []
    (talk,) = await house.rows("conversation")
    assert talk.channel == "web"
    # Good once; and whoever writes on the telephone begins anew.
    assert (await Window.open(house, 422, code=code)).begun["code"] == "bad_code"


@pytest.mark.parametrize("code", ["", "hello", "0000-0000", "ABCD-EFGH", "7K3M-9QX", "ÀÉÎÕ-1234", "x" * 40])
async def test_code_that_is_none_is_refused_in_the_patrons_language(house: House, code: str) -> None:
    refused = (await Window.open(house, 422, code=code, lang="es")).begun
    assert refused["code"] == "bad_code" and refused["message"].startswith("Ese código no es válido")
    assert await house.rows("conversation") == []


async def test_code_is_good_for_ten_minutes(house: House) -> None:
    await house.hello()
    code = await code_of(house)
    async with house.client.app[keys.DATABASE].write() as db:
        await db.execute(carry_code.update().values(expires_at=carry_code.c.expires_at - 600))
    assert (await Window.open(house, 422, code=code)).begun["code"] == "bad_code"


async def test_long_talk_comes_whole(house: House) -> None:
    await house.hello()
    log = house.client.app[keys.LOG]
    async with log.database.write() as db:
        talk = await log.locked(db, await house.conversation())
        for number in range(250):
            _, talk = await log.append(db, talk, Sender.PATRON, [{"type": "text", "text": f"line {number}"}])
    window = await Window.open(house, code=await code_of(house))
    words = said(window.begun["messages"])
    assert words[-1] == HERE and words[-2] == "line 249" and len(window.begun["messages"]) == window.begun["seq"] > 250


async def test_patron_who_waits_keeps_the_place_when_coming_to_the_window(house: House) -> None:
    async with StaffClient.at_desk(house.client, "Ana") as ana:
        await house.hello()
        await house.say("a person please")
        await house.next()
        # A window that nobody has seen for so long would count as left; a telephone does not.
        house.client.app[keys.CLOCK].moment += timedelta(seconds=700)
        (staff,) = await house.rows("staff")
        await house.client.app[keys.PRESENCE].alive(staff.id)
        window = await Window.open(house, code=await code_of(house))
        assert window.begun["mode"] == "waiting"
        await house.client.app[keys.WAITING].look()
        assert (await window.read())[0] == 200
        (row,) = await house.rows("handoff")
        assert row.state == "waiting"
        await ana.do(window.id, "claim")
        await ana.reply(window.id, "Hello, how can I help?")
        await window.reads("Hello, how can I help?")
        talk = (await ana.get("/desk/api/state"))["mine"][0]
        assert (talk["channel_name"], talk["messaging"]) == ("Website", False)


async def test_message_left_on_the_telephone_is_answered_in_the_window(house: House) -> None:
    await house.say("Do you have a 3D printer?")
    await house.next()
    await house.say("a person please")
    await house.next()
    await house.say("1")
    await house.next()
    window = await Window.open(house, code=await code_of(house))
    ana = await StaffClient.sign_in(house.client, "Ana")
    (row,) = await house.rows("left_message")
    async with ana.session.get(f"{ana.url}/desk/inbox/{row.id}") as answer:
        assert "Answer in the chat (Website)" in await answer.text()
    form = {"csrf": ana.csrf, "answer": "Yes, on the second floor.", "send": "yes"}
    async with ana.session.post(f"{ana.url}/desk/inbox/{row.id}/done", data=form) as answer:
        assert answer.status == 200
    await window.reads("Yes, on the second floor.")
    await house.nothing_more()
    await ana.close()


# What was still to be sent


async def test_what_could_not_be_sent_yet_arrives_at_the_new_place_and_not_at_the_old(house: House) -> None:
    await house.hello()
    code = await code_of(house)
    house.client.app[keys.SENDING]._timing = Timing(pauses=(30.0,))
    house.platform.fault = lambda: "broken"
    calls = house.platform.calls
    await house.say("where is the library?")
    await until(lambda: house.platform.calls > calls)
    house.platform.fault = lambda: None
    other = "+13155550999"
    await house.say(code, address=other)
    arrived = await house.next(2)
    assert arrived == [Sent(other, "You said: where is the library?"), Sent(other, HERE)]
    await house.nothing_more()


async def test_place_that_had_a_talk_of_its_own_loses_it_and_staff_are_told(house: House) -> None:
    await house.hello()
    older = await house.conversation()
    house.client.app[keys.SENDING]._timing = Timing(pauses=(30.0,))
    house.platform.fault = lambda: "broken"
    calls = house.platform.calls
    await house.say("where is the library?")
    await until(lambda: house.platform.calls > calls)
    house.platform.fault = lambda: None
    window = await Window.open(house)
    await house.say(await window.code())
    assert (await house.next())[0].text == HERE
    (failed,) = [row for row in await house.rows("outbound") if row.state == "failed"]
    assert failed.conversation_id == older and "another chat" in failed.problem
    assert await house.conversation() == window.id
