"""Finds words of danger or of despair in a message: they get the safety answer before anything else is thought of."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from bot.knowledge.text import plain

EMERGENCY = "emergency"
"""The intent of such a message."""

_WORDS = Path(__file__).with_name("safety.yml")


def danger(text: str) -> str | None:
    """Return 'emergency' (call help now), 'crisis' (somebody suffers) or None, for a message in English or Spanish."""
    words = plain(text)
    first_person = re.search(r"\b(?:i|i'm|im|me|my|myself|yo|mi|estoy|quiero)\b", words)
    for kind in ("crisis", "emergency"):
        if any(pattern.search(words) for pattern in _patterns()[kind]):
            taken_back = any(pattern.search(words) for pattern in _patterns()["not"])
            # "I want to kill myself, do you have books about it" is a cry all the same.
            if not taken_back or (kind == "crisis" and first_person and _speaker_is_meant(words)):
                return kind
    return None


def _speaker_is_meant(words: str) -> bool:
    return bool(re.search(r"\b(?:kill(?:ing)?|hurt(?:ing)?|harm(?:ing)?|end(?:ing)?) my ?(?:self|life)\b|"
                          r"\b(?:want to|wanna) die\b|\bi(?:'?m| am) suicidal\b|"
                          r"\b(?:matarme|suicidarme|morirme|quitarme la vida)\b|\bquiero morir\b", words))  # fmt: skip


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    raw = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return {kind: [re.compile(pattern) for pattern in patterns] for kind, patterns in raw.items()}
