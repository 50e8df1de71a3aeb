"""The library's own words in what patrons write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.text import Text
from bot.understanding.words import LibraryWords


@dataclass(frozen=True)
class _Named:
    name: Text
    aliases: Sequence[str] = ()
    id: str = ""


@dataclass(frozen=True)
class _Library:
    branches: Sequence[_Named] = (
        _Named(
            Text.of("Main Library", es="Biblioteca Principal"),
            ("main", "downtown", "central library", "la central", "biblioteca central"),
            "main",
        ),
        _Named(
            Text.of("Eastside Branch", es="Sucursal Este"),
            ("eastside", "east side", "este", "la del este", "eastside library"),
            "eastside",
        ),
        _Named(Text.of("Riverside Branch"), ("riverside", "riverside library", "biblioteca del río"), "riverside"),
    )
    services: Mapping[str, _Named] = field(
        default_factory=lambda: {
            "building": _Named(Text.of("the library", es="la biblioteca"), ("building", "edificio", "library")),
            "desk": _Named(Text.of("the reference desk"), ("desk", "help desk", "librarian", "mostrador", "consulta")),
            "chat": _Named(Text.of("chat with a librarian"), ("chat", "live chat", "persona")),
            "phone": _Named(Text.of("the telephone line"), ("telephone", "phone line", "call", "teléfono")),
        }
    )
    event_words: Mapping[str, Sequence[str]] = field(default_factory=lambda: {"bees": ("beekeeping", "abejas")})


WORDS = LibraryWords(_Library())


def _found(text: str) -> list[str]:
    return [f"{word.kind} {word.value}" for word in WORDS.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is eastside open on sunday?", ["branch eastside"]),
        ("Eastside Branch", ["branch eastside"]),
        ("the EAST SIDE library", ["branch eastside"]),
        ("Riverside's hours", ["branch riverside"]),
        ("biblioteca del rio", ["branch riverside"]),
        ("y en la central?", ["branch main"]),
        ("main?", ["branch main"]),
        ("how about the main one", ["branch main"]),
        ("from riverside to main", ["branch riverside", "branch main"]),
        ("y la del este?", ["branch eastside"]),
        ("este?", ["branch eastside"]),
        ("sucursal este", ["branch eastside"]),
        ("which branch is open the latest", ["branch all"]),
        ("todas las sucursales", ["branch all"]),
        # slips of the pen
        ("estside hours", ["branch eastside"]),
        ("eastsde", ["branch eastside"]),
        ("riversde libary", ["branch riverside"]),
        ("rivrside", ["branch riverside"]),
        ("story time for tolders", ["subject storytime", "audience toddler"]),
        ("stroytime", ["subject storytime"]),
        ("knittng", ["subject knitting"]),
        ("actividades para adolesentes", ["audience teen"]),
        # services
        ("when is the help desk staffed", ["service desk"]),
        ("horario del mostrador", ["service desk"]),
        ("chat hours", ["service chat"]),
        ("is the phone line open", ["service phone"]),
        ("is the building open", ["service building"]),
        # audiences and subjects
        ("anything for teens", ["audience teen"]),
        ("algo para bebés", ["audience baby"]),
        ("my 4 year old", ["audience preschool"]),
        ("for three year olds", ["audience preschool"]),
        ("mi hijo de 10 años", ["audience kids", "audience tween"]),
        ("adultos mayores", ["audience senior"]),
        ("book club for adults", ["subject book_club", "audience adult"]),
        ("club de lectura", ["subject book_club"]),
        ("la hora del cuento en español", ["subject storytime", "subject spanish"]),
        ("do you have anything on beekeeping", ["subject bees"]),
        ("taller de abejas", ["subject bees"]),
        ("YA programs", ["audience teen"]),
        ("crafts at riverside for kids", ["subject crafts", "branch riverside", "audience kids"]),
    ],
)
def test_librarys_words_are_found(text: str, expected: list[str]) -> None:
    assert _found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "thank you kindly",
        "este fin de semana",
        "y este sábado por la mañana?",
        "ya cerraron?",
        "what is the main reason",
        "the main entrance",
        "i live on main street",
        "is the library open on sunday",
        "tengo una consulta",
        "quiero hablar con una persona",
        "what is your telephone number",
        "can i call somebody at noon",
        "can we chat",
        "what programs do you have",
        "qué programas hay",
        "abrí una cuenta",
        "cuántos libros puedo sacar",
        "cuándo son las reuniones",
        "who do I write to",
        "zip code please",
        "coming tomorrow",
        "i am waiting",
        "printing costs",
        "are you seeing this",
        "what a concept",
        "en qué planta está",
        "did you move",
        "can i walk there",
        "no me gusta caminar lejos",
        "a quiet place to sit",
        "open for 20 years",
        "two weeks ago",
        "saludos",
        "me gustaría saber",
        "do you speak spanish",
        "i sat there yesterday",
        "",
        "  ?! ",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert _found(text) == []


def test_place_is_that_of_the_patrons_own_words() -> None:
    text = "¿Está abierta la Bibliotéca del Río — o estside?"
    words = WORDS.find(text)
    assert [word.text for word in words] == ["Bibliotéca del Río", "estside"]
    assert [text[word.start : word.end] for word in words] == [word.text for word in words]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_harm(text: str) -> None:
    for word in WORDS.find(text):
        assert text[word.start : word.end] == word.text


def test_what_patrons_write_is_not_kept() -> None:
    WORDS.find("zyxwvutian eastside")
    assert "zyxwvutian" not in WORDS._nlp.vocab.strings
