"""The library itself: its branches, service points, contacts and sources, read from library.yml and hours.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.knowledge.expressions import ExpressionError, check_expression
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.safety import Safety
from bot.knowledge.schema import Email, Identifier, Part, Phone, Url, matching
from bot.knowledge.source_settings import SourceOfJsonLd, Sources
from bot.knowledge.text import Line, Text, plain
from bot.knowledge.yamlfile import Model, YamlFile, read_model, read_yaml

WHOLE_LIBRARY = "library"
"""The branch id of what belongs to no branch: the chat desk, the telephone line, events online."""
BUILDING = "building"
"""The service that every branch has: its doors."""


class Address(Part):
    """Where a branch stands."""

    street: Line
    city: Line
    state: Line
    postcode: str

    def __str__(self) -> str:
        return f"{self.street}, {self.city}, {self.state} {self.postcode}"


class Parking(Part):
    """Where patrons park, what it costs and how many accessible spaces there are."""

    where: Text
    cost: Text
    accessible: Text


class Room(Part):
    """A room of a branch that events or patrons use."""

    id: Identifier
    name: Text
    seats: int | None = Field(default=None, ge=1)
    floor: Text | None = None
    note: Text | None = None


class Branch(Part):
    """One building of the library. `in_sentence` is its name with the article that its language wants before it."""

    id: Identifier
    name: Text
    in_sentence: Text | None = None
    aliases: tuple[Line, ...] = ()
    address: Address
    phone: Phone
    email: Email
    directions: Text
    transit: Text | None = None
    parking: Parking
    map_url: Url
    page_url: Url | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    rooms: tuple[Room, ...] = ()
    access: Text | None = None


class ServiceKind(Part):
    """A kind of service that has hours of its own: the building, a desk, the chat."""

    name: Text
    aliases: tuple[Line, ...] = ()


class ServicePoint(Part):
    """One service in one branch (or of the whole library), with its pattern of hours if the files hold it."""

    branch_id: str
    id: str
    name: Text
    hours: str | None = None
    where: Text | None = None
    note: Text | None = None
    phone: Phone | None = None
    email: Email | None = None
    url: Url | None = None
    through_closures: bool = False


class _LibraryFile(Part):
    name: Text
    town: Line
    zone: str
    country: str
    subdivision: str | None = None
    languages: tuple[Annotated[str, matching(r"[a-z]{2,3}", "a language code", "Write en or es.")], ...] = Field(
        min_length=1
    )
    website: Url
    phone: Phone
    email: Email
    calendar_url: Url | None = None
    catalogue_url: Url | None = None  # {words} stands for what is sought
    about: Text | None = None
    branches: tuple[Branch, ...] = Field(min_length=1)
    sources: Sources = Sources()
    event_words: dict[Identifier, tuple[Line, ...]] = {}
    safety: Safety = Safety()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, KeyError, OSError):
            cure = {"cure": "Use a name of the IANA list, such as America/New_York.", "value": value}
            raise PydanticCustomError("zone", "'{value}' is not a time zone", cure) from None
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in holidays.list_supported_countries(include_aliases=False):
            cure = {"cure": "Use the two capital letters of ISO 3166, such as US.", "value": value}
            raise PydanticCustomError("country", "'{value}' is not a country whose holidays are known", cure)
        return value

    @field_validator("branches")
    @classmethod
    def _told_apart(cls, branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
        seen: dict[str, str] = {WHOLE_LIBRARY: "the whole library"}
        for branch in branches:
            if branch.id in seen:
                cure = {"cure": "Give each branch an id of its own.", "value": branch.id}
                raise PydanticCustomError("twice", "the id '{value}' is already taken", cure)
            seen[branch.id] = branch.id
        names: dict[str, str] = {}
        for branch in branches:
            for alias in {plain(name) for name in (*branch.name.all, *branch.aliases)}:
                if alias in names:
                    cure = {"cure": "Give it to one of them.", "value": alias, "one": names[alias], "two": branch.id}
                    raise PydanticCustomError("alias", "'{value}' names both {one} and {two}", cure)
                names[alias] = branch.id
        return branches


class _PointHours(Part):
    hours: str | None = None
    where: Text | None = None
    note: Text | None = None
    phone: Phone | None = None
    email: Email | None = None
    url: Url | None = None
    through_closures: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_expression(cls, value: Any) -> Any:
        return {"hours": value} if isinstance(value, str) else value

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                check_expression(value)
            except ExpressionError as error:
                raise PydanticCustomError("hours", "{what}", {"what": str(error), "cure": error.cure}) from None
        return value


class _HoursFile(Part):
    services: dict[Identifier, ServiceKind]
    hours: dict[Identifier, dict[Identifier, _PointHours]]


class Library(Part):
    """All that is fixed about the library: who it is, where it is, and where its facts come from."""

    folder: Path
    name: Text
    town: str
    zone_name: str
    country: str
    subdivision: str | None
    languages: tuple[str, ...]
    website: str
    phone: str
    email: str
    calendar_url: str | None
    catalogue_url: str | None
    about: Text | None
    branches: tuple[Branch, ...]
    services: dict[str, ServiceKind]
    points: tuple[ServicePoint, ...]
    sources: Sources
    event_words: dict[str, tuple[str, ...]]
    safety: Safety = Safety()

    @property
    def zone(self) -> ZoneInfo:
        """The library's time zone."""
        return ZoneInfo(self.zone_name)

    @property
    def catalogue_page(self) -> str:
        """The address of the catalogue, without a search."""
        return (self.catalogue_url or self.website).split("?")[0].split("{")[0]

    @property
    def branch_ids(self) -> tuple[str, ...]:
        """The ids of all branches, in the library's order; the first is the main one."""
        return tuple(branch.id for branch in self.branches)

    def branch(self, branch_id: str) -> Branch | None:
        """Return the branch of that id, or None."""
        return next((branch for branch in self.branches if branch.id == branch_id), None)

    def point(self, branch_id: str, service_id: str) -> ServicePoint | None:
        """Return a service of a branch, or the whole library's service of that name, or None."""
        for wanted in (branch_id, WHOLE_LIBRARY):
            for point in self.points:
                if point.branch_id == wanted and point.id == service_id:
                    return point
        return None

    def points_of(self, branch_id: str) -> tuple[ServicePoint, ...]:
        """Return the service points of a branch (or of WHOLE_LIBRARY), the building first."""
        found = [point for point in self.points if point.branch_id == branch_id]
        return tuple(sorted(found, key=lambda point: point.id != BUILDING))

    def branch_named(self, text: str) -> Branch | None:
        """Return the branch whose id, name or alias is exactly `text`, letter case and accents aside."""
        wanted = plain(text)
        for branch in self.branches:
            if wanted in {branch.id, *(plain(name) for name in (*branch.name.all, *branch.aliases))}:
                return branch
        return None


