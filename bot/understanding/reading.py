"""Reads a message as a patron means it: in danger, asking for another language, asking one thing or several."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.knowledge.text import plain
from bot.understanding.safety import EMERGENCY, danger

Parsed = dict[str, Any]
"""A message as Rasa's pipeline leaves it: text, intent, intent_ranking, entities, language, answers."""

CHANGE_LANGUAGE = "change_language"
"""The intent of a message that only asks for another language."""

Parse = Callable[[str], Awaitable[Parsed]]

CHANGE_DETAIL = "change_detail"

_POLITE = r"(?:hola|hello|hi|please|pls|por favor|porfa|thanks|thank you|gracias|ok|okay|sorry|perdon|lo siento)"
_TELL = (
    r"(?:can (?:you|we|i)|could (?:you|we)|do you|i (?:want|need|prefer|only)|speak|talk|answer|reply|continue|chat|"
    r"switch|change|puede|podria|podemos|me gustaria|prefiero|quiero|hablas?|habla usted|hablan|hablar|responda|"
    r"responde|conteste|cambiar?|seguir|solo|back|know)"
)
_NAMES = {
    "es": r"(?:spanish|espanol|castellano)",
    "en": r"(?:english|ingles)",
}
_REQUEST = {
    code: re.compile(
        rf"\W*(?:(?:{_POLITE}|{_TELL}|to|a|al|in|en|version|only|it|this|with me)\W+)*{name}"
        rf"(?:\W+(?:{_POLITE}|version|only|solo))*\W*"
    )
    for code, name in _NAMES.items()
}
_ASKED_TO = re.compile(rf"\b(?:{_POLITE}|{_TELL})\b")
_IN_ENGLISH = re.compile(r"\b(?:spanish|english)\b")


async def read(text: str, parse: Parse) -> list[Parsed]:
    """Return what a message asks, in order, each as a parsed message of its own. Never empty.

    `parse` is Rasa's pipeline, which tells the questions of a message (bot/understanding/classifier.py); where there
    are several, each is parsed by itself.
    """
    whole = await parse(text)
    kind = danger(text)
    if kind is not None:
        return [_with_intent(whole, EMERGENCY, {"danger": kind})]
    wanted = language_wanted(text)
    if wanted is not None:
        return [_with_intent(whole, CHANGE_LANGUAGE, {"language": wanted}) | {"language": wanted}]
    if any(form.fullmatch(plain(text)) for form in _REQUEST.values()):
        return [_with_intent(whole, CHANGE_DETAIL, {})]
    if len(whole["questions"]) == 1:
        return [whole]
    # What a question asks was judged within the message; parsed by itself it may seem to lean on an earlier one.
    return [_in_language_of(whole, await parse(one["text"]) | one) for one in whole["questions"]]


def language_wanted(text: str) -> str | None:
    """Return the language that a message asks to be answered in ("en español", "can you speak Spanish"), or None.

    "In Spanish?" said in English is not that: it asks for a book or an event in Spanish.
    """
    words = plain(text)
    for code, form in _REQUEST.items():
        if form.fullmatch(words) and (_ASKED_TO.search(words) or bool(_IN_ENGLISH.search(words)) == (code == "en")):
            return code
    return None


def _in_language_of(whole: Parsed, question: Parsed) -> Parsed:
    """Return one of several questions; the language is that of the message, not of its few words."""
    spoken = [entity for entity in whole["entities"] if entity["entity"] == "language"]
    others = [entity for entity in question["entities"] if entity["entity"] != "language"]
    return question | {"language": whole["language"], "entities": others + spoken}


def _with_intent(parsed: Parsed, intent: str, entities: dict[str, str]) -> Parsed:
    found = {"name": intent, "confidence": 1.0}
    kept = [entity for entity in parsed["entities"] if entity["entity"] not in entities]
    added = [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "reading"}
        for name, value in entities.items()
    ]
    return parsed | {
        "intent": found,
        "intent_ranking": [found, *parsed["intent_ranking"]],
        "entities": [*kept, *added],
    }
