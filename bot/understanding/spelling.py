"""Mends slips of the pen by the words of the examples: "libary", "ebok", "hwo lnog"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 5  # letters of a word that may be mended; a slip in a shorter one could be any word
OFTEN = 4  # times that a word occurs in the examples before others are taken for slips of it


class Speller:
    """Knows the words of the examples and how often each occurs."""

    def __init__(self, counts: dict[str, int], is_word: Callable[[str], bool]) -> None:
        """Keep the words (in small letters) with their counts; `is_word` tells a word of any language from a slip."""
        self.counts = counts
        self._is_word = is_word
        self._near: dict[str, list[str]] = {}
        for word, count in counts.items():
            if count >= OFTEN and len(word) >= SHORTEST - 1:
                for shorter in {word, *_one_less(word)}:
                    self._near.setdefault(shorter, []).append(word)

    @classmethod
    def of(cls, texts: Iterable[str], is_word: Callable[[str], bool]) -> Speller:
        """Count the words of the examples."""
        return cls(dict(Counter(word for text in texts for word in WORD.findall(text.lower()))), is_word)

    def mended(self, text: str) -> str:
        """Return the text with each unknown word that is one slip from a frequent one put right."""
        return WORD.sub(lambda found: self._word(found.group()), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if len(word) < SHORTEST or word in self.counts or self._is_word(word):
            return written
        close = {
            known
            for shorter in (word, *_one_less(word))
            for known in self._near.get(shorter, ())
            if known[0] == word[0] and _one_slip(word, known)  # the first letter is seldom the slip
        }
        return max(close, key=lambda known: (self.counts[known], known)) if close else written


def _one_less(word: str) -> Iterator[str]:
    """Yield the word without each of its letters in turn."""
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _one_slip(wrong: str, right: str) -> bool:
    """Tell whether one letter too many, too few or wrong, or two changed places, part the words."""
    if len(wrong) == len(right):
        parted = [place for place, (one, two) in enumerate(zip(wrong, right, strict=True)) if one != two]
        if len(parted) == 2 and parted[1] == parted[0] + 1:
            return wrong[parted[0]] == right[parted[1]] and wrong[parted[1]] == right[parted[0]]
        return len(parted) == 1
    longer, shorter = (wrong, right) if len(wrong) > len(right) else (right, wrong)
    return len(longer) == len(shorter) + 1 and shorter in _one_less(longer)
