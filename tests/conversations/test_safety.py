"""A patron writes of danger or of despair: help is named at once, whatever the talk was about."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin

EMERGENCY = {
    "en": (
        "Call 911 now if anyone is in danger, and tell the nearest member of staff. I am an automated assistant: I "
        "cannot call for you or see where you are."
    ),
    "es": (
        "Llame al 911 ahora mismo si alguien está en peligro y avise a la persona del personal más cercana. Soy un "
        "asistente automático: no puedo llamar por usted ni ver dónde está."
    ),
}
LINE = {
    "en": "- 988 Suicide & Crisis Lifeline: call or text 988, day and night.",
    "es": (
        "- 988 Línea de Prevención del Suicidio y Crisis: llame al 988 y oprima 2 para español, o envíe AYUDA por "
        "mensaje de texto al 988, de día y de noche."
    ),
}
IN_DANGER = {
    "en": "If anyone is in danger this moment, call 911.",
    "es": "Si alguien corre peligro en este momento, llame al 911.",
}
PERSON = {
    "en": "A person at the library answers 315-555-0140 until 4:30 PM.",
    "es": "Una persona de la biblioteca atiende el 315-555-0140 hasta las 4:30 p.m.",
}


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ("there is a fire in the building",)),
        ("en", ("someone is having a heart attack",)),
        ("en", ("a man is following me in the stacks",)),
        ("en", ("there's smoke coming from the bathroom",)),
        ("en", ("help, someone has a gun",)),
        ("en", ("libby says my card number is invalid", "someone just collapsed here")),
        ("en", ("how do i know if something on facebook is true", "there is a fire")),
        ("es", ("hay un incendio en la biblioteca",)),
        ("es", ("alguien se desmayó y no respira",)),
        ("es", ("hay un hombre con un arma",)),
        ("es", ("mi hijo tragó algo y se está ahogando",)),
        ("es", ("¿cómo sé si una noticia es falsa?", "alguien se está desmayando aquí")),
    ],
    ids=lambda one: one if isinstance(one, str) else one[-1],
)
async def test_danger_is_answered_by_the_emergency_number_first(talk: Begin, lang: str, says: tuple[str, ...]) -> None:
    chat = await talk(lang=lang)
    answer = [await chat.say(text) for text in says][-1]
    assert answer.splitlines()[0] == EMERGENCY[lang]
    assert PERSON[lang] in answer.splitlines()


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ("i want to kill myself",)),
        ("en", ("i don't want to live anymore",)),
        ("en", ("i am being abused by my husband",)),
        ("en", ("how do i get a card", "i feel like hurting myself")),
        ("en", ("can you suggest a good book", "i want to die")),
        ("es", ("quiero quitarme la vida",)),
        ("es", ("ya no quiero vivir",)),
        ("es", ("libby no acepta mi tarjeta", "quiero morirme")),
    ],
    ids=lambda one: one if isinstance(one, str) else one[-1],
)
async def test_despair_is_answered_by_somebody_who_listens(talk: Begin, lang: str, says: tuple[str, ...]) -> None:
    chat = await talk(lang=lang)
    answer = [await chat.say(text) for text in says][-1]
    lines = answer.splitlines()
    assert LINE[lang] == lines[1], answer
    assert IN_DANGER[lang] in lines and PERSON[lang] in lines


async def test_at_night_the_person_is_named_for_later(talk: Begin) -> None:
    chat = await talk(at="2026-11-21 23:30")
    assert (await chat.say("i want to kill myself")).splitlines()[-1] == (
        "To talk with a person at the library: 315-555-0140 or ask@alderfalls.example."
    )


async def test_guide_that_was_under_way_may_go_on_after_the_danger(talk: Begin) -> None:
    chat = await talk()
    await chat.say("libby says my card number is invalid")
    await chat.say("someone just collapsed here")
    assert "Step 1 of 5." in await chat.choose("Go on with: The card number or PIN is not accepted")


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "i need a book about suicide prevention"),
        ("en", 'do you have the book "a man called fire"'),
        ("en", "this homework is killing me"),
        ("es", "libros sobre el suicidio"),
        ("es", "me muero por leer ese libro"),
    ],
)
async def test_words_of_danger_in_a_harmless_question_are_no_alarm(talk: Begin, lang: str, says: str) -> None:
    chat = await talk(lang=lang)
    answer = await chat.say(says)
    assert "911" not in answer and "988" not in answer
