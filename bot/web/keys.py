"""The names under which the web application keeps what its handlers share."""

from __future__ import annotations

from aiohttp import web

from bot.clock import Clock
from bot.conversations.claims import Claims
from bot.conversations.handoff import Handoffs
from bot.conversations.left_messages import LeftMessages
from bot.conversations.log import ConversationLog
from bot.conversations.mail import Outbox
from bot.conversations.pause import Pause
from bot.conversations.presence import Presence
from bot.conversations.ratings import Ratings
from bot.conversations.turns import TurnWorker
from bot.conversations.waiting import Waiting
from bot.knowledge.knowledge import Knowledge
from bot.settings import Settings
from bot.storage.engine import Database
from bot.web.limits import Limits
from bot.web.rasa import RasaBrain
from bot.wording import Wording

SETTINGS = web.AppKey("settings", Settings)
CLOCK = web.AppKey("clock", Clock)  # type: ignore[type-abstract]
DATABASE = web.AppKey("database", Database)
LOG = web.AppKey("log", ConversationLog)
WORKER = web.AppKey("worker", TurnWorker)
PRESENCE = web.AppKey("presence", Presence)
PAUSE = web.AppKey("pause", Pause)
HANDOFFS = web.AppKey("handoffs", Handoffs)
CLAIMS = web.AppKey("claims", Claims)
RATINGS = web.AppKey("ratings", Ratings)
LEFT_MESSAGES = web.AppKey("left_messages", LeftMessages)
WAITING = web.AppKey("waiting", Waiting)
OUTBOX = web.AppKey("outbox", Outbox)
BRAIN = web.AppKey("brain", RasaBrain)
KNOWLEDGE = web.AppKey("knowledge", Knowledge)
WORDING = web.AppKey("wording", Wording)
LIMITS = web.AppKey("limits", Limits)

LANGUAGE = web.RequestKey("language", str)
"""Where a request keeps the language in which its errors are said."""
