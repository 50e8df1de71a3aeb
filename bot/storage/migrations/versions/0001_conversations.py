"""Conversations, their messages and turns, and Rasa's trackers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("branch", sa.String(64)),
        sa.Column("context", sa.String(200)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("last_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_last_at", "conversation", ["last_at"])
    op.create_table(
        "message",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("blocks", sa.JSON, nullable=False),
        sa.Column("client_id", sa.String(64)),
        sa.Column("choice", sa.JSON),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_message"),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_message_conversation_id_client_id"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("answer_by", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("apologised_at", sa.Float),
        sa.Column("leased_until", sa.Float, nullable=False),
        sa.Column("leased_by", sa.String(64)),
        sa.Column("finished_at", sa.Float),
        sa.Column("understood", sa.JSON),
        sa.Column("suggestion", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_turn_conversation_id_seq"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_turn_conversation_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_turn_state_leased_until", "turn", ["state", "leased_until"])
    op.create_table(
        "rasa_tracker",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_rasa_tracker"),
    )


def downgrade() -> None:
    """Remove every table; all conversations are lost."""
    for table in ("rasa_tracker", "turn", "message", "conversation"):
        op.drop_table(table)
