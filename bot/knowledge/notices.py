"""What patrons should know just now: the notices of notices.yml, and the closure of emergency.yml above all hours."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.knowledge.library import BUILDING, Library
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.schema import Identifier, Part, matching
from bot.knowledge.sources.base import Closure, EventMode, EventStatus, LibraryEvent
from bot.knowledge.text import Line, Text
from bot.knowledge.yamlfile import YamlFile, read_model, read_yaml

log = logging.getLogger(__name__)

NOTICES, EMERGENCY = "notices.yml", "emergency.yml"
TEXT_MOST = 300  # characters of a notice in one language
CERTAIN = timedelta(days=2)
"""For how long, from the beginning of the day, a closure without an end is taken for certain."""

Model = TypeVar("Model", bound=BaseModel)


def _naive(value: datetime) -> datetime:
    if value.tzinfo is not None:
        cure = "Leave the zone out: times are those of the library's town."
        raise PydanticCustomError("form", "the time has a zone", {"cure": cure})
    return value


def _short(value: Text) -> Text:
    for language, words in value.in_languages:
        if len(words) > TEXT_MOST:
            facts = {"language": language or "the text", "most": TEXT_MOST, "cure": "Shorten it."}
            raise PydanticCustomError("form", "{language} is longer than {most} characters", facts)
    return value


def _day_or_time(value: Any) -> Any:
    return datetime.combine(value, time()) if isinstance(value, date) and not isinstance(value, datetime) else value


Moment = Annotated[datetime, BeforeValidator(_day_or_time), AfterValidator(_naive)]
"""A time of the library's town, written as 2026-11-22 14:05."""
Words = Annotated[Text, AfterValidator(_short)]


class _Dated(Part):
    @model_validator(mode="after")
    def _in_order(self) -> Any:
        begins, until = getattr(self, "begins", None), getattr(self, "until", None)
        if begins is not None and until is not None and until <= begins:
            raise PydanticCustomError("form", "it ends before it begins", {"cure": "Correct from or until."})
        return self


class Notice(_Dated):
    """What patrons should know for a while. No branch named means all of them."""

    id: Identifier
    text: Words
    begins: Moment | None = Field(default=None, alias="from")
    until: Moment
    branches: tuple[Identifier, ...] = ()
    owner: Line = Field(min_length=1)

    def in_force(self, wall: datetime) -> bool:
        """Say whether it holds at a (naive) time of the library's town."""
        return (self.begins is None or self.begins <= wall) and wall < self.until

    def concerns(self, branch_ids: Iterable[str]) -> bool:
        """Say whether it is about one of some branches; naming none means all."""
        wanted = set(branch_ids)
        return not self.branches or not wanted or bool(wanted & set(self.branches))


class Emergency(_Dated):
    """A closing that nobody planned. No branch named means all; no end means until further notice.

    `desk_open`: staff still answer chat and telephone. `lifted` is when it was over, earlier than planned.
    """

    id: Annotated[str, matching(r"[0-9a-z-]{1,40}", "an id", "Use small letters, digits and -.")]
    reason: Words
    begins: Moment = Field(alias="from")
    until: Moment | None = None
    branches: tuple[Identifier, ...] = ()
    desk_open: bool = False
    note: Words | None = None
    lifted: Moment | None = None

    @property
    def ends(self) -> datetime | None:
        """When it is over or was; None where nobody knows."""
        return min((one for one in (self.until, self.lifted) if one is not None), default=None)

    def in_force(self, wall: datetime) -> bool:
        """Say whether the library is closed by it at a (naive) time of its town."""
        return self.begins <= wall and (self.ends is None or wall < self.ends)

    def to_come(self, wall: datetime) -> bool:
        """Say whether patrons should know of it: it is in force, or will be."""
        return self.ends is None or wall < self.ends

    def closure(self, library: Library, wall: datetime) -> Closure | None:
        """Return what it takes off the hours, as far as that is certain at a time; None for one that never was."""
        end = self.ends or datetime.combine(max(wall, self.begins).date(), time()) + CERTAIN
        if end <= self.begins:
            return None
        # What belongs to no branch, the chat and the telephone, is meant only where no branch is named.
        branches = self.branches or (library.branch_ids if self.desk_open else ())
        return Closure(self.reason, self.begins, end, frozenset(branches), open_ended=self.ends is None)


