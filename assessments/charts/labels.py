"""Where the area names of a radar go, so that none touches the drawing, another name or the edge of the picture.

Names stand round the drawing at the ends of their axes. Where they would touch one another (many areas, long names)
they stand in two columns beside it instead, joined to their axes by thin lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, hypot, sin
from typing import Final, Literal, NamedTuple

from assessments.charts.text import text_width, wrap

NAME_SIZE: Final = 14.0
LEVEL_SIZE: Final = 13.0
LINE_HEIGHT: Final = 16.0

_NAME_WIDTH: Final = 112.0
_COLUMN_NAME_WIDTH: Final = 160.0
_NAME_LINES: Final = 3
_LEVEL_WIDTH: Final = text_width("not rated", LEVEL_SIZE)
_GAP: Final = 12.0
_CLEARANCE: Final = 9.0
_PADDING: Final = 6.0
_COLUMN_GAP: Final = 34.0
_COLUMN_SPACE: Final = 6.0
_LARGEST_RADIUS: Final = 190.0


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def distance(self) -> float:
        """How far the box is from (0, 0)."""
        return hypot(max(self.left, -self.right, 0.0), max(self.top, -self.bottom, 0.0))


@dataclass(frozen=True, slots=True)
class Label:
    """An area's name in `lines`, with room for one more line that gives the level.

    `x` is where each line is anchored, `baselines` has one y for each line of the name and one for the level. `leader`
    joins the axis to a label in a column: its points, empty for a label at the end of its axis.
    """

    lines: tuple[str, ...]
    anchor: Literal["start", "middle", "end"]
    x: float
    baselines: tuple[float, ...]
    box: Box
    leader: tuple[tuple[float, float], ...] = ()


def place_labels(
    names: Sequence[str], angles: Sequence[float], radius: float
) -> tuple[float, tuple[Label, ...], tuple[float, float, float, float]]:
    """Labels for axes at `angles`; the radius to draw with; left, top, width and height of it all."""
    lines = [wrap(name, NAME_SIZE, _NAME_WIDTH, _NAME_LINES) for name in names]
    labels = tuple(_round(text, angle, radius) for text, angle in zip(lines, angles, strict=True))
    if any(one.box.touches(other.box) for one, other in combinations(labels, 2)):
        lines = [wrap(name, NAME_SIZE, _COLUMN_NAME_WIDTH, _NAME_LINES) for name in names]
        radius, labels = _columns(lines, angles, radius)
    half = max(radius, *(max(-label.box.left, label.box.right) for label in labels)) + _PADDING
    top = min(-radius, *(label.box.top for label in labels)) - _PADDING
    # The middle counts, too: one area alone has no other end below it.
    bottom = max(0.0, *(-cos(angle) * radius for angle in angles), *(label.box.bottom for label in labels)) + _PADDING
    return radius, labels, (-half, top, 2 * half, bottom - top)


def _round(lines: tuple[str, ...], angle: float, radius: float) -> Label:
    """A label just beyond the end of its axis, pushed out until it is clear of the drawing."""
    across, up = sin(angle), cos(angle)
    anchor: Literal["start", "middle", "end"] = "middle" if abs(across) < 0.1 else "start" if across > 0 else "end"
    height = _height(lines)
    distance = radius + _GAP
    while True:
        label = _label(lines, anchor, across * distance, -up * (distance + height / 2))
        if label.box.distance() >= radius + _CLEARANCE:
            return label
        distance += 2


def _columns(
    lines: Sequence[tuple[str, ...]], angles: Sequence[float], radius: float
) -> tuple[float, tuple[Label, ...]]:
    """Labels in a column on either side, each evenly spread from top to bottom."""
    half = len(lines) // 2 + 1
    right, left = list(range(half)), list(range(len(lines) - 1, half - 1, -1))
    tallest = max(sum(_height(lines[axis]) + _COLUMN_SPACE for axis in side) for side in (right, left))
    radius = max(radius, min(_LARGEST_RADIUS, tallest / 3))
    tallest = max(tallest, 2 * radius)
    labels: dict[int, Label] = {}
    for side, sign in ((right, 1), (left, -1)):
        space = (tallest - sum(_height(lines[axis]) for axis in side)) / max(len(side), 1)
        y = -tallest / 2
        for axis in side:
            height = _height(lines[axis])
            middle = y + (space + height) / 2
            label = _label(lines[axis], "start" if sign > 0 else "end", sign * (radius + _COLUMN_GAP), middle)
            labels[axis] = _led(label, angles[axis], radius, sign)
            y += height + space
    return radius, tuple(labels[axis] for axis in range(len(lines)))


def _led(label: Label, angle: float, radius: float, sign: int) -> Label:
    middle = (label.box.top + label.box.bottom) / 2
    start = (sin(angle) * (radius + 2), -cos(angle) * (radius + 2))
    end = (label.x - sign * 4, middle)
    return Label(
        label.lines, label.anchor, label.x, label.baselines, label.box, (start, (end[0] - sign * 8, middle), end)
    )


def _label(lines: tuple[str, ...], anchor: Literal["start", "middle", "end"], x: float, middle: float) -> Label:
    width = max(_LEVEL_WIDTH, *(text_width(line, NAME_SIZE) for line in lines))
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    top = middle - _height(lines) / 2
    baselines = tuple(top + LINE_HEIGHT * (index + 0.78) for index in range(len(lines) + 1))
    return Label(lines, anchor, x, baselines, Box(left, top, left + width, top + _height(lines)))


def _height(lines: tuple[str, ...]) -> float:
    return LINE_HEIGHT * (len(lines) + 1)
