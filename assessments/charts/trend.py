"""What became of one area over the cycles, as inline SVG: levels as bands, the claimed level as a line on them.

All areas of a team have the same cycles and so the same scale: small pictures that can be compared. A cycle without a
level has no marker and interrupts the line. A level that the CoE accepted stands round the claimed one, or apart from
it where it is another. Presentation attributes only, for the strict CSP.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from typing import Final

from assessments.charts.colours import GRID, INK, LEVEL_COLOURS, WHITE
from assessments.charts.rows import WIDTH, key, svg
from assessments.charts.styles import MAIN_STYLE, VALIDATED_STYLE
from assessments.charts.text import ELLIPSIS, escaped, number, text_width, wrap
from assessments.trend import TrendPoint, TrendRow

_WIDTH: Final = 280.0
_SMALL: Final = 200.0
"""Of a picture that is printed small: its words are larger beside it."""
_LEFT: Final = 26.0
_RIGHT: Final = 4.0
_TOP: Final = 4.0
_BAND: Final = 24.0
_SIZE: Final = 12.0
_LINE: Final = 14.0
_TURNED: Final = 60
"""Degrees by which names of cycles are turned where they are too long to stand side by side."""
_TURNED_LENGTH: Final = 68.0

_LEVEL: Final = f'<circle r="4" fill="{MAIN_STYLE.marker_fill}"/>'
_VALIDATED: Final = (
    f'<path d="M0-10L9.5 7H-9.5z" fill="{WHITE}" stroke="{VALIDATED_STYLE.colour}" stroke-width="1.75"/>'
)
_RENEWED: Final = f'stroke="{INK}" stroke-width="1.25" stroke-dasharray="3 3"'


def trend_svg(row: TrendRow, *, ident: str, title: str, small: bool = False) -> str:
    """A stand-alone `<svg>` without the area's name. `ident` is unique on the page, `title` says it in words."""
    width = _SMALL if small else _WIDTH
    names = tuple(point.cycle for point in row.points)
    backdrop, height = _backdrop(names, tuple(point.renewed for point in row.points), row.top, width)
    levels = [None if point.level is None else _y(point.level, row.top) for point in row.points]
    line = (
        f'<path d="{_line(levels, width)}" fill="none" stroke="{MAIN_STYLE.colour}" stroke-width="{MAIN_STYLE.width}"/>'
    )
    signs = [_signs(point, index, row, width) for index, point in enumerate(row.points)]
    return svg("trend", ident, title, width, height, f"{backdrop}{line}{''.join(signs)}")


def trend_key_svg(rows: Sequence[TrendRow], *, ident: str) -> str:
    """What the signs in the pictures of these rows mean, once for all of them."""
    points = [point for row in rows for point in row.points]
    renewed = f'<path d="M0-8V8" {_RENEWED}/>'
    entries = [
        (_LEVEL, "Level as claimed", any(point.level is not None for point in points)),
        (_VALIDATED, "Validated by the CoE", any(point.validated is not None for point in points)),
        (renewed, "New version of the model", any(point.renewed for point in points)),
    ]
    signs, height = key([(sign, text) for sign, text, used in entries if used], 0)
    return svg("trend-key", ident, "What the signs mean", WIDTH, height, signs)


def _step(count: int, width: float) -> float:
    """The width that a cycle has."""
    return (width - _LEFT - _RIGHT) / count


def _x(index: int, count: int, width: float) -> float:
    return _LEFT + _step(count, width) * (index + 0.5)


def _y(level: int, top: int) -> float:
    """The middle of a level's band."""
    return _TOP + _BAND * (top - level + 0.5)


def _line(heights: Sequence[float | None], width: float) -> str:
    """The path through the levels, broken where there is none."""
    places = [
        None if y is None else f"{number(_x(index, len(heights), width))} {number(y)}"
        for index, y in enumerate(heights)
    ]
    runs = (list(run) for rated, run in groupby(places, key=lambda place: place is not None) if rated)
    return "".join("M" + "L".join(place for place in run if place) for run in runs)


