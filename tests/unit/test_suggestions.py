"""What a suggestion says: title, author and form in every order, of which kind it is, and its tracking code."""

from __future__ import annotations

import pytest

from bot.contact import find_contact
from bot.conversations.references import new_reference, read_reference
from bot.knowledge.sources.records import Format
from bot.knowledge.suggestions import (
    Wish,
    asks_about,
    asks_what_became,
    find_code,
    idea_kind,
    matching,
    read_author,
    read_wish,
    remark_kind,
    says_what,
    wants_bought,
)

KNOWN = {"the library book", "cien años de soledad", "beloved", "where the wild things are"}


def known(text: str) -> bool:
    return text.casefold() in KNOWN


LARGE, AUDIO, DVD, GAME = ((form,) for form in (Format.LARGE_PRINT, Format.AUDIOBOOK, Format.DVD, Format.GAME))
WISHES = [
    ("you should buy the large print of The Women by Kristin Hannah",
     Wish("The Women", "Kristin Hannah", formats=LARGE)),
    ("can the library buy The Wager by David Grann", Wish("The Wager", "David Grann")),
    ("I'd like to suggest a book: Orbital by Samantha Harvey", Wish("Orbital", "Samantha Harvey")),
    ("could you get Fourth Wing on audiobook", Wish("Fourth Wing", formats=AUDIO)),
    ("you should buy the dvd of the holdovers", Wish("the holdovers", formats=DVD)),
    ("would you consider buying a copy of beloved", Wish("beloved")),
    ("please get “The God of the Woods” by Liz Moore", Wish("The God of the Woods", "Liz Moore")),
    ("can you purchase a board game called wingspan", Wish("wingspan", formats=GAME)),
    ("buy another copy of atomic habits, the wait is absurd", Wish("atomic habits")),
    ("can you order the winter ferry by A. Lind?", Wish("the winter ferry", "A. Lind")),
    ("You should have The Library Book", Wish("The Library Book")),
    ("please order the new colleen hoover", Wish("the new colleen hoover")),
    ("deberían comprar Cien años de soledad en letra grande de Gabriel García Márquez",
     Wish("Cien años de soledad", "Gabriel García Márquez", formats=LARGE)),
    ("¿pueden comprar la novela La ciudad y los perros de Mario Vargas Llosa?",
     Wish("La ciudad y los perros", "Mario Vargas Llosa")),
    ("deberían comprar Faro del Alba de María Quiroga", Wish("Faro del Alba", "María Quiroga")),
    ("sugiero comprar Orbital, de Samantha Harvey", Wish("Orbital", "Samantha Harvey")),
    ("me gustaría que compraran Cien años de soledad", Wish("Cien años de soledad")),
    # things without a title are kept in the patron's words
    ("you need more manga", Wish(words="you need more manga")),
    ("please buy more large print books", Wish(words="please buy more large print books", formats=LARGE)),
    ("you dont have anything on beekeeping", Wish(words="you dont have anything on beekeeping")),
    # nothing is named
    ("can you buy it", Wish()),
    ("buy this book", Wish()),
    ("could you buy a book that you don't have?", Wish()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wish"), WISHES)
def test_wish_is_read_from_the_words_around_it(text: str, wish: Wish) -> None:
    assert read_wish(text, known) == wish


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("the women", "the women"),
        ("it's called the women", "the women"),
        ("i think it is The Women", "The Women"),
        ("Orbital", "Orbital"),
        ("se llama Orbital", "Orbital"),
        ("Where the Wild Things Are", "Where the Wild Things Are"),
    ],
)
def test_answer_to_which_title_is_taken_for_one(answer: str, title: str) -> None:
    assert read_wish(answer, known, asked=True).title == title


@pytest.mark.parametrize(
    ("answer", "author"),
    [
        ("Kristin Hannah", "Kristin Hannah"),
        ("it's by Kristin Hannah", "Kristin Hannah"),
        ("the author is A. Lind", "A. Lind"),
        ("es de María Quiroga", "María Quiroga"),
        ("by", ""),
        ("...", ""),
    ],
)
def test_author_is_read_from_the_answer(answer: str, author: str) -> None:
    assert read_author(answer) == author


