"""The gateway: the only process that the public reaches. This file is its table of contents."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from bot.channels.addresses import Addresses
from bot.channels.carrying import Carrying
from bot.channels.inbox import Inbox, Talks
from bot.channels.introduction import Introduction
from bot.channels.sending import Sending
from bot.channels.service import ServiceReplies
from bot.clock import Clock
from bot.conversations.claims import Claims
from bot.conversations.handoff import Handoffs
from bot.conversations.handoff_words import HandoffWords
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.left_messages import LeftMessages
from bot.conversations.log import ConversationLog
from bot.conversations.mail import MailSettings, Outbox
from bot.conversations.pause import Pause
from bot.conversations.presence import Presence
from bot.conversations.ratings import Ratings
from bot.conversations.retention import purge_forever
from bot.conversations.turns import Deadlines, TurnWorker
from bot.conversations.waiting import Waiting
from bot.edits.history import Edits
from bot.knowledge.knowledge import Knowledge
from bot.learning.examples import Examples
from bot.learning.gaps import Gaps
from bot.learning.publishing import Publishing
from bot.settings import Settings
from bot.statistics.daily import DailyCounts
from bot.storage.engine import Database
from bot.suggestions.deliveries import Deliveries
from bot.suggestions.handling import Handling
from bot.suggestions.retention import drop_contacts_forever
from bot.suggestions.surveys import Surveys
from bot.suggestions.taking import Suggestions
from bot.suggestions.telling import Telling
from bot.web import closing, desk, keys, static
from bot.web.desk_hours import desk_outlook
from bot.web.errors import say_errors
from bot.web.headers import add_headers
from bot.web.limits import Limits
from bot.web.messaging import webhooks
from bot.web.messaging.setup import platforms_of
from bot.web.origins import check_origin
from bot.web.outlets import outlets_of
from bot.web.patron import api, pages, you_asked
from bot.web.patron.greeting import says, welcome
from bot.web.rasa import RasaBrain
from bot.web.relay import Relay
from bot.wording import DEFAULT_LANGUAGE, Wording

log = logging.getLogger(__name__)


def create_app(settings: Settings, clock: Clock | None = None) -> web.Application:
    """Return the application; `clock` stands in for the library's own (tests freeze it)."""
    app = web.Application(middlewares=[say_errors, check_origin], client_max_size=api.BODY_MOST)
    app[keys.SETTINGS] = settings
    app[keys.WORDING] = Wording.load(settings.responses)
    app[keys.KNOWLEDGE] = Knowledge.of(settings)
    app[keys.CLOCK] = clock or settings.library_clock(app[keys.KNOWLEDGE].library.zone)
    app[keys.LIMITS] = Limits(
        settings.messages_a_minute, settings.requests_a_minute, settings.library_networks, settings.trusted_proxies
    )
    app[keys.DATABASE] = Database(settings.database)
    app[keys.BRAIN] = RasaBrain(settings.rasa_url)
    add_conversations(app)
    app.cleanup_ctx.append(conversations)
    app.on_response_prepare.append(add_headers)
    api.add_routes(app)
    desk.add_routes(app)
    pages.add_routes(app)
    you_asked.add_routes(app)
    webhooks.add_routes(app)
    static.add_routes(app)
    return app


def add_conversations(app: web.Application) -> None:
    """Put together what keeps conversations, answers them and brings them to the desk; nothing runs yet."""
    settings, clock, library = app[keys.SETTINGS], app[keys.CLOCK], app[keys.KNOWLEDGE].library
    database, wording = app[keys.DATABASE], app[keys.WORDING]
    contact = {"phone": library.phone, "email": library.email}
    words = HandoffWords(wording, clock, **contact)
    app[keys.DAILY_COUNTS] = DailyCounts(database, clock, library.zone)
    log_ = ConversationLog(
        database,
        clock,
        Tokens(settings.signing_secret()),
        Hub(),
        settings.retry_seconds,
        app[keys.DAILY_COUNTS].keep,
    )
    app[keys.LOG] = log_
    app[keys.PRESENCE] = Presence(database, clock)
    app[keys.PAUSE] = Pause(database, lambda lang: wording.say("utter_service_paused", lang, **contact))
    app[keys.HANDOFFS] = Handoffs(log_, app[keys.PRESENCE], app[keys.PAUSE], words, partial(desk_outlook, app))
    app[keys.CLAIMS] = Claims(log_, app[keys.PRESENCE], app[keys.HANDOFFS], words)
    app[keys.RATINGS] = Ratings(log_, app[keys.HANDOFFS], words)
    app[keys.OUTBOX] = Outbox(
        database,
        MailSettings(
            settings.mail_server,
            settings.mail_from or library.email,
            settings.mail_to or library.email,
            library.name.to(DEFAULT_LANGUAGE),
        ),
    )
    app[keys.DELIVERIES] = Deliveries(database, clock, outlets_of(settings, library))
    app[keys.HANDLING] = Handling(
        clock, app[keys.DELIVERIES], Telling(app[keys.OUTBOX], wording, library.phone, library.name.to)
    )
    app[keys.SUGGESTIONS] = Suggestions(clock, wording, app[keys.DELIVERIES])
    app[keys.SURVEYS] = Surveys(log_, wording)
    app[keys.LEFT_MESSAGES] = LeftMessages(log_, app[keys.HANDOFFS], words, app[keys.OUTBOX])
    app[keys.WAITING] = Waiting(log_, app[keys.PRESENCE], app[keys.HANDOFFS], app[keys.CLAIMS], words)
    app[keys.GAPS] = Gaps(database, clock, app[keys.BRAIN].group)
    app[keys.EXAMPLES] = Examples(settings)
    app[keys.EDITS] = Edits(database, clock, settings)
    app[keys.PUBLISHING] = Publishing(database, clock, settings, app[keys.BRAIN].take_model)
    add_channels(app)
    app[keys.WORKER] = TurnWorker(
        log_,
        app[keys.BRAIN],
        Deadlines(settings.turn_seconds, settings.apology_seconds, settings.retry_seconds),
        says(wording, library.phone),
        app[keys.HANDOFFS],
        name=f"{socket.gethostname()}:{settings.port}",
        orders={"suggestion": app[keys.SUGGESTIONS].take, "track": app[keys.SUGGESTIONS].tell},
        closing=(app[keys.SURVEYS].ask, app[keys.INTRODUCTION].add),
    )


