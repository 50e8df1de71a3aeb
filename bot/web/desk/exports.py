"""Transcripts as files: CSV that is safe to open in a spreadsheet, and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from bot.clock import utc
from bot.conversations import transcripts
from bot.conversations.model import Conversation
from bot.conversations.plain import plain_text
from bot.web import keys
from bot.web.desk import audit, guard
from bot.web.desk.sessions import Role
from bot.web.desk.transcripts import wanted_of

MESSAGES_MOST = 10_000
CHUNK = 64 * 1024  # characters
COLUMNS = (
    "chat", "chat_began", "channel", "branch", "mode",
    "message", "at", "from", "name", "language", "text", "topic", "confidence", "label", "rating",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, and signs that some of them turn into those."""


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/export.csv", as_csv, role=Role.REVIEWER)
    guard.add(app, "GET", "/desk/export.json", as_json, role=Role.REVIEWER)


async def as_csv(request: web.Request) -> web.StreamResponse:
    """Send the messages of what was found, one a line."""

    async def lines() -> AsyncIterator[str]:
        yield "\ufeff" + _line(COLUMNS)  # without the mark spreadsheets take UTF-8 for something older
        async for talk, row in _messages(request):
            yield _line([safe(value) for value in _told(talk, row).values()])

    return await _send(request, lines(), "text/csv", "csv")


async def as_json(request: web.Request) -> web.StreamResponse:
    """Send the messages of what was found as one list."""

    async def lines() -> AsyncIterator[str]:
        before = "["
        async for talk, row in _messages(request):
            yield f"{before}\n{json.dumps(_told(talk, row), ensure_ascii=False)}"
            before = ","
        yield "]\n" if before == "," else "[]\n"

    return await _send(request, lines(), "application/json", "json")


def safe(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one is led by an apostrophe."""
    if not isinstance(value, str):
        return value
    # Some drop leading spaces before they look.
    return f"'{value}" if value.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULA) else value


async def _send(request: web.Request, lines: AsyncIterator[str], kind: str, ending: str) -> web.StreamResponse:
    wanted, asked = wanted_of(request)
    now = request.app[keys.CLOCK].now()
    async with request.app[keys.DATABASE].read() as db:
        chats = await transcripts.count(db, wanted)
    async with request.app[keys.DATABASE].write() as db:
        # Written down before the first line leaves: what breaks off half-way has been exported too.
        who = request[guard.STAFF]
        await audit.record(db, who, "export", at=now.timestamp(), **asked, format=ending, chats=chats)
    response = web.StreamResponse(headers=guard.HEADERS)
    response.content_type = kind
    response.charset = "utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="chats-{now:%Y-%m-%d}.{ending}"'
    await response.prepare(request)
    waiting: list[str] = []
    async for line in lines:
        waiting.append(line)
        if sum(map(len, waiting)) > CHUNK:
            await response.write("".join(waiting).encode())
            waiting.clear()
    await response.write("".join(waiting).encode())
    await response.write_eof()
    return response


async def _messages(request: web.Request) -> AsyncIterator[tuple[Conversation, Any]]:
    wanted, _ = wanted_of(request)
    async with request.app[keys.DATABASE].read() as db:
        async for talk, row in transcripts.messages_in(db, wanted, MESSAGES_MOST):
            yield talk, row


def _told(talk: Conversation, row: Any) -> dict[str, Any]:
    known = row.understood or {}
    values = (
        talk.id, utc(talk.created_at, "seconds"), talk.channel, talk.branch, talk.mode.value,
        row.seq, utc(row.at, "seconds"), row.sender, row.name, row.lang, plain_text(row.blocks),
        known.get("intent"), known.get("confidence"), row.label, row.rating,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()
