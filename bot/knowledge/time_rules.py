"""The rules by which times of day are found in the plain form of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NOON, MIDNIGHT = 12 * 60, 24 * 60
PARTS: dict[str, tuple[int, int]] = {
    "morning": (6 * 60, NOON),
    "afternoon": (NOON, 18 * 60),
    "evening": (17 * 60, MIDNIGHT),
    "night": (17 * 60, MIDNIGHT),
    "tonight": (17 * 60, MIDNIGHT),
    "lunch": (11 * 60 + 30, 13 * 60 + 30),
}
"""The parts of a day in minutes from midnight, end exclusive: generous, since they serve to find events."""

_SPANISH_PARTS = {
    "manana": "morning",
    "mananas": "morning",
    "tarde": "afternoon",
    "tardes": "afternoon",
    "noche": "night",
}
_SPANISH_PARTS |= {"noches": "night", "mediodia": "lunch", "madrugada": "morning"}


@dataclass(frozen=True)
class FoundTime:
    """A time of day found at a place of the plain text.

    `first` and `last` are minutes from midnight (last exclusive), equal for a moment. `guessed` says that
    the half of the day was not said ("after 5"), `today` that the words themselves name the day ("this evening"), and
    `part` that they are no more than the name of a part of the day.
    """

    start: int
    end: int
    first: int
    last: int
    guessed: bool = False
    today: bool = False
    part: str | None = None

    @property
    def is_moment(self) -> bool:
        """Tell whether a point of time is meant, not a stretch."""
        return self.first == self.last

    def in_the(self, part: str) -> FoundTime:
        """Return the time as it is meant beside a part of the day ("tonight at 8")."""
        if not self.guessed:
            return self
        later = part != "morning"

        def moved(minutes: int) -> int:
            inner = minutes % NOON
            return inner + NOON if later else inner

        ends_open, starts_open = self.last == MIDNIGHT, self.first == 0 and self.last != 0
        first = 0 if starts_open else moved(self.first)
        last = MIDNIGHT if ends_open else moved(self.last)
        return FoundTime(self.start, self.end, first, max(first, last), today=self.today)


_HOUR_WORDS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{
        "una": 1,
        "dos": 2,
        "tres": 3,
        "cuatro": 4,
        "cinco": 5,
        "seis": 6,
        "siete": 7,
        "ocho": 8,
        "nueve": 9,
        "diez": 10,
    },
    **{"eleven": 11, "once": 11, "twelve": 12, "doce": 12},
}
_WORDS = "|".join(_HOUR_WORDS)
_CLOCK = rf"(?P<hour>\d{{1,2}}|{_WORDS})(?:(?::|\.|h)(?P<minute>[0-5]\d))?"
_HALF = r"(?:\s*(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?))"
_IN_PART = r"(?:,?\s+(?:in the|de la|por la|at|en la)\s+(?P<part>morning|afternoon|evening|night|manana|tarde|noche)\b)"
_WHAT = r"(?P<what>at|@|around|about|by|before|after|past|until|till|til|from|since|starting)"
_CLOSE = (
    r"(?=\s*(?:$|[?.,!;)]|(?:in|at|on|this|today|tonight|tomorrow|o'clock|oclock|and|or|to|will|is|are|do|does|if|when|please|pls|"
    r"every|thanks|thank|because|but|so|sharp|ish|weekdays|weekends|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"next|for|during|y|o|el|los|este|hoy|por|en|para|que|pero|si|gracias)\b))"
)
_CLOCK_TIME = re.compile(rf"(?<![\d/.:$-])\b(?:{_WHAT}\s*)?{_CLOCK}{_HALF}(?![a-z0-9])")
_COLON_TIME = re.compile(rf"(?<![\d/.:$-])\b(?:{_WHAT}\s*)?(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?![\d:]){_IN_PART}?")
_PART_TIME = re.compile(rf"(?<![\d/.:$-])\b(?:{_WHAT}\s*)?{_CLOCK}(?:\s*o'?clock)?{_IN_PART}")
_BARE_TIME = re.compile(rf"(?<![\d/.:$-])\b{_WHAT}\s+{_CLOCK}(?:\s*o'?clock)?{_CLOSE}")
_O_CLOCK = re.compile(rf"\b(?:{_WHAT}\s+)?{_CLOCK}\s*o'?clock\b")
_SPANISH_TIME = re.compile(
    r"\b(?P<what>a|desde|hasta|despues de|antes de|pasadas|sobre|hacia|a partir de|de)\s+las?\s+"
    rf"(?P<hour>\d{{1,2}}|{_WORDS})(?:(?::|\.|h)(?P<minute>[0-5]\d)|\s+(?P<more>y media|y cuarto|menos cuarto))?"
    rf"(?:{_HALF})?(?:\s+(?:de|por|en)\s+la\s+(?P<part>manana|tarde|noche)\b)?(?![\w/:])(?!\s+(?:de|del)\s+(?!la\b))"
)
_TO = r"\s*(?:-|to|and|until|till|til|a|y|hasta)\s*(?:las?\s+)?"
_SPAN = re.compile(
    rf"(?<![\d/.:$-])\b(?:(?:from|between|de|entre|desde)\s+)?(?:las?\s+)?(?P<hour>\d{{1,2}}|{_WORDS})(?::(?P<minute>[0-5]\d))?"
    rf"\s*(?P<half>am|pm)?{_TO}(?P<hour2>\d{{1,2}}|{_WORDS})(?::(?P<minute2>[0-5]\d))?(?:\s*(?P<half2>am|pm)\b|"
    r"(?:\s+(?:in the|de la|por la)\s+(?P<part>morning|afternoon|evening|manana|tarde|noche)\b))(?![\w/:])"
)
_BARE_SPAN = re.compile(
    rf"(?<!\bages )(?<!\baged )(?<!\bkids )(?<!\bchildren )(?<!\bgrades )"
    rf"\b(?:from|between)\s+(?P<hour>\d{{1,2}})(?::(?P<minute>[0-5]\d))?"
    rf"(?P<half>)(?P<half2>)(?P<part>){_TO}(?P<hour2>\d{{1,2}})(?::(?P<minute2>[0-5]\d))?{_CLOSE}"
)
_SPANISH_SPAN = re.compile(
    rf"\b(?:entre|desde|de)\s+las?\s+(?P<hour>\d{{1,2}}|{_WORDS})(?::(?P<minute>[0-5]\d))?\s*(?P<half>am|pm)?\s+(?:y|a|hasta)\s+las?\s+"
    rf"(?P<hour2>\d{{1,2}}|{_WORDS})(?::(?P<minute2>[0-5]\d))?\s*(?P<half2>am|pm)?(?:\s+(?:de|por)\s+la\s+(?P<part>manana|tarde|noche)\b)?(?![\w/:])"
)
_MIDDAY = re.compile(
    r"\b(?:(?P<what>at|around|by|before|after|past|until|till|from|antes del?|despues del?|hasta(?: el)?|al?|a)\s+)?"
    r"(?P<word>noon|midday|mediodia|midnight|medianoche|medio dia|media noche)\b"
)
_PART = re.compile(
    r"(?<!\bgood )(?<!\bbuenas )\b(?:(?P<before>this|in the|during the|at|late at|by|every|each|weekday|early)\s+|"
    r"(?P<day>(?<=day )|(?<=days )|(?<=tomorrow )|(?<=today )|(?<=on ))|^(?:and\s+)?)(?:early\s+|late\s+)?"
    r"(?P<word>mornings?|afternoons?|evenings?|nights?|lunch ?time|lunch)\b"
)
_SPANISH_PART = re.compile(
    r"\b(?P<before>esta|por la|en la|de la|a la|por las|en las|al|a)\s+"
    r"(?P<word>mananas?|tardes?|noches?|mediodia|madrugada)\b|"
    r"(?<=\bmanana )(?P<loose>temprano)\b"
)
_AHEAD = re.compile(
    r"\b(?:in|within|en|dentro de)\s+(?:about\s+)?"
    r"(?:(?P<half>half\s+an?|media)|(?P<one>an?|una?|one)|(?P<number>\d{1,3}))\s+"
    r"(?P<unit>hours?|hrs?|minutes?|mins?|horas?|minutos?|min)\b"
)
_EVENING_ONLY = {"after", "past", "until", "till", "til", "hasta", "despues de", "pasadas", "a partir de"}
_MORNING_ONLY = {"before", "by", "antes de"}
_AFTER = {"after", "past", "from", "since", "starting", "desde", "despues de", "despues del", "pasadas", "a partir de"}
_BEFORE = {"before", "by", "until", "till", "til", "hasta", "hasta el", "antes de", "antes del"}


def find_times(text: str) -> Iterator[FoundTime]:
    """Yield all times of day found in a plain text; places may overlap."""
    for pattern in (_CLOCK_TIME, _COLON_TIME, _PART_TIME, _BARE_TIME, _O_CLOCK, _SPANISH_TIME):
        for match in pattern.finditer(text):
            found = _clock(match)
            if found:
                yield found
    for pattern in (_SPAN, _SPANISH_SPAN, _BARE_SPAN):
        for match in pattern.finditer(text):
            found = _between(match)
            if found:
                yield found
    for match in _MIDDAY.finditer(text):
        point = NOON if match["word"] in ("noon", "midday", "mediodia", "medio dia") else MIDNIGHT
        yield _placed(match, point, match["what"] or "at", guessed=False)
    for match in _PART.finditer(text):
        word = "lunch" if match["word"].startswith("lunch") else match["word"].removesuffix("s")
        yield FoundTime(match.start(), match.end(), *PARTS[word], today=match["before"] == "this", part=word)
    for match in _SPANISH_PART.finditer(text):
        word = "morning" if match["loose"] else _SPANISH_PARTS[match["word"]]
        yield FoundTime(match.start(), match.end(), *PARTS[word], today=match["before"] == "esta", part=word)


def minutes_ahead(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each "in an hour" or "en 20 minutos" and the minutes that it means."""
    for match in _AHEAD.finditer(text):
        unit = 60 if match["unit"].startswith("h") else 1
        yield match, unit // 2 if match["half"] else int(match["number"] or 1) * unit


