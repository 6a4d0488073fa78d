"""The profile strip as inline SVG: the areas stacked as the model stacks them, a row of N cells each.

One scale for every sign: level L is the middle of cell L, so that a score of 2.0 stands in the middle of the second and
2.5 on the border to the third. Designed 360 wide, so that at 320 its smallest text still has 11 px. Presentation
attributes only, for the strict CSP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from assessments.charts.colours import GRID, HATCH, INK, MUTED, OUTLINE, WHITE, level_colour
from assessments.charts.geometry import levels_of, unrated_text
from assessments.charts.text import ELLIPSIS, FONT, escaped, flow, number, text_width, wrap
from assessments.scoring import AreaResult, Result
from rubric.datatypes import Area, Level, Rubric

_WIDTH: Final = 360.0
_MARGIN: Final = 4
_BAR_WIDTH: Final = _WIDTH - 2 * _MARGIN
_BAR: Final = 16.0
_ROW_GAP: Final = 11.0
_LINE: Final = 18.0
_HEAD_LINE: Final = 14
_KEY_LINE: Final = 22.0
_SWATCH: Final = 22
_NAME_SIZE: Final = 14.0
_LEVEL_SIZE: Final = 13.0
_SMALL: Final = 12.4

_THUMB_WIDTH: Final = 120.0
_THUMB_HEIGHT: Final = 56.0

_TICK: Final = (
    f'<path d="M0-10V10" stroke="{WHITE}" stroke-width="5"/><path d="M0-10V10" stroke="{INK}" stroke-width="2.5"/>'
)
_DIAMOND: Final = f'<path d="M0-7L7 0L0 7L-7 0z" fill="{INK}" stroke="{WHITE}" stroke-width="1.5"/>'
_DOT: Final = f'<circle r="5.5" fill="{WHITE}" stroke="{INK}" stroke-width="2"/>'


class _Bar(NamedTuple):
    """The shape of a row of cells from (0, 0): each is `gap` narrower than its share and outlined `stroke` wide."""

    cells: int
    width: float
    height: float
    gap: float
    stroke: float
    hatch: float

    @property
    def step(self) -> float:
        return self.width / self.cells

    def cell(self, place: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a cell, counted from 1."""
        return self.step * (place - 1), 0.0, self.step - self.gap, self.height

    def sign(self, shape: str, level: float) -> str:
        """`shape` at `level`, whole or between two: 1.0 is the middle of the first cell."""
        x = self.step * (level - 0.5) - self.gap / 2
        return f'<g transform="translate({number(x)} {number(self.height / 2)})">{shape}</g>'


@dataclass(frozen=True, slots=True)
class _Row:
    """What one area's row shows. `target` is a level, `previous` last cycle's level; None draws no sign."""

    area: Area
    result: AreaResult | None
    target: int | None
    previous: int | None

    @property
    def level_text(self) -> str:
        levels = levels_of(self.result)
        if levels is None:
            return unrated_text(self.result)
        level, high = levels
        return f"Level {level}, up to {high}" if high > level else f"Level {level}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The area's name, broken to leave room for the level."""
        return wrap(self.area.name, _NAME_SIZE, _BAR_WIDTH - text_width(self.level_text, _LEVEL_SIZE) - 12, 2)

    @property
    def height(self) -> float:
        return _LINE * len(self.lines) + _BAR + _ROW_GAP

    def draw(self, top: float, cells: int) -> str:
        names = "".join(
            f'<text x="{_MARGIN}" y="{number(top + _LINE * (index + 0.7))}">{escaped(line)}</text>'
            for index, line in enumerate(self.lines)
        )
        bar = _Bar(cells, _BAR_WIDTH, _BAR, gap=2, stroke=1, hatch=6)
        bar_y = top + _LINE * len(self.lines)
        return (
            f'<g font-size="{number(_NAME_SIZE)}" font-weight="700">{names}</g>'
            f'<text x="{number(_WIDTH - _MARGIN - bar.gap)}" y="{number(bar_y - _LINE * 0.3)}" text-anchor="end" '
            f'font-size="{number(_LEVEL_SIZE)}">{self.level_text}</text>'
            f'<g transform="translate({_MARGIN} {number(bar_y)})">{_cells(bar, levels_of(self.result))}'
            f"{self._signs(bar)}</g>"
        )

    def _signs(self, bar: _Bar) -> str:
        """Last cycle and target at their levels, side by side where they are one; the score on the same scale."""
        aside = 0.2 if self.target == self.previous else 0.0
        signs = ""
        if self.previous is not None:
            signs += bar.sign(_DOT, self.previous - aside)
        if self.target is not None:
            signs += bar.sign(_DIAMOND, self.target + aside)
        if self.result is not None and self.result.score is not None:
            signs += bar.sign(_TICK, float(self.result.score))
        return signs


def strip_svg(
    rubric: Rubric,
    result: Result,
    *,
    ident: str,
    title: str,
    target: Mapping[str, int] | None = None,
    previous: Result | None = None,
    compact: bool = False,
) -> str:
    """A stand-alone `<svg>`, the first area at the bottom; `compact` is a thumbnail without words.

    `ident` is unique on the page, `title` says in words what the picture shows. `target` gives a level by area code,
    `previous` is last cycle's result; a thumbnail shows neither.
    """
    found = {area.area: area for area in result.areas}
    if compact:
        results = [found.get(area.code) for area in reversed(rubric.areas)]
        return _svg("strip-thumbnail", ident, title, _THUMB_WIDTH, _THUMB_HEIGHT, _thumbnail(results, rubric.top))
    targets = target or {}
    before = {area.area: area.level for area in previous.areas} if previous else {}
    rows = [
        _Row(area, found.get(area.code), targets.get(area.code), before.get(area.code))
        for area in reversed(rubric.areas)
    ]
    heads, top = _heads(rubric.levels)
    drawn = [heads]
    for row in rows:
        drawn.append(row.draw(top, rubric.top))
        top += row.height
    key, height = _key(rows, top)
    return _svg("strip", ident, title, _WIDTH, top + height, "".join(drawn) + key)


