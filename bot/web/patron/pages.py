"""The pages that carry the chat: the sample library's website, the full-page chat, and the page without scripts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from babel.dates import format_date, format_time

from bot.knowledge.events import EventMode, EventQuery, EventStatus, LibraryEvent
from bot.knowledge.hours import DayHours, HoursNow
from bot.knowledge.library import Branch
from bot.knowledge.sources.base import HoursState
from bot.web import static
from bot.web.closing import closing_block
from bot.web.keys import CLOCK, KNOWLEDGE, SETTINGS
from bot.web.patron.greeting import language_of
from bot.wording import DEFAULT_LANGUAGE

TEMPLATES = web.AppKey("templates", jinja2.Environment)
EVENTS_SHOWN = 6
LOCALES = {"en": "en_US", "es": "es_US"}


def add_routes(app: web.Application) -> None:
    """Add the pages' routes."""
    app[TEMPLATES] = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    app.router.add_get("/", home)
    app.router.add_get("/chat", chat)
    app.router.add_get("/ask", ask)


async def home(request: web.Request) -> web.Response:
    """Show the sample library's website."""
    knowledge, now = request.app[KNOWLEDGE], request.app[CLOCK].now()
    found = await knowledge.events.find(EventQuery(), now)
    coming = [event for event in found.events if event.status is not EventStatus.CANCELLED]
    events = [_event(request, event) for event in coming[:EVENTS_SHOWN]]
    return await page(request, "home.html", DEFAULT_LANGUAGE, events=events)


async def chat(request: web.Request) -> web.Response:
    """Show the chat on a page of its own."""
    return await page(request, "chat.html", language_of(request.query.get("lang"), request))


async def ask(request: web.Request) -> web.Response:
    """Show whom to call and when: for browsers without scripts."""
    return await page(request, "ask.html", language_of(request.query.get("lang"), request))


async def page(request: web.Request, template: str, lang: str, **facts: Any) -> web.Response:
    """Return a page, made from a template of pages/ and what every page tells of the library."""
    library, now = request.app[KNOWLEDGE].library, request.app[CLOCK].now()
    text = (
        request.app[TEMPLATES]
        .get_template(template)
        .render(
            library={
                "name": library.name.to(lang),
                "tagline": library.about.to(lang) if library.about else "",
                "town": library.town,
                "phone": library.phone,
                "email": library.email,
                "website": library.website,
                "branches": [await _branch(request, branch, now, lang) for branch in library.branches],
            },
            closing=_closing(request, lang),
            lang=lang,
            widget_version=static.version(),
            days=request.app[SETTINGS].retention_days,
            **facts,
        )
    )
    return web.Response(text=text, content_type="text/html")


def _closing(request: web.Request, lang: str) -> str:
    """Return what an emergency closes, empty where nothing is closed by one."""
    notices, now = request.app[KNOWLEDGE].notices, request.app[CLOCK].now()
    found = notices.closing(now)
    return closing_block(request.app, found, lang)["text"].replace("**", "") if found else ""


async def _branch(request: web.Request, branch: Branch, now: datetime, lang: str) -> dict[str, Any]:
    state = await request.app[KNOWLEDGE].hours.at(branch.id, now, now)
    today = await request.app[KNOWLEDGE].hours.day(branch.id, now.date(), now)
    return {
        "id": branch.id,
        "name": branch.name.to(lang),
        "address": str(branch.address),
        "phone": branch.phone,
        "email": branch.email,
        "parking": branch.parking.where.to(lang),
        "map_url": branch.map_url,
        "today": _today(today, lang),
        "status": _status(state, lang),
        "is_open": state.state in (HoursState.OPEN, HoursState.OPEN_24H),
    }


def _today(day: DayHours, lang: str) -> str:
    if day.ranges:
        return ", ".join(f"{_time(one.start, lang)} – {_time(one.end, lang)}" for one in day.ranges)
    return day.text or WORDS[lang][day.state.value]


def _status(state: HoursNow, lang: str) -> str:
    words = WORDS[lang]
    if state.until is not None:
        return words["until"].format(time=_time(state.until, lang))
    if state.opens is not None:
        day = format_date(state.opens.start.date(), "EEEE", locale=LOCALES[lang])
        today = state.opens.start.date() == state.moment.date()
        return words["opens_today" if today else "opens"].format(day=day, time=_time(state.opens.start, lang))
    return words[state.state.value]


def _event(request: web.Request, event: LibraryEvent) -> dict[str, Any]:
    library = request.app[KNOWLEDGE].library
    branches = [branch.name.to(DEFAULT_LANGUAGE) for branch in library.branches if branch.id in event.branch_ids]
    day = format_date(event.start.date(), "EEEE, MMMM d", locale="en_US")
    return {
        "title": event.title,
        "when": f"{day}, {_time(event.start, 'en')} – {_time(event.end, 'en')}",
        "where": "Online" if event.mode is EventMode.ONLINE else ", ".join([*branches, event.place or ""]).strip(", "),
        "audience": ", ".join(str(audience).replace("_", " ") for audience in event.audiences),
        "badge": "Full" if event.status is EventStatus.FULL else None,
        "url": event.url,
    }


def _time(moment: datetime, lang: str) -> str:
    pattern = "h a" if moment.minute == 0 and lang == "en" else "h:mm a"
    return str(format_time(moment.timetz(), pattern, locale=LOCALES[lang])).replace("\u202f", " ").replace("\xa0", " ")


# The pages are the sample library's website, not the assistant: their words are here and in the templates.
WORDS = {
    "en": {
        "until": "Open now until {time}",
        "opens": "Closed now. Opens {day} at {time}",
        "opens_today": "Closed now. Opens at {time}",
        "open": "Open",
        "open_24h": "Open day and night",
        "by_appointment": "By appointment",
        "closed": "Closed",
        "text": "Please call for hours",
        "unknown": "Please call for hours",
    },
    "es": {
        "until": "Abierta ahora hasta las {time}",
        "opens": "Cerrada ahora. Abre el {day} a las {time}",
        "opens_today": "Cerrada ahora. Abre a las {time}",
        "open": "Abierta",
        "open_24h": "Abierta día y noche",
        "by_appointment": "Con cita",
        "closed": "Cerrada",
        "text": "Llame para conocer el horario",
        "unknown": "Llame para conocer el horario",
    },
}
