"""Holidays by name, in English and Spanish: "are you open on Thanksgiving?" is about one day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from bot.knowledge.sources.base import Closure
from bot.knowledge.text import Text, plain, words_of

MONDAY, THURSDAY, SUNDAY = 0, 3, 6


class Holiday(NamedTuple):
    """A holiday and the day on which it falls."""

    name: Text
    day: date


class _Rule(NamedTuple):
    english: str
    spanish: str
    day: Callable[[int], date]
    words: tuple[str, ...]


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, count: int, plus: int = 0) -> Callable[[int], date]:
    """Return the rule of the `count`-th weekday of a month (the last one for -1), and `plus` days."""

    def day(year: int) -> date:
        if count > 0:
            first = date(year, month, 1)
            found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))
        else:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            found = last - timedelta(days=(last.weekday() - weekday) % 7)
        return found + timedelta(days=plus)

    return day


def _easter(plus: int = 0) -> Callable[[int], date]:
    """Return the rule of a day `plus` days from western Easter Sunday (the anonymous Gregorian computation)."""

    def day(year: int) -> date:
        century, rest = divmod(year, 100)
        leap, skipped = divmod(century, 4)
        moon = (19 * (year % 19) + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
        week = (32 + 2 * skipped + 2 * (rest // 4) - moon - rest % 4) % 7
        late = (year % 19 + 11 * moon + 22 * week) // 451
        month, number = divmod(moon + week - 7 * late + 114, 31)
        return date(year, month, number + 1) + timedelta(days=plus)

    return day


_EVERYWHERE = (
    _Rule(
        "New Year's Day",
        "Año Nuevo",
        _fixed(1, 1),
        ("new year's day", "new years day", "new year", "new years", "año nuevo"),
    ),
    _Rule(
        "Valentine's Day",
        "San Valentín",
        _fixed(2, 14),
        ("valentine's day", "valentines day", "valentines", "san valentín"),
    ),
    _Rule("Good Friday", "Viernes Santo", _easter(-2), ("good friday", "viernes santo")),
    _Rule("Easter Sunday", "Domingo de Pascua", _easter(), ("easter sunday", "easter", "domingo de pascua", "pascua")),
    _Rule("Easter Monday", "Lunes de Pascua", _easter(1), ("easter monday", "lunes de pascua")),
    _Rule("Halloween", "Halloween", _fixed(10, 31), ("halloween", "noche de brujas")),
    _Rule("Christmas Eve", "Nochebuena", _fixed(12, 24), ("christmas eve", "xmas eve", "nochebuena", "noche buena")),
    _Rule(
        "Christmas Day", "Navidad", _fixed(12, 25), ("christmas day", "christmas", "xmas", "día de navidad", "navidad")
    ),
    _Rule("Boxing Day", "el día después de Navidad", _fixed(12, 26), ("boxing day", "day after christmas")),
    _Rule(
        "New Year's Eve",
        "Nochevieja",
        _fixed(12, 31),
        ("new year's eve", "new years eve", "nye", "nochevieja", "fin de año"),
    ),
)
_OF_COUNTRY: Mapping[str, tuple[_Rule, ...]] = {
    "US": (
        _Rule(
            "Martin Luther King Jr. Day",
            "Día de Martin Luther King Jr.",
            _nth(1, MONDAY, 3),
            ("martin luther king jr day", "martin luther king day", "martin luther king", "mlk day", "mlk", "king day"),
        ),
        _Rule(
            "Presidents' Day",
            "Día de los Presidentes",
            _nth(2, MONDAY, 3),
            ("presidents' day", "presidents day", "president's day", "washington's birthday", "día de los presidentes"),
        ),
        _Rule(
            "Mother's Day",
            "Día de la Madre",
            _nth(5, SUNDAY, 2),
            ("mother's day", "mothers day", "día de la madre", "día de las madres"),
        ),
        _Rule(
            "Memorial Day",
            "Día de los Caídos",
            _nth(5, MONDAY, -1),
            ("memorial day", "día de los caídos", "día de la recordación", "día conmemorativo"),
        ),
        _Rule("Juneteenth", "Juneteenth", _fixed(6, 19), ("juneteenth",)),
        _Rule("Father's Day", "Día del Padre", _nth(6, SUNDAY, 3), ("father's day", "fathers day", "día del padre")),
        _Rule(
            "Independence Day",
            "Día de la Independencia",
            _fixed(7, 4),
            (
                "independence day",
                "fourth of july",
                "4th of july",
                "july 4th",
                "july fourth",
                "july 4",
                "día de la independencia",
                "cuatro de julio",
                "4 de julio",
            ),
        ),
        _Rule(
            "Labor Day",
            "Día del Trabajo",
            _nth(9, MONDAY, 1),
            ("labor day", "labour day", "día del trabajo", "día del trabajador"),
        ),
        _Rule(
            "Indigenous Peoples' Day",
            "Día de los Pueblos Indígenas",
            _nth(10, MONDAY, 2),
            (
                "indigenous peoples' day",
                "indigenous peoples day",
                "indigenous people's day",
                "columbus day",
                "día de los pueblos indígenas",
                "día de la raza",
                "día de colón",
            ),
        ),
        _Rule(
            "Veterans Day",
            "Día de los Veteranos",
            _fixed(11, 11),
            ("veterans day", "veteran's day", "veterans' day", "día de los veteranos"),
        ),
        _Rule(
            "Thanksgiving Eve",
            "víspera de Acción de Gracias",
            _nth(11, THURSDAY, 4, -1),
            ("day before thanksgiving", "thanksgiving eve", "víspera de acción de gracias"),
        ),
        _Rule(
            "Thanksgiving Day",
            "Día de Acción de Gracias",
            _nth(11, THURSDAY, 4),
            ("thanksgiving day", "thanksgiving", "turkey day", "día de acción de gracias", "acción de gracias"),
        ),
        _Rule(
            "the day after Thanksgiving",
            "el día después de Acción de Gracias",
            _nth(11, THURSDAY, 4, 1),
            ("day after thanksgiving", "black friday", "viernes negro", "día después de acción de gracias"),
        ),
    ),
}


def holiday_named(text: str, now: datetime, country: str, closures: Iterable[Closure] = ()) -> Holiday | None:
    """Return the holiday that a text names and its next date (today counts), or None.

    The longest name in the text wins ("Christmas Eve" is not Christmas). `closures` add the library's own days, such
    as a staff training day. A year written in the text is not read: that is the date resolver's part.
    """
    said = " ".join(words_of(text))
    today = now.date()
    found: list[tuple[int, bool, Holiday]] = []
    for phrase, name, days in _names(country, today.year):
        if re.search(rf"\b{re.escape(phrase)}\b", said):
            following = [day for day in days if day >= today]
            if following:
                found.append((len(phrase), True, Holiday(name, min(following))))
    for closure in closures:
        day = closure.start.date()
        if day >= today:
            lengths = [len(one) for one in map(_said, closure.name.all) if re.search(rf"\b{re.escape(one)}\b", said)]
            if lengths:
                found.append((max(lengths), False, Holiday(closure.name, day)))
    if not found:
        return None
    # The nearest date of the longest name; of a holiday and a closure of the same name, the holiday.
    longest = max(length for length, _, _ in found)
    return min((one for one in found if one[0] == longest), key=lambda one: (one[2].day, not one[1]))[2]


def holiday_on(day: date, country: str) -> Text | None:
    """Return the name of the holiday on a day, or None."""
    for rule in (*_OF_COUNTRY.get(country, ()), *_EVERYWHERE):
        if rule.day(day.year) == day:
            return Text.of(rule.english, es=rule.spanish)
    name = _national(country, day.year).get(day)
    return Text.of(name) if name else None


def _said(name: str) -> str:
    return " ".join(words_of(name))


@lru_cache(maxsize=16)
def _names(country: str, year: int) -> tuple[tuple[str, Text, tuple[date, ...]], ...]:
    """Return each phrase, the holiday it names, and its days in this year and the next."""
    names: dict[str, tuple[Text, tuple[date, ...]]] = {}
    for rule in (*_OF_COUNTRY.get(country, ()), *_EVERYWHERE):
        name = Text.of(rule.english, es=rule.spanish)
        for phrase in (*rule.words, rule.english, rule.spanish):
            names.setdefault(_said(phrase), (name, (rule.day(year), rule.day(year + 1))))
    national: dict[str, list[date]] = {}
    for one in (year, year + 1):
        for day, called in _national(country, one).items():
            for part in called.split("; "):
                national.setdefault(part, []).append(day)
    for called, days in national.items():
        names.setdefault(_said(called), (Text.of(called), tuple(days)))
    return tuple((phrase, name, days) for phrase, (name, days) in names.items() if plain(phrase))


@lru_cache(maxsize=32)
def _national(country: str, year: int) -> dict[date, str]:
    try:
        return dict(holidays.country_holidays(country, years=year).items())
    except NotImplementedError:
        return {}
