"""What each figure and table means, in the one sentence that stands beside it wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """The name of a figure or a table, and what it means."""

    title: str
    sentence: str


FIGURES = {
    "talks": Definition("Chats", "Chats in which a patron wrote something, on the day of the first message."),
    "alone": Definition(
        "Answered by the assistant alone",
        "Chats that ended, or were quiet for an hour, without a request for a person or a message left for staff; the "
        "last question was understood and answered, and the patron marked neither that answer nor the chat as no help.",
    ),
    "asked": Definition("Asked for a person", "Requests for a person. A chat may hold more than one."),
    "taken": Definition("Joined by a person", "Requests that a staff member took up."),
    "missed": Definition("Waited in vain", "Requests that waited at the desk until the patron or the desk gave up."),
    "absent": Definition("Nobody there", "Requests made while the desk was closed or nobody was available."),
    "unmet": Definition("Unmet demand", "Requests that nobody took up: waited in vain, or nobody there."),
    "outside": Definition(
        "Outside desk hours", "Requests made while the desk was closed by its hours, told to the half hour."
    ),
    "wait": Definition(
        "Wait for a person",
        "From the request until a staff member took it up: half waited no longer than this (the median).",
    ),
    "wait_p90": Definition(
        "Wait, nine of ten", "Nine of ten requests that a staff member took up waited no longer than this."
    ),
    "reply": Definition(
        "First words of a person",
        "From the request until a staff member wrote: half read the first words within this time (the median).",
    ),
    "reply_p90": Definition(
        "First words, nine of ten", "Nine of ten of those to whom a staff member wrote read it within this time."
    ),
    "helped": Definition("It helped", "Of the patrons who rated their chat, those who said yes."),
    "rated": Definition("Gave a rating", "Of the patrons who were asked at the end of a chat, those who answered."),
    "lost": Definition(
        "Not understood",
        "Of the messages that the assistant answered, those that it did not understand. "
        "A chosen quick reply counts as a message.",
    ),
    "turns": Definition("Messages answered", "Patrons' messages that the assistant answered."),
}

TABLES = {
    "figures": Definition("Key figures", "Each figure, with the period of the same length before it."),
    "days": Definition("Chats by day", "Chats and requests for a person on each day, week or month."),
    "hours": Definition(
        "Chats by weekday and hour", "By the hour of the patron's first message, in the library's time."
    ),
    "requests": Definition(
        "Requests for a person by weekday and hour", "By the hour of the request; unmet are those that nobody took up."
    ),
    "topics": Definition(
        "What patrons ask about",
        "Messages by the topic that the assistant understood, without small talk and follow-up questions.",
    ),
    "unanswered": Definition(
        "What the assistant could not answer",
        "Questions that were not understood, or that staff marked as missing, put together by their meaning.",
    ),
    "branches": Definition("By branch", "By the branch on whose page the chat was opened."),
    "languages": Definition("By language", "By the language that was spoken last."),
    "channels": Definition("By channel", "By the way on which patrons write."),
    "ratings": Definition(
        "Ratings of chats", "What patrons answered when they were asked at the end of a chat whether it helped."
    ),
    "thumbs": Definition("Ratings of answers", "Thumbs up and down, which a patron may give to any answer."),
    "suggestions": Definition("Suggestions", "What patrons suggested, by kind and by what has become of it so far."),
    "models": Definition("Models", "The first day on which each model of the assistant answered."),
}
