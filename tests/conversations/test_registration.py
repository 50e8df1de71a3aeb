"""A patron picks one of the things that were listed, and asks how to sign up for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

YOGA = "To sign up for Saturday Morning Yoga: [register here](https://alderfalls.example/register/yoga-mat). There are 5 places left."  # noqa: E501
BASICS = "To sign up for Computer Basics: [register here](https://alderfalls.example/register/computer-basics). There are 4 places left."  # noqa: E501

REGISTRATION = [
    script(
        "the second one",
        "any yoga classes",
        "the second one",
        reads="Saturday Morning Yoga: An hour on the mat for all levels. Bring a mat or borrow one.",
    ),
    script("how to register for it", "any yoga classes", "the second one", "how do I register for that?", reads=YOGA),
    script(
        "one that was cancelled",
        "any yoga classes",
        "the first one",
        "how do I register for that?",
        reads="Chair Yoga has been cancelled, so there is nothing to sign up for.",
    ),
    script(
        "the last one",
        "events this week for kids",
        "the last one",
        reads="Sunday Concert: the Falls Trio: An hour of piano, violin and cello. Doors open at 1:30.",
    ),
    script("by its number", "events next week", "number 3", "sign me up", reads=BASICS),
    script(
        "one without registration",
        "book clubs",
        "the third one",
        "how do I sign up",
        reads="Mystery Lovers' Book Club needs no registration: just come.",
    ),
    script(
        "the only one that was listed",
        "what events are there on sunday",
        "sign me up",
        reads="Sunday Concert: the Falls Trio needs no registration: just come.",
    ),
    script(
        "whether it is needed",
        "storytimes next week",
        "the second one",
        "do i need to register",
        reads="Toddler Storytime needs no registration: just come.",
    ),
    script(
        "events of which there are several on",
        "what's happening on saturday at eastside",
        "the first one",
        "register",
        reads="LEGO Saturday needs no registration: just come.",
    ),
    script(
        "of several this weekend",
        "what's on this weekend",
        "the second one",
        reads="Dungeons and Dragons for Teens: A campaign that anybody can join in the middle. Dice provided.",
    ),
    script(
        "in general",
        "how do i register for an event",
        reads="Source: [Signing up for events](https://alderfalls.example/events#register)",
    ),
    script(
        "giving a place back",
        "i cant make it to the class i registered for",
        reads="Source: [Cancelling and waiting lists](https://alderfalls.example/events#cancel)",
    ),
    script(
        "the second of the titles",
        "books by octavia butler",
        "the second one",
        reads=("The library has Parable of the Sower.", "Octavia E. Butler, 1993"),
    ),
]

INSCRIPCION = [
    script(
        "la segunda",
        "¿hay yoga?",
        "la segunda",
        reads="Saturday Morning Yoga: An hour on the mat for all levels. Bring a mat or borrow one.",
    ),
    script(
        "cómo inscribirse en ella",
        "¿hay yoga?",
        "la segunda",
        "¿cómo me inscribo?",
        reads=(
            "Para inscribirse en Saturday Morning Yoga: [regístrese aquí](https://alderfalls.example/register/yoga-mat)"
            ". Quedan 5 lugares."
        ),
    ),
    script(
        "esa",
        "actividades del sábado",
        "la segunda",
        "¿cómo me inscribo en esa?",
        reads=(
            "Para inscribirse en Dungeons and Dragons for Teens: "
            "[regístrese aquí](https://alderfalls.example/register/dnd-teens). Quedan 2 lugares."
        ),
    ),
    script(
        "una sin inscripción",
        "clases de inglés",
        "la primera",
        "¿cómo me inscribo?",
        reads="English Conversation Circle no requiere inscripción: solo venga.",
    ),
    script(
        "por su número",
        "eventos la próxima semana",
        "el número 3",
        "¿cómo me apunto?",
        reads=(
            "Para inscribirse en Computer Basics: [regístrese aquí](https://alderfalls.example/register/computer-basics)"
            ". Quedan 4 lugares."
        ),
    ),
    script(
        "si hay que inscribirse",
        "eventos para niños el domingo",
        "el primero",
        "¿hay que inscribirse?",
        reads="Sunday Concert: the Falls Trio no requiere inscripción: solo venga.",
    ),
]


@pytest.mark.parametrize(
    "played", [*REGISTRATION, *(replace(one, lang="es") for one in INSCRIPCION)], ids=lambda played: played.name
)
async def test_patron_picks_one_and_signs_up(talk: Begin, played: Script) -> None:
    await play(talk, played)
