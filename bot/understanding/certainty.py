"""Decides whether a ranking of intents is good enough to answer by (figures: docs/understanding.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FALLBACK = "nlu_fallback"
"""The intent of a message of which it is not sure what it asks."""

THRESHOLD = 0.2  # probability below which no intent is taken for the patron's
MARGIN = 0.03  # between the first and the second intent
OUTSIDE = "out_of_scope"
DANGER = "emergency"
ALARM = 0.6  # probability from which a message without a word of danger (safety.yml) is taken for an emergency
DOUBT = 2.5  # by which the odds of what is out of scope are raised: a wrong answer is worse than "I cannot"


def decided(ranking: Mapping[str, float]) -> dict[str, Any]:
    """Return {name, confidence} of the intent to answer; FALLBACK where none is likely or two are close."""
    doubted = {name: chance * (DOUBT if name == OUTSIDE else 1) for name, chance in ranking.items()}
    total = sum(doubted.values())
    first, second = sorted(((name, chance / total) for name, chance in doubted.items()), key=lambda item: -item[1])[:2]
    if first[0] == DANGER and first[1] < ALARM:
        return {"name": FALLBACK, "confidence": round(1 - first[1], 4)}
    if first[1] < THRESHOLD or first[1] - second[1] < MARGIN:
        return {"name": FALLBACK, "confidence": round(1 - first[1], 4)}
    return {"name": first[0], "confidence": first[1]}


def in_order(ranking: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return {name, confidence} of every intent, the likeliest first."""
    return [{"name": name, "confidence": chance} for name, chance in sorted(ranking.items(), key=lambda i: -i[1])]
