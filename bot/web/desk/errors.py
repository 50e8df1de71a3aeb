"""What the desk refuses, each with a code for programs and an English sentence for staff."""

from __future__ import annotations

from bot.conversations.errors import DeskError


class Refused(DeskError):
    """A refusal of the desk's pages. A message given on raising takes the place of `words`."""

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message, **facts)
        self._given = message

    @property
    def said(self) -> str:
        """The sentence that staff read."""
        return self._given or self.words


class SignedOut(Refused):
    """Nobody is signed in, or the session has ended."""

    code = "signed_out"
    status = 401
    words = "You are signed out. Sign in and try again."


class NotAllowed(Refused):
    """The account's role does not reach so far."""

    code = "not_allowed"
    status = 403
    words = "Your account may not do this. Ask an administrator of the desk."


class ForeignPage(Refused):
    """The request did not come from a page of the desk."""

    code = "foreign_page"
    status = 403
    words = "This did not come from a page of the desk, so it was not done."


class StaleForm(Refused):
    """The form's token is missing, or of another session."""

    code = "stale_form"
    status = 403
    words = "This page was open for too long, so it was not done. Reload the page and try again."


class BadForm(Refused):
    """A field of a form cannot be taken; the message says which and what it wants."""

    code = "bad_form"
    status = 422
    words = "Something in the form is missing. Please look again."


class TooManyTries(Refused):
    """Too many wrong passwords."""

    code = "too_many_tries"
    status = 429
    words = "Too many tries. Wait a minute, then try again."


class BadLink(Refused):
    """A link that sets a password was used before, is too old, or never was."""

    code = "bad_link"
    status = 410
    words = "This link was used before or is too old. Ask for a new one."


class NotThere(Refused):
    """What was asked for is not there, or no longer."""

    code = "not_there"
    status = 404
    words = "This is not there, or no longer. Chats are deleted after some time."


class AnsweredAlready(Refused):
    """A colleague has answered the message meanwhile."""

    code = "answered_already"
    status = 409
    words = "A colleague has answered this message meanwhile. Go back to keep your words, and look at theirs first."


class NotDelivered(Refused):
    """What was written would not reach the patron; the message says why."""

    code = "not_delivered"
    status = 409
    words = "This cannot be delivered to the patron now."


class LastAdmin(Refused):
    """The change would leave the desk without an administrator."""

    code = "last_admin"
    status = 409
    words = "The desk needs an administrator. Make somebody else one first."


class NameTaken(Refused):
    """Another account has this name."""

    code = "name_taken"
    status = 409
    words = "Another account has this name. Choose another one."
