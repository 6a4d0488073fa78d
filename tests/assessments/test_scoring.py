"""The scoring rule on the worked examples of docs/scoring.md, at its boundaries, and with weights."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from assessments.scoring import (
    NOT_APPLICABLE,
    UNKNOWN,
    Answer,
    AreaResult,
    Change,
    Explanation,
    FoundationGap,
    NextLevel,
    as_shown,
    check_answers,
    explain,
    one_decimal,
    result_to_json,
    score,
)
from rubric.datatypes import Area, Level, Question, Rubric

AREAS = ("PeopleOps", "CloudOps", "SecOps", "DevOps", "DataOps", "MLOps", "AIOps")
LEVELS = ("Initial / Ad Hoc", "Repeatable", "Defined", "Managed", "Optimized")


def make_rubric(
    *areas: Sequence[int], required_share: int = 60, max_shortfall: int = 1, levels: Sequence[str] = LEVELS
) -> Rubric:
    """A rubric with an area for each sequence of question weights, named as the model's areas from the bottom."""
    return Rubric(
        code="ai-cmm",
        version="2021-05",
        name="AI Capability Maturity Model",
        source="Test",
        required_share=required_share,
        max_shortfall=max_shortfall,
        levels=tuple(Level(number, name, f"Scope {number}") for number, name in enumerate(levels, start=1)),
        areas=tuple(
            Area(
                code=name.lower(),
                name=name,
                position=position,
                questions=tuple(
                    Question(f"{name.lower()}-{number}", "What do you see?", weight)
                    for number, weight in enumerate(weights, start=1)
                ),
            )
            for position, (name, weights) in enumerate(zip(AREAS, areas, strict=False), start=1)
        ),
    )


def make_answers(rubric: Rubric, *areas: Sequence[Answer | None]) -> dict[str, Answer]:
    """Answers area by area, question by question; None leaves a question unanswered."""
    return {
        question.code: answer
        for area, values in zip(rubric.areas, areas, strict=True)
        for question, answer in zip(area.questions, values, strict=True)
        if answer is not None
    }


def score_one(values: Sequence[Answer | None], *, weights: Sequence[int] = (), **options: int) -> AreaResult:
    """The result of the only area of a rubric whose questions are answered with `values`."""
    rubric = make_rubric(weights or [1] * len(values), **options)
    return score(rubric, make_answers(rubric, values)).areas[0]


def explain_one(values: Sequence[Answer | None], *, weights: Sequence[int] = (), **options: int) -> Explanation:
    rubric = make_rubric(weights or [1] * len(values), **options)
    answers = make_answers(rubric, values)
    return explain(rubric, answers, score(rubric, answers))[0]


def moves(
    values: Sequence[Answer | None], *, weights: Sequence[int] = (), **options: int
) -> list[tuple[int, int, int]]:
    """The changes to the next level as (question's number, from, to)."""
    next_level = score_one(values, weights=weights, **options).next_level
    assert next_level is not None
    return [(int(c.question.split("-")[1]), c.from_level, c.to_level) for c in next_level.changes]


# ---- The level ----


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([3, 3, 3, 3, 2, 2], 3),
        ([3, 3, 3, 2, 2, 2], 2),
        ([5, 5, 5, 5, 5, 1], 2),
        ([4, 4, 4, 4, 4, 2], 3),
        ([4, 4, 1], 2),
    ],
)
def test_worked_examples_come_out_as_documented(values: list[Answer], level: int) -> None:
    assert score_one(values).level == level


def test_the_worked_example_with_an_unknown_answer_spans_level_1_to_3() -> None:
    result = score_one([3, UNKNOWN])

    assert (result.level, result.level_high) == (1, 3)
    assert (result.score, result.score_high) == (2, 4)


def test_a_share_of_exactly_the_required_percentage_is_enough() -> None:
    assert score_one([3, 3, 3, 2, 2]).level == 3


def test_a_share_just_short_of_the_required_percentage_is_not_enough() -> None:
    assert score_one([3] * 59 + [2] * 41).level == 2
    assert score_one([3] * 60 + [2] * 40).level == 3


