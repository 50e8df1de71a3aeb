"""Answers when a branch or a service is open."""

from __future__ import annotations

from datetime import date, datetime, time

from actions.base import TopicAction, Turn
from actions.details import When
from actions.say import clock_time, day_beside, day_name, listed, short_day, times
from actions.sources import tell_source
from bot.knowledge.hours import DayHours, HoursNow, OpenRange
from bot.knowledge.library import BUILDING, Branch
from bot.knowledge.sources.base import HoursState

DAYS_MOST = 14  # a table longer than this is no answer


class ActionTellHours(TopicAction):
    """Answer when a branch is open: now, on a day, or over several days."""

    intent = "ask_hours"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_hours"

    async def answer(self, turn: Turn) -> None:
        """Choose between now, a moment, a day and a table of days."""
        span, branches, service = turn.details.span, turn.branches(), turn.details.service or BUILDING
        if span is None or span.is_moment:
            moment = turn.now if span is None else span.start
            states = [await turn.knowledge.hours.at(branch.id, moment, turn.now, service) for branch in branches]
            if len(branches) == 1:
                tell_moment(turn, branches[0], states[0], asked_now=span is None or moment <= turn.now)
            else:
                tell_moments(turn, branches, states, span)
            tell_source(turn, [state.today.source for state in states])
            return
        days = span.days[:DAYS_MOST]
        weeks = [
            await turn.knowledge.hours.days(branch.id, days[0], len(days), turn.now, service) for branch in branches
        ]
        if len(days) > 1:
            show_table(turn, branches, weeks, days)
        elif len(branches) == 1:
            await tell_day(turn, branches[0], weeks[0][0], span)
        else:
            tell_days(turn, branches, [week[0] for week in weeks], span)
        tell_source(turn, [day.source for week in weeks for day in week])


def tell_moment(turn: Turn, branch: Branch, state: HoursNow, *, asked_now: bool) -> None:
    """Say whether one branch is open at a moment, until when or from when."""
    today = turn.now.date()
    facts = {
        "place": place(turn, branch, state.today),
        "time": clock_time(state.moment, turn.lang),
        "day": day_beside(state.moment.date(), today, turn.lang, turn.wording),
        "hours": ranges(turn, state.today.ranges),
        "until": clock_time(state.until, turn.lang) if state.until else "",
        "text": state.today.text or "",
    } | turn.contact()
    moment = "now" if asked_now else "then"
    turn.say(f"utter_hours_{state.state}_{moment}", **facts)
    if state.today.special:
        say_reason(turn, state.today)
    if state.state is HoursState.CLOSED:
        say_next(turn, state.opens)


def tell_moments(turn: Turn, branches: list[Branch], states: list[HoursNow], span: When | None) -> None:
    """Show for several branches whether each is open at a moment."""
    moment = states[0].moment
    day = day_beside(moment.date(), turn.now.date(), turn.lang, turn.wording)
    open_now = [s for s in states if s.state in (HoursState.OPEN, HoursState.OPEN_24H, HoursState.BY_APPOINTMENT)]
    response = "utter_hours_all_now" if span is None else "utter_hours_all_then"
    if not open_now and all(state.state is HoursState.CLOSED for state in states):
        response = "utter_hours_all_closed_now" if span is None else "utter_hours_all_closed_then"
    turn.say(response, time=clock_time(moment, turn.lang), day=day)
    for reason in dict.fromkeys(state.today.reason for state in states if state.today.special):
        turn.say("utter_hours_special", reason=reason.to(turn.lang) if reason else "", day=day)
    rows = [
        [branch.name.to(turn.lang), short_state(turn, state), short_hours(turn, state.today)]
        for branch, state in zip(branches, states, strict=True)
    ]
    head = [turn.words(f"utter_hours_head_{name}") for name in ("branch", "state", "day")]
    turn.show({"type": "table", "caption": turn.words("utter_hours_caption_day", day=day), "head": head, "rows": rows})


async def tell_day(turn: Turn, branch: Branch, day: DayHours, span: When) -> None:
    """Say the hours of one branch on one day, and when it opens next if it is closed."""
    now_facts = await turn.knowledge.hours.at(branch.id, turn.now, turn.now, day.service_id)
    facts = {
        "place": place(turn, branch, day),
        "day": named_day(turn, day.day, span),
        "hours": ranges(turn, day.ranges),
        "reason": day.reason.to(turn.lang) if day.reason else "",
        "text": day.text or "",
    } | turn.contact()
    if day.state is HoursState.CLOSED and day.reason:
        turn.say("utter_hours_closed_for", **facts)
    else:
        turn.say(f"utter_hours_{day.state}_day", **facts)
        if day.special:
            say_reason(turn, day)
    if day.note:
        turn.say("utter_hours_note", note=day.note.to(turn.lang))
    if day.state is HoursState.CLOSED:
        end = datetime.combine(day.day, time.max, turn.now.tzinfo)
        opening = await turn.knowledge.hours.next_opening(branch.id, end, turn.now, day.service_id)
        say_next(turn, opening)
    elif day.day == turn.now.date() and day.ranges:
        turn.say(f"utter_hours_also_{'open' if not now_facts.opens else 'closed'}_now", **_now(turn, now_facts))


