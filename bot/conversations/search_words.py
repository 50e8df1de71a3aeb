"""Words as the search compares them: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Chinese and Japanese put no spaces between words: each sign counts as one.
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CHUNK = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
TERMS_MOST = 12
QUERY_MOST = 200  # characters


@dataclass(frozen=True)
class Term:
    """One thing sought: words that follow each other; unless `exact`, the last of them may be longer."""

    words: tuple[str, ...]
    exact: bool

    @property
    def folded(self) -> str:
        """The term as it stands in folded text."""
        return "".join(f" {word}" for word in self.words)


def fold(text: str) -> str:
    """Return the words of `text` in lower case and without accents, each led by one space."""
    # Every message is folded while the database waits: what is ASCII, which is nearly all, must not go sign by sign.
    return "".join(_fold_chunk(chunk) for chunk in text.split())


def _fold_chunk(chunk: str) -> str:
    if chunk.isascii():
        return "".join(f" {word}" for word in _ASCII_WORD.findall(chunk.lower()))
    return "".join(f" {word}" for _, _, word in tokens(chunk))


def terms(query: str) -> list[Term]:
    """Return what a query seeks: words in any order, each the beginning of a word, and "quoted phrases" as they are."""
    found: list[Term] = []
    for quoted, curly, plain in _CHUNK.findall(query[:QUERY_MOST]):
        words = tuple(fold(quoted or curly or plain).split())
        term = Term(words, exact=not plain)
        if words and term not in found:
            found.append(term)
    return found[:TERMS_MOST]


def spans(text: str, sought: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where in `text` the terms stand, as places of characters, in order and without overlaps."""
    known = list(tokens(text))
    found: list[tuple[int, int]] = []
    for place in range(len(known)):
        for term in sought:
            here = [word for _, _, word in known[place : place + len(term.words)]]
            if _stands(here, term):
                found.append((known[place][0], known[place + len(term.words) - 1][1]))
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Give each word of `text`: where it begins, where it ends, and its folded form."""
    start = None
    for place, char in enumerate(text):
        kind = _kind(char)
        if start is not None and kind != "word":
            yield from _token(text, start, place)
            start = None
        if kind == "sign":
            yield from _token(text, place, place + 1)
        elif kind == "word" and start is None:
            start = place
    if start is not None:
        yield from _token(text, start, len(text))


def _token(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    decomposed = unicodedata.normalize("NFKD", text[start:end].casefold())
    word = "".join(char for char in decomposed if not unicodedata.combining(char) and _kind(char) != "between")
    if word:
        yield start, end, word


def _stands(here: Sequence[str], term: Term) -> bool:
    if len(here) < len(term.words) or tuple(here[:-1]) != term.words[:-1]:
        return False
    return here[-1] == term.words[-1] or (not term.exact and here[-1].startswith(term.words[-1]))


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    if _SIGN.match(char):
        return "sign"
    return "word" if unicodedata.category(char)[0] in "LNM" else "between"
