"""Words of patrons who are not served, whatever topic they are taken for."""

from __future__ import annotations

import re

COMPLAINS = re.compile(
    r"\b(?:not|no|never|nothing|(?:do|does|did|is|was|ca)n['’]?t)\W+(?:\w+\W+){0,2}?(?:help\w*|useful|right|correct|working"
    r"|what i|an answer|understand\w*|sirv\w+|ayud\w+|enti?end\w+|lo que (?:quer|ped|pregunt)\w+)"
    r"|\b(?:useless|unhelpful|wrong|in[uú]til|equivocad\w+)\b",
    re.IGNORECASE,
)
"""Words of a patron who is not served: the topic alone takes "that was not helpful" for one of thanks."""
GRUDGES = re.compile(r"\b(?:not|no|nothing|never|nada|nunca|\w+n['’]t)\b", re.IGNORECASE)
"""In the words of thanks or goodbye. Whoever says "no, that is all, thanks" is not asked either, which costs little."""
UNHELPED = re.compile(
    r"\b(?:not|never|nothing|(?:do|does|did|is|was|ca)n['’]?t)\W+(?:\w+\W+){0,2}?"
    r"(?:help\w*|useful|what i (?:asked|meant|need\w*|want\w*)|an answer|understand\w*)"
    r"|\b(?:useless|unhelpful)\b|\bof no (?:help|use)\b"
    r"|\bno\s+(?:me\s+|te\s+)?(?:sirv|ayud|enti?end)\w*|\bin[uú]til\b|\bde nada (?:me )?sirv\w+",
    re.IGNORECASE,
)
"""Surely says that the answer was no help. "No, that was helpful" does not, and "not a problem" neither."""
