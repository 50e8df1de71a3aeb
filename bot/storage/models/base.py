"""What the tables share: their registry, types, and what hangs on a conversation or a member of staff."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKeyConstraint,
    Integer,
    MetaData,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)
Serial = BigInteger().with_variant(Integer, "sqlite")


def of_conversation() -> ForeignKeyConstraint:
    """Let what hangs on a conversation go with it."""
    return ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE")


def of_staff(*, gone: str) -> ForeignKeyConstraint:
    """Name a member of staff; when the account is deleted the row goes too (CASCADE) or stays without (SET NULL)."""
    return ForeignKeyConstraint(["staff_id"], ["staff.id"], ondelete=gone)
