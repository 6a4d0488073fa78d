"""`make test`: every part runs, also after one has failed, and the last line says how many tests passed.

make test                                    all
make test ARGS="-k conflict"                 some, in each part
make test ARGS="--part=sqlite -k conflict"   in one part: sqlite, postgresql, browser, browser-postgresql
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from scripts import chromium
from scripts.console import ROOT, VAR, Stop, running, say, seconds
from scripts.provision import environment

NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Part:
    name: str
    title: str
    options: tuple[str, ...]
    database: str = "sqlite"


PARTS = (
    Part("sqlite", "All but browser tests, on SQLite", ("-m", "not browser", "--numprocesses=2")),
    Part(
        "postgresql",
        "Those that touch the database, on PostgreSQL",
        ("-m", "not browser", "--numprocesses=2"),
        "postgresql",
    ),
    Part("browser", "In Chromium, on SQLite", ("-m", "browser", "--numprocesses=2", "--dist=loadscope")),
    Part(
        "browser-postgresql",
        "In Chromium, on PostgreSQL",
        ("-m", "browser", "--numprocesses=2", "--dist=loadscope"),
        "postgresql",
    ),
)


@dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def totals_of(report: Path) -> Totals:
    """The totals in one of pytest's JUnit reports; a test whose set-up or clean-up went wrong counts as failed."""
    outcomes: dict[tuple[str | None, str | None], set[str]] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 # pytest wrote it just now
        # One that fails, and again as it is cleaned up, is listed twice.
        outcomes.setdefault((case.get("classname"), case.get("name")), set()).update(child.tag for child in case)
    failed = sum(bool({"failure", "error"} & outcome) for outcome in outcomes.values())
    skipped = sum("skipped" in outcome and not {"failure", "error"} & outcome for outcome in outcomes.values())
    return Totals(len(outcomes) - failed - skipped, failed, skipped)


def run(part: Part, arguments: Sequence[str]) -> tuple[Totals, bool]:
    """Runs one part. Returns its totals, and whether it went well."""
    begun = time.monotonic()
    say(f"\n• {part.title} …")
    report = VAR / "test" / f"{part.name}.xml"
    report.unlink(missing_ok=True)
    env = environment() | {"TEST_DB": part.database}
    env.pop("AICMM_TEST_RUN", None)
    # Else each part, and each server that a test starts, would compile everything anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "--quiet", f"--junitxml={report}", *part.options, *arguments]
    status = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    totals = totals_of(report) if report.exists() else Totals()
    if status not in (0, NO_TESTS_COLLECTED) and not totals.failed:
        totals += Totals(failed=1)  # pytest itself went wrong
    say(f"  {totals} in {seconds(begun)}")
    return totals, not totals.failed


def main(arguments: Sequence[str]) -> int:
    names = [argument.partition("=")[2] for argument in arguments if argument.startswith("--part=")]
    rest = [argument for argument in arguments if not argument.startswith("--part=")]
    if unknown := set(names) - {part.name for part in PARTS}:
        raise Stop(f"No part is called {', '.join(unknown)}: there are {', '.join(part.name for part in PARTS)}.")

    (VAR / "test").mkdir(parents=True, exist_ok=True)
    results = [run(part, rest) for part in PARTS if not names or part.name in names]
    totals = sum((totals for totals, _ in results), Totals())

    say("")
    if not chromium.find() and not chromium.playwrights(Path(sys.executable)):
        say("!" * 78 + f"\n! {chromium.MISSING}\n" + "!" * 78)
    nothing = totals == Totals()
    if nothing:
        say("No test was chosen: look at ARGS.")
    say(str(totals))
    return 0 if all(well for _, well in results) and not nothing else 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
