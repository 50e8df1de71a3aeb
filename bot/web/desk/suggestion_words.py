"""Suggestions in words that staff read."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.channels.model import channel_name
from bot.suggestions.model import Kind, Status, formats_of, wished
from bot.web.desk.names import branch_name, language_name

KINDS = {
    Kind.PURCHASE.value: "Purchase",
    Kind.EVENT.value: "Event",
    Kind.SERVICE.value: "Service",
    Kind.COMMENT.value: "Comment",
    Kind.COMPLAINT.value: "Complaint",
    Kind.PRAISE.value: "Praise",
}
STATUSES = {
    Status.NEW.value: "New",
    Status.CONSIDERING.value: "Considering",
    Status.ORDERED.value: "Ordered",
    Status.DONE.value: "Done",
    Status.DECLINED.value: "Declined",
}
PILLS = {"new": "accent", "considering": "warn", "ordered": "warn", "done": "ok", "declined": ""}
OUTLETS = {"koha": "Koha", "webhook": "Webhook"}


def told(app: web.Application, row: Any) -> dict[str, Any]:
    """Return a suggestion as pages show it; where it is a title, `title` and `author` are that."""
    details = wished(row.kind, row.details)
    return dict(row._mapping) | {
        "head_line": details.get("title") or row.text,
        "author": details.get("author") or "",
        "kind_name": KINDS.get(row.kind, row.kind),
        "status_name": STATUSES.get(row.status, row.status),
        "pill": PILLS.get(row.status, ""),
        "branch": branch_name(app, row.branch),
        "language": language_name(row.lang),
        "channel": channel_name(row.channel),
        "facts": [
            (name, value)
            for name, value in (
                ("Author", details.get("author")),
                ("ISBN", details.get("isbn")),
                ("Form", ", ".join(formats_of(details)).replace("_", " ")),
                ("For", str(details.get("audience") or "").replace("_", " ")),
                ("Language", language_name(details["language"]) if details.get("language") else ""),
            )
            if value
        ],
    }
