"""What staff edited in the library's files."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from bot.storage.models.base import Serial, metadata

edit = Table(
    "edit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("path", String(120), nullable=False),  # see bot/edits/files.py
    Column("before", Text),  # the whole file; null: it was not there
    Column("after", Text),
    Column("what", String(200), nullable=False),
    Column("name", String(80), nullable=False),  # who did it
    Column("at", Float, nullable=False),
    Column("state", String(10), nullable=False),  # begun, done
    Column("undoes", Integer),  # the edit that it takes back
    Index(None, "path"),
    Index(None, "state"),
)
