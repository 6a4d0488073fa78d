"""The table of levels: areas side by side, in as many rows as it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessments import charts
from assessments.charts import FigureRow
from assessments.scoring import Result
from rubric.datatypes import Rubric

COLUMNS = 7
"""Areas in one row; a model with more gets more rows."""


@dataclass(frozen=True, slots=True)
class LevelColumn:
    """One area. `level_name` is "Not rated" without a level; `validated` is the CoE's level."""

    figure: FigureRow
    level_name: str
    validated: int | None


@dataclass(frozen=True, slots=True)
class LevelTable:
    """The areas in rows from the top of the stack down. `word` is what the CoE's levels are called, empty without any;
    `banded` where at least one level could be higher."""

    rows: tuple[tuple[LevelColumn, ...], ...]
    word: str
    banded: bool


def level_table(
    rubric: Rubric, result: Result, *, validated: Mapping[str, int | None], word: str, most: int | None = None
) -> LevelTable:
    """The levels that were claimed with the `validated` ones beneath; of the first `most` areas, if told."""
    figures = charts.figures_table(rubric, result)[:most]
    columns = [
        LevelColumn(figure, figure.level_name or figure.level_text, validated.get(figure.area)) for figure in figures
    ]
    return LevelTable(
        rows=tuple(_in_rows(columns)),
        word=word if any(column.validated for column in columns) else "",
        banded=any(figure.level_high_text for figure in figures),
    )


def _in_rows(columns: Sequence[LevelColumn]) -> Iterator[tuple[LevelColumn, ...]]:
    """The areas in rows of at most `COLUMNS`, of about equal length."""
    rows = max(-(-len(columns) // COLUMNS), 1)
    size = max(-(-len(columns) // rows), 1)
    return (tuple(columns[start : start + size]) for start in range(0, len(columns), size))
