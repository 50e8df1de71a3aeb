"""What staff edited in the library's files."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the history of edits."""
    op.create_table(
        "edit",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_edit"),
    )
    op.create_index("ix_edit_path", "edit", ["path"])
    op.create_index("ix_edit_state", "edit", ["state"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("edit")
