"""Answers what is on at the library."""

from __future__ import annotations

from typing import Any

from actions.base import TopicAction, Turn
from actions.details import ALL_BRANCHES, When
from actions.say import day_beside, day_name, listed, short_day, times
from actions.sources import tell_source
from bot.knowledge.events import Audience, EventMode, EventQuery, EventsOutcome, EventStatus, LibraryEvent, Registration

SHOWN_MOST = 10  # cards in one reply; the chat window shows five and offers the rest


class ActionFindEvents(TopicAction):
    """Answer with the events that match the time, branch, audience and subject asked about."""

    intent = "find_event"
    keeps = frozenset()

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_find_events"

    async def answer(self, turn: Turn) -> None:
        """Search, say how many there are, and show a card for each."""
        details, span = turn.details, turn.details.span
        branches = () if ALL_BRANCHES in details.branches else details.branches
        found = await turn.knowledge.events.find(
            EventQuery(
                start=span.start if span else None,
                end=span.end if span else None,
                branch_ids=branches,
                audiences=tuple(Audience(value) for value in details.audiences),
                subjects=details.subjects,
                words=details.words,
            ),
            turn.now,
        )
        facts: dict[str, object] = turn.contact() | {
            "calendar": turn.knowledge.library.calendar_url or turn.knowledge.library.website
        }
        shown = list(found.events[:SHOWN_MOST])
        if found.outcome is EventsOutcome.FOUND:
            said = "one" if len(found.events) == 1 else "many" if len(shown) == len(found.events) else "first"
            facts |= {"count": len(found.events), "shown": len(shown), "span": span_words(turn, span)}
            turn.say(f"utter_events_found_{said}", **facts)
        else:
            turn.say(f"utter_events_{found.outcome}", **facts, span=span_words(turn, span))
            shown = [found.next] if found.next else []
        if found.unmatched:
            turn.say("utter_events_without_word", words=listed(found.unmatched, turn.lang))
        if shown:
            turn.show({"type": "cards", "cards": [card(turn, event) for event in shown]})
        tell_source(turn, found.sources)


def card(turn: Turn, event: LibraryEvent) -> dict[str, Any]:
    """Return an event's card: title, when, where, for whom, how to take part, and a badge if it is not as usual."""
    lines = [when(turn, event), where(turn, event)]
    if event.status is EventStatus.CANCELLED:
        lines += [event.reason.to(turn.lang)] if event.reason else []
    else:
        if event.moved_from is not None:
            lines.append(turn.words("utter_events_moved", before=short_day(event.moved_from.date(), turn.lang)))
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
    day = day_name(event.start.date(), turn.lang, turn.now.date())
    if event.all_day:
        return turn.words("utter_events_when_all_day", day=day)
    return turn.words("utter_events_when", day=day, hours=times(event.start, event.end, turn.lang))


def where(turn: Turn, event: LibraryEvent) -> str:
    """Return the room and the branches, the place outside, or that it is online."""
    library = turn.knowledge.library
    branches = [branch.name.to(turn.lang) for branch in library.branches if branch.id in event.branch_ids]
    parts = [part for part in (event.room, listed(branches, turn.lang), event.place) if part]
    if event.mode is EventMode.ONLINE:
        return turn.words("utter_events_where_online")
    place = ", ".join(dict.fromkeys(parts))
    return turn.words("utter_events_where_hybrid", place=place) if event.mode is EventMode.HYBRID else place


def registration(turn: Turn, event: LibraryEvent) -> list[str]:
    """Return the line on registration, where it is known."""
    if event.registration is Registration.DROP_IN:
        return [turn.words("utter_events_drop_in")]
    if event.registration is Registration.REQUIRED:
        if event.seats_left:
            return [turn.words("utter_events_seats", seats=event.seats_left)]
        return [turn.words("utter_events_register")]
    return []


def links(turn: Turn, event: LibraryEvent) -> list[dict[str, str]]:
    """Return the links of a card; nobody is sent to register for what is cancelled or full."""
    made = []
    if event.registration_url and event.status is EventStatus.SCHEDULED:
        made.append({"label": turn.words("utter_events_link_register"), "url": event.registration_url})
    if event.url and event.url != event.registration_url:
        made.append({"label": turn.words("utter_events_link_more"), "url": event.url})
    return made


def span_words(turn: Turn, span: When | None) -> str:
    """Return the time asked about in words: 'on Sunday, November 22', 'from ... to ...', 'in the next two weeks'."""
    today = turn.now.date()
    if span is None:
        return turn.words("utter_events_span_soon")
    if span.name:
        return turn.words("utter_day_holiday", name=span.name, day=day_name(span.start.date(), turn.lang, today))
    if len(span.days) == 1:
        return day_beside(span.days[0], today, turn.lang, turn.wording)
    first, last = (day_name(day, turn.lang, today) for day in (span.days[0], span.days[-1]))
    return turn.words("utter_events_span_days", first=first, last=last)
