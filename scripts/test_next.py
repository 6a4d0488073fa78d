"""`make test-next`: the tests on the newest Django, where a Python that it runs on is found; in .venv-next."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.console import ROOT, CommandFailed, run_quietly, running, say, step, stop_for
from scripts.provision import environment

VENV = ROOT / ".venv-next"
PYTHON = VENV / "bin" / "python"
NEEDED = (3, 12)
# What the newest Django is about to drop, the oldest that we support may still need: told, but no failure.
LENIENT = ["-Wdefault::DeprecationWarning", "-Wdefault::PendingDeprecationWarning"]


def candidates() -> Iterator[str]:
    """Pythons from the newest down: those on PATH, then pyenv's."""
    for minor in range(20, NEEDED[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            yield found
        versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        yield from map(str, versions.glob(f"3.{minor}.*/bin/python"))


def starts(python: str) -> bool:
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0


def wanted() -> list[str]:
    """What pyproject.toml asks for, but Django in its newest version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    every = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return ["Django>=6", *(line for line in every if not re.match(r"django[<>=~]", line, re.IGNORECASE))]


def main(arguments: Sequence[str]) -> int:
    python = next(filter(starts, candidates()), None)
    if python is None:
        say("Skipped: the newest Django needs Python 3.12 or newer, and there is none here.")
        return 0
    try:
        with step(f"The newest Django, in .venv-next, with {python}"):
            run_quietly([python, "-m", "venv", "--clear", VENV])
            (VENV / ".gitignore").write_text("*\n")
            run_quietly([PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *wanted()])
    except CommandFailed as error:
        raise stop_for(error, "installing the newest Django") from error
    say(
        run_quietly(
            [PYTHON, "-c", "import sys, django; print('Python', sys.version.split()[0], 'Django', django.__version__)"]
        )
    )
    return subprocess.run(
        [PYTHON, "-m", "scripts.test", *LENIENT, *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
