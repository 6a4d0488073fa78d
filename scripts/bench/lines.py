"""`manage.py score --lines`: its time beyond start-up, and whether its memory stays flat."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from scripts.bench.table import NotMeasured, Row, duration
from scripts.bench.workshop import Database, Workshop
from scripts.console import ROOT

DOCUMENTS, FEW = 10_000, 1_000
MOST_SECONDS = 3.0
FLAT = 1.05
RUNS = 3


def measure(workshop: Workshop) -> Iterator[Row]:
    database = workshop.sqlite
    one, few, many = (documents(workshop.folder, database, count) for count in (1, FEW, DOCUMENTS))
    beyond, peaks = [], []
    for _ in range(RUNS):
        start_up, _peak = scored(database, one)
        _seconds, peak_few = scored(database, few)
        seconds, peak = scored(database, many)
        beyond.append(seconds - start_up)
        peaks.append((peak, peak_few))
    taken = median(beyond)
    yield Row(
        f"score --lines, {DOCUMENTS:,} documents, beyond start-up",
        duration(taken, "s"),
        f"≤ {duration(MOST_SECONDS, 's')}",
        taken <= MOST_SECONDS,
    )
    peak, peak_few = median(many for many, _ in peaks), median(few for _, few in peaks)
    yield Row(
        f"… its most memory, beside {FEW:,} documents",
        f"{peak:.1f} MiB",
        "flat",
        peak <= FLAT * peak_few,
        f"{peak_few:.1f} MiB",
        peak / peak_few,
    )


def documents(folder: Path, database: Database, count: int) -> Path:
    """A file of so many documents with answers of all kinds."""
    path = folder / f"documents-{count}.jsonl"
    dice = random.Random(1)  # noqa: S311 # the same every time
    codes = [code for questions in database.content["areas"].values() for code in questions]
    kinds = [1, 2, 3, 4, 5, "unknown", "not_applicable"]
    with path.open("w") as file:
        for _ in range(count):
            file.write(json.dumps({"rubric": "ai-cmm", "answers": {code: dice.choice(kinds) for code in codes}}) + "\n")
    return path


def scored(database: Database, path: Path) -> tuple[float, float]:
    """The seconds that scoring a file takes, and the most MiB that were resident."""
    with path.open("rb") as source, (path.parent / "scored").open("wb") as results:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "score", "--lines", "-"],
            cwd=ROOT,
            env=database.env(),
            stdin=source,
            stdout=results,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NotMeasured(f"manage.py score ended with status {process.returncode}")
    return seconds, usage.ru_maxrss / 1024
