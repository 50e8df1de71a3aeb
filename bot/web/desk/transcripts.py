"""The list of transcripts: found by words and filters, 50 a page."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.channels.model import channel_name, is_messaging
from bot.conversations import transcripts
from bot.conversations.plain import plain_text
from bot.conversations.search_words import spans, terms
from bot.conversations.transcripts import Found, Wanted
from bot.web import keys
from bot.web.bodies import page_number
from bot.web.desk import audit, guard
from bot.web.desk.names import branch_name, language_name, topic_name
from bot.web.desk.render import page
from bot.web.desk.sessions import Role

EXCERPT = 90  # characters on each side of the first hit
FIRST_WORDS = 160
FILTERS = ("q", "from", "to", "branch", "channel", "lang", "intent", "mode", "staff", "tag", "rating", "label")
MODES = {
    "bot": "With the assistant",
    "waiting": "Waiting now",
    "staff": "With staff now",
    "ended": "Ended",
    "asked": "A person was asked for",
    "missed": "Asked, and nobody came",
}
RATINGS = {"yes": "Helped", "partly": "Partly helped", "no": "Did not help", "up": "Thumbs up", "down": "Thumbs down"}
LABELS = {
    "right": "Right",
    "wrong_answer": "Wrong answer",
    "wrong_topic": "Wrong topic",
    "missing": "Missing",
    "hand_over": "Should have handed over",
    "unclear": "Not clear",
}
OUTCOMES = {
    "answered": "Answered",
    "referred": "Referred",
    "follow_up": "Follow-up",
    "no_reply": "No reply",
    "returned": "Given back",
    "left": "Patron left",
    "message": "Left a message",
    "waiting": "Waiting",
    "claimed": "With staff",
    "closed": "Closed",
    "missed": "Missed",
}


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/chats", show, role=Role.AGENT)


def wanted_of(request: web.Request) -> tuple[Wanted, dict[str, str]]:
    """Return what the address asks for, and its filters as they are shown; what makes no sense is left out."""
    asked = {name: request.query.get(name, "").strip()[:200] for name in FILTERS}
    zone = request.app[keys.KNOWLEDGE].library.zone

    def midnight(day: date | None) -> float | None:
        return datetime.combine(day, time(), zone).timestamp() if day else None

    until = _day(asked["to"])
    wanted = Wanted(
        words=asked["q"],
        since=midnight(_day(asked["from"])),
        until=midnight(until + timedelta(days=1) if until else None),
        branch=asked["branch"],
        channel=asked["channel"],
        lang=asked["lang"],
        intent=asked["intent"],
        mode=asked["mode"] if asked["mode"] in MODES else "",
        staff_id=int(asked["staff"]) if re.fullmatch(r"\d{1,9}", asked["staff"]) else None,
        tag=asked["tag"].lower(),
        rating=asked["rating"] if asked["rating"] in RATINGS else "",
        label=asked["label"] if asked["label"] in LABELS else "",
    )
    return wanted, {name: value for name, value in asked.items() if value}


async def show(request: web.Request) -> web.Response:
    """Show what was found."""
    wanted, asked = wanted_of(request)
    number = page_number(request)
    async with request.app[keys.DATABASE].read() as db:
        found = await transcripts.find(db, wanted, number)
        total = await transcripts.count(db, wanted)
        offered = await transcripts.choices(db)
    if asked and number == 1:
        # A search may name a person: who looked for what is written down.
        async with request.app[keys.DATABASE].write() as db:
            now = request.app[keys.CLOCK].now().timestamp()
            await audit.record(db, request[guard.STAFF], "search", at=now, **asked, found=total)
    rest: dict[str, str | int] = {**asked}
    return await page(
        request,
        "transcripts.html",
        lines=[_line(request, one, wanted.words) for one in found],
        total=total,
        most=transcripts.COUNT_MOST,
        asked=asked,
        fields=_fields(request, offered),
        days=request.app[keys.SETTINGS].retention_days,
        more=sum(name != "q" for name in asked),
        number=number,
        older=f"?{urlencode(rest | {'page': number + 1})}" if total > number * transcripts.PAGE else None,
        newer=f"?{urlencode(rest | {'page': number - 1})}" if number > 1 else None,
        export=urlencode(rest),
    )


def excerpt(text: str, words: str) -> list[tuple[str, bool]]:
    """Return the words around the first hit as (text, hit) pairs; without hits the beginning."""
    line = " ".join(text.split())
    hits = spans(line, terms(words))
    if not hits:
        return [(_cut(line, FIRST_WORDS), False)]
    start = max(0, hits[0][0] - EXCERPT)
    end = min(len(line), hits[0][1] + EXCERPT)
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for first, last in hits:
        if last > end:
            break
        parts += [(line[at:first], False), (line[first:last], True)]
        at = last
    parts.append((line[at:end] + ("…" if end < len(line) else ""), False))
    return [part for part in parts if part[0]]


def _line(request: web.Request, found: Found, words: str) -> dict[str, Any]:
    talk, hit = found.talk, found.hit
    shown = hit is not None and hit.text == found.first
    return {
        "id": talk.id,
        "at": talk.last_at,
        "first": excerpt(found.first, words if shown else "") if found.first else [],
        "topic": topic_name(request.app[keys.WORDING], found.intent) if found.intent else None,
        "branch": branch_name(request.app, talk.branch),
        "channel": channel_name(talk.channel) if is_messaging(talk.channel) else None,
        "lang": talk.lang,
        "language": language_name(talk.lang),
        "mode": talk.mode.value,
        "outcome": OUTCOMES.get(found.outcome or "", found.outcome),
        "missed": found.outcome == "missed",
        "person": found.person,
        "rating": found.rating,
        "rated": RATINGS.get(found.rating or ""),
        "tags": found.tags,
        "hit": excerpt(plain_text(hit.blocks), words) if hit is not None and not shown else None,
        "seq": hit.seq if hit is not None else None,
    }


def _fields(request: web.Request, offered: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the filters that can be chosen: name, label, and options (value, words)."""
    names = request.app[keys.WORDING]
    branches = [(one, branch_name(request.app, one)) for one in offered["branches"]]
    topics = sorted(((one, topic_name(names, one)) for one in offered["intents"]), key=lambda pair: pair[1])
    languages = [(one, language_name(one)) for one in offered["languages"]]
    return [
        {"name": "mode", "label": "How it went", "options": list(MODES.items())},
        {"name": "intent", "label": "Topic", "options": topics},
        {"name": "branch", "label": "Branch", "options": branches},
        {"name": "lang", "label": "Language", "options": languages},
        {"name": "staff", "label": "Staff", "options": [(str(one), name) for one, name in offered["people"]]},
        {"name": "rating", "label": "Rating", "options": list(RATINGS.items())},
        {"name": "label", "label": "Label", "options": list(LABELS.items())},
        {"name": "tag", "label": "Tag", "options": [(one, one) for one in offered["tags"]]},
        {"name": "channel", "label": "Channel", "options": [(one, channel_name(one)) for one in offered["channels"]]},
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
