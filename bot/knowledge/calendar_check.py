"""Checking an iCalendar file of the library, event by event and line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.knowledge.library import Library
from bot.knowledge.problems import Problem
from bot.knowledge.source_settings import Repeat
from bot.knowledge.sources.base import EventMode, Registration
from bot.knowledge.sources.ics import EventReader, link
from bot.knowledge.sources.instances import CalendarError, Instance, instances_after

_OURS = ("X-REGISTRATION", "X-REGISTRATION-URL", "X-SEATS-LEFT", "X-MODE", "X-SUMMARY")
_STANDARD = """
ATTACH ATTENDEE BEGIN CATEGORIES CLASS COLOR COMMENT CONFERENCE CONTACT CREATED DESCRIPTION DTEND DTSTAMP DTSTART
DURATION END EXDATE GEO IMAGE LAST-MODIFIED LOCATION NAME ORGANIZER PRIORITY RDATE RECURRENCE-ID RELATED-TO RESOURCES
RRULE SEQUENCE STATUS SUMMARY TRANSP UID URL
"""
_KNOWN = (*_OURS, *_STANDARD.split())
_LINE = re.compile(r"(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)*):(?P<value>.*)", re.DOTALL)
_WHOLE_FILE = 0


@dataclass
class _Entry:
    """One VEVENT: its text, its first line, and each property with its line, parameters and value."""

    line: int
    text: list[str] = field(default_factory=list)
    properties: list[tuple[int, str, str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next((value for _, found, _, value in self.properties if found == name), "")

    def line_of(self, name: str) -> int:
        return next((line for line, found, _, _ in self.properties if found == name), self.line)


class CalendarFile:
    """An iCalendar file with the lines of its events."""

    def __init__(self, path: Path, library: Library) -> None:
        self._path = path
        self._library = library
        self._found: list[Problem] = []

    def problems(self, closures: bool, repeat: Repeat | None = None) -> list[Problem]:
        """Return what is wrong: as a file of closures, or of events (of a block of weeks, if it repeats)."""
        self._found = []
        entries = list(self._entries())
        masters: dict[str, _Entry] = {}
        for entry in entries:
            uid = entry.value("UID")
            if not uid:
                self._add(entry.line, "The event has no UID.", "Add 'UID:' with a name that no other event has.")
            elif not entry.value("RECURRENCE-ID") and uid in masters:
                self._add(
                    entry.line_of("UID"), f"The UID '{uid}' is already used.", "Give each event a UID of its own."
                )
            elif not entry.value("RECURRENCE-ID"):
                masters[uid] = entry
        for entry in entries:
            uid = entry.value("UID")
            if entry.value("RECURRENCE-ID") and uid and uid not in masters:
                cure = "Use the UID of the series that the instance belongs to."
                self._add(entry.line_of("UID"), f"No series has the UID '{uid}'.", cure)
            self._check_entry(entry, closures, repeat)
        return self._found

    def _add(self, line: int, message: str, cure: str) -> None:
        self._found.append(Problem(self._path.name, line, message, cure))

    def _entries(self) -> Iterator[_Entry]:
        try:
            text = self._path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            self._add(_WHOLE_FILE, "The file is not UTF-8.", "Save it as UTF-8.")
            return
        if not text.lstrip("\ufeff").upper().startswith("BEGIN:VCALENDAR"):
            self._add(1, "The file does not begin with BEGIN:VCALENDAR.", "Export it as an iCalendar file.")
            return
        entry: _Entry | None = None
        for line, content in _unfolded(text):
            match = _LINE.fullmatch(content)
            if not match:
                self._add(
                    line, f"'{content[:40]}' is not a property.", "Write NAME:value, or a space before a folded line."
                )
                continue
            name, value = match["name"].upper(), match["value"]
            if (name, value.upper()) == ("BEGIN", "VEVENT"):
                if entry is not None:
                    self._add(line, "An event begins before the last one ended.", "Add END:VEVENT above.")
                entry = _Entry(line)
            if entry is not None:
                entry.text.append(content)
                entry.properties.append((line, name, match["params"], value))
            if (name, value.upper()) == ("END", "VEVENT") and entry is not None:
                yield entry
                entry = None
        if entry is not None:
            self._add(entry.line, "The event does not end.", "Add END:VEVENT.")

    def _check_entry(self, entry: _Entry, closures: bool, repeat: Repeat | None) -> None:
        for line, name, params, value in entry.properties:
            self._check_name(line, name)
            zone = re.search(r"TZID=\"?([^;:\"]+)", params)
            if zone and not _known_zone(zone[1]):
                self._add(line, f"'{zone[1]}' is not a time zone.", f"Use {self._library.zone_name}.")
            self._check_value(line, name, value)
        for needed in ("DTSTART", "SUMMARY"):
            if not entry.value(needed):
                self._add(entry.line, f"The event has no {needed}.", f"Add '{needed}'.")
        if entry.value("DTSTART"):
            first = self._first(entry)
            if first:
                self._check_place(entry, first, closures)
            if first and repeat:
                self._check_block(entry, first, repeat)

    def _check_name(self, line: int, name: str) -> None:
        if name in _KNOWN:
            return
        near = difflib.get_close_matches(name, _KNOWN, 1, 0.8)
        if near:
            self._add(line, f"'{name}' is not a property.", f"It may mean {near[0]}.")
        elif not name.startswith("X-"):
            self._add(line, f"'{name}' is not a property.", "Remove it.")

    def _check_value(self, line: int, name: str, value: str) -> None:
        allowed: dict[str, tuple[Callable[[str], object], str]] = {
            "X-REGISTRATION": (lambda said: said in set(Registration), "Write required or drop_in."),
            "X-MODE": (lambda said: said in set(EventMode), f"Write one of: {', '.join(EventMode)}."),
            "X-SEATS-LEFT": (lambda said: re.fullmatch(r"\d{1,6}", said), "Write a whole number; 0 means full."),
            "X-REGISTRATION-URL": (link, "Write an address with https:// in front."),
            "URL": (link, "Write an address with https:// in front."),
            "STATUS": (lambda said: said in ("CONFIRMED", "TENTATIVE", "CANCELLED"), "Write CONFIRMED or CANCELLED."),
        }
        if name in allowed:
            fits, cure = allowed[name]
            if not fits(value):
                self._add(line, f"{name} is '{value[:60]}'.", cure)

    def _first(self, entry: _Entry) -> Instance | None:
        """Return the first instance of one event on its own, and note a time or a rule that cannot be read."""
        text = [line for line in entry.text if not line.upper().startswith("RECURRENCE-ID")]
        data = "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:check", *text, "END:VCALENDAR", "")).encode()
        written = re.search(r"\d{8}", entry.value("DTSTART"))
        try:
            start = datetime.strptime(written[0], "%Y%m%d").date() if written else None
        except ValueError:
            start = None
        if start is None:
            cure = "Write DTSTART;VALUE=DATE:20260105, or DTSTART;TZID=America/New_York:20260105T103000."
            self._add(entry.line_of("DTSTART"), f"'{entry.value('DTSTART')}' is not a time.", cure)
            return None
        try:
            first = next(instances_after(data, start, self._library.zone), None)
        except CalendarError as error:
            self._add(entry.line, f"The event cannot be read: {error}.", "Correct its times and its rule.")
            return None
        if first is None and entry.value("RRULE"):
            cure = "Write it as FREQ=WEEKLY;BYDAY=TU (RFC 5545, section 3.3.10)."
            self._add(entry.line_of("RRULE"), f"The rule '{entry.value('RRULE')}' cannot be used.", cure)
        elif first is None:
            self._add(entry.line_of("DTSTART"), "The event's times cannot be read.", "Correct DTSTART and DTEND.")
        elif entry.value("DTEND") and _reading(entry, "DTEND") <= _reading(entry, "DTSTART"):
            self._add(entry.line_of("DTEND"), "The event does not end after it begins.", "Correct DTEND.")
        return first

    def _check_place(self, entry: _Entry, one: Instance, closures: bool) -> None:
        location = one.location
        names = ", ".join(self._library.branch_ids)
        if closures:
            branches = [piece.strip() for piece in re.split(r"[,;]", location) if piece.strip()]
            for branch in branches:
                if self._library.branch_named(branch) is None:
                    self._add(entry.line_of("LOCATION"), f"No branch is called '{branch}'.", f"Use one of: {names}.")
            for category in one.categories:
                if category not in self._library.services:
                    cure = f"Use one of: {', '.join(self._library.services)}."
                    self._add(entry.line_of("CATEGORIES"), f"No service is called '{category}'.", cure)
            return
        branch_ids, _, place, online = EventReader(self._library, "check").place(location)
        if not branch_ids and not place and not online:
            self._add(entry.line, "The event has no place.", f"Add LOCATION: a branch ({names}) and a room, or Online.")

    def _check_block(self, entry: _Entry, one: Instance, repeat: Repeat) -> None:
        last = repeat.start + timedelta(weeks=repeat.weeks)
        if not repeat.start <= one.start.date() < last:
            cure = f"Move it between {repeat.start} and {last - timedelta(days=1)}, or change repeat in library.yml."
            self._add(entry.line_of("DTSTART"), "The event lies outside the weeks that are laid again.", cure)


def _reading(entry: _Entry, name: str) -> str:
    """Return a written time in a form that sorts, as long as both ends of an event are written in one zone."""
    return entry.value(name).rstrip("Zz").ljust(15, "0")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield each content line, folded lines joined, with the number of its first line."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line[:1] in (" ", "\t") and held:
            held = (held[0], held[1] + line[1:])
        elif line.strip():
            if held:
                yield held
            held = (number, line)
    if held:
        yield held


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    return True
