"""Asks patrons one short question for the library, when they say thanks or goodbye, and takes the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.complaints import COMPLAINS, GRUDGES
from bot.conversations.log import ConversationLog
from bot.conversations.model import WEB, Block, Conversation, Mode, Sender, TurnReply, text_block
from bot.conversations.plain import plain_text
from bot.conversations.text import printable
from bot.conversations.topics import DANGER, NOT_UNDERSTOOD, OUTSIDE, SMALL_TALK
from bot.storage.models import handoff, message, rating, survey, survey_answer, turn
from bot.suggestions.errors import BadAnswer, SurveyGone
from bot.wording import Wording

PURPOSE = "survey"
"""What the block of a survey's form says that it is for."""
PARTING = frozenset(("thank", "goodbye"))
SPOILS = frozenset((NOT_UNDERSTOOD, OUTSIDE, DANGER, "give_feedback"))
"""Topics after which a talk is not asked anything: it went badly, or the patron has said enough."""
UNHAPPY = frozenset(("down", "no", "partly"))
QUESTIONS_LEAST = 2
SCALE = 5
TEXT_MOST = 1000  # characters
FIELD = "answer"


class Surveys:
    """Decides which talk is asked what, and keeps that it was asked and what was answered."""

    def __init__(self, log: ConversationLog, wording: Wording) -> None:
        self._log = log
        self._wording = wording

    async def ask(self, db: AsyncConnection, talk: Conversation, reply: TurnReply) -> list[Block]:
        """Return what is added to a reply that is about to be shown; in the same transaction note that it was asked.

        `talk` was read under lock: nobody else can ask it meanwhile.
        """
        if talk.mode is not Mode.BOT or reply.understood.get("intent") not in PARTING:
            return []
        now = self._log.clock.now().timestamp()
        row = await self._open_for(db, talk, reply.lang, now)
        if row is None or await _was_asked(db, talk.id) or not await went_well(db, talk.id):
            return []
        if not await _sounds_well(db, talk.id):
            return []
        if not await _is_there(db, row.id):
            return []
        asked = {"survey_id": row.id, "conversation_id": talk.id, "seq": talk.seq + 1, "asked_at": now}
        await db.execute(survey_answer.insert().values(**asked, lang=reply.lang, branch=talk.branch))
        return [self.form(row, reply.lang)]

    async def answer(self, conversation_id: str, seq: int, values: Mapping[str, str]) -> bool:
        """Store the answer to the form of message `seq` and thank for it; the first answer counts.

        Returns False, and does nothing, when that message has no form of a survey. Raises BadAnswer, SurveyGone
        or ChatGone.
        """
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            if not await _is_survey(db, conversation_id, seq):
                return False
            here = (survey_answer.c.conversation_id == conversation_id) & (survey_answer.c.seq == seq)
            query = sa.select(survey_answer.c.answered_at, survey).join_from(survey_answer, survey).where(here)
            row = (await db.execute(query)).one_or_none()
            if row is None:
                raise SurveyGone
            if row.answered_at is None:
                value = _taken(row, values.get(FIELD, ""))
                now = self._log.clock.now().timestamp()
                kept = await db.execute(survey_answer.update().where(here).values(value=value, answered_at=now))
                if not kept.rowcount:  # deleted between the two statements
                    raise SurveyGone
                thanks = text_block(self._wording.say("utter_surveys_thanks", talk.lang)) | {"form": seq}
                await self._log.append(db, talk, Sender.BOT, [thanks])
        self._log.hub.wake(conversation_id)
        return True

    def form(self, row: Any, lang: str) -> Block:
        """Return the form that asks a survey's question."""
        field: Block = {"name": FIELD, "label": said(row.question, lang), "value": "", "required": True}
        if row.kind == "text":
            field |= {"kind": "text", "hint": self._wording.say("utter_surveys_hint", lang)}
        else:
            field |= {"kind": "options", "options": options_of(row, lang)}
        return {
            "type": "form",
            "purpose": PURPOSE,
            "title": self._wording.say("utter_surveys_title", lang),
            "fields": [field],
            "submit": self._wording.say("utter_surveys_submit", lang),
            "sent": self._wording.say("utter_surveys_sent", lang),
        }

    async def _open_for(self, db: AsyncConnection, talk: Conversation, lang: str, now: float) -> Any:
        """Return the open survey that this talk may be asked, whose lot is the lowest of several; None for none."""
        answers = (
            sa.select(sa.func.count())
            .where(survey_answer.c.survey_id == survey.c.id, survey_answer.c.answered_at.is_not(None))
            .scalar_subquery()
        )
        query = sa.select(survey).where(
            survey.c.state == "open",
            survey.c.begins_at <= now,
            survey.c.ends_at > now,
            survey.c.most.is_(None) | (answers < survey.c.most),
        )
        fitting = [row for row in (await db.execute(query)).all() if fits(row, talk, lang)]
        return min(fitting, key=lambda row: lot(row.id, talk.id), default=None)


