"""An event as a card: when, where, for whom, how to take part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.base import Turn
from bot.knowledge.events import EventMode, EventStatus, LibraryEvent, Registration
from bot.knowledge.library import Branch
from bot.say import capital, day_name, listed, short_day, times


def card(turn: Turn, event: LibraryEvent) -> dict[str, Any]:
    """Return an event's card: title, when, where, for whom, how to take part, and a badge if it is not as usual."""
    lines = [when(turn, event), where(turn, event)]
    if event.status is EventStatus.CANCELLED:
        if event.reason:
            lines.append(turn.words("utter_events_reason", reason=event.reason.to(turn.lang)))
    else:
        if event.moved_from is not None:
            lines.append(turn.words("utter_events_moved", before=before(turn, event, event.moved_from)))
        if event.audiences:
            names = [turn.words(f"utter_events_audience_{audience}") for audience in event.audiences]
            lines.append(turn.words("utter_events_for", audiences=listed(names, turn.lang)))
        lines += registration(turn, event)
    made: dict[str, Any] = {
        "title": event.title,
        "lines": [line for line in lines if line],
        "links": links(turn, event),
    }
    badge = badge_of(turn, event)
    if badge:
        made["badge"] = turn.words(f"utter_events_badge_{badge}")
        made["badge_kind"] = "warn" if badge in ("cancelled", "postponed", "full") else "info"
    return made


def badge_of(turn: Turn, event: LibraryEvent) -> str | None:
    """Return what is unusual about the event, the most important first."""
    if event.status in (EventStatus.CANCELLED, EventStatus.POSTPONED, EventStatus.FULL):
        return event.status.value
    if event.going_on(turn.now):
        return "on_now"
    return "moved" if event.moved_from is not None else None


def when(turn: Turn, event: LibraryEvent) -> str:
    """Return 'Saturday, November 28, 10:30 AM – 11:15 AM'."""
    day = capital(day_name(event.start.date(), turn.lang, turn.today))
    if event.all_day:
        return turn.words("utter_events_when_all_day", day=day)
    return turn.words("utter_events_when", day=day, hours=clock_span(turn, event.start, event.end))


def clock_span(turn: Turn, start: datetime, end: datetime) -> str:
    """Return '10:30 AM – 11:15 AM'."""
    return times(start, end, turn.lang, turn.wording)


def before(turn: Turn, event: LibraryEvent, moved_from: datetime) -> str:
    """Return the day that an event was moved from, or the time if the day is the same."""
    same_day = moved_from.date() == event.start.date()
    return turn.clock(moved_from) if same_day else short_day(moved_from.date(), turn.lang)


def where(turn: Turn, event: LibraryEvent) -> str:
    """Return the room and the branches, the place outside, or that it is online."""
    if event.mode is EventMode.ONLINE:
        return turn.words("utter_events_where_online")
    here = [branch for branch in turn.knowledge.library.branches if branch.id in event.branch_ids]
    rooms = {branch.id: _room(turn, event, branch) for branch in here}
    if not any(rooms.values()) or len(here) == 1:
        room = next(filter(None, rooms.values()), event.room)
        parts = (room, listed([branch.name.to(turn.lang) for branch in here], turn.lang), event.place)
        place = ", ".join(part for part in parts if part)
    else:
        place = "; ".join(", ".join(filter(None, (rooms[one.id], one.name.to(turn.lang)))) for one in here)
    return turn.words("utter_events_where_hybrid", place=place) if event.mode is EventMode.HYBRID else place


def _room(turn: Turn, event: LibraryEvent, branch: Branch) -> str | None:
    """Return the room of a branch that the event is in, in the patron's language, if the library lists it."""
    named = (event.room or "").split(", ")
    return next((room.name.to(turn.lang) for room in branch.rooms if set(room.name.all) & set(named)), None)


def registration(turn: Turn, event: LibraryEvent) -> list[str]:
    """Return the line on registration, where it is known."""
    if event.registration is Registration.DROP_IN:
        return [turn.words("utter_events_drop_in")]
    if event.registration is not Registration.REQUIRED or event.status is EventStatus.FULL:
        return []
    if event.seats_left:
        return [turn.words("utter_events_seats_one" if event.seats_left == 1 else "utter_events_seats",
                           seats=event.seats_left)]  # fmt: skip
    return [turn.words("utter_events_register")]


def links(turn: Turn, event: LibraryEvent) -> list[dict[str, str]]:
    """Return the links of a card; nobody is sent to register for what is cancelled or full."""
    made = []
    if event.registration_url and event.status is EventStatus.SCHEDULED:
        made.append({"label": turn.words("utter_events_link_register"), "url": event.registration_url})
    if event.url and event.url != event.registration_url:
        made.append({"label": turn.words("utter_events_link_more"), "url": event.url})
    return made
