"""Pictures of a result: the profile strip, the radar as SVG and as a Plotly figure, the table of the same figures, and
where a team stands among others. Pictures of many results: what became of an area over the cycles, bars of shares and a
map of levels.

Pure: they take a `Rubric` and a `Result`, or counts, and return text or plain values.
"""

from assessments.charts.colours import LEVEL_COLOURS, LevelColour, level_colour
from assessments.charts.figure import radar_figure
from assessments.charts.geometry import RadarGeometry, Series, radar_geometry
from assessments.charts.peers import peers_svg
from assessments.charts.portfolio import (
    MOVEMENT_TONES,
    Bar,
    BarChart,
    Cell,
    HeatMap,
    Json,
    MapRow,
    Part,
    Tone,
    bar_svg,
    bars_figure,
    level_tones,
    map_figure,
    swatch_svg,
)
from assessments.charts.radar import radar_svg
from assessments.charts.strip import small_strip_key, small_strip_svg, strip_svg
from assessments.charts.table import FigureRow, FiguresTable, figures_table
from assessments.charts.trend import trend_key_svg, trend_svg

__all__ = [
    "LEVEL_COLOURS",
    "MOVEMENT_TONES",
    "Bar",
    "BarChart",
    "Cell",
    "FigureRow",
    "FiguresTable",
    "HeatMap",
    "Json",
    "LevelColour",
    "MapRow",
    "Part",
    "RadarGeometry",
    "Series",
    "Tone",
    "bar_svg",
    "bars_figure",
    "figures_table",
    "level_colour",
    "level_tones",
    "map_figure",
    "peers_svg",
    "radar_figure",
    "radar_geometry",
    "radar_svg",
    "small_strip_key",
    "small_strip_svg",
    "strip_svg",
    "swatch_svg",
    "trend_key_svg",
    "trend_svg",
]
