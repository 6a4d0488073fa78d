"""What one page tells of what moved where it hasn't room for all of it."""

import pytest

from assessments.reports.one_page import one_page
from tests.assessments.sheets import answers_by_area, full_rubric, make_sheet

ROOM = 260
"""Millimetres: enough for all that a page ever tells."""
AREAS = [area.code for area in full_rubric().areas]


def more_moved(levels: int, scores: int) -> tuple[int, str]:
    """How many movements are told, and what is said of the others, where so many areas changed level and others their
    score alone."""
    kinds = [(2,) * 6] * levels + [(3, 4, 3, 3, 3, 3)] * scores + [(3,) * 6] * (len(AREAS) - levels - scores)
    all_of_it = dict(zip(AREAS, kinds, strict=True))
    page = one_page(make_sheet(before=answers_by_area(full_rubric(), all_of_it)), ident="one", height=ROOM)
    return len(page.moved), page.more_moved


@pytest.mark.parametrize(
    ("levels", "scores", "said"),
    [
        (4, 0, ""),
        (5, 0, "1 more area changed level; the scorecard says how."),
        (7, 0, "3 more areas changed level; the scorecard says how."),
        (4, 1, "In 1 more area the score alone changed."),
        (4, 3, "In 3 more areas the score alone changed."),
        (5, 2, "1 more area changed level, and 2 the score alone; the scorecard says how."),
        (6, 1, "2 more areas changed level, and 1 the score alone; the scorecard says how."),
        (0, 4, ""),
        (0, 6, "In 2 more areas the score alone changed."),
    ],
)
def test_levels_and_mere_scores_are_counted_apart(levels: int, scores: int, said: str) -> None:
    assert more_moved(levels, scores) == (min(4, levels + scores), said)


def test_levels_come_first() -> None:
    before = answers_by_area(full_rubric(), {code: [3, 4, 3, 3, 3, 3] for code in AREAS} | {"aiops": [2] * 6})
    page = one_page(make_sheet(before=before), ident="one", height=ROOM)
    assert page.moved[0] == "AIOps rose from Level 2 to Level 3."
    assert page.more_moved == "In 3 more areas the score alone changed."
