"""Tells in which language a message is written, from its script and its small words; short messages are the rule."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "es", "ar", "de", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
"""The codes (ISO 639-1) that `detect` returns: the languages that the encoder understands."""

_WORDS = Path(__file__).with_name("languages.yml")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),  # kana first: Japanese writes Chinese characters too
    ("ko", re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")),
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_LETTERS = {
    **{"ñ": "es", "¿": "es", "¡": "es", "ß": "de", "ä": "de", "ã": "pt", "õ": "pt", "œ": "fr", "ê": "fr", "è": "fr"},
    **dict.fromkeys("ąćęłńśźż", "pl"),
    **dict.fromkeys("ığş", "tr"),
}
_ENDINGS = (
    (re.compile(r"(?:ing|tion|tions|ness|ment|ship|shop|shops|ly|ght|ck|sh|th|ies|ed|ful|able|ow|ee|y)$"), "en"),
    (
        re.compile(
            r"(?:cion|ciones|dad|mente|ando|iendo|ado|ada|idos?|adas?|ario|aria|illo|illa|ito|ita|itos|itas|aje)$"
        ),
        "es",
    ),
    (re.compile(r"[a-z]{3}(?:os|as|ar|ir|amos|emos|aron)$|[a-z]{3}o$"), "es"),
    (re.compile(r"wh|th|sh|oo|ee|ck|[bcdfgkmptw]$"), "en"),
    (re.compile(r"(?:ung|keit|heit|sch|lich|ungen|chen)$"), "de"),
    (re.compile(r"(?:eau|eux|tion|aire|ment|eur|euse)$"), "fr"),
    (re.compile(r"(?:zione|mento|etti|issimo)$"), "it"),
    (re.compile(r"(?:ção|ções|inho|inha)$"), "pt"),
)
_ELISION = re.compile(r"(?:[ldjnsctm]|qu)'")
_LONG = re.compile(r"(.)\1+")  # "holaaa"
# Words of greeting travel between languages ("hola, is eastside open?").
_GREETINGS = frozenset(
    (
        "hola",
        "adios",
        "adiós",
        "gracias",
        "ciao",
        "hello",
        "hi",
        "hey",
        "hallo",
        "merci",
        "bye",
        "chao",
        "si",
        "sí",
        "no",
    )
)
_MAIN = ("en", "es")


def detect(text: str, previous: str | None = None) -> tuple[str, float]:
    """Return the code of a message's language and how sure that is (0 to 1).

    `previous` is the language of the talk so far: it stays when a message could be of any ("ok", "main", "12/3").
    Without it such a message is English with little certainty.
    """
    by_script = _of_script(text)
    if by_script:
        return by_script
    scores = _scores(text)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, first = ranked[0] if ranked else ("", 0.0)
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    # The endings of unknown words alone do not change the language of a talk.
    if previous and previous != best and first - scores.get(previous, 0.0) < 0.6:
        return previous, 0.5
    if first < (0.15 if best in _MAIN else 0.9):
        return previous or "en", 0.5 if previous else 0.2
    return best, _certainty(first, second)


def _certainty(first: float, second: float) -> float:
    return round(min(0.99, first / (first + second + 0.3)), 2)


def _of_script(text: str) -> tuple[str, float] | None:
    """Return the language that a script alone tells, if at least a third of the letters are of it."""
    letters = sum(char.isalpha() for char in text)
    for language, script in _SCRIPTS:
        count = len(script.findall(text))
        if count and (count * 3 >= letters or (language == "ja" and len(_SCRIPTS[2][1].findall(text)) * 3 >= letters)):
            return language, 0.98
    return None


def _scores(text: str) -> dict[str, float]:
    """Return how much speaks for each language that is written in Latin letters."""
    words = _words()
    scores: dict[str, float] = defaultdict(float)
    for char in set(unicodedata.normalize("NFC", text.lower())):
        if char in _LETTERS:
            scores[_LETTERS[char]] += 0.6
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text.lower()).replace("’", "'")):
        forms = (token, _bare(token), _LONG.sub(r"\1", _bare(token)))
        of = next((words[form] for form in forms if form in words), None)
        if of == ():
            continue
        if of:
            weight = 1.0 if len(of) == 1 else 0.6 if len(of) == 2 else 0.4
            for language in of:
                scores[language] += weight * (0.5 if token in _GREETINGS else 1)
        elif _ELISION.match(token):
            scores["fr"] += 0.5
        elif len(token) > 3:
            for ending, language in _ENDINGS:
                if ending.search(_bare(token)):
                    scores[language] += 0.2
    for language in _MAIN:
        if scores[language]:
            scores[language] += 0.3
    return {language: score for language, score in scores.items() if score}


def _bare(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    """Return the languages of each word; a word without its accents counts where no word is written so."""
    exact: dict[str, set[str]] = defaultdict(set)
    bare: dict[str, set[str]] = defaultdict(set)
    for language, words in yaml.safe_load(_WORDS.read_text(encoding="utf-8")).items():
        for word in words.split():
            exact[word].add(language)
            bare[_bare(word)].add(language)
    merged = {word: languages | exact.get(word, set()) for word, languages in bare.items()} | dict(exact)
    return {word: () if "any" in languages else tuple(sorted(languages)) for word, languages in merged.items()}
