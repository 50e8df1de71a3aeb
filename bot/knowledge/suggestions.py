"""What a patron suggests, read from their words: the thing wished for, of which kind, or only that they want to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.knowledge.sources.records import Format, main_title
from bot.knowledge.suggestion_words import (
    AFTER,
    ASKS,
    BUYING,
    COMPLAINT,
    EVENT,
    FORMS_ONLY,
    FRAMES,
    NAMING,
    OWN,
    POINTING,
    PRAISE,
    SUBJECT,
    WHAT_BECAME,
)
from bot.knowledge.text import plain
from bot.knowledge.titles import plain_letters, read_sought

_MARKS = ' \t\n.,;:!?¿¡-–—…"“”«»()[]'
_LARGE = re.compile(
    r"\s*\b(?:the |a |an |in |en )*(?:large[ -]print|large[ -]type|big print|letra grande)(?: edition|"
    r" version)?\b(?: of\b)?",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"(?:the |el |la |lo )?(?:new|newest|latest|next|ultim[oa]|nuev[oa]) ")
_SENTENCE = re.compile(r"(?<=[^\sA-Z][.!?])\s+|\n+")  # not after the initial of a name
_WORDS_MOST = 14  # of a title; what is longer is a story
_AUTHOR_AFTER = re.compile(
    r"^(?P<title>.+)(?:,? (?:de|del)|,) (?P<author>[A-ZÁÉÍÓÚÑ][\w.'’-]+(?: (?:de |del |de la |"
    r"y )?[A-ZÁÉÍÓÚÑ][\w.'’-]*)+)$"
)
_TITLE_MOST = 300
_AUTHOR_FRAME = re.compile(
    r"^(?:it(?:'s| is| was)?|that(?:'s| is)?|the|author|writer|is|was|by|written|i think|a book|some ?one called|"
    r"called|"
    r"el|la|autora?|es|fue|por|de|escrito|creo que|de la|del|:|,)(?![\w'])[\s,:]*"
)
CODE = re.compile(
    r"(?<![A-Za-z0-9])(?P<kind>[Kk])[\s.·–-]?(?P<body>[A-Za-z0-9](?:[\s.-]?[A-Za-z0-9]){4})[\s.·–-]{0,2}"
    r"(?P<check>[A-Za-z0-9])(?![A-Za-z0-9])"
)


@dataclass(frozen=True)
class Wish:
    """What is wished for: one title, or (`words` alone) something without one."""

    title: str = ""
    author: str = ""
    isbn: str = ""
    formats: tuple[Format, ...] = ()
    language: str = ""
    audience: str = ""
    words: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is said of what is wished for."""
        return not (self.title or self.isbn or self.words)


def _never(_: str) -> bool:
    return False


def read_wish(text: str, known: Callable[[str], bool] = _never, *, asked: bool = False) -> Wish:
    """Return what a message asks the library to buy; empty where it only says that something should be bought.

    `known` says whether words are exactly a title of the catalogue; `asked`: the message answers "Which title?".
    """
    whole = " ".join(text.split()).strip()
    parts = [part for part in _SENTENCE.split(text) if part.strip(_MARKS)]
    for part in (whole, *reversed(parts)) if len(parts) > 1 else (whole,):
        wish = _read(" ".join(part.split()), known, asked=asked)
        if wish.title or wish.isbn:
            return wish
    if len(parts) > 1:
        return Wish(words=whole)
    return wish if wish.empty or not wish.words else Wish(words=whole, formats=wish.formats, language=wish.language)


def _read(text: str, known: Callable[[str], bool], *, asked: bool) -> Wish:
    if asked and not known(text) and (naming := NAMING.match(plain_letters(text))):
        text = text[naming.end() :] or text
    rest = _unframed(text, known)
    framed = asked or plain(rest) != plain(text.strip(_MARKS)) or known(rest)
    large: tuple[Format, ...] = ()
    if _LARGE.search(rest) and not known(rest):
        large = (Format.LARGE_PRINT,)
        rest = _unframed(_LARGE.sub(" ", rest, count=1), known)
    if POINTING.fullmatch(plain(rest)):
        return Wish(formats=large)
    if SUBJECT.match(plain(rest)) and not known(rest):
        return Wish(words=text, formats=large)
    sought = read_sought(rest, known)
    title, author = sought.title or ("" if sought.about else sought.words), sought.author
    if _NEWEST.match(plain(rest)) and not author:
        title = rest  # "the new Colleen Hoover": of an author, and we know no more
    if title and not author and not known(title):
        match = _AUTHOR_AFTER.match(title)
        title, author = (match["title"], match["author"]) if match else (title, author)
    title = title.strip(_MARKS)
    story = not (framed or author or sought.isbn) or len(title.split()) > _WORDS_MOST
    if POINTING.fullmatch(plain(title)) or story:
        title = ""
    return Wish(
        title=title[:_TITLE_MOST],
        author=author.strip(_MARKS)[:_TITLE_MOST] if title else "",
        isbn=sought.isbn,
        formats=sought.formats or large,
        language=sought.language,
        audience=sought.audiences[0] if sought.audiences else "",
        words="" if title or sought.isbn or not (sought.words or author or story) else text,
    )


