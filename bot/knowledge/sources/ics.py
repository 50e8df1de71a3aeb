"""iCalendar (RFC 5545) into events and closures: pure, no files and no network.

Beyond the standard, these properties are read: `X-REGISTRATION` (required or drop_in), `X-REGISTRATION-URL`,
`X-SEATS-LEFT` (0 means full), `X-MODE` (in_person, online, hybrid), and `X-SUMMARY;LANGUAGE=es` (a closure's name in
another language). LOCATION names branches by id, name or alias, and the room, parted by commas or semicolons.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from bot.knowledge.event_vocabulary import ONLINE_WORDS
from bot.knowledge.event_words import EventWords, stems_of
from bot.knowledge.library import Library
from bot.knowledge.sources.base import (
    Closure,
    EventMode,
    EventStatus,
    LibraryEvent,
    Registration,
)
from bot.knowledge.sources.instances import Instance
from bot.knowledge.sources.markup import text_of
from bot.knowledge.text import Text, plain

_MARKS = {
    EventStatus.CANCELLED: r"cancell?ed|cancelad[oa]|suspendid[oa]",
    EventStatus.POSTPONED: r"postponed|pospuest[oa]|aplazad[oa]",
    EventStatus.FULL: r"full|sold out|wait ?list(?: only)?|llen[oa]|agotad[oa]|completo",
}
_STATUS_IN_TITLE = {
    status: re.compile(rf"^\W*(?:{words})\b\s*[:!*\])–—-]+\s*|\s*[(\[*–—-]\s*(?:{words})\s*[)\]*!]*$", re.IGNORECASE)
    for status, words in _MARKS.items()
}


def closures_of(instances: Sequence[Instance], library: Library) -> tuple[Closure, ...]:
    """Return closures; LOCATION narrows one to branches, and CATEGORIES to services, by their ids."""
    found = []
    for one in instances:
        if one.status == "CANCELLED":
            continue
        branches = {branch.id for piece in _pieces(one.location) if (branch := library.branch_named(piece))}
        services = {category for category in one.categories if category in library.services}
        start, end = one.start.replace(tzinfo=None), one.end.replace(tzinfo=None)
        found.append(Closure(Text(in_languages=one.title), start, end, frozenset(branches), frozenset(services)))
    return tuple(found)


def _pieces(location: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[,;\n|]| - | – | — ", location) if piece.strip()]


class EventReader:
    """Turns instances into events of one library."""

    def __init__(self, library: Library, source_id: str, branches: Mapping[str, str] | None = None) -> None:
        self._library = library
        self._source_id = source_id
        self._words = EventWords(library.event_words)
        self._branches = {plain(name): branch_id for name, branch_id in (branches or {}).items()}
        for branch in library.branches:
            for name in (branch.id, *branch.name.all, *branch.aliases):
                self._branches.setdefault(plain(name), branch.id)
        self._names = sorted(self._branches, key=len, reverse=True)

    def event(self, one: Instance) -> LibraryEvent:
        """Return the event of an instance; what a calendar writes is cleaned, and links are http(s) or nothing."""
        title, status = status_of(one.title[0][1] if one.title else "", one.status, one.extras.get("X-SEATS-LEFT"))
        branch_ids, room, place, online = self.place(one.location)
        mode = mode_of(one.extras.get("X-MODE", ""), online, bool(branch_ids))
        summary = text_of(one.description)
        audiences, subjects = self._words.classify(one.categories, title)
        registration_url = link(one.extras.get("X-REGISTRATION-URL", ""))
        named = one.extras.get("X-REGISTRATION", "").lower()
        registration = Registration(named) if named in set(Registration) else Registration.UNKNOWN
        if registration_url and registration == Registration.UNKNOWN:
            registration = Registration.REQUIRED
        seats = one.extras.get("X-SEATS-LEFT", "")
        key = f"{self._source_id}|{one.uid}|{one.recurrence_id or one.start.isoformat()}"
        words = [title, summary, *(text for _, text in one.title[1:]), *one.categories, room or "", place or ""]
        return LibraryEvent(
            id="e" + hashlib.sha256(key.encode()).hexdigest()[:12],
            source_id=self._source_id,
            uid=one.uid,
            recurrence_id=one.recurrence_id,
            title=title,
            summary=summary,
            start=one.start,
            end=one.end,
            all_day=one.all_day,
            branch_ids=branch_ids,
            room=room,
            place=place,
            mode=mode,
            audiences=audiences,
            subjects=subjects,
            categories=one.categories,
            status=status,
            registration=registration,
            registration_url=registration_url,
            seats_left=int(seats) if re.fullmatch(r"\d{1,6}", seats) else None,
            url=link(one.url),
            recurring=one.recurring,
            moved_from=one.moved_from,
            updated_at=one.updated,
            stems=frozenset(stems_of(" ".join(words))),
        )

    def place(self, location: str) -> tuple[tuple[str, ...], str | None, str | None, bool]:
        """Return branch ids, room, place outside the branches, and whether the location says online."""
        branch_ids: list[str] = []
        rest: list[str] = []
        online = False
        for piece in _pieces(text_of(location, 300)):
            name = plain(piece)
            known = next((one for one in self._names if name == one or name.startswith(one + " ")), None)
            if known:
                branch_ids.append(self._branches[known])
                remains = piece[len(known) :].strip(" :()")
                rest += [remains] if remains and len(name) == len(piece) else []
            elif any(word in name.split() for word in ONLINE_WORDS):
                online = True
            else:
                rest.append(piece)
        said = ", ".join(rest) or None
        return tuple(dict.fromkeys(branch_ids)), said if branch_ids else None, None if branch_ids else said, online


def status_of(title: str, status: str, seats_left: str | None) -> tuple[str, EventStatus]:
    """Return an event's title without a mark such as "CANCELLED:", and its status from mark, STATUS and seats."""
    found = {"CANCELLED": EventStatus.CANCELLED, "TENTATIVE": EventStatus.UNKNOWN}.get(status)
    for marked, pattern in _STATUS_IN_TITLE.items():
        if pattern.search(title):
            title = pattern.sub("", title).strip() or title
            found = found or marked
    if found is None and seats_left == "0":
        found = EventStatus.FULL
    return title, found or EventStatus.SCHEDULED


def mode_of(named: str, online: bool, at_branch: bool) -> EventMode:
    """Return how patrons take part, from an explicit word or else from the location."""
    if named.lower() in set(EventMode):
        return EventMode(named.lower())
    if online:
        return EventMode.HYBRID if at_branch else EventMode.ONLINE
    return EventMode.IN_PERSON


def link(url: str) -> str | None:
    """Return a web address, or None for anything that is not one."""
    return url if re.fullmatch(r"https?://[^\s<>\"'\\]{4,500}", url) else None
