"""`make lint` and `make format`: every check runs, also after one has failed, and the end says which failed.

`python -m scripts.lint types ruff` runs some, as the hooks in .pre-commit-config.yaml do.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from scripts.console import ROOT, running, say, seconds
from scripts.provision import environment

PYTHON = sys.executable
ESLINT = ["node", "node_modules/eslint/bin/eslint.js"]
SCRIPTS = ["static/src", "scripts/build.mjs", "eslint.config.js"]

CHECKS: dict[str, list[str]] = {
    "ruff": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--output-format=concise", "."],
    "imports": [PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
    "templates": [PYTHON, "-m", "djlint", "--quiet", "--lint", "templates"],
    "eslint": [*ESLINT, "--max-warnings=0", *SCRIPTS],
    "types": [PYTHON, "-m", "mypy"],
}
FIXES: dict[str, list[str]] = {
    "ruff": [PYTHON, "-m", "ruff", "check", "--fix", "."],
    "format": [PYTHON, "-m", "ruff", "format", "."],
    "eslint": [*ESLINT, "--fix", *SCRIPTS],
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts.lint", description="Run the checks.")
    parser.add_argument("checks", nargs="*", metavar="check", help=f"one of: {', '.join(CHECKS)}; without any, all")
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired instead")
    options = parser.parse_args(arguments)
    known = FIXES if options.fix else CHECKS
    if unknown := set(options.checks) - set(known):
        parser.error(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    # The types of models are read from the settings, which want a key or DEBUG.
    env = environment() | {"DEBUG": "1"}
    failed = []
    for name in options.checks or known:
        begun = time.monotonic()
        say(f"• {name} …")
        status = subprocess.run(known[name], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode
        say(f"  {'failed' if status else 'passed'} in {seconds(begun)}")
        if status:
            failed.append(name)
    sys.stdout.flush()
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
