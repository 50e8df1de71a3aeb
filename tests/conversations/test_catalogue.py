"""A patron asks what the library has: titles, authors, subjects, and the forms that they come in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

NOT_FOUND = (
    "I did not find “zorbling the flumph” in the catalogue. You can [look for it yourself]"
    "(https://catalog.alderfalls.example/search?q=zorbling+the+flumph), perhaps with fewer words."
)
BUY, BORROW = "[Suggest that the library buys it]", "[Borrow it from another library]"

CATALOGUE = [
    script(
        "a title that is a number",
        "1984",
        reads=(
            "The library has 1984.",
            "George Orwell, 1949",
            "Book, English: in now at Main Library, Eastside Branch and Riverside Branch",
            "Large print, English: all copies are out; you can place a hold",
            "See it in the catalogue",
        ),
    ),
    script("a number in a question", "do you have 1984", reads=("The library has 1984.", "George Orwell, 1949")),
    script(
        "a title that sounds like a plant and a handicraft",
        "braiding sweetgrass",
        reads=(
            "The library has Braiding Sweetgrass.",
            "Robin Wall Kimmerer, 2013",
            "E-book, Spanish: available online now with your card",
        ),
    ),
    script(
        "a title that sounds like another question",
        "do you have the hours by michael cunningham",
        reads=("The library has The Hours.", "Michael Cunningham, 1998"),
    ),
    script(
        "a title among words",
        "looking for a book called the great gatsby",
        reads=("The library has The Great Gatsby.",),
    ),
    script("a title alone", "pride and prejudice", reads=("The library has Pride and Prejudice.", "Jane Austen, 1813")),
    script("a title of two common words", "the martian", reads=("The library has The Martian.", "Andy Weir, 2011")),
    script(
        "with its author",
        "the goldfinch by donna tartt",
        reads=("The library has The Goldfinch.", "Book, English: in now at Main Library"),
    ),
    script(
        "by an author",
        "books by octavia butler",
        reads=("I found 2 titles for “octavia butler”.", "Kindred", "Parable of the Sower"),
    ),
    script(
        "the newest of an author",
        "the new stephen king",
        reads=("I found 6 titles for “stephen king”.", "Fairy Tale", "11/22/63"),
    ),
    script(
        "in large print",
        "do you have pachinko in large print",
        reads=("The library has Pachinko.", "Large print, English: in now at Main Library"),
        never=("Book, English",),
    ),
    script(
        "in Spanish",
        "do you have braiding sweetgrass in spanish",
        reads=("The library has Una trenza de hierba sagrada.", "Book, Spanish: in now at Main Library"),
    ),
    script(
        "at a branch",
        "do you have atomic habits at riverside",
        reads="The library has Atomic Habits. It is in now at Riverside Branch.",
    ),
    script(
        "then at a branch",
        "do you have becoming by michelle obama",
        "and at eastside?",
        reads="The library has Becoming. It is in now at Eastside Branch.",
    ),
    script(
        "a form that there is not",
        "where the crawdads sing on dvd",
        reads=("I found it, but not on DVD. This is what the library has.", "Delia Owens, 2018", BUY, BORROW),
    ),
    script(
        "in Spanish after that",
        "do you have 1984",
        "in spanish?",
        reads=("I found it, but not in Spanish. This is what the library has.", "George Orwell, 1949"),
    ),
    script(
        "on audio",
        "do you have 1984",
        "on audio?",
        reads=("The library has 1984.", "Audiobook, English: in now at Eastside Branch"),
        never=("Book, English", "Libby"),
    ),
    script(
        "on DVD",
        "do you have dune",
        "on dvd?",
        reads=("I found it, but not on DVD. This is what the library has.", "Frank Herbert, 1965"),
    ),
    script(
        "to listen to",
        "do you have dune",
        "is there an audiobook",
        reads=("The library has Dune.", "Audiobook, English: in now at Main Library and Eastside Branch"),
        never=("Book, English",),
    ),
    script(
        "in Spanish, where there is one",
        "do you have braiding sweetgrass",
        "in spanish?",
        reads=("The library has Una trenza de hierba sagrada.", "Book, Spanish: in now at Main Library"),
        never=("English",),
    ),
    script(
        "how to get it",
        "do you have the midnight library",
        "how do i put it on hold?",
        reads="Source: [Placing a hold](https://alderfalls.example/holds)",
    ),
    script(
        "nothing found, and the ways on",
        "do you have a book called zorbling the flumph",
        reads=(NOT_FOUND, BUY, BORROW),
    ),
    script(
        "something near",
        'do you have the book "a man called fire"',
        reads=("I did not find “a man called fire” written like that. Did you mean one of these?", "A Man Called Ove"),
    ),
]

CATALOGO = [
    script(
        "un título",
        "¿tienen cien años de soledad?",
        reads=(
            "La biblioteca tiene Cien años de soledad.",
            "Gabriel García Márquez, 1967",
            "Letra grande, español: disponible ahora en la Sucursal Este",
        ),
    ),
    script(
        "un número",
        "¿tienen 1984?",
        reads=("La biblioteca tiene 1984.", "Audiolibro, inglés: disponible ahora en la Sucursal Este"),
    ),
    script(
        "con el verbo buscar",
        "busco la casa de los espíritus",
        reads=("La biblioteca tiene La casa de los espíritus.", "Isabel Allende, 1982"),
    ),
    script("una palabra", "¿tienen el libro Violeta?", reads=("La biblioteca tiene Violeta.", "Isabel Allende, 2022")),
    script(
        "un autor",
        "libros de gabriel garcía márquez",
        reads=("Encontré 3 títulos para «gabriel garcía márquez».", "El amor en los tiempos del cólera"),
    ),
    script(
        "el segundo",
        "libros de gabriel garcía márquez",
        "el segundo",
        reads=("La biblioteca tiene Cien años de soledad.",),
        never=("Crónica",),
    ),
    script(
        "y cómo se reserva",
        "libros de gabriel garcía márquez",
        "el segundo",
        "¿cómo lo reservo?",
        reads="Fuente: [Reservar un libro](https://alderfalls.example/holds)",
    ),
    script(
        "y en audiolibro",
        "¿tienen cien años de soledad?",
        "¿y en audiolibro?",
        reads=(
            "La biblioteca tiene Cien años de soledad.",
            "Audiolibro, español: disponible ahora en la Biblioteca Principal",
        ),
        never=("Letra grande", "Libby"),
    ),
    script(
        "en letra grande",
        "¿tienen cien años de soledad?",
        "¿en letra grande?",
        reads=(
            "La biblioteca tiene Cien años de soledad.",
            "Letra grande, español: disponible ahora en la Sucursal Este",
        ),
        never=("Audiolibro",),
    ),
    script(
        "en otro idioma",
        "¿tienen el principito en inglés?",
        reads=("Lo encontré, pero no en inglés. Esto es lo que tiene la biblioteca.", "Antoine de Saint-Exupéry, 1943"),
    ),
    script(
        "nada, y qué se puede hacer",
        "¿tienen la novela El zumbador mágico?",
        reads=(
            "No encontré «El zumbador mágico» en el catálogo. Puede [buscarlo usted mismo]"
            "(https://catalog.alderfalls.example/search?q=El+zumbador+m%C3%A1gico), quizás con menos palabras.",
            "[Sugerir que la biblioteca lo compre]",
            "[Pedirlo a otra biblioteca]",
        ),
    ),
]


@pytest.mark.parametrize(
    "played", [*CATALOGUE, *(replace(one, lang="es") for one in CATALOGO)], ids=lambda played: played.name
)
async def test_patron_asks_for_a_title(talk: Begin, played: Script) -> None:
    await play(talk, played)


@pytest.mark.parametrize(
    ("lang", "says", "pressed", "reads"),
    [
        (
            "en",
            "do you have a book called zorbling the flumph",
            "Suggest that the library buys it",
            "Thank you, I can pass that on to the librarians who buy. Who is zorbling the flumph by?",
        ),
        (
            "en",
            "do you have a book called zorbling the flumph",
            "Borrow it from another library",
            "Source: [Interlibrary loan](https://alderfalls.example/ill)",
        ),
        (
            "es",
            "¿tienen la novela El zumbador mágico?",
            "Pedirlo a otra biblioteca",
            "Fuente: [Préstamo interbibliotecario](https://alderfalls.example/ill)",
        ),
    ],
)
async def test_title_that_the_library_has_not_may_be_had_in_other_ways(
    talk: Begin, lang: str, says: str, pressed: str, reads: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(says)
    assert reads in (await chat.choose(pressed)).splitlines()
