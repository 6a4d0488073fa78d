"""Measures what is asked for, prints the table, and says what is missing."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from scripts.bench import crowd, lines, many, memory, pages, papers, pure, saves, starting, table, visits
from scripts.bench.table import NotMeasured, Row, Skipped
from scripts.bench.workshop import Workshop, workshop
from scripts.console import ROOT, running, say, seconds


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows that are measured together; `long` ones are left out by --quick."""

    name: str
    measure: Callable[[Workshop], Iterator[Row]]
    long: bool = False


PARTS = (
    Part("save", saves.measure),
    Part("pages", pages.measure),
    Part("pure", pure.measure),
    Part("kaleido", pure.measure_kaleido, long=True),
    Part("pdf", papers.measure),
    Part("pdf-phases", papers.measure_phases),
    Part("pdf-again", papers.measure_again),
    Part("pdf-memory", papers.measure_longest, long=True),
    Part("many", many.measure, long=True),
    Part("visits", visits.measure, long=True),
    Part("memory", memory.measure, long=True),
    Part("lines", lines.measure, long=True),
    Part("start", starting.measure, long=True),
    Part("editors", crowd.measure, long=True),
)
NOT_YET = ("cold start of make run on a fresh machine",)


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, part: Part, workshop: Workshop) -> None:
        begun = time.monotonic()
        say(f"• {part.name} …")
        try:
            self.rows += part.measure(workshop)
        except Skipped as reason:
            self.skipped.append(f"{part.name}: {reason}")
        except Exception as reason:
            self.failed.append(
                f"{part.name}: {type(reason).__name__ if not isinstance(reason, NotMeasured) else ''} {reason}"
            )
        say(f"  done in {seconds(begun)}")

    def print(self) -> None:
        say("")
        for line in table.lines(self.rows):
            say(line)
        say("\nNot yet: " + "; ".join(NOT_YET) + ".")
        for skipped in self.skipped:
            say(f"Skipped: {skipped}.")
        missed = [row for row in self.rows if row.met is False]
        if missed:
            say(f"\n!!! {len(missed)} of {sum(row.met is not None for row in self.rows)} goals are not met:")
            for row in missed:
                say(
                    f"!!!   {row.name}: {row.ours}, goal {row.goal}" + (f", ratio {row.ratio:.2f}" if row.ratio else "")
                )
        for failed in self.failed:
            say(f"!!! Not measured: {failed}")


def main(arguments: Sequence[str]) -> int:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what docs/scale.md promises.")
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=f"some of: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    options = parser.parse_args(arguments)
    chosen = [
        part
        for part in PARTS
        if (part.name in options.only if options.only else True) and not (options.quick and part.long)
    ]
    begun = time.monotonic()
    report = Report()
    with workshop() as shared:
        for part in chosen:
            report.add(part, shared)
    report.print()
    say(f"\nMeasured in {seconds(begun)}.")
    return 1 if report.failed else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
