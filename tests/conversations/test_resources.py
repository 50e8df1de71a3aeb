"""A patron asks for something to read, hear, watch or look up online."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

KINDLE_1 = (
    "1. Kindle e-readers have no Libby app. Borrow the e-book on a phone or computer first, at libbyapp.com or in "
    "the app."
)
LIBBY = (
    "Libby: E-books, audiobooks and magazines to borrow, from OverDrive. It takes the place of the old OverDrive app."
)
ANCESTRY_INSIDE = (
    "It can be used in our branches only, on a library computer or on our wifi; nothing else is needed. From home you "
    "can use HeritageQuest Online, Fold3 Library Edition and NYS Historic Newspapers."
)

RESOURCES = [
    script("e-books on a Kindle", "how do I get ebooks on my kindle?", reads=(LIBBY, KINDLE_1, "[It does not work]")),
    script(
        "audiobooks on an iPhone",
        "i want to listen to audiobooks on my iphone",
        reads=(
            "For audiobooks on this device (iPhone) there are these:",
            "Libby",
            "hoopla",
            "LibriVox (Free for everyone)",
            "You need your library card number and PIN.",
        ),
    ),
    script(
        "films on a Roku",
        "where can i watch movies for free on my roku",
        reads=("For films and series on this device (Roku) there are these:", "hoopla", "Kanopy"),
        never=("Freegal",),
    ),
    script(
        "comics on an iPad",
        "how do i read comics on my ipad",
        reads=("For comics on this device (iPad) there are these:", "Comics Plus"),
    ),
    script(
        "magazines on a tablet",
        "magazines on my tablet",
        reads=("For magazines on this device (tablet) there are these:", "PressReader", "Flipster"),
    ),
    script(
        "one newspaper",
        "can i read the new york times with my card?",
        reads=(
            "The New York Times: The newspaper's website and app with today's news and the archive.",
            "Open [The New York Times](https://alderfalls.example/go/nytimes) in your browser.",
        ),
    ),
    script(
        "a language",
        "i want to learn french online",
        reads=("For learning a language there are these:", "Mango Languages", "Transparent Language Online"),
    ),
    script(
        "music after films",
        "how can i watch movies at home",
        "and music?",
        reads=("For music there are these:", "Freegal Music"),
        never=("Kanopy",),
    ),
    script(
        "a service, and then the device",
        "what is libby",
        "on my android phone",
        reads=("Libby, on this device (Android):", "1. Install Libby from Google Play and open it."),
    ),
    script(
        "a service on a television, of which there are many",
        "how do i use kanopy on my tv",
        reads=("Which device do you use?", "[Chromecast]"),
        never=("[iPhone / iPad]",),
    ),
    script(
        "one that the library has not",
        "do you have netflix",
        reads=("This library does not have Netflix. These may do instead:", "hoopla", "Kanopy"),
    ),
    script(
        "an old trade name",
        "consumer reports",
        reads=("Consumer Reports: Tests and ratings of cars, appliances, electronics and more."),
    ),
    script(
        "old newspapers",
        "which database should i use for old newspapers",
        reads=(
            "For newspapers there are these:",
            "Chronicling America (Free for everyone)",
            "ProQuest Historical Newspapers",
        ),
    ),
    script(
        "a database for use inside",
        "do you have ancestry",
        reads=(ANCESTRY_INSIDE, "[HeritageQuest Online]", "[It does not work]"),
    ),
    script("whether it works from home", "can i use ancestry at home", reads=ANCESTRY_INSIDE),
    script(
        "legal forms",
        "legal forms database",
        reads="Open [Gale LegalForms](https://alderfalls.example/go/legalforms) in your browser.",
    ),
    script(
        "a car",
        "repair manual for my car",
        reads=("For car repair there are these:", "ChiltonLibrary"),
    ),
    script(
        "databases, and then a subject",
        "databases",
        "genealogy",
        reads=(
            "For family history there are these:",
            "Ancestry Library Edition (In the library only)",
            "HeritageQuest Online",
        ),
    ),
]

RECURSOS = [
    script(
        "libros en un Kindle",
        "¿cómo leo libros electrónicos en mi Kindle?",
        reads=(
            "Así se empieza en este dispositivo (Kindle):",
            "4. Elija su Kindle, conéctelo al wifi y sincronícelo. El libro aparece en su biblioteca.",
        ),
    ),
    script(
        "audiolibros en un iPhone",
        "quiero escuchar audiolibros en mi iPhone",
        reads=("Para audiolibros en este dispositivo (iPhone) hay estos:", "LibriVox (Gratis para todos)"),
    ),
    script(
        "películas en el televisor",
        "¿dónde puedo ver películas gratis en mi televisor?",
        reads=("Para películas y series en este dispositivo (televisor) hay estos:", "Kanopy"),
    ),
    script(
        "revistas en un iPad",
        "¿tienen revistas digitales para mi iPad?",
        reads=("Para revistas en este dispositivo (iPad) hay estos:", "PressReader"),
    ),
    script(
        "periódicos",
        "¿puedo leer periódicos en línea con mi tarjeta?",
        reads=("Para periódicos hay estos:", "PressReader", "The Wall Street Journal"),
    ),
    script(
        "Kanopy en un Roku",
        "¿cómo uso Kanopy en mi Roku?",
        reads=(
            "Así se empieza en este dispositivo (Roku):",
            "3. Escriba el código que muestra el televisor en kanopy.com/link.",
        ),
    ),
    script("aprender inglés", "quiero aprender inglés en línea", reads=("Para aprender idiomas hay estos:",)),
    script("qué es", "¿qué es Libby?", reads=("¿Qué dispositivo usa?", "[Tableta Fire]", "[Aún no tengo tarjeta]")),
    script(
        "lo que no hay",
        "¿tienen Netflix?",
        reads=("Esta biblioteca no tiene Netflix. En su lugar pueden servir estos:"),
    ),
    script(
        "genealogía",
        "¿qué base de datos tienen para genealogía?",
        reads=("Para historia familiar hay estos:", "Ancestry Library Edition (Solo en la biblioteca)"),
    ),
    script(
        "desde casa",
        "¿puedo usar Ancestry desde casa?",
        reads=(
            "Solo se puede usar en nuestras sucursales, en una computadora de la biblioteca o con nuestro wifi; no "
            "hace falta nada más. Desde casa puede usar HeritageQuest Online, Fold3 Library Edition y NYS Historic "
            "Newspapers."
        ),
    ),
    script(
        "leyes",
        "base de datos de leyes",
        reads="Abra [Gale LegalForms](https://alderfalls.example/go/legalforms) en su navegador.",
    ),
    script("qué bases de datos hay", "bases de datos", reads=("[Salud y medicina]", "[Historia familiar]")),
]


@pytest.mark.parametrize(
    "played", [*RESOURCES, *(replace(one, lang="es") for one in RECURSOS)], ids=lambda played: played.name
)
async def test_patron_asks_for_something_online(talk: Begin, played: Script) -> None:
    await play(talk, played)


@pytest.mark.parametrize(
    ("says", "pressed", "reads"),
    [
        ("what is libby", "Kindle", KINDLE_1),
        ("i want to listen to audiobooks on my iphone", "Libby", LIBBY),
        (
            "what is libby",
            "I have no card yet",
            "Source: [Getting a library card](https://alderfalls.example/card)",
        ),
        (
            "how do I get ebooks on my kindle?",
            "It does not work",
            "The book does not come to the Kindle. There are 5 steps; we take them one at a time.",
        ),
        (
            "can i use ancestry at home",
            "HeritageQuest Online",
            "It works from home and on the go. You need your library card number and PIN.",
        ),
    ],
    ids=["device", "service", "card", "trouble", "instead"],
)
async def test_patron_presses_what_is_offered(talk: Begin, says: str, pressed: str, reads: str) -> None:
    chat = await talk()
    await chat.say(says)
    answer = await chat.choose(pressed)
    assert reads in answer.splitlines(), answer
