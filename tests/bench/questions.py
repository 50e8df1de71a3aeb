"""What the benchmark's patrons ask, the same of both sides."""

from __future__ import annotations

# Told by where and when; a real talk is mostly hours and events, some of it follow-ups and thanks.
QUESTIONS = (
    "is eastside open sunday?",
    "what about the main library",
    "any storytimes for toddlers this week",
    "and on saturday?",
    "where can i park",
    "what time do you close tonight",
    "thanks!",
    "what's the phone number of the riverside branch",
    "how do i get to eastside",
    "a que hora abren mañana",
    "are there any book clubs for adults this month",
    "hello",
)


def question(turn: int) -> str:
    """Return the question of a talk's turn, counted from 0."""
    return QUESTIONS[turn % len(QUESTIONS)]
