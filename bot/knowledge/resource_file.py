"""resources.yml: the library's digital resources as its librarians write them down (docs/resources.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from bot.knowledge.library import Library
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.resource_vocabulary import KINDS_OF, Device, Format
from bot.knowledge.schema import Identifier, Part, Url
from bot.knowledge.source_settings import SourceOfFiles
from bot.knowledge.sources.base import Audience
from bot.knowledge.text import Line, Text
from bot.knowledge.yamlfile import read_model, read_yaml

FILE = "resources.yml"
MANY_SUBJECTS = "general"
"""The subject of databases that cover many: they are named where none is for the subject asked about."""


class SignIn(StrEnum):
    """What a patron needs to get in."""

    CARD_PIN = "card_pin"
    CARD = "card"
    ACCOUNT = "account"  # the card, and an account of one's own with the service
    NONE = "none"


class DeviceSteps(Part):
    """How to begin on some devices, one step after the other; with `formats` the devices serve for those only."""

    device: tuple[Device, ...] = Field(min_length=1)
    formats: tuple[Format, ...] = ()
    steps: tuple[Text, ...] = Field(min_length=1)


class DigitalResource(Part):
    """A service or database. What is None or empty is not known, and is never told as a no."""

    id: Identifier
    name: Line
    aliases: tuple[Line, ...] = ()
    what: Text
    formats: tuple[Format, ...] = ()
    subjects: tuple[Identifier, ...] = ()
    audiences: tuple[Audience, ...] = ()
    url: Url
    from_home: Literal[True, "in_library"] | None = None
    sign_in: SignIn | None = None
    devices: tuple[DeviceSteps, ...] = ()
    limits: Text | None = None
    loan: Text | None = None
    holds: Text | None = None
    help_url: Url | None = None
    last_checked: date | None = None

    @field_validator("devices")
    @classmethod
    def _each_once(cls, value: tuple[DeviceSteps, ...]) -> tuple[DeviceSteps, ...]:
        named = [device for steps in value for device in steps.device]
        twice = next((device for device in named if named.count(device) > 1), None)
        if twice is not None:
            cure = {"cure": "Give the device one list of steps.", "value": twice.value}
            raise PydanticCustomError("twice", "the device '{value}' is named twice", cure)
        return value

    def steps_for(self, device: Device, formats: Sequence[Format] = ()) -> tuple[DeviceSteps, ...]:
        """Return the steps that fit a device; several where a kind of device was named and it depends which.

        A service without steps works in any browser; none are found for it.
        """
        serving = [one for one in self.devices if not formats or not one.formats or set(formats) & set(one.formats)]
        for exact in serving:
            if device in exact.device:
                return (exact,)
        wider = [one for one in serving if any(device in KINDS_OF.get(kind, ()) for kind in one.device)]
        narrower = [one for one in serving if KINDS_OF.get(device, frozenset()) & set(one.device)]
        return tuple(wider[:1] or narrower)

    def works_on(self, device: Device, formats: Sequence[Format] = ()) -> bool:
        """Say whether the library lists the device, or the service works in any browser and the device has one."""
        if not self.devices:
            return device not in (Device.EREADER, *KINDS_OF[Device.EREADER], Device.TV, *KINDS_OF[Device.TV])
        return bool(self.steps_for(device, formats))


class Subject(Part):
    """What databases are about: its name, the words that patrons say for it, and the wider subject it is part of."""

    name: Text
    words: tuple[Line, ...] = ()
    broader: Identifier | None = None

    @field_validator("words", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class AbsentResource(Part):
    """A service that patrons ask for and the library does not have: `subjects` and `formats` lead to others."""

    name: Line
    aliases: tuple[Line, ...] = ()
    subjects: tuple[Identifier, ...] = ()
    formats: tuple[Format, ...] = ()


class ResourcesFile(Part):
    """resources.yml, read."""

    card_url: Url | None = None
    research_url: Url | None = None
    list_url: Url | None = None
    subjects: dict[Identifier, Subject] = {}
    resources: tuple[DigitalResource, ...] = ()
    not_here: tuple[AbsentResource, ...] = ()

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What patrons call each resource, by its id."""
        return {one.id: (one.name, *one.aliases) for one in self.resources}


def resources_path(library: Library) -> Path:
    """Return where a library's resources are written; the file need not be there."""
    named = (one.file for one in library.sources.resources if isinstance(one, SourceOfFiles) and one.file)
    return library.folder / next(named, FILE)


def load_resources(path: Path) -> ResourcesFile:
    """Read resources.yml; an empty one where there is none; raise LibraryFileError that names file, line and cure."""
    if not path.is_file():
        return ResourcesFile()
    file = read_yaml(path)
    read = read_model(file, ResourcesFile)
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, one in enumerate(read.resources):
        if one.id in seen:
            problems.append(
                file.problem(("resources", number, "id"), f"The id '{one.id}' is taken.", "Choose another.")
            )
        seen.add(one.id)
        for place, subject in enumerate(one.subjects):
            if subject not in read.subjects:
                problems.append(
                    file.problem(
                        ("resources", number, "subjects", place),
                        f"'{subject}' is no subject.",
                        "Add it under subjects.",
                    )
                )
    for number, absent in enumerate(read.not_here):
        for place, subject in enumerate(absent.subjects):
            if subject not in read.subjects:
                where = ("not_here", number, "subjects", place)
                problems.append(file.problem(where, f"'{subject}' is no subject.", "Add it under subjects."))
    for name, about in read.subjects.items():
        if about.broader is not None and about.broader not in read.subjects:
            problems.append(
                file.problem(
                    ("subjects", name, "broader"), f"'{about.broader}' is no subject.", "Add it under subjects."
                )
            )
    if problems:
        raise LibraryFileError(sorted(problems))
    return read
