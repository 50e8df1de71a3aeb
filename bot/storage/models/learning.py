"""What the assistant learns, what it does not know, and what statistics keep."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKeyConstraint, Index, Integer, String, Table, Text

from bot.storage.models.base import Json, Serial, metadata, of_conversation, of_staff

# What staff propose to teach: a sample question for a topic, or a better answer. Approved, it goes into the files.
lesson = Table(
    "lesson",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),  # example, answer
    Column("conversation_id", String(64)),
    Column("seq", Integer),  # of the assistant's answer that was labelled
    Column("lang", String(8), nullable=False),
    Column("topic", String(64), nullable=False),  # of an example: the intent; of an answer: its id, as its file's name
    Column("text", Text, nullable=False),  # the question, without personal data; or the file as it shall be
    Column("before", Text),  # the answer's file as the writer saw it
    Column("matching", String(64), nullable=False),  # the same for the same question or answer
    Column("count", Integer, nullable=False),  # how often it was proposed
    Column("staff_id", Serial),
    Column("name", String(80), nullable=False),  # who proposed it
    Column("at", Float, nullable=False),
    Column("state", String(10), nullable=False),  # open, approved, rejected, published
    Column("reason", String(400)),  # why it was rejected
    Column("decided_by", String(80)),
    Column("decided_at", Float),
    Column("publication_id", Serial),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="SET NULL"),
    ForeignKeyConstraint(["publication_id"], ["publication.id"], ondelete="SET NULL"),
    of_staff(gone="SET NULL"),
    Index(None, "state", "at"),
    Index(None, "conversation_id"),
)

# Questions of one meaning that nobody could answer.
gap = Table(
    "gap",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("question", Text, nullable=False),  # of those that mean the same, the one that came first
    Column("lang", String(8), nullable=False),
    Column("note", Text),
    Column("state", String(10), nullable=False),  # open, done
    Column("at", Float, nullable=False),
    Index(None, "state"),
)

gap_question = Table(
    "gap_question",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the patron's message
    Column("gap_id", Serial, nullable=False),
    Column("at", Float, nullable=False),
    Column("labelled", Boolean, nullable=False),  # by staff as missing; else it was not understood
    of_conversation(),
    ForeignKeyConstraint(["gap_id"], ["gap.id"], ondelete="CASCADE"),
    Index(None, "gap_id"),
)

# A batch of lessons on its way into the files and the model, with the figures of the held-out questions.
publication = Table(
    "publication",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("name", String(80), nullable=False),  # who asked for the check
    Column("state", String(10), nullable=False),  # see bot/learning/publishing.py
    Column("model_before", String(80)),
    Column("model", String(80)),
    Column("figures", Json),  # by topic: [right before, right after, of]
    Column("files", Json, nullable=False),  # [{path, before, after}]
    Column("problem", Text),
    Column("published_at", Float),
    Column("published_by", String(80)),
    Column("undone_at", Float),
    Index(None, "state"),
)

# What statistics keep of a day whose talks are forgotten: counts, from which no talk can be told.
daily_count = Table(
    "daily_count",
    metadata,
    Column("day", String(10), primary_key=True),  # in the library's zone: 2026-11-22
    Column("figure", String(20), primary_key=True),
    Column("by", String(12), primary_key=True),  # all, hour, branch, lang, channel, topic, model, value, gap
    Column("key", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
)
