"""What patrons should know before they come: a closing above the answer, the notices of a branch beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.details import ALL_BRANCHES
from bot.notice_words import closing_words

if TYPE_CHECKING:
    from actions.base import Turn


def tell_closing(turn: Turn) -> None:
    """Show the emergency that closes a branch that the answer is about."""
    notices, library = turn.knowledge.notices, turn.knowledge.library
    closing = notices.closing(turn.now, [branch.id for branch in turn.branches()])
    if closing is not None:
        words = closing_words(closing, library, turn.wording, turn.lang, notices.wall(turn.now))
        turn.show({"type": "notice", "kind": "warn", "text": words})


def tell_notices(turn: Turn) -> None:
    """Show the notices of the branches that the question names; those of the whole library were in the greeting."""
    named = set(turn.details.branches) - {ALL_BRANCHES}
    for notice in turn.knowledge.notices.now(turn.now, named) if named else ():
        if notice.branches:
            turn.show({"type": "notice", "kind": "info", "text": notice.text.to(turn.lang)})
