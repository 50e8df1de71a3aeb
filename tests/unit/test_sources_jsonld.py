"""schema.org opening hours in web pages."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.knowledge.sources.jsonld import read_page

WEEK = [
    {"dayOfWeek": ["Monday", "https://schema.org/Tuesday"], "opens": "09:00", "closes": "17:00"},
    {"dayOfWeek": "schema:Wednesday", "opens": "09:00", "closes": "12:00"},
    {"dayOfWeek": "Wednesday", "opens": "13:00", "closes": "17:00"},
    {"dayOfWeek": "Th", "opens": "20:00", "closes": "02:00"},
    {"dayOfWeek": {"@id": "https://schema.org/Friday"}, "opens": "00:00", "closes": "23:59"},
    {"dayOfWeek": "Saturday", "opens": "00:00", "closes": "00:00"},
    {"dayOfWeek": "PublicHolidays", "opens": "10:00", "closes": "11:00"},
]  # fmt: skip
SPECIAL = [
    {"validFrom": "2026-11-26", "validThrough": "2026-11-26", "name": "Thanksgiving"},
    {"validFrom": "2026-11-24", "validThrough": "2026-11-24", "opens": "10:00", "closes": "14:00"},
]


def page(*nodes: object) -> bytes:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    return f"<!doctype html><html><head><title>Hours</title>{scripts}</head><body>9 to 5</body></html>".encode()


def told(body: bytes, day: str) -> str:
    one = read_page(body).day(date.fromisoformat(day), "US")
    return " ".join([one.state, *(f"{span.start:%a %H:%M}-{span.end:%a %H:%M}" for span in one.spans)])


LIBRARY = {"@context": "https://schema.org", "@type": "Library", "openingHoursSpecification": WEEK,
           "specialOpeningHoursSpecification": SPECIAL}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-16", "open Mon 09:00-Mon 17:00"),
        ("2026-11-17", "open Tue 09:00-Tue 17:00"),
        ("2026-11-18", "open Wed 09:00-Wed 12:00 Wed 13:00-Wed 17:00"),
        ("2026-11-19", "open Thu 20:00-Fri 02:00"),
        ("2026-11-20", "open_24h Fri 00:00-Sat 00:00"),
        ("2026-11-21", "closed"),
        ("2026-11-22", "closed"),
        ("2026-11-24", "open Tue 10:00-Tue 14:00"),
        ("2026-11-26", "closed"),
    ],
)
def test_a_day_is_as_the_page_says_and_special_days_win(day: str, expected: str) -> None:
    assert told(page(LIBRARY), day) == expected


def test_a_special_day_tells_its_name() -> None:
    assert str(read_page(page(LIBRARY)).day(date(2026, 11, 26), "US").reason) == "Thanksgiving"


def test_hours_that_hold_for_a_season_are_unknown_outside_it() -> None:
    monday = {"dayOfWeek": ["Monday"], "opens": "09:00", "closes": "13:00"}
    season = {"validFrom": "2026-06-01", "validThrough": "2026-08-31"}
    summer = {"@type": "Library", "openingHoursSpecification": monday | season}
    assert told(page(summer), "2026-06-08") == "open Mon 09:00-Mon 13:00"
    assert told(page(summer), "2026-06-09") == "closed"
    assert told(page(summer), "2026-09-07") == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        page({"@graph": [{"@type": "WebPage", "name": "x"}, LIBRARY]}),
        page([{"@type": "WebSite"}, LIBRARY]),
        page({"@type": "WebPage", "mainEntity": LIBRARY}),
        page({"@type": "City", "openingHours": "Mo-Su 00:00-24:00"}, LIBRARY),
        json.dumps(LIBRARY).encode(),
        b'<script type="application/ld+json">{broken</script>' + page(LIBRARY),
        page({**LIBRARY, "@type": ["Place", "PublicLibrary"]}),
    ],
)
def test_the_library_is_found_wherever_the_page_hides_it(body: bytes) -> None:
    assert told(body, "2026-11-16") == "open Mon 09:00-Mon 17:00"


def test_the_short_form_is_read_too() -> None:
    body = page({"@type": "Library", "openingHours": ["Mo,Tu 09:00-17:00", "Sa 10:00-14:00", "closed on Sundays"]})
    assert told(body, "2026-11-16") == "open Mon 09:00-Mon 17:00"
    assert told(body, "2026-11-21") == "open Sat 10:00-Sat 14:00"
    assert told(body, "2026-11-22") == "closed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>9 to 5</html>",
        page({"@type": "Library", "name": "no hours"}),
        page({"@type": "Library", "openingHours": "whenever"}),
        page({"@type": "Library", "openingHoursSpecification": "nine"}),
        page({"@type": "Library", "openingHoursSpecification": [{"opens": "early", "closes": "late"}]}),
        b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script>",
    ],
)  # fmt: skip
def test_a_page_without_readable_hours_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_page(body)
