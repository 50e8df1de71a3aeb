"""Puts the sources of digital resources together, as library.yml names them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.knowledge.library import Library
from bot.knowledge.resource_file import resources_path
from bot.knowledge.resources import FileResources, Resources, ResourceSource, TitleSource
from bot.knowledge.source_settings import SourceOfFiles, SourceOfLibGuides
from bot.knowledge.sources.fetch import Fetcher
from bot.knowledge.sources.libguides import LibGuidesResources
from bot.knowledge.sources.opds import OpdsTitles


def resources_of(library: Library, fetcher: Fetcher, secrets: Mapping[str, str]) -> Resources:
    """Return the answers about digital resources of a library; no file is read yet, no feed is asked."""
    file = FileResources(resources_path(library), library.name, library.website)
    sources: list[ResourceSource] = []
    titles: list[TitleSource] = []
    for one in library.sources.resources:
        match one:
            case SourceOfFiles():
                sources.append(file)
            case SourceOfLibGuides():
                sources.append(LibGuidesResources(one, fetcher, secrets, file))
            case _:
                titles.append(OpdsTitles(one, fetcher))
    return Resources(file, sources, titles)
