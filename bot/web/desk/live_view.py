"""What the live desk shows: who waits, who is with whom, and what is known of one talk."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.model import is_messaging
from bot.clock import utc
from bot.conversations.handoff import IN_ORDER, open_handoff
from bot.conversations.model import Mode, Sender
from bot.conversations.plain import plain_text
from bot.conversations.presence import LOST_SECONDS, Person, Status
from bot.say import clock_time, day_beside
from bot.storage.models import (
    conversation,
    conversation_tag,
    handoff,
    left_message,
    message,
    note,
    rating,
    turn,
)
from bot.web.desk.names import branch_name, entity_words, language_name, topic_name
from bot.web.desk.reach import Trouble, named, reach_of, troubles, undelivered
from bot.web.desk.render import closing_line
from bot.web.desk.sessions import StaffMember
from bot.web.keys import CLOCK, DATABASE, HANDOFFS, LOG, PRESENCE, WORDING
from bot.wording import DEFAULT_LANGUAGE

WORDS_MOST = 140  # characters of a message in a list
RANKED = 3  # topics shown with their probabilities


async def desk_state(app: web.Application, me: StaffMember) -> dict[str, Any]:
    """Return the lists of the desk as one member of staff sees them."""
    now = app[CLOCK].now().timestamp()
    async with app[DATABASE].read() as db:
        people = await app[PRESENCE].people(db)
        rows = list(await db.execute(_TALKS))
        last = await _newest(db, [row.conversation_id for row in rows])
        trouble = await troubles(db, {row.conversation_id: row.claimed_at or row.requested_at for row in rows})
        inbox = (await db.execute(sa.select(sa.func.count()).where(left_message.c.state == "open"))).scalar_one()
        paused = await app[HANDOFFS].stopped(db)
    talks = {
        row.conversation_id: _talk(app, row, last.get(row.conversation_id), now)
        | trouble.get(row.conversation_id, Trouble()).shown()
        for row in rows
    }
    names = {person.id: person.shown_as for person in people}
    taken = [row for row in rows if row.state == "claimed"]
    offered = [row for row in taken if row.transfer_to == me.id and row.transfer_until > now]
    return {
        "me": _me(me, people),
        "people": [
            {
                "id": person.id,
                "shown_as": person.shown_as,
                "status": person.status.value,
                "talks": sum(row.staff_id == person.id for row in taken),
            }
            for person in people
        ],
        "waiting": [talks[row.conversation_id] for row in rows if row.state == "waiting"],
        "offered": [
            talks[row.conversation_id]
            | {"from": names.get(row.staff_id), "note": row.transfer_note, "left": row.transfer_until - now}
            for row in offered
        ],
        "mine": [
            talks[row.conversation_id] | {"transfer": _transfer(row, names, now)}
            for row in taken
            if row.staff_id == me.id
        ],
        "others": [
            talks[row.conversation_id] | {"staff": names.get(row.staff_id)} for row in taken if row.staff_id != me.id
        ],
        "inbox": inbox,
        "paused": paused,
        "closing": closing_line(app),
        "desk": await _hours(app),
    }


async def context(app: web.Application, me: StaffMember, conversation_id: str) -> dict[str, Any]:
    """Return what is known of a talk beside its messages; raise ChatGone."""
    now = app[CLOCK].now().timestamp()
    async with app[DATABASE].read() as db:
        talk = await app[LOG].read(db, conversation_id)
        row = (await db.execute(open_handoff(conversation_id))).one_or_none()
        if row is None:  # the newest one tells why the talk was brought here
            newest = sa.select(handoff).where(handoff.c.conversation_id == conversation_id)
            row = (await db.execute(newest.order_by(handoff.c.id.desc()).limit(1))).one_or_none()
        names = {person.id: person.shown_as for person in await app[PRESENCE].people(db)}
        turns = list(
            await db.execute(sa.select(turn).where(turn.c.conversation_id == conversation_id).order_by(turn.c.seq))
        )
        notes = list(
            await db.execute(sa.select(note).where(note.c.conversation_id == conversation_id).order_by(note.c.id))
        )
        tags = (
            await db.execute(
                sa.select(conversation_tag.c.tag).where(conversation_tag.c.conversation_id == conversation_id)
            )
        ).scalars()
        rated = list(await db.execute(sa.select(rating).where(rating.c.conversation_id == conversation_id)))
        reach = await reach_of(app, db, talk)
        missed = await undelivered(db, conversation_id)
    owner = row.staff_id if row is not None and row.state == "claimed" else None
    guides = [one.understood["guide"] for one in turns if (one.understood or {}).get("guide")]
    return {
        "chat": conversation_id,
        "mode": talk.mode.value,
        "staff": {"id": owner, "shown_as": names.get(owner)} if owner is not None else None,
        "mine": owner == me.id,
        "patron": {
            "lang": talk.lang,
            "language": language_name(talk.lang),
            "branch": branch_name(app, talk.branch),
            "page": talk.context,
            "here": is_messaging(talk.channel)
            or (row is not None and bool(row.patron_seen_at) and row.patron_seen_at > now - LOST_SECONDS),
            "began": utc(talk.created_at),
            **named(talk.channel),
        },
        "reach": asdict(reach) if reach is not None else None,
        "undelivered": {str(seq): asdict(one) for seq, one in missed.items()},
        "handoff": None
        if row is None
        else {"reason": row.reason, "question": row.question, "waited": (row.claimed_at or now) - row.requested_at},
        "turns": {str(one.seq): _turn(app, one) for one in turns if one.understood},
        "guide": guides[-1] if guides else None,
        "suggestion": _suggestion(turns) if talk.mode in (Mode.STAFF, Mode.WAITING) else None,
        "notes": [
            {"id": one.id, "after_seq": one.after_seq, "name": one.name, "at": utc(one.at), "text": one.text}
            for one in notes
        ],
        "tags": sorted(tags),
        "ratings": {str(one.seq): one.value for one in rated},
        "comment": next((one.comment for one in rated if one.seq == 0), None),
        "transfer": _transfer(row, names, now) if owner is not None else None,
    }


_TALKS = (
    sa.select(
        handoff,
        conversation.c.channel,
        conversation.c.branch,
        conversation.c.lang,
        conversation.c.seq,
    )
    .join(conversation, conversation.c.id == handoff.c.conversation_id)
    .where(handoff.c.state.in_(("waiting", "claimed")))
    .order_by(*IN_ORDER)
)


def _me(me: StaffMember, people: list[Person]) -> dict[str, Any]:
    available = [person.id for person in people if person.status is Status.AVAILABLE]
    status = next((person.status for person in people if person.id == me.id), Status.OFFLINE)
    return {
        "id": me.id,
        "name": me.name,
        "shown_as": me.shown_as,
        "role": me.role.value,
        "status": me.status if status is Status.OFFLINE else status.value,
        "seats": me.seats,
        "alone": available == [me.id],
        "preferences": me.preferences,
    }


def _talk(app: web.Application, row: Any, newest: Any, now: float) -> dict[str, Any]:
    since = row.claimed_at if row.state == "claimed" else row.requested_at
    words = " ".join(plain_text(newest.blocks).split()) if newest is not None else ""
    return {
        "chat": row.conversation_id,
        "waited": max(0.0, now - since),
        "branch": branch_name(app, row.branch),
        "lang": row.lang,
        "language": language_name(row.lang),
        **named(row.channel),
        "reason": row.reason,
        "question": row.question,
        "urgent": row.urgent,
        # Only a window tells when its patron has left; a telephone is always there.
        "patron": "here" if is_messaging(row.channel) or (row.patron_seen_at or 0) > now - LOST_SECONDS else "away",
        "seq": row.seq,
        "last_from": newest.sender if newest is not None else Sender.SYSTEM.value,
        "last": words if len(words) <= WORDS_MOST else words[: WORDS_MOST - 1] + "…",
    }


async def _newest(db: AsyncConnection, conversation_ids: list[str]) -> dict[str, Any]:
    """Return the newest message of each talk that is somebody's words."""
    spoken = message.c.sender.in_((Sender.PATRON.value, Sender.STAFF.value, Sender.BOT.value))
    newest = (
        sa.select(message.c.conversation_id, sa.func.max(message.c.seq).label("seq"))
        .where(message.c.conversation_id.in_(conversation_ids), spoken)
        .group_by(message.c.conversation_id)
        .subquery()
    )
    query = sa.select(message).join(
        newest, (newest.c.conversation_id == message.c.conversation_id) & (newest.c.seq == message.c.seq)
    )
    return {row.conversation_id: row for row in await db.execute(query)}


