"""Suggestions and their outlets, surveys, lessons, gaps, publications, and the counts that statistics keep."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create what the library learns from its patrons with."""
    op.create_table(
        "daily_count",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("figure", sa.String(20), nullable=False),
        sa.Column("by", sa.String(12), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "figure", "by", "key", name="pk_daily_count"),
    )
    op.create_table(
        "gap",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
    )
    op.create_index("ix_gap_state", "gap", ["state"])
    op.create_table(
        "publication",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("model_before", sa.String(80)),
        sa.Column("model", sa.String(80)),
        sa.Column("figures", sa.JSON),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("published_at", sa.Float),
        sa.Column("published_by", sa.String(80)),
        sa.Column("undone_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
    )
    op.create_index("ix_publication_state", "publication", ["state"])
    op.create_table(
        "survey",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("question", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("asks", sa.JSON, nullable=False),
        sa.Column("begins_at", sa.Float, nullable=False),
        sa.Column("ends_at", sa.Float, nullable=False),
        sa.Column("most", sa.Integer),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name_of_maker", sa.String(80), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
    )
    op.create_table(
        "gap_question",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("gap_id", SERIAL, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("labelled", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_gap_question_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name="fk_gap_question_gap_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_gap_question"),
    )
    op.create_index("ix_gap_question_gap_id", "gap_question", ["gap_id"])
    op.create_table(
        "lesson",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("seq", sa.Integer),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("matching", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(400)),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", sa.Float),
        sa.Column("publication_id", SERIAL),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_lesson_conversation_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name="fk_lesson_publication_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_lesson_staff_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_lesson"),
    )
    op.create_index("ix_lesson_conversation_id", "lesson", ["conversation_id"])
    op.create_index("ix_lesson_state_at", "lesson", ["state", "at"])
    op.create_table(
        "suggestion",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("matching", sa.String(200)),
        sa.Column("joined_to", SERIAL),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("branch", sa.String(64)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("contact", sa.String(254)),
        sa.Column("contact_kind", sa.String(8)),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("staff_id", SERIAL),
        sa.Column("reply", sa.Text),
        sa.Column("replied_at", sa.Float),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_suggestion_conversation_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["joined_to"], ["suggestion.id"], name="fk_suggestion_joined_to", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_suggestion_staff_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
        sa.UniqueConstraint("code", name="uq_suggestion_code"),
    )
    op.create_index("ix_suggestion_joined_to", "suggestion", ["joined_to"])
    op.create_index("ix_suggestion_matching", "suggestion", ["matching"])
    op.create_index("ix_suggestion_status_created_at", "suggestion", ["status", "created_at"])
    op.create_table(
        "survey_answer",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("survey_id", SERIAL, nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("branch", sa.String(64)),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("answered_at", sa.Float),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_survey_answer_conversation_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name="fk_survey_answer_survey_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answer"),
        sa.UniqueConstraint("conversation_id", name="uq_survey_answer_conversation_id"),
    )
    op.create_index("ix_survey_answer_survey_id", "survey_answer", ["survey_id"])
    op.create_table(
        "delivery",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("suggestion_id", SERIAL, nullable=False),
        sa.Column("outlet", sa.String(20), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("remote_id", sa.String(80)),
        sa.Column("problem", sa.String(200)),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name="fk_delivery_suggestion_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    op.create_index("ix_delivery_state_next_at", "delivery", ["state", "next_at"])
    op.create_table(
        "suggestion_event",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("suggestion_id", SERIAL, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name="fk_suggestion_event_suggestion_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_event"),
    )
    op.create_index("ix_suggestion_event_suggestion_id", "suggestion_event", ["suggestion_id"])
    op.add_column("turn", sa.Column("model", sa.String(80)))
    with op.batch_alter_table("mail") as mail:  # what became of a suggestion may be told after its chat is forgotten
        mail.alter_column("conversation_id", existing_type=sa.String(64), nullable=True)


def downgrade() -> None:
    """Remove it again; what patrons suggested is lost."""
    op.drop_column("turn", "model")
    op.execute("DELETE FROM mail WHERE conversation_id IS NULL")
    with op.batch_alter_table("mail") as mail:
        mail.alter_column("conversation_id", existing_type=sa.String(64), nullable=False)
    for table in (
        "suggestion_event",
        "delivery",
        "survey_answer",
        "suggestion",
        "lesson",
        "gap_question",
        "survey",
        "publication",
        "gap",
        "daily_count",
    ):
        op.drop_table(table)