def _signs(point: TrendPoint, index: int, row: TrendRow, width: float) -> str:
    """The claimed level lies on top of the validated one, which is larger."""
    x = _x(index, len(row.points), width)
    placed = ((_VALIDATED, point.validated), (_LEVEL, point.level))
    return "".join(
        f'<g transform="translate({number(x)} {number(_y(level, row.top))})">{sign}</g>'
        for sign, level in placed
        if level is not None
    )


@lru_cache(maxsize=128)
def _backdrop(names: tuple[str, ...], renewed: tuple[bool, ...], top: int, width: float) -> tuple[str, float]:
    """Bands, names of cycles and where the version changes: the same for every area; and the picture's height."""
    across, bottom = width - _LEFT - _RIGHT, _TOP + _BAND * top
    bands = "".join(_band(level, top, across) for level in range(1, top + 1))
    edges = "".join(f"M{number(_LEFT)} {number(_TOP + _BAND * edge)}h{number(across)}" for edge in range(top + 1))
    changes = "".join(
        f"M{number(_LEFT + _step(len(names), width) * index)} {number(_TOP)}V{number(bottom)}"
        for index, new in enumerate(renewed)
        if new
    )
    texts, height = _cycle_names(names, bottom, width)
    marks = f'<path d="{changes}" fill="none" {_RENEWED}/>' if changes else ""
    return f'{bands}<path d="{edges}" fill="none" stroke="{GRID}"/>{marks}{texts}', bottom + height


def _band(level: int, top: int, width: float) -> str:
    y = _y(level, top)
    return (
        f'<path d="M{number(_LEFT)} {number(y - _BAND / 2)}h{number(width)}v{number(_BAND)}h{number(-width)}z" '
        f'fill="{LEVEL_COLOURS[2].fill}" fill-opacity="{number(0.25 * level / top)}"/>'
        f'<text x="{number(_LEFT - 8)}" y="{number(y + 4.5)}" font-size="{number(_SIZE)}" font-weight="700" '
        f'text-anchor="end">{level}</text>'
    )


def _cycle_names(names: tuple[str, ...], bottom: float, width: float) -> tuple[str, float]:
    """The cycles' names below the bands, side by side in up to two lines, or turned and shortened; and their height."""
    step = _step(len(names), width)
    lines = [wrap(name, _SIZE, step - 4, 2) for name in names]
    if any(line.endswith(ELLIPSIS) for parts in lines for line in parts):
        return _turned_names(names, bottom, width)
    texts = "".join(
        f'<text x="{number(_x(index, len(names), width))}" y="{number(bottom + _LINE * (line + 1))}">'
        f"{escaped(part)}</text>"
        for index, parts in enumerate(lines)
        for line, part in enumerate(parts)
    )
    height = _LINE * max(len(parts) for parts in lines) + 5
    return f'<g font-size="{number(_SIZE)}" fill="{INK}" text-anchor="middle">{texts}</g>', height


def _turned_names(names: tuple[str, ...], bottom: float, width: float) -> tuple[str, float]:
    short = ["".join(wrap(name, _SIZE, _TURNED_LENGTH, 1)) for name in names]
    tails = _tails(names)
    if len(set(short)) < len(names) and tails != names:
        return _cycle_names(tails, bottom, width)
    texts = "".join(
        f'<text transform="translate({number(_x(index, len(names), width) + 4)} {number(bottom + 12)}) '
        f'rotate(-{_TURNED})">{escaped(name)}</text>'
        for index, name in enumerate(short)
    )
    height = max(text_width(name, _SIZE) for name in short) * 0.87 + 18
    return f'<g font-size="{number(_SIZE)}" fill="{INK}" text-anchor="end">{texts}</g>', height


def _tails(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without the words that all of them begin with: what is left of long ones tells them apart."""
    words = [name.split() for name in names]
    columns = zip(*(parts[:-1] for parts in words), strict=False)
    shared = len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
    return tuple(ELLIPSIS + " ".join(parts[shared:]) for parts in words) if shared else names