def _clock(match: re.Match[str]) -> FoundTime | None:
    groups = match.groupdict()
    what = groups.get("what") or "at"
    minutes = _minutes(groups["hour"], groups.get("minute"))
    if minutes is None:
        return None
    minutes += {"y media": 30, "y cuarto": 15, "menos cuarto": -15}.get(groups.get("more") or "", 0)
    half = (groups.get("half") or "")[:1] or _half_of(groups.get("part"))
    guessed = not half and 60 <= minutes < NOON + 60 and not groups["hour"].startswith("0")
    if half:
        if minutes >= NOON + 60:
            return None if half == "a" else _placed(match, minutes, what, guessed=False)
        minutes = minutes % NOON + (NOON if half == "p" else 0)
    elif guessed:
        minutes = _likely(minutes, what)
    return _placed(match, minutes, what, guessed=guessed)


def _half_of(part: str | None) -> str:
    return "" if not part else "a" if part in ("morning", "manana") else "p"


def _minutes(hour: str, minute: str | None) -> int | None:
    """Return minutes from midnight, or None if there is no such hour."""
    number = _HOUR_WORDS.get(hour) or int(hour)
    return number * 60 + int(minute or 0) if number < 24 else None


def _likely(minutes: int, what: str) -> int:
    """Return the half of the day that is likely in a library: 1 to 7 in the afternoon, 8 to 12 before it."""
    inner = minutes % NOON
    if inner < 60:
        return inner + NOON
    if what in _EVENING_ONLY:
        return inner + NOON
    if what in _MORNING_ONLY and inner >= 7 * 60:
        return inner
    return inner + NOON if inner < 8 * 60 else inner


def _placed(match: re.Match[str], minutes: int, what: str, *, guessed: bool) -> FoundTime:
    first, last = minutes, minutes
    if what in _AFTER:
        first, last = minutes, MIDNIGHT
    elif what in _BEFORE:
        first, last = 0, minutes
    return FoundTime(match.start(), match.end(), first, last, guessed=guessed)


def _between(match: re.Match[str]) -> FoundTime | None:
    first, last = _minutes(match["hour"], match["minute"]), _minutes(match["hour2"], match["minute2"])
    if first is None or last is None:
        return None
    half2 = match["half2"] or _half_of(match["part"])
    half = match["half"]
    guessed = not half2
    last = last % NOON + (NOON if half2.startswith("p") else 0) if half2 and last <= NOON + 59 else last
    if guessed and last <= NOON:
        last = _likely(last, "at")
    if half:
        first = first % NOON + (NOON if half == "pm" else 0)
    elif first <= NOON + 59:
        # "2 to 4 pm" begins in the same half of the day, "9 to 5 pm" in the other.
        later = first % NOON + NOON
        first = later if later < last else first % NOON
    if not first < last:
        return None
    return FoundTime(match.start(), match.end(), first, last, guessed=guessed)
