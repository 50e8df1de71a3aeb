"""People at the desk, hand-offs, and what staff note, answer, save and look up."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.models.base import Json, Serial, metadata, of_conversation, of_staff

# People who work at the desk. Times of the desk are by the library's clock, like those of messages.
staff = Table(
    "staff",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False, unique=True),  # for signing in, in lower case
    Column("shown_as", String(80), nullable=False),  # what patrons read: "Ana"
    Column("role", String(10), nullable=False),  # agent, reviewer, admin
    Column("password_hash", String(200)),  # argon2id; none until the person has used the first link
    Column("active", Boolean, nullable=False),
    Column("status", String(10), nullable=False),  # available, busy, away: as chosen at the desk
    Column("seen_at", Float, nullable=False),  # when an open desk last gave a sign of life
    Column("seats", Integer, nullable=False),  # talks that the person takes at a time
    Column("preferences", Json, nullable=False),
    Column("created_at", Float, nullable=False),
)

# A link that sets a password once. Without a member of staff it makes the first admin.
staff_link = Table(
    "staff_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Serial),
    Column("expires_at", Float, nullable=False),
    of_staff(gone="CASCADE"),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # SHA-256 of the cookie's value
    Column("staff_id", Serial, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    of_staff(gone="CASCADE"),
)

# Each time that a talk asks for a person.
handoff = Table(
    "handoff",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, claimed, closed, missed (nobody there, or nobody came)
    Column("reason", String(20), nullable=False),  # asked, not_understood, rated_down, safety
    Column("urgent", Boolean, nullable=False),  # before all others: distress, or staff were lost
    Column("question", Text, nullable=False),  # the patron's words that led here
    Column("requested_at", Float, nullable=False),
    Column("reminded_at", Float),  # when the patron was told that it takes longer
    Column("staff_id", Serial),
    Column("claimed_at", Float),
    Column("replied_at", Float),  # the first reply of a person
    Column("closed_at", Float),
    Column("outcome", String(12)),  # answered, referred, follow_up, no_reply, returned, left, message
    Column("patron_seen_at", Float),
    Column("transfer_to", Serial),
    Column("transfer_until", Float),
    Column("transfer_note", Text),
    of_conversation(),
    of_staff(gone="SET NULL"),
    ForeignKeyConstraint(["transfer_to"], ["staff.id"], ondelete="SET NULL"),
    Index(None, "state", "urgent", "requested_at"),
    # A talk waits, or is with somebody, once.
    Index(
        "uq_handoff_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("state IN ('waiting', 'claimed')"),
        postgresql_where=text("state IN ('waiting', 'claimed')"),
    ),
)

note = Table(
    "note",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("after_seq", Integer, nullable=False),  # its place in the talk
    Column("staff_id", Serial),
    Column("name", String(80), nullable=False),
    Column("at", Float, nullable=False),
    Column("text", Text, nullable=False),
    of_conversation(),
    of_staff(gone="SET NULL"),
    Index(None, "conversation_id"),
)

conversation_tag = Table(
    "conversation_tag",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("tag", String(40), primary_key=True),
    of_conversation(),
    Index(None, "tag"),
)

# What the patron thought: of one answer (its seq), or of the whole talk (0).
rating = Table(
    "rating",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("value", String(8), nullable=False),  # of an answer: up, down; of a talk: yes, partly, no
    Column("comment", Text),
    Column("at", Float, nullable=False),
    of_conversation(),
)

# What staff say of an answer of the assistant.
label = Table(
    "label",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("label", String(20), nullable=False),  # right, wrong_answer, wrong_topic, missing, hand_over, unclear
    Column("staff_id", Serial),
    Column("at", Float, nullable=False),
    of_conversation(),
    of_staff(gone="SET NULL"),
)

left_message = Table(
    "left_message",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("reference", String(12), nullable=False, unique=True),
    Column("conversation_id", String(64), nullable=False),
    Column("client_id", String(64), nullable=False),  # the idempotency key of the form
    Column("name", String(80)),
    Column("contact", String(254), nullable=False),
    Column("contact_kind", String(8), nullable=False),  # email, phone
    Column("question", Text, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("branch", String(64)),
    Column("at", Float, nullable=False),
    Column("state", String(10), nullable=False),  # open, done
    Column("staff_id", Serial),
    Column("done_at", Float),
    Column("answer", Text),
    UniqueConstraint("conversation_id", "client_id"),
    of_conversation(),
    of_staff(gone="SET NULL"),
    Index(None, "state", "at"),
)

# E-mail on its way. The text is kept until it is sent, not longer.
mail = Table(
    "mail",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64)),  # none: it tells what became of a suggestion
    Column("left_message_id", Serial),
    Column("recipient", String(254), nullable=False),
    Column("reply_to", String(254)),
    Column("subject", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # due, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),  # by the machine's clock
    Column("problem", String(200)),
    of_conversation(),
    ForeignKeyConstraint(["left_message_id"], ["left_message.id"], ondelete="CASCADE"),
    Index(None, "state", "next_at"),
)

canned_reply = Table(
    "canned_reply",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("staff_id", Serial),  # whose own it is; none: shared by all
    Column("shortcut", String(40), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("text", Text, nullable=False),
    of_staff(gone="CASCADE"),
)

# Who read, searched, exported, changed or deleted what. Each row's hash covers the row before: see web/desk/audit.py.
audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("staff_id", Serial),  # no foreign key: the record outlives the account
    Column("name", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("conversation_id", String(64)),
    Column("details", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

desk_setting = Table(
    "desk_setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", Float, nullable=False),
)
