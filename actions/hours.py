"""Answers when a branch or a service is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from actions.asked import Asked, how_asked, is_about_opening
from actions.base import TopicAction, Turn
from actions.details import Details, When
from actions.events import ActionFindEvents
from actions.hours_tables import show_days, show_one_day
from actions.hours_words import opens_next, ranges, unlike_its_weekday, yes_or_no
from actions.places import Place, agreed, places
from actions.sources import tell_source
from bot.knowledge.hours import DayHours, HoursNow
from bot.knowledge.sources.base import HoursState

DAYS_MOST = 14  # a table longer than this is no answer
WEEK = 7
OPEN = (HoursState.OPEN, HoursState.OPEN_24H)


class ActionTellHours(TopicAction):
    """Answer when a branch is open: now, on a day, or over several days."""

    intent = "ask_hours"
    takes = frozenset(("branches", "service", "when"))
    for_visit = True

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_hours"

    async def perform(self, turn: Turn) -> None:
        """Answer; "is there storytime on Wednesday" names no opening and is about events after all."""
        if turn.details.subjects and turn.details.service is None and not is_about_opening(turn.text):
            await ActionFindEvents().perform(turn)
        else:
            await super().perform(turn)

    def understood(self, turn: Turn) -> Details:
        """Return what is asked about, and whether a yes or a no is wanted."""
        return replace(super().understood(turn), asked=how_asked(turn.text).value)

    async def answer(self, turn: Turn) -> None:
        """Choose between now, a moment, a day and a table of days."""
        span, here = turn.details.span, places(turn)
        whole_week = span is None and turn.details.asked == Asked.THE_WEEK
        if whole_week or (span is not None and len(span.days) > 1):
            await tell_days(turn, here, span)
        elif span is None or span.is_moment:
            moment = turn.now if span is None else max(span.start, turn.now) if span.start < turn.now else span.start
            await tell_moment(turn, here, moment)
        else:
            await tell_day(turn, here, span)


async def tell_moment(turn: Turn, here: list[Place], moment: datetime) -> None:
    """Say whether the places are open at a moment, until when or from when."""
    hours = turn.knowledge.hours
    states = [await hours.at(place.point.branch_id, moment, turn.now, place.point.id) for place in here]
    if len(here) == 1:
        say_moment(turn, here[0], states[0])
    else:
        show_one_day(turn, here, [state.today for state in states], states=states)
    tell_source(turn, [state.today.source for state in states])


async def tell_day(turn: Turn, here: list[Place], span: When) -> None:
    """Say the hours of the places on one day."""
    hours, day = turn.knowledge.hours, span.days[0]
    days = [await hours.day(place.point.branch_id, day, turn.now, place.point.id) for place in here]
    if len(here) > 1 and day == turn.today and all(one.ranges and turn.now >= one.ranges[-1].end for one in days):
        await tell_moment(turn, here, turn.now)  # what was open today is no longer of use
        return
    if len(here) == 1:
        await say_day(turn, here[0], days[0], span)
    else:
        show_one_day(turn, here, days, span=span)
    if days[0].state is HoursState.CLOSED and all(one.state is HoursState.CLOSED for one in days):
        evening = datetime.combine(day, time.max, turn.now.tzinfo)
        await say_who_opens_next(turn, here, evening)
    tell_source(turn, [one.source for one in days])


async def tell_days(turn: Turn, here: list[Place], span: When | None) -> None:
    """Show several days: those asked about, or the week that begins today."""
    first = turn.today if span is None else span.days[0]
    count = WEEK if span is None else min(len(span.days), DAYS_MOST)
    if span is not None and span.is_week and first == turn.today:
        count = WEEK  # who asks on a Saturday for this week's hours gets more than the two days left of it
    hours = turn.knowledge.hours
    weeks = [await hours.days(place.point.branch_id, first, count, turn.now, place.point.id) for place in here]
    show_days(turn, here, weeks, [first + timedelta(days=place) for place in range(count)])
    for note in dict.fromkeys(day.note.to(turn.lang) for week in weeks for day in week if day.note and day.ranges):
        turn.say("utter_hours_note", note=note)
    tell_source(turn, [day.source for week in weeks for day in week])


def say_moment(turn: Turn, place: Place, state: HoursNow) -> None:
    """Say whether one place is open at a moment, until when or from when."""
    when, name, day = "now" if state.moment <= turn.now else "then", place.in_sentence(turn), state.today
    facts = {
        "place": name,
        "answer": yes_or_no(turn, state.state),
        "time": turn.clock(state.moment),
        "day": turn.on(state.moment.date()),
        "hours": ranges(turn, day.ranges),
        "until": turn.clock(state.until) if state.until else "",
        "text": day.text or "",
        "phone": place.phone(turn),
    } | agreed(turn, name)
    if day.special and not day.ranges and state.state is HoursState.CLOSED:
        turn.say("utter_hours_closed_day", **facts | {"day": unlike_its_weekday(turn, day)})
    else:
        turn.say(f"utter_hours_{state.state}_{when}", **facts)
        if day.special:
            turn.say("utter_hours_special", day=unlike_its_weekday(turn, day))
        if when == "then" and day.ranges and state.state in (HoursState.OPEN, HoursState.CLOSED):
            turn.say(f"utter_hours_its_{'today' if day.day == turn.today else 'day'}", **facts)
            return
    say_note(turn, day, state.state)
    if state.state is HoursState.CLOSED:
        opens_next(turn, state.opens)


async def say_day(turn: Turn, place: Place, day: DayHours, span: When) -> None:
    """Say the hours of one place on one day, and what of them is still to come if it is today."""
    name = place.in_sentence(turn)
    now = await turn.knowledge.hours.at(place.point.branch_id, turn.now, turn.now, place.point.id)
    is_open = now.state in (*OPEN, HoursState.BY_APPOINTMENT)
    wanted = turn.details.asked in (Asked.WHETHER_OPEN, Asked.WHETHER_CLOSED)
    missed = wanted and day.ranges and not any(one.start < span.end and span.start < one.end for one in day.ranges)
    over = day.day == turn.today and day.ranges and not is_open and turn.now >= day.ranges[-1].end
    facts = {
        "place": name,
        "answer": yes_or_no(turn, HoursState.CLOSED if over or missed else day.state),
        "day": unlike_its_weekday(turn, day, span.name),
        "hours": ranges(turn, day.ranges),
        "text": day.text or "",
        "phone": place.phone(turn),
    } | agreed(turn, name)
    kind = "over" if over else "missed" if missed else day.state
    turn.say(f"utter_hours_{kind}_day", **facts)
    if day.special and day.ranges and day.usual != day.ranges:
        turn.say("utter_hours_usual", hours=ranges(turn, day.usual))
    say_note(turn, day, day.state)
    if over:
        opens_next(turn, now.opens)
    elif day.day == turn.today and not is_open and turn.now > (day.ranges[0].start if day.ranges else span.end):
        turn.say("utter_hours_break", time=turn.clock(now.opens.start) if now.opens else "", **agreed(turn, name))


def say_note(turn: Turn, day: DayHours, state: HoursState) -> None:
    """Say what patrons should know before they come, if they can."""
    if day.note and state is not HoursState.CLOSED:
        turn.say("utter_hours_note", note=day.note.to(turn.lang))


async def say_who_opens_next(turn: Turn, here: list[Place], after: datetime) -> None:
    """Say when the place opens again; of several, which is the first and when."""
    hours = turn.knowledge.hours
    found = [
        (place, await hours.next_opening(place.point.branch_id, after, turn.now, place.point.id)) for place in here
    ]
    known = [(place, opening) for place, opening in found if opening is not None]
    if len(here) == 1:
        opens_next(turn, known[0][1] if known else None)
    elif known:
        place, opening = min(known, key=lambda one: one[1].start)
        facts = {"place": place.in_sentence(turn), "day": turn.on(opening.start.date(), brief=True)}
        turn.say("utter_hours_first", **facts, time=turn.clock(opening.start))
