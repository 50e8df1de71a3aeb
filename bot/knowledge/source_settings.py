"""Where facts come from, as library.yml says it under `sources`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from bot.knowledge.schema import Part, Url, Variable
from bot.knowledge.text import Text


class SourceOfFiles(Part):
    """Facts from the library's own folder."""

    kind: Literal["files"]
    file: str | None = None
    repeat: Repeat | None = None


class Repeat(Part):
    """Lay the dates of a file again every so many weeks, so that a sample never grows old."""

    weeks: int = Field(ge=1, le=52)
    start: date

    @field_validator("start")
    @classmethod
    def _monday(cls, value: date) -> date:
        if value.weekday() != 0:
            cure = {"cure": "Give the Monday on which the block begins."}
            raise PydanticCustomError("monday", "the day is not a Monday", cure)
        return value


class RemoteSource(Part):
    """What every source on the network is told: the name patrons read, and how long an answer stays fresh."""

    name: Text
    page: Url | None = None
    fresh_minutes: int = Field(default=15, ge=1, le=24 * 60)


class SourceOfLibCalFeed(RemoteSource):
    """LibCal's public hours feed (grid or today); `points` names the LibCal id of each service point."""

    kind: Literal["libcal_feed"]
    url: Url
    points: dict[str, str]


class SourceOfLibCalApi(RemoteSource):
    """LibCal's API 1.1; the secret is the name of an environment variable, never the secret itself."""

    kind: Literal["libcal_api"]
    url: Url
    client_id: str
    secret_from: Variable
    points: dict[str, str] = {}
    calendars: tuple[int, ...] = ()
    branches: dict[str, str] = {}


class SourceOfJsonLd(RemoteSource):
    """schema.org hours in the web pages of the library; `pages` names the page of each service point."""

    kind: Literal["jsonld"]
    pages: dict[str, Url]


class SourceOfICalendar(RemoteSource):
    """Events or closures from any iCalendar address."""

    kind: Literal["icalendar"]
    url: Url
    branches: dict[str, str] = {}


class Sources(Part):
    """Which source answers for which capability. Several are asked in order; events are put together."""

    hours: tuple[
        Annotated[SourceOfFiles | SourceOfLibCalFeed | SourceOfLibCalApi | SourceOfJsonLd, Field(discriminator="kind")],
        ...,
    ] = (SourceOfFiles(kind="files"),)
    closures: tuple[Annotated[SourceOfFiles | SourceOfICalendar, Field(discriminator="kind")], ...] = (
        SourceOfFiles(kind="files", file="closures.ics"),
    )
    events: tuple[
        Annotated[SourceOfFiles | SourceOfICalendar | SourceOfLibCalApi, Field(discriminator="kind")], ...
    ] = (SourceOfFiles(kind="files", file="events.ics"),)
