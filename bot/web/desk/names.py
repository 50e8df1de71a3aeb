"""Topics, branches, languages and what was found in a message, in words that staff read."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from babel import Locale

from bot.learning.examples import Examples
from bot.web.keys import EXAMPLES, KNOWLEDGE, WORDING
from bot.wording import DEFAULT_LANGUAGE, UnknownResponse, Wording

FOR_STAFF = {
    "nlu_fallback": "Not understood",
    "out_of_scope": "Nothing that a library does",
    "change_detail": "A detail of the question before",
    "choose_shown": "One of those just shown",
    "change_language": "Another language",
    "greet": "Greeting",
    "thank": "Thanks",
    "affirm": "Yes",
    "deny": "No",
    "chitchat": "Small talk",
}
"""The names of topics that are never offered to patrons."""


def topic_name(wording: Wording, intent: str | None) -> str:
    """Return a topic's name as patrons know it, or as staff do where patrons never see it."""
    if not intent:
        return "Nothing"
    if intent in FOR_STAFF:
        return FOR_STAFF[intent]
    try:
        return wording.say(f"utter_topic_{intent}", DEFAULT_LANGUAGE)
    except UnknownResponse:
        return intent.replace("_", " ").capitalize()


async def examples_of(app: web.Application) -> Examples:
    """Return the examples that the assistant learns from, as their files are now."""
    await asyncio.to_thread(app[EXAMPLES].refresh)
    return app[EXAMPLES]


def topics(app: web.Application) -> list[tuple[str, str]]:
    """Return every topic that can be taught, as (topic, name), by name; call `examples_of` before."""
    names = [(topic, topic_name(app[WORDING], topic)) for topic in app[EXAMPLES].known()]
    return sorted(names, key=lambda one: one[1].casefold())


def topic_of(app: web.Application, name: str) -> str | None:
    """Return the topic that is called so, or whose own word it is; None where there is none."""
    wanted = " ".join(name.split()).casefold()
    return next((topic for topic, words in topics(app) if wanted in (topic, words.casefold())), None)


def branch_name(app: web.Application, branch_id: str | None) -> str | None:
    """Return a branch's name, None where the patron's page is of none; one that is no more keeps its id."""
    names = {branch.id: branch.name.to(DEFAULT_LANGUAGE) for branch in app[KNOWLEDGE].library.branches}
    return names.get(branch_id, branch_id) if branch_id else None


def language_name(code: str) -> str:
    """Return a language's English name."""
    return str(Locale(DEFAULT_LANGUAGE).languages.get(code, code))


def entity_words(app: web.Application, entity: dict[str, Any]) -> str:
    """Return what was found in a message: a day by its name or the patron's words, a branch by its name."""
    value = entity["value"]
    if isinstance(value, dict):
        return str(value.get("name") or value.get("text") or "")
    if entity["entity"] == "branch" and isinstance(value, str):
        return branch_name(app, value) or value
    return str(value).replace("_", " ")
