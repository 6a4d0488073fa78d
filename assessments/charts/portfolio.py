"""Pictures of many submissions: bars of shares and a map of levels, as SVG and as Plotly figures.

Each picture and the table beside it are made from the same values. Presentation attributes only, for the strict CSP.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from assessments.charts.colours import GRID, HATCH, INK, LEVEL_COLOURS, MUTED, WHITE, LevelColour, level_colour
from assessments.charts.text import FONT, escaped, number, printable

_HEIGHT: Final = 28
_WIDE_ENOUGH: Final = 7.0
"""Percent of a bar from which a count fits into its part."""
_FEW: Final = 10
"""Teams up to which an axis has a line for each."""
_ROW: Final = 34
_ROOM: Final = 150

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tone:
    """How a part of a bar looks, and what it is called beside the picture. Stripes can't be taken for a level."""

    label: str
    colour: LevelColour
    dashed: bool = False
    striped: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """How many submissions a part of a bar stands for, and where they are listed."""

    count: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; its parts stand in the order of the chart's tones."""

    name: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class BarChart:
    tones: tuple[Tone, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where the teams of one organization stand in one area: the middle level, None where none is rated."""

    level: int | None
    teams: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class MapRow:
    """One organization. `link` leads to its submissions, `page` to the page about its teams."""

    name: str
    teams: int
    link: str
    page: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Organizations beside areas; each row has a cell for each of `areas`. `levels` are the names from level 1."""

    areas: tuple[str, ...]
    levels: tuple[str, ...]
    rows: tuple[MapRow, ...]


NOT_RATED: Final = Tone("Not rated", LevelColour(WHITE, INK), dashed=True)
MOVEMENT_TONES: Final = (
    Tone("Fell", LevelColour(WHITE, INK), striped=True),
    Tone("Stays", LEVEL_COLOURS[1]),
    Tone("Rose", LEVEL_COLOURS[3]),
    Tone("Nothing to compare with", LevelColour(WHITE, INK), dashed=True),
)


def level_tones(top: int) -> tuple[Tone, ...]:
    """The levels from 1 in their colours, then what is not rated."""
    return (*(Tone(f"Level {level}", level_colour(level, top)) for level in range(1, top + 1)), NOT_RATED)


def bar_svg(bar: Bar, tones: Sequence[Tone]) -> str:
    """A bar as wide as its place, its parts in proportion; counts stand in those that are wide enough.

    Hidden from screen readers, which have the table.
    """
    total = max(bar.total, 1)
    drawn, start = [], 0.0
    for part, tone in zip(bar.parts, tones, strict=True):
        width = 100 * part.count / total
        if part.count:
            drawn.append(_part(part, tone, start, width))
        start += width
    return (
        f'<svg class="share-bar" width="100%" height="{_HEIGHT}" font-family="{FONT}" font-size="13" '
        f'aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'
    )


def swatch_svg(tone: Tone) -> str:
    """A tone for a chart's key."""
    return (
        f'<svg class="share-key" width="18" height="18" aria-hidden="true" focusable="false">'
        f'<rect x="1" y="1" width="16" height="16" {_paint(tone)}/>{_stripes(tone, "1", "17", 18)}</svg>'
    )


def _part(part: Part, tone: Tone, start: float, width: float) -> str:
    rect = f'<rect x="{number(start)}%" y="1" width="{number(width)}%" height="{_HEIGHT - 2}" {_paint(tone)}/>'
    filled = rect + _stripes(tone, f"{number(start)}%", f"{number(start + width)}%", _HEIGHT)
    if width < _WIDE_ENOUGH:
        return filled
    halo = f' stroke="{tone.colour.fill}" stroke-width="6" paint-order="stroke"' if tone.striped else ""
    return (
        f'{filled}<text x="{number(start + width / 2)}%" y="{_HEIGHT / 2 + 5:g}" text-anchor="middle" '
        f'fill="{tone.colour.text}"{halo}>{escaped(f"{part.count:,}")}</text>'
    )


def _stripes(tone: Tone, start: str, end: str, height: int) -> str:
    """Upright stripes: the dashes of one thick line, since a part's width is in percent and a pattern needs an id."""
    if not tone.striped:
        return ""
    return (
        f'<line x1="{start}" x2="{end}" y1="{height / 2:g}" y2="{height / 2:g}" stroke="{MUTED}" '
        f'stroke-width="{height - 2}" stroke-dasharray="2 4"/>'
    )


def _paint(tone: Tone) -> str:
    dash = ' stroke-dasharray="3 3"' if tone.dashed else ""
    return f'fill="{tone.colour.fill}" stroke="{_outline(tone)}" stroke-width="1"{dash}'


def _outline(tone: Tone) -> str:
    if tone.striped:
        return MUTED
    return HATCH if tone.dashed else WHITE


def _pattern(tone: Tone) -> Json:
    """The same in Plotly's words."""
    if tone.striped:
        return {"shape": "|", "fgcolor": MUTED}
    return {"shape": "/" if tone.dashed else "", "fgcolor": GRID}


# ---- Plotly ----


def bars_figure(chart: BarChart) -> Json:
    """`data` and `layout` for `Plotly.newPlot`: one trace a tone, bars from the top as in the table."""
    names = [_text(bar.name) for bar in chart.bars]
    most = max((bar.total for bar in chart.bars), default=0)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": _text(tone.label),
                "y": names,
                "x": [bar.parts[index].count for bar in chart.bars],
                "marker": {
                    "color": tone.colour.fill,
                    "line": {"color": _outline(tone), "width": 1},
                    "pattern": _pattern(tone),
                },
                "hovertemplate": "%{y}<br>%{x:,} teams<extra>%{fullData.name}</extra>",
            }
            for index, tone in enumerate(chart.tones)
        ],
        "layout": {
            **_layout(len(chart.bars)),
            "barmode": "stack",
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
            "xaxis": {
                "title": {"text": "Teams"},
                "automargin": True,
                "gridcolor": GRID,
                "fixedrange": True,
                **({"dtick": 1} if most <= _FEW else {"tickformat": ",d"}),
            },
            "yaxis": {"autorange": "reversed", "automargin": True, "fixedrange": True},
        },
    }


