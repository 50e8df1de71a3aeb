"""The page of statistics, and each of its tables as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.statistics.daily import oldest
from bot.statistics.definitions import FIGURES, TABLES
from bot.statistics.periods import Period, last_days
from bot.statistics.report import Figure, Report, Unit, report
from bot.web import keys
from bot.web.desk import audit, guard, statistics_words
from bot.web.desk.errors import NotThere
from bot.web.desk.exports import safe
from bot.web.desk.render import page
from bot.web.desk.sessions import Role
from bot.web.desk.statistics_charts import charts
from bot.web.desk.statistics_words import (
    COLUMNS,
    FIRST_COLUMNS,
    cell,
    change,
    labels,
    measured,
    part_of,
    period_words,
    place_of,
)
from bot.web.desk_hours import desk_hours

RANGES = (7, 30, 90)
USUAL = 30


@dataclass(frozen=True)
class Asked:
    """The period that the address asks for, and how it was asked: the last so many days, or own dates (none)."""

    period: Period
    days: int | None

    @property
    def query(self) -> str:
        """The period as a part of an address."""
        if self.days is not None:
            return urlencode({"days": self.days})
        return urlencode({"from": self.period.first.isoformat(), "to": self.period.last.isoformat()})


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/statistics", show, role=Role.REVIEWER)
    guard.add(app, "GET", "/desk/statistics.csv", as_csv, role=Role.REVIEWER)


def asked_of(request: web.Request) -> Asked:
    """Return what the address asks for; what makes no sense is left out."""
    today = _today(request)
    days = request.query.get("days", "")
    if days in [str(one) for one in RANGES]:
        return Asked(last_days(int(days), today), int(days))
    first, last = _day(request.query.get("from", "")), _day(request.query.get("to", ""))
    if first is None and last is None:
        return Asked(last_days(USUAL, today), USUAL)
    last = min(last or today, today)
    first = first or last - timedelta(days=USUAL - 1)
    first, last = min(first, last), max(first, last)
    return Asked(Period(max(first, oldest(today)), max(last, oldest(today))), None)


async def show(request: web.Request) -> web.Response:
    """Show the figures of a period."""
    asked = asked_of(request)
    made = await _report(request, asked)
    today = _today(request)
    return await page(
        request,
        "statistics.html",
        asked=asked,
        ranges=RANGES,
        first=asked.period.first.isoformat(),
        last=asked.period.last.isoformat(),
        oldest=oldest(today).isoformat(),
        today=today.isoformat(),
        words=period_words(asked.period, today),
        before=period_words(asked.period.before, today),
        days=len(asked.period.days),
        figures={name: _told(figure) for name, figure in made.figures.items()},
        tables={name: _table(request, made, name, asked) for name in TABLES},
        charts=charts(request.app, made),
        report=made,
        compared=made.figures["talks"].before is not None,
        retention=request.app[keys.SETTINGS].retention_days,
    )


async def as_csv(request: web.Request) -> web.Response:
    """Send one table as a file."""
    name = request.query.get("table", "")
    if name not in TABLES:
        raise NotThere
    asked = asked_of(request)
    made = await _report(request, asked)
    first, last, now = asked.period.first.isoformat(), asked.period.last.isoformat(), request.app[keys.CLOCK].now()
    async with request.app[keys.DATABASE].write() as db:
        who = request[guard.STAFF]
        await audit.record(db, who, "export_statistics", at=now.timestamp(), table=name, **{"from": first, "to": last})
    out = io.StringIO()
    lines = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in _lines(request, made, name):
        lines.writerow([safe(value) for value in row])
    # The mark in front tells spreadsheets that it is UTF-8.
    response = web.Response(text="\ufeff" + out.getvalue(), content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{first}-{last}.csv"'
    return response


async def _report(request: web.Request, asked: Asked) -> Report:
    app, period = request.app, asked.period
    hours = await desk_hours(app, Period(period.before.first, period.last))
    return await report(app[keys.DATABASE], period, app[keys.KNOWLEDGE].library.zone, app[keys.CLOCK].now(), hours)


def _told(figure: Figure) -> dict[str, Any]:
    """Return a figure as the page shows it."""
    now = figure.now
    of = f"{now.value:,.0f} of {now.of:,}" if figure.unit is Unit.SHARE and now.value is not None and now.of else ""
    return {
        "title": figure.definition.title,
        "sentence": figure.definition.sentence,
        "value": measured(figure.unit, now),
        "of": of,
        "count": statistics_words.number(now.value) if now.value is not None else statistics_words.NONE,
        "change": change(figure),
    }


def _table(request: web.Request, made: Report, name: str, asked: Asked) -> dict[str, Any]:
    """Return a table as the page shows it."""
    definition = TABLES[name]
    shown: dict[str, Any] = {"name": name, "title": definition.title, "sentence": definition.sentence}
    shown["file"] = f"/desk/statistics.csv?table={name}&{asked.query}"
    if name in made.tables:
        table = made.tables[name]
        label = labels(request.app, table)
        shown["head"] = [FIRST_COLUMNS[name], *(COLUMNS.get(column, column.capitalize()) for column in table.columns)]
        shown["rows"] = [
            {"label": label(row), "cells": [cell(value) for value in row.cells], "lang": row.lang, "key": row.key}
            for row in table.rows
        ]
    return shown


def _lines(request: web.Request, made: Report, name: str) -> list[Sequence[Any]]:
    """Return a table as the lines of a file, its head first."""
    if name == "figures":
        return [
            ("Figure", "Value", "Of", "Share", "Before", "Before of", "Before share", "Unit", "Definition"),
            *(_figure_line(figure) for figure in made.figures.values()),
        ]
    if name == "models":
        return [("Model", "First day"), *((model, day) for day, model in made.models)]
    table = made.tables[name]
    label, columns = labels(request.app, table), [COLUMNS.get(one, one.capitalize()) for one in table.columns]
    cells = [[value if isinstance(value, int) else value.value for value in row.cells] for row in table.rows]
    if name == "days":
        parts = [part_of(row.key) for row in table.rows]
        named = [[part.first.isoformat(), part.last.isoformat()] for part in parts]
        return [("From", "To", *columns), *([*day, *row] for day, row in zip(named, cells, strict=True))]
    if name in ("hours", "requests"):
        places = [place_of(row.key) for row in table.rows]
        block = places[0][2] - places[0][1] if places else 1
        week, words = made.desk.week(made.period.days, block), {True: "open", False: "closed", None: "not known"}
        rows = [
            [statistics_words.WEEKDAYS[day], start, end, *row, words[week.get((day, start))]]
            for (day, start, end), row in zip(places, cells, strict=True)
        ]
        return [("Weekday", "From hour", "To hour", *columns, "Desk"), *rows]
    return [(FIRST_COLUMNS[name], *columns), *([label(one), *row] for one, row in zip(table.rows, cells, strict=True))]


def _figure_line(figure: Figure) -> Sequence[Any]:
    now, before = figure.now, figure.before
    shares = [measure.share if measure is not None else None for measure in (now, before)]
    was = (before.value, before.of) if before is not None else (None, None)
    told = [None if share is None else round(share, 4) for share in shares]
    unit = {Unit.COUNT: "count", Unit.SHARE: "count", Unit.SECONDS: "seconds"}[figure.unit]
    values = [_plain(value) for value in (now.value, now.of, told[0], *was, told[1])]
    return (FIGURES[figure.name].title, *values, unit, FIGURES[figure.name].sentence)


def _plain(value: float | None) -> Any:
    if value is None:
        return ""
    return int(value) if float(value).is_integer() else round(value, 4)


def _today(request: web.Request) -> date:
    return request.app[keys.CLOCK].now().astimezone(request.app[keys.KNOWLEDGE].library.zone).date()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
