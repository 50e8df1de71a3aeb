"""What is looked for in a message: title, author, subject, form, language; ISBNs."""

from __future__ import annotations

import pytest

from bot.knowledge.isbn import find_isbn, isbn13
from bot.knowledge.sources.records import Format, Sought, title_key
from bot.knowledge.titles import forms_of, points_back, read_change, read_sought

KNOWN = {
    title_key(title)
    for title in (
        "1984", "The Hours", "The Library Book", "Braiding Sweetgrass", "It", "Bird by Bird", "The Book Thief",
        "Events",
        "The Card Catalog", "Stand by Me", "Cien años de soledad", "Thank You for Arguing", "Where the Crawdads Sing",
        "The Hunger Games", "The New Yorker", "Hello, Goodbye",
    )
}  # fmt: skip


def known(text: str) -> bool:
    return title_key(text) in KNOWN


def read(text: str) -> dict[str, object]:
    found = read_sought(text, known)
    named = {name: getattr(found, name) for name in ("title", "author", "isbn", "words", "language")}
    told = {name: value for name, value in named.items() if value}
    if found.formats:
        told["formats"] = [str(form) for form in found.formats]
    if found.about:
        told["about"] = True
    return told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # titles that look like something else
        ("1984", {"title": "1984"}),
        ("The Hours", {"title": "The Hours"}),
        ("do you have the hours?", {"title": "the hours"}),
        ("the library book", {"title": "the library book"}),
        ("events", {"title": "events"}),
        ("is the card catalog available?", {"title": "the card catalog"}),
        ("do you have Thank You for Arguing", {"title": "Thank You for Arguing"}),
        ("can i get hello, goodbye", {"title": "hello, goodbye"}),
        ("do you have the book thief in large print please", {"title": "the book thief", "formats": ["large_print"]}),
        ("the hunger games audiobook", {"title": "the hunger games", "formats": ["audiobook"]}),
        ("stand by me on dvd", {"title": "stand by me", "formats": ["dvd"]}),
        ("where the crawdads sing", {"title": "where the crawdads sing"}),
        # frames around a title
        ("do you have a copy of Braiding Sweetgrass in spanish", {"title": "Braiding Sweetgrass", "language": "es"}),
        ("hi! im looking for a book called the overstory", {"words": "the overstory"}),
        ("can i get a copy of the midnight library thanks", {"words": "the midnight library"}),
        ("Is Educated checked in right now?", {"words": "Educated"}),
        ("do u guys have dog man books", {"words": "dog man"}),
        ("do you have the movie frozen", {"words": "frozen", "formats": ["dvd"]}),
        ("tienen el audiolibro de Becoming?", {"words": "Becoming", "formats": ["audiobook"]}),
        ("¿Tienen Cien años de soledad en letra grande?",
         {"title": "Cien años de soledad", "formats": ["large_print"]}),
        ("busco el libro La casa de los espíritus de Isabel Allende",
         {"words": "La casa de los espíritus de Isabel Allende"}),
        ("quisiera sacar el libro Momo, por favor", {"words": "Momo"}),
        ("do you have The New Yorker magazine", {"title": "The New Yorker", "formats": ["magazine"]}),
        # quoted titles
        ('do you have "It" by Stephen King on dvd?', {"title": "It", "author": "Stephen King", "formats": ["dvd"]}),
        ("¿tienen «Rayuela» de Cortázar?", {"title": "Rayuela"}),
        ("looking for “Parking” in spanish", {"title": "Parking", "language": "es"}),
        # authors
        ("bird by bird by anne lamott", {"title": "bird by bird", "author": "anne lamott"}),
        ("any books by Stephen King in large print?", {"author": "Stephen King", "formats": ["large_print"]}),
        ("looking for the new james patterson book", {"words": "james patterson"}),
        ("anything by octavia butler", {"author": "octavia butler"}),
        ("libros de gabriel garcía márquez", {"words": "gabriel garcía márquez"}),
        # subjects
        ("books about dinosaurs", {"words": "dinosaurs", "about": True}),
        ("do you have anything on beekeeping", {"words": "beekeeping", "about": True}),
        ("¿tienen libros sobre jardinería?", {"words": "jardinería", "about": True}),
        ("My daughter has a school project due friday. do you have anything about rosa parks?",
         {"words": "rosa parks", "about": True}),
        # things
        ("can i borrow a ukulele", {"words": "a ukulele"}),
        ("do you lend hotspots", {"words": "hotspots"}),
        # ISBN
        ("978-1-57131-356-0", {"isbn": "9781571313560"}),
        ("do you have isbn 0439708184 as an ebook", {"isbn": "9780439708180", "formats": ["ebook"]}),
        # nothing named
        ("do you have a book?", {}),
        ("how do i find a book", {}),
        ("quiero sacar un libro", {}),
        ("do you have it?", {}),
        ("it", {}),
        ("do you have it on dvd?", {"formats": ["dvd"]}),
        ("¿lo tienen en español?", {"language": "es"}),
        ("", {}),
        ("???", {}),
    ],
)  # fmt: skip
def test_what_is_looked_for(text: str, expected: dict[str, object]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("in spanish?", Sought(language="es")),
        ("and on dvd?", Sought(formats=(Format.DVD,))),
        ("what about the audiobook", Sought(formats=(Format.AUDIOBOOK,))),
        ("¿y en letra grande?", Sought(formats=(Format.LARGE_PRINT,))),
        ("for kids?", Sought(audiences=("preschool", "kids", "tween"))),
        ("on cd?", Sought(formats=(Format.AUDIOBOOK, Format.MUSIC))),
        ("in large print in french", Sought(formats=(Format.LARGE_PRINT,), language="fr")),
        ("what about the hobbit on dvd", None),
        ("and on sunday?", None),
        ("thanks", None),
    ],
)
def test_a_short_message_changes_form_or_language(text: str, changed: Sought | None) -> None:
    assert read_change(text) == changed


@pytest.mark.parametrize(("text", "back"), [("do you have it?", True), ("¿lo tienen?", True), ("the hobbit", False)])
def test_pointing_back_is_noticed(text: str, back: bool) -> None:
    assert points_back(text) is back


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0-439-70818-4", "9780439708180"),
        ("043970818X", None),
        ("080442957X", "9780804429573"),
        ("9780439708180", "9780439708180"),
        ("9780439708181", None),
        ("1234567890123", None),
        ("315-555-0140", None),
    ],
)
def test_an_isbn_counts_only_with_its_check_digit(written: str, expected: str | None) -> None:
    assert isbn13(written) == expected
    found = find_isbn(f"do you have {written}?")
    assert (found[0] if found else None) == expected


def test_what_is_sought_survives_the_talk() -> None:
    sought = Sought(title="Él", author="O", formats=(Format.DVD,), language="es", audiences=("kids",), about=True)
    assert Sought.from_slot(sought.to_slot()) == sought
    assert Sought().to_slot() == "" and Sought.from_slot("not json").empty and Sought.from_slot("[1]").empty


def test_forms_of_entities_are_known() -> None:
    assert forms_of(("film", "cd", "ebook", "papyrus")) == (
        Format.DVD, Format.AUDIOBOOK, Format.MUSIC, Format.EBOOK)  # fmt: skip


@pytest.mark.parametrize(
    "text", ["a " * 5000, "do you have " * 300, "by " * 400, '"' * 900, "¿" * 2000, "on dvd " * 200]
)
def test_a_strange_message_is_read_all_the_same(text: str) -> None:
    # A pattern that runs away would take minutes.
    assert isinstance(read_sought(text, known), Sought)
