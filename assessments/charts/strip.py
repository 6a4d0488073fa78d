"""The profile strip as inline SVG: the areas stacked as the model stacks them, a row of N cells each.

One scale for every sign: level L is the middle of cell L, so that a score of 2.0 stands in the middle of the second and
2.5 on the border to the third. Designed 360 wide, so that at 320 its smallest text still has 11 px. Presentation
attributes only, for the strict CSP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assessments.charts.colours import GRID, HATCH, INK, MUTED, OUTLINE, WHITE, level_colour
from assessments.charts.geometry import levels_of, unrated_text
from assessments.charts.rows import (
    WIDTH,
    Bar,
    heads,
    key,
    rectangle,
    row,
    row_bar,
    row_height,
    row_lines,
    svg,
)
from assessments.charts.styles import VALIDATED_STYLE
from assessments.charts.text import escaped, number, wrap
from assessments.scoring import AreaResult, Result
from rubric.datatypes import Area, Rubric

_THUMB_WIDTH: Final = 120.0
_THUMB_HEIGHT: Final = 56.0

_TICK: Final = (
    f'<path d="M0-10V10" stroke="{WHITE}" stroke-width="5"/><path d="M0-10V10" stroke="{INK}" stroke-width="2.5"/>'
)
_DIAMOND: Final = f'<path d="M0-7L7 0L0 7L-7 0z" fill="{INK}" stroke="{WHITE}" stroke-width="1.5"/>'
_DOT: Final = f'<circle r="5.5" fill="{WHITE}" stroke="{INK}" stroke-width="2"/>'


_TRIANGLE: Final = (
    f'<path d="{VALIDATED_STYLE.marker}" fill="{WHITE}" stroke="{VALIDATED_STYLE.colour}" stroke-width="2"/>'
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one area's row shows. `target` is a level, `previous` last cycle's level, `validated` the CoE's where it is
    another than the claimed one; None draws no sign."""

    area: Area
    result: AreaResult | None
    target: int | None
    previous: int | None
    validated: int | None

    @property
    def level_text(self) -> str:
        levels = levels_of(self.result)
        if levels is None:
            return unrated_text(self.result)
        level, high = levels
        return f"Level {level}, up to {high}" if high > level else f"Level {level}"

    @property
    def lines(self) -> tuple[str, ...]:
        return row_lines(self.area.name, self.level_text)

    def draw(self, top: float, cells: int) -> str:
        bar = row_bar(cells)
        return row(self.lines, self.level_text, top, _cells(bar, levels_of(self.result)) + self._signs(bar))

    def _signs(self, bar: Bar) -> str:
        """Last cycle and target at their levels, side by side where they are one; the score on the same scale."""
        aside = 0.2 if self.target == self.previous else 0.0
        signs = ""
        if self.previous is not None:
            signs += bar.sign(_DOT, self.previous - aside)
        if self.target is not None:
            signs += bar.sign(_DIAMOND, self.target + aside)
        if self.validated is not None:
            signs += bar.sign(_TRIANGLE, self.validated - (0.25 if self.validated == self.previous else 0.0))
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
    validated: Mapping[str, int | None] | None = None,
    validated_word: str = "Validated",
    compact: bool = False,
) -> str:
    """A stand-alone `<svg>`, the first area at the bottom; `compact` is a thumbnail without words.

    `ident` is unique on the page, `title` says in words what the picture shows. `target` gives a level by area code,
    `previous` is last cycle's result, `validated` the levels that the CoE found, shown where they are not the claimed
    ones and called `validated_word`; a thumbnail shows none of them.
    """
    if compact:
        found = {area.area: area for area in result.areas}
        results = [found.get(area.code) for area in reversed(rubric.areas)]
        return svg("strip-thumbnail", ident, title, _THUMB_WIDTH, _THUMB_HEIGHT, _thumbnail(results, rubric.top))
    rows = _rows(rubric, result, target=target, previous=previous, validated=validated)
    head, top = heads(rubric.levels)
    drawn = [head]
    for line in rows:
        drawn.append(line.draw(top, rubric.top))
        top += row_height(line.lines)
    signs, height = _key(rows, top, validated_word)
    return svg("strip", ident, title, WIDTH, top + height, "".join(drawn) + signs)


def _rows(
    rubric: Rubric,
    result: Result,
    *,
    target: Mapping[str, int] | None = None,
    previous: Result | None = None,
    validated: Mapping[str, int | None] | None = None,
) -> list[_Row]:
    """What each area's row shows, from the top of the stack down."""
    found = {area.area: area for area in result.areas}
    targets = target or {}
    before = {area.area: area.level for area in previous.areas} if previous else {}
    otherwise = {
        code: level for code, level in (validated or {}).items() if code not in found or level != found[code].level
    }
    return [
        _Row(
            area,
            found.get(area.code),
            targets.get(area.code),
            before.get(area.code),
            otherwise.get(area.code),
        )
        for area in reversed(rubric.areas)
    ]


def _thumbnail(results: Sequence[AreaResult | None], cells: int) -> str:
    pitch = _THUMB_HEIGHT / max(len(results), 1)
    bar = Bar(cells, _THUMB_WIDTH, pitch * 0.75, gap=1, stroke=0.5, hatch=4)
    return "".join(
        f'<g transform="translate(.5 {number(pitch * (index + 0.125))})">{_cells(bar, levels_of(area))}</g>'
        for index, area in enumerate(results)
    )


