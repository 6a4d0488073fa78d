"""The table twin: the figures of the pictures in words and numbers, for people and programs that read tables."""

from dataclasses import dataclass

from assessments.charts.geometry import levels_of, unrated_text
from assessments.scoring import Result, one_decimal
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One area's figures. Without a level, texts say "Not rated" or "Not started", scores are an en dash.

    `level_name` is the level's name alone, to stand beside its number; `level_high_text` is empty where the level could
    not be higher.
    """

    area: str
    name: str
    level: int | None
    level_text: str
    level_name: str
    level_high: int | None
    level_high_text: str
    score: str
    score_high: str
    answered: int
    questions: int


@dataclass(frozen=True, slots=True)
class FiguresTable:
    """The rows as a page prints them; `banded` where at least one level could be higher, so that it takes columns."""

    rows: tuple[FigureRow, ...]

    @property
    def banded(self) -> bool:
        return any(row.level_high_text for row in self.rows)


def figures_table(rubric: Rubric, result: Result) -> tuple[FigureRow, ...]:
    """A row for each area of the rubric, from the top of the stack down, as the strip shows them."""
    found = {area.area: area for area in result.areas}
    rows = []
    for area in reversed(rubric.areas):
        scored = found.get(area.code)
        levels = levels_of(scored)
        level, high = levels or (None, None)
        rows.append(
            FigureRow(
                area=area.code,
                name=area.name,
                level=level,
                level_text=str(rubric.level(level)) if level else unrated_text(scored).capitalize(),
                level_name=rubric.level(level).name if level else "",
                level_high=high,
                level_high_text=str(rubric.level(high)) if high and high != level else "",
                score=one_decimal(scored.score if scored else None),
                score_high=one_decimal(scored.score_high if scored else None),
                answered=scored.answered if scored else 0,
                questions=scored.questions if scored else len(area.questions),
            )
        )
    return tuple(rows)
