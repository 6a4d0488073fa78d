"""What the pictures made of rows share: the columns of the levels, a row's bar, the frame and the key.

Designed 360 wide, so that at 320 the smallest text still has 11 px. Presentation attributes only, for the strict CSP.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from assessments.charts.colours import INK
from assessments.charts.text import ELLIPSIS, FONT, escaped, flow, number, text_width, wrap
from rubric.datatypes import Level

WIDTH: Final = 360.0
_MARGIN: Final = 4
_BAR_WIDTH: Final = WIDTH - 2 * _MARGIN
_BAR: Final = 16.0
_ROW_GAP: Final = 11.0
_LINE: Final = 18.0
_HEAD_LINE: Final = 14
_KEY_LINE: Final = 22.0
_SWATCH: Final = 22
_NAME_SIZE: Final = 14.0
_LEVEL_SIZE: Final = 13.0
_SMALL: Final = 12.4


class Bar(NamedTuple):
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


def row_bar(cells: int) -> Bar:
    """The bar of a row with that many levels."""
    return Bar(cells, _BAR_WIDTH, _BAR, gap=2, stroke=1, hatch=6)


def row_lines(name: str, text: str) -> tuple[str, ...]:
    """A row's name, broken to leave room for `text` at the right."""
    return wrap(name, _NAME_SIZE, _BAR_WIDTH - text_width(text, _LEVEL_SIZE) - 12, 2)


def row_height(lines: Sequence[str]) -> float:
    return _LINE * len(lines) + _BAR + _ROW_GAP


def row(lines: Sequence[str], text: str, top: float, content: str) -> str:
    """A row from `top` on: its name, `text` at the right and, below both, `content`, drawn as of its bar's corner."""
    names = "".join(
        f'<text x="{_MARGIN}" y="{number(top + _LINE * (index + 0.7))}">{escaped(line)}</text>'
        for index, line in enumerate(lines)
    )
    bar_y = top + _LINE * len(lines)
    return (
        f'<g font-size="{number(_NAME_SIZE)}" font-weight="700">{names}</g>'
        f'<text x="{number(WIDTH - _MARGIN - 2)}" y="{number(bar_y - _LINE * 0.3)}" text-anchor="end" '
        f'font-size="{number(_LEVEL_SIZE)}">{text}</text>'
        f'<g transform="translate({_MARGIN} {number(bar_y)})">{content}</g>'
    )


def svg(name: str, ident: str, title: str, width: float, height: float, content: str) -> str:
    """A stand-alone `<svg>`. `name` is its class, `ident` unique on the page, `title` what it shows in words."""
    ident = escaped(ident)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" aria-labelledby="{ident}-title" '
        f'viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}" '
        f'overflow="visible" font-family="{FONT}" fill="{INK}">'
        f'<title id="{ident}-title">{escaped(title)}</title>{content}</svg>'
    )


@lru_cache(maxsize=64)
def heads(levels: tuple[Level, ...]) -> tuple[str, float]:
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


def key(used: Sequence[tuple[str, str]], top: float) -> tuple[str, float]:
    """What signs mean, each with its words, from `top` on, and the key's height."""
    places = flow([_SWATCH + text_width(text, _SMALL) for _, text in used], _BAR_WIDTH, 10)
    pieces, last = [], -1
    for (sign, text), (x, last) in zip(used, places, strict=True):
        y = top + _KEY_LINE * (last + 0.5)
        pieces.append(
            f'<g transform="translate({number(_MARGIN + x)} {number(y)})"><g transform="translate(8 0)">{sign}</g>'
            f'<text x="{_SWATCH}" y="4.5">{text}</text></g>'
        )
    return f'<g font-size="{_SMALL}">{"".join(pieces)}</g>', _KEY_LINE * (last + 1) + 4


def rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"
