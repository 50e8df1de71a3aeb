"""What cannot be done with suggestions and surveys."""

from __future__ import annotations

from bot.conversations.errors import BadField, DeskError
from bot.errors import LibraryError


class ChangedMeanwhile(DeskError):
    """A colleague changed the suggestion since the page was read; facts: `name`."""

    code = "changed_meanwhile"
    words = "{name} changed this suggestion meanwhile. Look at it as it is now, then save again. Your words are kept."


class NoSuchSuggestion(DeskError):
    """There is no suggestion with this number or code, or no longer."""

    code = "no_such_suggestion"
    status = 404
    words = "There is no such suggestion, or no longer. Codes look like K-4K7Q2-X."


class CannotJoin(DeskError):
    """A suggestion cannot be joined to itself, and not to one of the same group."""

    code = "cannot_join"
    words = "These are together already."


class FollowsAnother(DeskError):
    """The suggestion is joined to another one, which decides for both; facts: `head`, its code."""

    code = "follows_another"
    words = "This one follows {head}. Change it there, or part them first."


class NoSurvey(DeskError):
    """There is no survey with this number, or no longer."""

    code = "no_such_survey"
    status = 404
    words = "There is no such survey, or no longer."


class NotADraft(DeskError):
    """The survey was opened: patrons may have answered it as it is."""

    code = "not_a_draft"
    words = "This survey was opened already, so it stays as it is. Close it and make a new one."


class StillOpen(DeskError):
    """The survey asks patrons."""

    code = "still_open"
    words = "This survey is open. Close it first."


class BadAnswer(BadField):
    """The answer to a survey is none of its options, or no words; facts: `field`."""

    response = "utter_surveys_bad_answer"


class SurveyGone(LibraryError):
    """The survey was deleted after the patron was asked."""

    code = "survey_gone"
    status = 409
    response = "utter_surveys_gone"
