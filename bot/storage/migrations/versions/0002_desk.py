"""People at the desk, hand-offs, notes, tags, ratings, left messages, mail and the audit log."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create what the desk needs."""
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "desk_setting",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_desk_setting"),
    )
    op.create_table(
        "staff",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("shown_as", sa.String(80), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("preferences", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "canned_reply",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("shortcut", sa.String(40), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_canned_reply_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_reply"),
    )
    op.create_table(
        "conversation_tag",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_conversation_tag_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name="pk_conversation_tag"),
    )
    op.create_index("ix_conversation_tag_tag", "conversation_tag", ["tag"])
    op.create_table(
        "handoff",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("requested_at", sa.Float, nullable=False),
        sa.Column("reminded_at", sa.Float),
        sa.Column("staff_id", SERIAL),
        sa.Column("claimed_at", sa.Float),
        sa.Column("replied_at", sa.Float),
        sa.Column("closed_at", sa.Float),
        sa.Column("outcome", sa.String(12)),
        sa.Column("patron_seen_at", sa.Float),
        sa.Column("transfer_to", SERIAL),
        sa.Column("transfer_until", sa.Float),
        sa.Column("transfer_note", sa.Text),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_handoff_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_handoff_staff_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["transfer_to"], ["staff.id"], name="fk_handoff_transfer_to", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_handoff"),
    )
    op.create_index("ix_handoff_state_urgent_requested_at", "handoff", ["state", "urgent", "requested_at"])
    op.create_index(
        "uq_handoff_open",
        "handoff",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_table(
        "label",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(20), nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("at", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_label_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_label_staff_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_label"),
    )
    op.create_table(
        "left_message",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("contact_kind", sa.String(8), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("branch", sa.String(64)),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("done_at", sa.Float),
        sa.Column("answer", sa.Text),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_left_message_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_left_message_staff_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_left_message"),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_left_message_conversation_id_client_id"),
        sa.UniqueConstraint("reference", name="uq_left_message_reference"),
    )
    op.create_index("ix_left_message_state_at", "left_message", ["state", "at"])
    op.create_table(
        "note",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_note_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_note_staff_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_conversation_id", "note", ["conversation_id"])
    op.create_table(
        "rating",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(8), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_rating_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_rating"),
    )
    op.create_table(
        "staff_link",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_link_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_link"),
    )
    op.create_table(
        "staff_session",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("staff_id", SERIAL, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_staff_session"),
    )
    op.create_table(
        "mail",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("left_message_id", SERIAL),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("reply_to", sa.String(254)),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("problem", sa.String(200)),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_mail_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["left_message_id"], ["left_message.id"], name="fk_mail_left_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
    )
    op.create_index("ix_mail_state_next_at", "mail", ["state", "next_at"])
    op.add_column("message", sa.Column("words", sa.Text))
    _fill_words()


def downgrade() -> None:
    """Remove it again; what the desk holds is lost."""
    op.drop_column("message", "words")
    for table in (
        "desk_setting", "audit", "canned_reply", "mail", "left_message", "label", "rating", "conversation_tag",
        "note", "handoff", "staff_session", "staff_link", "staff",
    ):  # fmt: skip
        op.drop_table(table)


def _folded(text: str) -> str:
    """Fold as the search did when this migration was written."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(f" {word}" for word in re.findall(r"[^\W_]+", bare))


def _fill_words() -> None:
    """Let the search find what was said before it was there."""
    message = sa.table(
        "message",
        *(sa.column("conversation_id"), sa.column("seq"), sa.column("words")),
        sa.column("blocks", sa.JSON),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(message)).all():
        texts = [str(block.get("text") or block.get("prompt") or "") for block in row.blocks]
        here = (message.c.conversation_id == row.conversation_id) & (message.c.seq == row.seq)
        connection.execute(message.update().where(here).values(words=_folded(" ".join(texts))))
