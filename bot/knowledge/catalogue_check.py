"""Checks of the catalogue's file and of the staff picks: each mistake with its file, line and cure."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.knowledge.library import Library
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.recommendations import PicksFile
from bot.knowledge.source_settings import SourceOfCatalogueFile
from bot.knowledge.sources.catalogue_csv import read_rows
from bot.knowledge.sources.catalogue_files import CatalogueFile, read_file
from bot.knowledge.sources.records import ONLINE, Record
from bot.knowledge.taste_words import GENRE_WORDS, MOOD_WORDS
from bot.knowledge.yamlfile import read_model, read_yaml

_MOST = 20  # problems of one file: a wrong column would give thousands
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def check_catalogue(library: Library) -> list[Problem]:
    """Return what is wrong in the catalogue's files and in picks.yml."""
    problems: list[Problem] = []
    files = [source for source in library.sources.catalogue if isinstance(source, SourceOfCatalogueFile)]
    for source in files:
        problems += _of_source(library, source)[:_MOST]
    picks = library.folder / "picks.yml"
    if picks.is_file():
        problems += _of_picks(library, picks, [] if problems else files)
    template = library.catalogue_url
    if template is not None and "{words}" not in template:
        cure = "Write {words} where the words of a search stand."
        line = read_yaml(library.folder / "library.yml").line(("catalogue_url",))
        problems.append(Problem("library.yml", line, "catalogue_url has no {words}.", cure))
    return problems


def _of_source(library: Library, source: SourceOfCatalogueFile) -> list[Problem]:
    path = library.folder / source.file
    if Path(source.file).name != source.file or not path.is_file():
        number = library.sources.catalogue.index(source)
        yaml = read_yaml(library.folder / "library.yml")
        place = ("sources", "catalogue", number, "file")
        return [yaml.problem(place, f"There is no file '{source.file}'.", f"Put it into {library.folder}.")]
    body = path.read_bytes()
    try:
        if source.kind == "marcxml":
            found = read_file(body, source.kind, source.branches)
            problem = Problem(path.name, 0, "There is no record in it.", "Export it as MARCXML.")
            return [] if found else [problem]
        return _of_rows(path.name, body.decode("utf-8-sig"), source, library)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        return [Problem(path.name, line, "The file is not UTF-8.", "Save it as UTF-8.")]
    except ValueError as error:
        return [Problem(path.name, 0, f"{str(error)[:1].upper()}{str(error)[1:]}.", "See docs/catalogue.md.")]


def _of_rows(name: str, text: str, source: SourceOfCatalogueFile, library: Library) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    branches = {ONLINE, *library.branch_ids}
    for line, found in read_rows(text, source.branches):
        if not isinstance(found, Record):
            cure = "Correct the line; see docs/catalogue.md."
            problems.append(Problem(name, line, f"{found[:1].upper()}{found[1:]}.", cure))
            continue
        if found.id in seen:
            cure = f"It is line {seen[found.id]} already: remove one, or give each an id."
            problems.append(Problem(name, line, f"'{found.title}' stands here again.", cure))
        seen.setdefault(found.id, line)
        for one in found.copies or ():
            if one.branch_id not in branches:
                cure = f"Use one of {', '.join(sorted(branches))}, or name it under sources.catalogue.branches."
                problems.append(Problem(name, line, f"No branch has the id '{one.branch_id}'.", cure))
    if not seen and not problems:
        problems.append(Problem(name, 0, "There is no record in it.", "Export it again."))
    return problems


def _of_picks(library: Library, path: Path, files: list[SourceOfCatalogueFile]) -> list[Problem]:
    try:
        yaml = read_yaml(path)
        picks = read_model(yaml, PicksFile).picks
    except LibraryFileError as error:
        return list(error.problems)
    problems = []
    for number, pick in enumerate(picks):
        if not pick.ages:
            cure = "Write children, tweens, teens or adults."
            problems.append(yaml.problem(("picks", number, "ages"), "The pick is for nobody.", cure))
        for key, known in (("genres", GENRE_WORDS), ("moods", MOOD_WORDS)):
            for word in getattr(pick, key):
                if word not in known:
                    cure = f"Use one of {', '.join(known)}."
                    problems.append(yaml.problem(("picks", number, key), f"'{word}' is not known.", cure))
    if files:
        problems += [
            yaml.problem(("picks", number, "title"), f"'{title}' is not in the catalogue.", "Write it as there.")
            for number, title in _missing(library, files, [pick.title for pick in picks])
        ]
    return problems


def _missing(library: Library, files: list[SourceOfCatalogueFile], titles: list[str]) -> list[tuple[int, str]]:
    """Return the titles that no file has, with their numbers."""
    found: set[str] = set()
    with TemporaryDirectory() as folder:
        for source in files:
            catalogue = CatalogueFile(library, source, Path(folder))
            found.update(title for title, records in catalogue.titled(titles, _NEVER).items() if records)
            catalogue.close()
    return [(number, title) for number, title in enumerate(titles) if title not in found]
