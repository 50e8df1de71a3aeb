"""Hours of several places or several days, as one sentence and a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.base import Turn
from actions.details import When
from actions.hours_words import short_hours, short_state, unlike_its_weekday, yes_or_no
from actions.places import Place
from bot.knowledge.hours import DayHours, HoursNow
from bot.knowledge.library import BUILDING
from bot.knowledge.sources.base import HoursState
from bot.say import listed, short_day

OPEN = (HoursState.OPEN, HoursState.OPEN_24H)


def show_one_day(
    turn: Turn,
    here: list[Place],
    days: list[DayHours],
    *,
    states: Sequence[HoursNow] = (),
    span: When | None = None,
) -> None:
    """Say which of several places are open on a day (or, with `states`, at a moment) and show the hours of each."""
    reasons = {one.reason.to(turn.lang) if one.reason else "" for one in days}
    alike = len(reasons) == 1
    holiday = span.name if span else None
    day = unlike_its_weekday(turn, days[0], holiday) if alike else turn.on(days[0].day)
    when = "day" if not states else "now" if states[0].moment <= turn.now else "then"
    found = [one.state for one in (states or days)]
    facts = {"day": day, "time": turn.clock(states[0].moment) if states else ""}
    _say_which(turn, here, found, when, facts)
    shut = all(state is HoursState.CLOSED for state in found)
    if shut and not states:
        return
    rows = [
        [place.name(turn.lang), short_hours(turn, one, why=not alike)] for place, one in zip(here, days, strict=True)
    ]
    head = [turn.words("utter_hours_head_branch"), turn.words("utter_hours_head_day")]
    if states:
        head.append(turn.words("utter_hours_head_state"))
        rows = [[*row, short_state(turn, state)] for row, state in zip(rows, states, strict=True)]
    turn.show({"type": "table", "caption": turn.words("utter_hours_caption_day", day=day), "head": head, "rows": rows})


def _say_which(turn: Turn, here: list[Place], found: Sequence[HoursState], when: str, facts: dict[str, str]) -> None:
    """Say in a sentence which places are open."""
    if here[0].point.id != BUILDING:
        turn.say(f"utter_hours_service_{when}", service=here[0].point.name.to(turn.lang), **facts)
    elif len(set(found)) == 1 and found[0] in (HoursState.OPEN, HoursState.CLOSED):
        turn.say(f"utter_hours_all_{found[0]}_{when}", answer=yes_or_no(turn, found[0]), **facts)
    elif any(state in OPEN for state in found):
        names = [place.in_sentence(turn) for place, state in zip(here, found, strict=True) if state in OPEN]
        turn.say(f"utter_hours_some_{when}", places=listed(names, turn.lang), **facts)
    else:
        turn.say(f"utter_hours_each_{when}", **facts)


def show_days(turn: Turn, here: list[Place], weeks: list[tuple[DayHours, ...]], days: list[date]) -> None:
    """Show several days, a column for each place."""
    names = [place.name(turn.lang) for place in here]
    said = listed([place.in_sentence(turn) for place in here], turn.lang)
    turn.say("utter_hours_days", places=said, first=turn.to(days[0]), last=turn.to(days[-1]))
    rows = [
        [short_day(day, turn.lang), *(short_hours(turn, week[place], why=True) for week in weeks)]
        for place, day in enumerate(days)
    ]
    head = [turn.words("utter_hours_head_date"), *(names if len(names) > 1 else [turn.words("utter_hours_head_day")])]
    caption = turn.words("utter_hours_caption_days", places=said)
    turn.show({"type": "table", "caption": caption, "head": head, "rows": rows})
