"""What comes in by a messaging channel: each message once, as what a patron of the website would have done."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import menu
from bot.channels.addresses import Addresses
from bot.channels.carrying import CODE_SECONDS, Carrying, new_address
from bot.channels.model import Inbound
from bot.channels.service import ServiceReplies
from bot.channels.words import Word, code_in, language_of, word_in
from bot.conversations.errors import BadChoice, ChatGone
from bot.conversations.handoff import Handoffs
from bot.conversations.left_messages import LeftMessages
from bot.conversations.log import ConversationLog, remove
from bot.conversations.model import WEB, Block, Conversation, Mode, Sender, text_block
from bot.conversations.pause import Pause
from bot.conversations.ratings import TALK, Ratings
from bot.conversations.text import clean
from bot.errors import LibraryError
from bot.storage.models import address, opt_out, received
from bot.wording import DEFAULT_LANGUAGE, LANGUAGES, Wording

LOOK_BACK = 12  # messages among which the newest offer is looked for
ASK_TO_WAIT_SECONDS = 60.0
TOLD_MOST = 10_000  # patrons who were asked to wait
CHOICE = re.compile(r"\d{1,9}\.\d{1,9}")
GREETING = "start"
"""The key of a platform's own button with which a patron begins."""


@dataclass(frozen=True)
class Talks:
    """The parts of the conversations that a message may concern."""

    log: ConversationLog
    handoffs: Handoffs
    ratings: Ratings
    left_messages: LeftMessages
    pause: Pause
    answer_survey: Callable[[str, int, Mapping[str, str]], Awaitable[bool]]
    notify: Callable[[str], None]  # that a turn may be due
    wait: Callable[[str], float]  # seconds for which a talk has sent too much
    welcome: Callable[[str], list[Block]]  # in a language
    introduce: Callable[[AsyncConnection, Conversation, str], Awaitable[list[Block]]]
    facts: Callable[[str], dict[str, str]]  # in a language: library, phone, email
    hurry: Callable[[], None]  # that there may be something to say outside of a talk