def add_channels(app: web.Application) -> None:
    """Put together what comes in by messaging channels and goes out to them."""
    settings, log_, wording = app[keys.SETTINGS], app[keys.LOG], app[keys.WORDING]
    library = app[keys.KNOWLEDGE].library
    addresses = Addresses(settings.signing_secret())
    replies = ServiceReplies(log_.database, addresses)

    def facts(lang: str) -> dict[str, str]:
        return {"library": library.name.to(lang), "phone": library.phone, "email": library.email}

    app[keys.CARRYING] = Carrying(log_, addresses, app[keys.HANDOFFS])
    app[keys.INTRODUCTION] = Introduction(wording, facts)
    talks = Talks(
        log=log_,
        handoffs=app[keys.HANDOFFS],
        ratings=app[keys.RATINGS],
        left_messages=app[keys.LEFT_MESSAGES],
        pause=app[keys.PAUSE],
        answer_survey=app[keys.SURVEYS].answer,
        notify=lambda conversation_id: app[keys.WORKER].notify(conversation_id),
        wait=app[keys.LIMITS].message,
        welcome=partial(welcome, app),
        introduce=app[keys.INTRODUCTION].blocks,
        facts=facts,
        hurry=lambda: app[keys.SENDING].hurry(),
    )
    app[keys.CHANNELS] = Inbox(talks, addresses, replies, app[keys.CARRYING], wording)
    app[keys.SENDING] = Sending(
        log_,
        addresses,
        replies,
        wording,
        platforms_of(settings),
        name=f"{socket.gethostname()}:{settings.port}",
        changed=app[keys.HANDOFFS].changed,
    )
    if app[keys.SENDING].platforms:
        log_.hub.on_news = app[keys.SENDING].notify


async def conversations(app: web.Application) -> AsyncIterator[None]:
    """Run due turns, the queue, mail and the purge while the application runs."""
    settings, clock = app[keys.SETTINGS], app[keys.CLOCK]
    await app[keys.EDITS].settle()
    await app[keys.WORKER].start()
    chores = [
        asyncio.create_task(app[keys.WAITING].watch()),
        asyncio.create_task(closing.watch(app)),
        asyncio.create_task(app[keys.OUTBOX].send_forever()),
        asyncio.create_task(app[keys.DELIVERIES].send_forever()),
        asyncio.create_task(drop_contacts_forever(app[keys.DATABASE], clock)),
        asyncio.create_task(purge_forever(app[keys.DATABASE], clock, settings.retention_days, app[keys.LOG].keep)),
        asyncio.create_task(app[keys.DAILY_COUNTS].drop_old_forever()),
        asyncio.create_task(app[keys.KNOWLEDGE].warm(clock.now())),
        asyncio.create_task(app[keys.GAPS].run()),
        asyncio.create_task(app[keys.PUBLISHING].run()),
    ]
    if app[keys.SENDING].platforms:
        chores.append(asyncio.create_task(app[keys.SENDING].run()))
    if settings.redis_url:
        chores.append(asyncio.create_task(Relay(settings.redis_url, app[keys.LOG].hub).run()))
    yield
    await app[keys.WORKER].stop()
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    await app[keys.DELIVERIES].close()
    await app[keys.KNOWLEDGE].close()
    await app[keys.BRAIN].close()
    await app[keys.DATABASE].close()


def serve(settings: Settings) -> None:
    """Run the gateway until it is told to stop."""
    web.run_app(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=None,  # addresses and paths with conversation ids are nobody's business
        print=lambda *_: None,
        shutdown_timeout=3,
        handle_signals=True,
    )