def load_library(folder: Path) -> Library:
    """Read library.yml and hours.yml of a folder; raise LibraryFileError that names file, line and cure."""
    library, problems = read_library(folder)
    if library is None or problems:
        raise LibraryFileError(problems)
    return library


def read_library(folder: Path) -> tuple[Library | None, list[Problem]]:
    """Read library.yml and hours.yml of a folder, and return all that is wrong in them."""
    problems: list[Problem] = []
    library, about = _read(folder / "library.yml", _LibraryFile, problems)
    hours, pattern = _read(folder / "hours.yml", _HoursFile, problems)
    if library is None or about is None or hours is None or pattern is None:
        return None, problems
    problems += _misfits(about, pattern, library, hours)
    points = tuple(
        ServicePoint(branch_id=branch_id, id=service, name=pattern.services[service].name, **dict(point))
        for branch_id, services in pattern.hours.items()
        for service, point in services.items()
        if service in pattern.services
    )
    facts = {name: getattr(about, name) for name in _LibraryFile.model_fields if name != "zone"}
    return Library(folder=folder, zone_name=about.zone, services=pattern.services, points=points, **facts), problems


def _read(path: Path, model: type[Model], problems: list[Problem]) -> tuple[YamlFile | None, Model | None]:
    try:
        file = read_yaml(path)
        return file, read_model(file, model)
    except LibraryFileError as error:
        problems += error.problems
        return None, None


def _misfits(about: _LibraryFile, pattern: _HoursFile, library: YamlFile, hours: YamlFile) -> list[Problem]:
    """Return what only shows when the two files are laid side by side."""
    problems = []
    branch_ids = [branch.id for branch in about.branches]
    for branch_id, services in pattern.hours.items():
        if branch_id not in (*branch_ids, WHOLE_LIBRARY):
            cure = f"Use one of: {', '.join((*branch_ids, WHOLE_LIBRARY))}."
            problems.append(hours.problem(("hours", branch_id), f"No branch has the id '{branch_id}'.", cure))
        for service in services:
            if service not in pattern.services:
                cure = "Add it under services, with its name."
                problems.append(hours.problem(("hours", branch_id, service), f"'{service}' has no name.", cure))
    for branch_id in branch_ids:
        if BUILDING not in pattern.hours.get(branch_id, {}):
            cure = f"Add '{BUILDING}:' with its hours under hours.{branch_id}."
            problems.append(hours.problem(("hours", branch_id), f"{branch_id} has no hours for its doors.", cure))
    known = {f"{branch_id}/{service}" for branch_id, services in pattern.hours.items() for service in services}
    for number, source in enumerate(about.sources.hours):
        mapped = (
            ("pages", source.pages) if isinstance(source, SourceOfJsonLd) else ("points", getattr(source, "points", {}))
        )
        for point in mapped[1]:
            if point not in known:
                place = ("sources", "hours", number, mapped[0], point)
                cure = "Write branch/service as in hours.yml, such as main/building."
                problems.append(library.problem(place, f"'{point}' is not a service point.", cure))
    for number, calendar in enumerate(about.sources.events):
        for name, branch_id in getattr(calendar, "branches", {}).items():
            if branch_id not in branch_ids:
                place = ("sources", "events", number, "branches", name)
                cure = f"Use one of: {', '.join(branch_ids)}."
                problems.append(library.problem(place, f"No branch has the id '{branch_id}'.", cure))
    return problems
