"""Guides: which one fits what a patron says, one step at a time, interruptions, and the person at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker

from actions.base import Turn
from actions.guides import guide_answer, resume_choice
from bot.knowledge.check import check_library
from bot.knowledge.guides import GuideKind, Guides, chosen, load_guides, worked
from bot.knowledge.resource_file import load_resources
from bot.knowledge.resource_words import ResourceWords
from bot.understanding.words import LibraryWords
from tests.unit.a_library import SAMPLE, write_library
from tests.unit.a_talk import NOW, Blocks, Talk, choices, reading

GUIDES = Guides(SAMPLE)
NAMES = ResourceWords(load_resources(SAMPLE / "resources.yml").names, {})


def begun(text: str, kind: GuideKind = GuideKind.TROUBLE) -> tuple[str | None, list[str]]:
    """Return the guide that would be begun for a text, and those that would be offered."""
    wish = NAMES.read(text)
    found = GUIDES.find(text, kind, next(iter(wish.resources), None), next(iter(wish.devices), None))
    guide = chosen(found)
    return (guide.id if guide else None), [one.guide.id for one in found[:3]]


# --- the sample's own guides


def test_the_sample_mends_at_least_fourteen_troubles_and_judges_sources() -> None:
    kinds = [guide.kind for guide in GUIDES.all]
    assert kinds.count(GuideKind.TROUBLE) >= 14 and GuideKind.JUDGING in kinds


def test_every_guide_of_the_sample_is_in_both_languages() -> None:
    texts = [(guide.id, text) for guide in GUIDES.all for text in (guide.title, guide.end) if text]
    texts += [
        (guide.id, text)
        for guide in GUIDES.all
        for step in guide.steps
        for text in (step.text, step.title, step.ask)
        if text
    ]
    assert [name for name, text in texts if {code for code, _ in text.in_languages} != {"en", "es"}] == []


def test_no_guide_asks_for_a_card_number_or_a_pin_in_the_chat() -> None:
    said = " ".join(step.text.to("en").lower() for guide in GUIDES.all for step in guide.steps)
    assert "tell me your pin" not in said and "type your pin here" not in said and "please do not write it here" in said


@pytest.mark.parametrize("guide", GUIDES.all, ids=lambda guide: guide.id)
def test_each_sample_sentence_of_a_guide_finds_it(guide: Any) -> None:
    missed = []
    for sample in guide.samples:
        first, offered = begun(sample, guide.kind)
        if first != guide.id and guide.id not in offered:
            missed.append(sample)
    assert missed == []


# --- finding the guide (sentences that are in no guide)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cant get libby to work on my kindle??", "kindle_delivery"),
        ("i sent a book to my kindle yesterday and its still not there", "kindle_delivery"),
        ("libby keeps crashing on my ipad", "app_crashes"),
        ("hoopla is frozen", "app_crashes"),
        ("hoopla wont let me borrow, says limit reached for today", "hoopla_daily_limit"),
        ("out of borrows on hoopla", "hoopla_no_borrows_left"),
        ("my audiobook stops playing when i lock my phone", "audiobook_stops"),
        ("it keeps telling me my card number is wrong", "cannot_sign_in"),
        ("no puedo iniciar sesion en hoopla", "cannot_sign_in"),
        ("kanopy no tickets left", "kanopy_out_of_tickets"),
        ("ebook stuck at downloading", "title_will_not_download"),
        ("my libby hold disapeared", "hold_missing"),
        ("how can i return my ebook early so i can get another", "cannot_return_early"),
        ("ebsco is asking for a password when im at home", "database_asks_password"),
        ("article pdf gives 404", "link_broken"),
        ("kanopy movie keeps buffering on my tv", "video_buffers"),
        ("libby only gives me 7 days, how do i change it", "wrong_loan_period"),
        ("can i print a chapter from libby", "cannot_print"),
        ("roku activation code not accepted for hoopla", "tv_code"),
        ("nytimes says i have to subscribe", "newspaper_pass"),
        ("libby says card expired", "card_expired"),
        ("libby cant find alder falls library", "libby_library_not_found"),
        ("la pelicula se traba en kanopy", "video_buffers"),
        ("mi audiolibro se detiene", "audiobook_stops"),
    ],
)
def test_a_trouble_begins_its_guide_at_once(text: str, expected: str) -> None:
    assert begun(text)[0] == expected


@pytest.mark.parametrize("text", ["libby is not working", "help with libby", "something is wrong with the app", ""])
def test_a_vague_trouble_begins_no_guide(text: str) -> None:
    assert begun(text)[0] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how can i tell whether this article is trustworthy", "judge_source"),
        ("saw it on tiktok, is that true", "judge_source"),
        ("is this picture made by ai", "judge_image"),
        ("cómo sé si este video es falso", "judge_image"),
    ],
)
def test_judging_begins_with_what_is_to_be_judged(text: str, expected: str) -> None:
    first, offered = begun(text, GuideKind.JUDGING)
    assert expected in (first, *offered[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it worked!", True),
        ("that fixed it thanks", True),
        ("works now", True),
        ("ya funciona", True),
        ("yes it works", True),
        ("it didn't work", False),
        ("it did not help", False),
        ("still not working", False),
        ("still says error", False),
        ("nope", False),
        ("no luck", False),
        ("same problem", False),
        ("ya lo intenté", False),
        ("no funcionó", False),
        ("sigue igual", False),
        ("what are your hours", None),
        ("how do i get a library card", None),
        ("my kindle is old", None),
    ],
)
def test_whether_a_step_worked_is_read_from_free_words(text: str, expected: bool | None) -> None:
    assert worked(text) is expected


# --- going through one


async def test_a_trouble_is_mended_step_by_step_until_it_works() -> None:
    talk = Talk()
    said = await talk.say("fix_digital_resource", "cant get libby to work on my kindle??")
    assert "**Step 1 of 5.**" in reading(said) and "Read With" in reading(said)
    assert choices(said) == ["Yes, it works", "No, next step", "Talk to a person"]
    said = await talk.choose("No, next step")
    assert "**Step 2 of 5.**" in reading(said) and "Get Library Book" in reading(said)
    said = await talk.plain("no")
    assert "**Step 3 of 5.**" in reading(said)
    said = await talk.plain("yes")
    assert "works now" in reading(said) and talk.slots["guide"] is None


async def test_words_of_ones_own_answer_the_step() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "cant get libby to work on my kindle??")
    assert "Step 2 of 5" in reading(await talk.say("fix_digital_resource", "it did not help"))
    assert "works now" in reading(await talk.say("fix_digital_resource", "it worked"))


async def test_the_last_step_ends_in_a_person_with_what_was_tried() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "kanopy says i have no tickets")
    await talk.choose("No, next step")
    await talk.choose("No, next step")
    said = reading(await talk.choose("No, it does not"))
    assert talk.asks_for_a_person and "Trouble: Kanopy says that there are not enough tickets" in said
    assert "Service: Kanopy" in said and said.count("Tried: ") == 3
    assert talk.slots["guide"] is None


async def test_a_person_can_be_asked_for_at_any_step() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "cant get libby to work on my kindle??")
    await talk.choose("No, next step")
    said = reading(await talk.choose("Talk to a person"))
    assert "Device: Kindle" in said and said.count("Tried: ") == 1 and talk.asks_for_a_person


async def test_the_device_is_asked_for_where_steps_depend_on_it() -> None:
    talk = Talk()
    said = await talk.say("fix_digital_resource", "the app keeps crashing")
    assert "Which device is it on?" in reading(said) and {"Android", "iPad", "Computer"} <= set(choices(said))
    said = await talk.choose("Android")
    assert "Step 1 of 5" in reading(said)
    other = Talk()
    await other.say("fix_digital_resource", "the app keeps crashing")
    assert "Step 1 of 4" in reading(await other.choose("iPad"))  # no cache to clear there


async def test_what_happens_is_asked_where_it_was_not_said_and_free_words_answer() -> None:
    talk = Talk()
    said = await talk.say("fix_digital_resource", "libby is not working")
    assert "What happens with Libby?" in reading(said)
    assert "The card number or PIN is not accepted" in choices(said) and len(choices(said)) == 7
    said = await talk.say("fix_digital_resource", "it wont take my pin")
    assert "The card number or PIN is not accepted" in reading(said) and "Step 1" in reading(said)


async def test_a_choice_of_trouble_keeps_the_service() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "libby is not working")
    await talk.choose("The card number or PIN is not accepted")
    assert talk.slots["guide"]["resource"] == "libby"


async def test_a_guide_goes_on_after_an_interruption() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "cant get libby to work on my kindle??")
    await talk.choose("No, next step")
    said = await talk.say("ask_contact", "what is the phone number of eastside")
    assert "315-555-0152" in reading(said)
    assert choices(said)[-1] == "Go on with: The book does not come to the Kindle"
    assert "Step 2 of 5" in reading(await talk.choose("Go on with: The book does not come to the Kindle"))


async def test_the_same_trouble_on_another_device_begins_again_there() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "hoopla keeps crashing on my ipad")
    said = await talk.follow("fix_digital_resource", "and on an android phone?")
    assert "Step 1 of 5" in reading(said) and talk.slots["guide"]["device"] == "android"


async def test_spanish_is_spanish_from_the_first_step_to_the_person() -> None:
    talk = Talk("es")
    said = await talk.say("fix_digital_resource", "no me deja entrar a libby con mi tarjeta")
    assert "Paso 1 de 5" in reading(said) and choices(said)[0] == "Sí, funciona"
    last = reading(await talk.choose("Hablar con una persona"))
    assert "sabe qué ha probado" in last and "Step" not in last and "Trouble" not in last


# --- judging a source


async def test_judging_asks_six_things_and_sums_up_the_doubts() -> None:
    talk = Talk()
    said = await talk.say("check_information", "how do i know if this website is reliable")
    assert "Step 1 of 6: Who says it" in reading(said) and choices(said)[:2] == ["Yes", "No, or not sure"]
    for label in ("Yes", "No, or not sure", "Yes", "No, or not sure", "Yes"):
        said = await talk.choose(label)
    assert "Step 6 of 6" in reading(said)
    said = await talk.choose("Yes")
    assert "doubt about: how they know and when it is from" in reading(said)
    assert choices(said) == ["Workshops on this", "Ask a librarian"] and talk.slots["guide"] is None
    assert {"intent": "find_event", "entities": {"subject": "media_literacy"}} in [
        one["value"] for block in said if block["type"] == "choices" for one in block["choices"]
    ]


@pytest.mark.parametrize(
    ("answers", "expected"), [(("yes",) * 4, "looks sound"), (("no",) * 4, "Much speaks against it")]
)
async def test_the_verdict_follows_the_answers_typed_plainly(answers: tuple[str, ...], expected: str) -> None:
    talk = Talk()
    said: Blocks = await talk.say("check_information", "is this photo real or ai")
    for answer in answers:
        said = await talk.plain(answer)
    assert expected in reading(said)


# --- what other parts of the assistant use


def turn_of(talk: Talk, text: str, words: LibraryWords | None = None) -> Turn:
    message = {"text": text, "intent": {"name": "nlu_fallback"}, "entities": [],
               "metadata": {"received_at": NOW.timestamp()}}  # fmt: skip
    return Turn.of(Tracker("t", dict(talk.slots), message, [], False, None, {}, None))


@pytest.mark.parametrize(
    ("before", "text", "taken"),
    [
        ("the app keeps crashing", "kindl fire", True),
        ("the app keeps crashing", "its an android", True),
        ("the app keeps crashing", "what are your hours", False),
        ("libby is not working", "my hold is gone", True),
        ("libby is not working", "do you have harry potter", False),
        ("kanopy no tickets left", "no luck", True),
        ("kanopy no tickets left", "ya funciona", True),
        ("kanopy no tickets left", "where do i park", False),
    ],
)
async def test_a_free_message_is_taken_for_an_answer_only_if_it_is_one(before: str, text: str, taken: bool) -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", before)
    turn = turn_of(talk, text)
    assert await guide_answer(turn) is taken
    assert bool(turn.blocks) is taken


async def test_without_a_guide_nothing_is_taken_and_nothing_goes_on() -> None:
    turn = turn_of(Talk(), "kindle")
    assert await guide_answer(turn) is False and resume_choice(turn) is None


async def test_a_guide_that_is_gone_from_the_folder_is_not_offered() -> None:
    talk = Talk()
    talk.slots["guide"] = {"kind": "trouble", "guide": "no_such_guide", "step": 3, "asked": "step"}
    assert resume_choice(turn_of(talk, "hello")) is None
    assert await guide_answer(turn_of(talk, "it worked")) is False


async def test_an_old_choice_beyond_the_last_step_is_harmless() -> None:
    talk = Talk()
    await talk.say("fix_digital_resource", "x", {"guide": "kanopy_out_of_tickets", "step": "99:no"})
    assert talk.asks_for_a_person
    said = await Talk().say("fix_digital_resource", "x", {"guide": "kanopy_out_of_tickets", "step": "nonsense"})
    assert "Step 1 of 3" in reading(said)


# --- the files


def _guide(**changes: Any) -> dict[str, Any]:
    step = {"text": {"en": "Do it.", "es": "Hágalo."}}
    return {"id": "one", "kind": "trouble", "title": "One", "samples": ["it does not work"], "steps": [step], **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "other"}, "is not the file's name"),
        ({"resources": ["nothing"]}, "'nothing' is no resource"),
        ({"steps": [{"text": "Go.", "devices": ["ipad"]}]}, "Every step is for some devices only"),
        ({"steps": []}, "steps"),
        ({"samples": []}, "samples"),
        ({"kind": "riddle"}, "kind"),
        ({"steps": [{"text": "Go.", "devices": ["toaster"]}]}, "devices"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    folder = write_library(tmp_path) / "guides"
    folder.mkdir()
    (folder / "one.yml").write_text(yaml.safe_dump(_guide(**changes)))
    problems = check_library(tmp_path)
    assert any(message in str(problem) for problem in problems)
    assert all(problem.file == "one.yml" and problem.cure for problem in problems)


def test_a_changed_guide_is_read_again_and_a_broken_one_is_not_used(tmp_path: Path) -> None:
    folder = write_library(tmp_path) / "guides"
    folder.mkdir()
    path = folder / "one.yml"
    path.write_text(yaml.safe_dump(_guide()))
    guides = Guides(tmp_path)
    assert [str(guide.title) for guide in guides.all] == ["One"]
    path.write_text(yaml.safe_dump(_guide(title="Another")))
    guides.refresh()
    assert [str(guide.title) for guide in guides.all] == ["Another"]
    path.write_text("id: [")
    guides.refresh()
    assert [str(guide.title) for guide in guides.all] == ["Another"]


def test_a_library_without_guides_has_none(tmp_path: Path) -> None:
    assert load_guides(tmp_path) == () and Guides(tmp_path).find("libby", GuideKind.TROUBLE) == ()
