"""The words of dates and times in English and Spanish, and the plain form of a text in which they are looked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


def _words(words: str) -> list[str]:
    return words.split()


WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mondays mon lunes lun",
            "tuesday tuesdays tue tues martes",
            "wednesday wednesdays wed weds miercoles mie",
            "thursday thursdays thu thur thurs jueves jue",
            "friday fridays fri viernes vie",
            "saturday saturdays sat sats sabado sabados sab",
            "sunday sundays sun suns domingo domingos dom",
        )
    )
    for name in names.split()
}
"""Each name of a weekday and its number, Monday being 0."""

AMBIGUOUS_WEEKDAYS = frozenset(_words("mon wed sat sats sun suns lun mie jue vie sab dom"))
"""Short names that are words of their own too ("the sun", "SAT prep"): days only in the company of other words."""

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto",
            "september sept sep septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
"""Each name of a month and its number."""

CLEAR_MONTHS = frozenset(
    _words(
        "january february july september october november december"
        " enero febrero marzo junio julio agosto septiembre setiembre octubre noviembre diciembre"
    )
)
"""Names of months that stand alone; the others are words or first names too ("may I", "June") and need company."""

NUMBERS: dict[str, int] = {
    word: number
    for number, words in {
        1: "a an one un una uno primero",
        2: "two dos couple",
        3: "three tres few",
        4: "four cuatro",
        5: "five cinco",
        6: "six seis",
        7: "seven siete",
        8: "eight ocho",
        9: "nine nueve",
        10: "ten diez",
        11: "eleven once",
        12: "twelve doce",
        14: "fourteen catorce",
        15: "fifteen quince",
        20: "twenty veinte",
        30: "thirty treinta",
    }.items()
    for word in words.split()
}
"""Numbers in words, as far as people write them in dates."""

ORDINALS: dict[str, int] = {
    word: number
    for number, words in {
        1: "first 1st 1o 1er primer primero primera",
        2: "second 2nd 2o segundo segunda",
        3: "third 3rd 3o 3er tercer tercero tercera",
        4: "fourth 4th 4o cuarto cuarta",
        5: "fifth 5th 5o quinto quinta",
        6: "sixth 6th",
        7: "seventh 7th",
        8: "eighth 8th",
        9: "ninth 9th",
        10: "tenth 10th",
        -1: "last final ultimo ultima",
    }.items()
    for word in words.split()
}
"""Ordinals in words, up to the tenth, and the last (-1)."""

_TYPOS: dict[str, str] = {
    wrong: right
    for right, wrongs in {
        "today": "2day todya toda'y tday tody",
        "tomorrow": "tmrw tmr tmrrw tmw tomo tomorow tommorow tommorrow tomorro 2morrow 2moro tomoz tomrw",
        "tonight": "tonite 2nite 2night tonigt tonihgt tnight",
        "weekend": "wkend wknd weeknd weekened",
        "week": "wk wek",
        "monday": "mondy mnday moday munday",
        "tuesday": "tusday teusday tuseday tuesdy tuesdey twosday",
        "wednesday": "wensday wendsday wenesday wednsday wednesdy wendesday wedensday weds",
        "thursday": "thrusday thursdy thurday thersday thirsday thurdsay",
        "friday": "fryday firday fridy frday",
        "saturday": "satuday saterday satruday saturdy satday saturady",
        "sunday": "sundy suday sunaday sonday",
        "lunes": "lune lumes lunez",
        "martes": "marte marttes martez",
        "miercoles": "miercole mierkoles miercols miercoels miecoles miercolez",
        "jueves": "jueve juebes jueces juevez",
        "viernes": "vierne biernes vierns viernez",
        "sabado": "savado sabdo sabao zabado savdo",
        "sabados": "savados",
        "domingo": "domigo dominjo domimgo",
        "manana": "manna maniana mannana manyana mnn",
        "pasado": "pasao",
        "february": "febuary feburary",
        "september": "septemeber setpember",
        "morning": "mornin mornign",
        "afternoon": "aftrnoon afternon",
    }.items()
    for wrong in wrongs.split()
}
# Words that a guess by one or two letters may turn into; first letters are never guessed.
_GUESSED = _words(
    "tomorrow tonight weekend monday tuesday wednesday thursday friday saturday sunday miercoles viernes domingo sabado"
    " january february september october november december septiembre noviembre diciembre febrero afternoon"
)
# Real words that are a letter away from those.
_NEVER_GUESSED = frozenset(
    _words(
        "sundae sundaes sunny sundry wednesdays weekends weekender weeknight decembers domino dominios viene vienes"
        " friendly novembre tomorrows mondays tuesdays thursdays fridays saturdays sundays sabados domingos afternoons"
    )
)
_WORD = re.compile(r"[a-z0-9']+")
_QUOTED = re.compile(r'"[^"]*\s[^"]*"|“[^”]*\s[^”]*”|«[^»]*\s[^»]*»')


@dataclass(frozen=True)
class Plain:
    """A text in plain form: lower case, no accents, slips of the pen mended; and where each character came from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original text of a stretch of the plain text."""
        return self.starts[start], self.ends[end - 1]


def plain_form(original: str) -> Plain:
    """Return the plain form of a text. Titles in double quotes are blanked: "Tuesdays with Morrie" is not a day."""
    chars: list[str] = []
    places: list[int] = []
    hidden = [match.span() for match in _QUOTED.finditer(original)]
    for place, char in enumerate(original):
        if any(start <= place < end for start, end in hidden):
            char = "_"
        for piece in unicodedata.normalize("NFKD", char.casefold()):
            if not unicodedata.combining(piece):
                chars.append("'" if piece == "’" else "-" if piece in "–—" else piece)
                places.append(place)
    folded = "".join(chars)
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in _WORD.finditer(folded):
        right = _mended(match.group())
        if right is not None:
            for place in range(last, match.start()):
                text.append(folded[place])
                starts.append(places[place])
                ends.append(places[place] + 1)
            text.extend(right)
            starts += [places[match.start()]] * len(right)
            ends += [places[match.end() - 1] + 1] * len(right)
            last = match.end()
    for place in range(last, len(folded)):
        text.append(folded[place])
        starts.append(places[place])
        ends.append(places[place] + 1)
    return Plain("".join(text), tuple(starts), tuple(ends))


def _mended(word: str) -> str | None:
    """Return the word of time that a misspelt word stands for, or None if it is right or something else."""
    if word in _TYPOS:
        return _TYPOS[word]
    if len(word) < 6 or word in WEEKDAYS or word in MONTHS or word in _NEVER_GUESSED or not word.isalpha():
        return None
    for right in _GUESSED:
        slips = 2 if len(right) >= 8 and len(word) >= 7 else 1
        alike = word[0] == right[0] and abs(len(word) - len(right)) <= slips
        if alike and edits(word, right, slips) <= slips:
            return right
    return None


def edits(one: str, other: str, limit: int) -> int:
    """Return how many letters to add, drop, change or swap make `one` into `other`; limit + 1 if it is more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
