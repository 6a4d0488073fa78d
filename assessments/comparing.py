"""Two to five results beside one another: the rows of the table of differences, and each difference in a sentence.

Pure: frozen values in, frozen values out. The first result is the base; each other is set against it. Areas are those
of the base's version of the model, matched by their codes; what has no level there is a gap, never a zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assessments.datatypes import CycleResult
from assessments.peers import AreaFigures, CohortFigures
from assessments.scoring import AreaResult, Result, one_decimal
from assessments.wording import join_words, number_word
from rubric.datatypes import Rubric

FEWEST: Final = 2
MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """One result to compare. `source` is a team's, `team` its newest name; None and empty for a median of
    organizations, which has levels alone."""

    label: str
    rubric: Rubric
    result: Result
    team: str = ""
    source: CycleResult | None = None


@dataclass(frozen=True, slots=True)
class DifferenceCell:
    """The level of one result, by its `label`, in an area. `level_name` says why there is none, too. `difference` is
    that to the base, such as "+1", "same", or an en dash where either has no level; empty for the base itself.
    `validated` is the CoE's level, None where it has none."""

    label: str
    level: int | None
    level_name: str
    score: str
    difference: str
    validated: int | None


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One area; a cell for each result, the base's first."""

    area: str
    name: str
    cells: tuple[DifferenceCell, ...]


def of_median(label: str, rubric: Rubric, found: CohortFigures) -> Compared:
    """The medians of a cohort as a result to draw; an area in which too few are rated has none."""
    areas = tuple(_median(area.code, found.areas.get(area.code, AreaFigures())) for area in rubric.areas)
    return Compared(label, rubric, Result(rubric.code, rubric.version, areas, ()))


def labels_of(told: Sequence[tuple[str, str]]) -> list[str]:
    """What tells results apart, of their teams and cycles: one of the two where the other is the same for all."""
    teams, cycles = {team for team, _ in told}, {cycle for _, cycle in told}
    if len(teams) == 1:
        return [cycle for _, cycle in told]
    if len(cycles) == 1:
        return [team for team, _ in told]
    return [f"{team}, {cycle}" for team, cycle in told]


def in_common(told: Sequence[tuple[str, str]]) -> str:
    """The team or the cycle that `labels_of` leaves out, because it is the same for all; empty where neither is."""
    for kind in zip(*told, strict=True):
        if len(set(kind)) == 1:
            return str(kind[0])
    return ""


def incomparable(compared: Sequence[Compared]) -> tuple[Compared, ...]:
    """Those whose levels mean something else than the base's."""
    base, *others = compared
    return tuple(one for one in others if not base.rubric.compares_with(one.rubric))


def difference_rows(compared: Sequence[Compared]) -> tuple[DifferenceRow, ...]:
    """A row for each area of the base's version, from the top of the stack down."""
    base = compared[0].rubric
    found = [{area.area: area for area in one.result.areas} for one in compared]
    return tuple(
        DifferenceRow(area.code, area.name, _cells(compared, area.code, [areas.get(area.code) for areas in found]))
        for area in reversed(base.areas)
    )


def difference_sentences(compared: Sequence[Compared], rows: Sequence[DifferenceRow]) -> tuple[str, ...]:
    """How each result but the base stands to it, for someone who reads nothing else."""
    return tuple(
        f"{one.label}: {_counted([row.cells[place].difference for row in rows])}."
        for place, one in enumerate(compared)
        if place
    )


def claimed_caption(rows: Sequence[DifferenceRow]) -> str:
    """What the radar leaves to the table: the validated levels, which would be as many outlines again. Empty where none
    is another than the claimed one."""
    if not any(cell.validated not in (None, cell.level) for row in rows for cell in row.cells):
        return ""
    return (
        "The radar shows the levels claimed. The table gives those that the Center of Excellence validated, in bold "
        "where they differ."
    )


def other_areas(compared: Sequence[Compared]) -> tuple[str, ...]:
    """Names of areas that the base's version doesn't have, which are not compared."""
    known = compared[0].rubric.area_by_code
    return tuple(dict.fromkeys(area.name for one in compared for area in one.rubric.areas if area.code not in known))


def _median(code: str, figures: AreaFigures) -> AreaResult:
    return AreaResult(code, figures.median, figures.median, None, None, answered=1, questions=1, next_level=None)


def _cells(compared: Sequence[Compared], code: str, areas: Sequence[AreaResult | None]) -> tuple[DifferenceCell, ...]:
    base = areas[0].level if areas[0] else None
    return tuple(
        DifferenceCell(
            label=one.label,
            level=area.level if area else None,
            level_name=_level_name(one, area),
            score=one_decimal(area.score if area else None),
            difference="" if place == 0 else _difference(base, area.level if area else None),
            validated=(one.source.validated or {}).get(code) if one.source else None,
        )
        for place, (one, area) in enumerate(zip(compared, areas, strict=True))
    )


def _level_name(one: Compared, area: AreaResult | None) -> str:
    if area is None:
        return f"Not in version {one.rubric.version}"
    if area.level is None:
        return "Not rated" if one.source else "Too few are rated"
    return one.rubric.level(area.level).name


def _difference(base: int | None, level: int | None) -> str:
    if base is None or level is None:
        return "–"
    if level == base:
        return "same"
    return f"+{level - base}" if level > base else f"−{base - level}"


def _counted(differences: Sequence[str]) -> str:
    """How many areas are higher, lower, the same, or have nothing to compare."""
    kinds = (("higher", "+"), ("lower", "−"), ("the same", "same"))
    counts = [(sum(one.startswith(sign) for one in differences), word) for word, sign in kinds]
    size, gaps = len(differences), sum(one == "–" for one in differences)
    if gaps == size:
        return "no area can be compared"
    told = [f"{number_word(count)} {'is' if count == 1 else 'are'} {word}" for count, word in counts if count]
    if gaps:
        told.append(f"{number_word(gaps)} can't be compared")
    if len(told) == 1:
        return _all(size, told[0].split(" ", 2)[2])
    first, rest = told[0].split(" ", 1)
    return join_words([f"{first} {'area' if first == 'one' else 'areas'} {rest}", *told[1:]])


def _all(size: int, word: str) -> str:
    """Where every area is alike."""
    if size == 1:
        return f"its one area is {word}"
    return f"{'both' if size == 2 else f'all {number_word(size)}'} areas are {word}"
