"""Every figure equals a count by hand over a month of 2,000 talks, on both databases."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from bot.statistics.definitions import FIGURES, TABLES
from bot.statistics.hiding import LEAST, Hidden, shown
from bot.statistics.hours import DeskHours
from bot.statistics.periods import LocalTime, Period, bins, day_name, last_days
from bot.statistics.report import Report, Unit, report
from bot.storage.engine import Database
from bot.storage.models import message
from tests.unit.a_month import BEFORE, MONTH, NOW, TALKS, ZONE, a_month, desk_hours, store
from tests.unit.by_hand import ByHand

WHOLE = a_month()
HAND = ByHand(WHOLE, MONTH.first, MONTH.last)
EARLIER = ByHand(WHOLE, BEFORE.first, BEFORE.last)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await store(database, WHOLE)
    yield database
    await database.close()


async def made(database: Database, period: Period = MONTH) -> Report:
    return await report(database, period, ZONE, NOW, desk_hours(period, period.before))


async def test_every_figure_equals_the_count_by_hand(database: Database) -> None:
    found = await made(database)
    counted = {name: (figure.now.value, figure.now.of) for name, figure in found.figures.items()}
    assert set(counted) == set(FIGURES)
    for name, (value, of) in HAND.figures().items():
        assert counted[name] == (pytest.approx(value), of), name
        before = found.figures[name].before
        assert before is not None
        assert (before.value, before.of) == (pytest.approx(EARLIER.figures()[name][0]), EARLIER.figures()[name][1]), (
            name
        )


async def test_every_table_equals_the_count_by_hand(database: Database) -> None:
    found = await made(database)
    days = {figure: HAND.by_day(figure) for figure in ("talks", "asked", "unmet")}
    for column, counted in days.items():
        keys = [f"{day}/{day}" for day in MONTH.days]
        told = dict(zip(keys, shown([counted[day] for day in MONTH.days]), strict=True))
        assert column_of(found, "days", column) == told, column
    for table, column in (("hours", "talks"), ("requests", "asked"), ("requests", "unmet")):
        by_hour, here = HAND.by_hour(column), column_of(found, table, column)
        parts = sorted({tuple(int(part) for part in key.split("-")[1:]) for key in here})
        assert sum(by_hour[day, hour] for day in range(7) for start, end in parts for hour in range(start, end)) == sum(
            by_hour.values()
        )
        for weekday in range(7):
            told = shown([sum(by_hour[weekday, hour] for hour in range(*part)) for part in parts])
            assert [here[f"{weekday}-{start:02}-{end:02}"] for start, end in parts] == told, (column, weekday)
    assert {row.key[2:] for row in found.tables["hours"].rows} >= {"09-10", "23-24"}
    assert {row.key[2:] for row in found.tables["requests"].rows} >= {
        "10-12",
        "12-14",
    }  # of single hours most are small
    for table, part in (("branches", "branch"), ("languages", "lang"), ("channels", "channel")):
        by = HAND.by(part)
        groups = sorted(set().union(*by.values()))
        small = {key for key in groups if not isinstance(column_of(found, table, "talks")[key], int)}
        for column, counts in by.items():
            told = dict(zip(groups, shown([counts.get(key, 0) for key in groups]), strict=True))
            told |= {key: Hidden.WITH_IT for key in small if column != "talks"}
            assert column_of(found, table, column) == told, (table, column)
    assert column_of(found, "topics", "messages") == dict(HAND.topics())
    assert {row.text: row.cells[0] for row in found.tables["unanswered"].rows} == {
        question: count for question, count in HAND.gaps().items() if count >= LEAST
    }
    assert found.gaps_small == sum(count < LEAST for count in HAND.gaps().values()) == 1
    rated = column_of(found, "ratings", "ratings") | column_of(found, "thumbs", "ratings")
    assert rated == dict(HAND.ratings())
    first_days = sorted((day.isoformat(), name) for name, day in HAND.models().items())
    assert found.models == tuple(first_days[1:])  # the first one answered in the month before, too


async def test_suggestions_are_counted_by_kind_and_by_what_became_of_the_first(database: Database) -> None:
    table = (await made(database)).tables["suggestions"]
    by_hand = HAND.suggestions()
    for row in table.rows:
        counts = [by_hand[row.key, state] for state in table.columns[1:]]
        if isinstance(row.cells[0], int):
            assert row.cells == (sum(counts), *shown(counts))
        else:
            assert sum(counts) < LEAST or row.cells[0] is Hidden.WITH_IT
            assert not any(isinstance(cell, int) for cell in row.cells)
    assert {row.key for row in table.rows} == {kind for kind, _ in by_hand}


@pytest.mark.parametrize("days", [1, 7, 30])
async def test_other_stretches_of_days_are_counted_alike(database: Database, days: int) -> None:
    period = last_days(days, NOW.date())
    hand = ByHand(WHOLE, period.first, period.last).figures()
    found = await made(database, period)
    exact = [name for name, figure in found.figures.items() if figure.unit is not Unit.SECONDS and name != "helped"]
    assert {name: found.figures[name].now.value for name in exact} == {name: hand[name][0] for name in exact}


async def test_waits_of_fewer_than_five_are_not_told(database: Database) -> None:
    hidden = 0
    for day in MONTH.days[-10:]:
        hand = ByHand(WHOLE, day, day)
        found = await made(database, Period(day, day))
        for name, waits in zip(("wait", "reply"), hand.waits(), strict=True):
            assert (found.figures[name].now.value is None) == (len(waits) < LEAST)
            hidden += len(waits) < LEAST
    assert hidden


def column_of(found: Report, table: str, column: str) -> dict[str, object]:
    shown_table = found.tables[table]
    return dict(zip([row.key for row in shown_table.rows], shown_table.column(column), strict=True))


async def test_no_table_tells_a_small_group_nor_lets_it_be_worked_out(database: Database) -> None:
    for days in (3, 7, 30):
        found = await made(database, last_days(days, NOW.date()))
        for table in found.tables.values():
            cells = [cell for row in table.rows for cell in row.cells]
            assert not [cell for cell in cells if isinstance(cell, int) and 0 < cell < LEAST], table.name
        assert any(isinstance(cell, Hidden) for row in found.tables["days"].rows for cell in row.cells)


def test_hidden_counts_cannot_be_worked_out_from_the_total() -> None:
    for size in (1, 2, 3, 4):
        for groups in itertools.product(range(9), repeat=size):
            told = shown(groups)
            assert all(
                count == cell or (isinstance(cell, Hidden) and (count < LEAST) == (cell is Hidden.SMALL))
                for count, cell in zip(groups, told, strict=True)
            )
            assert not any(isinstance(cell, int) and 0 < cell < LEAST for cell in told)
            small = [count for count, cell in zip(groups, told, strict=True) if cell is Hidden.SMALL]
            others = [count for count, cell in zip(groups, told, strict=True) if cell is Hidden.WITH_IT]
            if len(small) + len(others) < size:  # else there is nothing left to hide it behind
                assert possible(len(small), len(others), sum(small) + sum(others)) != 1, groups


def possible(small: int, others: int, whole: int) -> int:
    """Return how many values the first of the small counts may have, for all that a reader knows."""
    if small == 0:
        return 0
    left = [whole - first for first in range(LEAST)]
    most = (LEAST - 1) * (small - 1)
    return sum(LEAST * others <= rest and (others > 0 or rest <= most) for rest in left if rest >= 0)


async def test_local_days_and_half_hours_are_told_alike_by_both_databases(database: Database) -> None:
    since, until = MONTH.before.moments(ZONE)[0], MONTH.moments(ZONE)[1]
    local = LocalTime(ZONE, since, until)
    query = sa.select(message.c.at, local.day(message.c.at), local.slot(message.c.at))
    async with database.read() as db:
        rows = (await db.execute(query.where(message.c.at.between(since, until - 1)))).all()
    assert len(rows) > 10_000
    for at, day, slot in rows:
        here = datetime.fromtimestamp(at, ZONE)
        assert (day_name(day), slot) == (here.date().isoformat(), here.hour * 2 + here.minute // 30)


def test_long_stretches_are_shown_by_week_and_by_month() -> None:
    year = Period(date(2025, 11, 22), date(2026, 11, 21))
    assert [len(bins(last_days(count, NOW.date()))) for count in (7, 90, 92)] == [7, 90, 92]
    weeks = bins(year)
    assert len(weeks) == 53 and all(part.first.weekday() == 0 for part in weeks[1:])
    months = bins(Period(date(2025, 1, 15), date(2026, 11, 21)))
    assert [months[0].first, months[0].last, months[1].first] == [
        date(2025, 1, 15),
        date(2025, 1, 31),
        date(2025, 2, 1),
    ]
    for parts in (weeks, months):
        assert sum(len(part.days) for part in parts) == (parts[-1].last - parts[0].first).days + 1


def test_weekdays_of_a_desk_are_open_when_most_of_their_days_are() -> None:
    week = desk_hours(MONTH).week(MONTH.days)
    assert week[0, 10] and week[6, 16] and not week[6, 17] and not week[2, 9]
    assert week[2, 12]  # closed on one Wednesday of four
    assert DeskHours(frozenset(), frozenset()).week(MONTH.days) == {}


def test_every_figure_and_table_has_its_definition_in_one_sentence() -> None:
    for one in (*FIGURES.values(), *TABLES.values()):
        assert one.title and one.sentence.endswith(".")
        assert len(one.sentence) < 240


async def test_report_of_a_month_is_quick(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    took = []
    for _ in range(7):
        began = time.perf_counter()
        found = await made(database)
        took.append(time.perf_counter() - began)
    assert found.figures["talks"].now.value == TALKS
    with capsys.disabled():
        print(f" [{database.engine.dialect.name}: {sorted(took)[3] * 1000:.0f} ms]", end="")
