"""A small library that tests write into a folder of their own, one part changed at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.settings import ROOT

SAMPLE = ROOT / "library"
EMPTY_CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\nEND:VCALENDAR\n"


def branch(branch_id: str) -> dict[str, object]:
    """Return the entry of a branch in library.yml."""
    return {
        "id": branch_id,
        "name": {"en": f"{branch_id.title()} Branch", "es": f"Sucursal {branch_id.title()}"},
        "aliases": [branch_id],
        "address": {"street": "1 Elm Street", "city": "Testville", "state": "NY", "postcode": "13000"},
        "phone": "315-555-0100",
        "email": f"{branch_id}@library.example",
        "directions": "Beside the town hall.",
        "parking": {"where": "Behind the library.", "cost": "Free.", "accessible": "Two spaces."},
        "map_url": "https://map.example/1",
        "latitude": 43,
        "longitude": -75,
    }


def write_library(
    folder: Path,
    hours: Mapping[str, object] | None = None,
    closures: str = "",
    events: str = "",
    sources: Mapping[str, object] | None = None,
    zone: str = "America/New_York",
    **more: object,
) -> Path:
    """Write a library of two branches, north and south; `hours` are north's points, calendars are VEVENTs."""
    folder.mkdir(parents=True, exist_ok=True)
    points = {"building": "Mo-Fr 09:00-17:00", **(hours or {})}
    about = {
        "name": {"en": "Test Library", "es": "Biblioteca de Prueba"},
        "town": "Testville",
        "zone": zone,
        "country": "US",
        "languages": ["en", "es"],
        "website": "https://library.example",
        "phone": "315-555-0100",
        "email": "ask@library.example",
        "branches": [branch("north"), branch("south")],
        **({"sources": dict(sources)} if sources else {}),
        **more,
    }
    services = {name: {"name": name} for name in {"building", "desk", *points}}
    pattern = {"services": services, "hours": {"north": points, "south": {"building": "Mo-Sa 10:00-18:00"}}}
    (folder / "library.yml").write_text(yaml.safe_dump(about, sort_keys=False, allow_unicode=True))
    (folder / "hours.yml").write_text(yaml.safe_dump(pattern, sort_keys=False, allow_unicode=True))
    (folder / "closures.ics").write_text(calendar(closures))
    (folder / "events.ics").write_text(calendar(events))
    return folder


def calendar(events: str) -> str:
    """Return a calendar around VEVENTs written one property a line; indentation is dropped."""
    lines = [line.strip() for line in events.strip().splitlines()]
    return EMPTY_CALENDAR.replace("END:VCALENDAR\n", "".join(f"{line}\n" for line in lines) + "END:VCALENDAR\n")


def vevent(uid: str, start: str, end: str, *lines: str, title: str = "", **properties: str) -> str:
    """Return a VEVENT between two New York times such as 20261126T100000, or two dates."""
    form = ";TZID=America/New_York" if "T" in start else ";VALUE=DATE"
    named = [f"{name}:{value}" for name, value in properties.items()]
    return "\n".join(
        (
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"SUMMARY:{title or uid}",
            f"DTSTART{form}:{start}",
            f"DTEND{form}:{end}",
            *named,
            *lines,
            "END:VEVENT\n",
        )
    )
