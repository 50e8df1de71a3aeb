"""Events of LibCal's API 1.1 (`/1.1/events`), parsed without fetching.

Two habits of the API: empty objects arrive as "" or [], and a cancelled event has no flag, only words in its title.
`online_join_url` and the registrants are for staff and are never read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.knowledge.event_words import EventWords, stems_of
from bot.knowledge.library import Library
from bot.knowledge.sources.base import EventMode, EventStatus, LibraryEvent, Registration, instant
from bot.knowledge.sources.ics import EventReader, link, mode_of, status_of
from bot.knowledge.sources.markup import text_of


def read_events(
    data: bytes, library: Library, source_id: str, branches: Mapping[str, str] | None = None
) -> tuple[LibraryEvent, ...]:
    """Return the events of an answer in order of time; raise ValueError if it is none. `branches` maps campus names."""
    answer = json.loads(data)
    events = answer.get("events") if isinstance(answer, dict) else None
    if not isinstance(events, list):
        raise ValueError("the answer has no list 'events'")
    reader, words = EventReader(library, source_id, branches), EventWords(library.event_words)
    found = [_event(one, library, reader, words, source_id) for one in events if isinstance(one, dict)]
    return tuple(sorted((one for one in found if one), key=lambda one: (instant(one.start), one.title)))


def _event(
    one: dict[str, Any], library: Library, reader: EventReader, words: EventWords, source_id: str
) -> LibraryEvent | None:
    try:
        start, end = (_time(one[name], library) for name in ("start", "end"))
    except (KeyError, ValueError, TypeError):
        return None
    all_day = bool(one.get("allday"))
    if all_day:
        start = start.replace(hour=0, minute=0)
        end = max(end, start + timedelta(days=1))
    campus, location = _name(one.get("campus")), _name(one.get("location"))
    branch_ids, room, place, online = reader.place("; ".join(part for part in (campus, location) if part))
    online = online or bool(one.get("online_seats")) or bool(one.get("online_provider"))
    categories = tuple(_name(part) for key in ("category", "audience") for part in _list(one.get(key)) if _name(part))
    seats_left = _seats(one)
    title, status = status_of(text_of(str(one.get("title", "")), 200), "", None)
    if status == EventStatus.SCHEDULED and seats_left == 0:
        status = EventStatus.FULL
    audiences, subjects = words.classify(categories, title)
    summary = text_of(str(one.get("description") or ""))
    public = one.get("url")
    url = link(str(public.get("public") or "")) if isinstance(public, dict) else None
    needed = one.get("registration")
    uid = str(one.get("id", ""))
    return LibraryEvent(
        id=f"{source_id}-{uid}",
        source_id=source_id,
        uid=uid,
        recurrence_id=None,
        title=title,
        summary=summary,
        start=start,
        end=max(start, end),
        all_day=all_day,
        branch_ids=branch_ids,
        room=room,
        place=place,
        mode=mode_of("", online, bool(branch_ids)) if not (online and place) else EventMode.HYBRID,
        audiences=audiences,
        subjects=subjects,
        categories=categories,
        status=status,
        registration=Registration.UNKNOWN
        if needed is None
        else Registration.REQUIRED
        if needed
        else Registration.DROP_IN,
        registration_url=url if needed and not one.get("has_registration_closed") else None,
        seats_left=seats_left,
        url=url,
        recurring=bool(one.get("future_dates")),
        stems=frozenset(stems_of(" ".join((title, summary, *categories, room or "", place or "")))),
    )


def _time(written: object, library: Library) -> datetime:
    moment = datetime.fromisoformat(str(written))
    return moment.replace(tzinfo=library.zone) if moment.tzinfo is None else moment.astimezone(library.zone)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(value: object) -> str:
    return text_of(str(value.get("name") or ""), 200) if isinstance(value, dict) else ""


def _seats(one: dict[str, Any]) -> int | None:
    """Return the seats left, or None where seats are not counted."""
    seats, taken = one.get("seats"), one.get("seats_taken")
    if not one.get("registration") or isinstance(seats, bool) or isinstance(taken, bool):
        return None
    try:
        return max(int(str(seats)) - int(str(taken)), 0)
    except ValueError:
        return None
