"""A Chromium for the browser tests: the one here, or one that is installed now. Standard library only."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from scripts import debian
from scripts.console import CommandFailed, Stop, run_quietly, say, step, stop_for

SHELL = "chromium-headless-shell"
"""Chromium without what only a window needs, a package of Debian's and a command: docs/adr/0012."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "Chromium is missing, so the browser tests cannot run: install it, or name it in CHROMIUM."


def find() -> str | None:
    """The Chromium in $CHROMIUM or on PATH; else Playwright's own, where its package and its browser are installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return None


def playwrights(python: Path) -> str | None:
    """Playwright's own Chromium, if it has been downloaded."""
    code = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as playwright: print(playwright.chromium.executable_path)"
    )
    try:
        path = subprocess.check_output([python, "-c", code], text=True, stderr=subprocess.DEVNULL).strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return path if Path(path).exists() else None


def provide(python: Path) -> bool:
    """Installs a Chromium if there is none. Returns whether there was anything to do; a failure only says so."""
    if find() or os.environ.get("CHROMIUM"):
        return False
    if playwrights(python):
        return False
    try:
        with step("Chromium, for the browser tests"):
            _install(python)
    except Stop as stop:
        say(f"! {stop}\n! {MISSING}")
    return True


def _install(python: Path) -> None:
    """Debian's where this is Debian's root, else Playwright's own. Raises Stop."""
    if debian.can_install():
        with suppress(Stop):  # a relative of Debian's that has none
            debian.install([SHELL])
            return
    try:
        run_quietly([python, "-m", "playwright", "install", "chromium"])
    except CommandFailed as error:
        raise stop_for(error, "fetching Chromium") from error


if __name__ == "__main__":
    print(find() or playwrights(Path(sys.executable)) or sys.exit(MISSING))
