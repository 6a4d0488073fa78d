"""What became of each area over all cycles of a team: rows for pictures and table, and a sentence for each.

Pure: a `TeamHistory` in, frozen values out. Levels are those that the team claimed; what the CoE accepted stands beside
them. Areas of different versions of the model are matched by their codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Protocol

from assessments.datatypes import CycleResult, TeamHistory
from assessments.scoring import Result, one_decimal
from assessments.wording import number_word, score_movement
from rubric.datatypes import Rubric


class Told(Protocol):
    """What a trend needs of a cycle, such as of a `CycleResult`."""

    @property
    def cycle(self) -> str: ...
    @property
    def rubric(self) -> Rubric: ...
    @property
    def result(self) -> Result: ...
    @property
    def validated(self) -> Mapping[str, int | None] | None: ...


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One area in one cycle. `level` and `score` are None where it is not rated, `validated` where the CoE has accepted
    no level.

    `asked` is False where that cycle's version of the model has no such area; `renewed` where the version is another
    than in the cycle before.
    """

    cycle: str
    version: str
    renewed: bool
    asked: bool
    level: int | None
    score: Fraction | None
    validated: int | None

    @property
    def score_text(self) -> str:
        return one_decimal(self.score)


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One area over the cycles, the oldest first; `top` is the highest level."""

    area: str
    name: str
    top: int
    points: tuple[TrendPoint, ...]


def trend_rows(history: TeamHistory) -> tuple[TrendRow, ...]:
    """A row for each area of the newest version, from the top of the stack down, then for those that only earlier ones
    have. All have the same cycles: those of which `left_out` has none."""
    return rows_over(history.cycles)


def rows_over(told: Sequence[Told]) -> tuple[TrendRow, ...]:
    """The same of at least one cycle, the oldest first."""
    newest = told[-1].rubric
    cycles = [cycle for cycle in told if newest.compares_with(cycle.rubric)]
    names: dict[str, str] = {}
    for cycle in reversed(cycles):
        for area in reversed(cycle.rubric.areas):
            names.setdefault(area.code, area.name)
    return tuple(TrendRow(code, name, newest.top, _points(code, cycles)) for code, name in names.items())


def left_out(history: TeamHistory) -> tuple[CycleResult, ...]:
    """The cycles whose levels mean something else than the newest one's: of another model, or of more or fewer."""
    newest = history.newest.rubric
    return tuple(cycle for cycle in history.cycles if not newest.compares_with(cycle.rubric))


def trend_sentence(row: TrendRow) -> str:
    """What became of an area, such as "Rose from Level 2 to Level 3 over three cycles."."""
    asked = [point for point in row.points if point.asked]
    sentences = [_course(asked), _validated(asked[-1])]
    if len(asked) < len(row.points):
        share = f"{number_word(len(asked))} of {number_word(len(row.points))} cycles"
        sentences.append(f"It is part of the model in {share}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _points(code: str, cycles: Sequence[Told]) -> tuple[TrendPoint, ...]:
    before = [cycle.rubric.version for cycle in [*cycles[:1], *cycles]]
    return tuple(_point(code, cycle, version) for cycle, version in zip(cycles, before, strict=False))


def _point(code: str, cycle: Told, version_before: str) -> TrendPoint:
    area = next((area for area in cycle.result.areas if area.area == code), None)
    return TrendPoint(
        cycle=cycle.cycle,
        version=cycle.rubric.version,
        renewed=cycle.rubric.version != version_before,
        asked=area is not None,
        level=area.level if area else None,
        score=area.score if area else None,
        validated=(cycle.validated or {}).get(code),
    )


def _course(points: Sequence[TrendPoint]) -> str:
    """The sentence on the cycles in which the area was asked about, at least one."""
    rated = [(point.level, point) for point in points if point.level is not None]
    count = number_word(len(points))
    if len(points) == 1:
        where = f"At Level {points[0].level}" if rated else "Not rated"
        return f"{where} in {points[0].cycle}. One cycle so far; a trend needs two."
    if not rated:
        return f"Not rated in {'either' if len(points) == 2 else 'any'} of {count} cycles."
    if len(rated) == 1:
        level, point = rated[0]
        return f"At Level {level} in {point.cycle}, the only one of {count} cycles in which it is rated."
    levels = [level for level, _ in rated]
    ending = _gaps(points) or _score(rated[0][1], rated[-1][1], moved=len(set(levels)) > 1)
    return f"{_moves(levels)} over {count} cycles{_now(levels, rated_now=points[-1].level is not None)}{ending}."


def _validated(newest: TrendPoint) -> str:
    """What the CoE accepted last, where that is not the claimed level."""
    if newest.validated in (None, newest.level):
        return ""
    return f"The Center of Excellence validated Level {newest.validated} in {newest.cycle}."


def _moves(levels: Sequence[int]) -> str:
    """The way of at least two levels."""
    first, last, lowest, highest = levels[0], levels[-1], min(levels), max(levels)
    match _directions(levels):
        case []:
            return f"Stays at Level {first}"
        case [1]:
            return f"Rose from Level {first} to Level {last}"
        case [-1]:
            return f"Fell from Level {first} to Level {last}"
        case [1, -1]:
            turn = "and fell back" if last == first else "then fell"
            return f"Rose from Level {first} to Level {highest}{_comma(turn)} {turn} to Level {last}"
        case [-1, 1]:
            turn = "and rose back" if last == first else "then rose"
            return f"Fell from Level {first} to Level {lowest}{_comma(turn)} {turn} to Level {last}"
        case _:
            return f"Moved up and down between Level {lowest} and Level {highest}"


def _directions(levels: Sequence[int]) -> list[int]:
    """1 for up, -1 for down, once for each way in a row; empty where nothing moved."""
    steps = [1 if after > before else -1 for before, after in pairwise(levels) if after != before]
    return [direction for direction, _ in groupby(steps)]


def _comma(turn: str) -> str:
    return "," if turn.startswith("then") else ""


def _now(levels: Sequence[int], *, rated_now: bool) -> str:
    """Where an area has come to, where its way doesn't say it."""
    if len(_directions(levels)) < 3:
        return ""
    return f", {'now' if rated_now else 'last'} at Level {levels[-1]}"


def _gaps(points: Sequence[TrendPoint]) -> str:
    """In how many cycles there is no level; empty if there is one in each."""
    gaps = sum(point.level is None for point in points)
    if not gaps:
        return ""
    newest = points[-1].level is None
    which = (", the newest" if gaps == 1 else ", the newest among them") if newest else ""
    return f"; not rated in {number_word(gaps)} of them{which}"


def _score(first: TrendPoint, last: TrendPoint, *, moved: bool) -> str:
    """What became of the score where the level stays; empty where that is nothing."""
    return "" if moved or first.score == last.score else f"; {score_movement(first.score, last.score)}"
