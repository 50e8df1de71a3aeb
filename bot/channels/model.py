"""What a messaging channel is: its limits, what comes in by it, and what goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DAY = 24 * 3600.0


@dataclass(frozen=True)
class Form:
    """How a channel wants its messages, by the platform's own documents (docs/channels/)."""

    name: str  # as staff and patrons read it
    most: int  # characters (UTF-16 units) of one message
    buttons: int = 0  # that one message may have; 0: choices are numbered
    label: int = 0  # characters of a button; a longer one is numbered
    bold: str = ""  # what stands around bold words
    cards: int = 10  # of a list that are written out
    window: float | None = None  # seconds after the patron's last message in which we may write; None: always
    pause: float = 0.0  # seconds between two messages to the same patron
    a_second: float = 20.0  # messages to all patrons
    texts: bool = False  # whether a message is parted into text messages and paid by them


FORMS = {
    "sms": Form("SMS", most=1600, cards=4, a_second=10.0, texts=True),
    "whatsapp": Form("WhatsApp", most=1600, bold="*", window=DAY, a_second=40.0),
    "telegram": Form("Telegram", most=4096, buttons=12, label=60, pause=1.0, a_second=25.0),
    "messenger": Form("Messenger", most=2000, buttons=13, label=20, window=DAY, a_second=40.0),
    "slack": Form("Slack", most=3000, buttons=20, label=75, bold="*", pause=1.0),
    "webhook": Form("Messages", most=4000, buttons=20, label=100),
}
"""The channels by their name in the settings, the tables and the API."""


@dataclass(frozen=True)
class Inbound:
    """One message of a patron. `id` is the platform's own; `choice` the key of a button that was pressed."""

    channel: str
    address: str
    id: str
    text: str = ""
    choice: str | None = None
    other: bool = False  # it holds what is not text: a picture, a recording, a place
    lang: str | None = None  # of the patron's device, where the platform tells
    told: bool = False  # the platform has answered STOP, START or HELP itself


@dataclass(frozen=True)
class Button:
    """What a patron can press: its words, and the key that comes back."""

    label: str
    key: str


@dataclass(frozen=True)
class Part:
    """One message as a platform sends it."""

    text: str
    buttons: tuple[Button, ...] = field(default=())

    def as_body(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"text": self.text, "buttons": [[button.label, button.key] for button in self.buttons]}

    @classmethod
    def of(cls, body: dict[str, Any]) -> Part:
        """Read what was stored."""
        return cls(body["text"], tuple(Button(label, key) for label, key in body["buttons"]))


def is_messaging(channel: str) -> bool:
    """Tell whether a talk goes on by a messaging channel, and not in a window of the website."""
    return channel in FORMS


def channel_name(channel: str) -> str:
    """Return a channel's name as staff read it."""
    form = FORMS.get(channel)
    return form.name if form else "Website" if channel == "web" else channel.capitalize()
