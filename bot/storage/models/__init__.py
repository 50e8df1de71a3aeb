"""The tables. Times are UTC epoch seconds: SQLite keeps no zone, and a number means the same in both databases."""

from __future__ import annotations

from bot.storage.models.base import metadata
from bot.storage.models.channels import address, carry_code, opt_out, outbound, received, service_reply
from bot.storage.models.conversations import conversation, message, rasa_tracker, turn
from bot.storage.models.desk import (
    audit,
    canned_reply,
    conversation_tag,
    desk_setting,
    handoff,
    label,
    left_message,
    mail,
    note,
    rating,
    staff,
    staff_link,
    staff_session,
)
from bot.storage.models.edits import edit
from bot.storage.models.learning import daily_count, gap, gap_question, lesson, publication
from bot.storage.models.suggestions import delivery, suggestion, suggestion_event, survey, survey_answer

__all__ = [
    "address", "audit", "canned_reply", "carry_code", "conversation", "conversation_tag", "daily_count", "delivery",
    "desk_setting", "edit", "gap", "gap_question", "handoff", "label", "left_message", "lesson", "mail", "message",
    "metadata", "note", "opt_out", "outbound", "publication", "rasa_tracker", "rating", "received", "service_reply",
    "staff", "staff_link", "staff_session", "suggestion", "suggestion_event", "survey", "survey_answer", "turn",
]  # fmt: skip
