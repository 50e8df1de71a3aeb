"""What a patron looks for in the catalogue: the title, author or subject in "do you have a copy of … on dvd?".

The frame around the words is peeled off piece by piece, in English and Spanish. Before each piece the rest is compared
with the titles that the library has, so that "The Library Book" and "1984" stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.knowledge.isbn import find_isbn
from bot.knowledge.sources.records import Format, Sought
from bot.knowledge.text import plain
from bot.knowledge.title_words import (
    ABOUT,
    AT_THE_END,
    AT_THE_START,
    AUDIENCES,
    BY,
    FORMS,
    LANGUAGES,
    LAST_AT_THE_START,
    NOTHING,
    OF_AN_AUTHOR,
    POINTING,
)

_QUOTED = re.compile(r"[\"“”«„](?P<title>[^\"“”»«„]{2,150})[\"“”»]|(?<!\w)[‘'](?P<single>[^'‘’]{3,150})[’'](?!\w)")
_MARKS = ' \t\n.,;:!?¿¡-–—…"“”«»()[]'
_SENTENCE = re.compile(r"(?<=[^\sA-Z][.!?])\s+|\n+")  # not after the initial of a name
_MOST = 500  # letters that are looked at


_NO_MORE: Mapping[str, Any] = {}  # a frame says nothing more
_SUBJECT: Mapping[str, Any] = {"about": True}
_PIECES: tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...] = (
    (ABOUT, _SUBJECT),
    *((pattern, {"formats": forms}) for pattern, forms in FORMS),
    *((pattern, {"language": language}) for pattern, language in LANGUAGES),
    *((pattern, {"audiences": audiences}) for pattern, audiences in AUDIENCES),
    (AT_THE_START, _NO_MORE),
    (AT_THE_END, _NO_MORE),
    (LAST_AT_THE_START, _NO_MORE),
)


def _never(_: str) -> bool:
    return False


def read_sought(text: str, known: Callable[[str], bool] = _never) -> Sought:
    """Return what a message looks for; empty where it names nothing ("do you have it on dvd?" gives the form alone).

    `known` says whether words are exactly a title of the catalogue.
    """
    text = " ".join(text[:_MOST].split())
    if _is_title(text, known):
        return Sought(title=text.strip(_MARKS))
    isbn = find_isbn(text)
    if isbn:
        rest = _peeled(text[: isbn[1][0]] + " " + text[isbn[1][1] :], _never)
        return Sought(isbn=isbn[0], formats=rest.formats, language=rest.language)
    quoted = _QUOTED.search(text)
    if quoted:
        title = (quoted["title"] or quoted["single"]).strip(_MARKS)
        around = _peeled(f"{text[: quoted.start()]} {text[quoted.end() :]}", _never)
        after = re.match(rf"\W*{BY}\s+(?P<author>[^?!.]+)", text[quoted.end() :], re.IGNORECASE)
        author = _peeled(after["author"], _never).text if after else ""
        return Sought(title=title, author=author, formats=around.formats, language=around.language)
    return _best_part(text, known)


def _best_part(text: str, known: Callable[[str], bool]) -> Sought:
    """Return what the sentence that asks looks for: the last one in which anything is named."""
    parts = [part for part in _SENTENCE.split(text) if part.strip(_MARKS)]
    whole = _peeled(text, known)
    if len(parts) < 2 or (whole.title and known(whole.title)):
        return whole
    asking = [part for part in parts if "?" in part] or parts
    for part in (*reversed(asking), *reversed(parts)):
        found = _peeled(part, known)
        if not found.empty:
            return found
    return whole


def read_change(text: str) -> Sought | None:
    """Return what a short message changes of the last search ("in spanish?", "and on dvd?"), or None for anything else.

    What it changes are form, language and audience; a message that names a title or a subject is no change.
    """
    found = _peeled(text, _never)
    said = found.formats or found.language or found.audiences
    return found if said and found.empty else None


def points_back(text: str) -> bool:
    """Say whether a message means what the talk is about: "do you have it?", "¿lo tienen?"."""
    return bool(POINTING.search(plain(text)))


def _is_title(text: str, known: Callable[[str], bool]) -> bool:
    bare = text.strip(_MARKS)
    return bool(bare) and not POINTING.fullmatch(plain(bare)) and known(bare)


def _peeled(text: str, known: Callable[[str], bool]) -> Sought:
    """Peel frame words, forms and languages off both ends until nothing more comes off."""
    rest, said, about = text.strip(_MARKS), Sought(), False
    while rest and not _is_title(rest, known):
        letters = plain_letters(rest)
        author = OF_AN_AUTHOR.match(letters)
        if author and rest[author.end() :].strip(_MARKS):
            inner = _peeled(rest[author.end() :], _never)
            return replace(inner.over(said), author=inner.text, title="", words="", about=False)
        match, values = _next_piece(letters, said)
        if match is None:
            break
        about = about or values is _SUBJECT
        said = replace(Sought(**values).over(said), about=False)
        rest = _without(rest, match)
    if not rest or (NOTHING.fullmatch(plain(rest)) and not _is_title(rest, known)):
        return said
    return replace(said, words=rest, about=True) if about else _title_and_author(rest, said, known)


def _next_piece(letters: str, said: Sought) -> tuple[re.Match[str] | None, Mapping[str, Any]]:
    """Return the next piece that comes off, and what it says."""
    for pattern, values in _PIECES:
        if values.get("formats") and said.formats:
            continue  # "The Hunger Games audiobook": a form is said once
        match = pattern.search(letters)
        if match and match.end() > match.start():
            return match, values
    return None, {}


def _title_and_author(rest: str, said: Sought, known: Callable[[str], bool]) -> Sought:
    """Part "TITLE by AUTHOR"; the last "by" counts, as there is one in "Bird by Bird"."""
    if not _is_title(rest, known):
        for match in reversed(list(re.finditer(rf"\s+{BY}\s+", plain_letters(rest)))):
            title, author = rest[: match.start()].strip(_MARKS), rest[match.end() :].strip(_MARKS)
            if title and author and not POINTING.fullmatch(plain(author)):
                by = _peeled(author, _never)
                inner = _peeled(title, known)
                named = inner.title or inner.words
                if not named:
                    return replace(by.over(inner).over(said), author=by.text, title="", words="")
                return replace(by.over(inner).over(said), title=named, author=by.text, words="")
        return replace(said, words=rest)
    return replace(said, title=rest)


def plain_letters(text: str) -> str:
    """Return text in lower case without accents, letter for letter, so that places in it are places in the text."""
    return "".join((plain(char) or char)[0] if not char.isspace() else " " for char in text)


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split()).strip(_MARKS)


def forms_of(values: tuple[str, ...]) -> tuple[Format, ...]:
    """Return the forms that values of the entity `format` stand for."""
    named = {**{str(one): (one,) for one in Format}, "film": (Format.DVD,), "movie": (Format.DVD,), "cd": _ON_CD}
    return tuple(dict.fromkeys(form for value in values for form in named.get(value, ())))


_ON_CD = (Format.AUDIOBOOK, Format.MUSIC)
