"""Facts in the patron's language: dates, times and lists as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_time
from babel.lists import format_list

from bot.wording import Wording

LOCALES = {"en": "en_US", "es": "es_US"}
# Printers' spaces (narrow, no-break) become plain ones: screen readers, SMS and copied text are better off.
SPACES = str.maketrans({"\u202f": " ", "\xa0": " ", "\u2009": " "})
_FIRST_LETTER = re.compile(r"^[^\w\[]*[^\W\d_]")


def sentence(words: str) -> str:
    """Return words that begin with a capital and end in a full stop, as a sentence does."""
    begun = capital(words)
    return begun if re.search(r"[.!?…:”»)]\W*$", begun) else f"{begun}."


def capital(words: str) -> str:
    """Return words that begin with a capital letter, marks of emphasis before it aside."""
    return _FIRST_LETTER.sub(lambda first: first[0].upper(), words)


def day_name(day: date, lang: str, today: date) -> str:
    """Return 'Sunday, November 22', with the year when it is another one than today's."""
    pattern = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}[lang]
    if day.year != today.year:
        pattern += {"en": ", y", "es": " 'de' y"}[lang]
    return str(format_date(day, pattern, locale=LOCALES[lang]))


def short_day(day: date, lang: str) -> str:
    """Return 'Sun, Nov 22'."""
    words = format_date(day, {"en": "EEE, MMM d", "es": "EEE d MMM"}[lang], locale=LOCALES[lang])
    return capital(words.translate(SPACES))


def day_beside(day: date, today: date, lang: str, wording: Wording, *, brief: bool = False) -> str:
    """Return 'today', 'tomorrow, Sunday, November 22' ('tomorrow' if `brief`) or 'on Monday, November 23'."""
    if day == today:
        return wording.say("utter_day_today", lang)
    name = day_name(day, lang, today)
    if day == today + timedelta(days=1):
        return wording.say("utter_day_tomorrow" if brief else "utter_day_tomorrow_named", lang, day=name)
    return wording.say("utter_day_on", lang, day=name)


def clock_time(moment: datetime | time, lang: str, wording: Wording) -> str:
    """Return '6 PM' or '9:30 AM'; noon and midnight in words, as '12 PM' is read both ways."""
    at = moment.timetz() if isinstance(moment, datetime) else moment
    if at.minute == 0 and at.hour in (0, 12):
        return wording.say("utter_clock_noon" if at.hour else "utter_clock_midnight", lang)
    return str(format_time(at, "h a" if at.minute == 0 else "h:mm a", locale=LOCALES[lang])).translate(SPACES)


def clock_in_sentence(moment: datetime, lang: str, wording: Wording) -> str:
    """Return the time as it stands after a preposition: '6 PM', 'las 6 p.m.', 'la 1 p.m.'."""
    response = "utter_clock_one" if moment.hour in (1, 13) else "utter_clock_other"
    return wording.say(response, lang, time=clock_time(moment, lang, wording))


def times(start: datetime, end: datetime, lang: str, wording: Wording) -> str:
    """Return '10 AM – 6 PM'."""
    return f"{clock_time(start, lang, wording)} – {clock_time(end, lang, wording)}"


def listed(items: Sequence[str], lang: str) -> str:
    """Return 'a, b and c'."""
    return str(format_list(list(items), locale=LOCALES[lang])).replace(", and ", " and ")


def with_link(words: str, link: str) -> str:
    """Return the words of a text message with the link at its end, unless they name it themselves."""
    return words if link and link in words else f"{words} {link}".strip()
