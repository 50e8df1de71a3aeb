"""Patrons who write by a messaging channel: where they are, what is on its way to them, what has been heard."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKeyConstraint, Index, Integer, String, Table, Text, UniqueConstraint

from bot.storage.models.base import Json, Serial, metadata, of_conversation

address = Table(
    "address",
    metadata,
    Column("key", String(64), primary_key=True),  # a keyed hash of channel and address
    Column("conversation_id", String(64), nullable=False, unique=True),  # a talk has one way to its patron
    Column("channel", String(16), nullable=False),
    Column("sealed", Text, nullable=False),  # the address itself, encrypted
    Column("heard_at", Float, nullable=False),  # the patron's last message, by the machine's clock
    Column("sent_seq", Integer, nullable=False),  # up to which message the talk has been put into `outbound`
    Column("introduced", Integer, nullable=False),  # 1: the patron was told who answers, and how to stop it
    Column("next_at", Float, nullable=False),  # nothing is sent before, by the machine's clock
    Column("leased_until", Float, nullable=False),  # 0: free; else the gateway that sends has it until then
    Column("leased_by", String(64)),
    of_conversation(),
)

# A part of a message on its way to a patron. What was sent is emptied.
outbound = Table(
    "outbound",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("body", Json),  # text, buttons
    Column("state", String(10), nullable=False),  # due, sent, failed
    Column("key", String(40), nullable=False),  # the same at every attempt
    Column("attempts", Integer, nullable=False),
    Column("tried_at", Float),  # the first attempt with an unknown end; none: no such attempt
    Column("remote_id", String(120)),  # what the platform calls it
    Column("problem", String(200)),
    UniqueConstraint("conversation_id", "seq", "part"),
    Index(None, "state"),
    Index(None, "remote_id"),
    of_conversation(),
)

# What is said outside of a talk: that it is deleted, that nothing more will come. Removed as soon as it is sent.
service_reply = Table(
    "service_reply",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("key", String(40), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("next_at", Float, nullable=False),
)

received = Table(  # a platform may deliver a message again and again, also after the talk was deleted
    "received",
    metadata,
    Column("key", String(64), primary_key=True),  # a keyed hash of channel and the platform's message id
    Column("at", Float, nullable=False),
    Index(None, "at"),
)

opt_out = Table(  # who wants to hear nothing: kept when the talk goes, so that it stays true
    "opt_out",
    metadata,
    Column("key", String(64), primary_key=True),  # as in `address`
    Column("at", Float, nullable=False),
)

carry_code = Table(
    "carry_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False),
    Column("expires_at", Float, nullable=False),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    Index(None, "conversation_id"),
)
