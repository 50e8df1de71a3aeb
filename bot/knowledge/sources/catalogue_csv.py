"""A catalogue as CSV: a line for each item in each form (docs/catalogue.md tells the columns)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from bot.knowledge.isbn import isbn13
from bot.knowledge.sources.marc import in_branches
from bot.knowledge.sources.records import Copies, Format, Record, fold

COLUMNS = (
    "title",
    "author",
    "year",
    "format",
    "language",
    "audience",
    "subjects",
    "series",
    "original_title",
    "isbn",
    "copies",
    "id",
    "url",
)
NEEDED = ("title", "format")


def read_rows(text: str, branches: Mapping[str, str]) -> Iterator[tuple[int, Record | str]]:
    """Yield each line of a CSV file with its record, or with what is wrong in it; raise ValueError for a bad head."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    columns = reader.fieldnames or ()
    for name in NEEDED:
        if name not in columns:
            raise ValueError(f"the first line has no column '{name}'")
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise ValueError(f"the first line has the unknown column '{unknown[0]}'")
    try:
        for row in reader:
            yield reader.line_num, _row(row, branches)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None


def _row(row: Mapping[str | None, str | None], branches: Mapping[str, str]) -> Record | str:
    """Return the record of a row, or what is wrong in it."""
    if None in row:
        return "it has more cells than the first line"
    cell = {str(name): (value or "").strip() for name, value in row.items()}
    if not cell["title"]:
        return "it has no title"
    if cell["format"] not in tuple(Format):
        return f"the format '{cell['format']}' is none of {', '.join(Format)}"
    if cell.get("year") and not (cell["year"].isdecimal() and 1000 <= int(cell["year"]) <= 2100):
        return f"the year '{cell['year']}' is not one of four digits"
    isbns = [isbn13(part) for part in cell.get("isbn", "").split(";") if part.strip()]
    if None in isbns:
        return f"the ISBN '{cell['isbn']}' has a wrong check digit"
    copies = _copies(cell.get("copies", ""), branches)
    if isinstance(copies, str):
        return copies
    title, author = cell["title"], cell.get("author", "")
    return Record(
        id=cell.get("id") or "-".join(fold(f"{title} {author} {cell['format']} {cell.get('language', '')}").split()),
        title=title,
        author=author,
        year=int(cell["year"]) if cell.get("year") else None,
        format=Format(cell["format"]),
        language=cell.get("language", ""),
        audience=cell.get("audience", ""),
        subjects=tuple(part.strip() for part in cell.get("subjects", "").split(";") if part.strip()),
        series=cell.get("series", ""),
        original_title=cell.get("original_title", ""),
        isbns=tuple(isbn for isbn in isbns if isbn),
        copies=copies,
        url=cell.get("url") or None,
    )


def _copies(text: str, branches: Mapping[str, str]) -> tuple[Copies, ...] | str | None:
    """Read "main:2/1;eastside:1/0": of each branch how many copies, and how many are in (all, if that is left out)."""
    counted: dict[str, tuple[int, int]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        code, _, numbers = part.partition(":")
        total, _, free = numbers.partition("/")
        if not total.isdecimal() or not (free or total).isdecimal() or int(free or total) > int(total):
            return f"the copies '{part}' are not written as branch:copies/in"
        counted[branches.get(code.strip(), code.strip())] = (int(total), int(free or total))
    return in_branches(counted)
