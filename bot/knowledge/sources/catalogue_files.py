"""A catalogue from a file of the library's folder (CSV or MARCXML), searched by SQLite's full-text index.

The index is made in a file of its own and put in place by one rename, so that an end at any moment leaves the old index
or the new one. It is made anew when the file has changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.errors import SourceUnavailable
from bot.knowledge.date_words import edits
from bot.knowledge.event_words import stem
from bot.knowledge.library import Library
from bot.knowledge.source_settings import SourceOfCatalogueFile
from bot.knowledge.sources.base import Provenance
from bot.knowledge.sources.catalogue_csv import read_rows
from bot.knowledge.sources.marc import parse_xml, read_marcxml
from bot.knowledge.sources.records import (
    Record,
    RecordsFound,
    Sought,
    author_key,
    fold,
    main_title,
    title_key,
)

log = logging.getLogger(__name__)

_SLIPS = 4  # letters that may be wrong in a title
_FORM = 3  # raised when the index is made in another way
_OLD_DRAFT = 3600.0  # seconds after which a draft is the leaving of a process that was killed
_SMALL_WORDS = (
    "a an the of in on to and or for by with from at as is it be el la los las un una unos unas de del y o en con por "
    "para al lo que su"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_SCHEMA = """
CREATE TABLE about (version TEXT NOT NULL);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, form TEXT, language TEXT, audience TEXT, author TEXT NOT NULL, json TEXT NOT NULL
);
CREATE TABLE title (key TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (key, record)) WITHOUT ROWID;
CREATE TABLE isbn (isbn TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (isbn, record)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    title, author, other, content='', tokenize='unicode61 remove_diacritics 2', prefix='4'
);
CREATE VIRTUAL TABLE shapes USING fts5(key, content='', tokenize='trigram');
CREATE TABLE shape (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
"""


class CatalogueFile:
    """Searches the records of one file."""

    def __init__(self, library: Library, config: SourceOfCatalogueFile, cache: Path) -> None:
        self._library, self._config = library, config
        self._path = library.folder / config.file
        name = hashlib.sha256(str(self._path.resolve()).encode()).hexdigest()[:16]
        self._index = cache / f"catalogue-{name}.db"
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None
        self._version = ""

    async def search(self, sought: Sought, now: datetime, most: int) -> RecordsFound:
        """Return the records that match, the best first; raise SourceUnavailable where the file cannot be used."""
        records, total, exact = await asyncio.to_thread(self._search, sought, most)
        library = self._library
        return RecordsFound(tuple(records), total, Provenance(library.name, library.catalogue_page, now), exact)

    def known_title(self, text: str) -> bool:
        """Say whether the words are exactly a title; False where the file cannot be used."""
        key = title_key(text)
        try:
            with self._lock:
                return bool(key) and self._connection().execute(
                    "SELECT 1 FROM title WHERE key = ? LIMIT 1", (key,)
                ).fetchone() is not None  # fmt: skip
        except (SourceUnavailable, sqlite3.Error) as error:
            log.warning("the catalogue's file is not used: %s", error)
            return False

    def titled(self, titles: Sequence[str], now: datetime) -> dict[str, list[Record]]:
        """Return the records of each title, whether it is the whole title or the main one."""
        with self._lock:
            connection = self._connection()
            return {one: [record for _, record in _of_title(connection, title_key(one))] for one in titles}

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened, self._version = None, ""

    def _search(self, sought: Sought, most: int) -> tuple[list[Record], int, bool]:
        with self._lock:
            try:
                return _search(self._connection(), sought, most)
            except sqlite3.Error as error:
                self._opened, self._version = None, ""
                self._index.unlink(missing_ok=True)
                raise SourceUnavailable(f"the index of {self._path.name} cannot be used: {error}") from None

    def _connection(self) -> sqlite3.Connection:
        """Return the index of the file as it is now, making it if need be."""
        try:
            stat = self._path.stat()
        except OSError as error:
            raise SourceUnavailable(f"{self._path.name} cannot be read: {error.strerror}") from None
        branches = sorted(self._config.branches.items())
        version = f"{_FORM} {stat.st_mtime_ns} {stat.st_size} {self._config.kind} {branches}"
        if self._opened is None or version != self._version:
            if self._opened is not None:
                self._opened.close()
                self._opened = None
            self._opened = self._open(version) or self._make(version)
            self._version = version
        return self._opened

    def _open(self, version: str) -> sqlite3.Connection | None:
        if not self._index.is_file():
            return None
        try:
            connection = sqlite3.connect(f"{self._index.as_uri()}?mode=ro", uri=True, check_same_thread=False)
            row = connection.execute("SELECT version FROM about").fetchone()
            if row == (version,):
                return connection
            connection.close()
        except sqlite3.Error as error:
            log.warning("the index of %s is made anew: %s", self._path.name, error)
        return None

    def _make(self, version: str) -> sqlite3.Connection:
        began = time.monotonic()
        try:
            body = self._path.read_bytes()
            records = read_file(body, self._config.kind, self._config.branches)
            self._index.parent.mkdir(parents=True, exist_ok=True)
            for left in self._index.parent.glob(f"{self._index.stem}.*.draft*"):
                if time.time() - left.stat().st_mtime > _OLD_DRAFT:
                    left.unlink(missing_ok=True)
            draft = self._index.with_suffix(f".{os.getpid()}.draft")
            draft.unlink(missing_ok=True)
            write_index(draft, records, version)
            draft.replace(self._index)
        except (OSError, ValueError, sqlite3.Error) as error:
            raise SourceUnavailable(f"{self._path.name} cannot be used: {error}") from None
        log.info("%d records of %s in %.1f s", len(records), self._path.name, time.monotonic() - began)
        made = self._open(version)
        if made is None:
            raise SourceUnavailable(f"the index of {self._path.name} was changed by somebody else")
        return made


def read_file(body: bytes, kind: str, branches: Mapping[str, str]) -> list[Record]:
    """Return the records of a CSV or MARCXML file; raise ValueError where it cannot be read at all."""
    if kind == "marcxml":
        return read_marcxml(parse_xml(body), branches)
    return [record for _, record in read_rows(body.decode("utf-8-sig"), branches) if isinstance(record, Record)]


def write_index(path: Path, records: Iterable[Record], version: str) -> None:
    """Write an index of records to a new file, all of it or nothing."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
        connection.execute("BEGIN")
        for number, one in enumerate(records, 1):
            row = (number, one.format, one.language, one.audience, author_key(one.author), one.to_json())
            connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", row)
            keys = _keys(one)
            connection.executemany("INSERT OR IGNORE INTO title VALUES (?, ?)", ((key, number) for key in keys))
            connection.executemany("INSERT OR IGNORE INTO isbn VALUES (?, ?)", ((isbn, number) for isbn in one.isbns))
            titles = " ".join((one.title, one.original_title))
            other = " ".join((*one.subjects, one.series, one.audience.replace("_", " ")))
            connection.execute(
                "INSERT INTO words (rowid, title, author, other) VALUES (?, ?, ?, ?)",
                (number, _bare(titles), _bare(one.author), _bare(other)),
            )
            names = {fold(one.author), fold(one.series)}
            names |= {word for key in (*keys, *names) for word in key.split()}
            shapes = ((key,) for key in sorted(keys | names) if len(key) > 3)
            connection.executemany("INSERT OR IGNORE INTO shape (key) VALUES (?)", shapes)
        connection.execute("INSERT INTO shapes (rowid, key) SELECT id, key FROM shape")
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("INSERT INTO about VALUES (?)", (version,))
    # The rename must not come to the disk before what it puts in place.
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _bare(text: str) -> str:
    return text.replace("'", "").replace("’", "")


def _keys(record: Record) -> set[str]:
    titles = {record.title, main_title(record.title), record.original_title}
    return {key for key in (title_key(title) for title in titles) if key}


def _search(connection: sqlite3.Connection, sought: Sought, most: int) -> tuple[list[Record], int, bool]:
    """Return the records, how many there are in all, and whether they hold every word."""
    if sought.isbn:
        found = connection.execute(
            "SELECT record.json FROM isbn JOIN record ON record.id = isbn.record WHERE isbn = ?", (sought.isbn,)
        ).fetchall()
        return [Record.from_json(row[0]) for row in found], len(found), True
    words = sought.title or sought.words
    exact: list[tuple[int, Record]] = []
    if words and not sought.about:
        exact = [
            (number, record)
            for number, record in _of_title(connection, title_key(words))
            if fits(record, sought) and _by(record, sought.author)
        ]
    seen = {number for number, _ in exact}
    rows, total = _matching(connection, sought, most)
    records = [record for _, record in exact]
    records += [Record.from_json(text) for number, text in rows if number not in seen]
    if records:
        return records[:most], max(total, len(records)), True
    for guess in (*_mended(connection, " ".join((words, sought.author))), _mended_words(connection, sought)):
        near = _near(connection, guess, sought, most) if guess else []
        if near:
            return near[:most], len(near), False
    return [], 0, True


def fits(record: Record, sought: Sought) -> bool:
    """Say whether a record has the form, the language and the audience that are sought, where any are."""
    form = not sought.formats or record.format in sought.formats
    language = not sought.language or record.language == sought.language
    return form and language and (not sought.audiences or record.audience in sought.audiences)


def _by(record: Record, author: str) -> bool:
    return set(fold(author).split()) <= set(fold(record.author).split())


def _of_title(connection: sqlite3.Connection, key: str) -> list[tuple[int, Record]]:
    found = connection.execute(
        "SELECT record.id, record.json FROM title JOIN record ON record.id = title.record WHERE key = ? ORDER BY 1",
        (key,),
    )
    return [(number, Record.from_json(text)) for number, text in found]


def _matching(connection: sqlite3.Connection, sought: Sought, most: int) -> tuple[list[tuple[int, str]], int]:
    """Return the records that hold every word that says something, by how well they do."""
    asked = [_expression(sought.title or sought.words, "title author other" if sought.words else "title")]
    asked.append(_expression(sought.author, "author"))
    match = " AND ".join(part for part in asked if part)
    if not match:
        return [], 0
    where, values = _filter(sought)
    matching = f"FROM words JOIN record ON record.id = words.rowid WHERE words MATCH ? {where}"
    rows = connection.execute(
        f"SELECT words.rowid, json {matching} ORDER BY bm25(words, 10.0, 8.0, 2.0), words.rowid LIMIT ?",
        (match, *values, most),
    ).fetchall()
    (total,) = connection.execute(f"SELECT count(*) {matching}", (match, *values)).fetchone()
    return rows, total


def _filter(sought: Sought) -> tuple[str, list[str]]:
    """Return the conditions on form, language and audience, with their values."""
    where, values = "", []
    for column, wanted in (("form", sought.formats), ("language", sought.language), ("audience", sought.audiences)):
        several = [wanted] if isinstance(wanted, str) else list(wanted)
        if any(several):
            where += f" AND {column} IN ({', '.join('?' * len(several))})"
            values += several
    return where, values


def _expression(text: str, columns: str) -> str:
    """Return FTS5's expression for all the words of a text; words are quoted, so nothing in them is an operator."""
    words = fold(text).split()
    telling = [word for word in words if word not in _SMALL] or words
    if not telling:
        return ""
    parts = []
    for word in telling:
        root = stem(word)
        parts.append(f'("{word}" OR "{root}" *)' if len(root) > 3 else f'"{word}"')
    return f"{{{columns}}} : ({' AND '.join(parts)})"


def _mended(connection: sqlite3.Connection, text: str) -> list[str]:
    """Return the titles, names and series that a text with slips in it may mean, the nearest first."""
    key = title_key(text)
    pieces = {key[place : place + 3] for place in range(len(key) - 2)}
    if len(key) < 4:
        return []
    rows = connection.execute(
        "SELECT shape.key FROM shapes JOIN shape ON shape.id = shapes.rowid WHERE shapes MATCH ? "
        "ORDER BY bm25(shapes) LIMIT 40",
        (" OR ".join(f'"{piece}"' for piece in sorted(pieces)),),
    )
    # Comparing letter by letter is slow, so what cannot be near is ruled out by its length and its letters.
    limit = min(max(1, len(key) // 5), _SLIPS)
    letters = Counter(key)
    likely = [
        other
        for (other,) in rows
        if abs(len(other) - len(key)) <= limit and (letters - Counter(other)).total() <= limit
    ]
    near = sorted((edits(key, other, limit), other) for other in likely)
    return [other for slips, other in near if slips <= limit and slips == near[0][0]][:3]


def _mended_words(connection: sqlite3.Connection, sought: Sought) -> str:
    """Return what is sought with each word that stands in no record replaced by the nearest one that does, if any."""
    words = []
    for word in fold(sought.text).split():
        known = word in _SMALL or connection.execute(
            "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (_expression(word, "title author other"),)
        ).fetchone()  # fmt: skip
        guess = None if known else next((one for one in _mended(connection, word) if " " not in one), None)
        words.append(guess or word)
    mended = " ".join(words)
    return mended if mended != fold(sought.text) else ""


def _near(connection: sqlite3.Connection, key: str, sought: Sought, most: int) -> list[Record]:
    """Return the records of a title, a name or a series as the index has it."""
    titled = [record for _, record in _of_title(connection, title_key(key)) if fits(record, sought)]
    if titled:
        return titled
    alike = Sought(words=key, formats=sought.formats, language=sought.language, audiences=sought.audiences)
    return [Record.from_json(text) for _, text in _matching(connection, alike, most)[0]]
