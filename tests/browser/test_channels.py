"""Messaging channels at the live desk: where a chat comes from, what is counted, and what did not arrive."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from bot.channels.model import FORMS, channel_name
from bot.channels.splitting import split, units
from bot.conversations import sms
from bot.web.desk.render import asset
from tests.browser.chat import eventually, violations
from tests.browser.desk import Desk
from tests.browser.scripted_desk import ScriptedDesk
from tests.browser.test_desk_live import Enter, enter, said, script

__all__ = ["enter", "script"]


def a_talk(script: ScriptedDesk, channel: str = "sms", kind: str = "mine", **reach: Any) -> dict[str, Any]:
    """Put a chat of a messaging channel into one of the lists."""
    name = channel_name(channel)
    facts = {"channel": channel, "channel_name": name, "messaging": True, "branch": None}
    talk = script.talk(kind, f"{channel}-1", "My renewal failed twice", **facts)
    hours = 24 if FORMS[channel].window else None
    known = {"name": name, "hours": hours, "left": 86400.0 if hours else None, "over": "It is over.", "problem": ""}
    script.contexts[f"{channel}-1"]["reach"] = known | reach
    return talk


async def opened(enter: Enter, script: ScriptedDesk, channel: str = "sms", **options: Any) -> Desk:
    desk = await enter(**options)
    await desk.choose("mine")
    await expect(count(desk)).to_contain_text(channel_name(channel))
    return desk


def count(desk: Desk) -> Locator:
    return desk.page.locator(".composer .tally")


def notice(desk: Desk) -> Locator:
    return desk.page.locator(".composer .reach")


# The desk: where a chat comes from


async def test_lists_and_head_name_the_channel_and_nobody_is_away(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script, kind="waiting")
    desk = await enter()
    await expect(desk.row("waiting").locator(".open")).to_have_accessible_name(
        "Waiting 0:12 · SMS · English “My renewal failed twice”"
    )
    await desk.claim()
    await expect(desk.title).to_have_text("SMS · English")
    await expect(desk.talk.locator(".facts")).to_contain_text("By SMS")
    await expect(desk.about).to_contain_text("SMS")
    await expect(desk.about).not_to_contain_text("Now")
    await desk.write("Hello there")
    await expect(desk.box).to_have_value("Hello there")
    assert script.typed == []  # nobody at a telephone sees it


async def test_website_is_named_and_has_no_limits(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-1")
    desk = await enter()
    await desk.choose("mine")
    await expect(desk.about).to_contain_text("Website")
    await desk.write("Hello there")
    await expect(count(desk)).to_be_hidden()
    assert script.typed == ["web-1"]


# The desk: what is counted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 153, "158 characters, 1 text message."),
        ("a" * 155, "160 characters, 1 text message."),
        ("a" * 156, "161 characters, 2 text messages."),
        ("Sí, á", "10 characters, 1 text message. “Ana: ” is put in front. “í” makes messages shorter: 70 characters"),
        ("á" + "a" * 65, "71 characters, 2 text messages."),
        (
            "“a” – " + "a" * 154,
            "165 characters, 2 text messages. “Ana: ” is put in front; curly quotes and long dashes",
        ),
        ("🙂", "6 characters, 1 text message. “Ana: ” is put in front. “🙂” makes messages shorter"),
    ],
)
async def test_text_messages_are_counted_while_staff_write(
    enter: Enter, script: ScriptedDesk, text: str, words: str
) -> None:
    a_talk(script)
    desk = await opened(enter, script)
    await expect(count(desk)).to_have_text("SMS. “Ana: ” is put in front.")
    await desk.box.fill(text)
    await expect(count(desk)).to_contain_text(words)
    await desk.talk.get_by_role("button", name="Note", exact=True).click()
    await expect(count(desk)).to_be_hidden()  # a note goes nowhere


async def test_other_channels_count_to_their_limit(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script, "messenger")
    desk = await opened(enter, script, "messenger")
    await desk.box.fill("b" * 307)
    await expect(count(desk)).to_have_text("312 of 2,000 characters. “Ana: ” is put in front.")
    await desk.box.fill("word " * 420)
    await expect(count(desk)).to_contain_text("2,104 of 2,000 characters: sent as 2 messages.")


async def test_screen_reader_hears_only_that_the_number_of_messages_changed(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script)
    desk = await opened(enter, script)
    before = len(await said(desk))
    await desk.box.fill("a" * 150)
    await desk.write("a" * 5)
    await desk.write("a" * 5)
    await expect(count(desk)).to_contain_text("2 text messages")
    assert (await said(desk))[before:] == ["2 text messages."]
    await desk.write("á")
    await expect(count(desk)).to_contain_text("3 text messages")
    await eventually(desk.page, f"window.saidAll.length === {before + 2}")
    assert (await said(desk))[-1] == "3 text messages. “á” makes messages shorter: 70 characters each."
    assert await desk.box.get_attribute("aria-describedby") == "composer-hint composer-count"


async def test_page_counts_just_what_is_sent(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    some = random.Random(6)
    signs = "aab  e\n\n.é€á[“–🙂ñÇ^x?…"
    texts = ["".join(some.choices(signs, k=some.randrange(1, 4000))) for _ in range(60)]
    texts += ["x" * size for size in (155, 156, 1595, 1596, 3995)] + ["word " * 780, "One two. " * 400, "🙂" * 1900]
    for channel, form in FORMS.items():
        wanted = []
        for text in texts:
            whole = f"Ana: {text.strip()}"
            sent = sms.simpler(whole) if form.texts else whole
            parts = split(sent, form.most)
            messages = sum(sms.length(part).messages for part in parts) if form.texts else len(parts)
            wanted.append([len(sent) if form.texts else units(sent), messages])
        found = await desk.page.evaluate(
            """async ([module, channel, texts]) => {
              const { measure } = await import(module);
              return texts.map((text) => measure(channel, text, 'Ana')).map((one) => [one.characters, one.messages]);
            }""",
            [asset("live-channel.js"), channel, texts],
        )
        assert found == wanted, channel


# The desk: whether anything arrives


async def test_hours_that_are_left_are_told_and_warned_of(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script, "whatsapp", left=20 * 3600.0)
    desk = await opened(enter, script, "whatsapp")
    await expect(notice(desk)).to_contain_text("You may write until ")
    await expect(notice(desk)).to_contain_text("24 hours after the patron’s last message (WhatsApp)")
    assert not [one for one in await said(desk) if "may write" in one]
    # The patron says nothing more, and the last hour begins.
    script.contexts["whatsapp-1"]["reach"]["left"] = 1500.0
    script.say("whatsapp-1", "staff", "Any news?", name="Sam")
    await expect(notice(desk)).to_contain_text("Only 25 minutes left: you may write until")
    assert len([one for one in await said(desk) if one.startswith("Only 25 minutes left")]) == 1


async def test_end_of_the_hours_is_told_while_the_chat_is_open(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script, "whatsapp", left=1.5, over="WhatsApp lets us write no more. Call them.")
    desk = await opened(enter, script, "whatsapp")
    await expect(notice(desk)).to_have_text("WhatsApp lets us write no more. Call them.")
    await eventually(desk.page, "window.saidAll.includes('WhatsApp lets us write no more. Call them.')")


async def test_stop_is_told_in_the_list_and_where_staff_write(enter: Enter, script: ScriptedDesk) -> None:
    a_talk(script, problem="The patron has asked for no more messages (STOP).")
    script.state["mine"][0]["stopped"] = True
    desk = await opened(enter, script)
    await expect(notice(desk)).to_have_text("The patron has asked for no more messages (STOP).")
    await expect(desk.row("mine")).to_contain_text("Wants no messages (STOP)")


async def test_what_did_not_arrive_is_told_to_the_owner_and_at_the_message(enter: Enter, script: ScriptedDesk) -> None:
    talk = a_talk(script)
    script.talk("mine", "web-2", "two")
    script.say("sms-1", "staff", "Your card is ready.", name="Ana")
    desk = await enter()
    await desk.choose("mine", 1)
    words = "Not delivered: The telephone is off, or there is none."
    script.contexts["sms-1"]["undelivered"] = {"3": {"failed": True, "words": words}}
    talk["undelivered"] = 1
    script.push()
    await expect(desk.toast).to_have_text("A message was not delivered: SMS, English. The chat says why.")
    await expect(desk.row("mine", 0)).to_contain_text("Message not delivered")
    await desk.choose("mine", 0)
    await expect(desk.bubbles.last).to_contain_text(words)
    # Another one is still being tried.
    script.say("sms-1", "staff", "Can you read me?", name="Ana")
    late = {"failed": False, "words": "Not yet delivered: tried 3 times."}
    script.contexts["sms-1"]["undelivered"]["4"] = late
    talk["tried"] = 3
    script.push()
    await expect(desk.bubbles.last).to_contain_text("Not yet delivered: tried 3 times.")
    del script.contexts["sms-1"]["undelivered"]["4"]
    talk["tried"] = 0
    script.push()
    await expect(desk.bubbles.last).not_to_contain_text("Not yet delivered")


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("look", ["light", "dark"])
async def test_axe_finds_nothing_and_nothing_is_sideways(
    enter: Enter, script: ScriptedDesk, width: int, look: str
) -> None:
    talk = a_talk(script, "whatsapp", left=1500.0)
    script.say("whatsapp-1", "staff", "Your card is ready.", name="Ana")
    words = "Not delivered: The telephone is off, or there is none."
    script.contexts["whatsapp-1"]["undelivered"] = {"3": {"failed": True, "words": words}}
    talk.update(undelivered=1, stopped=True, tried=3)
    desk = await opened(
        enter, script, "whatsapp", viewport={"width": width, "height": 844}, color_scheme=look, device_scale_factor=1
    )
    await desk.box.fill("word " * 420)
    await expect(count(desk)).to_contain_text("sent as 2 messages")
    assert await desk.sideways() <= 0
    assert await violations(desk.page) == []
