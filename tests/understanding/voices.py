"""The same question as different people would write it, made by code: the same text and voice give the same line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Voice = Callable[[str, str, random.Random], str]
"""(text, language, source of chance) -> the text in that voice."""

_SMALL_EN = """
a an the is are am was do does did can could would will i you we my your please to of in at for and it there that how
what with on me have has be if or any"""
_SMALL_ES = """
un una unos unas el la los las es son está están se de del al a en para por y o mi mis su sus me te lo le que qué cómo
con hay puedo quiero favor si usted ustedes"""
_SMALL = {"en": frozenset(_SMALL_EN.split()), "es": frozenset(_SMALL_ES.split())}
_ARTICLES = {
    "en": re.compile(r"\b(?:a|an|the|do|does|did|is|are|am) ", re.IGNORECASE),
    "es": re.compile(r"\b(?:el|la|los|las|un|una|se|es|está) ", re.IGNORECASE),
}
_POLITE = {
    "en": (
        (
            "Good morning, I hope you are well. ",
            "I am sorry to trouble you, but ",
            "Hello there! If it is not too much to ask: ",
        ),
        (
            " Thank you very much in advance for your kind help.",
            " Many thanks, I really appreciate it!",
            " Thanks so much and have a lovely day.",
        ),
    ),
    "es": (
        ("Muy buenos días, espero que se encuentre bien. ", "Disculpe la molestia, ", "Hola, si no es mucho pedir: "),
        (
            " Muchísimas gracias de antemano por su amable ayuda.",
            " Mil gracias, se lo agradezco mucho.",
            " Gracias y que tenga un buen día.",
        ),
    ),
}
_STORIES = {
    "en": (
        "We moved to town in spring and my sister finally talked me into coming by. ",
        "My neighbor was here yesterday and she would not stop talking about you. ",
        "So I have been at my desk all morning with a cold and my cat on the keyboard. ",
    ),
    "es": (
        "Nos mudamos en primavera y mi hermana por fin me convenció de venir. ",
        "Mi vecina estuvo ayer con ustedes y no deja de contarlo. ",
        "Llevo toda la mañana en casa con gripe y el gato encima del teclado. ",
    ),
}


def typos(text: str, language: str, chance: random.Random) -> str:
    """Swap, drop or double a letter in one of four longer words, in one at least; in lower case."""
    words = text.lower().split(" ")
    long = [place for place, word in enumerate(words) if len(re.sub(r"\W", "", word)) > 4]
    for place in long:
        if chance.random() < 0.25 or (len(long) and place == long[-1] and words == text.lower().split(" ")):
            word = words[place]
            at = chance.randrange(1, len(word) - 2)
            kind = chance.randrange(3)
            if kind == 0:
                words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            elif kind == 1:
                words[place] = word[:at] + word[at + 1 :]
            else:
                words[place] = word[:at] + word[at] + word[at:]
    return " ".join(words)


def keywords(text: str, language: str, chance: random.Random) -> str:
    """Keep the words that carry meaning, as in a search box."""
    kept = [word for word in re.findall(r"[\w'’-]+", text.lower()) if word not in _SMALL[language]]
    return " ".join(kept) or text


def polite(text: str, language: str, chance: random.Random) -> str:
    """Wrap the question in a greeting and thanks."""
    before, after = _POLITE[language]
    ended = text if re.search(r"[.?!]$", text) else f"{text}."
    return chance.choice(before) + ended + chance.choice(after)


def shouting(text: str, language: str, chance: random.Random) -> str:
    """Write in capitals."""
    return text.upper().rstrip("?!. ") + chance.choice(("!!!", "???", "?!"))


def non_native(text: str, language: str, chance: random.Random) -> str:
    """Leave out articles and auxiliaries, as learners do."""
    return _ARTICLES[language].sub("", text)


def story(text: str, language: str, chance: random.Random) -> str:
    """Tell something first that is not part of the question."""
    return chance.choice(_STORIES[language]) + text


VOICES: Mapping[str, Voice] = {
    voice.__name__: voice for voice in (typos, keywords, polite, shouting, non_native, story)
}


def said(text: str, language: str, voice: str) -> str:
    """Return the text in a voice."""
    return VOICES[voice](text, language, random.Random(f"{voice} {text}"))
