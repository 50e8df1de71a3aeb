"""The names under which the web application keeps what its handlers share."""

from __future__ import annotations

from aiohttp import web

from bot.channels.carrying import Carrying
from bot.channels.inbox import Inbox
from bot.channels.introduction import Introduction
from bot.channels.sending import Sending
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
from bot.suggestions.surveys import Surveys
from bot.suggestions.taking import Suggestions
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
DAILY_COUNTS = web.AppKey("daily_counts", DailyCounts)
GAPS = web.AppKey("gaps", Gaps)
PUBLISHING = web.AppKey("publishing", Publishing)
EXAMPLES = web.AppKey("examples", Examples)
EDITS = web.AppKey("edits", Edits)
OUTBOX = web.AppKey("outbox", Outbox)
DELIVERIES = web.AppKey("deliveries", Deliveries)
HANDLING = web.AppKey("handling", Handling)
SURVEYS = web.AppKey("surveys", Surveys)
BRAIN = web.AppKey("brain", RasaBrain)
KNOWLEDGE = web.AppKey("knowledge", Knowledge)
WORDING = web.AppKey("wording", Wording)
LIMITS = web.AppKey("limits", Limits)

CHANNELS = web.AppKey("channels", Inbox)
SENDING = web.AppKey("sending", Sending)
INTRODUCTION = web.AppKey("introduction", Introduction)
CARRYING = web.AppKey("carrying", Carrying)

LANGUAGE = web.RequestKey("language", str)
"""Where a request keeps the language in which its errors are said."""
SUGGESTIONS = web.AppKey("suggestions", Suggestions)