def test_the_share_is_compared_exactly_and_never_in_floating_point() -> None:
    assert score_one([2, 1], weights=[29, 71], required_share=29).level == 2
    assert score_one([2, 1], weights=[57, 43], required_share=57).level == 2
    assert score_one([2, 1], weights=[6 * 10**17 - 1, 4 * 10**17 + 1]).level == 1
    assert score_one([2, 1], weights=[6 * 10**17, 4 * 10**17]).level == 2


def test_weights_count_in_the_share() -> None:
    assert score_one([3, 2, 2], weights=[3, 1, 1]).level == 3
    assert score_one([3, 2, 2], weights=[2, 1, 1]).level == 2


def test_weights_do_not_soften_the_floor() -> None:
    assert score_one([5, 1], weights=[99, 1]).level == 2


def test_a_strict_rubric_takes_the_lowest_answer() -> None:
    assert score_one([5, 4, 3, 5], required_share=100, max_shortfall=0).level == 3


def test_a_wide_shortfall_leaves_only_the_share() -> None:
    assert score_one([5, 5, 1], max_shortfall=4).level == 5


def test_all_ones_are_level_1_and_all_fives_are_level_5() -> None:
    assert score_one([1, 1, 1]).level == 1
    assert score_one([5, 5, 5]).level == 5


# ---- What is not known, not answered, not applicable ----


def test_unanswered_questions_count_as_level_1_and_could_reach_the_top() -> None:
    result = score_one([3, None, None, None, None, UNKNOWN])

    assert (result.level, result.level_high) == (1, 4)
    assert (result.score, result.score_high) == (Fraction(8, 6), Fraction(28, 6))
    assert (result.answered, result.questions, result.complete) == (2, 6, False)


def test_an_assessment_without_answers_stands_at_level_1_and_could_reach_the_top() -> None:
    result = score_one([None, None])

    assert (result.level, result.level_high, result.answered) == (1, 5, 0)


def test_not_applicable_questions_leave_the_calculation() -> None:
    result = score_one([4, 4, NOT_APPLICABLE], weights=[1, 1, 50])

    assert (result.level, result.score) == (4, 4)
    assert (result.answered, result.questions, result.complete) == (3, 3, True)


def test_an_area_with_nothing_applicable_is_not_rated() -> None:
    result = score_one([NOT_APPLICABLE, NOT_APPLICABLE])

    assert not result.rated
    assert (result.level, result.level_high, result.score, result.score_high) == (None, None, None, None)
    assert result.next_level is None
    assert result.complete


def test_an_unknown_answer_completes_an_area() -> None:
    assert score_one([UNKNOWN, 2]).complete


def test_a_result_is_complete_when_every_area_is() -> None:
    rubric = make_rubric([1], [1])

    assert score(rubric, {"peopleops-1": 1, "cloudops-1": UNKNOWN}).complete
    assert not score(rubric, {"peopleops-1": 1}).complete


def test_a_result_names_the_rubric_it_was_scored_by() -> None:
    result = score(make_rubric([1]), {})

    assert (result.rubric, result.version) == ("ai-cmm", "2021-05")


# ---- To the next level ----


def test_the_next_level_takes_the_fewest_steps() -> None:
    assert score_one([4, 4, 4, 3, 4, 2]).next_level == NextLevel(
        level=4, steps=1, changes=(Change("peopleops-6", 2, 3),)
    )
    assert score_one([3, 3, 2, 1, 2, 2]).next_level == NextLevel(
        level=3, steps=3, changes=(Change("peopleops-3", 2, 3), Change("peopleops-4", 1, 3))
    )


def test_of_equal_steps_the_fewest_questions_are_changed() -> None:
    # Question 1 must rise to level 2 in any case; taking it one further changes no second question.
    assert moves([1, 3, 2, 2, 2, 3, 3, 2], required_share=50) == [(1, 1, 3)]


def test_of_equal_changes_the_earliest_questions_are_raised() -> None:
    assert moves([2, 2, 2, 2, 2]) == [(1, 2, 3), (2, 2, 3), (3, 2, 3)]


def test_sorted_positions_are_compared_one_by_one() -> None:
    # A weight of 6 is missing: questions 2 and 3 would do as well as 1 and 4.
    assert moves([1, 1, 1, 1], weights=[1, 3, 3, 5], required_share=50) == [(1, 1, 2), (4, 1, 2)]