def fits(row: Any, talk: Conversation, lang: str) -> bool:
    """Tell whether a survey is for this talk: by branch, language and share.

    Outside of the website's window the next words are the next question, so no answer in free words is asked for.
    """
    asks = row.asks
    return (
        lang in row.question
        and (talk.channel == WEB or row.kind != "text")
        and (not asks.get("branches") or talk.branch in asks["branches"])
        and (not asks.get("languages") or lang in asks["languages"])
        and lot(row.id, talk.id) < asks.get("share", 100)
    )


def lot(survey_id: int, conversation_id: str) -> int:
    """Return what a talk draws for a survey: 0 to 99, always the same."""
    return int.from_bytes(hashlib.sha256(f"{survey_id} {conversation_id}".encode()).digest()[:8]) % 100


def said(words: Mapping[str, str], lang: str) -> str:
    """Return what is written in a language, in English where it is not."""
    return words.get(lang) or words["en"]


def options_of(row: Any, lang: str) -> list[dict[str, str]]:
    """Return what can be chosen, as value and label; nothing of a free text. The ends of a scale carry its words."""
    words = [said(option, lang) for option in row.options]
    if row.kind == "choice":
        return [{"value": str(number), "label": label} for number, label in enumerate(words, 1)]
    if row.kind == "scale":
        ends = {1: words[0], SCALE: words[1]}
        labels = [f"{number}: {ends[number]}" if number in ends else str(number) for number in range(1, SCALE + 1)]
        return [{"value": str(number), "label": label} for number, label in enumerate(labels, 1)]
    return []


async def went_well(db: AsyncConnection, conversation_id: str) -> bool:
    """Tell whether the assistant answered all that was asked, upset nobody, and said enough to ask something itself."""
    query = sa.select(turn.c.state, turn.c.apologised_at, turn.c.understood)
    turns = (await db.execute(query.where(turn.c.conversation_id == conversation_id))).all()
    intents = [(row.understood or {}).get("intent") for row in turns]
    if SPOILS.intersection(intents) or any(row.state == "failed" or row.apologised_at for row in turns):
        return False
    answered = [
        intent for row, intent in zip(turns, intents, strict=True) if row.state == "done" and intent not in SMALL_TALK
    ]
    if len(answered) < QUESTIONS_LEAST:
        return False
    unhappy = sa.select(rating.c.seq).where(rating.c.conversation_id == conversation_id, rating.c.value.in_(UNHAPPY))
    handed_over = sa.select(handoff.c.id).where(handoff.c.conversation_id == conversation_id)
    return all([(await db.execute(found.limit(1))).first() is None for found in (unhappy, handed_over)])


async def _sounds_well(db: AsyncConnection, conversation_id: str) -> bool:
    """Tell whether the patron's own words complain of nothing."""
    query = sa.select(message.c.blocks).where(
        message.c.conversation_id == conversation_id, message.c.sender == Sender.PATRON.value
    )
    said = [plain_text(blocks) for blocks in (await db.execute(query.order_by(message.c.seq))).scalars()]
    return not any(GRUDGES.search(text) for text in said[-1:]) and not any(COMPLAINS.search(text) for text in said)


async def _is_there(db: AsyncConnection, survey_id: int) -> bool:
    """Tell whether a survey is there still, and keep it from being deleted until the transaction ends."""
    query = sa.select(survey.c.id).where(survey.c.id == survey_id)
    return (await db.execute(query.with_for_update(read=True, key_share=True))).first() is not None


async def _was_asked(db: AsyncConnection, conversation_id: str) -> bool:
    query = sa.select(survey_answer.c.id).where(survey_answer.c.conversation_id == conversation_id)
    return (await db.execute(query.limit(1))).first() is not None


async def _is_survey(db: AsyncConnection, conversation_id: str, seq: int) -> bool:
    query = sa.select(message.c.blocks).where(
        message.c.conversation_id == conversation_id, message.c.seq == seq, message.c.sender == Sender.BOT.value
    )
    blocks = (await db.execute(query)).scalar_one_or_none() or []
    return any(block["type"] == "form" and block.get("purpose") == PURPOSE for block in blocks)


def _taken(row: Any, raw: str) -> str:
    """Return an answer as it is kept: the number of the option, or the words; raise BadAnswer."""
    value = printable(raw)
    known = value in {option["value"] for option in options_of(row, "en")}
    if row.kind == "text":
        known = 0 < len(value) <= TEXT_MOST
    if not known:
        raise BadAnswer(field=FIELD)
    return value
