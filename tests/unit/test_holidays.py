"""Holidays by name."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.holidays import holiday_named, holiday_on
from bot.knowledge.sources.base import Closure
from bot.knowledge.text import Text

NOW = datetime(2026, 11, 21, 14, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("are you open on Thanksgiving?", "2026-11-26"),
        ("open turkey day", "2026-11-26"),
        ("the day after thanksgiving", "2026-11-27"),
        ("black friday hours", "2026-11-27"),
        ("is it open the day before thanksgiving", "2026-11-25"),
        ("christmas eve", "2026-12-24"),
        ("Christmas", "2026-12-25"),
        ("xmas?", "2026-12-25"),
        ("new year's eve", "2026-12-31"),
        ("New Years", "2027-01-01"),
        ("MLK day", "2027-01-18"),
        ("on martin luther king jr. day", "2027-01-18"),
        ("Presidents Day", "2027-02-15"),
        ("good friday", "2027-03-26"),
        ("easter", "2027-03-28"),
        ("mothers day", "2027-05-09"),
        ("Memorial Day", "2027-05-31"),
        ("juneteenth", "2027-06-19"),
        ("the fourth of july", "2027-07-04"),
        ("4th of July", "2027-07-04"),
        ("Labor Day weekend", "2027-09-06"),
        ("Indigenous Peoples' Day", "2027-10-11"),
        ("columbus day", "2027-10-11"),
        ("halloween", "2027-10-31"),
        ("veterans day", "2027-11-11"),
        ("¿abren el Día de Acción de Gracias?", "2026-11-26"),
        ("accion de gracias", "2026-11-26"),
        ("Nochebuena", "2026-12-24"),
        ("¿Y en navidad?", "2026-12-25"),
        ("año nuevo", "2027-01-01"),
        ("viernes santo", "2027-03-26"),
        ("el 4 de julio", "2027-07-04"),
        ("día del trabajo", "2027-09-06"),
    ],
)
def test_a_holiday_is_its_next_date(said: str, day: str) -> None:
    found = holiday_named(said, NOW, "US")
    assert found is not None and found.day == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["are you open on sunday", "the king library", "a labor of love", "newyears", ""])
def test_other_words_name_no_holiday(said: str) -> None:
    assert holiday_named(said, NOW, "US") is None


def test_a_holiday_counts_on_its_own_day() -> None:
    found = holiday_named("thanksgiving", NOW.replace(day=26, hour=23), "US")
    assert found is not None and found.day == date(2026, 11, 26)


def test_a_holiday_has_a_name_in_both_languages() -> None:
    found = holiday_named("turkey day", NOW, "US")
    assert found is not None
    assert (found.name.to("en"), found.name.to("es")) == ("Thanksgiving Day", "Día de Acción de Gracias")


def test_the_librarys_own_closures_have_names_too() -> None:
    training = Closure(
        Text.of("staff training day", es="día de capacitación"), datetime(2027, 5, 7), datetime(2027, 5, 8)
    )
    for said in ("when is staff training day", "¿cuándo es el día de capacitación?"):
        found = holiday_named(said, NOW, "US", [training])
        assert found is not None and found.day == date(2027, 5, 7)


def test_other_countries_have_their_national_holidays() -> None:
    found = holiday_named("canada day", NOW, "CA")
    assert found is not None and found.day == date(2027, 7, 1)
    assert holiday_named("canada day", NOW, "US") is None


def test_a_day_knows_its_holiday() -> None:
    name = holiday_on(date(2027, 1, 18), "US")
    assert name is not None and name.to("en") == "Martin Luther King Jr. Day"
    assert holiday_on(date(2027, 1, 19), "US") is None
