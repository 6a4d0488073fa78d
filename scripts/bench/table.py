"""What a measurement gives, and how all of them are printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("row", "ours", "floor", "ratio", "goal", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `met` is None where a figure is told without a goal of its own."""

    name: str
    ours: str
    goal: str = ""
    met: bool | None = None
    floor: str = ""
    ratio: float | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {None: "", True: "yes", False: "NOT MET"}[self.met]
        return self.name, self.ours, self.floor, ratio, self.goal, met


class NotMeasured(Exception):
    """A row can't be measured here; the text says why."""


class Skipped(NotMeasured):
    """The same, where what is missing is optional: it doesn't change the exit status."""


def against(name: str, ours: float, floor: float, *, most: float, shown: str = "ms") -> Row:
    """A row whose goal is a ratio to its floor; both in seconds."""
    ratio = ours / floor
    return Row(name, duration(ours, shown), f"≤ {most} ×", ratio <= most, duration(floor, shown), ratio)


UNITS = {"µs": (1e6, 0), "ms": (1e3, 1), "s": (1, 2)}


def duration(seconds: float, unit: str = "ms") -> str:
    factor, decimals = UNITS[unit]
    return f"{seconds * factor:.{decimals}f} {unit}"


def lines(rows: Iterable[Row]) -> list[str]:
    """The table in Markdown, its columns aligned."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    printed = [_line(line, widths) for line in cells]
    return [printed[0], _line(["-" * width for width in widths], widths), *printed[1:]]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
