"""Proposing the right topic for a question that was taken for another."""

from __future__ import annotations

from aiohttp import web

from bot.learning.lessons import EXAMPLE, TEXT_MOST, Draft, example_text
from bot.web import keys
from bot.web.desk import forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.lesson_cause import Cause, cause_of, propose
from bot.web.desk.names import examples_of, topic_name, topic_of, topics
from bot.web.desk.render import page
from bot.web.desk.sessions import Role

PLACE = "/desk/lessons/topic"
BEST = 3  # topics that are offered before all others


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.AGENT)
    guard.add(app, "POST", PLACE, save, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the topics, the likeliest first, and the question as it would be taught."""
    cause = await cause_of(request)
    wording, examples = request.app[keys.WORDING], await examples_of(request.app)
    ranked = [(topic, chance) for topic, chance in _ranking(cause) if topic in examples.known()]
    return await page(
        request,
        "lesson_topic.html",
        cause=cause,
        best=[(topic, topic_name(wording, topic), round(100 * chance)) for topic, chance in ranked],
        topics=topics(request.app),
        text=example_text(cause.text)[:TEXT_MOST],
        cut=len(cause.text) > TEXT_MOST,
        taken=[topic_name(wording, topic) for topic in sorted(examples.topics(example_text(cause.text)))],
        most=TEXT_MOST,
    )


async def save(request: web.Request) -> web.Response:
    """Keep the proposal."""
    cause = await cause_of(request)
    await examples_of(request.app)
    topic = topic_of(request.app, await forms.line(request, "other") or await forms.value(request, "topic"))
    if topic is None:
        raise BadForm("Choose a topic: one of those offered, or one of the list by its name.", field="topic")
    text = example_text(await forms.line(request, "text", TEXT_MOST, needed="Write the question."))
    if not text:
        raise BadForm("Write the question.", field="text")
    return await propose(request, cause, Draft(EXAMPLE, cause.lang, topic, text))


def _ranking(cause: Cause) -> list[tuple[str, float]]:
    return cause.of.ranking[:BEST] if cause.of is not None else []
