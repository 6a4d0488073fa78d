"""`make lock`: makes the hashed locks anew from pyproject.toml. They name no registry, so that they work behind any.

`make lock ARGS="--upgrade"` takes the newest versions the ranges allow; without it, what is locked stays.
"""

import re
import sys
from collections.abc import Sequence

from scripts.console import ROOT, CommandFailed, Stop, run_quietly, running, step, stop_for

REQUIREMENTS = ROOT / "requirements"
# dev.txt takes base.txt's versions, so that what is tested is what is served.
LOCKS: dict[str, list[str]] = {
    "base": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--extra=dev", "--extra=bench", "--constraint=requirements/base.txt"],
    "node": ["requirements/node.in"],
}
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--custom-compile-command=make lock",
]
ADDRESS = re.compile(r"\w+://|--(?:extra-)?index-url|--find-links|--trusted-host|^\S+ @ ", re.MULTILINE)


def addresses(text: str) -> list[str]:
    """What in a lock ties it to one registry or machine."""
    return ADDRESS.findall(text)


def main(arguments: Sequence[str]) -> int:
    for name, source in LOCKS.items():
        target = REQUIREMENTS / f"{name}.txt"
        with step(f"requirements/{name}.txt"):
            command = [sys.executable, "-m", "uv", "pip", "compile", *source, *OPTIONS, *arguments]
            try:
                run_quietly([*command, "--output-file", target])
            except CommandFailed as error:
                raise stop_for(error, f"making {target.name}") from error
        if found := addresses(target.read_text()):
            raise Stop(
                f"{target.name} names {', '.join(found)}: a lock holds versions and hashes only, so mend OPTIONS."
            )
    return 0


if __name__ == "__main__":
    sys.exit(running(main, sys.argv[1:]))