class Inbox:
    """Takes messages. What it has returned from is stored; a message that comes again is dropped."""

    def __init__(
        self, talks: Talks, addresses: Addresses, replies: ServiceReplies, carrying: Carrying, wording: Wording
    ) -> None:
        self._talks = talks
        self._log = talks.log
        self._addresses = addresses
        self._replies = replies
        self._carrying = carrying
        self._wording = wording
        self._told: dict[str, float] = {}

    async def take(self, new: Inbound) -> None:
        """Do what a message asks for. A fault of ours is raised: then the platform brings the message again."""
        key = self._addresses.received_key(new.channel, new.id)
        if await self._had(key):
            return
        try:
            await self._take(new, key)
        except IntegrityError:
            if not await self._had(key):  # not the same message, brought twice at the same moment
                raise
        self._talks.hurry()

    async def _take(self, new: Inbound, key: str) -> None:
        at = self._addresses.conversation_id(new.channel, new.address)
        talk, stopped = await self._known(at)
        lang = talk.lang if talk else new.lang if new.lang in LANGUAGES else DEFAULT_LANGUAGE
        with_person = talk is not None and talk.mode in (Mode.WAITING, Mode.STAFF)
        word = word_in(new.text, new.channel, stopped=stopped, with_person=with_person)
        if new.choice == GREETING:
            word = Word.START
        lang = language_of(new.text) or lang if word else lang
        if word is Word.DELETE:
            await self._delete(new, key, talk, lang)
            return
        if word is not Word.STOP and self._talks.wait(at) > 0:
            await self._too_many(new, key, at, lang)
            return
        if word in (Word.STOP, Word.HELP) or (word is Word.START and stopped):
            await self._order(new, key, at, word, lang, talk)
            return
        if not stopped:
            await self._in_talk(new, key, at, word, lang)
        async with self._log.database.write() as db:
            await self._remember(db, key)

    async def _in_talk(self, new: Inbound, key: str, at: str, word: Word | None, lang: str) -> None:
        if (code := code_in(new.text)) is not None and await self._carry(new, key, at, code, lang):
            return
        talk = await self._talk(new, at, lang)
        match word:
            case Word.MOVE:
                await self._give_code(new, key, talk)
            case Word.START:
                await self._greet(new, key, talk)
            case Word.BACK:
                await self._talks.handoffs.command(talk, key, new.text, "do.bot")
                self._talks.notify(talk.id)
            case _:
                try:
                    await self._hear(new, key, talk)
                except ChatGone:
                    return  # forgotten meanwhile
                except LibraryError as error:
                    await self._say_aside(new, key, self._wording.say(error.response, talk.lang, **error.facts))

    async def _hear(self, new: Inbound, key: str, talk: Conversation) -> None:
        """Take what is neither an order nor a code: a button, a number, or words."""
        if new.other and not new.text.strip():
            await self._cannot_read(key, talk)
            return
        if talk.mode is Mode.BOT and (notice := await self._talks.pause.notice(talk.lang)) is not None:
            await self._say_aside(new, key, notice)
            return
        choice = new.choice or await self._named(talk, new.text)
        if choice is not None and not CHOICE.fullmatch(choice):
            await self._choose(key, talk, choice, new.text)
            return
        text = None if choice else clean(new.text)
        if talk.mode is Mode.ENDED:
            talk = await self._begin_again(talk)
        if await self._talks.handoffs.command(talk, key, text, choice) is None:
            await self._log.receive(talk.id, key, text=text, choice_key=choice)
            if talk.mode is not Mode.BOT:
                self._talks.handoffs.changed(talk.id)
        if new.other:
            await self._say(talk.id, f"{key}.o", Sender.BOT, self._only_text(talk))
        self._talks.notify(talk.id)

    async def _named(self, talk: Conversation, text: str) -> str | None:
        """Return the key of what the text names among what was offered since the patron wrote last."""
        said, _ = await self._log.after(talk.id, max(0, talk.seq - LOOK_BACK))
        for message in reversed(said):
            if message.sender in (Sender.PATRON, Sender.STAFF):
                return None
            key = menu.named(text, message.seq, message.blocks, self._wording, message.lang)
            if key is not None:
                return key
        return None

    async def _choose(self, key: str, talk: Conversation, choice: str, text: str) -> None:
        """Do what a choice of the channels stands for: rate the talk, leave a message, answer a survey."""
        kind, _, rest = choice.partition(".")
        label = text.strip()
        if kind == menu.RATE:
            label = label or self._wording.say(f"utter_staff_rating_{rest}", talk.lang)
            await self._say(talk.id, key, Sender.PATRON, [text_block(label)])
            await self._talks.ratings.rate(talk.id, TALK, rest)
            thanks = self._wording.say("utter_staff_rating_thanks", talk.lang)
            await self._say(talk.id, f"{key}.a", Sender.BOT, [text_block(thanks)])
        elif kind == menu.LEAVE and rest.isdigit():
            form = await self._form(talk, int(rest))
            label = label or self._wording.say("utter_channels_leave", talk.lang)
            await self._say(talk.id, key, Sender.PATRON, [text_block(label)])
            question = next((one["value"] for one in form["fields"] if one["name"] == "question"), "")
            await self._talks.left_messages.leave(talk.id, key, int(rest), {"question": question}, here=True)
        elif kind == menu.ANSWER and re.fullmatch(r"\d{1,9}\.\d", rest):
            seq, value = rest.split(".")
            await self._say(talk.id, key, Sender.PATRON, [text_block(label or value)])
            await self._talks.answer_survey(talk.id, int(seq), {"answer": value})
        else:
            raise BadChoice

    async def _form(self, talk: Conversation, seq: int) -> Block:
        said, _ = await self._log.after(talk.id, seq - 1, limit=1)
        forms = [block for message in said for block in message.blocks if block["type"] == "form"]
        if not forms or said[0].seq != seq:
            raise BadChoice
        return forms[0]

    async def _cannot_read(self, key: str, talk: Conversation) -> None:
        sent = self._wording.say("utter_channels_sent_other", talk.lang)
        await self._say(talk.id, key, Sender.PATRON, [text_block(sent)])
        await self._say(talk.id, f"{key}.o", Sender.BOT, self._only_text(talk))

    def _only_text(self, talk: Conversation) -> list[Block]:
        person = talk.mode in (Mode.WAITING, Mode.STAFF)
        name = "utter_channels_only_text_person" if person else "utter_channels_only_text"
        return [text_block(self._wording.say(name, talk.lang))]

    async def _greet(self, new: Inbound, key: str, talk: Conversation) -> None:
        if talk.mode is Mode.ENDED:
            talk = await self._begin_again(talk)
        await self._say(talk.id, key, Sender.PATRON, [text_block(new.text.strip() or GREETING)])
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, talk.id)
            if await self._log.known(db, talk.id, f"{key}.w") is None:
                blocks = [*self._talks.welcome(talk.lang), *await self._talks.introduce(db, talk, talk.lang)]
                await self._log.append(db, talk, Sender.BOT, blocks, client_id=f"{key}.w")
        self._talks.handoffs.changed(talk.id)

    async def _begin_again(self, talk: Conversation) -> Conversation:
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, talk.id)
            return await self._talks.handoffs.to_bot(db, talk) if talk.mode is Mode.ENDED else talk

    async def _say(self, conversation_id: str, client_id: str, sender: Sender, blocks: list[Block]) -> None:
        """Store a message once."""
        async with self._log.database.write() as db:
            talk = await self._log.locked(db, conversation_id)
            if await self._log.known(db, talk.id, client_id) is None:
                await self._log.append(db, talk, sender, blocks, client_id=client_id)
        self._talks.handoffs.changed(conversation_id)

    async def _order(
        self, new: Inbound, key: str, at: str, word: Word | None, lang: str, talk: Conversation | None
    ) -> None:
        """Carry out STOP, START after a STOP, or HELP, and answer unless the platform has."""
        facts = self._talks.facts(lang)
        with_person = talk is not None and talk.mode in (Mode.WAITING, Mode.STAFF)
        name = {
            Word.STOP: "utter_channels_stopped",
            Word.START: "utter_channels_started",
        }.get(word or Word.HELP, "utter_channels_help_with_person" if with_person else "utter_channels_help")
        async with self._log.database.write() as db:
            if not await self._remember(db, key):
                return
            if word in (Word.STOP, Word.START):
                await db.execute(opt_out.delete().where(opt_out.c.key == at))
            if word is Word.STOP:
                await db.execute(opt_out.insert(), {"key": at, "at": time.time()})
            if not new.told:
                text = self._wording.say(name, lang, **facts)
                await self._replies.put(db, new.channel, new.address, text)
        if talk is not None:
            self._talks.handoffs.changed(talk.id)

    async def _delete(self, new: Inbound, key: str, talk: Conversation | None, lang: str) -> None:
        async with self._log.database.write() as db:
            if not await self._remember(db, key):
                return
            if talk is not None:
                await remove(db, [talk.id], self._log.keep)
            text = self._wording.say("utter_channels_deleted", lang)
            await self._replies.put(db, new.channel, new.address, text)
        if talk is not None:
            self._talks.handoffs.changed(talk.id)

    async def _give_code(self, new: Inbound, key: str, talk: Conversation) -> None:
        async with self._log.database.write() as db:
            await self._log.locked(db, talk.id)
            if not await self._remember(db, key):
                return
            code = await self._carrying.code(db, talk.id)
            minutes = round(CODE_SECONDS / 60)
            text = self._wording.say("utter_channels_code", talk.lang, code=code, minutes=minutes)
            await self._replies.put(db, new.channel, new.address, text)

    async def _carry(self, new: Inbound, key: str, at: str, code: str, lang: str) -> bool:
        """Go on here with the talk that a code stands for; False where it is no code but words."""
        async with self._log.database.write() as db:
            if "-" not in new.text and not await self._carrying.is_code(db, code):
                return False
            if not await self._remember(db, key):
                return True
            talk = await self._carrying.take(db, code, new.channel)
            if talk is None:
                text = self._wording.say("utter_channels_no_code", lang)
                await self._replies.put(db, new.channel, new.address, text)
                return True
            sealed = self._addresses.seal(new.address)
            await self._carrying.to_address(db, talk, at, new.channel, sealed)
            words = self._wording.say("utter_channels_carried", talk.lang)
            await self._log.append(db, talk, Sender.SYSTEM, [{"type": "notice", "kind": "info", "text": words}])
        self._talks.handoffs.changed(talk.id)
        return True

    async def _too_many(self, new: Inbound, key: str, at: str, lang: str) -> None:
        """Say so once a minute: an answer to each would be as many messages, which somebody pays."""
        now = time.monotonic()
        tell = self._told.get(at, -ASK_TO_WAIT_SECONDS) <= now - ASK_TO_WAIT_SECONDS
        async with self._log.database.write() as db:
            if not await self._remember(db, key):
                return
            if tell:
                self._told.pop(at, None)
                self._told[at] = now  # at the end: the first one is the one that is forgotten first
                text = self._wording.say("utter_channels_too_many", lang, seconds=round(ASK_TO_WAIT_SECONDS))
                await self._replies.put(db, new.channel, new.address, text)
        if len(self._told) > TOLD_MOST:
            self._told.pop(next(iter(self._told)))

    async def _say_aside(self, new: Inbound, key: str, text: str) -> None:
        async with self._log.database.write() as db:
            if await self._remember(db, key):
                await self._replies.put(db, new.channel, new.address, text)

    async def _talk(self, new: Inbound, at: str, lang: str) -> Conversation:
        """Return the talk with an address, begun if there is none, and note that the patron is there."""
        try:
            return await self._talk_now(new, at, lang)
        except IntegrityError:  # another message of the same patron began it at the same moment
            return await self._talk_now(new, at, lang)

    async def _talk_now(self, new: Inbound, at: str, lang: str) -> Conversation:
        async with self._log.database.write() as db:
            query = sa.select(address.c.conversation_id).where(address.c.key == at)
            conversation_id = (await db.execute(query)).scalar_one_or_none()
            if conversation_id is not None:
                await db.execute(address.update().where(address.c.key == at).values(heard_at=time.time()))
                return await self._log.read(db, conversation_id)
            try:
                talk = await self._log.locked(db, at)
                here = sa.select(address.c.key).where(address.c.conversation_id == at)
                if talk.channel == WEB or (await db.execute(here)).first() is not None:  # it goes on elsewhere
                    anew = f"{at}-{secrets.token_hex(4)}"
                    talk = await self._log.begin_silent(db, anew, new.channel, lang)
            except ChatGone:
                talk = await self._log.begin_silent(db, at, new.channel, lang)
            await db.execute(address.insert(), new_address(at, talk, new.channel, self._addresses.seal(new.address)))
            return talk

    async def _known(self, at: str) -> tuple[Conversation | None, bool]:
        """Return the talk with an address, if there is one, and whether it has said STOP."""
        query = sa.select(address.c.conversation_id).where(address.c.key == at)
        async with self._log.database.read() as db:
            conversation_id = (await db.execute(query)).scalar_one_or_none()
            stopped = (await db.execute(sa.select(opt_out.c.key).where(opt_out.c.key == at))).first() is not None
            talk = None if conversation_id is None else await self._log.read(db, conversation_id)
        return talk, stopped

    async def _had(self, key: str) -> bool:
        async with self._log.database.read() as db:
            return (await db.execute(sa.select(received.c.key).where(received.c.key == key))).first() is not None

    async def _remember(self, db: AsyncConnection, key: str) -> bool:
        """Note that a message has come, in the caller's transaction; False where it had been noted."""
        row: dict[str, Any] = {"key": key, "at": time.time()}
        known = sa.select(received.c.key).where(received.c.key == key)
        if (await db.execute(known)).first() is not None:
            return False
        await db.execute(received.insert(), row)
        return True
