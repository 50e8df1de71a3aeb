"""The words for what a suggestion is and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a patron wishes or says."""

    PURCHASE = "purchase"
    EVENT = "event"
    SERVICE = "service"
    COMMENT = "comment"
    COMPLAINT = "complaint"
    PRAISE = "praise"


class Status(StrEnum):
    """Where a suggestion stands."""

    NEW = "new"
    CONSIDERING = "considering"
    ORDERED = "ordered"
    DONE = "done"
    DECLINED = "declined"


CLOSED = frozenset({Status.DONE, Status.DECLINED})  # nothing more is to come
REMARKS = frozenset({Kind.COMMENT, Kind.COMPLAINT, Kind.PRAISE})  # shown in public only where staff say so


def formats_of(details: Mapping[str, Any]) -> list[str]:
    """Return the forms in which a title is wished for, in the catalogue's words."""
    return [str(one) for one in details.get("formats") or [details.get("format")] if one]


def wished(kind: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is known of a title that is wished for; nothing where staff took it for something else."""
    return details if kind == Kind.PURCHASE.value else {}
