"""Checking a library's folder before anybody relies on it: every mistake with its file, line and cure."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.answers_check import check_answers
from bot.knowledge.calendar_check import CalendarFile
from bot.knowledge.catalogue_check import check_catalogue
from bot.knowledge.library import Library, read_library
from bot.knowledge.notices import check_notices
from bot.knowledge.problems import Problem
from bot.knowledge.resources_check import check_resources
from bot.knowledge.source_settings import SourceOfFiles
from bot.knowledge.sources.addresses import AddressRefused, checked_url
from bot.knowledge.yamlfile import read_yaml


def check_library(folder: Path) -> list[Problem]:
    """Return what is wrong in library.yml, hours.yml and the calendars they name; an empty list means nothing is."""
    library, problems = read_library(folder)
    if library is not None:
        problems += _check_sources(library)
        problems += _check_calendars(library)
        problems += check_notices(library)
        problems += check_answers(library)
        problems += check_catalogue(library)
        problems += check_resources(library)
    return sorted(set(problems))


def _check_sources(library: Library) -> list[Problem]:
    file = read_yaml(library.folder / "library.yml")
    problems = []
    for capability in ("hours", "closures", "events", "catalogue"):
        for number, source in enumerate(getattr(library.sources, capability)):
            addresses: dict[tuple[str, ...], str] = {("url",): source.url} if hasattr(source, "url") else {}
            addresses |= {("pages", point): url for point, url in getattr(source, "pages", {}).items()}
            for place, url in addresses.items():
                try:
                    checked_url(url)
                except AddressRefused as error:
                    where = ("sources", capability, number, *place)
                    cure = "Feeds are fetched over https from public addresses; others need ALLOW_PRIVATE_FEEDS=yes."
                    problems.append(file.problem(where, f"{error}.", cure))
            if capability != "hours" and isinstance(source, SourceOfFiles):
                name = source.file or f"{capability}.ics"
                if not (library.folder / name).is_file() or Path(name).name != name:
                    where = ("sources", capability, number, "file")
                    cure = f"Put it into {library.folder}."
                    problems.append(file.problem(where, f"There is no file '{name}'.", cure))
    return problems


def _check_calendars(library: Library) -> list[Problem]:
    problems = []
    for capability in ("closures", "events"):
        for source in getattr(library.sources, capability):
            path = library.folder / (getattr(source, "file", None) or f"{capability}.ics")
            if isinstance(source, SourceOfFiles) and path.is_file():
                problems += CalendarFile(path, library).problems(
                    closures=capability == "closures", repeat=source.repeat
                )
    return problems