class NoticesFile(Part):
    """The file notices.yml."""

    notices: tuple[Notice, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Any:
        seen: set[str] = set()
        for notice in self.notices:
            if notice.id in seen:
                raise PydanticCustomError("form", "two notices are called '{id}'", {"id": notice.id, "cure": "Rename."})
            seen.add(notice.id)
        return self


class _Kept(Generic[Model]):
    """What a file holds; read again when it changes, and kept as it was when it then has a mistake."""

    def __init__(self, path: Path, model: type[Model]) -> None:
        self._path = path
        self._model = model
        self._stamp: tuple[int, int] | None = None
        self._found: Model | None = None

    def get(self) -> Model | None:
        """Return what the file holds, None where it is empty or not there."""
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            stamp = (0, 0)
        if stamp == self._stamp:
            return self._found
        self._stamp = stamp
        if stamp == (0, 0):
            self._found = None
            return None
        try:
            file = read_yaml(self._path)
            self._found = read_model(file, self._model) if file.data else None
        except LibraryFileError as error:
            log.error("%s is kept as it was: %s", self._path.name, error)
        return self._found


class Notices:
    """The notices and the emergency of a library's folder, as its files are now."""

    def __init__(self, library: Library) -> None:
        """Prepare to read the two files; either may be missing."""
        self._library = library
        self._notices = _Kept(library.folder / NOTICES, NoticesFile)
        self._emergency = _Kept(library.folder / EMERGENCY, Emergency)

    @property
    def all(self) -> tuple[Notice, ...]:
        """Every notice of the file."""
        found = self._notices.get()
        return found.notices if found is not None else ()

    @property
    def emergency(self) -> Emergency | None:
        """The emergency of the file, over or not."""
        return self._emergency.get()

    def now(self, now: datetime, branch_ids: Iterable[str] = ()) -> tuple[Notice, ...]:
        """Return the notices in force for some branches (none named: for any)."""
        wall, wanted = self.wall(now), tuple(branch_ids)
        return tuple(one for one in self.all if one.in_force(wall) and one.concerns(wanted))

    def closing(self, now: datetime, branch_ids: Iterable[str] = ()) -> Emergency | None:
        """Return the emergency that patrons of some branches (none named: any) should know of now, if there is one."""
        found, wanted = self.emergency, set(branch_ids)
        if found is None or not found.to_come(self.wall(now)):
            return None
        return found if not wanted or not found.branches or wanted & set(found.branches) else None

    async def closures(self, first: date, last: date, now: datetime) -> tuple[Closure, ...]:
        """Return the emergency as a source of closures does; one without an end concerns every day after its start."""
        closure = self._closure(now)
        if closure is None or closure.start.date() > last:
            return ()
        return (closure,) if closure.open_ended or closure.end > datetime.combine(first, time()) else ()

    def unless_closed(self, events: Iterable[LibraryEvent], now: datetime) -> list[LibraryEvent]:
        """Return events as the emergency leaves them: cancelled where they would take place behind closed doors."""
        closure = self._closure(now)
        return [one if closure is None or not self._stops(closure, one) else _cancelled(one, closure) for one in events]

    def _closure(self, now: datetime) -> Closure | None:
        found = self.emergency
        return found.closure(self._library, self.wall(now)) if found is not None else None

    def _stops(self, closure: Closure, event: LibraryEvent) -> bool:
        if event.mode is EventMode.ONLINE or event.status is EventStatus.CANCELLED:
            return False
        if closure.start >= self.wall(event.end) or closure.end <= self.wall(event.start):
            return False
        here = event.branch_ids or (() if closure.branch_ids else ("",))
        return bool(here) and all(closure.concerns(one, BUILDING) for one in here)

    def wall(self, now: datetime) -> datetime:
        """Return the time on the clocks of the library's town, naive."""
        return now.astimezone(self._library.zone).replace(tzinfo=None)


def _cancelled(event: LibraryEvent, closure: Closure) -> LibraryEvent:
    return replace(event, status=EventStatus.CANCELLED, reason=closure.name)


def check_notices(library: Library) -> list[Problem]:
    """Return what is wrong in the two files."""
    problems: list[Problem] = []
    for name, model in ((NOTICES, NoticesFile), (EMERGENCY, Emergency)):
        path = library.folder / name
        if not path.exists():
            continue
        try:
            file = read_yaml(path)
            if file.data:
                problems += _branches(file, read_model(file, model), library)
        except LibraryFileError as error:
            problems += error.problems
    return problems


def notices_to_look_at(library: Library, now: datetime) -> list[Problem]:
    """Return the notices that are over, which nobody needs any more."""
    notices = Notices(library)
    wall = notices.wall(now)
    return [
        Problem(NOTICES, 0, f"The notice {one.id} of {one.owner} is over since {one.until:%Y-%m-%d}.", "Take it out.")
        for one in notices.all
        if one.until <= wall
    ]


def _branches(file: YamlFile, found: BaseModel, library: Library) -> list[Problem]:
    cure = f"Use one of: {', '.join(library.branch_ids)}."
    named: list[tuple[tuple[object, ...], str]] = []
    if isinstance(found, NoticesFile):
        for number, notice in enumerate(found.notices):
            named += [(("notices", number, "branches"), branch) for branch in notice.branches]
    elif isinstance(found, Emergency):
        named = [(("branches",), branch) for branch in found.branches]
    return [
        file.problem(place, f"No branch has the id '{branch}'.", cure)
        for place, branch in named
        if branch not in library.branch_ids
    ]
