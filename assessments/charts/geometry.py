"""Where everything of a radar stands: the one source of the SVG and of the Plotly figure.

The centre is (0, 0), x runs right, y down. One axis for each area, clockwise from the top in stack order; level L lies
at L / N of the radius. What depends on the rubric alone is a `RadarLayout`, kept in memory; results pick its points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin
from typing import Final, Literal

from assessments.charts.labels import Label, place_labels
from assessments.charts.text import number
from assessments.scoring import AreaResult, Result
from rubric.datatypes import Rubric

RADIUS: Final = 112.0


@dataclass(frozen=True, slots=True)
class Series:
    """One result to draw: the main one, what the CoE validated of it, or one to compare with. Where several are
    compared, the one that the others are compared with is the base: an outline like theirs, so that none is covered.

    A comparison may come from another version: areas are matched by their codes.
    """

    label: str
    result: Result
    kind: Literal["main", "base", "validated", "comparison"] = "main"

    @property
    def leads(self) -> bool:
        """Whether it lies on top and comes first."""
        return self.kind in ("main", "base")


@dataclass(frozen=True, slots=True)
class Point:
    """Level `level` on the axis with index `axis`; level 0 is the centre. `xy` is "x y" as SVG writes it."""

    axis: int
    level: int
    x: float
    y: float
    xy: str


@dataclass(frozen=True, slots=True)
class Line:
    """A run of points, joined to a loop if `closed`."""

    points: tuple[Point, ...]
    closed: bool


@dataclass(frozen=True, slots=True, eq=False)
class RadarLayout:
    """What the areas' names and the number of levels fix. Compared by identity: `radar_layout` keeps one of each.

    `angles` are in radians, clockwise from the top. `points[axis][level]` runs from level 0. `box` is left, top, width
    and height of drawing and labels.
    """

    names: tuple[str, ...]
    top: int
    radius: float
    angles: tuple[float, ...]
    points: tuple[tuple[Point, ...], ...]
    labels: tuple[Label, ...]
    box: tuple[float, float, float, float]

    @property
    def rings(self) -> tuple[float, ...]:
        """The radius of each level, from level 1."""
        return tuple(self.radius * level / self.top for level in range(1, self.top + 1))


@dataclass(frozen=True, slots=True)
class SeriesGeometry:
    """One series drawn. A not-rated area has no marker and interrupts lines, fills and bands.

    `areas` stand by axis, None where the result doesn't have the area. `fills` are polygons: the whole loop where every
    area is rated, else a wedge from the centre for each run of neighbours. `bands` are polygons between level and
    level_high, `band_lines` their outer edges; both are empty where nothing could be higher.
    """

    series: Series
    areas: tuple[AreaResult | None, ...]
    markers: tuple[Point, ...]
    lines: tuple[Line, ...]
    fills: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[Point, ...], ...]
    band_lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RadarGeometry:
    layout: RadarLayout
    series: tuple[SeriesGeometry, ...]

    @property
    def labelled(self) -> SeriesGeometry | None:
        """The series whose levels stand beside the area names: the main one, else the first."""
        return next((one for one in self.series if one.series.kind == "main"), next(iter(self.series), None))


def radar_geometry(rubric: Rubric, series: Sequence[Series]) -> RadarGeometry:
    """Lay out every series on the axes of `rubric`."""
    layout = radar_layout(tuple([area.name for area in rubric.areas]), rubric.top)
    codes = [area.code for area in rubric.areas]
    return RadarGeometry(layout, tuple([_series_geometry(layout, codes, one) for one in series]))


@lru_cache(maxsize=64)
def radar_layout(names: tuple[str, ...], top: int) -> RadarLayout:
    """The layout for areas of these names, in stack order, and `top` levels."""
    angles = tuple(2 * pi * axis / len(names) for axis in range(len(names)))
    radius, labels, box = place_labels(names, angles, RADIUS)
    points = tuple(
        tuple(_point(axis, level, angle, radius * level / top) for level in range(top + 1))
        for axis, angle in enumerate(angles)
    )
    return RadarLayout(names, top, radius, angles, points, labels, box)


def levels_of(area: AreaResult | None) -> tuple[int, int] | None:
    """An area's level and how far it could reach; None where it is not rated."""
    if area is None or area.level is None:
        return None
    return area.level, max(area.level, area.level_high or area.level)


def level_text(area: AreaResult | None) -> str:
    """What stands under an area's name in a radar."""
    return unrated_text(area) if area is None or area.level is None else f"Level {area.level}"


def unrated_text(area: AreaResult | None) -> str:
    """Why an area has no level: nobody has begun it, or there is nothing to rate."""
    return "not started" if area is not None and not area.started else "not rated"


def _point(axis: int, level: int, angle: float, distance: float) -> Point:
    x, y = sin(angle) * distance, -cos(angle) * distance
    return Point(axis, level, x, y, f"{number(x)} {number(y)}")


def _series_geometry(layout: RadarLayout, codes: Sequence[str], series: Series) -> SeriesGeometry:
    found = {area.area: area for area in series.result.areas}
    areas = tuple([found.get(code) for code in codes])
    levels = [levels_of(area) for area in areas]
    lows = {axis: layout.points[axis][pair[0]] for axis, pair in enumerate(levels) if pair}
    highs = {axis: layout.points[axis][pair[1]] for axis, pair in enumerate(levels) if pair}
    centre = layout.points[0][:1]
    whole = len(lows) == len(codes)
    lines, fills, bands, band_lines = [], [], [], []
    for run in _runs([pair is not None for pair in levels]):
        low, high = tuple([lows[axis] for axis in run]), tuple([highs[axis] for axis in run])
        if len(run) > 1:
            lines.append(Line(low, whole))
            fills.append(low if whole else centre + low)
        if low != high:
            bands.append(_between(low, high, whole))
            band_lines.append(Line(high, whole) if len(run) > 1 else Line(low + high, closed=False))
    return SeriesGeometry(
        series, areas, tuple(lows.values()), tuple(lines), tuple(fills), tuple(bands), tuple(band_lines)
    )


def _between(low: tuple[Point, ...], high: tuple[Point, ...], closed: bool) -> tuple[Point, ...]:
    """One polygon out along `high` and back along `low`; a loop gets a seam along its first axis."""
    if closed:
        low, high = low + low[:1], high + high[:1]
    return high + low[::-1]


def _runs(rated: Sequence[bool]) -> list[list[int]]:
    """The indexes of neighbours that are rated, going round: the last is the first's neighbour."""
    size = len(rated)
    if all(rated):
        return [list(range(size))]
    runs: list[list[int]] = []
    gap = rated.index(False)
    for index in (*range(gap, size), *range(gap)):
        if not rated[index]:
            runs.append([])
        else:
            runs[-1].append(index)
    return [run for run in runs if run]
