"""The few topics that mean something to the conversation itself, by their names in domain.yml."""

from __future__ import annotations

NOT_UNDERSTOOD = "nlu_fallback"
DANGER = "emergency"
"""Words of danger and despair."""
SMALL_TALK = frozenset(("talk_to_staff", "greet", "affirm", "deny", "thank", "goodbye", "never_mind", DANGER))
"""Topics without a question in them."""
