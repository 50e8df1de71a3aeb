"""A patron drops what is under way."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

LEFT = "All right, we leave that. Ask me anything else whenever you like."
DEJADO = "De acuerdo, lo dejamos. Pregúnteme otra cosa cuando guste."
NOW = "Main Library | 10 AM – 5 PM | Open until 5 PM"

NEVER_MIND = [
    script("nothing is under way", "never mind", reads=LEFT),
    script("after an answer", "is eastside open sunday?", "forget it", reads=LEFT),
    script("when asked for whom a book is", "can you suggest a good book", "never mind", reads=LEFT),
    script("stop", "libby says my card number is invalid", "stop", reads=LEFT),
    script(
        "the branch is forgotten with it",
        "where can i park at eastside",
        "never mind",
        "are you open now?",
        reads=NOW,
    ),
    script(
        "and another question in the same breath",
        "can i talk to a person",
        "forget it, are you open now",
        reads=NOW,
    ),
    script(
        "the next question is answered as a first one",
        "how do i book a study room",
        "never mind",
        "and at eastside?",
        reads="Eastside Branch is open now, until 5 PM.",
        never=("Study rooms",),
    ),
    script("sin nada antes", "olvídelo", reads=DEJADO, lang="es"),
    script(
        "después de una respuesta", "¿está abierta la sucursal este el domingo?", "déjelo así", reads=DEJADO, lang="es"
    ),
    script("al elegir un libro", "recomiéndeme un libro", "no importa", reads=DEJADO, lang="es"),
    script(
        "y otra pregunta enseguida",
        "quiero hablar con una persona",
        "mejor no, dígame si hay wifi",
        reads="Fuente: [Wifi](https://alderfalls.example/wifi)",
        lang="es",
    ),
]


@pytest.mark.parametrize("played", NEVER_MIND, ids=lambda played: played.name)
async def test_patron_drops_it(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_never_mind_after_a_choice_of_kinds(talk: Begin) -> None:
    chat = await talk()
    await chat.say("can you suggest a good book")
    await chat.choose("For adults")
    assert await chat.say("forget it") == LEFT
