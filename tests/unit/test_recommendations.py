"""Staff picks for a taste, over the sample library, and what patrons read of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from actions.recommendations import ActionGetRecommendation, taste_follow_up
from bot.knowledge.check import check_library
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.recommendations import read_picks
from bot.settings import ROOT
from tests.unit.a_library import write_library
from tests.unit.a_turn import TurnTalk, cards, choices, said

SAMPLE = ROOT / "library"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    yield Knowledge.open(SAMPLE, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("text", "audiences", "outcome", "expected"),
    [
        ("can you recommend a good mystery", (), "matched", "The Thursday Murder Club"),
        ("something like Harry Potter for my 10 year old", ("tween",), "matched", "Amari and the Night Brothers"),
        ("I loved The Martian, what should I read next?", (), "matched", "Project Hail Mary"),
        ("books similar to gone girl", (), "matched", "The Silent Patient"),
        ("something by Octavia Butler", (), "matched", "Kindred"),
        ("I just finished Wolf Hall and loved it", (), "nearest", "Circe"),
        ("I need something that makes me laugh", (), "matched", "The Thursday Murder Club"),
        ("a scary book for my kid", ("kids",), "matched", "Small Spaces"),
        ("good graphic novels for teens", ("teen",), "matched", "Heartstopper, Volume 1"),
        ("funny picture books", ("preschool",), "matched", "Dragons Love Tacos"),
        ("recomiéndeme una novela de terror en español", (), "matched", "Las cosas que perdimos en el fuego"),
        ("algo parecido a Isabel Allende", (), "matched", "Cien años de soledad"),
        ("un libro de ciencia ficción para adolescentes", ("teen",), "matched", "Scythe"),
        ("poetry for toddlers", ("toddler",), "nearest", "Dog Man"),
        ("más libros como Fahrenheit Zero", (), "none", None),
    ],
)
def test_picks_match_a_taste(
    knowledge: Knowledge, text: str, audiences: tuple[str, ...], outcome: str, expected: str | None
) -> None:
    now = datetime(2026, 11, 21, 14, 5, tzinfo=knowledge.library.zone)
    found = knowledge.recommendations.find(knowledge.recommendations.taste(text, audiences), now)
    assert found.outcome == outcome
    assert expected is None or expected in [one.pick.title for one in found.picks]
    assert all(one.records for one in found.picks)


@pytest.mark.parametrize("text", ["what should I read next?", "I'd like something to read", "quiero leer algo", "hi"])
def test_a_question_without_a_taste_has_none(knowledge: Knowledge, text: str) -> None:
    assert knowledge.recommendations.taste(text).empty


def test_what_was_read_is_not_recommended(knowledge: Knowledge) -> None:
    now = datetime(2026, 11, 21, 14, 5, tzinfo=knowledge.library.zone)
    found = knowledge.recommendations.find(knowledge.recommendations.taste("I loved Circe"), now)
    assert found.picks and "Circe" not in [one.pick.title for one in found.picks]


# What patrons read


@pytest.fixture
def talk(knowledge: Knowledge) -> TurnTalk:
    return TurnTalk(knowledge, ActionGetRecommendation())


async def test_the_taste_is_asked_for_step_by_step(talk: TurnTalk) -> None:
    asked = await talk.ask("what should I read next?")
    assert said(asked) == "Gladly. For whom is it?"
    kind = await talk.choose(asked, "For teens")
    assert said(kind).startswith("What kind of book would you like?")
    picks = await talk.choose(kind, "Fantasy")
    assert said(picks) == "Our staff recommend these."
    first = cards(picks)[0]
    assert first["title"] == "Six of Crows"
    assert first["lines"][0] == "Leigh Bardugo, 2015"
    assert first["lines"][1].startswith("Recommended by Kim: Six outcasts")
    assert first["lines"][2] == "Why it matches: fantasy and for teens"
    assert first["lines"][3].startswith("Book, English: ")
    assert first["links"][0]["url"].startswith("https://catalog.alderfalls.example/search?q=Six+of+Crows")
    others = await talk.choose(picks, "Show me others")
    assert not {card["title"] for card in cards(picks)} & {card["title"] for card in cards(others)}
    assert [one["title"] for one in talk.slots["shown"]] == [card["title"] for card in cards(others)]


async def test_a_surprise_needs_no_kind(talk: TurnTalk) -> None:
    kind = await talk.ask("book recommendations for adults")
    assert len(cards(await talk.choose(kind, "Surprise me"))) == 3


async def test_a_typed_answer_adds_to_the_question(talk: TurnTalk) -> None:
    await talk.ask("what should I read?")
    await talk.ask("for a teenager")
    assert cards(await talk.ask("something like the hunger games"))[0]["title"] == "Scythe"


async def test_a_follow_up_changes_age_or_kind(talk: TurnTalk) -> None:
    await talk.ask("a good mystery for adults")
    teens = await talk.follow("what about for teens?")
    assert "Why it matches: mystery and for teens" in cards(teens)[0]["lines"]
    funny = await talk.follow("something funny")
    assert "Why it matches: funny and for teens" in cards(funny)[0]["lines"]


@pytest.mark.parametrize(("text", "taken"), [("something funny", True), ("like Circe", True), ("is it far?", False)])
async def test_only_a_follow_up_about_taste_is_taken(talk: TurnTalk, text: str, taken: bool) -> None:
    await talk.ask("a good mystery for adults")
    assert await taste_follow_up(talk.turn(text)) is taken


async def test_a_new_wish_forgets_the_old_one(talk: TurnTalk) -> None:
    await talk.ask("books similar to Gone Girl")
    turn = await talk.ask("funny picture books for my 4 year old")
    assert "Why it matches: picture books, funny and for young children" in cards(turn)[0]["lines"]


async def test_a_liked_author_is_named(knowledge: Knowledge) -> None:
    turn = await TurnTalk(knowledge, ActionGetRecommendation(), "es").ask("recomiéndeme algo parecido a Isabel Allende")
    assert said(turn) == "Para quien disfruta de **Isabel Allende**, nuestro personal recomienda estos."
    assert "Por qué coincide: le gustó Isabel Allende" in cards(turn)[0]["lines"]


async def test_what_matches_in_part_is_said_so_and_a_librarian_offered(talk: TurnTalk) -> None:
    turn = await talk.ask("poetry for my 2 year old")
    assert said(turn) == "No pick of our staff matches all of that. These come nearest."
    assert [one["value"]["intent"] for one in choices(turn)] == ["get_recommendation", "talk_to_staff"]


async def test_a_library_without_picks_offers_a_librarian(tmp_path: Path) -> None:
    knowledge = Knowledge.open(write_library(tmp_path / "library"), tmp_path / "cache")
    turn = await TurnTalk(knowledge, ActionGetRecommendation()).ask("recommend me a mystery")
    assert said(turn).startswith("Our staff have no pick for that yet.") and "315-555-0100" in said(turn)
    assert [one["value"]["intent"] for one in choices(turn)] == ["talk_to_staff"]


# The file


def test_the_sample_has_picks_for_everybody_in_both_languages() -> None:
    picks = read_picks(SAMPLE / "picks.yml")
    assert len(picks) >= 60
    for group in ("children", "tweens", "teens", "adults"):
        assert sum(group in pick.ages for pick in picks) >= 10
    assert all({code for code, _ in pick.why.in_languages} == {"en", "es"} for pick in picks)


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        ("{title: Dune, by: Ana, why: Sand., ages: [adults], genres: [western]}", "'western' is not known"),
        ("{title: Dune, by: Ana, why: Sand., ages: [adults], moods: [beige]}", "'beige' is not known"),
        ("{title: Dune II, by: Ana, why: Sand., ages: [adults]}", "'Dune II' is not in the catalogue"),
        ("{title: Dune, by: Ana, why: Sand., ages: [everybody]}", "ages.0"),
        ("{title: Dune, why: Sand., ages: [adults]}", "by: Field required"),
    ],
)
def test_a_mistake_in_the_picks_is_told_with_its_line(tmp_path: Path, pick: str, words: str) -> None:
    folder = write_library(tmp_path, sources={"catalogue": [{"kind": "csv", "file": "items.csv"}]})
    (folder / "items.csv").write_text("title,format\nDune,book\n")
    (folder / "picks.yml").write_text(f"picks:\n  - {pick}\n")
    (problem,) = (one for one in check_library(folder) if one.file == "picks.yml")
    assert problem.line == 2 and words in problem.message
