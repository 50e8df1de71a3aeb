"""What patrons suggest, how other systems hear of it, and what the library asks its patrons."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKeyConstraint, Index, Integer, String, Table, Text, UniqueConstraint

from bot.storage.models.base import Json, Serial, metadata, of_staff

# What patrons suggest. It outlives the chat in which it was said; what could tell who said it does not.
suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("code", String(12), nullable=False, unique=True),  # by which the patron asks what became of it
    Column("kind", String(12), nullable=False),  # purchase, event, service, comment, complaint, praise
    Column("text", Text, nullable=False),  # what is wished for or said, as staff read it
    Column("details", Json, nullable=False),  # of a purchase: title, author, format, audience, isbn, language
    Column("matching", String(200)),  # the same for suggestions of the same thing
    Column("joined_to", Serial),  # the first suggestion of the same thing: its status and reply hold for this one too
    Column("conversation_id", String(64)),
    Column("lang", String(8), nullable=False),
    Column("branch", String(64)),
    Column("channel", String(16), nullable=False),
    Column("contact", String(254)),  # only to tell what became of it; dropped some time after it is closed
    Column("contact_kind", String(8)),  # email, phone
    Column("status", String(12), nullable=False),  # new, considering, ordered, done, declined
    Column("staff_id", Serial),  # who looks after it
    Column("reply", Text),  # what whoever suggested it reads
    Column("replied_at", Float),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="SET NULL"),
    ForeignKeyConstraint(["joined_to"], ["suggestion.id"], ondelete="SET NULL"),
    of_staff(gone="SET NULL"),
    Index(None, "status", "created_at"),
    Index(None, "matching"),
    Index(None, "joined_to"),
)

suggestion_event = Table(
    "suggestion_event",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("suggestion_id", Serial, nullable=False),
    Column("at", Float, nullable=False),
    Column("name", String(80), nullable=False),  # of the staff member; empty: nobody did it
    Column("what", String(20), nullable=False),  # status, reply, public, kind, title, assigned, joined ...
    Column("value", Text, nullable=False),
    ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], ondelete="CASCADE"),
    Index(None, "suggestion_id"),
)

# A suggestion on its way to another system.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("suggestion_id", Serial, nullable=False),
    Column("outlet", String(20), nullable=False),  # koha, webhook
    Column("event", String(20), nullable=False),  # created, changed
    Column("key", String(64), nullable=False, unique=True),  # the same at every attempt: by it the receiver sees twins
    Column("body", Json, nullable=False),
    Column("state", String(10), nullable=False),  # due, sent, failed, dropped
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),  # by the machine's clock
    Column("remote_id", String(80)),  # what the receiver calls it
    Column("problem", String(200)),
    ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], ondelete="CASCADE"),
    Index(None, "state", "next_at"),
)

# A short question that the assistant asks patrons for the library.
survey = Table(
    "survey",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False),  # for staff
    Column("kind", String(10), nullable=False),  # choice, scale, text
    Column("question", Json, nullable=False),  # by language
    Column("options", Json, nullable=False),  # of a choice: [by language]
    Column("asks", Json, nullable=False),  # whom: branches, languages, topics; share: of how many in a hundred talks
    Column("begins_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("most", Integer),  # answers, after which it is over
    Column("state", String(10), nullable=False),  # draft, open, closed
    Column("name_of_maker", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
)

# That a talk was asked, and what was answered. The answers outlive the talk, without it.
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("survey_id", Serial, nullable=False),
    Column("conversation_id", String(64)),
    Column("seq", Integer, nullable=False),  # of the message that asked
    Column("value", Text),  # none: asked and not answered
    Column("lang", String(8), nullable=False),
    Column("branch", String(64)),
    Column("asked_at", Float, nullable=False),
    Column("answered_at", Float),
    UniqueConstraint("conversation_id"),  # at most one in a talk
    ForeignKeyConstraint(["survey_id"], ["survey.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="SET NULL"),
    Index(None, "survey_id"),
)
