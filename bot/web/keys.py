"""The names under which the web application keeps what its handlers share."""

from __future__ import annotations

from aiohttp import web

from bot.clock import Clock
from bot.conversations.log import ConversationLog
from bot.conversations.turns import TurnWorker
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
BRAIN = web.AppKey("brain", RasaBrain)
KNOWLEDGE = web.AppKey("knowledge", Knowledge)
WORDING = web.AppKey("wording", Wording)
LIMITS = web.AppKey("limits", Limits)

LANGUAGE = web.RequestKey("language", str)
"""Where a request keeps the language in which its errors are said."""
