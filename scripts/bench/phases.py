"""Where WeasyPrint spends its time on a document: it tells of each step it begins, and steps are timed by that.

A program of its own, since the application never imports WeasyPrint: HTML comes in, seconds by phase go out as JSON.
"""

import json
import logging
import statistics
import sys
import time
from itertools import pairwise

from aicmm.pdf_protocol import Limits
from aicmm.pdf_worker import Printer

ROUNDS = 5
PHASES = {
    "parsing and styles": ("Step 1", "Step 2", "Step 3"),
    "layout": ("Step 4", "Step 5"),
    "drawing and writing": ("Step 6", "Step 7"),
}


class Stopwatch(logging.Handler):
    """Notes when each step began."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.begun: list[tuple[str, float]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.begun.append((record.getMessage()[:6], time.perf_counter()))


def seconds_by_step(printer: Printer, html: str, watch: Stopwatch) -> dict[str, float]:
    """One rendering: the seconds of each step."""
    watch.begun.clear()
    printer.print(html)
    begun = [*watch.begun, ("", time.perf_counter())]
    seconds: dict[str, float] = {}
    for (step, start), (_, end) in pairwise(begun):
        seconds[step] = seconds.get(step, 0.0) + end - start
    return seconds


def main() -> None:
    printer, watch = Printer(Limits.from_json(sys.argv[1]).assets), Stopwatch()
    progress = logging.getLogger("weasyprint.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(watch)
    html = sys.stdin.read()
    printer.print(html)  # fonts are read the first time
    rounds = [seconds_by_step(printer, html, watch) for _ in range(ROUNDS)]
    medians = {
        phase: statistics.median(sum(one.get(step, 0.0) for step in steps) for one in rounds)
        for phase, steps in PHASES.items()
    }
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
