"""Figures and groups of the statistics in words and numbers as a director reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from aiohttp import web

from bot.channels.model import channel_name
from bot.statistics.hiding import Hidden, Shown
from bot.statistics.periods import Period
from bot.statistics.report import Figure, Measure, Unit
from bot.statistics.tables import Row, Table
from bot.web.desk.names import branch_name, language_name, topic_name
from bot.web.desk.suggestion_words import KINDS, STATUSES
from bot.web.desk.transcripts import RATINGS
from bot.web.keys import CLOCK, WORDING

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COLUMNS = {
    "talks": "Chats",
    "alone": "Assistant alone",
    "asked": "Asked for a person",
    "unmet": "Unmet",
    "lost": "Not understood",
    "messages": "Messages",
    "questions": "Questions",
    "ratings": "Ratings",
    "all": "All",
} | STATUSES
FIRST_COLUMNS = {
    "days": "Day",
    "hours": "Weekday and hour",
    "requests": "Weekday and hour",
    "topics": "Topic",
    "unanswered": "Question",
    "branches": "Branch",
    "languages": "Language",
    "channels": "Channel",
    "ratings": "Rating",
    "thumbs": "Rating",
    "suggestions": "Kind",
}
NONE = "–"


def number(value: float) -> str:
    """Return a whole number: 2,000."""
    return f"{value:,.0f}"


def percent(share: float | None) -> str:
    """Return a share: 77%, 6.5%; one decimal below ten."""
    if share is None:
        return NONE
    return f"{share:.0%}" if share >= 0.0995 or share == 0 else f"{share:.1%}"


def seconds(value: float | None) -> str:
    """Return a time of waiting: 30 s, 1 min 48 s, 2 h 5 min."""
    if value is None:
        return NONE
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    minutes, left = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {left} s" if left else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def measured(unit: Unit, measure: Measure) -> str:
    """Return a value in its unit."""
    if unit is Unit.SHARE:
        return percent(measure.share)
    if unit is Unit.SECONDS:
        return seconds(measure.value)
    return NONE if measure.value is None else number(measure.value)


def change(figure: Figure) -> str:
    """Return how a figure changed from the period before, or nothing where that cannot be said."""
    if figure.change is None or figure.before is None:
        return ""
    sign = "+" if figure.change > 0 else "−" if figure.change < 0 else "±"
    size = abs(figure.change)
    if figure.unit is Unit.SHARE:
        by = f"{size * 100:.1f} points"
    else:
        by = seconds(size) if figure.unit is Unit.SECONDS else f"{size:.0%}"
    return f"{sign}{by} from {measured(figure.unit, figure.before)}"


def cell(value: Shown) -> str:
    """Return a count of a table."""
    return value.value if isinstance(value, Hidden) else number(value)


def hour_words(hour: int) -> str:
    """Return an hour of the day: 9 AM, 12 PM."""
    return f"{(hour + 11) % 12 + 1} {'AM' if hour % 24 < 12 else 'PM'}"


def day_words(day: date, today: date) -> str:
    """Return a day as other pages show it: Nov 21, of another year Nov 21, 2025."""
    return f"{day:%b} {day.day}" + ("" if day.year == today.year else f", {day.year}")


def period_words(period: Period, today: date) -> str:
    """Return the first and the last day of a period: Oct 23 – Nov 21."""
    if period.first == period.last:
        return day_words(period.first, today)
    return f"{day_words(period.first, today)} – {day_words(period.last, today)}"


def part_of(key: str) -> Period:
    """Return the days that a row of the table by day is about."""
    first, last = (date.fromisoformat(day) for day in key.split("/"))
    return Period(first, last)


def place_of(key: str) -> tuple[int, int, int]:
    """Return weekday (0: Monday), first hour, and the hour after the last, of a row of a table by hour."""
    weekday, start, end = (int(part) for part in key.split("-"))
    return weekday, start, end


def labels(app: web.Application, table: Table) -> Callable[[Row], str]:
    """Return the function that names a row of a table."""
    today = app[CLOCK].now().date()

    def hour(row: Row) -> str:
        weekday, start, end = place_of(row.key)
        return f"{WEEKDAYS[weekday]}, {hour_words(start)}" + (f" – {hour_words(end)}" if end > start + 1 else "")

    named: dict[str, Callable[[Row], str]] = {
        "days": lambda row: period_words(part_of(row.key), today),
        "hours": hour,
        "requests": hour,
        "topics": lambda row: topic_name(app[WORDING], row.key),
        "unanswered": lambda row: row.text,
        "branches": lambda row: branch_name(app, row.key) or "No branch’s page",
        "languages": lambda row: language_name(row.key),
        "channels": lambda row: channel_name(row.key),
        "ratings": lambda row: RATINGS[row.key],
        "thumbs": lambda row: RATINGS[row.key],
        "suggestions": lambda row: KINDS.get(row.key, row.key.capitalize()),
    }
    return named[table.name]


def iso_day(moment: datetime) -> str:
    """Return the day of a moment for the name of a file."""
    return moment.date().isoformat()


def told(rows: list[tuple[str, Any]], most: int = 3) -> str:
    """Return what somebody hears who cannot see a chart: its largest numbers, and where the others are."""
    largest = sorted((row for row in rows if isinstance(row[1], int)), key=lambda row: -row[1])[:most]
    words = "; ".join(f"{label}: {number(count)}" for label, count in largest if count)
    return f"Largest: {words}. All numbers are in the table below." if words else "There is nothing to show."
