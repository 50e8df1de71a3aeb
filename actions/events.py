"""Answers what is on at the library."""

from __future__ import annotations

from dataclasses import replace

from actions.base import TopicAction, Turn
from actions.details import ALL_BRANCHES, Details, When
from actions.event_cards import card, clock_span
from actions.say import listed
from actions.sources import tell_source
from bot.knowledge.events import Audience, EventQuery, EventsFound, EventsOutcome, EventStatus

SHOWN_MOST = 10  # cards in one reply; the chat window shows five and offers the rest


class ActionFindEvents(TopicAction):
    """Answer with the events that match the time, branch, audience and subject asked about."""

    intent = "find_event"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_find_events"

    def understood(self, turn: Turn) -> Details:
        """Return what is asked about; a new question about events begins afresh."""
        return replace(turn.details, words=turn.knowledge.events.words.topic(turn.bare_text), said=turn.bare_text)

    async def answer(self, turn: Turn) -> None:
        """Search, say what was found, and show a card for each event."""
        details, span = turn.details, turn.details.span
        found = await turn.knowledge.events.find(
            EventQuery(
                start=span.start if span else None,
                end=span.end if span else None,
                branch_ids=() if ALL_BRANCHES in details.branches else details.branches,
                audiences=tuple(Audience(value) for value in details.audiences),
                subjects=details.subjects,
                words=details.words,
                said=details.said,
            ),
            turn.now,
        )
        say_found(turn, found, span)
        shown = list(found.events[:SHOWN_MOST])
        if found.next is not None and all(event.status is EventStatus.CANCELLED for event in shown):
            shown.append(found.next)
        if shown:
            turn.show({"type": "cards", "cards": [card(turn, event) for event in shown]})
        tell_source(turn, found.sources)


def say_found(turn: Turn, found: EventsFound, span: When | None) -> None:
    """Say how many events there are; of one alone also what is wrong with it; of none, which is the next."""
    count = len(found.events)
    facts: dict[str, object] = turn.contact() | {
        "calendar": turn.knowledge.library.calendar_url or turn.knowledge.library.website,
        "span": span_words(turn, span),
        "count": count,
        "shown": SHOWN_MOST,
        "words": listed(found.unmatched, turn.lang) if found.unmatched else turn.details.words,
    }
    if found.unmatched and found.events:
        turn.say("utter_events_without_word", **facts)
    if found.outcome is EventsOutcome.NONE_AT_ALL and turn.details.words not in ("", "online"):
        turn.say("utter_events_none_named", **facts)
        turn.choices([(turn.words("utter_events_all"), "find_event", {})])
        return
    if found.outcome is not EventsOutcome.FOUND:
        turn.say(f"utter_events_{found.outcome}", **facts)
    elif all(event.status is EventStatus.CANCELLED for event in found.events):
        title = found.events[0].title
        turn.say("utter_events_cancelled_one" if count == 1 else "utter_events_cancelled_all", title=title, **facts)
    elif count > SHOWN_MOST:
        turn.say("utter_events_found_first", **facts)
    elif count > 1:
        turn.say("utter_events_found_many", **facts)
    else:
        full = found.events[0].status is EventStatus.FULL
        turn.say("utter_events_found_full" if full else "utter_events_found_one", **facts)
    if found.next is not None and all(event.status is EventStatus.CANCELLED for event in found.events):
        turn.say("utter_events_next", day=turn.on(found.next.start.date()))


def span_words(turn: Turn, span: When | None) -> str:
    """Return the time asked about in words: 'on Sunday, November 22', 'from today to ...', 'in the next two weeks'."""
    if span is None:
        return turn.words("utter_events_span_soon")
    if len(span.days) > 1:
        return turn.words("utter_events_span_days", first=turn.to(span.days[0]), last=turn.to(span.days[-1]))
    day = turn.on(span.days[0])
    if span.name:
        return turn.words("utter_day_named", day=day, name=span.name)
    if span.is_moment and span.start <= turn.now:
        return turn.words("utter_events_span_now")
    if span.is_moment:
        return turn.words("utter_events_span_moment", day=day, time=turn.clock(span.start))
    if span.is_part_of_day:
        return turn.words("utter_events_span_part", day=day, hours=clock_span(turn, span.start, span.end))
    return day
