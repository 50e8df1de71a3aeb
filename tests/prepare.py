"""Brings what the tests need and a fresh machine lacks: a browser. PostgreSQL comes as a wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    if any(shutil.which(name) for name in NAMES):
        return 0
    print("No Chromium found: installing one …", flush=True)
    if shutil.which("apt-get"):
        apt = ["apt-get"] if _is_root() else ["sudo", "--non-interactive", "apt-get"]
        packages = ["chromium", "fonts-dejavu-core"]
        commands = [[*apt, "update", "-qq"], [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages]]
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands):
            return 0
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0:
        return 0
    print("The browser tests need Chromium, and it could not be installed. Install it so that one of these")
    print(f"commands is found: {', '.join(NAMES)}.")
    return 1


def _is_root() -> bool:
    import os

    return os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(main())
