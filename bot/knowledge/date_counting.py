"""Counting days: the weekday, week, month or date that is meant, seen from a reference day.

Every function returns the first day and the day after the last, or None where there is no such day.
"""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
Days = tuple[date, date]


def real_day(year: int, month: int, day: int) -> date | None:
    """Return the date, or None if the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def one_day(day: date | None) -> Days | None:
    """Return the span of one day."""
    return None if day is None else (day, day + DAY)


def is_near(year: int, ref: date) -> bool:
    """Tell whether patrons may mean that year: 1984 is a book."""
    return ref.year - 1 <= year <= ref.year + 5


def dated_day(ref: date, month: int, day: int, year: int | None) -> Days | None:
    """Return the next such date, today included; with a year, that very date if patrons may mean it."""
    if year is not None:
        return one_day(real_day(year, month, day)) if is_near(year, ref) else None
    years = (real_day(one, month, day) for one in range(ref.year, ref.year + 9))
    return one_day(next((one for one in years if one is not None and one >= ref), None))


def day_of_month(ref: date, day: int, months: int | None = None) -> Days | None:
    """Return the next day of that number; with `months`, the one in the month that many months on."""
    for ahead in range(0, 13) if months is None else (months,):
        first = month_after(ref, ahead)
        found = real_day(first.year, first.month, day)
        if found is not None and (months is not None or found >= ref):
            return one_day(found)
    return None


def month_after(ref: date, months: int) -> date:
    """Return the first day of the month that many months after that of `ref`."""
    count = ref.year * 12 + ref.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def named_month(ref: date, month: int, year: int | None, which: str = "") -> Days | None:
    """Return the month of that number: the one that runs or comes next, or with `which` "last" the one before."""
    if year is None:
        year = ref.year + (month < ref.month)
        if which == "last":
            year = ref.year - (month >= ref.month)
    if not is_near(year, ref):
        return None
    first = date(year, month, 1)
    return from_today_on(first, month_after(first, 1), ref)


def months_ahead(ref: date, months: int) -> Days:
    """Return the calendar month that many months on."""
    first = month_after(ref, months)
    return from_today_on(first, month_after(first, 1), ref)


def from_today_on(first: date, end: date, ref: date) -> Days:
    """Let a span that has begun start on the reference day: what is over does not matter to a patron."""
    return (ref if first <= ref < end else first, end)


def whole_week(ref: date, weeks: int) -> Days:
    """Return the week (Monday to Sunday) that many weeks on."""
    monday = ref - DAY * ref.weekday()
    if weeks == 0 and ref.weekday() == 6:
        return ref, ref + WEEK  # On a Sunday "this week" is the one that lies ahead.
    return from_today_on(monday + WEEK * weeks, monday + WEEK * (weeks + 1), ref)


def whole_weekend(ref: date, weeks: int) -> Days:
    """Return the weekend that many weeks on."""
    saturday = ref - DAY * ref.weekday() + DAY * 5 + WEEK * weeks
    return from_today_on(saturday, saturday + 2 * DAY, ref)


def working_days(ref: date) -> Days:
    """Return Monday to Friday of this week, or of the next from Saturday on."""
    monday = ref - DAY * ref.weekday() + (WEEK if ref.weekday() > 4 else 0 * DAY)
    return from_today_on(monday, monday + 5 * DAY, ref)


def named_weekday(ref: date, weekday: int, how: str) -> Days:
    """Return the weekday that is meant; "next Tuesday" is that of next week, "el martes que viene" the coming one."""
    ahead = (weekday - ref.weekday()) % 7
    if how == "next week":
        return one_day(ref - DAY * ref.weekday() + WEEK + DAY * weekday) or (ref, ref)
    if how == "after next":
        return one_day(ref - DAY * ref.weekday() + WEEK * 2 + DAY * weekday) or (ref, ref)
    if how == "coming":
        ahead = ahead or 7
    if how == "last":
        ahead = ahead - 7
    return ref + DAY * ahead, ref + DAY * (ahead + 1)


def nth_weekday(start: date, count: int, weekday: int) -> Days | None:
    """Return the `count`-th such weekday of the month that begins on `start` (the last one for -1)."""
    end = month_after(start, 1)
    all_days = [start + DAY * n for n in range((end - start).days) if (start + DAY * n).weekday() == weekday]
    index = count - 1 if count > 0 else -1
    return one_day(all_days[index]) if index < len(all_days) else None
