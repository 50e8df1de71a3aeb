"""A patron asks what to read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

MATCHED = "Our staff recommend these."
RECOMIENDAN = "Nuestro personal recomienda estos."

RECOMMENDATIONS = [
    script(
        "a kind",
        "recommend a mystery",
        reads=(
            MATCHED,
            "The Thursday Murder Club",
            "Recommended by Marcus: Four friends in a retirement village solve murders between cake and crosswords. It "
            "is funny and kind at once.",
            "Why it matches: mystery",
            "[Show me others]",
            "[Ask a librarian]",
        ),
    ),
    script(
        "then an age",
        "recommend a mystery",
        "for my 10 year old",
        reads=(MATCHED, "Holes", "Why it matches: mystery and for ages 8 to 12"),
        never=("The Thursday Murder Club",),
    ),
    script(
        "then a mood",
        "recommend a mystery",
        "for my 10 year old",
        "something funny",
        reads=(MATCHED, "Why it matches: funny and for ages 8 to 12"),
    ),
    script(
        "like a book that was enjoyed",
        "i liked dune, what else is there",
        reads=(
            "For readers of Dune our staff recommend these.",
            "The Left Hand of Darkness",
            "Why it matches: you enjoyed Dune and science fiction",
        ),
    ),
    script(
        "like another",
        "books like gone girl",
        reads=("For readers of Gone Girl our staff recommend these.", "In the Woods"),
    ),
    script(
        "a form for an age",
        "graphic novels for 11 year olds",
        reads=(MATCHED, "New Kid", "Why it matches: graphic novels and for ages 8 to 12"),
    ),
    script("a mood for adults", "something funny for adults", reads=(MATCHED, "Why it matches: funny and for adults")),
    script(
        "nothing known yet",
        "what should i read next",
        reads=("Gladly. For whom is it?", "[For young children]", "[For ages 8 to 12]", "[For teens]", "[For adults]"),
    ),
    script(
        "an age and no kind",
        "a good book for a 4 year old",
        reads=(
            "What kind of book would you like? You can also name a book or an author that you enjoyed.",
            "[Picture books]",
            "[Surprise me]",
        ),
    ),
    script("a kind in Spanish", "a mystery in spanish", reads=(MATCHED, "La sombra del viento")),
]

RECOMENDACIONES = [
    script(
        "un género",
        "me gustan las novelas de misterio, ¿qué leo?",
        reads=(RECOMIENDAN, "La sombra del viento", "Por qué coincide: misterio"),
    ),
    script(
        "como un libro que gustó",
        "¿qué libro me recomienda si me gustó Cien años de soledad?",
        reads=(
            "Para quien disfruta de Cien años de soledad, nuestro personal recomienda estos.",
            "La casa de los espíritus",
            "Lo recomienda Tomás: Tres generaciones de mujeres que ven más que los demás, mientras un país se quiebra. "
            "Parece que lo cuenta una abuela.",
        ),
    ),
    script(
        "una novela romántica", "recomiéndeme una novela romántica", reads=(RECOMIENDAN, "Como agua para chocolate")
    ),
    script("sin decir más", "recomiéndeme un libro", reads=("Con gusto. ¿Para quién es?", "[Para adolescentes]")),
    script(
        "para una edad",
        "¿qué me recomienda para un niño de 5 años?",
        reads=("[Libros ilustrados]", "[Sorpréndame]"),
    ),
]


@pytest.mark.parametrize(
    "played", [*RECOMMENDATIONS, *(replace(one, lang="es") for one in RECOMENDACIONES)], ids=lambda played: played.name
)
async def test_patron_asks_what_to_read(talk: Begin, played: Script) -> None:
    await play(talk, played)


@pytest.mark.parametrize(
    ("lang", "says", "pressed", "reads"),
    [
        ("en", "can you suggest a good book", ("For adults", "Mystery"), "Why it matches: mystery and for adults"),
        ("en", "can you suggest a good book", ("For teens", "Surprise me"), "Why it matches: for teens"),
        ("es", "recomiéndeme un libro", ("Para adultos", "Misterio"), "Por qué coincide: misterio y para adultos"),
    ],
    ids=["adults", "teens", "es"],
)
async def test_patron_chooses_for_whom_and_what_kind(
    talk: Begin, lang: str, says: str, pressed: tuple[str, str], reads: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(says)
    await chat.choose(pressed[0])
    assert reads in (await chat.choose(pressed[1])).splitlines()


async def test_patron_would_rather_ask_a_librarian(talk: Begin) -> None:
    chat = await talk()
    await chat.say("recommend a mystery")
    assert "No librarian is free in this chat right now. You can call 315-555-0140" in await chat.choose(
        "Ask a librarian"
    )


async def test_patron_names_a_book_when_asked_for_a_kind(talk: Begin) -> None:
    chat = await talk()
    await chat.say("can you suggest a good book")
    await chat.choose("For adults")
    lines = (await chat.say("i loved gone girl")).splitlines()
    assert lines[0] == "For readers of Gone Girl our staff recommend these." and "In the Woods" in lines
