"""The radar as a Plotly figure: plain JSON for the interactive chart, from the same geometry as the SVG.

Plotly reads a subset of HTML in its texts, so that names are escaped; what hovering shows travels in `customdata`,
never in a template.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from assessments.charts.colours import GRID, HATCH, INK, LEVEL_COLOURS, MUTED
from assessments.charts.geometry import (
    Point,
    RadarGeometry,
    Series,
    SeriesGeometry,
    level_text,
    levels_of,
    radar_geometry,
)
from assessments.charts.styles import SeriesStyle, series_styles
from assessments.charts.text import FONT, printable, wrap
from assessments.scoring import AreaResult, one_decimal
from rubric.datatypes import Rubric

_WIDEST_MARGIN: Final = 140.0
_LEGEND_WIDTH: Final = 300.0
_LEGEND_LINE: Final = 32
_HEIGHT: Final = 420
_FEW: Final = 3
"""Series that fit below the rings; each more makes the figure higher, so that the rings keep their size."""
_HOVER: Final = (
    "<b>%{theta}</b><br>%{customdata[0]}<br>Score %{customdata[1]}%{customdata[2]}<extra>%{fullData.name}</extra>"
)

_SPACING: Final = {"ticks": "outside", "ticklen": 7, "tickcolor": "rgba(0,0,0,0)"}
_BAND_KEY: Final = {"name": "Could be up to", "legendgroup": "band", "legendrank": 3, "showlegend": True}

Json = dict[str, object]


def radar_figure(rubric: Rubric, series: Sequence[Series]) -> Json:
    """`data` and `layout` for `Plotly.newPlot`; scatterpolar traces only, every value a plain JSON type.

    Lines have one point for each area in stack order, null where not rated, and the first again to close the loop.
    """
    geometry = radar_geometry(rubric, series)
    names = [_text(name) for name in geometry.layout.names]
    styled = list(zip(geometry.series, series_styles(series), strict=True))
    fills = [
        trace
        for one, _ in styled
        if one.series.kind == "main"
        for trace in (
            *(_polygon(band, names, LEVEL_COLOURS[0].fill, "dot") | _BAND_KEY for band in one.bands),
            *(_polygon(fill, names, LEVEL_COLOURS[1].fill, "solid") for fill in one.fills),
        )
    ]
    # The leading line comes last, so that it lies on top as in the SVG.
    lines = sorted(styled, key=lambda pair: pair[0].series.leads)
    return {
        "data": fills + [_line(rubric, one, names, style) for one, style in lines],
        "layout": _layout(rubric, geometry, names),
    }


def _line(rubric: Rubric, one: SeriesGeometry, names: Sequence[str], style: SeriesStyle) -> Json:
    areas = (*one.areas, *one.areas[:1])
    leads = one.series.leads
    return {
        "type": "scatterpolar",
        "mode": "lines+markers",
        "name": _text(one.series.label),
        "legendrank": 1 if leads else 2,
        "theta": [*names, *names[:1]],
        "r": [area.level if area else None for area in areas],
        "customdata": [_hover(rubric, area) for area in areas],
        "hovertemplate": _HOVER,
        "connectgaps": False,
        "line": {"color": style.colour, "width": style.width, "dash": _dash(style)},
        "marker": {
            "symbol": style.symbol,
            "size": 9 if leads else 11,
            "color": style.marker_fill,
            "line": {"color": style.colour, "width": 1.5},
        },
    }


def _polygon(points: Sequence[Point], names: Sequence[str], fill: str, dash: str) -> Json:
    closed = (*points, *points[:1])
    return {
        "type": "scatterpolar",
        "mode": "lines",
        "showlegend": False,
        "hoverinfo": "skip",
        "theta": [names[point.axis] for point in closed],
        "r": [point.level for point in closed],
        "fill": "toself",
        "fillcolor": fill,
        "opacity": 0.6,
        "line": {"color": HATCH, "width": 1, "dash": dash},
    }


def _hover(rubric: Rubric, area: AreaResult | None) -> list[str] | None:
    """Level, score and band in words; None where not rated."""
    levels = levels_of(area)
    if area is None or levels is None:
        return None
    level, high = levels
    band = f"<br>Could be up to {_text(str(rubric.level(high)))} (score {one_decimal(area.score_high)})"
    return [_text(str(rubric.level(level))), one_decimal(area.score), band if high > level else ""]


def _layout(rubric: Rubric, geometry: RadarGeometry, names: Sequence[str]) -> Json:
    _, top, width, _ = geometry.layout.box
    beside = min(width / 2 - geometry.layout.radius, _WIDEST_MARGIN)
    above = min(24 - top - geometry.layout.radius, _WIDEST_MARGIN)
    return {
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": -0.2,
            "title": {"text": _ring_names(rubric), "side": "top", "font": {"size": 12}},
        },
        "height": max(_HEIGHT, _HEIGHT + _LEGEND_LINE * (len(geometry.series) - _FEW)),
        "margin": {"l": beside, "r": beside, "t": above, "b": 72},
        "dragmode": False,
        "polar": {
            "gridshape": "linear",
            "bgcolor": "rgba(0,0,0,0)",
            "angularaxis": {
                "type": "category",
                "categoryorder": "array",
                "categoryarray": list(names),
                "tickvals": list(names),
                "ticktext": _axis_texts(geometry),
                "direction": "clockwise",
                "rotation": 90,
                "gridcolor": GRID,
                "linecolor": MUTED,
            },
            "radialaxis": {
                "range": [0, rubric.top],
                "angle": 90,
                "side": "counterclockwise",
                "tickangle": 90,
                **_SPACING,
                "tickvals": [level.number for level in rubric.levels],
                "ticktext": [str(level.number) for level in rubric.levels],
                "tickfont": {"size": 12, "color": INK},
                "gridcolor": GRID,
                "linecolor": GRID,
            },
        },
    }


def _ring_names(rubric: Rubric) -> str:
    """What the rings' numbers stand for: beside the rings the names would lie across lines and markers."""
    names = ", ".join(f"{level.number} {level.name}" for level in rubric.levels)
    return "<br>".join(_text(line) for line in wrap(f"Rings: {names}", 12, _LEGEND_WIDTH, len(rubric.levels)))


def _axis_texts(geometry: RadarGeometry) -> list[str]:
    """The lines that stand at each axis: the name, broken as in the SVG, and the level."""
    labelled = geometry.labelled
    areas = labelled.areas if labelled else (None,) * len(geometry.layout.names)
    return [
        "<br>".join([*(_text(line) for line in label.lines), level_text(area)])
        for label, area in zip(geometry.layout.labels, areas, strict=True)
    ]


def _dash(style: SeriesStyle) -> str:
    return ",".join(f"{length}px" for length in style.dash.split()) or "solid"


def _text(text: str) -> str:
    return escape(printable(text), quote=False)
