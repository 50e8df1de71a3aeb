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
