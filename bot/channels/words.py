"""The words that are orders by themselves, in a message that says nothing else."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.conversations.choices import plain_words


class Word(StrEnum):
    """What a patron orders by one word."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    DELETE = "delete"
    MOVE = "move"
    BACK = "back"


# STOP as the CTIA's Messaging Principles, 47 CFR 64.1200(a)(10) and Twilio name it, and what else a
# reasonable person would understand so. Most of the second table mean something else to a chat, so they count by SMS
# alone, where the carriers act on them whether we do or not.
EVERYWHERE = {
    Word.STOP: {
        "stop", "unsubscribe", "stop please", "please stop", "stop texting me", "stop messaging me",
        "stop writing to me", "stop messages", "no more messages", "no more texts", "baja", "alto", "darse de baja",
        "darme de baja", "no mas mensajes", "no me escriba mas", "deje de escribirme",
    },
    Word.START: {"start", "unstop", "alta"},
    Word.HELP: {"help", "ayuda"},
    Word.DELETE: {
        "delete", "delete this chat", "delete my chat", "forget this chat", "borrar", "borrar este chat",
        "borrar mi chat", "olvidar este chat",
    },
    Word.MOVE: {"move", "move this chat", "continue on my phone", "mover", "mover este chat", "seguir en mi telefono"},
}  # fmt: skip
BY_SMS = {
    Word.STOP: {
        "stopall", "stop all", "cancel", "end", "quit", "revoke", "opt out", "opt-out", "optout", "remove", "cancelar",
        "parar",
    },
    Word.START: set[str](),
    Word.HELP: {"info"},
}  # fmt: skip
BACK = {"back", "bot", "assistant", "volver", "asistente"}
STARTS_AGAIN = {"yes", "si"}
"""Count as START after STOP."""
SPANISH = {
    "baja", "alto", "darse de baja", "darme de baja", "no mas mensajes", "no me escriba mas", "deje de escribirme",
    "alta", "ayuda", "borrar", "borrar este chat", "borrar mi chat", "olvidar este chat", "mover", "mover este chat",
    "seguir en mi telefono", "cancelar", "parar", "volver", "asistente", "si",
}  # fmt: skip
CODE = re.compile(r"(?:/?start )?([0-9A-Z]{4})[-‐‑–—]?([0-9A-Z]{4})")
SIGNS = str.maketrans("OIL", "011")
"""A one-time code has Crockford's 32 signs, without I, L, O and U; whoever reads it wrongly means these."""


def word_in(text: str, channel: str, *, stopped: bool, with_person: bool) -> Word | None:
    """Return the order that a message is; None for anything else.

    `stopped`: the patron has said STOP before; `with_person`: a person has the talk, or is waited for.
    """
    said = plain_words(text.lstrip("/"))
    if stopped and said in STARTS_AGAIN:
        return Word.START
    if with_person and said in BACK:
        return Word.BACK
    for table in (EVERYWHERE, BY_SMS) if channel == "sms" else (EVERYWHERE,):
        for word, texts in table.items():
            if said in texts:
                return word
    return None


def language_of(text: str) -> str | None:
    """Return the language of an order; None where English and another have the same word."""
    return "es" if plain_words(text.lstrip("/")) in SPANISH else None


def code_in(text: str) -> str | None:
    """Return the one-time code that a message is made of, as XXXX-XXXX; None for anything else."""
    found = CODE.fullmatch(text.strip(" \n\t.,!\"'“”").upper().replace("START", "start"))
    # "printing", "well-read" and a card's number are none: ours hold a digit and a letter (bot/channels/carrying.py).
    if found is None or not any(char.isdigit() for char in found[0]):
        return None
    code = f"{found[1]}-{found[2]}".translate(SIGNS)
    return None if "U" in code or code.replace("-", "").isdigit() else code
