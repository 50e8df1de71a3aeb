"""Facts in the patron's language: dates, times and lists as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_time
from babel.lists import format_list

from bot.wording import Wording

LOCALES = {"en": "en_US", "es": "es_US"}
# Printers' spaces (narrow, no-break) become plain ones: screen readers, SMS and copied text are better off.
SPACES = str.maketrans({"\u202f": " ", "\xa0": " ", "\u2009": " "})


def day_name(day: date, lang: str, today: date) -> str:
    """Return 'Sunday, November 22', with the year when it is another one than today's."""
    pattern = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}[lang]
    if day.year != today.year:
        pattern += {"en": ", y", "es": " 'de' y"}[lang]
    return format_date(day, pattern, locale=LOCALES[lang])


def short_day(day: date, lang: str) -> str:
    """Return 'Sun, Nov 22'."""
    return format_date(day, {"en": "EEE, MMM d", "es": "EEE d MMM"}[lang], locale=LOCALES[lang]).translate(SPACES)


def day_beside(day: date, today: date, lang: str, wording: Wording) -> str:
    """Return 'today', 'tomorrow' or the day's name, with the word that goes before it: 'on Sunday, November 22'."""
    near = {today: "utter_day_today", today + timedelta(days=1): "utter_day_tomorrow"}.get(day, "utter_day_on")
    return wording.say(near, lang, day=day_name(day, lang, today))


def clock_time(moment: datetime | time, lang: str) -> str:
    """Return '6 PM' or '9:30 AM'; noon and midnight by name in English, as '12:00 p. m.' is read both ways."""
    at = moment.timetz() if isinstance(moment, datetime) else moment
    if lang == "en":
        if (at.hour, at.minute) in ((0, 0), (12, 0)):
            return "midnight" if at.hour == 0 else "noon"
        return format_time(at, "h a" if at.minute == 0 else "h:mm a", locale="en_US").translate(SPACES)
    return format_time(at, "h:mm a", locale=LOCALES[lang]).translate(SPACES)


def times(start: datetime, end: datetime, lang: str) -> str:
    """Return '10 AM – 6 PM'."""
    return f"{clock_time(start, lang)} – {clock_time(end, lang)}"


def listed(items: Sequence[str], lang: str, style: str = "standard") -> str:
    """Return 'a, b and c' (style 'or': 'a, b or c')."""
    return (
        format_list(list(items), style=style, locale=LOCALES[lang]).replace(", and ", " and ").replace(", or ", " or ")
    )
