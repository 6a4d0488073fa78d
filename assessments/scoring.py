"""From answers to levels: the scoring rule, pure and exact.

The rule, its terms and worked examples stand in docs/scoring.md. Nothing here reads a clock, a setting or a database:
`score(rubric, answers)` gives the same `Result` for the same input for good.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from rubric.datatypes import Area, Question, Rubric

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

    @property
    def started(self) -> bool:
        return self.answered > 0


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
    `target`. `floor`: so low that they alone rule `target` out. Weights are sums. `unanswered` and `unknown` ("Don't
    know") both count as level 1.
    """

    area: str
    level: int | None
    target: int | None
    carrying: tuple[str, ...]
    below_target: tuple[str, ...]
    floor: tuple[str, ...]
    unanswered: tuple[str, ...]
    unknown: tuple[str, ...]
    not_applicable: tuple[str, ...]
    weight: int
    weight_at_level: int
    weight_at_target: int


def score(rubric: Rubric, answers: Mapping[str, Answer]) -> Result:
    """Score `answers`, keyed by question code. `ValueError` names a code or a level that the rubric doesn't have."""
    check_answers(rubric, answers)
    areas = tuple(_score_area(rubric, area, answers) for area in rubric.areas)
    return Result(rubric.code, rubric.version, areas, _gaps_of(areas))


def check_answers(rubric: Rubric, answers: Mapping[str, Answer]) -> None:
    """Raise `ValueError` for the first answer that `rubric` doesn't allow: its code, what is wrong, what is allowed."""
    questions, top = rubric.question_by_code, rubric.top
    for code, answer in answers.items():
        if code not in questions:
            raise ValueError(
                f"{code}: no question of {rubric.code} {rubric.version}; allowed are {', '.join(questions)}"
            )
        if answer in (UNKNOWN, NOT_APPLICABLE):
            continue
        if not isinstance(answer, int) or isinstance(answer, bool) or not 1 <= answer <= top:
            raise ValueError(
                f'{code}: {_shown(answer)} is not a level; allowed are 1 to {top}, "{UNKNOWN}" and "{NOT_APPLICABLE}"'
            )


def _shown(answer: object) -> str:
    """An answer in an error's words. Python refuses to print whole numbers of thousands of digits."""
    if isinstance(answer, int) and abs(answer) >= 10**20:
        return "a number of more than 20 digits"
    return repr(answer)


def as_shown(result: Result) -> Result:
    """`result` as people see it while a team is answering: an area without any answer has not started.

    The rule counts what is unanswered as level 1. Where that is all there is, a level would claim what nobody said, so
    such an area has no figures, carries no other and has no way up. A submission has answers everywhere and stays.
    """
    areas = tuple(area if area.started else _without_figures(area) for area in result.areas)
    return replace(result, areas=areas, foundation_gaps=_gaps_of(areas))


def _without_figures(area: AreaResult) -> AreaResult:
    return replace(area, level=None, level_high=None, score=None, score_high=None, next_level=None)


def _gaps_of(areas: Iterable[AreaResult]) -> tuple[FoundationGap, ...]:
    return foundation_gaps((area.area, area.level) for area in areas)


def foundation_gaps(levels: Iterable[tuple[str, int | None]]) -> tuple[FoundationGap, ...]:
    """The areas that stand two or more levels above the lowest rated one beneath them, given from the bottom up."""
    gaps = []
    lowest: tuple[str, int] | None = None
    for area, level in levels:
        if level is None:
            continue
        if lowest is not None and level >= lowest[1] + 2:
            gaps.append(FoundationGap(area, level, *lowest))
        if lowest is None or level < lowest[1]:
            lowest = area, level
    return tuple(gaps)


def explain(rubric: Rubric, answers: Mapping[str, Answer], result: Result) -> tuple[Explanation, ...]:
    """Why each area stands where it does, in stack order. `result` is what `score` made of the same `answers`, whole or
    `as_shown`."""
    return tuple(
        _explain_area(rubric, area, answers, area_result.level)
        for area, area_result in zip(rubric.areas, result.areas, strict=True)
    )


def one_decimal(value: Fraction | None) -> str:
    """A score as people see it: one decimal, halves rounded up; an en dash where not rated."""
    return "–" if value is None else _rounded(value, 1)


def result_to_json(result: Result) -> dict[str, object]:
    """The document that `manage.py score` writes: plain JSON types, scores as strings with two decimals, halves up."""
    return {
        "rubric": result.rubric,
        "version": result.version,
        "areas": [
            {
                "area": area.area,
                "level": area.level,
                "level_high": area.level_high,
                "score": None if area.score is None else _rounded(area.score, 2),
                "score_high": None if area.score_high is None else _rounded(area.score_high, 2),
                "answered": area.answered,
                "questions": area.questions,
                "complete": area.complete,
                "next_level": None if area.next_level is None else _next_level_to_json(area.next_level),
            }
            for area in result.areas
        ],
        "foundation_gaps": [
            {
                "area": gap.area,
                "level": gap.level,
                "foundation": gap.foundation,
                "foundation_level": gap.foundation_level,
            }
            for gap in result.foundation_gaps
        ],
    }


def _next_level_to_json(next_level: NextLevel) -> dict[str, object]:
    return {
        "level": next_level.level,
        "steps": next_level.steps,
        "changes": [
            {"question": change.question, "from": change.from_level, "to": change.to_level}
            for change in next_level.changes
        ],
    }


