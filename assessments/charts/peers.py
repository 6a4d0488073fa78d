"""Where a team stands among organizations, as inline SVG: areas as in the profile strip, a row of N cells each.

The band runs over the levels of the middle half, the median and your own level stand in the middle of their cells.
"""

from collections.abc import Sequence
from typing import Final

from assessments.charts.colours import GRID, INK, LEVEL_COLOURS, OUTLINE, WHITE
from assessments.charts.rows import WIDTH, Bar, heads, key, rectangle, row, row_bar, row_height, row_lines, svg
from assessments.standing import PeerRow
from rubric.datatypes import Rubric

_ASIDE: Final = 0.2
"""How far your level and the median move apart where they are the same, as a share of a cell."""

_BAND: Final = f'fill="{LEVEL_COLOURS[1].fill}" stroke="{OUTLINE}"'
_MEDIAN: Final = (
    f'<path d="M0-11V11" stroke="{WHITE}" stroke-width="6"/><path d="M0-11V11" stroke="{INK}" stroke-width="3"/>'
)
_YOU: Final = f'<circle r="6.5" fill="{LEVEL_COLOURS[4].fill}" stroke="{WHITE}" stroke-width="2"/>'


def peers_svg(rubric: Rubric, rows: Sequence[PeerRow], *, ident: str, title: str) -> str:
    """A stand-alone `<svg>` of `rows`, from the top down. `ident` is unique on the page, `title` says it in words."""
    head, top = heads(rubric.levels)
    drawn = [head]
    for one in rows:
        text = _text(one)
        lines = row_lines(one.name, text)
        drawn.append(row(lines, text, top, _bar(one, row_bar(rubric.top))))
        top += row_height(lines)
    signs, height = key(_signs(rows), top)
    return svg("peers", ident, title, WIDTH, top + height, "".join(drawn) + signs)


def _text(one: PeerRow) -> str:
    you = f"you {one.level}" if one.level else "you: not rated"
    return f"{you}, median {one.figures.median}" if one.figures.median else f"{you}, no median"


def _bar(one: PeerRow, bar: Bar) -> str:
    cells = "".join(rectangle(*bar.cell(cell)) for cell in range(1, bar.cells + 1))
    drawn = f'<path d="{cells}" fill="none" stroke="{GRID}" stroke-width="{bar.stroke}"/>'
    low, median, high = one.figures.low, one.figures.median, one.figures.high
    if low is not None and high is not None:
        left, top, width, height = bar.cell(low)
        whole = rectangle(left, top, bar.step * (high - low) + width, height)
        drawn += f'<path d="{whole}" {_BAND} stroke-width="{bar.stroke}"/>'
    aside = _ASIDE if one.level == median else 0.0
    if median is not None:
        drawn += bar.sign(_MEDIAN, median + aside)
    if one.level is not None:
        drawn += bar.sign(_YOU, one.level - aside)
    return drawn


def _signs(rows: Sequence[PeerRow]) -> list[tuple[str, str]]:
    """What the signs in these rows mean."""
    swatch = f'<path d="{rectangle(-8, -6, 16, 12)}" {_BAND}/>'
    return [
        (sign, text)
        for sign, text, used in (
            (_YOU, "Your level", any(one.level is not None for one in rows)),
            (_MEDIAN, "Median", any(one.figures.median is not None for one in rows)),
            (swatch, "Middle half", any(one.figures.low is not None for one in rows)),
        )
        if used
    ]
