"""The parts that sentences and tables of hours are made of."""

from __future__ import annotations

from actions.asked import Asked
from actions.base import Turn
from bot.knowledge.hours import DayHours, HoursNow, OpenRange
from bot.knowledge.sources.base import HoursState
from bot.say import listed, times

YES_OR_NO = {
    (Asked.WHETHER_OPEN, HoursState.OPEN): "utter_hours_yes",
    (Asked.WHETHER_OPEN, HoursState.OPEN_24H): "utter_hours_yes",
    (Asked.WHETHER_OPEN, HoursState.CLOSED): "utter_hours_no",
    (Asked.WHETHER_CLOSED, HoursState.OPEN): "utter_hours_no",
    (Asked.WHETHER_CLOSED, HoursState.OPEN_24H): "utter_hours_no",
    (Asked.WHETHER_CLOSED, HoursState.CLOSED): "utter_hours_yes",
}


def yes_or_no(turn: Turn, state: HoursState) -> str:
    """Return 'Yes, ' or 'No, ' for a question that wants it, else nothing."""
    asked = turn.details.asked
    response = YES_OR_NO.get((Asked(asked), state)) if asked else None
    return f"{turn.words(response)} " if response else ""


def ranges(turn: Turn, openings: tuple[OpenRange, ...]) -> str:
    """Return '10 AM – 1 PM and 2 PM – 6 PM'; stretches by appointment beside others are named as such."""
    mixed = len({one.state for one in openings}) > 1
    said = []
    for one in openings:
        span = times(one.start, one.end, turn.lang, turn.wording)
        by_appointment = mixed and one.state is HoursState.BY_APPOINTMENT
        said.append(turn.words("utter_hours_by_appointment_range", hours=span) if by_appointment else span)
    return listed(said, turn.lang)


def unlike_its_weekday(turn: Turn, day: DayHours, holiday: str | None = None) -> str:
    """Return the day with what makes it unlike others: 'on Thursday, November 26 (Thanksgiving Day)'."""
    on = turn.on(day.day)
    reason = day.reason.to(turn.lang) if day.reason else holiday
    return turn.words("utter_day_named", day=on, name=reason) if reason else on


def opens_next(turn: Turn, opening: OpenRange | None) -> None:
    """Say when it opens next, where that is known."""
    if opening is None:
        return
    day, at = opening.start.date(), turn.clock(opening.start)
    if day == turn.today:
        turn.say("utter_hours_next_today", time=at)
    else:
        turn.say("utter_hours_next", day=turn.on(day, brief=True), time=at)


def short_hours(turn: Turn, day: DayHours, *, why: bool) -> str:
    """Return the hours of a day in the few words of a table's cell, with the reason if they are special and `why`."""
    if day.state is HoursState.BY_APPOINTMENT and day.ranges:
        words = turn.words("utter_hours_by_appointment_range", hours=ranges(turn, day.ranges))
    elif day.state is HoursState.OPEN and day.ranges:
        words = ranges(turn, day.ranges)
    else:
        words = turn.words(f"utter_hours_short_{day.state}", text=day.text or "")
    reason = day.reason.to(turn.lang) if day.reason and why else None
    return turn.words("utter_hours_short_reason", hours=words, reason=reason) if reason else words


def short_state(turn: Turn, state: HoursNow) -> str:
    """Return 'Open until 6 PM', 'Closed; opens tomorrow at 9 AM'."""
    if state.state is HoursState.CLOSED and state.opens is not None:
        day = turn.on(state.opens.start.date(), brief=True)
        return turn.words("utter_hours_closed_until", day=day, time=turn.clock(state.opens.start))
    until = turn.clock(state.until) if state.until else ""
    return turn.words(f"utter_hours_state_{state.state}", until=until, text=state.today.text or "")
