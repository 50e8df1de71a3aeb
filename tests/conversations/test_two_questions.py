"""A patron asks two things in one message: one reply answers both, each led by its question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

BEYOND = (
    "That is beyond what I can do. I answer questions about the library: hours, events, books, e-books, cards, "
    "printing, rooms and much else. Perhaps one of these?"
)
STUDY_ROOMS = "Source: [Study rooms](https://alderfalls.example/rooms#study)"

TWO_QUESTIONS = [
    script(
        "hours and parking",
        "how late is main open today and where do i park?",
        reads=(
            "“how late is main open today”",
            "Main Library is open today: 10 AM – 5 PM.",
            "“and where do i park?”",
            "Parking at Main Library: City garage on Second Avenue, behind the library; two-hour street parking on "
            "Market Street. The garage is free for the first 90 minutes with a ticket stamped at the desk, then $1 an "
            "hour. Street parking is free. Six accessible spaces on the garage's ground floor and two at the Second "
            "Avenue entrance.",
        ),
    ),
    script(
        "printing and parking",
        "how do i print from my phone and what's parking like at eastside",
        reads=(
            "“how do i print from my phone”",
            "Source: [Printing from your own device](https://alderfalls.example/printing#own-device)",
            "“and what's parking like at eastside”",
            "Parking at Eastside Branch: Large lot in front of the Orchard Plaza. Free. Eight accessible spaces, three "
            "of them at the library's door.",
        ),
    ),
    script(
        "a card and a room",
        "how do i get a card? also can i reserve a study room?",
        reads=(
            "“how do i get a card?”",
            "Source: [Getting a library card](https://alderfalls.example/card)",
            "“also can i reserve a study room?”",
            STUDY_ROOMS,
        ),
    ),
    script(
        "a PIN and a renewal",
        "i forgot my pin and also i need to renew my books",
        reads=(
            "“i forgot my pin”",
            "Source: [Forgotten PIN](https://alderfalls.example/account)",
            "“also i need to renew my books”",
            "Source: [Renewing your loans](https://alderfalls.example/loans#renew)",
        ),
    ),
    script(
        "hours and a title",
        "what time do you close and do you have braiding sweetgrass?",
        reads=(
            "“what time do you close”",
            "Main Library | 10 AM – 5 PM | Open until 5 PM",
            "“and do you have braiding sweetgrass?”",
            "The library has Braiding Sweetgrass.",
        ),
    ),
    script(
        "a title and a hold on it",
        "do you have 1984? and how do i put a hold on it?",
        reads=(
            "“do you have 1984?”",
            "The library has 1984.",
            "“and how do i put a hold on it?”",
            "Source: [Placing a hold](https://alderfalls.example/holds)",
        ),
    ),
    script(
        "a notary and a fax",
        "do you have a notary? how much is a fax?",
        reads=(
            "“do you have a notary?”",
            "Source: [Notary](https://alderfalls.example/notary)",
            "“how much is a fax?”",
            "Source: [Sending a fax](https://alderfalls.example/printing#fax)",
        ),
    ),
    script(
        "the place and its parking, after a greeting",
        "hi! i need to know where the riverside branch is and if it has parking",
        reads=(
            "“i need to know where the riverside branch is”",
            "“and if it has parking”",
            "Parking at Riverside Branch: Twelve spaces beside the mill; more at the River Park lot across the "
            "footbridge. Free. Two accessible spaces beside the ramp.",
        ),
    ),
    script(
        "the second question keeps the branch of the first",
        "is eastside open sunday? do you have study rooms there?",
        reads=(
            "No, Eastside Branch is closed tomorrow, Sunday, November 22. It opens again on Tuesday, November 24 at "
            "10 AM.",
            "“do you have study rooms there?”",
            STUDY_ROOMS,
        ),
    ),
    script(
        "trouble and hours",
        "libby says my card number is invalid. also when do you close?",
        reads=(
            "The card number or PIN is not accepted. There are 5 steps; we take them one at a time.",
            "“also when do you close?”",
            "Main Library | 10 AM – 5 PM | Open until 5 PM",
        ),
    ),
    script(
        "the second is no business of a library",
        "when do you close today? can you fix my car's brakes?",
        reads=("“when do you close today?”", "Main Library | 10 AM – 5 PM", "“can you fix my car's brakes?”", BEYOND),
    ),
    script(
        "the second is not understood, and named",
        "what is the wifi password? glorp zibble wump?",
        reads=(
            "“what is the wifi password?”",
            "Source: [Wifi](https://alderfalls.example/wifi)",
            "“glorp zibble wump?”",
        ),
    ),
    script(
        "one question with its story is answered once",
        "my sister is in town with her two boys. is riverside open monday?",
        reads="Yes, Riverside Branch is open on Monday, November 23: 10 AM – 1 PM and 2 PM – 7 PM.",
        never=("“",),
    ),
]

IN_SPANISH = [
    script(
        "horario y estacionamiento",
        "¿a qué hora cierran hoy y dónde puedo estacionar?",
        reads=(
            "«¿a qué hora cierran hoy»",
            "Biblioteca Principal | 10 a.m. – 5 p.m.",
            "«y dónde puedo estacionar?»",
            "Todas las sucursales tienen estacionamiento:",
        ),
    ),
    script(
        "tarjeta y sala",
        "¿cómo saco la tarjeta? ¿y puedo reservar una sala de estudio?",
        reads=(
            "«¿cómo saco la tarjeta?»",
            "Fuente: [Obtener una tarjeta de la biblioteca](https://alderfalls.example/card)",
            "«¿y puedo reservar una sala de estudio?»",
            "Fuente: [Salas de estudio](https://alderfalls.example/rooms#study)",
        ),
    ),
    script(
        "impresión y wifi",
        "¿cuánto cuesta imprimir y cuál es la contraseña del wifi?",
        reads=(
            "«¿cuánto cuesta imprimir»",
            "Fuente: [Imprimir](https://alderfalls.example/printing)",
            "«y cuál es la contraseña del wifi?»",
            "Fuente: [Wifi](https://alderfalls.example/wifi)",
        ),
    ),
    script(
        "notario y renovación",
        "¿hay notario? ¿y cómo renuevo mis libros?",
        reads=(
            "«¿hay notario?»",
            "Fuente: [Notario](https://alderfalls.example/notary)",
            "«¿y cómo renuevo mis libros?»",
            "Fuente: [Renovar sus préstamos](https://alderfalls.example/loans#renew)",
        ),
    ),
    script(
        "PIN y donación",
        "olvidé mi pin y quiero donar libros",
        reads=(
            "«olvidé mi pin»",
            "Fuente: [PIN olvidado](https://alderfalls.example/account)",
            "Fuente: [Donar libros](https://alderfalls.example/donate)",
        ),
    ),
    script(
        "la segunda no es asunto de la biblioteca",
        "¿a qué hora cierra la principal hoy? ¿cuál es la capital de mongolia?",
        reads=("La Biblioteca Principal abre hoy: 10 a.m. – 5 p.m.", "«¿cuál es la capital de mongolia?»"),
    ),
]


@pytest.mark.parametrize(
    "played", [*TWO_QUESTIONS, *(replace(one, lang="es") for one in IN_SPANISH)], ids=lambda played: played.name
)
async def test_patron_asks_two_things(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_both_answers_come_in_the_order_of_the_questions(talk: Begin) -> None:
    chat = await talk()
    lines = (await chat.say("do you have a notary? how much is a fax?")).splitlines()
    parts = ["“do you have a notary?”", "Source: [Notary]", "“how much is a fax?”", "Source: [Sending a fax]"]
    places = [next(number for number, line in enumerate(lines) if line.startswith(part)) for part in parts]
    assert places == sorted(places)


async def test_a_follow_up_is_about_the_second_question(talk: Begin) -> None:
    chat = await talk()
    await chat.say("how do i print from my phone and what's parking like at eastside")
    assert "Parking at Riverside Branch: Twelve spaces beside the mill" in await chat.say("and riverside?")