def test_a_question_of_great_weight_spares_steps() -> None:
    assert moves([1, 1, 1, 1], weights=[1, 1, 1, 3], required_share=50) == [(4, 1, 2)]


def test_of_questions_below_the_floor_the_earlier_is_raised_higher() -> None:
    assert moves([1, 1, 2, 3], required_share=50) == [(1, 1, 3), (2, 1, 2)]


def test_only_the_floor_can_stand_in_the_way() -> None:
    assert moves([5, 5, 5, 5, 5, 1]) == [(6, 1, 2)]


def test_a_strict_rubric_raises_every_question_below_the_next_level() -> None:
    assert moves([1, 2, 3, 1], required_share=100, max_shortfall=0) == [(1, 1, 2), (4, 1, 2)]


def test_unknown_answers_are_raised_from_level_1() -> None:
    assert moves([3, UNKNOWN, None, None, None, None]) == [(2, 1, 2), (3, 1, 2), (4, 1, 2)]


def test_not_applicable_questions_are_never_raised() -> None:
    assert moves([NOT_APPLICABLE, 2, NOT_APPLICABLE, 2]) == [(2, 2, 3), (4, 2, 3)]


def test_the_top_level_has_no_next_level() -> None:
    assert score_one([5, 5, 5]).next_level is None


def test_a_large_area_of_mixed_weights_is_still_solved() -> None:
    weights = [1 + 37 * number % 100 for number in range(60)]

    next_level = score_one([1 + number % 3 for number in range(60)], weights=weights).next_level

    assert next_level is not None
    assert (next_level.level, next_level.steps) == (3, 29)


# ---- Foundations ----


def gaps(*levels: Answer) -> list[FoundationGap]:
    rubric = make_rubric(*[[1]] * len(levels))
    return list(score(rubric, make_answers(rubric, *[[level] for level in levels])).foundation_gaps)


def test_an_area_two_levels_above_one_beneath_it_is_flagged() -> None:
    assert gaps(2, 4) == [FoundationGap("cloudops", 4, "peopleops", 2)]


def test_an_area_one_level_above_its_foundation_is_not_flagged() -> None:
    assert gaps(2, 3, 3) == []


def test_a_weak_area_above_flags_nothing_beneath() -> None:
    assert gaps(4, 1) == []


def test_a_gap_names_the_lowest_area_beneath_and_of_equals_the_lowest_in_the_stack() -> None:
    assert gaps(3, 1, 2, 1, 4) == [FoundationGap("dataops", 4, "cloudops", 1)]


def test_an_area_that_is_not_rated_is_no_foundation() -> None:
    assert gaps(NOT_APPLICABLE, 3, NOT_APPLICABLE, 5) == [FoundationGap("devops", 5, "cloudops", 3)]


def test_gaps_come_in_stack_order_of_the_area_flagged() -> None:
    assert [gap.area for gap in gaps(1, 3, 2, 5)] == ["cloudops", "devops"]


# ---- What is refused ----


@pytest.mark.parametrize(
    "answer", [0, 6, -1, pytest.param(10**5000, id="huge"), True, False, 3.0, None, "3", "Unknown", "", [3]]
)
def test_an_answer_that_is_no_level_is_refused_with_what_is_allowed(answer: object) -> None:
    with pytest.raises(ValueError, match=r'^peopleops-1: .* is not a level; allowed are 1 to 5, "unknown" and "not_'):
        score(make_rubric([1]), {"peopleops-1": answer})  # type: ignore[dict-item]


def test_an_unknown_question_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"^dataops-9: no question of ai-cmm 2021-05; allowed are peopleops-1, peopl"):
        score(make_rubric([1, 1]), {"dataops-9": 3})


def test_answers_that_fit_the_rubric_are_let_pass() -> None:
    check_answers(make_rubric([1, 1, 1]), {"peopleops-1": 5, "peopleops-2": UNKNOWN, "peopleops-3": NOT_APPLICABLE})


# ---- Why ----


def test_an_explanation_names_what_carries_the_level_and_what_holds_it() -> None:
    assert explain_one([3, 2, UNKNOWN, NOT_APPLICABLE, 2, None], weights=[1, 4, 1, 9, 2, 1]) == Explanation(
        area="peopleops",
        level=2,
        target=3,
        carrying=("peopleops-1", "peopleops-2", "peopleops-5"),
        below_target=("peopleops-2", "peopleops-3", "peopleops-5", "peopleops-6"),
        floor=("peopleops-3", "peopleops-6"),
        unanswered=("peopleops-6",),
        unknown=("peopleops-3",),
        not_applicable=("peopleops-4",),
        weight=9,
        weight_at_level=7,
        weight_at_target=1,
    )


