"""The plain values that the library's files are made of, each with its form and the cure for a wrong one."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


def matching(pattern: str, what: str, cure: str) -> AfterValidator:
    """Return a check that a text has a form; `what` names the form and `cure` says how to write it."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("form", "'{value}' is not {what}", {"value": value, "what": what, "cure": cure})
        return value

    return AfterValidator(check)


Identifier = Annotated[
    str, matching(r"[a-z][a-z0-9_]{0,39}", "an id", "Use lower-case letters, digits and _ (a letter first).")
]
Phone = Annotated[
    str,
    matching(r"\+?[0-9(][0-9 ().-]{5,18}[0-9]( ext\. ?\d{1,6})?", "a telephone number", "Write it as 315-555-0140."),
]
Email = Annotated[
    str, matching(r"[^@\s,;<>]+@[^@\s,;<>]+\.[A-Za-z]{2,}", "an e-mail address", "Write it as desk@library.example.")
]
Url = Annotated[str, matching(r"https?://[^\s<>\"]+", "a web address", "Write it with https:// in front.")]
Variable = Annotated[str, matching(r"[A-Z][A-Z0-9_]*", "the name of an environment variable", "Use capitals and _.")]


class Part(BaseModel):
    """Anything read from the library's files: frozen, and refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
