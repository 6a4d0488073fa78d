"""What holds of scoring whatever the rubric and the answers, against the definition taken literally."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring import NOT_APPLICABLE, UNKNOWN, Answer, NextLevel, explain, score
from rubric.datatypes import Area, Rubric
from tests.assessments.test_scoring import make_rubric

settings.register_profile("scoring", deadline=None, max_examples=300)
EXAMPLES = settings.get_profile("scoring")


@st.composite
def rubrics(draw: st.DrawFn, *, most_areas: int = 3, most_questions: int = 6, most_levels: int = 6) -> Rubric:
    size = draw(st.integers(1, most_levels))
    weights = st.lists(st.integers(1, draw(st.sampled_from([1, 3, 100]))), min_size=1, max_size=most_questions)
    return make_rubric(
        *draw(st.lists(weights, min_size=1, max_size=most_areas)),
        required_share=draw(st.integers(1, 100) | st.sampled_from([1, 50, 60, 100])),
        max_shortfall=draw(st.integers(0, size - 1)),
        levels=[f"Name {number}" for number in range(1, size + 1)],
    )


@st.composite
def assessments(draw: st.DrawFn, **sizes: int) -> tuple[Rubric, dict[str, Answer]]:
    rubric = draw(rubrics(**sizes))
    answer = st.integers(1, rubric.top) | st.sampled_from([None, UNKNOWN, NOT_APPLICABLE])
    drawn = {code: draw(answer) for code in rubric.question_by_code}
    return rubric, {code: value for code, value in drawn.items() if value is not None}


def values_of(rubric: Rubric, area: Area, answers: dict[str, Answer], *, unknown: int) -> dict[str, int]:
    """The values of an area's questions that count, with `unknown` for those not known or not answered."""
    values = {question.code: answers.get(question.code, UNKNOWN) for question in area.questions}
    return {
        code: unknown if value == UNKNOWN else int(value) for code, value in values.items() if value != NOT_APPLICABLE
    }


def reaches(rubric: Rubric, values: dict[str, int], level: int) -> bool:
    """The rule, word for word."""
    weights = {code: rubric.question_by_code[code].weight for code in values}
    share = Fraction(sum(weights[code] for code in values if values[code] >= level), sum(weights.values()))
    return share >= Fraction(rubric.required_share, 100) and min(values.values()) >= level - rubric.max_shortfall


def level_of(rubric: Rubric, values: dict[str, int]) -> int:
    return max(level for level in range(1, rubric.top + 1) if reaches(rubric, values, level))


def cheapest_way(rubric: Rubric, values: dict[str, int], target: int) -> tuple[int, list[tuple[str, int, int]]]:
    """The best way to `target` by trying every one there is."""
    ways = []
    for reached in product(*(range(value, rubric.top + 1) for value in values.values())):
        if reaches(rubric, dict(zip(values, reached, strict=True)), target):
            changed = [place for place, value in enumerate(values.values()) if reached[place] > value]
            steps = sum(reached) - sum(values.values())
            ways.append((steps, len(changed), changed, [-level for level in reached]))
    steps, _, changed, negated = min(ways)
    codes = list(values)
    return steps, [(codes[place], values[codes[place]], -negated[place]) for place in changed]


