"""Answers what is on at the library."""

from __future__ import annotations

from dataclasses import replace

from actions.base import TopicAction, Turn
from actions.details import ALL_BRANCHES, Details, When
from actions.event_cards import card, clock_span
from actions.places import branch_in_sentence
from actions.sources import tell_source
from bot.knowledge.events import Audience, EventQuery, EventsFound, EventsOutcome, EventStatus, LibraryEvent
from bot.knowledge.text import plain
from bot.say import listed

SHOWN_MOST = 10  # cards in one reply; the chat window shows five and offers the rest


class ActionFindEvents(TopicAction):
    """Answer with the events that match the time, branch, audience and subject asked about."""

    intent = "find_event"
    takes = frozenset(("branches", "audiences", "subjects", "when", "words"))
    for_visit = True

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
        shown = to_show(found, span)
        say_found(turn, found, shown, span)
        if shown:
            turn.show({"type": "cards", "cards": [card(turn, event) for event in shown]})
            turn.list_shown("event", ((event.id, event.title) for event in shown))
        tell_source(turn, found.sources)
        if found.outcome is EventsOutcome.NONE_AT_ALL:
            turn.choices([(turn.words("utter_events_all"), "find_event", {})])


def to_show(found: EventsFound, span: When | None) -> list[LibraryEvent]:
    """Return the events to show: the first of many; of what is cancelled one alone, and what comes next instead."""
    if not all(event.status is EventStatus.CANCELLED for event in found.events):
        return list(found.events[:SHOWN_MOST])
    alone = found.events if len(found.events) == 1 and not (span and span.is_moment) else ()
    return [*alone, *([found.next] if found.next else [])]


def say_found(turn: Turn, found: EventsFound, shown: list[LibraryEvent], span: When | None) -> None:
    """Say how many events there are; of one alone also what is wrong with it; of none, which is the next."""
    count, words = len(found.events), turn.details.words
    unmatched = [word for word in words.split() if plain(word) in found.unmatched]
    facts: dict[str, object] = turn.contact() | {
        "calendar": turn.knowledge.library.calendar_url or turn.knowledge.library.website,
        "span": place_and_time(turn, span),
        "count": count,
        "shown": len(shown),
        "words": " ".join(unmatched) or words,
        "where": f" {where(turn)}" if where(turn) else "",
    }
    if unmatched and count:
        turn.say("utter_events_without_word", **facts)
    if found.outcome is EventsOutcome.NONE_AT_ALL and words not in ("", "online"):
        turn.say("utter_events_none_named", **facts)
    elif count and found.events[0] not in shown and found.next and span and span.is_moment:
        turn.say("utter_events_none_in_span", **facts)
    elif found.outcome is not EventsOutcome.FOUND:
        turn.say(f"utter_events_{found.outcome}", **facts)
    elif all(event.status is EventStatus.CANCELLED for event in found.events):
        one = "one" if count == 1 else "all"
        turn.say(f"utter_events_cancelled_{one}", title=found.events[0].title, **facts)
    elif count == 1:
        full = "full" if shown[0].status is EventStatus.FULL else "one"
        turn.say(f"utter_events_found_{full}", **facts)
    else:
        turn.say("utter_events_found_first" if count > len(shown) else "utter_events_found_many", **facts)
    if found.next in shown:
        turn.say("utter_events_next", day=turn.on(shown[-1].start.date()))


def place_and_time(turn: Turn, span: When | None) -> str:
    """Return where and when in words: 'at Riverside Branch on Friday, November 27'."""
    return " ".join(words for words in (where(turn), span_words(turn, span)) if words)


def where(turn: Turn) -> str:
    """Return the branches asked about in words, or nothing for all of them."""
    wanted = turn.details.branches
    if not wanted or ALL_BRANCHES in wanted:
        return ""
    names = [branch_in_sentence(branch, turn.lang) for branch in turn.branches()]
    return turn.words("utter_events_at", branches=listed(names, turn.lang))


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
    if span.is_part_of_day and span.end.date() > span.days[0]:
        return turn.words("utter_events_span_from", day=day, time=turn.clock(span.start))
    if span.is_part_of_day:
        return turn.words("utter_events_span_part", day=day, hours=clock_span(turn, span.start, span.end))
    return day
