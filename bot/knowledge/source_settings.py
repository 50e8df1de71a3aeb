"""Where facts come from, as library.yml says it under `sources`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from bot.knowledge.schema import Identifier, Part, Url, Variable
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


class SourceOfCatalogueFile(Part):
    """Records from a file of the library's folder; `branches` gives the branch id of each code in it."""

    kind: Literal["csv", "marcxml"]
    file: str
    branches: dict[str, str] = {}


SruIndex = Literal["any", "title", "author", "subject", "isbn"]
"""What a catalogue is searched by."""


class SourceOfSru(RemoteSource):
    """A catalogue that speaks SRU 1.1 or 1.2; `indexes` names its indexes where they are not the usual ones."""

    kind: Literal["sru"]
    url: Url
    version: Literal["1.1", "1.2"] = "1.1"
    record_schema: str = "marcxml"
    indexes: dict[SruIndex, str] = {}
    branches: dict[str, str] = {}


class SourceOfKoha(RemoteSource):
    """Koha's REST API; the secret is the name of an environment variable, never the secret itself."""

    kind: Literal["koha"]
    url: Url
    client_id: str
    secret_from: Variable
    branches: dict[str, str] = {}


class SourceOfLibGuides(RemoteSource):
    """The A-Z list of LibGuides (API 1.2); `proxy` is put before the addresses of databases that need it from home."""

    kind: Literal["libguides"]
    url: Url = "https://lgapi-us.libapps.com"
    client_id: str
    secret_from: Variable
    proxy: Url | None = None
    fresh_minutes: int = Field(default=720, ge=1, le=24 * 60)


class SourceOfOpds(RemoteSource):
    """The titles of one service from its OPDS catalogue (1.2 or 2.0), as far as `pages` pages."""

    kind: Literal["opds"]
    url: Url
    resource: Identifier
    pages: int = Field(default=5, ge=1, le=50)
    fresh_minutes: int = Field(default=120, ge=1, le=24 * 60)


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
    catalogue: tuple[
        Annotated[SourceOfCatalogueFile | SourceOfSru | SourceOfKoha, Field(discriminator="kind")], ...
    ] = ()
    resources: tuple[Annotated[SourceOfFiles | SourceOfLibGuides | SourceOfOpds, Field(discriminator="kind")], ...] = (
        SourceOfFiles(kind="files", file="resources.yml"),
    )
