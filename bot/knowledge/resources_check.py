"""Checks resources.yml and the guides: each by itself, and what only shows when they are laid side by side."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.guides import FOLDER, Guide, guide_files
from bot.knowledge.library import Library
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.resource_file import FILE, ResourcesFile, load_resources, resources_path
from bot.knowledge.source_settings import SourceOfFiles, SourceOfOpds
from bot.knowledge.sources.addresses import AddressRefused, checked_url
from bot.knowledge.text import plain
from bot.knowledge.yamlfile import read_model, read_yaml


def check_resources(library: Library) -> list[Problem]:
    """Return what is wrong in the library's resources and guides; neither has to be there."""
    problems: list[Problem] = []
    path = resources_path(library)
    listed = ResourcesFile()
    try:
        listed = load_resources(path)
        if listed.resources:
            problems += _names(path, listed)
    except LibraryFileError as error:
        problems += error.problems
    problems += _sources(library, listed)
    for file in guide_files(library.folder / FOLDER):
        problems += _guide(file, listed)
    return problems


def _names(path: Path, listed: ResourcesFile) -> list[Problem]:
    """Return names that stand for two resources: nobody could say which is meant."""
    file = read_yaml(path)
    problems, taken = [], dict[str, str]()
    for number, one in enumerate(listed.resources):
        for name in {plain(name) for name in (one.name, *one.aliases)}:
            other = taken.setdefault(name, one.id)
            if other != one.id:
                message = f"'{name}' names both {other} and {one.id}."
                problems.append(file.problem(("resources", number, "aliases"), message, "Give it to one of them."))
    return problems


def _sources(library: Library, listed: ResourcesFile) -> list[Problem]:
    """Return sources on the network that may not be asked, and catalogues of no known service."""
    known = {one.id for one in listed.resources}
    file = read_yaml(library.folder / "library.yml")
    problems = []
    for number, source in enumerate(library.sources.resources):
        where = ("sources", "resources", number)
        if isinstance(source, SourceOfFiles):
            if source.file and source.file != FILE and not (library.folder / source.file).is_file():
                cure = f"Put it into {library.folder}."
                problems.append(file.problem((*where, "file"), f"There is no file '{source.file}'.", cure))
            continue
        try:
            checked_url(source.url)
        except AddressRefused as error:
            cure = "Feeds are fetched over https from public addresses; others need ALLOW_PRIVATE_FEEDS=yes."
            problems.append(file.problem((*where, "url"), f"{error}.", cure))
        if isinstance(source, SourceOfOpds) and source.resource not in known:
            cure = "Write the id of the service whose titles these are, as in resources.yml."
            problems.append(file.problem((*where, "resource"), f"'{source.resource}' is no resource.", cure))
    return problems


def _guide(path: Path, listed: ResourcesFile) -> list[Problem]:
    try:
        file = read_yaml(path)
        guide = read_model(file, Guide)
    except LibraryFileError as error:
        return list(error.problems)
    problems = []
    if guide.id != path.stem:
        cure = f"Write id: {path.stem}, or rename the file."
        problems.append(file.problem(("id",), f"The id '{guide.id}' is not the file's name.", cure))
    known = {one.id for one in listed.resources}
    for number, resource in enumerate(guide.resources):
        if resource not in known:
            cure = "Use an id of resources.yml, or leave it out."
            problems.append(file.problem(("resources", number), f"'{resource}' is no resource.", cure))
    if all(step.devices for step in guide.steps):
        cure = "Write at least one step without devices, or the guide is empty on the others."
        problems.append(file.problem(("steps",), "Every step is for some devices only.", cure))
    return problems
