"""The papers are true: what they name exists, what exists and matters is named, and their examples work."""

from __future__ import annotations

import importlib
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.errors import LibraryError
from bot.knowledge.check import check_library
from bot.settings import ROOT

PAPERS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAPERS]
# What a command writes: it may be named before it is there, but not linked to.
MADE_BY_COMMANDS = re.compile(
    r"docs/benchmarks\.md|(var|models)(/|$)|\.(env|venv)(/|$)|data/stories|data/nlu/from_review"
)
# TOPIC, NAME and the like stand for whatever the reader puts there.
STANDS_FOR = re.compile(r"[A-Z]{3,}(?!\w*\.(md|txt))|\{|…")
TOPS = "actions|bot|data|docs|library|tests|deploy"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The anchors of a paper's headings."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAPERS, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))):
        if re.match(r"https?:|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", PAPERS, ids=NAMES)
def test_files_that_are_named_exist(path: Path) -> None:
    missing = []
    for name in re.findall(rf"`((?:(?:{TOPS})/|\.[a-z])[^`\s]*)`", path.read_text(encoding="utf-8")):
        if MADE_BY_COMMANDS.match(name) or STANDS_FOR.search(name) or re.match(r"\.\w+\(", name):
            continue
        if not any(ROOT.glob(name.rstrip("/"))):
            missing.append(name)
    assert missing == []


def test_papers_that_the_code_names_exist() -> None:
    sources = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "bot").rglob("*.js"), *(ROOT / "actions").rglob("*.py")]
    sources += [ROOT / name for name in ("pyproject.toml", "config.yml", "Makefile", ".env.example")]
    named = {name for path in sources for name in re.findall(r"docs/[\w./-]+\.md", path.read_text(encoding="utf-8"))}
    assert {name for name in named if not (ROOT / name).exists() and not MADE_BY_COMMANDS.match(name)} == set()


def test_papers_hold_no_path_of_a_machine() -> None:
    found = {name: re.findall(r"/(?:home|root|tmp|work|Users)/\w+", text(name)) for name in NAMES}
    assert {name: paths for name, paths in found.items() if paths} == {}


def rows(name: str, pattern: str) -> dict[str, str]:
    """The rows of a paper's tables whose first two cells look like this."""
    return dict(re.findall(pattern, text(name), re.MULTILINE))


def test_every_setting_is_told_with_its_default() -> None:
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE))
    told = rows("docs/running.md", r"^\| `([A-Z_]+)` \| (?:`([^`]+)`|empty) \|")
    assert told == example


def test_limits_of_every_channel_are_told() -> None:
    from bot.channels.model import FORMS

    told = re.findall(r"^\| `(\w+)` \| (\d+) \| (\w+) \| (\w+) \| (\w+)", text("docs/channels/index.md"), re.MULTILINE)
    window = {None: "always", 24 * 3600.0: "24"}
    made = [
        (name, str(form.most), str(form.buttons or "none"), str(form.label or "none"), window[form.window])
        for name, form in FORMS.items()
    ]
    assert told == made


def test_every_channel_has_a_page_with_its_settings_and_its_address() -> None:
    from bot.channel_settings import ChannelSettings
    from bot.web.messaging.setup import endpoints_of
    from tests.channels.stand_ins import WHSEC

    pages = "\n".join(text(name) for name in NAMES if name.startswith("docs/channels/"))
    settings = ChannelSettings().as_environ()
    assert [name for name in settings if f"\n{name}=" not in pages] == []
    every = ChannelSettings(**{name.lower(): WHSEC for name in settings})
    # What became of a message, Twilio is told to tell with each one.
    paths = {endpoint.path for endpoint in endpoints_of(every)} - {"twilio/status"}
    assert {path for path in paths if f"/messaging/{path}" not in pages} == set()


