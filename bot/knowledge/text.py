"""Texts of the library in more than one language, and the plain form in which words are compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


class Text(BaseModel):
    """One text of the library, in one or several languages; written in YAML as a string or as `{en: ..., es: ...}`."""

    model_config = ConfigDict(frozen=True)

    in_languages: tuple[tuple[str, str], ...]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"": value}
        if isinstance(value, dict) and "in_languages" not in value:
            for language, words in value.items():
                if not isinstance(words, str) or not words.strip():
                    raise ValueError(f"the text in '{language}' is empty or not text")
                if not re.fullmatch(r"|[a-z]{2,3}", str(language)):
                    raise ValueError(f"'{language}' is not a language code such as en or es")
            value = {"in_languages": tuple((str(key), " ".join(words.split())) for key, words in value.items())}
            if not value["in_languages"]:
                raise ValueError("the text is empty")
        return value

    def to(self, language: str) -> str:
        """Return the text in `language`, or else in the language that the library wrote first."""
        for code, words in self.in_languages:
            if code == language:
                return words
        return self.in_languages[0][1]

    def __str__(self) -> str:
        return self.in_languages[0][1]

    @classmethod
    def of(cls, words: str, **others: str) -> Text:
        """Return a text from `words` (of any language) and its translations, each named by its language code."""
        return cls(in_languages=(("", words), *others.items()))

    @property
    def all(self) -> tuple[str, ...]:
        """The words in every language."""
        return tuple(words for _, words in self.in_languages)


def plain(text: str) -> str:
    """Return text in lower case, without accents, and with one space between words: the form for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def words_of(text: str) -> list[str]:
    """Return the words of a text in plain form, punctuation dropped."""
    return [word.removesuffix("'s") for word in _WORD.findall(plain(text))]


def _tidy(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_tidy)]
"""One line of text: line breaks and repeated spaces become one space."""
