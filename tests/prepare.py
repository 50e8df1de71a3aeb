"""Brings what the tests need and a fresh machine lacks: a browser and a catalogue server.

PostgreSQL and Redis come as wheels.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core")
CATALOGUE_SERVER = ("zebraidx", "zebrasrv")
CATALOGUE_PACKAGES = ("idzebra-2.0-utils", "idzebra-2.0-common", "libidzebra-2.0-mod-dom")


def main() -> int:
    browser = any(shutil.which(name) for name in BROWSERS)
    server = all(shutil.which(name) for name in CATALOGUE_SERVER)
    if not browser:
        print("No Chromium found: installing one …", flush=True)
        browser = install(BROWSER_PACKAGES) or playwright()
    if not server:
        print("No Zebra found: installing it for the tests of SRU …", flush=True)
        server = install(CATALOGUE_PACKAGES)
    if not browser:
        print("The browser tests need Chromium, and it could not be installed. Install it so that one of these")
        print(f"commands is found: {', '.join(BROWSERS)}.")
    if not server:
        print("The tests of SRU need the Zebra server, and it could not be installed. Install it so that these")
        print(f"commands are found: {', '.join(CATALOGUE_SERVER)} (Debian: {' '.join(CATALOGUE_PACKAGES)}).")
    return 0 if browser and server else 1


def install(packages: tuple[str, ...]) -> bool:
    """Install Debian packages, where there is apt and the right to use it."""
    if not shutil.which("apt-get"):
        return False
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "--non-interactive", "apt-get"]
    commands = [[*apt, "update", "-qq"], [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages]]
    return all(subprocess.run(command, check=False).returncode == 0 for command in commands)


def playwright() -> bool:
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
