"""What a message offers to choose from, as a patron without buttons can name it: by its number or by its words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.model import Button
from bot.conversations.choices import place_of
from bot.conversations.model import Block
from bot.wording import Wording

RATE = "rate"
"""The keys `rate.VALUE` rate the whole talk."""
LEAVE = "leave"
"""The keys `leave.SEQ` leave the question of the form in message SEQ for the desk."""
ANSWER = "answer"
"""The keys `answer.SEQ.VALUE` answer the survey in message SEQ."""


def items(seq: int, blocks: Sequence[Block], wording: Wording, lang: str) -> list[Button]:
    """Return what message `seq` offers, in order. The key of a quick reply is the one that the patron API knows."""
    found: list[Button] = []
    choices = 0
    for block in blocks:
        match block["type"]:
            case "choices":
                for choice in block["choices"]:
                    found.append(Button(choice["label"], f"{seq}.{choices}"))
                    choices += 1
            case "rating":
                found += [Button(option["label"], f"{RATE}.{option['value']}") for option in block["options"]]
            case "form" if "purpose" in block:
                options = block["fields"][0].get("options", ())
                found += [Button(option["label"], f"{ANSWER}.{seq}.{option['value']}") for option in options]
            case "form":
                found.append(Button(wording.say("utter_channels_leave", lang), f"{LEAVE}.{seq}"))
    return found


def named(text: str, seq: int, blocks: Sequence[Block], wording: Wording, lang: str) -> str | None:
    """Return the key of what `text` names; None where it names nothing that message `seq` offers."""
    offered = items(seq, blocks, wording, lang)
    place = place_of(text, [item.label for item in offered], numbered=is_numbered(blocks))
    return None if place is None else offered[place].key


def is_numbered(blocks: Sequence[Block]) -> bool:
    """Tell whether numbers are for what is offered; where things are listed they are for those ("the second one")."""
    return not any(block["type"] == "cards" for block in blocks)
