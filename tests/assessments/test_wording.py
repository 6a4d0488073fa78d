"""The sentences that say a result in words, in every case of the rule and in right grammar."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from assessments.scoring import NOT_APPLICABLE, UNKNOWN, Answer, FoundationGap, Result, as_shown, explain, score
from assessments.wording import (
    Movement,
    band,
    because,
    gap_sentence,
    headline,
    join_words,
    level_text,
    more_routes,
    movement,
    rule_sentence,
    verdict_sentence,
)
from rubric.datatypes import Rubric
from tests.assessments.test_scoring import make_answers, make_rubric

NA = NOT_APPLICABLE


def headline_of(*areas: Sequence[Answer | None]) -> str:
    rubric = make_rubric(*[[1] * len(values) for values in areas])
    return headline(rubric, as_shown(score(rubric, make_answers(rubric, *areas))))


def because_of(values: Sequence[Answer | None], *, weights: Sequence[int] = (), **options: int) -> str:
    rubric = make_rubric(weights or [1] * len(values), **options)
    answers = make_answers(rubric, values)
    return because(rubric, explain(rubric, answers, as_shown(score(rubric, answers)))[0])


def result_of(rubric: Rubric, *areas: Sequence[Answer | None]) -> Result:
    return as_shown(score(rubric, make_answers(rubric, *areas)))


def sentences_of(before: Sequence[Answer | None], after: Sequence[Answer | None]) -> str:
    rubric = make_rubric([1] * len(before))
    return movement(rubric, result_of(rubric, before), result_of(rubric, after))[0].sentence


# ---- Words ----


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b, and c")],
)
def test_words_are_joined_as_they_are_spoken(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_a_level_is_named_with_its_number_and_an_area_without_one_is_not_rated() -> None:
    assert level_text(make_rubric([1]), 3) == "Level 3, Defined"
    assert level_text(make_rubric([1]), None) == "Not rated"


# ---- The rule ----


@pytest.mark.parametrize(
    ("share", "shortfall", "sentence"),
    [
        (
            60,
            1,
            "An area is at level L when at least 60 % of its questions' weight is answered at L or above "
            "and no question lies more than one level below L.",
        ),
        (
            75,
            2,
            "An area is at level L when at least 75 % of its questions' weight is answered at L or above "
            "and no question lies more than two levels below L.",
        ),
        (
            100,
            0,
            "An area is at level L when all of its questions' weight is answered at L or above "
            "and no question lies below L.",
        ),
        (50, 4, "An area is at level L when at least 50 % of its questions' weight is answered at L or above."),
    ],
)
def test_the_rule_is_said_with_the_rubrics_own_numbers(share: int, shortfall: int, sentence: str) -> None:
    assert rule_sentence(make_rubric([1], required_share=share, max_shortfall=shortfall)) == sentence


# ---- The headline ----


def test_a_headline_says_where_most_areas_stand_and_which_are_highest_and_lowest() -> None:
    assert headline_of([2], [3], [2], [4], [1], [2], [3]) == (
        "Six of seven areas are at Level 2, Repeatable, or above. DevOps stands highest, at Level 4, Managed. "
        "DataOps stands lowest, at Level 1, Initial / Ad Hoc. All 7 questions are answered."
    )


def test_a_headline_on_two_levels_says_each_once() -> None:
    assert headline_of([2], [2], [2], [2], [1], [2], [2]) == (
        "Six of seven areas are at Level 2, Repeatable. DataOps stands lowest, at Level 1, Initial / Ad Hoc. "
        "All 7 questions are answered."
    )
    assert headline_of([1], [3], [1], [1], [1], [1], [3]) == (
        "CloudOps and AIOps stand highest, at Level 3, Defined. Five areas stand lowest, at Level 1, Initial / Ad Hoc. "
        "All 7 questions are answered."
    )


def test_a_headline_says_one_of_in_the_singular() -> None:
    assert headline_of([1], [3]).startswith("CloudOps stands highest, at Level 3, Defined. PeopleOps stands lowest, ")


def test_a_headline_says_when_all_areas_stand_level() -> None:
    assert headline_of([3], [3], [3]) == "All three areas are at Level 3, Defined. All 3 questions are answered."
    assert headline_of([3], [3]) == "Both areas are at Level 3, Defined. Both questions are answered."


def test_a_headline_says_which_areas_are_not_rated() -> None:
    assert headline_of([3], [NA], [3], [4], [NA]) == (
        "DevOps stands highest, at Level 4, Managed. PeopleOps and SecOps stand lowest, at Level 3, Defined. "
        "CloudOps and DataOps are not rated. All 5 questions are answered."
    )
    assert headline_of([3], [NA], [3]) == (
        "Both rated areas are at Level 3, Defined. CloudOps is not rated. All 3 questions are answered."
    )
    assert headline_of([NA], [2]) == (
        "CloudOps, the only area rated, is at Level 2, Repeatable. PeopleOps is not rated. Both questions are answered."
    )


def test_a_headline_of_nothing_rated_says_why() -> None:
    assert headline_of([NA], [NA]) == (
        "No area is rated, because every question is marked “Not applicable”. Both questions are answered."
    )


def test_a_headline_of_nothing_answered_claims_no_level() -> None:
    assert headline_of([None, None], [None]) == "No question is answered yet, so there are no levels to show."


def test_a_headline_counts_no_area_at_level_1_that_nobody_has_begun() -> None:
    assert headline_of([3], [None], [None, None]) == (
        "PeopleOps, the only area rated, is at Level 3, Defined. CloudOps and SecOps are not started. "
        "The result is provisional: 3 of 4 questions are unanswered, in CloudOps and SecOps."
    )
    assert headline_of([3], [NA], [None]).startswith(
        "PeopleOps, the only area rated, is at Level 3, Defined. CloudOps is not rated. SecOps is not started. "
    )
    assert headline_of([NA], [None]).startswith("PeopleOps is not rated. CloudOps is not started. The result is ")


def test_a_headline_says_what_is_unanswered_while_the_result_is_provisional() -> None:
    assert headline_of([3, 3], [3, None]).endswith(
        "The result is provisional: 1 of 4 questions is unanswered, in CloudOps."
    )
    assert headline_of([3, None], [None, None]).endswith("3 of 4 questions are unanswered, in PeopleOps and CloudOps.")
    assert headline_of([3], *[[None]] * 5).endswith("5 of 6 questions are unanswered, in five areas.")


def test_a_headline_says_where_what_is_not_known_leaves_room() -> None:
    assert headline_of([3], [UNKNOWN]).endswith(
        "Both questions are answered; “Don't know” leaves room for CloudOps to stand higher."
    )
    assert headline_of([UNKNOWN]).endswith(
        "The one question is answered; “Don't know” leaves room for PeopleOps to stand higher."
    )


# ---- Because ----


def test_a_level_is_explained_by_its_share_and_its_floor_and_by_what_holds_it() -> None:
    assert because_of([3, 3, 3, 2, 2, 1]) == (
        "Level 2, Repeatable, because 5 of 6 questions (83 %) are answered at Level 2 or above. It is held from "
        "Level 3, Defined, because 3 of 6 questions (50 %) are answered at Level 3 or above, where at least 60 % is "
        "needed, and 1 question lies below Level 2."
    )


def test_a_level_that_only_the_share_holds_back_says_so() -> None:
    assert because_of([3, 3, 3, 2, 2, 2]) == (
        "Level 2, Repeatable, because all 6 questions are answered at Level 2 or above. It is held from Level 3, "
        "Defined, because 3 of 6 questions (50 %) are answered at Level 3 or above, where at least 60 % is needed."
    )


def test_a_level_that_only_the_floor_holds_back_says_so() -> None:
    assert because_of([5, 5, 5, 5, 5, 1]).endswith(
        "It is held from Level 3, Defined, because 1 question lies below Level 2."
    )
    assert because_of([5, 5, 5, 5, 1, 1]).endswith("because 2 questions lie below Level 2.")


def test_level_1_needs_no_reason() -> None:
    assert because_of([1, 1, 2]) == (
        "Level 1, Initial / Ad Hoc, is where every area starts. It is held from Level 2, Repeatable, because "
        "1 of 3 questions (33 %) is answered at Level 2 or above, where at least 60 % is needed."
    )


def test_the_top_level_is_held_from_nothing() -> None:
    assert because_of([5, 5, 4]) == (
        "Level 5, Optimized, the highest, because 2 of 3 questions (67 %) are answered at Level 5 "
        "and none lies below Level 4."
    )
    assert because_of([5, 5]) == "Level 5, Optimized, the highest, because both questions are answered at Level 5."


def test_none_and_only_one_question_are_said_as_such() -> None:
    assert "because none of the 2 questions is answered at Level 4 or above" in because_of([3, 3])
    assert because_of([4]) == (
        "Level 4, Managed, because its one question is answered at Level 4 or above. "
        "It is held from Level 5, Optimized, because its one question is not answered at Level 5."
    )


def test_questions_of_different_weight_are_explained_by_weight() -> None:
    assert because_of([3, 3, 2], weights=[3, 1, 3]) == (
        "Level 2, Repeatable, because all 3 questions are answered at Level 2 or above. It is held from Level 3, "
        "Defined, because 57 % of the questions' weight (4 of 7) is answered at Level 3 or above, "
        "where at least 60 % is needed."
    )


def test_questions_of_one_weight_are_counted_whatever_the_weight() -> None:
    assert "because 1 of 2 questions (50 %) is answered at Level 3" in because_of([3, 2], weights=[4, 4])


def test_a_weight_that_is_not_applicable_does_not_count() -> None:
    assert "because 1 of 2 questions (50 %) is answered at Level 3" in because_of([3, 2, NA], weights=[4, 4, 9])


def test_a_share_is_never_rounded_to_what_it_does_not_reach() -> None:
    assert "because just under 60 % of the questions' weight (599 of 1000)" in because_of([3, 2], weights=[599, 401])
    assert "because 60 % of the questions' weight (600 of 1000)" in because_of([3, 2], weights=[600, 400])
    assert "because just under 100 % of the questions' weight" in because_of([3, 2], weights=[999, 1])
    assert "because under 1 % of the questions' weight (1 of 1000)" in because_of([3, 2], weights=[1, 999])


def test_unanswered_and_not_known_are_told_apart_and_both_said_to_count_as_level_1() -> None:
    assert because_of([3, 3, UNKNOWN]).endswith(" 1 question is answered “Don't know” and counts as Level 1.")
    assert because_of([3, 3, None]).endswith(" 1 question is unanswered and counts as Level 1 so far.")
    assert because_of([3, None, None, UNKNOWN, UNKNOWN]).endswith(
        " 2 questions are unanswered and count as Level 1 so far."
        " 2 questions are answered “Don't know” and count as Level 1."
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([3, 3, UNKNOWN], "Could be up to Level 3, Defined, if what isn't known yet turns out well."),
        ([3, 3, None], "Could be up to Level 3, Defined, if the unanswered question turns out well."),
        ([3, None, None], "Could be up to Level 4, Managed, if the 2 unanswered questions turn out well."),
        (
            [3, None, UNKNOWN],
            "Could be up to Level 4, Managed, if the unanswered question and what isn't known yet turn out well.",
        ),
        ([3, 3, 3], ""),
        ([None, None], ""),
        ([NA], ""),
    ],
)
def test_a_band_says_what_it_hangs_on(values: list[Answer | None], sentence: str) -> None:
    rubric = make_rubric([1] * len(values))
    answers = make_answers(rubric, values)
    result = as_shown(score(rubric, answers))
    assert band(rubric, result.areas[0], explain(rubric, answers, result)[0]) == sentence


def test_answers_left_out_are_said() -> None:
    assert because_of([3, 3, NA]).endswith(" 1 question is left out as “Not applicable”.")
    assert because_of([3, NA, NA]).endswith(" 2 questions are left out as “Not applicable”.")


def test_an_area_that_nobody_has_begun_says_only_that() -> None:
    assert because_of([None, None]) == "Not started: no question is answered yet."


def test_an_area_not_rated_says_why() -> None:
    assert because_of([NA, NA]) == "Not rated, because every question is marked “Not applicable”."


def test_a_strict_rubric_is_explained_once_and_not_twice() -> None:
    assert because_of([2, 3, 3], required_share=100, max_shortfall=0) == (
        "Level 2, Repeatable, because all 3 questions are answered at Level 2 or above. It is held from Level 3, "
        "Defined, because 2 of 3 questions (67 %) are answered at Level 3 or above, where all are needed."
    )


def test_a_floor_that_reaches_below_level_1_is_not_spoken_of() -> None:
    assert because_of([3, 3, 1], max_shortfall=3).startswith(
        "Level 3, Defined, because 2 of 3 questions (67 %) are answered at Level 3 or above. "
    )


# ---- Foundation gaps ----


def test_a_foundation_gap_is_a_prompt_to_look_again() -> None:
    rubric = make_rubric(*[[1]] * 7)

    assert gap_sentence(rubric, FoundationGap("mlops", 4, "dataops", 1)) == (
        "MLOps stands at Level 4 on DataOps at Level 1. "
        "Look again at whether the answers for both areas describe what is in place today."
    )


# ---- The way up ----


def test_ways_that_are_not_shown_are_counted_and_placed() -> None:
    assert more_routes([]) == ""
    assert more_routes(["SecOps"]) == "One more way to a higher level stands on the page of SecOps."
    assert more_routes(["SecOps", "MLOps"]) == (
        "Two more ways to a higher level stand on the pages of SecOps and MLOps."
    )


# ---- Movement ----


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ([2, 2], [3, 3], "PeopleOps rose from Level 2 to Level 3."),
        ([3, 3], [1, 1], "PeopleOps fell from Level 3 to Level 1."),
        ([2, 2], [2, 3], "PeopleOps stays at Level 2; its score rose from 2.0 to 2.5."),
        ([2, 3], [2, 2], "PeopleOps stays at Level 2; its score fell from 2.5 to 2.0."),
        ([2, 2], [2, 2], "PeopleOps stays at Level 2; its score is the same."),
        ([2] * 30, [2] * 29 + [3], "PeopleOps stays at Level 2; its score rose by less than 0.1."),
        ([NA], [2], "PeopleOps was not rated before; it is at Level 2 now."),
        ([2], [NA], "PeopleOps was at Level 2 before; it is not rated now."),
        ([NA], [NA], "PeopleOps is not rated, as before."),
        (
            [3, 3],
            [3, None],
            "PeopleOps was at Level 3 before; 1 question is unanswered, so what moved isn't known yet.",
        ),
        (
            [3, 3],
            [None] * 2,
            "PeopleOps was at Level 3 before; 2 questions are unanswered, so what moved isn't known yet.",
        ),
        ([NA], [None], "PeopleOps was not rated before; 1 question is unanswered, so what moved isn't known yet."),
    ],
)
def test_a_movement_is_said_in_one_sentence(before: list[Answer], after: list[Answer], sentence: str) -> None:
    assert sentences_of(before, after) == sentence


def test_a_movement_has_levels_and_the_exact_difference_of_the_scores() -> None:
    rubric = make_rubric([1, 1, 1])

    assert movement(rubric, result_of(rubric, [2, 2, 2]), result_of(rubric, [3, 3, 1])) == (
        Movement("peopleops", 2, 2, Fraction(1, 3), "PeopleOps stays at Level 2; its score rose from 2.0 to 2.3."),
    )


def test_a_difference_needs_two_scores_and_all_answers() -> None:
    rubric = make_rubric([1])

    assert movement(rubric, result_of(rubric, [NA]), result_of(rubric, [3]))[0].score_difference is None
    assert movement(rubric, result_of(rubric, [2]), result_of(rubric, [None]))[0].score_difference is None


def test_areas_that_only_one_of_the_results_has_are_told_apart() -> None:
    small, large = make_rubric([1]), make_rubric([1], [1])

    grown = movement(large, result_of(small, [2]), result_of(large, [2], [3]))
    shrunk = movement(small, result_of(large, [2], [3]), result_of(small, [2]))

    assert grown[1] == Movement(
        "cloudops", None, 3, None, "CloudOps was not part of the earlier result; it is at Level 3 now."
    )
    assert shrunk[1] == Movement("cloudops", 3, None, None, "cloudops is not part of the later result.")


# ---- Claimed and validated ----


@pytest.mark.parametrize(
    ("validated", "sentence"),
    [
        ({}, ""),
        ({"peopleops": None}, ""),
        ({"peopleops": 3}, "The Center of Excellence finds the level as claimed."),
        ({"peopleops": 3, "cloudops": 2}, "The Center of Excellence finds both levels as claimed."),
        ({"peopleops": 3, "cloudops": 2, "secops": 1}, "The Center of Excellence finds all three levels as claimed."),
        (
            {"peopleops": 2, "cloudops": 2},
            "The Center of Excellence finds another level than claimed: PeopleOps at Level 2, claimed Level 3.",
        ),
        (
            {"devops": 1},
            "The Center of Excellence finds another level than claimed: DevOps at Level 1, not rated by the team.",
        ),
        (
            {"peopleops": 1, "cloudops": 1, "secops": 2, "devops": 1},
            "The Center of Excellence finds other levels than claimed: PeopleOps at Level 1, claimed Level 3; "
            "CloudOps at Level 1, claimed Level 2; SecOps at Level 2, claimed Level 1; and one more.",
        ),
    ],
)
def test_claimed_and_validated_levels_are_set_side_by_side(validated: dict[str, int | None], sentence: str) -> None:
    rubric = make_rubric([1], [1], [1], [1])
    assert verdict_sentence(rubric, result_of(rubric, [3], [2], [1], [NA]), validated) == sentence
