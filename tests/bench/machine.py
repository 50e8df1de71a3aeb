"""What the benchmark ran on, and how much memory processes use."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("rasa", "rasa-sdk", "tensorflow-cpu", "aiohttp", "sqlalchemy")
LOOK_SECONDS = 3.0


def described() -> str:
    """Return cores, processor, memory and system; no host name."""
    cpuinfo = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in _lines(cpuinfo) if line.startswith("model name")]
    memory = psutil.virtual_memory().total / 2**30
    processor = names[0] if names else platform.processor() or "unknown processor"
    return f"{psutil.cpu_count()} cores ({processor}), {memory:.0f} GB, {platform.system()}"


def versions() -> str:
    """Return the versions that matter."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])


def busy() -> float:
    """Return the share of all cores that is in use at the moment: what others do is part of what is measured."""
    return psutil.cpu_percent(LOOK_SECONDS) / 100


def memory(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the MB of each process: its proportional share of memory (PSS) where readable, else what is resident."""
    used = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        try:
            size = process.memory_full_info().pss
        except (psutil.AccessDenied, AttributeError):
            size = process.memory_info().rss
        used[name] = size / 2**20
    return used


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