def test_what_the_check_of_a_channel_is_said_to_say_it_says() -> None:
    sources = [
        *(ROOT / "bot/web/messaging").glob("*.py"),
        ROOT / "bot/channel_command.py",
        ROOT / "bot/suggestions/outlets.py",
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    code = re.sub(r"\{[^{}\n]*\}", "…", re.sub(r'"\s*\n\s*f?"', "", code))
    said = []
    for name in NAMES:
        for table in re.findall(r"\| `check` says \|.*\n\|.*\n((?:\|.*\n)+)", text(name)):
            said += re.findall(r"^\| `(.+?)`", table, re.MULTILINE)
    own = [
        re.split(r"…|nobody|suspended|https:|SSL error|\(\w+\)|\.$", one)
        for one in said
        if "Wrong response" not in one and one != "ok"
    ]
    assert len(said) > 20
    assert [part for parts in own for part in parts if len(part) > 8 and part.strip(" ") not in code] == []


def test_every_make_target_is_told_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", text("Makefile"), re.MULTILINE))
    assert set(rows("CONTRIBUTING.md", r"^\| `make ([a-z-]+)` \| (.+) \|")) == targets
    assert {name for paper in NAMES for name in re.findall(r"`make ([a-z-]+)", text(paper))} <= targets


def test_every_command_is_told_and_no_other() -> None:
    commands = set(re.findall(r'add_parser\("(\w+)"', text("bot/__main__.py")))
    assert set(re.findall(r"^\| `python -m bot (\w+)", text("docs/running.md"), re.MULTILINE)) == commands
    assert {name for paper in NAMES for name in re.findall(r"python -m bot (\w+)", text(paper))} <= commands


def refusals() -> Iterator[type[LibraryError]]:
    """Every expected failure of the code outside Rasa's components."""
    for path in (ROOT / "bot").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not re.search(r"understanding|migrations|__(main|init)__", module):
            importlib.import_module(module)
    waiting = [LibraryError]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.__subclasses__()


def test_every_error_code_is_told_with_its_status_and_no_other() -> None:
    paper = text("docs/architecture.md")
    told = {code: int(status) for code, status in re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", paper, re.MULTILINE)}
    inner = set(re.findall(r"`([a-z_]+)`", paper.split("Codes that stay inside")[1].split("\n\n")[0]))
    made = {one.code: one.status for one in refusals()}
    assert set(told) | inner == set(made) | {"unexpected", "not_found", "method_not_allowed"}
    assert set(told) & inner == set()
    assert {code: made[code] for code in told if code in made} == {code: told[code] for code in told if code in made}


def test_every_type_of_block_is_told_and_no_other() -> None:
    drawn = set()
    for name in ("widget.js", "people.js"):
        blocks = text(f"bot/web/patron/static/{name}").split("const BLOCKS = {")[1].split("\n};")[0]
        drawn |= set(re.findall(r"^\t(\w+)(?:\(|: \()", blocks, re.MULTILINE))
    table = text("docs/architecture.md").split("## Message blocks")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == drawn


def test_every_table_and_column_is_told() -> None:
    from bot.storage.models import metadata

    for table in metadata.tables.values():
        row = re.search(rf"^\| `{table.name}` \|.*$", text("docs/architecture.md"), re.MULTILINE)
        assert row and [c.name for c in table.columns if f"`{c.name}`" not in row[0]] == [], table.name


def test_every_entity_and_component_is_told() -> None:
    domain = yaml.safe_load(text("domain.yml"))
    assert [name for name in domain["entities"] if f"| `{name}` |" not in text("docs/architecture.md")] == []
    pipeline = [part["name"].split(".")[-1] for part in yaml.safe_load(text("config.yml"))["pipeline"]]
    assert [name for name in pipeline if name not in text("docs/understanding.md")] == []


FOLDER = re.compile(r"^`([a-z]+\.(?:yml|ics))`:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIBRARY_FILES = dict(FOLDER.findall(text("docs/running.md")))
SOURCES = re.findall(r"^```yaml\n(sources:\n.*?)^```$", text("docs/running.md"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("sources", ["", *SOURCES], ids=range(len(SOURCES) + 1))
def test_example_of_a_library_is_in_order_with_every_source(tmp_path: Path, sources: str) -> None:
    assert set(LIBRARY_FILES) == {"library.yml", "hours.yml", "closures.ics", "events.ics"} and len(SOURCES) >= 5
    for name, content in LIBRARY_FILES.items():
        (tmp_path / name).write_text(content + (sources if name == "library.yml" else ""), encoding="utf-8")
    assert [str(problem) for problem in check_library(tmp_path)] == []


def test_every_key_of_a_library_is_told() -> None:
    from bot.knowledge import library, source_settings

    parts = [library._LibraryFile, library.Branch, library.Address, library.Parking, library.Room, library._PointHours]
    parts += [library.ServiceKind, source_settings.RemoteSource, *source_settings.RemoteSource.__subclasses__()]
    keys = {key for part in parts for key in part.model_fields}
    paper = text("docs/running.md")
    assert {key for key in keys if not re.search(rf"\b{key}\b[`:]", paper)} == set()


def test_model_holds_only_files_that_cannot_run_code(model: Path) -> None:
    # docs/security.md rests on this: known holes of loaders of pickles and of Keras models have nothing to load here.
    with tarfile.open(model) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        assert {Path(name).suffix for name in files} <= {".json", ".yml", ".npz"}
        for name, file in files.items():
            if name.endswith(".npz"):
                assert file is not None
                with np.load(file, allow_pickle=False) as arrays:
                    assert all(arrays[key].dtype.kind in "fiU" for key in arrays.files)
