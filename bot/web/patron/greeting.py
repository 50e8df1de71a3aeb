"""What a patron is told before asking anything: the welcome, and what is kept for how long."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.conversations.model import Block, text_block
from bot.conversations.text import TEXT_MAX
from bot.conversations.turns import Says
from bot.web.closing import closing_block, mark_of
from bot.web.keys import CLOCK, KNOWLEDGE, SETTINGS, WORDING
from bot.web.patron.carry import places
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES, Wording

# What the first quick replies stand for; their labels are the responses utter_welcome_<intent>.
FIRST_CHOICES = ("ask_hours", "find_event", "ask_parking", "talk_to_staff")


def language_of(wish: str | None, request: web.Request) -> str:
    """Return the language to greet in: the one wished for (a page's language), else the browser's, else English."""
    wishes = [wish or "", *request.headers.get("Accept-Language", "").split(",")]
    codes = (entry.split(";")[0].strip().split("-")[0].lower() for entry in wishes)
    return next((code for code in codes if code in LANGUAGES), DEFAULT_LANGUAGE)


def welcome(app: web.Application, lang: str) -> list[Block]:
    """Return the blocks of the first message."""
    say, knowledge, now = app[WORDING].say, app[KNOWLEDGE], app[CLOCK].now()
    closing = knowledge.notices.closing(now)
    return [
        *([closing_block(app, closing, lang)] if closing else []),
        text_block(say("utter_welcome", lang, library=knowledge.library.name.to(lang))),
        *({"type": "notice", "kind": "info", "text": one.text.to(lang)} for one in knowledge.notices.now(now)),
        {
            "type": "choices",
            "choices": [
                {"label": say(f"utter_welcome_{intent}", lang), "value": {"intent": intent, "entities": {}}}
                for intent in FIRST_CHOICES
            ],
        },
    ]


def mark(app: web.Application) -> str | None:
    """Return the mark of the emergency that the welcome tells of, None where there is none."""
    closing = app[KNOWLEDGE].notices.closing(app[CLOCK].now())
    return mark_of(closing) if closing else None


def policy(app: web.Application) -> dict[str, Any]:
    """Return the limits and contacts that a chat window shows."""
    library = app[KNOWLEDGE].library
    return {
        "text_max": TEXT_MAX,
        "days": app[SETTINGS].retention_days,
        "library": library.name.to(DEFAULT_LANGUAGE),
        "phone": library.phone,
        "email": library.email,
        "places": bool(places(app[SETTINGS].channels)),
    }


def says(wording: Wording, phone: str) -> Says:
    """Return what the turn worker says of its own: an apology, and the line above a late answer."""
    return Says(
        apology=lambda lang: [
            {"type": "notice", "kind": "warn", "text": wording.say("utter_service_no_answer", lang, phone=phone)}
        ],
        late=lambda lang, words: [text_block(wording.say("utter_service_late_answer", lang, question=_short(words)))],
    )


def _short(words: str, most: int = 120) -> str:
    line = " ".join(words.split()).replace("*", "")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
