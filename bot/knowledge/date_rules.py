"""The rules by which days are found in the plain form of a text: one pattern and one small function a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from bot.knowledge.date_counting import (
    DAY,
    WEEK,
    Days,
    dated_day,
    day_of_month,
    from_today_on,
    is_near,
    month_after,
    months_ahead,
    named_month,
    named_weekday,
    nth_weekday,
    one_day,
    real_day,
    whole_week,
    whole_weekend,
    working_days,
)
from bot.knowledge.date_words import AMBIGUOUS_WEEKDAYS, CLEAR_MONTHS, MONTHS, NUMBERS, ORDINALS, WEEKDAYS
from bot.knowledge.text import Text


class Grain(StrEnum):
    """How exact a patron was."""

    MOMENT = "moment"
    PART_OF_DAY = "part_of_day"
    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"
    RANGE = "range"


@dataclass(frozen=True)
class FoundDays:
    """Days found at a place of the plain text.

    `days` returns the first day and the day after the last, seen from a reference day; None means that no such day
    exists (30 February, 11/22/63), and then the place holds no date at all. `only_hint` marks a weekday that a date
    may follow ("Friday, Dec 5").
    """

    start: int
    end: int
    grain: Grain
    days: Callable[[date], Days | None]
    name: Text | None = None
    recurring: bool = False
    only_hint: bool = False
    part: str | None = None


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(MONTHS)})\.?"
_YEAR = r"(?:(?:\s*,\s*|\s+|\s+del?\s+)(?P<year>(?:19|20)\d\d)\b(?!\s*(?:books?|people)))?"
_NUMBER = rf"(?P<number>\d{{1,3}}|{_any(NUMBERS)})"
_COUNTED = (
    r"(?!\s+(?:people|persons?|kids|children|adults|books|items|friends|personas|ninos|libros|be|i|we|you|they|have)\b)"
)
_NOT_DAYS = ("a", "an", "couple", "few")
_DAY_WORDS = {w: n for w, n in {**NUMBERS, **ORDINALS}.items() if 0 < n <= 31 and w not in _NOT_DAYS}
_DAY = rf"(?P<day>\d{{1,2}}|{_any(_DAY_WORDS)})(?:st|nd|rd|th|[oº°])?"
_THING = r"(?!\s+(?:floors?|grade|graders?|street|st|avenue|ave|edition|time|volume|vol|book|chapter|century|anniversary|season|annual|level|ward|row|piso|planta|grado|libro)\b)"  # noqa: E501


def _day_number(word: str) -> int:
    return int(word) if word.isdigit() else _DAY_WORDS[word]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


Builder = Callable[[re.Match[str], bool], FoundDays | None]
_RULES: list[tuple[re.Pattern[str], Builder]] = []


def _rule(pattern: str) -> Callable[[Builder], Builder]:
    def add(builder: Builder) -> Builder:
        _RULES.append((re.compile(pattern), builder))
        return builder

    return add


def find_days(text: str, *, day_first: bool) -> Iterator[FoundDays]:
    """Yield all days found in a plain text; places may overlap. `day_first` reads 3/12 as 3 December."""
    for pattern, builder in _RULES:
        for match in pattern.finditer(text):
            found = builder(match, day_first)
            if found is not None:
                yield found


def _found(match: re.Match[str], grain: Grain, days: Callable[[date], Days | None]) -> FoundDays:
    return FoundDays(match.start(), match.end(), grain, days)


@_rule(r"(?<![\d/-])(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?![\d/-])")
def _iso(match: re.Match[str], day_first: bool) -> FoundDays:
    return _found(
        match, Grain.DAY, partial(dated_day, month=int(match["month"]), day=int(match["day"]), year=int(match["year"]))
    )


@_rule(
    r"(?<![\d/.,:$#-])(?P<one>\d{1,2})(?:(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})|/(?P<half>\d{1,2}))"
    r"(?![\d/]|[.,:-]\d|\s*(?:hours?|hrs?|price|off|cups?|inch|inches|miles?|kg|lbs?)\b)"
)
def _numbers(match: re.Match[str], day_first: bool) -> FoundDays:
    # "open 24/7", "2 1/2", "a book about 9/11"
    if match.group() == "24/7" or re.search(r"\d $|\b(?:about|the|sobre) $", match.string[: match.start()]):
        return _found(match, Grain.DAY, _never)
    one, two = int(match["one"]), int(match["two"] or match["half"])
    month, day = (two, one) if day_first else (one, two)
    if month > 12 >= day:
        month, day = day, month
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0) if match["year"] else None
    return _found(match, Grain.DAY, partial(dated_day, month=month, day=day, year=year))


@_rule(rf"\b(?:the\s+)?{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d:/]|\w){_YEAR}{_COUNTED}")
@_rule(
    rf"\b(?:(?:on\s+)?the\s+|el\s+(?:dia\s+)?)?{_DAY}(?:\s+of\s+|\s+del?\s+|\s*-\s*|\s+)?{_MONTH}(?!\w){_YEAR}{_COUNTED}"
)
def _month_and_day(match: re.Match[str], day_first: bool) -> FoundDays:
    year = int(match["year"]) if match["year"] else None
    month, day = MONTHS[match["month"]], _day_number(match["day"])
    return _found(match, Grain.DAY, partial(dated_day, month=month, day=day, year=year))


_TO = r"(?:\s*-\s*|\s+(?:to|through|thru|until|till|al?|hasta(?:\s+el)?|(?P<and>and|y(?:\s+el)?))\s+)"
_FROM = r"(?:(?P<opener>from|between|del?|entre|desde)\s+)?(?:(?:the|el)\s+)?"


@_rule(rf"\b{_FROM}{_MONTH}\s+{_DAY}{_TO}(?:the\s+)?(?P<last>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:/]|\w|\s*(?:am|pm))")
@_rule(rf"\b{_FROM}{_DAY}{_TO}(?:the\s+)?(?P<last>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of|\s+de)?\s+{_MONTH}(?!\w){_YEAR}")
def _days_of_a_month(match: re.Match[str], day_first: bool) -> FoundDays | None:
    # "December 24 and 31" are two days.
    if match["and"] and match["opener"] not in ("between", "entre"):
        return None
    month, first, last = MONTHS[match["month"]], _day_number(match["day"]), int(match["last"])
    year = int(match["year"]) if match.groupdict().get("year") else None

    def days(ref: date) -> Days | None:
        # The last day comes first, so that "3 to 7 December" said on the 5th is still this year's.
        end = dated_day(ref, month, last, year)
        start = real_day(end[0].year, month, first) if end else None
        return (start, end[1]) if start and end and start < end[1] else None

    return _found(match, Grain.RANGE, days)


@_rule(
    r"\b(?:from\s+|between\s+)?the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:to|through|and|until)\s+the\s+(?P<last>\d{1,2})(?:st|nd|rd|th)?\b"
)
@_rule(r"\b(?:del|entre\s+el|desde\s+el)\s+(?P<day>\d{1,2})\s+(?:al|y(?:\s+el)?|hasta\s+el)\s+(?P<last>\d{1,2})\b")
def _days_without_month(match: re.Match[str], day_first: bool) -> FoundDays:
    first, last = int(match["day"]), int(match["last"])

    def days(ref: date) -> Days | None:
        end = day_of_month(ref, last)
        start = real_day(end[0].year, end[0].month, first) if end and first <= last else None
        return (start, end[1]) if start and end else None

    return _found(match, Grain.RANGE, days)


@_rule(
    rf"\b(?:on\s+|by\s+|for\s+)?the\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_THING}(?P<next>\s+of\s+(?:next|this)\s+month)?"
)
@_rule(rf"\b(?:on|for)\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_THING}(?P<next>\s+of\s+(?:next|this)\s+month)?")
@_rule(r"^\W*(?:and\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)(?P<next>)\W*$")
@_rule(
    r"\b(?:el|este)\s+dia\s+(?P<day>\d{1,2})\b(?!\s*/)(?P<next>\s+del\s+(?:mes\s+que\s+viene|proximo\s+mes)|\s+de\s+este\s+mes)?"
)
@_rule(
    r"\bel\s+(?P<day>\d{1,2})\b(?P<next>\s+del\s+(?:mes\s+que\s+viene|proximo\s+mes)|\s+de\s+este\s+mes)?"
    r"(?=\s*(?:$|[?.,!;)]|(?:a\s+las|por\s+la|en\s+la|abren?|cierran?|esta|estan|hay|que|tienen|habra)\b))"
)
def _day_of_month(match: re.Match[str], day_first: bool) -> FoundDays:
    said = match["next"] or ""
    months = None if not said else 0 if "this" in said or "este" in said else 1
    return _found(match, Grain.DAY, partial(day_of_month, day=int(match["day"]), months=months))


@_rule(
    rf"\b(?:the\s+|el\s+|los\s+)?(?P<count>{_any(ORDINALS)})\s+(?P<weekday>{_any(set(WEEKDAYS) - AMBIGUOUS_WEEKDAYS)})"
    rf"\s+(?:of|in|del?|en)\s+(?:(?:the\s+month\s+of\s+)?(?P<month>{_any(MONTHS)}){_YEAR}|"
    r"(?P<next>next\s+month|mes\s+que\s+viene|proximo\s+mes)|(?P<this>(?:the|this|each|every|el|este|cada)?\s*(?:month|mes)))\b"
)
def _nth_of_month(match: re.Match[str], day_first: bool) -> FoundDays:
    count, weekday = ORDINALS[match["count"]], WEEKDAYS[match["weekday"]]

    def days(ref: date) -> Days | None:
        if match["month"]:
            years = [int(match["year"])] if match["year"] else [ref.year, ref.year + 1]
            firsts = [date(year, MONTHS[match["month"]], 1) for year in years if is_near(year, ref)]
        else:
            firsts = [month_after(ref, 1)] if match["next"] else [month_after(ref, 0), month_after(ref, 1)]
        found = [nth_weekday(first, count, weekday) for first in firsts]
        return next((one for one in found if one and (one[0] >= ref or match["year"])), None)

    return _found(match, Grain.DAY, days)


@_rule(
    rf"\b(?P<before>in|of|for|during|this|next|last|until|till|by|since|early|late|throughout|en|de|del|para|este|durante|"
    rf"proximo|hasta)\s+(?P<month>{_any(MONTHS)})\b{_YEAR}(?!\s+(?:be|have|not|also|i|we|he|she|they|you|it|sound|seem|\d)\b)"
)
@_rule(
    rf"\b(?P<before>)(?P<month>{_any(MONTHS)})\b{_YEAR}(?=\s+(?:hours|events|calendar|schedule|programs|activities|classes)\b)"
)
@_rule(
    rf"\b(?:horario|eventos|actividades|agenda|programa|talleres)\s+(?:de\s+)?(?P<before>)(?P<month>{_any(MONTHS)})\b{_YEAR}"
)
@_rule(rf"^\W*(?P<before>(?:and|y)\s+)?(?P<month>{_any(set(MONTHS) - {'mar', 'may', 'sep'})})\W*(?P<year>)$")
@_rule(rf"\b(?P<before>)(?P<month>{_any(CLEAR_MONTHS)})\b{_YEAR}")
def _whole_month(match: re.Match[str], day_first: bool) -> FoundDays:
    year = int(match["year"]) if match["year"] else None
    which = "last" if match["before"] == "last" else ""
    return _found(match, Grain.MONTH, partial(named_month, month=MONTHS[match["month"]], year=year, which=which))


@_rule(
    rf"\b(?:from\s+|de\s+)?(?P<month>{_any(MONTHS)})\s*(?:-|\b(?:to|through|thru|until|a|hasta)\b)\s*"
    rf"(?P<last>{_any(set(MONTHS) - {'may', 'march', 'mar'})})\b{_YEAR}(?!\s+\d)"
)
def _months(match: re.Match[str], day_first: bool) -> FoundDays:
    first, last = MONTHS[match["month"]], MONTHS[match["last"]]
    year = int(match["year"]) if match["year"] else None

    def days(ref: date) -> Days | None:
        start = named_month(ref, first, year)
        end = named_month(start[0], last, year) if start else None
        return (start[0], end[1]) if start and end and start[0] < end[1] else None

    return _found(match, Grain.RANGE, days)


_RELATIVE_DAYS = {
    **{"today": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1, "day before yesterday": -2},
    **{"hoy": 0, "manana": 1, "pasado manana": 2, "ayer": -1, "anteayer": -2, "antier": -2},
}


@_rule(r"\b(?:the\s+)?(?P<word>day after tomorrow|day before yesterday)\b")
@_rule(r"\b(?P<word>today|tomorrow|yesterday|hoy|ayer|anteayer|antier|pasado manana)\b(?:'s|s)?")
# "la mañana" is the morning: time_rules.py has it.
@_rule(r"(?<!\bla )(?<!\besta )(?<!\blas )\b(?P<word>manana)\b")
def _relative_day(match: re.Match[str], day_first: bool) -> FoundDays:
    ahead = _RELATIVE_DAYS[match["word"]]
    return _found(match, Grain.DAY, lambda ref: one_day(ref + DAY * ahead))


@_rule(r"\b(?P<word>tonight|last night|esta noche|anoche)\b(?:'s)?")
def _night(match: re.Match[str], day_first: bool) -> FoundDays:
    ahead = -1 if match["word"] in ("last night", "anoche") else 0
    return FoundDays(match.start(), match.end(), Grain.DAY, lambda ref: one_day(ref + DAY * ahead), part="tonight")


@_rule(
    r"\b(?:on\s+)?(?:(?P<before>this coming|the coming|the following|following|coming|upcoming|this|next|"
    r"last|past|every|each|todos los|cada|el proximo|los proximos|proximo|el pasado|este|el|los|on)\s+)?"
    rf"(?P<weekday>{_any(WEEKDAYS)})\b(?:'s)?\.?"
    r"(?:\s+(?P<after>next week|of next week|after next|this week|de la (?:semana que viene|proxima semana|"
    r"semana proxima)|de esta semana|que viene|que entra|proximo|siguiente|pasado)\b)?"
)
def _named_weekday(match: re.Match[str], day_first: bool) -> FoundDays | None:
    word, before, after = match["weekday"], match["before"] or "", match["after"] or ""
    if word in AMBIGUOUS_WEEKDAYS and not _in_company(match):
        return None
    if re.search(r"\b(?:black|cyber|giving|good|fat|ash|shrove|palm|taco) $", match.string[: match.start()]):
        return _found(match, Grain.DAY, _never)
    how = ""
    if after in ("next week", "of next week") or after.startswith("de la") or before == "next":
        how = "next week"
    elif before in ("el proximo", "los proximos", "proximo") or after in (
        "que viene",
        "que entra",
        "proximo",
        "siguiente",
    ):
        how = "coming"
    elif before in ("last", "past", "el pasado") or after == "pasado":
        how = "last"
    elif "following" in before:
        how = "coming"
    if after == "after next":
        how = "after next"
    recurring = (
        before in ("every", "each", "todos los", "cada", "los")
        or word.endswith("days")
        or word in ("sabados", "domingos")
    )
    days = partial(named_weekday, weekday=WEEKDAYS[word], how=how)
    return FoundDays(match.start(), match.end(), Grain.DAY, days, recurring=recurring, only_hint=True)


_COMPANY_BEFORE = re.compile(
    r"\b(?:on|this|next|last|every|each|coming|until|till?|thru|el|los|este|proximo)\s+$|"
    rf"\b(?:{_any(WEEKDAYS)})\.?\s*(?:-|/|&|,|to|and|or|thru|through|al?|y|o)\s*$"
)
_COMPANY_AFTER = re.compile(
    r"\.?\s*(?:(?:morning|afternoon|evening|night|hours|hrs|horario|\d{1,2}(?::\d\d)?\s*(?:am|pm|-)|at \d)\b"
    rf"|(?:-|/|&|to|and|or|thru|through|al?|y|o)\s*(?:{_any(WEEKDAYS)})\b)"
)
_WEAK_BEFORE = re.compile(r"\b(?:and|or|to|y|o|for|open|closed?|hours|abren|abierto|horario|then|about)\s+$")


def _in_company(match: re.Match[str]) -> bool:
    """Tell whether a short name such as "sun" or "sat" stands where only a day can stand."""
    before, after = match.string[: match.start("weekday")], match.string[match.end("weekday") :]
    last = not re.search(r"[^\W_]", after)
    if re.search(r"\b(?:in|under|the|my|your|su|mi|tu) $", before):
        return False
    return bool(
        (_COMPANY_BEFORE.search(before) and not re.match(r"\s+(?:prep|test|exam|protection|safety|down|up)\b", after))
        or _COMPANY_AFTER.match(after)
        or (last and (not re.search(r"[^\W_]", before) or _WEAK_BEFORE.search(before)))
    )


@_rule(
    r"\b(?:on\s+|over\s+|for\s+)?(?:(?P<before>this coming|the coming|this|next|last|past|the following|following|"
    r"coming|upcoming|the|every|todos los|este|el proximo|proximo|el|los|un)\s+)?(?:long\s+|whole\s+)?"
    r"(?:weekends?|week-ends?|findes?|fin(?:es)? de semana)\b"
    r"(?:\s+(?P<after>after next|que viene|que entra|proximo|siguiente|pasado))?"
)
def _whole_weekend(match: re.Match[str], day_first: bool) -> FoundDays:
    before, after = match["before"] or "", match["after"] or ""
    english_next = before == "next" or "following" in before or after == "siguiente"
    spanish_next = "proximo" in before or after in ("que viene", "que entra", "proximo")
    past = before in ("last", "past") or after == "pasado"

    def days(ref: date) -> Days:
        weeks = 1 if english_next or (spanish_next and ref.weekday() > 4) else -1 if past else 0
        return whole_weekend(ref, weeks + (after == "after next"))

    recurring = "weekends" in match.group() or "fines" in match.group() or before in ("every", "todos los", "los")
    return FoundDays(match.start(), match.end(), Grain.WEEKEND, days, recurring=recurring)


@_rule(
    r"\b(?:(?P<this>this week|esta semana|rest of the week|resto de la semana)|"
    r"(?P<later>(?:the )?week after next)|"
    r"(?P<next>next week|the following week|following week|week after|la semana que viene|"
    r"semana que viene|semana que entra|"
    r"la proxima semana|proxima semana|la semana proxima|semana proxima|la otra semana|semana siguiente)|"
    r"(?P<last>last week|la semana pasada|semana pasada))\b(?:'s)?"
)
def _whole_week(match: re.Match[str], day_first: bool) -> FoundDays:
    weeks = 0 if match["this"] else 2 if match["later"] else 1 if match["next"] else -1
    return _found(match, Grain.WEEK, partial(whole_week, weeks=weeks))


@_rule(
    r"\b(?:(?P<this>this month|este mes|rest of the month)|"
    r"(?P<next>next month|the following month|el proximo mes|proximo mes|"
    r"el mes que viene|mes que viene|mes que entra|mes proximo|mes siguiente)|(?P<last>last month|mes pasado))\b(?:'s)?"
)
def _relative_month(match: re.Match[str], day_first: bool) -> FoundDays:
    months = 0 if match["this"] else 1 if match["next"] else -1
    return _found(match, Grain.MONTH, partial(months_ahead, months=months))


@_rule(r"\b(?:this year|este ano|next year|el ano que viene|proximo ano)\b")
def _year(match: re.Match[str], day_first: bool) -> FoundDays:
    ahead = 0 if match.group() in ("this year", "este ano") else 1
    return _found(
        match,
        Grain.RANGE,
        lambda ref: from_today_on(date(ref.year + ahead, 1, 1), date(ref.year + ahead + 1, 1, 1), ref),
    )


@_rule(
    r"\b(?:on\s+)?(?:weekdays|week days|a weekday|weeknights?|school nights?|"
    r"entre semana|dias de semana|dias laborables|dias habiles)\b"
)
def _weekdays(match: re.Match[str], day_first: bool) -> FoundDays:
    return FoundDays(match.start(), match.end(), Grain.RANGE, working_days, recurring=True)


@_rule(
    rf"\b(?:(?:in|over|during|within|for)\s+)?(?:the\s+)?(?:next|coming|following|upcoming)\s+"
    rf"(?:{_NUMBER}\s+|(?P<few>several|couple of|few)\s+)?"
    r"(?P<unit>days|weeks)\b"
)
@_rule(
    rf"\b(?:(?:en|durante|para)\s+)?(?:los|las|estos|estas)?\s*(?:proxim[oa]s|siguientes)\s+(?:{_NUMBER}\s+|(?P<few>pocos|pocas)\s+)?"
    r"(?P<unit>dias|semanas)\b"
)
def _next_few(match: re.Match[str], day_first: bool) -> FoundDays:
    weeks = match["unit"] in ("weeks", "semanas")
    count = _number(match["number"]) if match["number"] else 2 if weeks else 4
    count = 4 if match["number"] == "few" and not weeks else count
    return _found(match, Grain.RANGE, lambda ref: (ref, ref + (WEEK if weeks else DAY) * min(max(count, 1), 400)))


@_rule(
    rf"\b(?:in|within|dentro de|en)\s+(?:about\s+)?{_NUMBER}\s+(?:of\s+)?"
    r"(?P<unit>days?|weeks?|months?|dias?|semanas?|mes(?:es)?)\b(?! (?:old|de edad))"
)
@_rule(rf"\b{_NUMBER}\s+(?P<unit>days?|weeks?|months?)\s+from\s+(?:now|today)\b")
def _in_some_days(match: re.Match[str], day_first: bool) -> FoundDays:
    count, unit = min(_number(match["number"]), 400), match["unit"]
    if unit.startswith(("week", "semana")):
        if count == 1:
            return _found(match, Grain.DAY, lambda ref: one_day(ref + WEEK))
        # "In two weeks" is seldom a day: the whole week is meant.
        return _found(match, Grain.WEEK, lambda ref: whole_week(ref, count))
    if unit.startswith("m"):
        return _found(match, Grain.MONTH, partial(months_ahead, months=count))
    return _found(match, Grain.DAY, lambda ref: one_day(ref + DAY * count))


def _never(ref: date) -> Days | None:
    return None
