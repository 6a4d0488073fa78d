"""What moved, where there is not room for all of it."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from assessments.movements import known_movements, more_moved
from assessments.scoring import AreaResult, Result
from assessments.wording import Movement


def moved(area: str, before: int | None, after: int | None, score: int = 0) -> Movement:
    return Movement(area, before, after, Fraction(score), f"{area} moved.")


def result(*areas: str, unanswered: Sequence[str] = ()) -> Result:
    whole = AreaResult("", 3, 3, None, None, answered=4, questions=4, next_level=None)
    return Result(
        "m", "1", tuple(replace(whole, area=area, answered=3 if area in unanswered else 4) for area in areas), ()
    )


def test_levels_come_first_from_the_top_down_and_what_is_not_known_is_counted() -> None:
    movements = [moved("a", 2, 3), moved("b", 2, 2, score=1), moved("c", 2, 2), moved("d", 3, 2), moved("e", 2, None)]
    known, unknown = known_movements(movements, result("a", "b", "c", "d", "e", unanswered=["e"]))
    assert [one.area for one in known] == ["d", "a", "b"]
    assert unknown == 1


@pytest.mark.parametrize(
    ("left", "unknown", "sentence"),
    [
        ([], 0, ""),
        ([moved("a", 1, 2)], 0, "1 more area changed level; the scorecard says how."),
        (
            [moved("a", 1, 2), moved("b", 3, 2), moved("c", 2, 2, score=1)],
            1,
            "2 more areas changed level, and 1 the score alone; the scorecard says how. "
            "What moved in 1 area isn't known yet.",
        ),
        (
            [moved("c", 2, 2, score=1)],
            3,
            "In 1 more area the score alone changed. What moved in 3 areas isn't known yet.",
        ),
    ],
)
def test_what_is_left_out_is_said(left: list[Movement], unknown: int, sentence: str) -> None:
    assert more_moved(left, unknown) == sentence
