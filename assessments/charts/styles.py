"""How series look in SVG and in Plotly: told apart by dash and marker shape as well as by colour."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from assessments.charts.colours import LEVEL_COLOURS, OUTLINE, WHITE
from assessments.charts.geometry import Series


class SeriesStyle(NamedTuple):
    """`dash` in SVG's notation, empty for a solid line; `marker` a path round (0, 0), `symbol` Plotly's name for it."""

    colour: str
    width: float
    dash: str
    marker: str
    marker_fill: str
    symbol: str

    @property
    def line(self) -> str:
        """The SVG attributes of its line."""
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'stroke="{self.colour}" stroke-width="{self.width}"{dash}'


MAIN_STYLE: Final = SeriesStyle(
    OUTLINE, 2.5, "", "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", LEVEL_COLOURS[4].fill, "circle"
)
VALIDATED_STYLE: Final = SeriesStyle("#0b4b3f", 1.75, "9 3 2 3", "M0-7L6.5 5H-6.5z", WHITE, "triangle-up")
COMPARISON_STYLES: Final = (
    SeriesStyle("#54278f", 1.75, "6 4", "M-5-5H5V5H-5z", WHITE, "square"),
    SeriesStyle("#3d4551", 1.75, "2 3", "M0-7.5L7.5 0L0 7.5L-7.5 0z", WHITE, "diamond"),
    SeriesStyle("#8b0a3d", 1.75, "12 5", "M0 7L6.5-5H-6.5z", WHITE, "triangle-down"),
    SeriesStyle("#6b4a00", 1.75, "10 3 2 3 2 3", "M-2.5-8H2.5V-2.5H8V2.5H2.5V8H-2.5V2.5H-8V-2.5H-2.5z", WHITE, "cross"),
)


def series_styles(series: Sequence[Series]) -> list[SeriesStyle]:
    """The look of each series; comparisons take theirs in turn."""
    styles, comparisons = [], 0
    for one in series:
        if one.leads:
            styles.append(MAIN_STYLE)
        elif one.kind == "validated":
            styles.append(VALIDATED_STYLE)
        else:
            styles.append(COMPARISON_STYLES[comparisons % len(COMPARISON_STYLES)])
            comparisons += 1
    return styles