def _turn(app: web.Application, row: Any) -> dict[str, Any]:
    known = row.understood
    return {
        "topic": topic_name(app[WORDING], known.get("intent")),
        "intent": known.get("intent"),
        "confidence": known.get("confidence"),
        "entities": [
            [one["entity"], entity_words(app, one)] for one in known.get("entities", ()) if one["entity"] != "language"
        ],
        "ranking": [
            [topic_name(app[WORDING], one["intent"]), one["confidence"]] for one in known.get("ranking", ())[:RANKED]
        ],
        "state": row.state,
    }


def _suggestion(turns: list[Any]) -> dict[str, Any] | None:
    """Return what the assistant would answer to the patron's newest message, if it has an answer."""
    newest = turns[-1] if turns else None
    words = plain_text(newest.suggestion) if newest is not None and newest.suggestion else ""
    return {"seq": newest.seq, "text": words} if words and newest is not None else None


def _transfer(row: Any, names: dict[int, str], now: float) -> dict[str, Any] | None:
    if row.transfer_to is None or row.transfer_until < now:
        return None
    return {"to": names.get(row.transfer_to, ""), "left": row.transfer_until - now}


async def _hours(app: web.Application) -> dict[str, Any]:
    outlook, now = await app[HANDOFFS].outlook(), app[CLOCK].now()
    say, lang = app[WORDING], DEFAULT_LANGUAGE

    def at(moment: datetime | None) -> str | None:
        if moment is None:
            return None
        time = clock_time(moment, lang, say)
        same = moment.date() == now.date()
        return time if same else f"{day_beside(moment.date(), now.date(), lang, say, brief=True)}, {time}"

    return {"open": outlook.open, "until": at(outlook.until), "opens": at(outlook.opens)}