@pytest.mark.parametrize(
    "text",
    [
        "suggest a purchase",
        "i want to suggest a book",
        "quiero sugerir la compra de un libro",
        "feedback",
        "i have an idea for a workshop",
        "complaint",
        "buzón de sugerencias",
        "tengo una idea para un evento",
    ],
)
def test_wish_to_suggest_says_nothing_yet(text: str) -> None:
    assert not says_what(text)


@pytest.mark.parametrize("text", ["the door squeaks", "a class about bees", "more manga", "un taller de cerámica"])
def test_suggestion_says_what(text: str) -> None:
    assert says_what(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("how do i suggest a book", True),
        ("where can i leave feedback", True),
        ("is there a form for event ideas", True),
        ("can patrons suggest activities", True),
        ("¿cómo sugiero una actividad?", True),
        ("aceptan sugerencias de compra?", True),
        ("how about pet cpr", False),
        ("what about starting a film club", False),
        ("why not do a board game cafe", False),
        ("could you buy orbital", False),
        ("what if the library did a plant swap", False),
        ("por qué no hacen un club", False),
    ],
)
def test_question_about_suggestions_is_told_from_a_suggestion(text: str, question: bool) -> None:
    assert asks_about(text) is question


@pytest.mark.parametrize(
    ("text", "became"),
    [
        ("what happened to the book i suggested", True),
        ("status of my purchase suggestion", True),
        ("qué pasó con el libro que sugerí", True),
        ("did you buy the book I asked for", True),
        ("what happened to the bookmobile", False),
        ("buy orbital", False),
    ],
)
def test_question_what_became_is_heard(text: str, became: bool) -> None:
    assert asks_what_became(text) is became


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("you should do a class about bees", "event"),
        ("un club de ajedrez", "event"),
        ("a repair cafe", "event"),
        ("you should lend out sewing machines", "service"),
        ("deliver books by bike", "service"),
    ],
)
def test_idea_is_for_an_event_or_a_service(text: str, kind: str) -> None:
    assert idea_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the men's room smells", "complaint"),
        ("el baño huele horrible", "complaint"),
        ("it's freezing in here", "complaint"),
        ("the lady at the desk was wonderful", "praise"),
        ("los felicito por la sala", "praise"),
        ("you guys rock", "praise"),
        ("there is a new sign at the door", "comment"),
    ],
)
def test_remark_is_praise_complaint_or_comment(text: str, kind: str) -> None:
    assert remark_kind(text) == kind


def test_idea_to_buy_something_is_a_purchase() -> None:
    assert wants_bought("you should get Winter Ferry")
    assert not wants_bought("you should get a knitting club going")
    assert not wants_bought("you should lend out sewing machines")


def test_same_thing_is_matched_whatever_the_case_article_and_subtitle() -> None:
    ways = (Wish("The Women", "Kristin Hannah"), Wish("women"), Wish("the women: a novel"), Wish("THE WOMEN."))
    assert len({matching("purchase", wish, "") for wish in ways}) == 1
    assert matching("purchase", Wish("The Women", formats=LARGE), "") != matching("purchase", Wish("The Women"), "")
    assert matching("complaint", None, "The door squeaks!") == matching("complaint", None, "the door  squeaks")


def test_every_code_is_found_in_a_sentence_however_it_is_written() -> None:
    for _ in range(300):
        code = new_reference("K")
        _, body, check = code.split("-")
        for written in (code, code.lower(), f"K {body} {check}", f"k{body}{check}", f"K-{' '.join(body)}-{check}"):
            found = find_code(f"what happened with {written}?")
            assert found is not None and read_reference(found) == code, written


@pytest.mark.parametrize(
    "text", ["kitchen", "is the kids room open", "K-pop night", "kindle 12", "call 315-555-0140", ""]
)
def test_ordinary_words_are_no_code(text: str) -> None:
    assert find_code(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sure, it's pat@example.org.", ("pat@example.org", "email")),
        ("call me at 315-555-0140 please", ("315-555-0140", "phone")),
        ("no", None),
        ("at 5", None),
    ],
)
def test_address_is_found_in_a_sentence(text: str, found: tuple[str, str] | None) -> None:
    assert find_contact(text) == found
