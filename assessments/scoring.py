"""From answers to levels: the scoring rule, pure and exact.

The rule, its terms and worked examples stand in docs/scoring.md. Nothing here reads a clock, a setting or a database:
`score(rubric, answers)` gives the same `Result` for the same input for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from rubric.datatypes import Rubric

UNKNOWN: Final = "unknown"
NOT_APPLICABLE: Final = "not_applicable"

Answer = int | Literal["unknown", "not_applicable"]
"""A level from 1, "Don't know", or "Not applicable". A question that is absent is unanswered."""


@dataclass(frozen=True, slots=True)
class Change:
    """One question's low value raised, in levels."""

    question: str
    from_level: int
    to_level: int


@dataclass(frozen=True, slots=True)
class NextLevel:
    """The fewest steps to `level`; a step raises one question's low value by one."""

    level: int
    steps: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AreaResult:
    """What the answers make of one area.

    `level`, `level_high` are whole levels, `score`, `score_high` exact fractions on the same scale; all four are None
    where the area is not rated. `answered` counts answers of any kind out of `questions`.
    """

    area: str
    level: int | None
    level_high: int | None
    score: Fraction | None
    score_high: Fraction | None
    answered: int
    questions: int
    next_level: NextLevel | None

    @property
    def complete(self) -> bool:
        return self.answered == self.questions

    @property
    def rated(self) -> bool:
        return self.level is not None


@dataclass(frozen=True, slots=True)
class FoundationGap:
    """`area` stands at `level`, two or more above `foundation`, the lowest rated area beneath it."""

    area: str
    level: int
    foundation: str
    foundation_level: int


@dataclass(frozen=True, slots=True)
class Result:
    """The levels of every area of a rubric, in stack order from the bottom."""

    rubric: str
    version: str
    areas: tuple[AreaResult, ...]
    foundation_gaps: tuple[FoundationGap, ...]

    @property
    def complete(self) -> bool:
        return all(area.complete for area in self.areas)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an area stands at `level`, and what keeps it from `target` (None at the top or where not rated).

    Question codes stand in rubric order. `carrying`: low value at or above `level`. `below_target`: low value below
    `target`. `floor`: so low that they alone rule `target` out. Weights are sums; `open` are unknown or unanswered.
    """

    area: str
    level: int | None
    target: int | None
    carrying: tuple[str, ...]
    below_target: tuple[str, ...]
    floor: tuple[str, ...]
    open: tuple[str, ...]
    not_applicable: tuple[str, ...]
    weight: int
    weight_at_level: int
    weight_at_target: int


def score(rubric: Rubric, answers: Mapping[str, Answer]) -> Result:
    """Score `answers`, keyed by question code. `ValueError` names a code or a level that the rubric doesn't have."""
    raise NotImplementedError


def explain(rubric: Rubric, answers: Mapping[str, Answer], result: Result) -> tuple[Explanation, ...]:
    """Why each area stands where it does, in stack order. `result` is what `score` made of the same `answers`."""
    raise NotImplementedError


def one_decimal(value: Fraction | None) -> str:
    """A score as people see it: one decimal, halves rounded up; an en dash where not rated."""
    raise NotImplementedError


def result_to_json(result: Result) -> dict[str, object]:
    """The document that `manage.py score` writes: plain JSON types, scores as strings with two decimals, halves up."""
    raise NotImplementedError
