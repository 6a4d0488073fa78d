"""System packages, where this script may install them: as root, where there is apt-get. Standard library only."""

import os
import shutil
from collections.abc import Sequence

from scripts.console import CommandFailed, run_quietly, stop_for


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Sequence[str]) -> None:
    """Installs Debian packages, with fresh lists when the ones here are missing or out of date. Raises Stop."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    try:
        run_quietly(command, env=env)
    except CommandFailed:
        try:
            run_quietly(["apt-get", "update"], env=env)
            run_quietly(command, env=env)
        except CommandFailed as error:
            raise stop_for(error, f"installing {', '.join(packages)}") from error
