"""What a patron corrects in a suggestion under way: "no, the author is Jane Smith", "actually the large print"."""

from __future__ import annotations

from actions.base import Turn
from actions.suggestion_draft import Draft
from bot.contact import find_contact
from bot.knowledge.suggestion_words import BY_ANOTHER, INSTEAD, NAMED
from bot.knowledge.suggestions import read_author
from bot.knowledge.titles import plain_letters, read_change

_AUTHORS = ("author", "writer", "autor", "autora", "escritor", "escritora")
_TITLES = ("title", "book", "name", "titulo", "libro", "nombre")


def is_change(text: str) -> bool:
    """Tell whether a message corrects something by its name."""
    letters = plain_letters(text)
    return bool(NAMED.fullmatch(letters) or BY_ANOTHER.fullmatch(letters))


def change(turn: Turn, draft: Draft) -> bool:
    """Take a correction into the draft; False if the message is none."""
    text = " ".join(turn.text.split())
    letters = plain_letters(text)
    named, by = NAMED.fullmatch(letters), BY_ANOTHER.fullmatch(letters)
    if named:
        return _set(draft, named["field"], text[named.start("value") :].strip(' .!"“”'))
    if by and draft.kind == "purchase":
        draft.author = read_author(text[by.start("value") :])
        return True
    form = read_change(text) if draft.kind == "purchase" else None
    instead = INSTEAD.fullmatch(letters)
    if form is None and instead and draft.kind == "purchase":
        form = read_change(text[instead.start("value") :])
    if form is not None and (form.formats or form.language):
        draft.formats = [str(one) for one in form.formats] or draft.formats
        draft.language = form.language or draft.language
        return True
    return False


def _set(draft: Draft, field: str, value: str) -> bool:
    if field in _AUTHORS and draft.kind == "purchase":
        draft.author = read_author(value)
    elif field in _TITLES and draft.kind == "purchase":
        draft.title, draft.text, draft.isbn = value, "", ""
    elif field in ("format", "form", "formato") and (form := read_change(value)) and form.formats:
        draft.formats = [str(one) for one in form.formats]
    elif contact := find_contact(value):
        draft.contact, draft.contact_kind = contact
    else:
        return False
    return True
