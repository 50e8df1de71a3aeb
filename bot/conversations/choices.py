"""A quick reply that a patron types in place of pressing it: by its words, or by its number in the list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from bot.conversations.model import Block

NUMBERS_MOST = 20


def offered(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return the quick replies of a message, in order."""
    return [choice for block in blocks if block["type"] == "choices" for choice in block["choices"]]


def typed(text: str, blocks: Sequence[Block]) -> dict[str, Any] | None:
    """Return the quick reply of a message that `text` names, or None; where cards are listed too a number is theirs."""
    choices = offered(blocks)
    numbered = not any(block["type"] == "cards" for block in blocks)
    place = place_of(text, [choice["label"] for choice in choices], numbered=numbered)
    return None if place is None else choices[place]


def place_of(text: str, labels: Sequence[str], *, numbered: bool) -> int | None:
    """Return the place (from 0) of the label that `text` is, or, where they are `numbered`, whose number it is."""
    wanted = plain_words(text)
    named = [place for place, label in enumerate(labels) if plain_words(label) == wanted]
    if len(named) == 1 and wanted:
        return named[0]
    number = re.fullmatch(r"(?:#|no\.?|option|opcion|numero|number)? ?(\d{1,2})[.)]?", wanted)
    if number and numbered and 1 <= int(number[1]) <= len(labels) <= NUMBERS_MOST:
        return int(number[1]) - 1
    return None


def plain_words(text: str) -> str:
    """Return text in lower case, without accents, punctuation at its ends and doubled spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split()).strip(" .!?¿¡,;:\"'“”«»")