def tell_days(turn: Turn, branches: list[Branch], days: list[DayHours], span: When) -> None:
    """Show the hours of several branches on one day."""
    day = named_day(turn, days[0].day, span)
    reasons = {one.reason.to(turn.lang) for one in days if one.reason}
    if all(one.state is HoursState.CLOSED for one in days):
        response = "utter_hours_all_closed_for" if len(reasons) == 1 else "utter_hours_all_closed_day"
        turn.say(response, day=day, reason=next(iter(reasons), ""))
        return
    turn.say("utter_hours_all_day", day=day)
    for reason in sorted(reasons):
        turn.say("utter_hours_special", reason=reason, day=day)
    rows = [[b.name.to(turn.lang), short_hours(turn, one)] for b, one in zip(branches, days, strict=True)]
    head = [turn.words("utter_hours_head_branch"), turn.words("utter_hours_head_day")]
    turn.show({"type": "table", "caption": turn.words("utter_hours_caption_day", day=day), "head": head, "rows": rows})


def show_table(turn: Turn, branches: list[Branch], weeks: list[tuple[DayHours, ...]], days: list[date]) -> None:
    """Show several days, a column for each branch."""
    names = [branch.name.to(turn.lang) for branch in branches]
    first, last = (day_name(day, turn.lang, turn.now.date()) for day in (days[0], days[-1]))
    turn.say("utter_hours_days", places=listed(names, turn.lang), first=first, last=last)
    rows = [
        [short_day(day, turn.lang), *(short_hours(turn, week[place_]) for week in weeks)]
        for place_, day in enumerate(days)
    ]
    head = [turn.words("utter_hours_head_date"), *(names if len(names) > 1 else [turn.words("utter_hours_head_day")])]
    caption = turn.words("utter_hours_caption_days", places=listed(names, turn.lang))
    turn.show({"type": "table", "caption": caption, "head": head, "rows": rows})


def place(turn: Turn, branch: Branch, day: DayHours) -> str:
    """Name the branch, or the service in it."""
    name = branch.name.to(turn.lang)
    if day.service_id == BUILDING:
        return name
    return turn.words("utter_hours_service_at", service=day.service.to(turn.lang), branch=name)


def ranges(turn: Turn, openings: tuple[OpenRange, ...]) -> str:
    """Return '10 AM – 1 PM and 2 PM – 6 PM'; stretches by appointment are named as such."""
    said = []
    for one in openings:
        span = times(one.start, one.end, turn.lang)
        by_appointment = one.state is HoursState.BY_APPOINTMENT
        said.append(turn.words("utter_hours_by_appointment_range", hours=span) if by_appointment else span)
    return listed(said, turn.lang)


def short_hours(turn: Turn, day: DayHours) -> str:
    """Return the hours of a day in the few words of a table's cell."""
    if day.state in (HoursState.OPEN, HoursState.BY_APPOINTMENT) and day.ranges:
        words = ranges(turn, day.ranges)
    else:
        words = turn.words(f"utter_hours_short_{day.state}", text=day.text or "")
    reason = day.reason.to(turn.lang) if day.reason else None
    return turn.words("utter_hours_short_reason", hours=words, reason=reason) if reason else words


def short_state(turn: Turn, state: HoursNow) -> str:
    """Return 'Open until 6 PM', 'Closed, opens tomorrow at 9 AM'."""
    return turn.words(f"utter_hours_state_{state.state}{'_until' if state.until else ''}", **_now(turn, state))


def say_next(turn: Turn, opening: OpenRange | None) -> None:
    """Say when it opens next, where that is known."""
    if opening is not None:
        day = day_beside(opening.start.date(), turn.now.date(), turn.lang, turn.wording)
        turn.say("utter_hours_next", day=day, time=clock_time(opening.start, turn.lang))


def say_reason(turn: Turn, day: DayHours) -> None:
    """Say why the day is unlike its weekday."""
    on = day_beside(day.day, turn.now.date(), turn.lang, turn.wording)
    turn.say("utter_hours_special", reason=day.reason.to(turn.lang) if day.reason else "", day=on)


def named_day(turn: Turn, day: date, span: When) -> str:
    """Return the day as it is said: 'on Thanksgiving (Thursday, November 26)', 'today', 'on Sunday, November 22'."""
    if span.name:
        return turn.words("utter_day_holiday", name=span.name, day=day_name(day, turn.lang, turn.now.date()))
    return day_beside(day, turn.now.date(), turn.lang, turn.wording)


def _now(turn: Turn, state: HoursNow) -> dict[str, object]:
    opens = state.opens
    return {
        "until": clock_time(state.until, turn.lang) if state.until else "",
        "day": day_beside(opens.start.date(), turn.now.date(), turn.lang, turn.wording) if opens else "",
        "time": clock_time(opens.start, turn.lang) if opens else "",
        "text": state.today.text or "",
    }
