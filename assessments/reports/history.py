"""How a team's levels moved from cycle to cycle, as a table of areas and cycles."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.datatypes import ScoredAssessment
from assessments.scoring import Result
from assessments.wording import Movement
from rubric.datatypes import Rubric


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
class History:
    """The oldest cycle first. `validated` where the CoE gave a level in any of them, `versions` where the model was
    another in any of them."""

    columns: tuple[HistoryColumn, ...]
    rows: tuple[HistoryRow, ...]

    @property
    def validated(self) -> bool:
        return any(cell.validated for row in self.rows for cell in row.cells)

    @property
    def versions(self) -> bool:
        return any(column.version for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Cycle:
    name: str
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
    return History(tuple(_column(cycle, sheet.rubric) for cycle in cycles), tuple(rows))


def _areas(cycles: list[_Cycle]) -> list[tuple[str, str]]:
    """Code and name of each area, from the top of the newest stack down; then what only earlier models had."""
    names: dict[str, str] = {}
    for cycle in reversed(cycles):
        for area in reversed(cycle.rubric.areas):
            names.setdefault(area.code, area.name)
    return list(names.items())


def _column(cycle: _Cycle, now: Rubric) -> HistoryColumn:
    same = (cycle.rubric.code, cycle.rubric.version) == (now.code, now.version)
    return HistoryColumn(cycle.name, "" if same else cycle.rubric.version)