@EXAMPLES
@given(assessments())
def test_levels_and_scores_are_as_the_definition_has_them(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    for area, result in zip(rubric.areas, score(rubric, answers).areas, strict=True):
        low = values_of(rubric, area, answers, unknown=1)
        high = values_of(rubric, area, answers, unknown=rubric.top)
        if not low:
            assert (result.level, result.level_high, result.score, result.score_high) == (None, None, None, None)
            continue
        weights = {code: rubric.question_by_code[code].weight for code in low}
        total = sum(weights.values())
        assert result.level == level_of(rubric, low)
        assert result.level_high == level_of(rubric, high)
        assert result.score == Fraction(sum(weights[code] * low[code] for code in low), total)
        assert result.score_high == Fraction(sum(weights[code] * high[code] for code in high), total)
        assert result.answered == sum(question.code in answers for question in area.questions)


@EXAMPLES
@given(assessments())
def test_low_never_exceeds_high_and_both_stay_on_the_scale(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    for area in score(rubric, answers).areas:
        if area.level is None or area.level_high is None or area.score is None or area.score_high is None:
            continue
        assert 1 <= area.level <= area.level_high <= rubric.top
        assert 1 <= area.score <= area.score_high <= rubric.top


@EXAMPLES
@given(assessments(), st.data())
def test_raising_an_answer_never_lowers_a_level_or_a_score(
    assessment: tuple[Rubric, dict[str, Answer]], data: st.DataObject
) -> None:
    rubric, answers = assessment
    code = data.draw(st.sampled_from(sorted(rubric.question_by_code)))
    before = answers.get(code)
    lowest = before if isinstance(before, int) else 1
    answers = {**answers, code: lowest}
    raised = {**answers, code: data.draw(st.integers(lowest, rubric.top))}
    for old, new in zip(score(rubric, answers).areas, score(rubric, raised).areas, strict=True):
        if old.level is None:
            assert new == old
            continue
        assert old.level_high is not None
        assert old.score is not None
        assert old.score_high is not None
        assert new.level is not None
        assert new.level >= old.level
        assert new.level_high is not None
        assert new.level_high >= old.level_high
        assert new.score is not None
        assert new.score >= old.score
        assert new.score_high is not None
        assert new.score_high >= old.score_high


@EXAMPLES
@given(assessments(), st.data())
def test_whatever_the_open_questions_turn_out_to_be_the_level_lies_in_the_band(
    assessment: tuple[Rubric, dict[str, Answer]], data: st.DataObject
) -> None:
    rubric, answers = assessment
    settled = {
        code: data.draw(st.integers(1, rubric.top)) if answers.get(code, UNKNOWN) == UNKNOWN else answers[code]
        for code in rubric.question_by_code
    }
    for band, area in zip(score(rubric, answers).areas, score(rubric, settled).areas, strict=True):
        if band.level is None or band.level_high is None:
            assert area.level is None
            continue
        assert area.level is not None
        assert band.level <= area.level <= band.level_high


@EXAMPLES
@given(assessments(most_areas=1, most_questions=5, most_levels=4))
def test_no_way_to_the_next_level_is_better_than_the_one_found(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    result = score(rubric, answers).areas[0]
    if result.level is None or result.level == rubric.top:
        assert result.next_level is None
        return
    low = values_of(rubric, rubric.areas[0], answers, unknown=1)
    steps, changes = cheapest_way(rubric, low, result.level + 1)
    found = result.next_level
    assert isinstance(found, NextLevel)
    assert found.level == result.level + 1
    assert (found.steps, [(c.question, c.from_level, c.to_level) for c in found.changes]) == (steps, changes)


@EXAMPLES
@given(assessments(most_questions=12))
def test_making_the_changes_reaches_the_next_level(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    for place, area in enumerate(score(rubric, answers).areas):
        if area.next_level is not None:
            changed = {change.question: change.to_level for change in area.next_level.changes}
            assert score(rubric, {**answers, **changed}).areas[place].level == area.next_level.level


@EXAMPLES
@given(assessments(most_areas=7))
def test_foundation_gaps_are_as_the_definition_has_them(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    result = score(rubric, answers)
    rated = [(area.area, area.level) for area in result.areas if area.level is not None]
    expected = []
    for place, (area, level) in enumerate(rated):
        beneath = rated[:place]
        lowest = min((other for _, other in beneath), default=level)
        if level >= lowest + 2:
            expected.append((area, level, next(name for name, other in beneath if other == lowest), lowest))
    assert [(g.area, g.level, g.foundation, g.foundation_level) for g in result.foundation_gaps] == expected


@EXAMPLES
@given(assessments())
def test_an_explanation_accounts_for_every_question(assessment: tuple[Rubric, dict[str, Answer]]) -> None:
    rubric, answers = assessment
    result = score(rubric, answers)
    for area, explanation in zip(rubric.areas, explain(rubric, answers, result), strict=True):
        low = values_of(rubric, area, answers, unknown=1)
        weight = {code: rubric.question_by_code[code].weight for code in low}
        assert explanation.weight == sum(weight.values())
        assert set(explanation.not_applicable) == {question.code for question in area.questions} - set(low)
        if explanation.level is not None:
            assert explanation.weight_at_level == sum(weight[code] for code in explanation.carrying)
        if explanation.target is not None:
            assert set(explanation.floor) <= set(explanation.below_target) <= set(low)
            assert explanation.weight_at_target + sum(weight[code] for code in explanation.below_target) == sum(
                weight.values()
            )
            short = 100 * explanation.weight_at_target < rubric.required_share * explanation.weight
            assert short or explanation.floor
