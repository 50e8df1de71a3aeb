"""Messaging channels."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def of_conversation(table: str) -> sa.ForeignKeyConstraint:
    """Let what hangs on a conversation go with it."""
    return sa.ForeignKeyConstraint(
        ["conversation_id"], ["conversation.id"], name=f"fk_{table}_conversation_id", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Create the tables of the channels."""
    op.create_table(
        "address",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("heard_at", sa.Float, nullable=False),
        sa.Column("sent_seq", sa.Integer, nullable=False),
        sa.Column("introduced", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("leased_until", sa.Float, nullable=False),
        sa.Column("leased_by", sa.String(64)),
        sa.PrimaryKeyConstraint("key", name="pk_address"),
        sa.UniqueConstraint("conversation_id", name="uq_address_conversation_id"),
        of_conversation("address"),
    )
    op.create_table(
        "outbound",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.Float),
        sa.Column("remote_id", sa.String(120)),
        sa.Column("problem", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_outbound"),
        sa.UniqueConstraint("conversation_id", "seq", "part", name="uq_outbound_conversation_id"),
        of_conversation("outbound"),
    )
    op.create_index("ix_outbound_state", "outbound", ["state"])
    op.create_index("ix_outbound_remote_id", "outbound", ["remote_id"])
    op.create_table(
        "service_reply",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_reply"),
    )
    op.create_table(
        "received",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_received"),
    )
    op.create_index("ix_received_at", "received", ["at"])
    op.create_table(
        "opt_out",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_opt_out"),
    )
    op.create_table(
        "carry_code",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_carry_code"),
        of_conversation("carry_code"),
    )
    op.create_index("ix_carry_code_conversation_id", "carry_code", ["conversation_id"])


def downgrade() -> None:
    """Take them away."""
    for table in ("carry_code", "opt_out", "received", "service_reply", "outbound", "address"):
        op.drop_table(table)
