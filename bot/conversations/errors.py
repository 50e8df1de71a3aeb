"""What can go wrong with a conversation, each with the API's code and the patron's sentence."""

from __future__ import annotations

from bot.errors import LibraryError


class BadToken(LibraryError):
    """The token is not one of ours, or belongs to another conversation."""

    code = "bad_token"
    status = 403
    response = "utter_service_bad_token"


class ChatGone(LibraryError):
    """The conversation was forgotten, or has ended by a long pause."""

    code = "chat_gone"
    status = 410
    response = "utter_service_chat_gone"


class ChatEnded(LibraryError):
    """The conversation has ended and takes no more messages."""

    code = "chat_ended"
    status = 409
    response = "utter_service_chat_gone"


class TextTooLong(LibraryError):
    """The text has more characters than a message may; facts: `over`, by how many."""

    code = "text_too_long"
    status = 413
    response = "utter_service_text_too_long"


class TextEmpty(LibraryError):
    """Nothing readable is left of the text."""

    code = "text_empty"
    status = 422
    response = "utter_service_text_empty"


class BadChoice(LibraryError):
    """The quick reply is none that this conversation was offered."""

    code = "bad_choice"
    status = 422
    response = "utter_service_bad_choice"


class BrainError(LibraryError):
    """The assistant gave no answer that can be shown."""

    code = "assistant_failed"


class BrainDown(BrainError):
    """The assistant cannot be reached."""

    code = "assistant_down"


class BrainSlow(BrainError):
    """The assistant did not answer in time."""

    code = "assistant_slow"


class Paused(LibraryError):
    """Staff have taken the assistant out of service; facts: `notice`, what patrons are told."""

    code = "paused"
    status = 503
    response = "utter_service_paused_now"


class BadField(LibraryError):
    """A field of a form cannot be taken; facts: `field`, its name."""

    code = "bad_field"
    status = 422
    response = "utter_staff_form_missing"


class BadContact(BadField):
    """What should be an e-mail address or a telephone number is neither; facts: `field`."""

    response = "utter_staff_form_bad_contact"


class BadRating(LibraryError):
    """There is no such rating, or nothing to rate."""

    code = "bad_rating"
    status = 422
    response = "utter_service_bad_rating"


class DeskError(LibraryError):
    """What the desk refuses, told to staff in English by `said`."""

    status = 409
    words = "That cannot be done now."

    @property
    def said(self) -> str:
        """The sentence that staff read."""
        return self.words.format(**self.facts)


class Taken(DeskError):
    """A colleague was quicker; facts: `name`."""

    code = "taken"
    words = "{name} took this chat."


class NotWaiting(DeskError):
    """The talk waits no more: it went back to the assistant, or ended."""

    code = "not_waiting"
    words = "This chat is not waiting any more."


class NotYours(DeskError):
    """The talk is a colleague's or nobody's; facts: `name`, None for nobody's."""

    code = "not_yours"

    @property
    def said(self) -> str:
        """The sentence that staff read."""
        name = self.facts.get("name")
        return f"{name} has this chat." if name else "This chat is not yours any more."


class OverLimit(DeskError):
    """The person has as many talks as they want; facts: `talks`, `seats`."""

    code = "over_limit"

    @property
    def said(self) -> str:
        """The sentence that staff read."""
        talks = "1 chat" if self.facts["talks"] == 1 else f"{self.facts['talks']} chats"
        return f"You have {talks}, your limit is {self.facts['seats']}. Take this one anyway?"


class StaffAway(DeskError):
    """The colleague is not available."""

    code = "staff_away"
    words = "That person is not available now."


class NotTransferred(DeskError):
    """The talk is offered no more."""

    code = "not_transferred"
    words = "This chat is not offered to you any more."