def read_author(text: str) -> str:
    """Return the author in the answer to "Who is it by?"."""
    rest = " ".join(text.split()).strip(_MARKS)
    while match := _AUTHOR_FRAME.match(plain_letters(rest)):
        rest = rest[match.end() :].strip(_MARKS)
        if not match.end():
            break
    return rest[:_TITLE_MOST]


def says_what(text: str) -> bool:
    """Tell whether a message says what it suggests, not only that somebody wants to suggest something."""
    return not FORMS_ONLY.fullmatch(re.sub(r"[^\w'\s]+", " ", plain(text)).strip() + " ")


def asks_about(text: str) -> bool:
    """Tell whether a message asks how suggestions work, not for something."""
    return bool(ASKS.match(plain(text)))


def asks_what_became(text: str) -> bool:
    """Tell whether a message asks what became of an own suggestion."""
    words = plain(text)
    return bool(WHAT_BECAME.search(words) and OWN.search(words))


def wants_bought(text: str) -> bool:
    """Tell whether an idea is to buy something: "you should get Orbital"."""
    return bool(BUYING.search(plain(text))) and idea_kind(text) == "service" and bool(read_wish(text).title)


def idea_kind(text: str) -> str:
    """Return 'event' or 'service' for an idea."""
    return "event" if EVENT.search(plain(text)) else "service"


def remark_kind(text: str, otherwise: str = "comment") -> str:
    """Return 'complaint' or 'praise' for what somebody says of the library, or else `otherwise`."""
    words = plain(text)
    bad, good = len(COMPLAINT.findall(words)), len(PRAISE.findall(words))
    if bad > good:
        return "complaint"
    return "praise" if good > bad else "complaint" if bad else otherwise


def find_code(text: str) -> str | None:
    """Return the tracking code that a message names, as it was written, or None."""
    match = CODE.search(text)
    return match[0] if match and any(char.isdigit() for char in match["body"]) else None


def same_title(wish: Wish, title: str, author: str) -> bool:
    """Tell whether a wish is for the work with a title and an author, as a catalogue writes them."""
    surname = plain(wish.author).split()[-1:] or [""]
    return _title(wish.title) == _title(title) and (not wish.author or not author or surname[0] in plain(author))


def _title(title: str) -> str:
    return _bare(re.sub(r"^(?:the|an?|el|la|los|las|un|una) ", "", plain(main_title(title))))


def without_code(text: str) -> str:
    """Return a message without the tracking code in it: its letters are of no language."""
    return CODE.sub(" ", text) if find_code(text) else text


def matching(kind: str, wish: Wish | None, text: str) -> str:
    """Return what is the same for suggestions of the same thing: form and title, or the words themselves."""
    if wish is not None and (wish.title or wish.isbn):
        form = str(wish.formats[0]) if wish.formats else str(Format.BOOK)
        return f"{kind}:{form}:{_title(wish.title) or wish.isbn}"[:200]
    return f"{kind}:{_bare(plain(text))}"[:200]


def _bare(words: str) -> str:
    return re.sub(r"[^\w]+", " ", words).strip()


def _unframed(text: str, known: Callable[[str], bool]) -> str:
    """Take the words around the thing off, until nothing more comes off or what is left is a title that is known."""
    rest = text.strip(_MARKS)
    while rest and not known(rest):
        letters = plain_letters(rest)
        found = next((match for frame in FRAMES if (match := frame.match(letters)) and match.end()), None)
        if found is None:
            after = AFTER.search(letters)
            if after is None:
                return rest
            rest = rest[: after.start()].strip(_MARKS)
            continue
        shorter = rest[found.end() :].strip(_MARKS)
        if not shorter:
            return "" if found.end() else rest
        rest = shorter
    return rest