def map_figure(heat: HeatMap) -> Json:
    """`data` and `layout` for `Plotly.newPlot`: a heat map, a step of colour for each level, gaps where not rated."""
    top = len(heat.levels)
    steps = [
        [place / top, level_colour(level, top).fill] for level in range(1, top + 1) for place in (level - 1, level)
    ]
    return {
        "data": [
            {
                "type": "heatmap",
                "x": [_text(area) for area in heat.areas],
                "y": [_text(row.name) for row in heat.rows],
                "z": [[cell.level for cell in row.cells] for row in heat.rows],
                "customdata": [[_hover(heat, cell) for cell in row.cells] for row in heat.rows],
                "zmin": 0.5,
                "zmax": top + 0.5,
                "colorscale": steps,
                # The level stands in its cell. Plotly's scale beside the map sets styles, which the policy refuses.
                "showscale": False,
                "texttemplate": "%{z}",
                "xgap": 2,
                "ygap": 2,
                "hoverongaps": False,
                "hovertemplate": "%{y}<br>%{x}: %{customdata}<extra></extra>",
            }
        ],
        "layout": {
            **_layout(len(heat.rows)),
            "xaxis": {"side": "top", "automargin": True, "fixedrange": True},
            "yaxis": {"autorange": "reversed", "automargin": True, "fixedrange": True},
        },
    }


def _hover(heat: HeatMap, cell: Cell) -> str:
    """The level in words, and how many teams are behind it."""
    level = f"Level {cell.level}, {_text(heat.levels[cell.level - 1])}" if cell.level else "not rated"
    return f"{level}<br>{cell.teams:,} {'team' if cell.teams == 1 else 'teams'}"


def _layout(rows: int) -> Json:
    return {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "height": max(420, _ROOM + _ROW * rows),
        "margin": {"l": 16, "r": 16, "t": 40, "b": 40},
        "dragmode": False,
    }


def _text(text: str) -> str:
    return escape(printable(text), quote=False)
