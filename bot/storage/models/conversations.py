"""Conversations, their messages and turns, and Rasa's memory of them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, UniqueConstraint

from bot.storage.models.base import Json, Serial, metadata, of_conversation

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token_hash", String(64), nullable=False),  # SHA-256 of the patron's token; the token itself is kept nowhere
    Column("channel", String(16), nullable=False),
    Column("mode", String(16), nullable=False),  # bot, waiting, staff, ended
    Column("epoch", Integer, nullable=False),  # every change of mode adds one
    Column("seq", Integer, nullable=False),  # of the newest message
    Column("lang", String(8), nullable=False),
    Column("branch", String(64)),  # the branch whose page the patron came from
    Column("context", String(200)),  # the page the patron came from
    Column("created_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),  # of the newest message
    Index(None, "last_at"),
)

message = Table(
    "message",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("sender", String(8), nullable=False),  # patron, bot, staff, system
    Column("name", String(80)),
    Column("lang", String(8), nullable=False),
    Column("blocks", Json, nullable=False),
    Column("client_id", String(64)),  # the idempotency key of a patron's message
    Column("choice", Json),  # what a chosen quick reply stands for, in the assistant's own terms
    Column("words", Text),  # for the search: lower case, no accents, each word led by a space
    UniqueConstraint("conversation_id", "client_id"),
    of_conversation(),
)

turn = Table(
    "turn",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),  # of the patron's message
    Column("epoch", Integer, nullable=False),  # of the conversation when the message came
    Column("state", String(10), nullable=False),  # due, done, failed, suggested
    Column("received_at", Float, nullable=False),  # by the library's clock, which may be moved
    Column("answer_by", Float, nullable=False),  # by the machine's clock, like the lease
    Column("attempts", Integer, nullable=False),
    Column("apologised_at", Float),
    Column("leased_until", Float, nullable=False),  # 0: free; else the gateway that holds it has until then
    Column("leased_by", String(64)),
    Column("finished_at", Float),
    Column("understood", Json),  # intent, confidence, ranking, entities, language
    Column("model", String(80)),  # that understood it
    Column("suggestion", Json),  # a reply made under an older epoch: for staff, never shown to the patron
    UniqueConstraint("conversation_id", "seq"),
    of_conversation(),
    Index(None, "state", "leased_until"),
)

# Written by Rasa's tracker store. No foreign key: Rasa may save a turn of a conversation that was just forgotten; the
# purge removes such rows.
rasa_tracker = Table(
    "rasa_tracker",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("updated_at", Float, nullable=False),
    Column("state", Text, nullable=False),
)
