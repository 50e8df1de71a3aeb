"""Counts talks and what happened in them, by day and by one thing at a time, with few statements.

What each figure means is said in definitions.py; this is the same in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Mode, Sender
from bot.conversations.topics import NOT_UNDERSTOOD, SMALL_TALK
from bot.statistics.periods import LocalTime, day_name
from bot.statistics.tally import Count, slot_name
from bot.storage.models import conversation, gap_question, handoff, left_message, message, rating, turn

NO_TOPIC = SMALL_TALK | {NOT_UNDERSTOOD, "change_detail", "choose_shown", "change_language", "chitchat"}
"""What is no topic of its own: small talk, and what goes on with the topic before."""
QUIET_SECONDS = 3600.0  # a talk in which nobody wrote for so long is over
LONG_SECONDS = 3 * 366 * 86400.0  # no talk goes on for longer: it is forgotten when it has been quiet for 90 days

Columns = Sequence[sa.ColumnElement[Any]]


@dataclass(frozen=True)
class Scope:
    """What is counted: everything between two moments, or all of some talks, which are over for good then."""

    since: float
    until: float
    now: float
    talks: Sequence[str] | None = None

    @classmethod
    def of_talks(cls, talks: Sequence[str], now: float) -> Scope:
        """Return the scope of talks that are about to be forgotten."""
        return cls(now - LONG_SECONDS, now + 86400.0, now, talks)

    def holds(self, moment: sa.ColumnElement[Any], talk: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """Return the conditions under which something that happened in a talk is counted."""
        return [talk.in_(self.talks)] if self.talks is not None else [moment >= self.since, moment < self.until]

    def may_hold(self, moment: sa.ColumnElement[Any], talk: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """Return the conditions for what belongs to a talk that is counted: it never happened before the talk began."""
        return [talk.in_(self.talks)] if self.talks is not None else [moment >= self.since]


async def counts(db: AsyncConnection, zone: ZoneInfo, scope: Scope) -> list[Count]:
    """Return every count of the scope that is not zero."""
    local = LocalTime(zone, scope.since, scope.until)
    queries = [_talks(scope, local), _handoffs(scope, local), _turns(scope, local), _rest(scope, local)]
    return [one for query in queries for one in _read((await db.execute(query)).all())]


def _read(rows: Sequence[Any]) -> Iterator[Count]:
    names = rows[0]._fields[3:] if rows else ()
    for number, by, key, *found in rows:
        day, told = day_name(number), slot_name(int(key)) if by == "hour" else key[:64]
        for figure, count in zip(names, found, strict=True):
            if count:
                yield Count(day, figure, by, told, int(count))


def _talks(scope: Scope, local: LocalTime) -> sa.CompoundSelect[Any]:
    """Count talks on the day of the patron's first message."""
    said = (
        sa.select(
            message.c.conversation_id,
            sa.func.min(message.c.at).label("began"),
            sa.func.max(message.c.seq).label("last"),
        )
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(
            message.c.sender == Sender.PATRON.value,
            *scope.may_hold(conversation.c.last_at, conversation.c.id),
            conversation.c.created_at < scope.until,
        )
        .group_by(message.c.conversation_id)
        .cte("said")
    )
    asked, question, left, rated = _asked(scope), _question(scope), _left(scope), _rated(scope)
    over = sa.true() if scope.talks is not None else _over(scope)
    zero: sa.ColumnElement[int] = sa.literal_column("0")
    alone = sa.and_(
        over,
        asked.c.conversation_id.is_(None),
        left.c.conversation_id.is_(None),
        sa.func.coalesce(rated.c.value, "") != "no",
        # The seq of the last question, doubled, and one more if it stayed open.
        sa.func.coalesce(question.c.coded % 2, zero) == zero,
        sa.func.coalesce(rated.c.down, zero) < sa.func.coalesce(question.c.coded // 2, said.c.last),
    )
    invited = sa.or_(conversation.c.mode == Mode.ENDED.value, asked.c.joined == 1, rated.c.value.is_not(None))
    base = (
        sa.select(
            local.day(said.c.began).label("day"),
            local.slot(said.c.began).label("slot"),
            *_whose(),
            _one(alone).label("alone"),
            _one(invited).label("invited"),
            *(_one(rated.c.value == value).label(value) for value in ("yes", "partly", "no")),
        )
        .select_from(said)
        .join(conversation, conversation.c.id == said.c.conversation_id)
        .outerjoin(asked, asked.c.conversation_id == said.c.conversation_id)
        .outerjoin(left, left.c.conversation_id == said.c.conversation_id)
        .outerjoin(question, question.c.conversation_id == said.c.conversation_id)
        .outerjoin(rated, rated.c.conversation_id == said.c.conversation_id)
        .where(*scope.holds(said.c.began, said.c.conversation_id))
        .cte("talk")
    )
    talks, parts = sa.func.count().label("talks"), ("alone", "invited", "yes", "partly", "no")
    sums = [talks, *(sa.func.sum(base.c[name]).label(name) for name in parts)]
    only_talks = [talks, *(zero.label(name) for name in parts)]
    return sa.union_all(*_by_all(base, sums), _by(base, "hour", base.c.slot, only_talks))


def _handoffs(scope: Scope, local: LocalTime) -> sa.CompoundSelect[Any]:
    """Count requests for a person on the day on which they were made."""
    nobody = handoff.c.state == "missed"
    if scope.talks is not None:
        nobody = nobody | (handoff.c.state == "waiting")
    waited = sa.func.coalesce(handoff.c.closed_at, handoff.c.requested_at) > handoff.c.requested_at
    waited = waited | (handoff.c.state == "waiting")
    base = (
        sa.select(
            local.day(handoff.c.requested_at).label("day"),
            local.slot(handoff.c.requested_at).label("slot"),
            *_whose(),
            _one(handoff.c.claimed_at.is_not(None)).label("taken"),
            _one(nobody & waited).label("missed"),
            _one(nobody & ~waited).label("absent"),
        )
        .join(conversation, conversation.c.id == handoff.c.conversation_id)
        .where(*scope.holds(handoff.c.requested_at, handoff.c.conversation_id))
        .cte("request")
    )
    sums = [sa.func.count().label("asked")]
    sums += [sa.func.sum(base.c[name]).label(name) for name in ("taken", "missed", "absent")]
    return sa.union_all(*_by_all(base, sums), _by(base, "hour", base.c.slot, sums))


def _turns(scope: Scope, local: LocalTime) -> sa.CompoundSelect[Any]:
    """Count what the assistant answered, on the day on which it came."""
    intent = turn.c.understood["intent"].as_string()
    base = (
        sa.select(
            local.day(turn.c.received_at).label("day"),
            *_whose(),
            intent.label("intent"),
            turn.c.model,
            _one(intent == NOT_UNDERSTOOD).label("lost"),
        )
        .join(conversation, conversation.c.id == turn.c.conversation_id)
        .where(
            turn.c.state == "done",
            intent.is_not(None),
            *scope.holds(turn.c.received_at, turn.c.conversation_id),
        )
        .cte("answered")
    )
    sums = [sa.func.count().label("turns"), sa.func.sum(base.c.lost).label("lost")]
    topic = _by(base, "topic", base.c.intent, sums).where(base.c.intent.not_in(sorted(NO_TOPIC)))
    model = _by(base, "model", base.c.model, sums).where(base.c.model.is_not(None))
    return sa.union_all(*_by_all(base, sums), topic, model)


def _rest(scope: Scope, local: LocalTime) -> sa.CompoundSelect[Any]:
    """Count questions that nobody could answer by their meaning, and what was thought of single answers."""
    gaps = (
        sa.select(local.day(gap_question.c.at).label("day"), gap_question.c.gap_id.label("key"))
        .where(*scope.holds(gap_question.c.at, gap_question.c.conversation_id))
        .cte("gaps")
    )
    thumbs = (
        sa.select(local.day(rating.c.at).label("day"), rating.c.value.label("key"))
        .where(rating.c.seq > 0, *scope.holds(rating.c.at, rating.c.conversation_id))
        .cte("thumbs")
    )
    none: sa.ColumnElement[int] = sa.literal_column("0")
    return sa.union_all(
        _by(gaps, "gap", gaps.c.key, [sa.func.count().label("gaps"), none.label("thumbs")]),
        _by(thumbs, "value", thumbs.c.key, [none.label("gaps"), sa.func.count().label("thumbs")]),
    )


def _by_all(base: sa.CTE, sums: Columns) -> list[sa.Select[Any]]:
    whole = sa.select(base.c.day, _text("all"), _text("", "key"), *sums).group_by(base.c.day)
    return [whole, *(_by(base, name, base.c[name], sums) for name in ("branch", "lang", "channel"))]


def _by(base: sa.CTE, name: str, column: sa.ColumnElement[Any], sums: Columns) -> sa.Select[Any]:
    key = sa.cast(column, sa.String).label("key")
    return sa.select(base.c.day, _text(name), key, *sums).group_by(base.c.day, column)


def _text(value: str, label: str = "by") -> sa.Label[str]:
    return sa.cast(sa.literal_column(f"'{value}'"), sa.String).label(label)


def _whose() -> list[sa.ColumnElement[Any]]:
    branch = sa.func.coalesce(conversation.c.branch, sa.literal_column("''")).label("branch")
    return [branch, conversation.c.lang, conversation.c.channel]


def _one(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((condition, sa.literal_column("1")), else_=sa.literal_column("0"))


def _over(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.or_(conversation.c.mode == Mode.ENDED.value, conversation.c.last_at < scope.now - QUIET_SECONDS)


def _asked(scope: Scope) -> sa.CTE:
    """Give the talks that asked for a person; `joined`: one came, and the patron was asked to rate at the end."""
    joined = sa.func.max(_one(handoff.c.state == "closed")).label("joined")
    return (
        sa.select(handoff.c.conversation_id, joined)
        .where(*scope.may_hold(handoff.c.requested_at, handoff.c.conversation_id))
        .group_by(handoff.c.conversation_id)
        .cte("asked")
    )


def _question(scope: Scope) -> sa.CTE:
    """Give the last question of each talk as one number: its seq doubled, and one more if it got no answer."""
    intent = sa.func.coalesce(turn.c.understood["intent"].as_string(), "")
    unanswered = _one((turn.c.state != "done") | (intent == NOT_UNDERSTOOD))
    return (
        sa.select(turn.c.conversation_id, sa.func.max(turn.c.seq * 2 + unanswered).label("coded"))
        .where(intent.not_in(sorted(SMALL_TALK)), *scope.may_hold(turn.c.received_at, turn.c.conversation_id))
        .group_by(turn.c.conversation_id)
        .cte("question")
    )


def _left(scope: Scope) -> sa.CTE:
    return (
        sa.select(left_message.c.conversation_id)
        .where(*scope.may_hold(left_message.c.at, left_message.c.conversation_id))
        .distinct()
        .cte("left_one")
    )


def _rated(scope: Scope) -> sa.CTE:
    """Give what patrons thought of the talk, and the last answer that was no help."""
    value = sa.func.max(sa.case((rating.c.seq == 0, rating.c.value))).label("value")
    down = sa.func.max(sa.case((rating.c.value == "down", rating.c.seq), else_=0)).label("down")
    return (
        sa.select(rating.c.conversation_id, value, down)
        .where(*scope.may_hold(rating.c.at, rating.c.conversation_id))
        .group_by(rating.c.conversation_id)
        .cte("rated")
    )