def _rounded(value: Fraction, decimals: int) -> str:
    """A value of at least 0 in decimal notation, halves rounded up; whole numbers throughout, so never off by one."""
    unit = 10**decimals
    whole, part = divmod((2 * unit * value.numerator + value.denominator) // (2 * value.denominator), unit)
    return f"{whole}.{part:0{decimals}d}"


def _score_area(rubric: Rubric, area: Area, answers: Mapping[str, Answer]) -> AreaResult:
    top = rubric.top
    answered = total = low_sum = high_sum = 0
    rated: list[Question] = []
    low: list[int] = []
    high: list[int] = []
    for question in area.questions:
        answer = answers.get(question.code)
        if answer is not None:
            answered += 1
            if answer == NOT_APPLICABLE:
                continue
        least, most = (1, top) if answer is None or answer == UNKNOWN else (answer, answer)
        rated.append(question)
        low.append(least)
        high.append(most)
        total += question.weight
        low_sum += question.weight * least
        high_sum += question.weight * most
    size = len(area.questions)
    if not rated:
        return AreaResult(area.code, None, None, None, None, answered, size, None)
    weights = [question.weight for question in rated]
    level = _level(rubric, low, weights)
    level_high = level if low == high else _level(rubric, high, weights)
    score_low = Fraction(low_sum, total)
    score_high = score_low if low == high else Fraction(high_sum, total)
    next_level = _next_level(rubric, rated, low, level + 1) if level < top else None
    return AreaResult(area.code, level, level_high, score_low, score_high, answered, size, next_level)


def _needed_weight(rubric: Rubric, total: int) -> int:
    """The least whole weight that is `required_share` percent of `total` or more."""
    return -(-rubric.required_share * total // 100)


def _level(rubric: Rubric, values: Sequence[int], weights: Sequence[int]) -> int:
    """The greatest level that both halves of the rule allow; level 1 always holds."""
    needed = _needed_weight(rubric, sum(weights))
    for level in range(min(rubric.top, min(values) + rubric.max_shortfall), 1, -1):
        if _weight_at(level, values, weights) >= needed:
            return level
    return 1


def _weight_at(level: int, values: Sequence[int], weights: Sequence[int]) -> int:
    """The summed weight of the values at `level` or above."""
    return sum([weight for value, weight in zip(values, weights, strict=True) if value >= level])


def _next_level(rubric: Rubric, questions: Sequence[Question], values: Sequence[int], target: int) -> NextLevel:
    """The way to `target`: fewest steps, then fewest questions changed, then first in rubric order; exact.

    What lies below the floor is lifted to it in any case. Then any set of questions will do that together bring the
    weight still missing at `target`: a knapsack, solved for the least cost at each weight still missing.

    A cost is one whole number that adds up over questions and compares as the rule does. Its high part counts steps,
    then questions changed. The low part takes one bit off for each question raised, the earlier the higher, so that
    of two sets of one size the one that comes first in rubric order costs less. Questions lifted to the floor are
    changed anyway: raising them further changes no other question, and their bits, which only say which of them goes
    higher, stand below all others.
    """
    size = len(questions)
    floor = target - rubric.max_shortfall
    lifted = [max(value, floor) for value in values]
    weights = [question.weight for question in questions]
    least = {max(0, _needed_weight(rubric, sum(weights)) - _weight_at(target, lifted, weights)): 0}
    for bit, value, start, weight in zip(range(size - 1, -1, -1), values, lifted, weights, strict=True):
        if start >= target:
            continue
        if start == value:
            cost = ((target - start) * (size + 1) + 1 << 2 * size) - (1 << size + bit)
        else:
            cost = ((target - start) * (size + 1) << 2 * size) - (1 << bit)
        for missing, spent in tuple(least.items()):
            rest = max(0, missing - weight)
            if rest not in least or spent + cost < least[rest]:
                least[rest] = spent + cost
    bits = -least[0] & (1 << 2 * size) - 1
    raised = bits | bits >> size
    changes = tuple(
        Change(question.code, value, reached)
        for bit, question, value, start in zip(range(size - 1, -1, -1), questions, values, lifted, strict=True)
        if (reached := target if raised >> bit & 1 else start) > value
    )
    return NextLevel(target, sum(change.to_level - change.from_level for change in changes), changes)


def _explain_area(rubric: Rubric, area: Area, answers: Mapping[str, Answer], level: int | None) -> Explanation:
    low: dict[str, int] = {}
    unanswered: list[str] = []
    unknown: list[str] = []
    not_applicable: list[str] = []
    for question in area.questions:
        answer = answers.get(question.code)
        if answer == NOT_APPLICABLE:
            not_applicable.append(question.code)
        elif answer is None or answer == UNKNOWN:
            (unanswered if answer is None else unknown).append(question.code)
            low[question.code] = 1
        else:
            low[question.code] = answer
    target = None if level is None or level == rubric.top else level + 1
    weights = {question.code: question.weight for question in area.questions if question.code in low}
    carrying = [] if level is None else [code for code, value in low.items() if value >= level]
    below_target = [] if target is None else [code for code, value in low.items() if value < target]
    floor = [] if target is None else [code for code in below_target if low[code] < target - rubric.max_shortfall]
    weight = sum(weights.values())
    return Explanation(
        area=area.code,
        level=level,
        target=target,
        carrying=tuple(carrying),
        below_target=tuple(below_target),
        floor=tuple(floor),
        unanswered=tuple(unanswered),
        unknown=tuple(unknown),
        not_applicable=tuple(not_applicable),
        weight=weight,
        weight_at_level=sum(weights[code] for code in carrying),
        weight_at_target=0 if target is None else weight - sum(weights[code] for code in below_target),
    )