def _svg(name: str, ident: str, title: str, width: float, height: float, content: str) -> str:
    ident = escaped(ident)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" aria-labelledby="{ident}-title" '
        f'viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}" '
        f'overflow="visible" font-family="{FONT}" fill="{INK}">'
        f'<title id="{ident}-title">{escaped(title)}</title>{content}</svg>'
    )


def _thumbnail(results: Sequence[AreaResult | None], cells: int) -> str:
    pitch = _THUMB_HEIGHT / max(len(results), 1)
    bar = _Bar(cells, _THUMB_WIDTH, pitch * 0.75, gap=1, stroke=0.5, hatch=4)
    return "".join(
        f'<g transform="translate(.5 {number(pitch * (index + 0.125))})">{_cells(bar, levels_of(area))}</g>'
        for index, area in enumerate(results)
    )


@lru_cache(maxsize=1024)
def _cells(bar: _Bar, levels: tuple[int, int] | None) -> str:
    """Filled up to the level, hatched up to the high level, empty beyond; one dashed outline where there is none."""
    if levels is None:
        dash = f'stroke="{MUTED}" stroke-width="{bar.stroke}" stroke-dasharray="{number(4 * bar.stroke)}"'
        return f'<path d="{_rectangle(0, 0, bar.width - bar.gap, bar.height)}" fill="none" {dash}/>'
    level, high = levels
    filled = "".join(
        f'<path d="{_rectangle(*bar.cell(cell))}" fill="{level_colour(cell, bar.cells).fill}"/>'
        for cell in range(1, level + 1)
    )
    hatched = "".join(
        _rectangle(*bar.cell(cell)) + _diagonals(*bar.cell(cell), step=bar.hatch) for cell in range(level + 1, high + 1)
    )
    empty = "".join(_rectangle(*bar.cell(cell)) for cell in range(high + 1, bar.cells + 1))
    return (
        f'<g stroke-width="{bar.stroke}"><path d="{empty}" fill="none" stroke="{GRID}"/>'
        f'<path d="{hatched}" fill="none" stroke="{HATCH}"/><g stroke="{OUTLINE}">{filled}</g></g>'
    )


@lru_cache(maxsize=64)
def _heads(levels: tuple[Level, ...]) -> tuple[str, float]:
    """Each level's number and name over its column, and where the rows begin; no names where columns are too narrow."""
    step = _BAR_WIDTH / len(levels)
    names = [wrap(level.name, _SMALL, step + 2, 2) for level in levels]
    if any(line.endswith(ELLIPSIS) for lines in names for line in lines):
        names = [() for _ in levels]
    texts = []
    for level, lines in zip(levels, names, strict=True):
        x = number(_MARGIN + step * (level.number - 0.5) - 1)
        texts.append(f'<text x="{x}" y="13" font-size="{number(_NAME_SIZE)}" font-weight="700">{level.number}</text>')
        texts += [
            f'<text x="{x}" y="{number(29 + _HEAD_LINE * index)}" font-size="{_SMALL}">{escaped(line)}</text>'
            for index, line in enumerate(lines)
        ]
    height = 28 + _HEAD_LINE * max(len(lines) for lines in names)
    return f'<g text-anchor="middle">{"".join(texts)}</g>', height


def _key(rows: Sequence[_Row], top: float) -> tuple[str, float]:
    """What the signs in these rows mean, and the key's height."""
    levels = [pair for pair in (levels_of(row.result) for row in rows) if pair]
    entries = [
        (levels, _TICK, "Score, 2.0 in the middle of 2"),
        ([pair for pair in levels if pair[1] > pair[0]], _HATCHED, "Could be up to"),
        ([row for row in rows if row.target is not None], _DIAMOND, "Target"),
        ([row for row in rows if row.previous is not None], _DOT, "Last cycle"),
    ]
    used = [(sign, text) for present, sign, text in entries if present]
    places = flow([_SWATCH + text_width(text, _SMALL) for _, text in used], _BAR_WIDTH, 10)
    pieces, last = [], -1
    for (sign, text), (x, last) in zip(used, places, strict=True):
        y = top + _KEY_LINE * (last + 0.5)
        pieces.append(
            f'<g transform="translate({number(_MARGIN + x)} {number(y)})"><g transform="translate(8 0)">{sign}</g>'
            f'<text x="{_SWATCH}" y="4.5">{text}</text></g>'
        )
    return f'<g font-size="{_SMALL}">{"".join(pieces)}</g>', _KEY_LINE * (last + 1) + 4


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"


def _diagonals(x: float, y: float, width: float, height: float, step: float) -> str:
    """Hatching of a rectangle by 45 degree lines, each cut at the edges."""
    lines, offset = [], step
    while offset < width + height:
        start_x, start_y = x + max(0.0, offset - height), y + min(offset, height)
        end_x, end_y = x + min(offset, width), y + max(0.0, offset - width)
        lines.append(f"M{number(start_x)} {number(start_y)}L{number(end_x)} {number(end_y)}")
        offset += step
    return "".join(lines)


_HATCHED: Final = (
    f'<path d="{_rectangle(-8, -6, 16, 12)}{_diagonals(-8, -6, 16, 12, step=6)}" fill="none" stroke="{HATCH}"/>'
)