def test_an_explanation_at_the_top_has_no_target() -> None:
    explanation = explain_one([5, 5, 4])

    assert (explanation.level, explanation.target) == (5, None)
    assert (explanation.below_target, explanation.floor, explanation.weight_at_target) == ((), (), 0)
    assert explanation.weight_at_level == 2


def test_an_explanation_of_an_area_not_rated_says_only_what_is_not_applicable() -> None:
    explanation = explain_one([NOT_APPLICABLE])

    assert (explanation.level, explanation.target, explanation.carrying) == (None, None, ())
    assert (explanation.unanswered, explanation.unknown) == ((), ())
    assert (explanation.not_applicable, explanation.weight) == (("peopleops-1",), 0)


# ---- What people see of a draft ----


def test_an_area_without_an_answer_shows_no_figures_and_carries_no_other() -> None:
    rubric = make_rubric([1], [1, 1], [1])
    result = score(rubric, make_answers(rubric, [2], [None, None], [3]))
    shown = as_shown(result)

    assert [area.level for area in result.areas] == [2, 1, 3]
    assert [area.level for area in shown.areas] == [2, None, 3]
    assert shown.areas[1] == AreaResult("cloudops", None, None, None, None, answered=0, questions=2, next_level=None)
    assert result.foundation_gaps == (FoundationGap("secops", 3, "cloudops", 1),)
    assert shown.foundation_gaps == ()


def test_with_an_answer_in_every_area_all_is_shown_as_scored() -> None:
    rubric = make_rubric([1, 1], [1], [1])
    result = score(rubric, make_answers(rubric, [2, None], [NOT_APPLICABLE], [UNKNOWN]))

    assert as_shown(result) == result


# ---- Figures as text ----


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1), "1.0"),
        (Fraction(5, 2), "2.5"),
        (Fraction(9, 4), "2.3"),
        (Fraction(47, 20), "2.4"),
        (Fraction(8, 3), "2.7"),
        (Fraction(449, 100), "4.5"),
        (Fraction(399, 100), "4.0"),
        (None, "–"),
    ],
)
def test_a_score_is_shown_with_one_decimal_halves_rounded_up(value: Fraction | None, text: str) -> None:
    assert one_decimal(value) == text


def test_the_json_document_is_as_the_contract_has_it() -> None:
    rubric = make_rubric([1, 1, 1], [1], [1])
    answers = make_answers(rubric, [2, 1, UNKNOWN], [NOT_APPLICABLE], [3])

    assert result_to_json(score(rubric, answers)) == {
        "rubric": "ai-cmm",
        "version": "2021-05",
        "areas": [
            {
                "area": "peopleops",
                "level": 1,
                "level_high": 2,
                "score": "1.33",
                "score_high": "2.67",
                "answered": 3,
                "questions": 3,
                "complete": True,
                "next_level": {
                    "level": 2,
                    "steps": 1,
                    "changes": [{"question": "peopleops-2", "from": 1, "to": 2}],
                },
            },
            {
                "area": "cloudops",
                "level": None,
                "level_high": None,
                "score": None,
                "score_high": None,
                "answered": 1,
                "questions": 1,
                "complete": True,
                "next_level": None,
            },
            {
                "area": "secops",
                "level": 3,
                "level_high": 3,
                "score": "3.00",
                "score_high": "3.00",
                "answered": 1,
                "questions": 1,
                "complete": True,
                "next_level": {
                    "level": 4,
                    "steps": 1,
                    "changes": [{"question": "secops-1", "from": 3, "to": 4}],
                },
            },
        ],
        "foundation_gaps": [{"area": "secops", "level": 3, "foundation": "peopleops", "foundation_level": 1}],
    }


def test_json_scores_have_two_decimals_halves_rounded_up() -> None:
    document = result_to_json(score(make_rubric([199, 1]), {"peopleops-1": 1, "peopleops-2": 2}))

    assert document["areas"][0]["score"] == "1.01"  # type: ignore[index]
