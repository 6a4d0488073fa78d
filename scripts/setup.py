"""Where every `make` target begins: find a Python that is new enough, then let scripts/provision.py do the work.

This file alone has to run on old Pythons (down to 3.6), or it could not say that one is too old: no newer syntax here.
"""

import os
import subprocess
import sys

NEEDED = (3, 11)
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def too_old(version: "tuple[int, ...]") -> bool:
    return version < NEEDED


def newer_python() -> "str | None":
    """The first Python on PATH that is new enough and really starts (a pyenv shim may not), or None."""
    for name in NAMES:
        try:
            subprocess.check_output([name, "-c", "import venv"], stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            continue
        return name
    return None


def main() -> None:
    if too_old(tuple(sys.version_info[:2])):
        python = newer_python()
        if python is None:
            sys.exit(
                "Python %d.%d is too old: install Python 3.11 or newer, then run make again"  # noqa: UP031 # as above
                " (or name one: make PYTHON=/path/to/python3.11)." % tuple(sys.version_info[:2])
            )
        os.chdir(ROOT)
        os.execvp(python, [python, "-m", "scripts.setup"] + sys.argv[1:])  # noqa: RUF005, S606 # as above

    sys.path.insert(0, ROOT)
    from scripts import provision  # noqa: PLC0415 # not before the version is known

    sys.exit(provision.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
