"""The catalogue's answers over the sample library, and what patrons read of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.catalogue import ActionFindItem, item_follow_up, show_item
from bot.knowledge.catalogue import CatalogueOutcome, group
from bot.knowledge.catalogue_check import check_catalogue
from bot.knowledge.check import check_library
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.library import load_library
from bot.knowledge.sources.records import Format, Record, Sought
from bot.knowledge.titles import read_sought
from bot.settings import ROOT
from tests.unit.a_library import write_library
from tests.unit.a_turn import TurnTalk, cards, choices, said

SAMPLE = ROOT / "library"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    yield Knowledge.open(SAMPLE, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def now(knowledge: Knowledge) -> datetime:
    return datetime(2026, 11, 21, 14, 5, tzinfo=knowledge.library.zone)


@pytest.mark.parametrize(
    ("asked", "outcome", "first"),
    [
        ("1984", "found", "1984"),
        ("braiding sweetgrass", "found", "Braiding Sweetgrass: Indigenous Wisdom"),
        ("do you have the hours", "several", "The Hours"),
        ("the library book", "found", "The Library Book"),
        ("the card catalog", "found", "The Card Catalog"),
        ("thank you for arguing", "found", "Thank You for Arguing"),
        ("hello goodbye", "several", "The Hello, Goodbye Window"),
        ("books on parking", "several", "Paving Paradise"),
        ("braiding sweetgrass in spanish", "found", "Una trenza de hierba sagrada"),
        ("harry potter en español", "several", "Harry Potter y la piedra filosofal"),
        ("busco cien anos de soledad", "found", "Cien años de soledad"),
        ("978-0-439-70818-0", "found", "Harry Potter and the Sorcerer's Stone"),
        ("brading sweetgras", "near", "Braiding Sweetgrass"),
        ("stephen kng", "near", "It"),
        ("harry potter and the goblit of fire", "near", "Harry Potter and the Goblet of Fire"),
        ("braiding sweetgrass on dvd", "other_form", "Braiding Sweetgrass"),
        ("books about dinosaurs for kids", "several", "How Do Dinosaurs Say Good Night?"),
        ("do you have hotspots", "found", "Wi-Fi hotspot"),
        ("museum passes", "found", "Museum pass"),
        ("the new yorker", "found", "The New Yorker"),
        ("zelda for switch", "several", "The Legend of Zelda"),
        ("qwertz uiop", "none", None),
    ],
)
async def test_the_sample_is_searched(
    knowledge: Knowledge, now: datetime, asked: str, outcome: str, first: str | None
) -> None:
    found = await knowledge.catalogue.find(read_sought(asked, knowledge.catalogue.known_title), now)
    assert found.outcome == outcome
    assert [work.title.startswith(first or "") for work in found.works[:1]] == [True] * (first is not None)


@pytest.mark.parametrize(
    ("text", "known"),
    [("1984", True), ("Braiding sweetgrass?", True), ("hours", True), ("THE HOURS!", True),
     ("cien anos de soledad", True),
     ("", False), ("?", False), ("is the library open", False), ("what are your hours", False)],
)  # fmt: skip
def test_a_title_alone_is_known(knowledge: Knowledge, text: str, known: bool) -> None:
    assert knowledge.catalogue.known_title(text) is known


def test_editions_of_one_work_stand_together_and_films_and_games_apart() -> None:
    def record(number: int, title: str, form: Format, author: str = "Ann Ode", **more: Any) -> Record:
        return Record(id=str(number), title=title, author=author, format=form, **more)

    works = group([
        record(1, "Moss", Format.AUDIOBOOK),
        record(2, "Moss: A Life", Format.BOOK, "Ode, Ann"),
        record(3, "Musgo", Format.BOOK, language="es", original_title="Moss: A Life"),
        record(4, "Moss", Format.DVD, "A Director"),
        record(5, "Quest: One", Format.GAME),
        record(6, "Quest: Two", Format.GAME),
    ])  # fmt: skip
    assert [[one.id for one in work.records] for work in works] == [["2", "1", "3"], ["4"], ["5"], ["6"]]


async def test_without_a_catalogue_there_is_the_search_link(tmp_path: Path, now: datetime) -> None:
    folder = write_library(tmp_path / "library", catalogue_url="https://cat.example/?q={words}")
    found = await Knowledge.open(folder, tmp_path / "cache").catalogue.find(Sought(words="a & b/ñ"), now)
    assert (found.outcome, found.url) == (CatalogueOutcome.NOT_CONNECTED, "https://cat.example/?q=a+%26+b%2F%C3%B1")


# What patrons read


@pytest.fixture
def talk(knowledge: Knowledge) -> TurnTalk:
    return TurnTalk(knowledge, ActionFindItem())


@pytest.fixture
def charla(knowledge: Knowledge) -> TurnTalk:
    return TurnTalk(knowledge, ActionFindItem(), "es")


async def test_a_card_tells_author_year_forms_and_where_it_is_in(talk: TurnTalk) -> None:
    turn = await talk.ask("do you have a copy of braiding sweetgrass")
    assert said(turn) == "The library has **Braiding Sweetgrass**."
    (card,) = cards(turn)
    assert card["lines"][:5] == [
        "Robin Wall Kimmerer, 2013",
        "Book, English: in now at Main Library and Riverside Branch",
        "Large print, English: all copies are out; you can place a hold",
        "E-book, English: all online copies are out; you can place a hold",
        "Audiobook, English: in now at Eastside Branch",
    ]
    assert card["links"] == [
        {"label": "See it in the catalogue", "url": "https://catalog.alderfalls.example/search?q=9781571313560"}
    ]
    assert [one["kind"] for one in talk.slots["shown"]] == ["item"]


async def test_follow_ups_change_language_form_and_branch(talk: TurnTalk) -> None:
    await talk.ask("do you have braiding sweetgrass?")
    assert said(await talk.follow("in spanish?")) == "The library has **Una trenza de hierba sagrada**."
    assert said(await talk.follow("and on dvd?")).startswith("I found it, but not on DVD.")
    assert said(await talk.follow("at eastside?")).endswith("It is in now at Eastside Branch.")
    audio = await talk.follow("what about the audiobook")
    assert cards(audio)[0]["lines"][1:] == ["Audiobook, English: in now at Eastside Branch"]
    assert said(await talk.follow("and the hobbit?")).startswith("The library has **The Hobbit**.")


async def test_one_of_what_was_listed_is_shown_alone(talk: TurnTalk) -> None:
    listed = await talk.ask("do you have the hours")
    film = talk.slots["shown"][1]
    assert len(cards(listed)) == 2
    turn = talk.turn("the second one")
    await show_item(turn, film["id"])
    (card,) = cards(turn)
    assert card["lines"][0] == "Stephen Daldry, 2002"


async def test_a_pronoun_means_what_the_talk_is_about(talk: TurnTalk) -> None:
    await talk.ask("1984")
    assert said(await talk.ask("do you have it in large print?")) == "The library has **1984**."
    assert said(await talk.ask("is it in at main?")).endswith("The copies of Main Library are out now.")


async def test_a_branch_without_a_copy_is_said_so(talk: TurnTalk) -> None:
    out = await talk.ask("is The Women by Kristin Hannah at eastside")
    assert said(out) == "The library has **The Women**. The copies of Eastside Branch are out now."
    without = await talk.ask("do you have a ukulele at the main library?")
    assert "no copy of it at Main Library" in said(without)
    assert "in now at Eastside Branch and Riverside Branch" in cards(without)[0]["lines"][0]


async def test_a_question_without_a_title_is_asked_back(talk: TurnTalk, charla: TurnTalk) -> None:
    assert said(await talk.ask("do you have a book?")) == "Gladly. Which title, author or subject are you looking for?"
    assert said(await charla.ask("busco un libro")) == "Con gusto. ¿Qué título, autor o tema busca?"


@pytest.mark.parametrize(
    ("before", "text", "answered"),
    [
        ("1984", "in spanish?", True),
        ("1984", "and as an audiobook?", True),
        ("1984", "animal farm", True),
        ("do you have a book?", "the goldfinch by donna tartt", True),
        ("1984", "and on sunday?", False),
        ("1984", "thanks a lot", False),
    ],
)
async def test_only_a_follow_up_about_items_is_taken(talk: TurnTalk, before: str, text: str, answered: bool) -> None:
    await talk.ask(before)
    turn = talk.turn(text)
    assert await item_follow_up(turn) is answered
    assert bool(cards(turn)) is answered


async def test_what_is_not_found_leads_on(talk: TurnTalk) -> None:
    turn = await talk.ask("do you have the zzyzx chronicles")
    assert "I did not find “the zzyzx chronicles”" in said(turn)
    assert "(https://catalog.alderfalls.example/search?q=the+zzyzx+chronicles)" in said(turn)
    assert [(one["value"]["intent"], one["value"]["entities"]) for one in choices(turn)] == [
        ("suggest_purchase", {"item": ["the zzyzx chronicles"]}),
        ("request_interlibrary_loan", {"item": ["the zzyzx chronicles"]}),
    ]


async def test_what_is_out_everywhere_offers_a_hold(talk: TurnTalk) -> None:
    out = await talk.ask("braiding sweetgrass in large print")
    assert cards(out)[0]["badge"] == "All out"
    assert [one["value"]["intent"] for one in choices(out)] == ["place_hold"]


async def test_a_quick_reply_names_the_item(talk: TurnTalk) -> None:
    assert said(await talk.ask("See it", item=["The Hobbit"])) == "The library has **The Hobbit**."


async def test_spanish_patrons_read_spanish(charla: TurnTalk) -> None:
    turn = await charla.ask("¿tienen 1984 en la sucursal este?")
    assert said(turn) == "La biblioteca tiene **1984**. Ahora está disponible en la Sucursal Este."
    assert cards(turn)[0]["lines"][1].startswith("Libro, inglés: disponible ahora en la Sucursal Este, la Biblioteca")
    assert said(await charla.ask("¿tienen braiding sweetgrass en dvd?")).startswith("Lo encontré, pero no en DVD.")


async def test_a_catalogue_that_is_down_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    source = {"kind": "csv", "file": "catalogue.csv"}
    folder = write_library(tmp_path / "library", sources={"catalogue": [source]})
    turn = await TurnTalk(Knowledge.open(folder, tmp_path / "cache"), ActionFindItem()).ask("do you have dune")
    assert said(turn).startswith("The catalogue does not answer me now")


# Checks


def test_the_sample_is_in_order_and_large_enough() -> None:
    library = load_library(SAMPLE)
    assert [str(problem) for problem in check_catalogue(library)] == []
    rows = (SAMPLE / "catalogue.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(rows) > 1000 and sum(",es," in row for row in rows) >= 60


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title,form\nA,book\n", 0, "no column 'format'"),
        ("title,format\nA,scroll\n", 2, "the format 'scroll'"),
        ("title,format,copies\nA,book,west:1\n", 2, "No branch has the id 'west'"),
        ("title,format\nA,book\nA,book\n", 3, "'A' stands here again"),
        ("title,format\n", 0, "no record"),
        ('title,format\n"A,book\n', 0, "line 1"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    folder = write_library(tmp_path, sources={"catalogue": [{"kind": "csv", "file": "items.csv"}]})
    (folder / "items.csv").write_text(text)
    (problem,) = (one for one in check_library(folder) if one.file == "items.csv")
    assert problem.line == line and words.lower() in problem.message.lower() and problem.cure


def test_a_missing_file_and_a_link_without_words_are_told(tmp_path: Path) -> None:
    folder = write_library(
        tmp_path, sources={"catalogue": [{"kind": "marcxml", "file": "no.xml"}]}, catalogue_url="https://cat.example"
    )
    told = [str(problem) for problem in check_library(folder)]
    assert any("There is no file 'no.xml'." in one for one in told)
    assert any("catalogue_url has no {words}" in one for one in told)
