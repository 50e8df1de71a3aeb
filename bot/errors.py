"""The failures that the product expects, each with a code for programs and a response for patrons."""

from __future__ import annotations


class LibraryError(Exception):
    """An expected failure. `code` is the API's word for it, `response` names the sentence that tells a patron."""

    code = "library_error"
    status = 500
    response = "utter_service_something_went_wrong"

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message or self.code.replace("_", " "))
        self.facts = facts


class SettingsError(LibraryError):
    """A setting is missing or cannot be used; the message names it and the cure."""

    code = "bad_settings"


class SourceUnavailable(LibraryError):
    """A source of facts gave no answer and no good copy of an earlier answer is kept."""

    code = "source_unavailable"
    status = 503
    response = "utter_service_source_unavailable"
