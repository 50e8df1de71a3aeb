"""Which charts the page of statistics has, and what is told of each to whoever cannot see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.statistics.hiding import Shown
from bot.statistics.report import Report
from bot.statistics.tables import Table
from bot.web.desk import charts as drawn
from bot.web.desk.statistics_words import (
    WEEKDAYS,
    cell,
    day_words,
    hour_words,
    labels,
    part_of,
    period_words,
    place_of,
    told,
)
from bot.web.keys import CLOCK

TOPICS = 10


def charts(app: web.Application, made: Report) -> dict[str, dict[str, Any]]:
    """Return every chart by name: what it is made of, its title, and its words."""
    return {
        "topics": _bars(app, made.tables["topics"], "messages", TOPICS),
        "branches": _bars(app, made.tables["branches"], "talks"),
        "languages": _bars(app, made.tables["languages"], "talks"),
        "channels": _bars(app, made.tables["channels"], "talks"),
        "ratings": _bars(app, made.tables["ratings"], "ratings"),
        "thumbs": _bars(app, made.tables["thumbs"], "ratings"),
        "suggestions": _bars(app, made.tables["suggestions"], "all"),
        "days": _days(app, made),
        "hours": _hours(app, made, "hours"),
        "requests": _hours(app, made, "requests"),
    }


def _bars(app: web.Application, table: Table, column: str, most: int | None = None) -> dict[str, Any]:
    label = labels(app, table)
    rows = [(label(row), count) for row, count in zip(table.rows, table.column(column), strict=True)][:most]
    chart = drawn.bars([(name, cell(count), count) for name, count in rows])
    more = len(table.rows) - len(rows)
    return {"chart": chart, "title": table.definition.title, "told": told(rows), "empty": not rows, "more": more}


def _days(app: web.Application, made: Report) -> dict[str, Any]:
    table, today = made.tables["days"], app[CLOCK].now().date()
    parts = [part_of(row.key) for row in table.rows]
    names = [period_words(part, today) for part in parts]
    models: dict[int, list[str]] = defaultdict(list)
    for day, model in made.models:
        models[next(place for place, part in enumerate(parts) if day <= part.last.isoformat())].append(model)
    marks = [(place, str(number)) for number, place in enumerate(models, 1)]
    counts = table.column("talks")
    return {
        "chart": drawn.time_line(counts, [day_words(part.first, today) for part in parts], marks),
        "title": "Chats by day" if len(parts) == len(made.period.days) else "Chats over time",
        "told": told(list(zip(names, counts, strict=True))),
        "marks": [(names[place], found) for place, found in models.items()],
    }


def _hours(app: web.Application, made: Report, name: str) -> dict[str, Any]:
    table = made.tables[name]
    label, counts = labels(app, table), table.column(table.columns[0])
    parts = sorted({place_of(row.key)[1:] for row in table.rows})
    shown = {place_of(row.key): count for row, count in zip(table.rows, counts, strict=True)}
    grid: Sequence[Sequence[Shown]] = [[shown[(day, *part)] for part in parts] for day in range(7)]
    block = parts[0][1] - parts[0][0] if parts else 1
    opened = made.desk.week(made.period.days, block)
    shut = [[opened.get((day, start)) is False for start, _ in parts] for day in range(7)]
    hours = [hour_words(start) for start, _ in parts]
    return {
        "chart": drawn.heat_map(grid, [day[:3] for day in WEEKDAYS], hours, shut),
        "title": table.definition.title,
        "told": told([(label(row), count) for row, count in zip(table.rows, counts, strict=True)]),
        "empty": not parts,
        "block": block,
    }
