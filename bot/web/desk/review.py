"""The review queue: one answer at a time, with all that is needed to label it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.conversations import transcripts
from bot.conversations.errors import ChatGone
from bot.learning import lessons, queue
from bot.learning.answered import Answered, answered
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm, NotThere
from bot.web.desk.names import branch_name, language_name, topic_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.web.desk.transcripts import LABELS

PLACE = "/desk/review"
BEST = 3
WHY = {
    "not_understood": "Not understood",
    "disliked": "Thumbs down",
    "handed_over": "Handed over right after",
    "unsure": "Not sure",
    "sample": "Random sample",
}
FOLLOW_UPS = {
    "wrong_topic": "/desk/lessons/topic",
    "wrong_answer": "/desk/lessons/answer",
    "missing": "/desk/gaps/note",
}
"""What is asked after some of the labels; the page can be left."""
LAST = re.compile(r"([a-z0-9-]{8,64})\.(\d{1,9})")


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.REVIEWER)
    guard.add(app, "POST", PLACE, set_label, role=Role.REVIEWER)
    guard.add(app, "POST", f"{PLACE}/undo", undo, role=Role.REVIEWER)


async def show(request: web.Request) -> web.Response:
    """Show the answer at the place of the queue that the address names, or the newest."""
    why = request.query.get("why", "")
    why = why if why in WHY else ""
    turn = _turn(request.query.get("turn", ""))
    async with request.app[keys.DATABASE].read() as db:
        counts = await queue.counts(db)
        place = await queue.at(db, why, turn)
        of = await answered(db, place.entry.conversation_id, place.entry.seq) if place.entry else None
    if of is not None:
        # It shows words of a patron's chat, like a transcript.
        async with request.app[keys.DATABASE].write() as db:
            await audit.record(db, request[guard.STAFF], "read", of.talk.id, at=_now(request), seq=of.answer.seq)
    return await page(
        request,
        "review.html",
        of=of,
        facts=_facts(request, of) if of is not None else None,
        entry=place.entry,
        reasons=[WHY[reason] for reason in place.entry.reasons] if place.entry else [],
        why=why,
        tabs=[("", "All", counts[""]), *((value, words, counts[value]) for value, words in WHY.items())],
        waiting=counts[why],
        labels=LABELS,
        last=await _last(request),
        newer=_address(why, place.newer) if place.newer else None,
        older=_address(why, place.older) if place.older else None,
        single_keys=request[guard.STAFF].preferences.get("single_keys", True),
    )


async def set_label(request: web.Request) -> web.Response:
    """Label the answer, and go on to what follows from the label or to the next one."""
    talk, seq, label = await _named(request), await forms.whole(request, "seq"), await forms.value(request, "label")
    why, turn = await forms.value(request, "why"), _turn(await forms.value(request, "turn"))
    if label not in LABELS:
        raise BadForm("There is no such label.")
    who = request[guard.STAFF]
    async with request.app[keys.DATABASE].write() as db:
        if not await transcripts.set_label(db, talk, seq, label, who.id, _now(request)):
            raise NotThere("There is no such answer, or no longer.")
        await audit.record(db, who, "label", talk, at=_now(request), seq=seq, label=label)
    then = _address(why if why in WHY else "", turn - 1 if turn else None, f"{talk}.{seq}")
    if label in FOLLOW_UPS:
        return see_other(f"{FOLLOW_UPS[label]}?{urlencode({'talk': talk, 'seq': seq, 'next': then})}")
    return see_other(then)


async def undo(request: web.Request) -> web.Response:
    """Take a label back, with what was proposed after it, and show the answer again."""
    talk, seq = await _named(request), await forms.whole(request, "seq")
    why, who = await forms.value(request, "why"), request[guard.STAFF]
    async with request.app[keys.DATABASE].write() as db:
        if not await transcripts.set_label(db, talk, seq, None, who.id, _now(request)):
            raise NotThere("There is no such answer, or no longer.")
        await lessons.withdraw(db, talk, seq, who.id)
        await audit.record(db, who, "label", talk, at=_now(request), seq=seq, label="")
        turn = await queue.turn_of(db, talk, seq)
    return see_other(_address(why if why in WHY else "", turn), "unlabel")


async def _last(request: web.Request) -> dict[str, Any] | None:
    """Return the label that was given last, if the address names it and it is still there."""
    found = LAST.fullmatch(request.query.get("last", ""))
    if not found:
        return None
    try:
        async with request.app[keys.DATABASE].read() as db:
            of = await answered(db, found[1], int(found[2]))
    except ChatGone:
        return None
    return {"talk": found[1], "seq": of.answer.seq, "label": LABELS[of.label]} if of.label in LABELS else None


def _facts(request: web.Request, of: Answered) -> dict[str, Any]:
    wording = request.app[keys.WORDING]
    intent = of.understood.get("intent")
    return {
        "topic": topic_name(wording, intent),
        "percent": round(100 * float(of.understood.get("confidence") or 0)),
        "ranking": [(topic_name(wording, topic), round(100 * chance)) for topic, chance in of.ranking[:BEST]],
        "branch": branch_name(request.app, of.talk.branch),
        "language": language_name(of.question.lang),
    }


async def _named(request: web.Request) -> str:
    return (await forms.value(request, "talk"))[:64]


def _turn(asked: str) -> int | None:
    return int(asked) if re.fullmatch(r"\d{1,15}", asked) else None


def _address(why: str, turn: int | None, last: str = "") -> str:
    asked = {"why": why, "turn": "" if turn is None else str(turn), "last": last}
    asked = {name: value for name, value in asked.items() if value}
    return f"{PLACE}?{urlencode(asked)}" if asked else PLACE


def _now(request: web.Request) -> float:
    return request.app[keys.CLOCK].now().timestamp()
