"""Runs all tests as two processes side by side, each with servers of its own: while one waits, the other works."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = ("unit", "channels", "understanding", "conversations", "project")
SECOND = ("browser", "web", "faults")


def main() -> int:
    """Train once and run both halves; the second one's words follow the first one's. Return 1 when either failed."""
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))}
    assert folders == {*FIRST, *SECOND}, "every folder of tests belongs to one half"
    subprocess.run([sys.executable, "-m", "bot", "train"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        aside = subprocess.Popen(pytest(SECOND), cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        failed = subprocess.run(pytest(FIRST), cwd=ROOT, check=False).returncode
        print(f"{', '.join(FIRST)}: {time.monotonic() - began:.0f} s", flush=True)
        failed |= aside.wait()
        said.seek(0)
        print(f"{said.read()}{', '.join(SECOND)}: {time.monotonic() - began:.0f} s", flush=True)
    return int(failed != 0)


def pytest(folders: tuple[str, ...]) -> list[str]:
    """Return the command that runs these folders, with the options given to this one."""
    return [sys.executable, "-m", "pytest", *(f"tests/{name}" for name in folders), *sys.argv[1:]]


if __name__ == "__main__":
    sys.exit(main())
