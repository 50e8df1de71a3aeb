"""The tables behind the charts, as they may be shown: small groups are hidden in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.statistics.definitions import TABLES, Definition
from bot.statistics.hiding import LEAST, Hidden, Shown, shown
from bot.statistics.hours import DeskHours
from bot.statistics.periods import Period, bins
from bot.statistics.tally import Tally

HALVES = 2
BLOCKS = (1, 2, 3, 4)
UNMET = ("missed", "absent")


@dataclass(frozen=True)
class Row:
    """One group: what it is, in the terms of the tables, and its counts. `text` is a question, in `lang`."""

    key: str
    cells: tuple[Shown, ...]
    text: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Table:
    """A table of counts; `columns` are names of figures, or of what the counts are of."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def definition(self) -> Definition:
        """What it shows."""
        return TABLES[self.name]

    def column(self, name: str) -> list[Shown]:
        """Return the counts of a column."""
        place = self.columns.index(name)
        return [row.cells[place] for row in self.rows]


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning, by the words of the first of them."""

    id: int
    question: str
    lang: str
    done: bool


def by_days(tally: Tally, period: Period) -> Table:
    """Return chats and requests by day, or by week or month where these are too many; the key is FIRST/LAST."""
    parts = bins(period)
    columns = ("talks", "asked", "unmet")
    counted = [[_on(tally, part, figure) for part in parts] for figure in columns]
    names = [f"{part.first.isoformat()}/{part.last.isoformat()}" for part in parts]
    return Table("days", columns, _rows(names, counted))


def by_hours(tally: Tally, desk: DeskHours, period: Period, name: str, columns: Sequence[str]) -> Table:
    """Return counts by weekday and hour, from the first busy hour to the last (0-09-10: Monday, nine to ten).

    Where hours would hide most of the first column, two, three or four of them stand together.
    """
    found: Counter[tuple[str, int, int]] = Counter()
    for (day, slot, figure), count in tally.slots.items():
        found["unmet" if figure in UNMET else figure, date.fromisoformat(day).weekday(), slot // HALVES] += count
    busy = {hour for column, _, hour in found if column in columns}
    busy |= {hour for (_, hour), is_open in desk.week(period.days).items() if is_open}
    block = _block(found, columns[0])
    starts = range(min(busy) // block * block, max(busy) + 1, block) if busy else range(0)
    rows: list[Row] = []
    for weekday in range(7):
        # A weekday's sum can be worked out from the days: each weekday is a whole of its own.
        hours = [range(start, start + block) for start in starts]
        counted = [[sum(found[column, weekday, hour] for hour in part) for part in hours] for column in columns]
        rows += _rows([f"{weekday}-{part[0]:02}-{part[-1] + 1:02}" for part in hours], counted)
    return Table(name, tuple(columns), tuple(rows))


def _block(found: Counter[tuple[str, int, int]], column: str) -> int:
    """Return how many hours stand together so that half of what is counted can be shown."""
    whole = sum(count for (name, _, _), count in found.items() if name == column)
    for block in BLOCKS:
        cells: Counter[tuple[int, int]] = Counter()
        for (name, weekday, hour), count in found.items():
            if name == column:
                cells[weekday, hour // block] += count
        if sum(count for count in cells.values() if count >= LEAST) * 2 >= whole:
            return block
    return BLOCKS[-1]


def by_part(tally: Tally, name: str, by: str) -> Table:
    """Return how it went by branch, language or channel, the largest group first; a small group shows nothing."""
    columns = ("talks", "alone", "asked", "unmet", "lost")
    groups = {column: tally.group(column, by) for column in ("talks", "alone", "asked", "lost")}
    groups["unmet"] = _added(tally.group(figure, by) for figure in UNMET)
    keys = sorted({key for found in groups.values() for key in found})
    rows = _rows(keys, [[groups[column].get(key, 0) for key in keys] for column in columns])
    hidden = (Hidden.WITH_IT,) * (len(columns) - 1)
    rows = tuple(Row(row.key, (row.cells[0], *hidden)) if isinstance(row.cells[0], Hidden) else row for row in rows)
    return Table(name, columns, _largest_first(rows))


def topics(tally: Tally) -> Table:
    """Return the topics, the one asked about most first."""
    groups = tally.group("turns", "topic")
    keys = sorted(groups)
    return Table("topics", ("messages",), _largest_first(_rows(keys, [[groups[key] for key in keys]])))


def unanswered(tally: Tally, gaps: Iterable[Gap]) -> Table:
    """Return what was asked five times or more and could not be answered, the most frequent first.

    What fewer patrons asked is left out, words and all: such a question may tell who asked it.
    """
    counted = tally.group("gaps", "gap")
    found = [(counted.get(str(gap.id), 0), gap) for gap in gaps if counted.get(str(gap.id), 0) >= LEAST]
    found.sort(key=lambda pair: (-pair[0], pair[1].id))
    rows = (Row("done" if gap.done else "open", (count,), gap.question, gap.lang) for count, gap in found)
    return Table("unanswered", ("questions",), tuple(rows))


def ratings(tally: Tally) -> Table:
    """Return what was thought of chats: yes, partly, no."""
    values = ("yes", "partly", "no")
    return Table("ratings", ("ratings",), _rows(values, [[tally.totals[value] for value in values]]))


def thumbs(tally: Tally) -> Table:
    """Return what was thought of single answers: up, down."""
    found, values = tally.group("thumbs", "value"), ("up", "down")
    return Table("thumbs", ("ratings",), _rows(values, [[found.get(value, 0) for value in values]]))


def suggestions(found: Sequence[Any], kinds: Sequence[str], states: Sequence[str]) -> Table:
    """Return suggestions by kind and state, from rows of (kind, state, count)."""
    counted = {(row[0], row[1]): int(row[2]) for row in found}
    keys = [*kinds, *sorted({kind for kind, _ in counted} - set(kinds))]
    columns = [*states, *sorted({state for _, state in counted} - set(states))]
    sums = [sum(counted.get((kind, state), 0) for state in columns) for kind in keys]
    rows = []
    for kind, whole in zip(keys, shown(sums), strict=True):
        cells = shown([counted.get((kind, state), 0) for state in columns])
        if isinstance(whole, Hidden):
            cells = [Hidden.WITH_IT] * len(columns)
        rows.append(Row(kind, (whole, *cells)))
    return Table("suggestions", ("all", *columns), tuple(row for row, whole in zip(rows, sums, strict=True) if whole))


def _rows(names: Sequence[str], counted: Sequence[Sequence[int]]) -> tuple[Row, ...]:
    """Return the groups `names` with each column of counts hidden by itself."""
    columns = [shown(column) for column in counted]
    return tuple(Row(name, tuple(column[place] for column in columns)) for place, name in enumerate(names))


def _largest_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    # Among those that are hidden the order must not tell either.
    return tuple(sorted(rows, key=lambda row: (-row.cells[0] if isinstance(row.cells[0], int) else 1, row.key)))


def _on(tally: Tally, part: Period, figure: str) -> int:
    figures = UNMET if figure == "unmet" else (figure,)
    return sum(tally.days[day.isoformat(), name] for day in part.days for name in figures)


def _added(groups: Iterable[dict[str, int]]) -> dict[str, int]:
    added: dict[str, int] = {}
    for group in groups:
        for key, count in group.items():
            added[key] = added.get(key, 0) + count
    return added
