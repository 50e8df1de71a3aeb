"""One transcript: read, labelled, tagged, noted on, printed; passages taken out of it; deleted."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.channels.model import channel_name
from bot.conversations import redaction, transcripts
from bot.conversations.log import remove
from bot.conversations.model import Message, Sender
from bot.conversations.transcripts import Transcript
from bot.learning import lessons
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.names import branch_name, entity_words, language_name, topic_name
from bot.web.desk.reach import Undelivered, undelivered
from bot.web.desk.render import page, see_other
from bot.web.desk.review import FOLLOW_UPS
from bot.web.desk.sessions import Role
from bot.web.desk.transcripts import LABELS, OUTCOMES, RATINGS

REASONS = {
    "asked": "The patron asked for a person",
    "not_understood": "The assistant did not understand twice",
    "rated_down": "The patron did not like an answer",
    "safety": "The patron may be in distress",
}
PASSAGE_MOST = 500  # characters


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    place = "/desk/chats/{id}"
    guard.add(app, "GET", place, show, role=Role.AGENT)
    guard.add(app, "GET", f"{place}/print", show_for_print, role=Role.AGENT)
    guard.add(app, "POST", f"{place}/label", set_label, role=Role.AGENT)
    guard.add(app, "POST", f"{place}/tags", set_tags, role=Role.AGENT)
    guard.add(app, "POST", f"{place}/note", add_note, role=Role.AGENT)
    guard.add(app, "POST", f"{place}/redact", redact, role=Role.REVIEWER)
    guard.add(app, "POST", f"{place}/delete", delete, role=Role.ADMIN)


async def show(request: web.Request) -> web.Response:
    """Show the whole talk."""
    return await _show(request, "transcript.html", "read")


async def show_for_print(request: web.Request) -> web.Response:
    """Show the whole talk for paper."""
    return await _show(request, "transcript_print.html", "print")


async def set_label(request: web.Request) -> web.Response:
    """Label one answer of the assistant, or take the label away."""
    value, seq = await forms.value(request, "label"), await forms.whole(request, "seq")
    if value and value not in LABELS:
        raise BadForm("There is no such label.")
    who = request[guard.STAFF]
    async with request.app[keys.DATABASE].write() as db:
        if not await transcripts.set_label(db, _id(request), seq, value or None, who.id, _now(request)):
            raise NotThere("There is no such answer in this chat.")
        await audit.record(db, who, "label", _id(request), at=_now(request), seq=seq, label=value)
    return see_other(f"{_place(request)}#t{seq}", "label" if value else "unlabel")


async def set_tags(request: web.Request) -> web.Response:
    """Set the tags, given with commas between them."""
    tags = (await forms.line(request, "tags", 500)).split(",")
    await request.app[keys.CLAIMS].set_tags(_id(request), tags)
    return see_other(_place(request), "tags")


async def add_note(request: web.Request) -> web.Response:
    """Keep a note at the end of the talk."""
    text = await forms.text(request, "text", needed="Write the note first.")
    await request.app[keys.CLAIMS].add_note(_id(request), request[guard.STAFF].person, text)
    return see_other(_place(request), "note")


async def redact(request: web.Request) -> web.Response:
    """Take a passage out of the talk wherever it was kept."""
    passage = await forms.text(request, "passage", PASSAGE_MOST, needed="Give the words that should be removed.")
    if len(passage) < redaction.LEAST:
        raise BadForm("Give two characters or more.", field="passage")
    async with request.app[keys.DATABASE].write() as db:
        await request.app[keys.LOG].locked(db, _id(request))
        places = await redaction.redact(db, _id(request), passage)
        if not places:
            raise BadForm("These words are not in this chat. Copy them from the chat as they stand.", field="passage")
        await audit.record(db, request[guard.STAFF], "redact", _id(request), at=_now(request), places=places)
    request.app[keys.HANDOFFS].changed(_id(request))
    return see_other(_place(request), "redacted")


async def delete(request: web.Request) -> web.Response:
    """Delete the talk with all that hangs on it."""
    async with request.app[keys.DATABASE].write() as db:
        await request.app[keys.LOG].locked(db, _id(request))
        await remove(db, [_id(request)], request.app[keys.LOG].keep)
        await audit.record(db, request[guard.STAFF], "delete", _id(request), at=_now(request))
    request.app[keys.HANDOFFS].changed(_id(request))
    return see_other("/desk/chats", "deleted")


async def _show(request: web.Request, template: str, action: str) -> web.Response:
    async with request.app[keys.DATABASE].read() as db:
        found = await transcripts.read(db, _id(request))
        taught = await lessons.of_answers(db, _id(request))
        missed = await undelivered(db, _id(request))
    async with request.app[keys.DATABASE].write() as db:
        await audit.record(db, request[guard.STAFF], action, found.talk.id, at=_now(request))
    return await page(
        request,
        template,
        talk=found.talk,
        place=_place(request),
        title=_title(found),
        branch=branch_name(request.app, found.talk.branch),
        language=language_name(found.talk.lang),
        channel=channel_name(found.talk.channel),
        items=_items(request, found, missed),
        follow_ups=FOLLOW_UPS,
        became={seq: _became(row) for seq, row in taught.items()},
        tags=found.tags,
        rating=RATINGS.get(found.ratings.get(0, "")),
        comment=found.comment,
        handoffs=[_handoff(row) for row in found.handoffs],
        left=found.left,
        labels=LABELS,
        now=_now(request),
    )


def _items(request: web.Request, found: Transcript, missed: dict[int, Undelivered]) -> list[dict[str, Any]]:
    """Return messages and notes in the order in which they are read."""
    items: list[dict[str, Any]] = []
    waiting = list(found.notes)
    asked = False  # what comes before the first question answers nothing
    sent = {block["form"] for one in found.messages for block in one.blocks if "form" in block}
    for one in found.messages:
        asked = asked or one.sender is Sender.PATRON
        answers = asked and one.sender is Sender.BOT
        more = {"answers": answers, "undelivered": missed.get(one.seq)}
        items.append(_message(request, found, one, one.seq in sent) | more)
        while waiting and waiting[0].after_seq <= one.seq:
            items.append({"kind": "note", "row": waiting.pop(0)})
    return items + [{"kind": "note", "row": row} for row in waiting]


def _message(request: web.Request, found: Transcript, one: Message, sent: bool) -> dict[str, Any]:
    row = found.turns.get(one.seq)
    names = {Sender.PATRON: "Patron", Sender.BOT: "Assistant", Sender.STAFF: one.name or "Staff", Sender.SYSTEM: ""}
    return {
        "kind": "message",
        "seq": one.seq,
        "at": one.at,
        "from": one.sender.value,
        "name": names[one.sender],
        "lang": one.lang,
        "blocks": one.blocks,
        "sent": sent,
        "understood": _understood(request, row) if row is not None else None,
        "suggestion": row.suggestion if row is not None else None,
        "failed": row is not None and row.state == "failed",
        "label": found.labels.get(one.seq),
        "rating": RATINGS.get(found.ratings.get(one.seq, "")) if one.seq else None,
    }


def _understood(request: web.Request, row: Any) -> dict[str, Any] | None:
    known = row.understood or {}
    if not known.get("intent"):
        return None
    wording = request.app[keys.WORDING]
    return {
        "topic": topic_name(wording, known["intent"]),
        "percent": round(100 * float(known.get("confidence") or 0)),
        "entities": [
            (str(one["entity"]).replace("_", " "), entity_words(request.app, one))
            for one in known.get("entities") or []
            if one["entity"] != "language"
        ],
        "ranking": [
            (topic_name(wording, one["intent"]), round(100 * float(one["confidence"])))
            for one in known.get("ranking") or []
        ],
    }


def _became(row: Any) -> dict[str, Any]:
    """Return what became of a label: the lesson that was drawn from it."""
    words = {
        "open": "The lesson waits for a reviewer.",
        "approved": "The lesson is approved, not published yet.",
        "rejected": "The lesson was rejected.",
        "published": f"The lesson is published, in the model {row.model}.",
    }
    return {"id": row.id, "words": words[row.state], "reason": row.reason}


def _handoff(row: Any) -> dict[str, Any]:
    return {
        "at": row.requested_at,
        "reason": REASONS.get(row.reason, row.reason),
        "question": row.question,
        "person": row.shown_as,
        "waited": round(row.claimed_at - row.requested_at) if row.claimed_at else None,
        "outcome": OUTCOMES.get(row.outcome or row.state, row.outcome),
    }


def _title(found: Transcript) -> str:
    first = next((one.text for one in found.messages if one.sender is Sender.PATRON), "")
    line = " ".join(first.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _place(request: web.Request) -> str:
    return f"/desk/chats/{_id(request)}"


def _now(request: web.Request) -> float:
    return request.app[keys.CLOCK].now().timestamp()
