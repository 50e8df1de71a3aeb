"""A talk by each channel, from the platform's webhook to what arrives at the patron's, with the desk in between."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.channels.conftest import House, house_of
from tests.channels.stand_ins import ALL, Sent, until
from tests.web.a_staff_member import StaffClient

BUTTONS = ("telegram", "messenger", "slack", "webhook")


async def test_question_is_answered_and_the_first_answer_says_who_speaks_and_how_to_stop(house: House) -> None:
    await house.say("When are you open?")
    (first,) = await house.next()
    assert first.to == house.platform.address
    assert first.text.startswith("You said: When are you open?")
    for word in ("automated assistant of Alder Falls Public Library", "HELP", "STOP", "DELETE"):
        assert word in first.text
    await house.say("And tomorrow?")
    (second,) = await house.next()
    assert second.text == "You said: And tomorrow?"


async def test_choices_are_buttons_where_there_are_and_numbers_elsewhere(house: House) -> None:
    await house.say("hello")
    await house.next()
    await house.say("which branch?")
    (offer,) = await house.next()
    assert offer.text.startswith("Which branch?")
    if house.platform.channel in BUTTONS:
        assert [label for label, _ in offer.buttons] == ["Main", "Eastside"] and "1." not in offer.text
        await house.bring(house.platform.press(offer.key("Eastside")))
    else:
        assert "1. Main\n2. Eastside\nReply with the number" in offer.text
        await house.say("2")
    assert (await house.next())[0].text == "chosen: {'branch': ['eastside']}"


async def test_numbers_and_words_of_choices_count_everywhere(house: House) -> None:
    await house.say("which branch?")
    await house.next()
    await house.say("eastside")
    assert (await house.next())[0].text == "chosen: {'branch': ['eastside']}"
    await house.say("which branch?")
    await house.next()
    await house.say("1")
    assert (await house.next())[0].text == "chosen: {'branch': ['main']}"
    await house.say("2")  # of nothing that is offered any more
    assert (await house.next())[0].text == "You said: 2"


async def test_person_is_asked_for_claims_answers_and_gives_back(house: House, ana: StaffClient) -> None:
    await house.hello()
    await house.say("I want to talk to a person")
    (waiting,) = await house.next()
    assert "you are next" in waiting.text
    chat = await house.conversation()
    assert chat.startswith(house.platform.channel) and house.platform.address.strip("+") not in chat
    await ana.do(chat, "claim")
    assert (await house.next())[0].text == "(Ana joined the chat)"
    await ana.reply(chat, "Hello, how can I help?")
    assert (await house.next())[0].text == "Ana: Hello, how can I help?"
    await house.say("My card is lost")
    await until(lambda: ana.lists["mine"][0]["last"] == "My card is lost")
    await ana.reply(chat, "I will block it.")
    assert (await house.next())[0].text == "Ana: I will block it."
    await ana.do(chat, "give-back")
    (back,) = await house.next()
    assert back.text.startswith("(You are chatting with the automated assistant again")
    assert "Did this chat help you?" in back.text
    if back.buttons:
        await house.bring(house.platform.press(back.key("Yes")))
    else:
        await house.say("1")
    assert (await house.next())[0].text == "Thank you."
    assert [(row.seq, row.value) for row in await house.rows("rating")] == [(0, "yes")]
    await house.say("When do you close?")
    assert (await house.next())[0].text == "You said: When do you close?"
    await house.nothing_more()


async def test_talk_that_staff_ended_is_rated_and_begun_again_by_the_next_question(
    house: House, ana: StaffClient
) -> None:
    await house.hello()
    await house.say("a person please")
    await house.next()
    chat = await house.conversation()
    await ana.do(chat, "claim")
    await ana.do(chat, "end", outcome="answered", tags=[])
    assert "(The chat has ended)" in (await house.next(2))[1].text
    await house.say("partly")
    assert (await house.next())[0].text == "Thank you."
    await house.say("One more question")
    assert (await house.next())[0].text == "You said: One more question"
    assert [row.value for row in await house.rows("rating")] == ["partly"]


async def test_patron_goes_back_to_the_assistant_by_a_word(house: House, ana: StaffClient) -> None:
    await house.hello()
    await house.say("a person please")
    await house.next()
    await house.say("help")
    assert "Write BACK" in (await house.next())[0].text
    await house.say("back")
    assert "automated assistant again" in (await house.next())[0].text


async def test_question_is_left_with_one_answer_and_answered_in_the_same_chat(house: House) -> None:
    await house.say("Do you have a 3D printer?")
    await house.next()
    await house.say("Can I talk to a person?")
    (nobody,) = await house.next()
    assert "No librarian is free" in nobody.text and "answers it here" in nobody.text
    if nobody.buttons:
        await house.bring(house.platform.press(nobody.key("Leave my question")))
    else:
        await house.say("1")
    (left,) = await house.next()
    assert "Your message number is" in left.text and "**" not in left.text
    (row,) = await house.rows("left_message")
    assert (row.question, row.contact, row.contact_kind) == ("Do you have a 3D printer?", "", "chat")


async def test_what_is_not_text_is_kindly_refused(house: House, ana: StaffClient) -> None:
    await house.bring(house.platform.picture())
    assert "I can only read text" in (await house.next())[0].text
    assert house.brain.asked == []
    await house.hello()
    await house.say("a person please")
    await house.next()
    chat = await house.conversation()
    await ana.do(chat, "claim")
    await house.next()
    await house.bring(house.platform.picture())
    assert "Only text arrives here" in (await house.next())[0].text


async def test_delete_takes_everything_away_and_says_so(house: House) -> None:
    await house.say("hello there")
    await house.next()
    await house.say("DELETE")
    assert "this chat is deleted" in (await house.next())[0].text
    for table in ("conversation", "message", "turn", "address", "outbound", "carry_code"):
        assert await house.rows(table) == []
    async with asyncio.timeout(20):  # the address goes when it has been told
        while await house.rows("service_reply"):
            await asyncio.sleep(0.02)
    await house.say("hello again")
    assert "automated assistant of" in (await house.next())[0].text


async def test_nobody_can_read_an_address_out_of_the_database(house: House) -> None:
    await house.say("hello there")
    await house.next()
    kept = str([await house.rows(table) for table in ("conversation", "message", "address", "outbound", "received")])
    assert house.platform.address.lstrip("+") not in kept


async def test_stop_is_obeyed_until_start(house: House, ana: StaffClient) -> None:
    await house.hello()
    await house.say("a person please")
    await house.next()
    chat = await house.conversation()
    await ana.do(chat, "claim")
    await house.next()
    await house.say("Stop.")
    assert "no more messages from us" in (await house.next())[0].text
    await ana.reply(chat, "Are you there?")
    await house.say("hello?")
    await house.nothing_more()
    (failed,) = [row for row in await house.rows("outbound") if row.state == "failed"]
    assert "STOP" in failed.problem and failed.body is None
    await house.say("START")
    assert "welcome back" in (await house.next())[0].text
    await ana.reply(chat, "Hello again")
    assert (await house.next())[0].text == "Ana: Hello again"


async def test_help_says_who_we_are_and_what_can_be_done(house: House) -> None:
    await house.say("AYUDA")
    (told,) = await house.next()
    assert "Alder Falls" in told.text and "315-555-0140" in told.text and "BORRAR" in told.text
    assert house.brain.asked == []


async def test_first_word_start_is_greeted(house: House) -> None:
    await house.say("/start")
    (greeting,) = await house.next()
    assert greeting.text.startswith("Hello! I am the automated assistant") and "STOP" in greeting.text
    assert house.brain.asked == []


async def test_language_of_the_first_answer_is_the_patrons(house: House) -> None:
    await house.say("hola")
    assert "Soy el asistente automático" in (await house.next())[0].text


async def test_too_long_a_message_and_too_many_are_told_so(house: House) -> None:
    await house.say("x" * 1100)
    assert "too long by 100 characters" in (await house.next())[0].text
    assert house.brain.asked == []


async def test_flood_is_asked_once_to_wait_and_orders_are_heard_all_the_same(tmp_path: Path) -> None:
    async with house_of(ALL["sms"](), tmp_path, messages_a_minute=3) as house:
        for number in range(8):
            await house.say(f"question {number}")
        assert ["You said" in sent.text for sent in sorted(await house.next(4), key=lambda sent: sent.text[0])] == [
            False, True, True, True,
        ]  # fmt: skip
        await house.nothing_more()
        await house.say("STOP")
        assert "no more messages" in (await house.next())[0].text


async def test_code_carries_a_talk_to_another_place(house: House) -> None:
    other = {"sms": "+13155550999", "whatsapp": "+13155550999", "slack": "D0OTHER"}.get(house.platform.channel, "99")
    await house.say("where is the library?")
    await house.next()
    await house.say("MOVE")
    (told,) = await house.next()
    code = told.text.rsplit(" ", 1)[1]
    await house.say("0A00-0000", address=other)
    assert "not valid" in (await house.next())[0].text
    await house.say(code.lower(), address=other)
    assert await house.next() == [Sent(other, "This chat goes on here. What came before is kept with it.")]
    await house.say("and when is it open?", address=other)
    assert await house.next() == [Sent(other, "You said: and when is it open?")]
    assert len({one.conversation_id for one in house.brain.asked}) == 1
    await house.say(code, address=house.platform.address)  # good once
    assert "not valid" in (await house.next())[0].text
    await house.say("hello once more", address=house.platform.address)  # a talk of its own from now on
    assert (await house.next())[0].text.startswith("You said: hello once more")
    assert len({one.conversation_id for one in house.brain.asked}) == 2
