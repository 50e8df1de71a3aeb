"""What patrons read of the hand-off, from data/responses/staff.yml."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.conversations.model import Block, Mode, text_block
from bot.say import clock_in_sentence, day_beside
from bot.wording import Wording

if TYPE_CHECKING:
    from bot.conversations.handoff import Outlook

DIVIDERS = ("back", "ended", "joined", "left", "passed", "lost")
RATINGS = ("yes", "partly", "no")


class HandoffWords:
    """Makes the blocks of the hand-off in the patron's language."""

    def __init__(self, wording: Wording, clock: Clock, phone: str, email: str) -> None:
        self._wording = wording
        self._clock = clock
        self._contact = {"phone": phone, "email": email}

    def waiting(self, place: int, lang: str) -> str:
        """Say that somebody was asked to join, and the place in the queue."""
        if place == 1:
            return self._wording.say("utter_staff_waiting_next", lang)
        return self._wording.say("utter_staff_waiting", lang, place=place)

    def already(self, mode: Mode, lang: str) -> str:
        """Say that a person was asked already, or has joined."""
        return self._wording.say("utter_staff_with_you" if mode is Mode.STAFF else "utter_staff_still_waiting", lang)

    def assistant_here(self, lang: str) -> str:
        """Say that the assistant answers as it is."""
        return self._wording.say("utter_staff_assistant_here", lang)

    def longer(self, lang: str) -> list[Block]:
        """Say that it takes longer, and what the patron may do."""
        choices = [
            {"label": self.command(command, lang), "value": {"desk": command}} for command in ("wait", "message", "bot")
        ]
        return [text_block(self._wording.say("utter_staff_longer", lang)), {"type": "choices", "choices": choices}]

    def nobody(self, outlook: Outlook, question: str, lang: str) -> list[Block]:
        """Say that nobody can join now and when somebody can, and take a message."""
        if outlook.open is False and outlook.opens is not None:
            words = self._wording.say("utter_staff_closed", lang, **self._when(outlook.opens, lang))
        else:
            words = self._wording.say("utter_staff_nobody", lang, **self._contact)
        return [text_block(words), self.form(question, lang)]

    def nobody_came(self, question: str, lang: str) -> list[Block]:
        """Say sorry that nobody came, and take a message."""
        return [
            text_block(self._wording.say("utter_staff_nobody_came", lang, **self._contact)),
            self.form(question, lang),
        ]

    def offer(self, lang: str) -> list[Block]:
        """Offer a person after an answer that did not help."""
        choices = [
            {"label": self._wording.say("utter_staff_yes", lang), "value": {"intent": "talk_to_staff", "entities": {}}},
            {"label": self._wording.say("utter_staff_no", lang), "value": {"intent": "deny", "entities": {}}},
        ]
        return [text_block(self._wording.say("utter_staff_offer", lang)), {"type": "choices", "choices": choices}]

    def form(self, question: str, lang: str) -> Block:
        """Return the form with which a message is left."""

        def field(name: str, kind: str, value: str = "", *, required: bool = True) -> Block:
            label = self._wording.say(f"utter_staff_form_{name}", lang)
            return {"name": name, "label": label, "kind": kind, "value": value, "required": required}

        contact = field("contact", "contact") | {"hint": self._wording.say("utter_staff_form_hint", lang)}
        return {
            "type": "form",
            "title": self._wording.say("utter_staff_form_title", lang),
            "fields": [field("question", "text", question), contact, field("name", "line", required=False)],
            "submit": self._wording.say("utter_staff_form_submit", lang),
            "sent": self._wording.say("utter_staff_form_sent", lang),
        }

    def left(self, seq: int, reference: str, contact: str, lang: str) -> Block:
        """Confirm a message left by the form of message `seq`; without a contact it is answered in the chat."""
        if contact:
            words = self._wording.say("utter_staff_left_message", lang, reference=reference, contact=contact)
        else:
            words = self._wording.say("utter_channels_left", lang, reference=reference)
        return text_block(words) | {"form": seq}

    def rating(self, lang: str) -> Block:
        """Ask whether the talk helped."""
        return {
            "type": "rating",
            "prompt": self._wording.say("utter_staff_rating", lang),
            "options": [
                {"value": value, "label": self._wording.say(f"utter_staff_rating_{value}", lang)} for value in RATINGS
            ],
            "comment": self._wording.say("utter_staff_rating_comment", lang),
            "submit": self._wording.say("utter_staff_rating_submit", lang),
            "thanks": self._wording.say("utter_staff_rating_thanks", lang),
        }

    def divider(self, event: str, lang: str, **facts: object) -> Block:
        """Return a quiet line that says what happened."""
        return {"type": "divider", "text": self._wording.say(f"utter_staff_divider_{event}", lang, **facts)}

    def command(self, command: str, lang: str) -> str:
        """Return a button's words, as the patron's own."""
        return self._wording.say(f"utter_staff_do_{command}", lang)

    def _when(self, opens: datetime, lang: str) -> dict[str, str]:
        today = self._clock.now().date()
        day = day_beside(opens.date(), today, lang, self._wording, brief=True)
        return {"day": day, "time": clock_in_sentence(opens, lang, self._wording)}
