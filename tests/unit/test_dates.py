"""What days and times a patron's words mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.dates import Grain, resolve
from bot.knowledge.sources.base import Closure
from bot.knowledge.text import Text

ZONE = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 11, 3, 14, 30, tzinfo=ZONE)
MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=ZONE)
SATURDAY = datetime(2026, 6, 6, 10, 0, tzinfo=ZONE)
SUNDAY = datetime(2026, 6, 7, 10, 0, tzinfo=ZONE)
YEAR_END = datetime(2026, 12, 30, 18, 0, tzinfo=ZONE)  # a Wednesday
LEAP = datetime(2028, 2, 28, 8, 0, tzinfo=ZONE)  # a Monday
SPRING = datetime(2026, 3, 7, 12, 0, tzinfo=ZONE)  # the Saturday before the clocks go forward
AUTUMN = datetime(2026, 10, 31, 12, 0, tzinfo=ZONE)  # the Saturday before the clocks go back

# The spans that are expected, as "FIRST" (a whole day), "FIRST..LAST" (whole days, both inside) or with times of day;
# several are divided by commas, and nothing is "".
CASES = [
    # days beside today
    (TUESDAY, "are you open today", "11-03"),
    (TUESDAY, "are you open 2day", "11-03"),
    (TUESDAY, "tomorrow?", "11-04"),
    (TUESDAY, "what time do you open tommorow", "11-04"),
    (TUESDAY, "open tmrw?", "11-04"),
    (TUESDAY, "tomorows story time", "11-04"),
    (TUESDAY, "the day after tomorrow", "11-05"),
    (TUESDAY, "were you open yesterday", "11-02"),
    (TUESDAY, "day before yesterday", "11-01"),
    (TUESDAY, "hoy", "11-03"),
    (TUESDAY, "a que hora abren mañana", "11-04"),
    (TUESDAY, "y manana?", "11-04"),
    (TUESDAY, "abren pasado mañana", "11-05"),
    (TUESDAY, "ayer estaba cerrado", "11-02"),
    (TUESDAY, "sábado", "11-07"),
    (TUESDAY, "sa\u0301bado", "11-07"),  # the accent as a character of its own
    (YEAR_END, "tomorrow", "12-31"),
    (YEAR_END, "day after tomorrow", "2027-01-01"),
    (LEAP, "tomorrow", "02-29"),
    (LEAP, "day after tomorrow", "03-01"),
    # weekdays
    (TUESDAY, "is eastside open on sunday?", "11-08"),
    (TUESDAY, "tuesday", "11-03"),
    (SATURDAY, "saturday", "06-06"),
    (SATURDAY, "are you open this saturday", "06-06"),
    (SATURDAY, "next saturday", "06-13"),
    (TUESDAY, "this friday", "11-06"),
    (TUESDAY, "next friday", "11-13"),
    (TUESDAY, "next monday", "11-09"),
    (SUNDAY, "next monday", "06-08"),
    (MONDAY, "tuesday next week", "06-09"),
    (TUESDAY, "friday of next week", "11-13"),
    (TUESDAY, "last monday", "11-02"),
    (TUESDAY, "closed last tuesday", "10-27"),
    (TUESDAY, "el martes que viene", "11-10"),
    (TUESDAY, "el próximo viernes", "11-06"),
    (TUESDAY, "el viernes de la semana que viene", "11-13"),
    (TUESDAY, "este jueves", "11-05"),
    (TUESDAY, "los domingos abren?", "11-08"),
    (TUESDAY, "every thursday", "11-05"),
    (TUESDAY, "open wensday?", "11-04"),
    (TUESDAY, "what about thrusday", "11-05"),
    (TUESDAY, "saterday hours", "11-07"),
    (TUESDAY, "wendesday", "11-04"),
    (TUESDAY, "el sabado", "11-07"),
    (TUESDAY, "el savado", "11-07"),
    (TUESDAY, "miércoles", "11-04"),
    (TUESDAY, "el miercoles y el juebes", "11-04, 11-05"),
    (TUESDAY, "fri", "11-06"),
    (TUESDAY, "Sat?", "11-07"),
    (TUESDAY, "hours sun", "11-08"),
    (TUESDAY, "open on sun", "11-08"),
    (TUESDAY, "sat & sun", "11-07, 11-08"),
    (TUESDAY, "monday or tuesday", "11-09, 11-03"),
    (TUESDAY, "saturday's story time", "11-07"),
    (YEAR_END, "friday", "2027-01-01"),
    # weekends, weeks, months, years
    (TUESDAY, "this weekend", "11-07..11-08"),
    (TUESDAY, "anything on the wkend", "11-07..11-08"),
    (SATURDAY, "this weekend", "06-06..06-07"),
    (SUNDAY, "this weekend", "06-07"),
    (TUESDAY, "next weekend", "11-14..11-15"),
    (SATURDAY, "next weekend", "06-13..06-14"),
    (TUESDAY, "este finde", "11-07..11-08"),
    (TUESDAY, "el fin de semana que viene", "11-07..11-08"),
    (SATURDAY, "el próximo fin de semana", "06-13..06-14"),
    (TUESDAY, "fines de semana", "11-07..11-08"),
    (TUESDAY, "any storytimes for toddlers this week", "11-03..11-08"),
    (SUNDAY, "this week", "06-07..06-13"),
    (TUESDAY, "next week", "11-09..11-15"),
    (SUNDAY, "next week", "06-08..06-14"),
    (TUESDAY, "the week after next", "11-16..11-22"),
    (TUESDAY, "esta semana", "11-03..11-08"),
    (TUESDAY, "la semana que viene", "11-09..11-15"),
    (TUESDAY, "la proxima semana", "11-09..11-15"),
    (TUESDAY, "last week", "10-26..11-01"),
    (TUESDAY, "this month", "11-03..11-30"),
    (TUESDAY, "next month", "12-01..12-31"),
    (YEAR_END, "next month", "2027-01-01..2027-01-31"),
    (LEAP, "this month", "02-28..02-29"),
    (TUESDAY, "el mes que viene", "12-01..12-31"),
    (TUESDAY, "este mes", "11-03..11-30"),
    (TUESDAY, "november events", "11-03..11-30"),
    (TUESDAY, "what's on in may", "2027-05-01..2027-05-31"),
    (TUESDAY, "events in march", "2027-03-01..2027-03-31"),
    (TUESDAY, "qué hay en diciembre", "12-01..12-31"),
    (TUESDAY, "eventos de enero", "2027-01-01..2027-01-31"),
    (TUESDAY, "january 2027", "2027-01-01..2027-01-31"),
    (TUESDAY, "which days are you closed this year", "11-03..12-31"),
    (TUESDAY, "on weekdays", "11-03..11-06"),
    (SATURDAY, "entre semana", "06-08..06-12"),
    (TUESDAY, "in two weeks", "11-16..11-22"),
    (TUESDAY, "dentro de dos semanas", "11-16..11-22"),
    (TUESDAY, "in a week", "11-10"),
    (TUESDAY, "in 3 days", "11-06"),
    (TUESDAY, "dentro de tres días", "11-06"),
    (TUESDAY, "next few days", "11-03..11-06"),
    (TUESDAY, "the next two weeks", "11-03..11-16"),
    (TUESDAY, "en los próximos días", "11-03..11-06"),
    (TUESDAY, "las próximas dos semanas", "11-03..11-16"),
    # dates
    (TUESDAY, "the 5th", "11-05"),
    (TUESDAY, "on the 2nd", "12-02"),
    (TUESDAY, "what about the 31st", "12-31"),
    (TUESDAY, "the 1st of next month", "12-01"),
    (TUESDAY, "el día 5", "11-05"),
    (TUESDAY, "y el 15?", "11-15"),
    (TUESDAY, "Nov 5", "11-05"),
    (TUESDAY, "November 5th", "11-05"),
    (TUESDAY, "5 November", "11-05"),
    (TUESDAY, "the fifth of november", "11-05"),
    (TUESDAY, "may 5", "2027-05-05"),
    (TUESDAY, "march 3rd", "2027-03-03"),
    (TUESDAY, "nov 2", "2027-11-02"),
    (TUESDAY, "Dec. 24", "12-24"),
    (TUESDAY, "24 de diciembre", "12-24"),
    (TUESDAY, "el primero de diciembre", "12-01"),
    (TUESDAY, "cinco de mayo", "2027-05-05"),
    (TUESDAY, "5 de enero de 2027", "2027-01-05"),
    (TUESDAY, "December 24, 2027", "2027-12-24"),
    (TUESDAY, "Friday, Nov 6", "11-06"),
    (TUESDAY, "saturday the 7th", "11-07"),
    (TUESDAY, "el sábado 7 de noviembre", "11-07"),
    (TUESDAY, "nov 9 (monday)", "11-09"),
    (TUESDAY, "12/3", "12-03"),
    (TUESDAY, "12/25/2026", "12-25"),
    (TUESDAY, "12/25/26", "12-25"),
    (TUESDAY, "on 25/12", "12-25"),
    (TUESDAY, "2026-12-24", "12-24"),
    (TUESDAY, "10/31", "2027-10-31"),
    (LEAP, "feb 29", "02-29"),
    (TUESDAY, "feb 29", "2028-02-29"),
    (TUESDAY, "feb 30", ""),
    (TUESDAY, "2026-13-40", ""),
    (YEAR_END, "jan 2", "2027-01-02"),
    (TUESDAY, "first monday of december", "12-07"),
    (TUESDAY, "the last friday in november", "11-27"),
    (TUESDAY, "the first thursday of the month", "11-05"),
    (TUESDAY, "first monday of the month", "12-07"),
    (TUESDAY, "el primer lunes de diciembre", "12-07"),
    (TUESDAY, "el último viernes del mes", "11-27"),
    # ranges
    (MONDAY, "from monday to wednesday", "06-01..06-03"),
    (TUESDAY, "from monday to wednesday", "11-09..11-11"),
    (TUESDAY, "thursday through saturday", "11-05..11-07"),
    (MONDAY, "mon-fri", "06-01..06-05"),
    (TUESDAY, "between the 3rd and the 7th", "11-03..11-07"),
    (TUESDAY, "from the 20th to the 22nd", "11-20..11-22"),
    (TUESDAY, "december 3-7", "12-03..12-07"),
    (TUESDAY, "dec 24 through jan 2", "12-24..2027-01-02"),
    (TUESDAY, "3 to 7 december", "12-03..12-07"),
    (TUESDAY, "del 3 al 7 de diciembre", "12-03..12-07"),
    (TUESDAY, "entre el 10 y el 12", "11-10..11-12"),
    (TUESDAY, "de jueves a sábado", "11-05..11-07"),
    (TUESDAY, "today to friday", "11-03..11-06"),
    (TUESDAY, "june to august", "2027-06-01..2027-08-31"),
    # holidays
    (TUESDAY, "are you open on thanksgiving?", "11-26"),
    (TUESDAY, "Día de Acción de Gracias", "11-26"),
    (TUESDAY, "the day after thanksgiving", "11-27"),
    (TUESDAY, "black friday", "11-27"),
    (TUESDAY, "christmas", "12-25"),
    (TUESDAY, "Nochebuena", "12-24"),
    (TUESDAY, "christmas eve and new year's eve", "12-24, 12-31"),
    (TUESDAY, "the day before new years eve", "12-30"),
    (TUESDAY, "labor day", "2027-09-06"),
    (TUESDAY, "labor day weekend", "2027-09-04..2027-09-06"),
    (TUESDAY, "thanksgiving weekend", "11-26..11-29"),
    (TUESDAY, "thanksgiving week", "11-23..11-29"),
    (TUESDAY, "christmas 2027", "2027-12-25"),
    (TUESDAY, "open fourth of july?", "2027-07-04"),
    (TUESDAY, "mlk day", "2027-01-18"),
    (YEAR_END, "new years day", "2027-01-01"),
    # times of a day
    (TUESDAY, "tonight", "11-03 17:00..24:00"),
    (TUESDAY, "esta noche", "11-03 17:00..24:00"),
    (TUESDAY, "this evening", "11-03 17:00..24:00"),
    (TUESDAY, "this morning", "11-03 06:00..12:00"),
    (TUESDAY, "tomorrow morning", "11-04 06:00..12:00"),
    (TUESDAY, "mañana por la mañana", "11-04 06:00..12:00"),
    (TUESDAY, "mañana por la tarde", "11-04 12:00..18:00"),
    (TUESDAY, "hoy por la tarde", "11-03 12:00..18:00"),
    (TUESDAY, "saturday afternoon", "11-07 12:00..18:00"),
    (TUESDAY, "el viernes por la noche", "11-06 17:00..24:00"),
    (TUESDAY, "sunday after 2", "11-08 14:00..24:00"),
    (TUESDAY, "tomorrow before noon", "11-04 00:00..12:00"),
    (TUESDAY, "tomorrow at 7pm", "11-04 19:00"),
    (TUESDAY, "at 3 on friday", "11-06 15:00"),
    (TUESDAY, "tonight at 8", "11-03 20:00"),
    (TUESDAY, "are you open at 7 p.m.?", "11-03 19:00"),
    (TUESDAY, "saturday at 9", "11-07 09:00"),
    (TUESDAY, "at 17:45", "11-03 17:45"),
    (TUESDAY, "can i still come by at 5:45", "11-03 17:45"),
    (TUESDAY, "open until 9 tonight", "11-03 00:00..21:00"),
    (TUESDAY, "after 5", "11-03 17:00..24:00"),
    (TUESDAY, "anything after 8 pm", "11-03 20:00..24:00"),
    (TUESDAY, "do you open before 9", "11-04 00:00..09:00"),
    (TUESDAY, "come at 7 in the morning", "11-04 07:00"),
    (TUESDAY, "between 6 and 8 pm on thursday", "11-05 18:00..20:00"),
    (TUESDAY, "3 to 5pm tomorrow", "11-04 15:00..17:00"),
    (TUESDAY, "from 10 am to 1 pm saturday", "11-07 10:00..13:00"),
    (TUESDAY, "a las 7 de la tarde", "11-03 19:00"),
    (TUESDAY, "el sábado a las diez", "11-07 10:00"),
    (TUESDAY, "después de las 5", "11-03 17:00..24:00"),
    (TUESDAY, "antes del mediodía", "11-04 00:00..12:00"),
    (TUESDAY, "mañana a las 3 y media", "11-04 15:30"),
    (TUESDAY, "entre las 5 y las 7", "11-03 17:00..19:00"),
    (TUESDAY, "open right now?", "11-03 14:30"),
    (TUESDAY, "están abiertos ahora mismo", "11-03 14:30"),
    (TUESDAY, "in an hour", "11-03 15:30"),
    (TUESDAY, "christmas eve at 3", "12-24 15:00"),
    # the days on which clocks change have 23 and 25 hours
    (SPRING, "tomorrow", "03-08"),
    (SPRING, "tomorrow at 7pm", "03-08 19:00"),
    (SPRING, "this week", "03-07..03-08"),
    (AUTUMN, "tomorrow", "11-01"),
    (AUTUMN, "tomorrow morning", "11-01 06:00..12:00"),
    (AUTUMN, "next week", "11-02..11-08"),
    # no dates
    (TUESDAY, "do you have 1984", ""),
    (TUESDAY, "11/22/63 by stephen king", ""),
    (TUESDAY, "catch-22", ""),
    (TUESDAY, "may i reserve a room", ""),
    (TUESDAY, "may be", ""),
    (TUESDAY, "march for science", ""),
    (TUESDAY, "the book march by john lewis", ""),
    (TUESDAY, "a raisin in the sun", ""),
    (TUESDAY, "the sun also rises", ""),
    (TUESDAY, "sat prep class", ""),
    (TUESDAY, "where is the second floor", ""),
    (TUESDAY, "the 2nd floor", ""),
    (TUESDAY, "my 5th grader", ""),
    (TUESDAY, '"Tuesdays with Morrie"', ""),
    (TUESDAY, "open 24/7", ""),
    (TUESDAY, "a book about 9/11", ""),
    (TUESDAY, "good morning", ""),
    (TUESDAY, "buenas tardes", ""),
    (TUESDAY, "buenas noches, una pregunta", ""),
    (TUESDAY, "until when are you open", ""),
    (TUESDAY, "kids between 3 and 5", ""),
    (TUESDAY, "storytime for 3 year olds", ""),
    (TUESDAY, "call 315-555-0140", ""),
    (TUESDAY, "i want 2 books", ""),
    (TUESDAY, "movie night", ""),
    (TUESDAY, "más tarde", ""),
    (TUESDAY, "room 204", ""),
    (TUESDAY, "add 1/2 cup", ""),
    (TUESDAY, "june jordan poems", ""),
    (TUESDAY, "a sundae", ""),
    (TUESDAY, "at one of the branches", ""),
    (TUESDAY, "about 5 books", ""),
    (TUESDAY, "", ""),
]


def _expected(span: str, year: int) -> tuple[datetime, datetime]:
    """Read "11-03", "11-03..11-05", "11-03 17:00..24:00" or "11-03 19:00" (a moment) as start and end."""

    def day(words: str) -> datetime:
        whole = words if len(words) == 10 else f"{year}-{words}"
        return datetime.combine(date.fromisoformat(whole), datetime.min.time(), ZONE)

    def at(midnight: datetime, clock: str) -> datetime:
        hour, minute = map(int, clock.split(":"))
        return midnight + timedelta(hours=hour, minutes=minute)

    words, _, clock = span.partition(" ")
    if clock:
        first, _, last = clock.partition("..")
        start = at(day(words), first)
        return start, at(day(words), last) if last else start + timedelta(minutes=1)
    first, _, last = words.partition("..")
    return day(first), day(last or first) + timedelta(days=1)


@pytest.mark.parametrize(("now", "text", "expected"), CASES)
def test_patrons_words_mean_these_times(now: datetime, text: str, expected: str) -> None:
    spans = [(span.start, span.end) for span in resolve(text, now)]
    assert spans == [_expected(span, now.year) for span in expected.split(", ") if span]


@pytest.mark.parametrize(
    ("text", "grain"),
    [
        ("right now", Grain.MOMENT),
        ("at 7pm", Grain.MOMENT),
        ("tonight", Grain.PART_OF_DAY),
        ("sunday after 5", Grain.PART_OF_DAY),
        ("sunday", Grain.DAY),
        ("christmas", Grain.DAY),
        ("this weekend", Grain.WEEKEND),
        ("labor day weekend", Grain.WEEKEND),
        ("next week", Grain.WEEK),
        ("en diciembre", Grain.MONTH),
        ("from monday to friday", Grain.RANGE),
    ],
)
def test_grain_tells_how_exact_the_patron_was(text: str, grain: Grain) -> None:
    assert [span.grain for span in resolve(text, TUESDAY)] == [grain]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Is Eastside open ON SUNDAY?", ["ON SUNDAY"]),
        ("¿Y el próximo sábado por la mañana?", ["el próximo sábado por la mañana"]),
        ("open tommorow at 7pm please", ["tommorow at 7pm"]),
        ("  nov 5 – nov 7, thanks", ["nov 5 – nov 7"]),
        ("are you open thanksgiving and christmas eve", ["thanksgiving", "christmas eve"]),
    ],
)
def test_span_is_the_place_of_the_patrons_own_words(text: str, words: list[str]) -> None:
    spans = resolve(text, TUESDAY)
    assert [span.text for span in spans] == words
    assert [text[span.span[0] : span.span[1]] for span in spans] == words


def test_slash_dates_follow_the_librarys_order() -> None:
    assert [span.first_day for span in resolve("3/12", TUESDAY)] == [date(2027, 3, 12)]
    assert [span.first_day for span in resolve("3/12", TUESDAY, day_first=True)] == [date(2026, 12, 3)]


def test_holiday_carries_its_name_in_both_languages() -> None:
    (span,) = resolve("abren en nochebuena", TUESDAY)
    assert span.name is not None
    assert (span.name.to("en"), span.name.to("es")) == ("Christmas Eve", "Nochebuena")


def test_librarys_own_named_day_is_understood() -> None:
    start = datetime(2026, 11, 20)
    closure = Closure(Text.of("Staff training day"), start, start + timedelta(days=1))
    (span,) = resolve("when is staff training day", TUESDAY, closures=[closure])
    assert (span.first_day, str(span.name)) == (date(2026, 11, 20), "Staff training day")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("after 5", False),
        ("in the evening", False),
        ("at 7pm", False),
        ("this evening", True),
        ("sunday after 5", True),
    ],
)
def test_it_is_known_whether_the_day_was_said(text: str, said: bool) -> None:
    assert [span.day_said for span in resolve(text, TUESDAY)] == [said]


@pytest.mark.parametrize(
    ("text", "recurring"),
    [("on sundays", True), ("los sábados", True), ("every friday", True), ("weekends", True), ("sunday", False)],
)
def test_every_such_day_is_told_from_the_next_one(text: str, recurring: bool) -> None:
    assert [span.recurring for span in resolve(text, TUESDAY)] == [recurring]


def test_last_day_is_inside_the_span() -> None:
    (span,) = resolve("this weekend", TUESDAY)
    assert (span.first_day, span.last_day) == (date(2026, 11, 7), date(2026, 11, 8))


@pytest.mark.parametrize("text", ["tomorrow", "tomorrow at 2:30 am"])
def test_day_of_the_skipped_hour_has_real_times(text: str) -> None:
    (span,) = resolve(text, SPRING)
    assert span.start.astimezone(UTC).astimezone(ZONE) == span.start
    assert span.start < span.end


_PIECES = (
    "today mon to from between the 31st feb 29 / - . : 12 3 99 2026 next last week weekend of christmas day after 5 pm"
    ' el la de a las y mañana sábado que viene proximo en in two days " morning noon 24/7 every'
)


@settings(max_examples=400, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_PIECES.split()), max_size=12).map(" ".join)),
    now=st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)),
    zone=st.sampled_from(["America/New_York", "UTC", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"]),
    day_first=st.booleans(),
    country=st.sampled_from(["US", "ES", "GB"]),
)
def test_no_text_raises_and_every_span_is_in_order(
    text: str, now: datetime, zone: str, day_first: bool, country: str
) -> None:
    for span in resolve(text, now.replace(tzinfo=ZoneInfo(zone)), day_first=day_first, country=country):
        assert span.start.astimezone(UTC) < span.end.astimezone(UTC)
        assert text[slice(*span.span)] == span.text


@pytest.mark.parametrize("year", [1, 2, 9980, 9999])
def test_ends_of_the_calendar_are_harmless(year: int) -> None:
    resolve("next year in 300 weeks, christmas", datetime(year, 6, 1, tzinfo=UTC))
