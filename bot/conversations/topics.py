"""The few topics that mean something to the conversation itself, by their names in domain.yml."""

from __future__ import annotations

NOT_UNDERSTOOD = "nlu_fallback"
OUTSIDE = "out_of_scope"
"""What no library does: the assistant says that it cannot."""
DANGER = "emergency"
"""Words of danger and despair."""
SMALL_TALK = frozenset(("talk_to_staff", "greet", "affirm", "deny", "thank", "goodbye", "never_mind", DANGER))
"""Topics without a question in them."""
