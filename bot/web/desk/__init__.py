"""The desk: where staff talk with patrons and look after the assistant. `add_routes` is its table of contents."""

from __future__ import annotations

from aiohttp import web

from bot.web.desk import (
    answer,
    answer_form,
    answers,
    audit_page,
    closure,
    exports,
    gaps,
    help_page,
    history,
    inbox,
    lesson_answer,
    lesson_topic,
    lessons,
    live,
    notices,
    people,
    publish,
    render,
    replies,
    review,
    settings,
    sign_in,
    statistics,
    suggestion,
    suggestions,
    survey_form,
    surveys,
    transcript,
    transcripts,
)


def add_routes(app: web.Application) -> None:
    """Add every page of the desk."""
    app[render.TEMPLATES] = render.environment()
    sign_in.add_routes(app)
    live.add_routes(app)
    transcripts.add_routes(app)
    transcript.add_routes(app)
    exports.add_routes(app)
    review.add_routes(app)
    gaps.add_routes(app)
    lesson_topic.add_routes(app)
    lesson_answer.add_routes(app)
    lessons.add_routes(app)
    publish.add_routes(app)
    inbox.add_routes(app)
    suggestions.add_routes(app)
    suggestion.add_routes(app)
    replies.add_routes(app)
    answers.add_routes(app)
    answer_form.add_routes(app)
    answer.add_routes(app)
    notices.add_routes(app)
    closure.add_routes(app)
    history.add_routes(app)
    statistics.add_routes(app)
    survey_form.add_routes(app)
    surveys.add_routes(app)
    settings.add_routes(app)
    people.add_routes(app)
    audit_page.add_routes(app)
    help_page.add_routes(app)
