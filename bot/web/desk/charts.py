"""The geometry of charts: numbers become places. pages/charts.html draws them as SVG, in the page's own colours.

Sideways everything is a share of the width, so that a chart fits a phone and a sheet of paper; downwards it is pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.statistics.hiding import Hidden, Shown

ROW = 46  # pixels from one bar to the next
TOP, HEIGHT, BOTTOM = 34, 190, 26  # of a time line: room for the marks, the columns, the days
CELL = 28
FEW = 7  # columns, each broad enough for its day's name
STUB = 5.0  # what a hidden count is drawn as: as if it were so many, hatched
STEPS = (0.12, 0.3, 0.5, 0.75)  # of the largest number: where a darker shade begins


@dataclass(frozen=True)
class Bar:
    """A bar that lies: its label, what stands at its end, and its length as a share of the longest, in hundredths."""

    label: str
    value: str
    width: float
    hidden: bool
    y: int


@dataclass(frozen=True)
class Bars:
    """Bars, the one below the other."""

    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True)
class Column:
    """A column of a time line: hundredths of the width, pixels downwards."""

    x: float
    width: float
    y: float
    height: float
    hidden: bool


@dataclass(frozen=True)
class Mark:
    """A word at a place of an axis, or a number at a place of the time line; `spare`: left out where it is narrow."""

    x: float
    text: str
    anchor: str = "middle"
    spare: bool = False


@dataclass(frozen=True)
class TimeLine:
    """Columns over time, lines at round numbers (pixels downwards), days below, and what began when."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, str], ...]
    days: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    height: int


@dataclass(frozen=True)
class Cell:
    """A cell of a heat map: hundredths of the width, pixels downwards, its shade from 0 to 5."""

    x: float
    y: int
    shade: int
    text: str
    closed: bool


@dataclass(frozen=True)
class HeatMap:
    """Weekdays side by side, hours below each other."""

    cells: tuple[Cell, ...]
    days: tuple[Mark, ...]
    hours: tuple[tuple[int, str], ...]
    width: float
    height: int


def bars(rows: Sequence[tuple[str, str, Shown]]) -> Bars:
    """Return bars of (label, words at its end, count)."""
    most = max([count for _, _, count in rows if isinstance(count, int)], default=0)
    made = [
        Bar(label, value, _share(count, most) * 100, isinstance(count, Hidden), place * ROW)
        for place, (label, value, count) in enumerate(rows)
    ]
    return Bars(tuple(made), len(rows) * ROW)


def time_line(counts: Sequence[Shown], names: Sequence[str], marks: Sequence[tuple[int, str]]) -> TimeLine:
    """Return a time line; `names` are those of its columns, `marks` (number of the column, words)."""
    step = 100 / max(1, len(counts))
    most = round_up(max([count for count in counts if isinstance(count, int)], default=0))
    columns = []
    for place, count in enumerate(counts):
        height = _share(count, most) * HEIGHT
        hidden = isinstance(count, Hidden)
        columns.append(Column(place * step + step * 0.12, step * 0.76, TOP + HEIGHT - height, height, hidden))
    lines = [(TOP + HEIGHT - HEIGHT * part / 2, f"{most * part // 2:,}") for part in (0, 1, 2)]
    return TimeLine(
        tuple(columns),
        tuple(lines),
        tuple(_days(names, step)),
        tuple(Mark((place + 0.5) * step, text) for place, text in marks),
        TOP + HEIGHT + BOTTOM,
    )


def heat_map(
    counts: Sequence[Sequence[Shown]], days: Sequence[str], hours: Sequence[str], closed: Sequence[Sequence[bool]]
) -> HeatMap:
    """Return a heat map of counts by day and hour."""
    step = 100 / len(days)
    most = max([count for column in counts for count in column if isinstance(count, int)], default=0)
    cells = [
        Cell(day * step, TOP + hour * CELL, _shade(count, most), cell_words(count), closed[day][hour])
        for day, column in enumerate(counts)
        for hour, count in enumerate(column)
    ]
    return HeatMap(
        tuple(cells),
        tuple(Mark((place + 0.5) * step, name) for place, name in enumerate(days)),
        tuple((TOP + place * CELL, name) for place, name in enumerate(hours)),
        step,
        TOP + len(hours) * CELL + 2,
    )


def cell_words(count: Shown) -> str:
    """Return what stands in a cell: nothing for nothing, short words where a count is hidden."""
    if isinstance(count, Hidden):
        return "<5" if count is Hidden.SMALL else "–"
    return f"{count:,}" if count else ""


def round_up(most: int) -> int:
    """Return the end of an axis: an even round number that is not below `most`."""
    unit = 1
    while True:
        for first in (2, 4, 6, 8, 10):
            if first * unit >= most:
                return first * unit
        unit *= 10


def _share(count: Shown, most: int) -> float:
    if isinstance(count, Hidden):
        return min(1.0, STUB / most) if most else 0.05
    return count / most if most else 0.0


def _shade(count: Shown, most: int) -> int:
    if isinstance(count, Hidden):
        return 1
    return 1 + sum(count > most * step for step in STEPS) if count else 0


def _days(names: Sequence[str], step: float) -> list[Mark]:
    """Return the names of some columns: the first, the last, and so many between them that a phone has room."""
    if not names:
        return []
    gaps = min(4, len(names) - 1)
    places = sorted({round(number * (len(names) - 1) / gaps) for number in range(gaps + 1)} if gaps else {0})
    marks = [Mark((place + 0.5) * step, names[place], spare=number % 2 == 1) for number, place in enumerate(places)]
    if len(names) > FEW:
        # The outer ones would stand out over the edge.
        marks[0] = replace(marks[0], x=0.0, anchor="start")
        marks[-1] = replace(marks[-1], x=100.0, anchor="end")
    return marks
