"""Questions that mean the same are told by the assistant itself, and only files of ours become its model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.conversations import transcripts
from bot.conversations.errors import BrainDown, BrainError
from bot.learning import gaps
from bot.run import free_port
from bot.web import keys
from bot.web.rasa import RasaBrain
from tests.conftest import Installation

SAME = (
    ("do you lend telescopes", "can i borrow a telescope", "¿prestan telescopios?"),
    ("can i get my passport photo taken there", "do you take passport pictures", "passport photo"),
    ("where can i charge my electric car", "CAN I CHARGE MY ELECTRIC CAR THERE", "¿dónde cargo mi auto eléctrico?"),
)


@pytest.fixture
async def brain(inner: Installation) -> AsyncIterator[RasaBrain]:
    brain = RasaBrain(inner.settings.rasa_url)
    yield brain
    await brain.close()


@pytest.mark.parametrize("asked", SAME, ids=lambda asked: asked[0])
async def test_questions_that_mean_the_same_are_one_group_in_other_words_and_languages(
    brain: RasaBrain, asked: tuple[str, ...]
) -> None:
    assert await brain.group(asked, []) == [0] * len(asked)
    assert await brain.group(asked[1:], asked[:1]) == [0] * (len(asked) - 1)


async def test_question_is_known_again_in_a_polite_wrapping_and_a_story(brain: RasaBrain) -> None:
    leaders = [asked[0] for asked in SAME]
    wrapped = ["Good morning! Could you please tell me if you lend telescopes? Thank you so much!"]
    wrapped += ["My son turned nine and loves the stars, we moved here in May. Can I borrow a telescope from you?"]
    assert await brain.group(wrapped, leaders) == [0, 0]


async def test_questions_that_mean_different_things_lead_groups_of_their_own(brain: RasaBrain) -> None:
    asked = [*(one[0] for one in SAME), "where do i shred old tax papers", "hay una fuente de agua para perros"]
    assert await brain.group(asked, []) == list(range(len(asked)))
    assert await brain.group(asked[:1], asked[1:]) == [len(asked) - 1]
    assert await brain.group([], asked) == []


@pytest.mark.parametrize("name", ["../secrets", "foyer-0000000000000000", "answers.npz", "/etc/passwd"])
async def test_nothing_but_a_trained_model_of_the_folder_is_taken(brain: RasaBrain, name: str) -> None:
    with pytest.raises(BrainError):
        await brain.take_model(name)
    assert await brain.ready()


async def test_model_that_answers_already_is_taken_without_being_loaded_anew(
    brain: RasaBrain, inner: Installation
) -> None:
    async with aiohttp.ClientSession(inner.settings.rasa_url) as session:
        body = {"conversation": "web-grouping-test", "turn": 1, "text": "hello", "received_at": 0.0, "lang": "en"}
        async with session.post("/webhooks/turn/", json=body) as answer:
            model = (await answer.json())["model"]
    await brain.take_model(model)


async def test_assistant_that_is_away_is_told_from_one_that_refuses() -> None:
    brain = RasaBrain(f"http://127.0.0.1:{free_port()}")
    for call in (brain.take_model("foyer-1"), brain.group(["x"], [])):
        with pytest.raises(BrainDown):
            await call
    await brain.close()


async def test_questions_that_staff_miss_an_answer_to_become_one_gap(
    library_app: tuple[TestServer, web.Application, FrozenClock], talk: Any
) -> None:
    _, app, _ = library_app
    database, keeper = app[keys.DATABASE], app[keys.GAPS]
    for text in SAME[0]:
        patron = await talk()
        await patron.say(text)
        async with database.write() as db:
            assert await transcripts.set_label(db, patron.id, patron.seq, "missing", None, 0.0)
    await keeper.look()
    async with database.read() as db:
        found = [one for one in await gaps.listed(db, gaps.OPEN) if one.question == SAME[0][0]]
    assert [(one.count, one.labelled, one.lang) for one in found] == [(3, 3, "en")]
