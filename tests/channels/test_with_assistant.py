"""The real assistant by text message: what a patron with a telephone reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import FrozenClock
from bot.conversations.sms import length
from bot.storage.migrate import migrate
from bot.web import keys
from bot.web.app import create_app
from bot.web.rasa import RasaBrain
from tests.channels.conftest import House
from tests.channels.stand_ins import Twilio
from tests.conftest import NOON, Installation, new_settings


@pytest.fixture
async def phone(inner: Installation, tmp_path: Path) -> AsyncIterator[House]:
    """Text messages to the trained model, which works on a database of its own: the gateway asks it over HTTP."""
    platform = Twilio("sms")
    await platform.start()
    settings = replace(new_settings(tmp_path), rasa_port=inner.settings.rasa_port, channels=platform.settings())
    migrate(settings.database)
    clock = FrozenClock(NOON)
    app = create_app(settings, clock)
    clock.moment = NOON.replace(tzinfo=app[keys.KNOWLEDGE].library.zone)
    client = TestClient(TestServer(app))
    await client.start_server()
    yield House(client, platform, RasaBrain(settings.rasa_url))
    await client.close()
    await platform.stop()


async def test_questions_are_answered_in_few_text_messages(phone: House) -> None:
    await phone.say("Is the Eastside branch open tomorrow?")
    (first,) = await phone.next()
    assert first.text.startswith("No, Eastside Branch is closed tomorrow, Sunday, November 22.")
    await phone.say("how do I get a library card?")
    (card,) = await phone.next()
    assert card.text.startswith("A card is free if you live") and card.text.count("https://") == 1
    assert length(card.text).messages <= 3, card.text
    for text in (first.text, card.text):
        assert "**" not in text and "](" not in text and length(text).strange == (), text


async def test_events_are_listed_and_the_second_one_is_told_by_its_number(phone: House) -> None:
    await phone.say("what events are on this week for kids?")
    (events,) = await phone.next()
    assert "1. LEGO Saturday" in events.text
    await phone.say("tell me more about the second one")
    (more,) = await phone.next()
    title = events.text.split("\n2. ")[1].splitlines()[0]
    assert more.text.startswith(title)


async def test_talk_in_spanish_with_numbers(phone: House) -> None:
    await phone.say("hola, necesito imprimir un documento")
    (answer,) = await phone.next()
    assert "10 centavos" in answer.text and "Responda AYUDA" in answer.text
    number = next(line for line in answer.text.splitlines() if line.endswith("Cómo se paga"))[0]
    await phone.say(number)
    assert "Cómo se paga" in (await phone.next())[0].text


async def test_suggestion_is_taken_by_text_and_its_code_tells_what_became_of_it(phone: House) -> None:
    await phone.say("can you buy Seven Quiet Harbours by Nell Quist")
    (contact,) = await phone.next()
    assert "1. No, thank you\n2. Not now" in contact.text
    await phone.say("1")
    (sure,) = await phone.next()
    assert "Seven Quiet Harbours by Nell Quist" in sure.text and "1. Send it" in sure.text
    await phone.say("1")
    (sent,) = await phone.next()
    (row,) = await phone.rows("suggestion")
    assert row.code in sent.text and row.channel == "sms"
    await phone.say(row.code)
    (told,) = await phone.next()
    assert "Seven Quiet Harbours" in told.text
