"""Pictures of a result: the profile strip, the radar as SVG and as a Plotly figure, the table of the same figures, and
where a team stands among others.

Pure: they take a `Rubric` and a `Result` and return text or plain values.
"""

from assessments.charts.colours import LEVEL_COLOURS, LevelColour, level_colour
from assessments.charts.figure import radar_figure
from assessments.charts.geometry import RadarGeometry, Series, radar_geometry
from assessments.charts.peers import peers_svg
from assessments.charts.radar import radar_svg
from assessments.charts.strip import strip_svg
from assessments.charts.table import FigureRow, FiguresTable, figures_table

__all__ = [
    "LEVEL_COLOURS",
    "FigureRow",
    "FiguresTable",
    "LevelColour",
    "RadarGeometry",
    "Series",
    "figures_table",
    "level_colour",
    "peers_svg",
    "radar_figure",
    "radar_geometry",
    "radar_svg",
    "strip_svg",
]
