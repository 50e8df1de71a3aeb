"""Every sentence the assistant says, from data/responses (Rasa's response format, English and Spanish)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.errors import LibraryError

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "es")


class UnknownResponse(LibraryError):
    """A response was asked for that no file in data/responses has, or a fact for it was left out."""

    code = "unknown_response"


class Wording:
    """Finds a response by name and language and fills in facts.

    A response is written as Rasa wants it: variations with `text`, the Spanish one with the condition that the slot
    `language` is `es`. The variation without a condition serves every other language.
    """

    def __init__(self, responses: Mapping[str, Mapping[str, str]]) -> None:
        self._responses = responses

    @classmethod
    def load(cls, folder: Path) -> Wording:
        """Read every YAML file of `folder`; raise LibraryError when a file is not in Rasa's response format."""
        responses: dict[str, dict[str, str]] = {}
        for path in sorted(folder.glob("*.yml")):
            for name, variations in (yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}).items():
                if name in responses:
                    raise LibraryError(f"{path.name}: the response {name} is written twice. Keep one.")
                responses[name] = {_language(variation, path): variation["text"].strip() for variation in variations}
        return cls(responses)

    def names(self) -> set[str]:
        """Return the names of all responses."""
        return set(self._responses)

    def languages(self, name: str) -> set[str]:
        """Return the languages in which the response `name` is written."""
        return set(self._responses[name])

    def facts(self, name: str, language: str) -> set[str]:
        """Return the names of the facts that the response `name` is filled with."""
        return set(re.findall(r"\{(\w+)\}", self._responses[name][language]))

    def say(self, name: str, language: str, /, **facts: object) -> str:
        """Return the response `name` in `language` (English where it has none) with `{fact}` filled in.

        Raises UnknownResponse when there is no such response or it names a fact that was not given.
        """
        try:
            variations = self._responses[name]
            text = variations.get(language) or variations[DEFAULT_LANGUAGE]
            filled = re.sub(r"\{(\w+)\}", lambda found: str(facts[found[1]]), text)
        except KeyError as missing:
            raise UnknownResponse(f"response {name!r} in {language!r}: nothing known of {missing}") from None
        # A fact may end in a full stop of its own ("5 p.m.").
        return re.sub(r"(?<!\.)\.\.(?!\.)", ".", filled)


def _language(variation: Mapping[str, Any], path: Path) -> str:
    conditions = variation.get("condition") or []
    if not conditions:
        return DEFAULT_LANGUAGE
    if len(conditions) == 1 and conditions[0].get("name") == "language":
        return str(conditions[0]["value"])
    raise LibraryError(f"{path.name}: a response may have one condition only, on the slot language.")
