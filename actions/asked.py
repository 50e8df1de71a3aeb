"""How a question about hours is put, so that "yes" and "no" are said only to those who asked for one."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.knowledge.text import plain


class Asked(StrEnum):
    """What a patron wants to be told about hours."""

    WHETHER_OPEN = "whether_open"
    WHETHER_CLOSED = "whether_closed"
    THE_WEEK = "the_week"  # "what are your hours?", with no day in mind
    WHEN = "when"  # until when, from when, or said otherwise


# A clause is what stands between marks; a long story is told in many, and one of them asks.
_CLAUSES = re.compile(r"[.;:!?¿¡,\n]+|\bbut\b|\band also\b|\bpero\b")
_WEEK = re.compile(
    r"\b(?:hours|timings?|timetable|schedule|horarios?|what days|which days|que dias|"
    r"when (?:is|are) .*\bopen\b|when'?s .*\bopen\b)(?!\w)"
)
_OTHERWISE = re.compile(
    r"\b(?:when|what|how|until|till?|late|later|early|earlier|after|before|past|"
    r"cuando|que hora|cuanto|hasta|tarde|temprano|despues|antes|cierran?|close|closes|closing)\b"
)
_CLOSED = re.compile(r"\b(?:closed|shut|cerrad[oa]s?)\b")
_OPEN = re.compile(r"\b(?:open|opened|opens|opne|abiert[oa]s?|abren?|abrira|abriran)\b")
_BEGINS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hola|so|and|y|ok|okay|please|excuse me|oye|disculpe|perdon)\W+)*"
    r"(?:is|are|r|do|does|will|would|can|it's|u|you)\b"
)


_OPENING = re.compile(r"\b(?:open\w*|opne|clos\w*|shut|hours?|abr\w+|abiert\w+|cierr\w+|cerrad\w+|cerrar|horarios?)\b")


def is_about_opening(text: str) -> bool:
    """Tell whether a text speaks of being open at all, in English or Spanish."""
    return bool(_OPENING.search(plain(text)))


def how_asked(text: str) -> Asked:
    """Return how the hours are asked for in `text`, in English or Spanish."""
    clauses = [clause for clause in _CLAUSES.split(plain(text)) if clause.strip()]
    if any(_WEEK.search(clause) for clause in clauses):
        return Asked.THE_WEEK
    if any(_OTHERWISE.search(clause) and (_OPEN.search(clause) or "clos" in clause or "cierr" in clause)
           for clause in clauses):  # fmt: skip
        return Asked.WHEN
    for clause in reversed(clauses):
        if _OTHERWISE.search(clause):
            continue
        if _CLOSED.search(clause):
            return Asked.WHETHER_CLOSED
        if _OPEN.search(clause) or _BEGINS.search(clause):
            return Asked.WHETHER_OPEN
    return Asked.WHEN