@lru_cache(maxsize=1024)
def _cells(bar: Bar, levels: tuple[int, int] | None) -> str:
    """Filled up to the level, hatched up to the high level, empty beyond; one dashed outline where there is none."""
    if levels is None:
        dash = f'stroke="{MUTED}" stroke-width="{bar.stroke}" stroke-dasharray="{number(4 * bar.stroke)}"'
        return f'<path d="{rectangle(0, 0, bar.width - bar.gap, bar.height)}" fill="none" {dash}/>'
    level, high = levels
    filled = "".join(
        f'<path d="{rectangle(*bar.cell(cell))}" fill="{level_colour(cell, bar.cells).fill}"/>'
        for cell in range(1, level + 1)
    )
    hatched = "".join(
        rectangle(*bar.cell(cell)) + _diagonals(*bar.cell(cell), step=bar.hatch) for cell in range(level + 1, high + 1)
    )
    empty = "".join(rectangle(*bar.cell(cell)) for cell in range(high + 1, bar.cells + 1))
    return (
        f'<g stroke-width="{bar.stroke}"><path d="{empty}" fill="none" stroke="{GRID}"/>'
        f'<path d="{hatched}" fill="none" stroke="{HATCH}"/><g stroke="{OUTLINE}">{filled}</g></g>'
    )


def _key(rows: Sequence[_Row], top: float, validated_word: str) -> tuple[str, float]:
    """What the signs in these rows mean, and the key's height."""
    levels = [pair for pair in (levels_of(row.result) for row in rows) if pair]
    entries = [
        (levels, _TICK, "Score, 2.0 in the middle of 2"),
        ([pair for pair in levels if pair[1] > pair[0]], _HATCHED, "Could be up to"),
        ([row for row in rows if row.target is not None], _DIAMOND, "Target"),
        ([row for row in rows if row.previous is not None], _DOT, "Last cycle"),
        ([row for row in rows if row.validated is not None], _TRIANGLE, f"{validated_word}, where it differs"),
    ]
    return key([(sign, text) for present, sign, text in entries if present], top)


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
    f'<path d="{rectangle(-8, -6, 16, 12)}{_diagonals(-8, -6, 16, 12, step=6)}" fill="none" stroke="{HATCH}"/>'
)


# ---- Many beside one another ----

_SMALL_WIDTH: Final = 264.0
_SMALL_NAME: Final = 84.0
_SMALL_PITCH: Final = 18.0
_SMALL_HEAD: Final = 16.0
_SMALL_SIZE: Final = 11.5
_SMALL_DOT: Final = f'<circle r="3.6" fill="{WHITE}" stroke="{INK}" stroke-width="1.5"/>'
_SMALL_TRIANGLE: Final = f'<g transform="scale(.65)">{_TRIANGLE}</g>'


def small_strip_svg(
    rubric: Rubric,
    result: Result,
    *,
    ident: str,
    title: str,
    previous: Result | None = None,
    validated: Mapping[str, int | None] | None = None,
) -> str:
    """The strip as one of many: a line for each area with its name, its cells and its level's number; last cycle's
    level and the CoE's, where it is another, as in the large one. `small_strip_key` says what the signs mean."""
    bar = Bar(rubric.top, _SMALL_WIDTH - _SMALL_NAME - 22, 13, gap=1.5, stroke=0.75, hatch=5)
    rows = _rows(rubric, result, previous=previous, validated=validated)
    columns = "".join(
        f'<text x="{number(_SMALL_NAME + bar.step * (level - 0.5))}" y="11" text-anchor="middle">{level}</text>'
        for level in range(1, rubric.top + 1)
    )
    lines = "".join(_small_row(row, bar, _SMALL_HEAD + _SMALL_PITCH * index) for index, row in enumerate(rows))
    height = _SMALL_HEAD + _SMALL_PITCH * len(rows)
    content = f'<g font-size="{_SMALL_SIZE}"><g fill="{MUTED}">{columns}</g>{lines}</g>'
    return svg("strip-small", ident, title, _SMALL_WIDTH, height, content)


def _small_row(row: _Row, bar: Bar, top: float) -> str:
    levels = levels_of(row.result)
    # Side by side where they are one level, each within its cell: beneath the triangle the dot would be hidden.
    aside = 0.22 if row.validated == row.previous else 0.0
    signs = "" if row.previous is None else bar.sign(_SMALL_DOT, row.previous + aside)
    if row.validated is not None:
        signs += bar.sign(_SMALL_TRIANGLE, row.validated - aside)
    (name,) = wrap(row.area.name, _SMALL_SIZE, _SMALL_NAME - 6, 1) or ("",)
    return (
        f'<text y="{number(top + 11)}" font-weight="700">{escaped(name)}</text>'
        f'<g transform="translate({number(_SMALL_NAME)} {number(top)})">{_cells(bar, levels)}{signs}</g>'
        f'<text x="{number(_SMALL_WIDTH)}" y="{number(top + 11)}" text-anchor="end" font-weight="700">'
        f"{levels[0] if levels else '–'}</text>"
    )


def small_strip_key(*, previous: bool, validated: bool, banded: bool, unrated: bool) -> tuple[tuple[str, str], ...]:
    """The signs that occur in small strips, each as a drawing and in words."""
    signs = [
        (previous, _SMALL_DOT, "the cycle before"),
        (validated, _SMALL_TRIANGLE, "validated by the CoE, where it is another level"),
        (banded, f'<g transform="scale(.8)">{_HATCHED}</g>', "could be up to"),
        (unrated, f'<path d="M-7-5h14v10h-14z" fill="none" stroke="{MUTED}" stroke-dasharray="3"/>', "not rated"),
    ]
    return tuple((_sign(drawn), words) for occurs, drawn, words in signs if occurs)


def _sign(drawn: str) -> str:
    return f'<svg class="strip-sign" width="18" height="14" viewBox="-9 -7 18 14" aria-hidden="true">{drawn}</svg>'
