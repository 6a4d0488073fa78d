"""How a team's levels moved from cycle to cycle: a small picture of each area, and a table of areas and cycles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from assessments import charts
from assessments.datatypes import ScoredAssessment
from assessments.reports.printing import picture, shortened
from assessments.scoring import Result
from assessments.trend import TrendRow, rows_over, trend_sentence
from assessments.wording import Movement
from rubric.datatypes import Rubric

MOST_PICTURES = 12
"""Areas that are drawn; of a model with more the table alone says it."""
IN_A_ROW = 4
NAME_LENGTH = 24
"""Of an area's over its picture, in letters of ordinary width."""


@dataclass(frozen=True, slots=True)
class HistoryColumn:
    """One cycle. `version` is that of the model, where it is another than the newest cycle's; else empty."""

    cycle: str
    version: str


@dataclass(frozen=True, slots=True)
class HistoryCell:
    """An area in a cycle: `there` where the model had it then; `level` is None where not rated; `validated` is the
    CoE's, None where it gave none."""

    there: bool
    level: int | None
    validated: int | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An area, with a cell for each column. `sentence` says what moved since the cycle before."""

    name: str
    cells: tuple[HistoryCell, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class AreaPicture:
    """What became of an area over the cycles that compare with the newest one."""

    name: str
    picture: SafeString


@dataclass(frozen=True, slots=True)
class History:
    """The oldest cycle first. `validated` where the CoE gave a level in any of them, `versions` where the model was
    another in any of them. `pictures` stand in rows; there are none where only one cycle could be drawn. `key` says
    what their signs mean; `left_out` whether cycles are missing from them that don't compare with the newest. What is
    `provisional` is no part of them: what moved isn't known yet."""

    columns: tuple[HistoryColumn, ...]
    rows: tuple[HistoryRow, ...]
    pictures: tuple[tuple[AreaPicture, ...], ...]
    key: SafeString
    left_out: bool
    provisional: bool

    @property
    def validated(self) -> bool:
        return any(cell.validated for row in self.rows for cell in row.cells)

    @property
    def versions(self) -> bool:
        return any(column.version for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Cycle:
    cycle: str
    rubric: Rubric
    result: Result
    validated: Mapping[str, int | None]


def history(sheet: ScoredAssessment, moved: tuple[Movement, ...]) -> History | None:
    """The cycles before `sheet`'s and its own; None where there is none before. `moved` is since the newest of them."""
    if not sheet.earlier:
        return None
    cycles = [_Cycle(one.cycle, one.rubric, one.result, one.validated or {}) for one in reversed(sheet.earlier)]
    validated = sheet.verdict.levels if sheet.verdict and sheet.verdict.accepted else {}
    cycles.append(_Cycle(sheet.cycle, sheet.rubric, sheet.result, validated))
    sentences = {movement.area: movement.sentence for movement in moved}
    levels = [{area.area: area.level for area in cycle.result.areas} for cycle in cycles]
    rows = (
        HistoryRow(
            name=name,
            cells=tuple(
                HistoryCell(code in found, found.get(code), cycle.validated.get(code))
                for cycle, found in zip(cycles, levels, strict=True)
            ),
            sentence=sentences.get(code, ""),
        )
        for code, name in _areas(cycles)
    )
    drawable = cycles if sheet.seal else cycles[:-1]
    trend = rows_over(drawable)
    drawn = trend if len(trend) <= MOST_PICTURES and len(trend[0].points) > 1 else ()
    return History(
        columns=tuple(_column(cycle, sheet.rubric) for cycle in cycles),
        rows=tuple(rows),
        pictures=tuple(_in_rows(drawn)),
        key=picture(charts.trend_key_svg(drawn, ident="trend-key")) if drawn else SafeString(),
        left_out=len(trend[0].points) < len(drawable),
        provisional=sheet.provisional,
    )


def _in_rows(trend: tuple[TrendRow, ...]) -> Iterator[tuple[AreaPicture, ...]]:
    for start in range(0, len(trend), IN_A_ROW):
        yield tuple(_picture(row) for row in trend[start : start + IN_A_ROW])


def _picture(row: TrendRow) -> AreaPicture:
    title = f"{row.name}. {trend_sentence(row)}"
    svg = charts.trend_svg(row, ident=f"trend-{row.area}", title=title, small=True)
    return AreaPicture(shortened(row.name, NAME_LENGTH), picture(svg))


def _areas(cycles: list[_Cycle]) -> list[tuple[str, str]]:
    """Code and name of each area, from the top of the newest stack down; then what only earlier models had."""
    names: dict[str, str] = {}
    for cycle in reversed(cycles):
        for area in reversed(cycle.rubric.areas):
            names.setdefault(area.code, area.name)
    return list(names.items())


def _column(cycle: _Cycle, now: Rubric) -> HistoryColumn:
    same = (cycle.rubric.code, cycle.rubric.version) == (now.code, now.version)
    return HistoryColumn(cycle.cycle, "" if same else cycle.rubric.version)
