"""How a patron of a messaging channel can be reached now, and what has not reached them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.model import FORMS, channel_name, is_messaging
from bot.conversations import sms
from bot.conversations.model import Conversation
from bot.storage.models import address, message, opt_out, outbound
from bot.web.keys import SENDING

LATE = 2  # attempts from which a message counts as held up
STOPPED = (
    "The patron has asked for no more messages (STOP). Nothing that you write is delivered until they write START. "
    "Call or e-mail them if you know how, or add a note."
)
ELSEWHERE = "The patron goes on in another chat. Nothing that you write here is delivered."
OFF = "{name} is not set up any more. Nothing that you write is delivered."
OVER = (
    "{name} lets us write only for {hours} hours after the patron's last message, and they are over. Nothing that you "
    "write is delivered until the patron writes again. Call or e-mail them if you know how, or add a note."
)


@dataclass(frozen=True)
class Reach:
    """Whether what staff write arrives. Texts are for staff."""

    name: str  # of the channel
    hours: int | None  # after the patron's last message in which we may write; None: always
    left: float | None  # seconds of them
    over: str  # what is said when they are over
    problem: str  # why nothing arrives; empty: it does


async def reach_of(app: web.Application, db: AsyncConnection, talk: Conversation) -> Reach | None:
    """Return how the patron of a talk is reached; None for a talk in a window of the website."""
    form = FORMS.get(talk.channel)
    if form is None:
        return None
    query = (
        sa.select(address.c.heard_at, opt_out.c.at.label("stopped"))
        .outerjoin(opt_out, opt_out.c.key == address.c.key)
        .where(address.c.conversation_id == talk.id)
    )
    row = (await db.execute(query)).one_or_none()
    hours = None if form.window is None else round(form.window / 3600)
    left = None if form.window is None or row is None else max(0.0, row.heard_at + form.window - time.time())
    over = "" if hours is None else OVER.format(name=form.name, hours=hours)
    if row is None:
        problem = ELSEWHERE
    elif talk.channel not in app[SENDING].platforms:
        problem = OFF.format(name=form.name)
    elif row.stopped is not None:
        problem = STOPPED
    else:
        problem = over if left == 0 else ""
    return Reach(form.name, hours, left, over, problem)


@dataclass(frozen=True)
class Undelivered:
    """A message that has not arrived: for good, or not yet."""

    failed: bool
    words: str


async def undelivered(db: AsyncConnection, conversation_id: str) -> dict[int, Undelivered]:
    """Return what has not arrived of a talk's messages, by their seq."""
    query = sa.select(outbound).where(outbound.c.conversation_id == conversation_id, _under_way_or_failed())
    found: dict[int, Undelivered] = {}
    for row in await db.execute(query.order_by(outbound.c.seq, outbound.c.part.desc())):
        if row.state == "failed":
            found[row.seq] = Undelivered(True, f"Not delivered: {row.problem or 'the platform refused it.'}")
        elif row.attempts >= LATE and row.seq not in found:
            found[row.seq] = Undelivered(False, f"Not yet delivered: tried {row.attempts} times.")
    return found


@dataclass(frozen=True)
class Trouble:
    """What the lists say of a talk: how many messages failed, how often one is tried by now, whether STOP was said."""

    failed: int = 0
    tried: int = 0
    stopped: bool = False

    def shown(self) -> dict[str, Any]:
        """Return it for the desk's page."""
        return {"undelivered": self.failed, "tried": self.tried, "stopped": self.stopped}


async def troubles(db: AsyncConnection, since: Mapping[str, float]) -> dict[str, Trouble]:
    """Return the trouble of talks that have some; `since`: the moment from which each talk's messages count."""
    of = list(since)
    parts = (
        sa.select(outbound.c.conversation_id, outbound.c.seq, outbound.c.state, outbound.c.attempts, message.c.at)
        .join(message, (message.c.conversation_id == outbound.c.conversation_id) & (message.c.seq == outbound.c.seq))
        .where(outbound.c.conversation_id.in_(of), _under_way_or_failed())
    )
    failed: dict[str, set[int]] = {}
    tried: dict[str, int] = {}
    for row in await db.execute(parts):
        if row.state == "due" and row.attempts >= LATE:
            tried[row.conversation_id] = max(row.attempts, tried.get(row.conversation_id, 0))
        elif row.state == "failed" and row.at >= since[row.conversation_id]:
            failed.setdefault(row.conversation_id, set()).add(row.seq)
    said = sa.select(address.c.conversation_id).join(opt_out, opt_out.c.key == address.c.key)
    stopped = set((await db.execute(said.where(address.c.conversation_id.in_(of)))).scalars())
    return {
        one: Trouble(len(failed.get(one, ())), tried.get(one, 0), one in stopped) for one in {*failed, *tried, *stopped}
    }


def for_composer() -> dict[str, Any]:
    """Return what the page counts with while staff write: the limits of the channels, and how texts are counted."""
    return {
        "forms": {channel: {"most": form.most, "texts": form.texts} for channel, form in FORMS.items()},
        "texts": {
            "single": _in_order(sms.DEFAULT),
            "double": _in_order(sms.EXTENSION),
            "plainer": {chr(sign): plain for sign, plain in sms.PLAINER.items()},
            "one": [sms.ONE_GSM, sms.ONE_UCS2],
            "each": [sms.EACH_GSM, sms.EACH_UCS2],
        },
    }


def named(channel: str) -> dict[str, Any]:
    """Return a channel as the desk's page takes it."""
    return {"channel": channel, "channel_name": channel_name(channel), "messaging": is_messaging(channel)}


def _under_way_or_failed() -> sa.ColumnElement[bool]:
    return outbound.c.state.in_(("due", "failed"))


def _in_order(signs: Sequence[str] | frozenset[str]) -> str:
    return "".join(sorted(signs))
