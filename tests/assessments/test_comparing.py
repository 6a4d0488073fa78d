"""Results beside one another: the differences, their sentences, what differs in the answers, and the radar of five."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from assessments.answer_differences import AreaDifferences, DifferenceGroup, alike_areas, differing_areas
from assessments.charts import Series, radar_figure, radar_geometry, radar_svg
from assessments.charts.colours import contrast
from assessments.charts.styles import series_styles
from assessments.comparing import (
    Compared,
    difference_rows,
    difference_sentences,
    in_common,
    incomparable,
    labels_of,
    of_median,
    other_areas,
)
from assessments.datatypes import EvidenceLink, GivenAnswer
from assessments.peers import AreaFigures, Basis, Cohort, CohortFigures
from rubric.datatypes import Rubric
from tests.assessments.sheets import Value, answers_by_area, make_cycle_result, small_rubric

SVG = "{http://www.w3.org/2000/svg}"
NA = "not_applicable"


def a_result(
    label: str,
    *levels: Value,
    rubric: Rubric | None = None,
    team: str = "Ice Watch",
    starts_on: date = date(2025, 10, 1),
    given: Mapping[str, GivenAnswer] | None = None,
) -> Compared:
    """A team's result in which each area's questions are all at one of `levels`, from the bottom of the stack; but for
    what is `given` of single questions."""
    rubric = rubric or small_rubric(areas=len(levels))
    same = {area.code: (value, value) for area, value in zip(rubric.areas, levels, strict=True)}
    answers = {code: GivenAnswer(code, value) for code, value in answers_by_area(rubric, same).items()}
    source = make_cycle_result(
        rubric=rubric, given=answers | dict(given or {}), team=team, cycle=label, starts_on=starts_on
    )
    return Compared(label, rubric, source.result, team, source)


# ---- The table of differences ----


def test_each_result_is_set_against_the_first_from_the_top_of_the_stack_down() -> None:
    rows = difference_rows([a_result("Q1", 2, 3, 4), a_result("Q2", 3, 3, 2)])
    assert [row.area for row in rows] == ["area3", "area2", "area1"]
    assert [[(cell.level, cell.difference) for cell in row.cells] for row in rows] == [
        [(4, ""), (2, "−2")],
        [(3, ""), (3, "same")],
        [(2, ""), (3, "+1")],
    ]
    assert [cell.score for cell in rows[0].cells] == ["4.0", "2.0"]


@pytest.mark.parametrize(("base", "other"), [(NA, 3), (3, NA), (NA, NA)])
def test_a_gap_is_a_gap_and_no_zero(base: Value, other: Value) -> None:
    (row,) = difference_rows([a_result("Q1", base), a_result("Q2", other)])
    assert row.cells[1].difference == "–"
    assert {(cell.level is None, cell.level_name == "Not rated") for cell in row.cells} <= {
        (True, True),
        (False, False),
    }


@pytest.mark.parametrize(
    ("base", "other", "sentence"),
    [
        ((2, 2, 2), (3, 3, 3), "Q2: all three areas are higher."),
        ((2, 2), (1, 1), "Q2: both areas are lower."),
        ((2,), (2,), "Q2: its one area is the same."),
        ((2, 2, 2), (3, 2, 1), "Q2: one area is higher, one is lower, and one is the same."),
        ((2, 2, 2), (3, 3, 2), "Q2: two areas are higher and one is the same."),
        ((2, 2, 2), (2, 2, NA), "Q2: two areas are the same and one can't be compared."),
        ((2, NA, 2), (1, 2, NA), "Q2: one area is lower and two can't be compared."),
        ((NA, 2), (2, NA), "Q2: no area can be compared."),
    ],
)
def test_a_sentence_counts_what_is_higher_lower_and_the_same(
    base: Sequence[Value], other: Sequence[Value], sentence: str
) -> None:
    compared = [a_result("Q1", *base), a_result("Q2", *other)]
    assert difference_sentences(compared, difference_rows(compared)) == (sentence,)


def test_names_leave_out_what_all_have_in_common() -> None:
    cycles, teams = [("Ice", "Q1"), ("Ice", "Q2")], [("Ice", "Q1"), ("Sea", "Q1")]
    mixed = [("Ice", "Q1"), ("Sea", "Q2")]
    assert (labels_of(cycles), in_common(cycles)) == (["Q1", "Q2"], "Ice")
    assert (labels_of(teams), in_common(teams)) == (["Ice", "Sea"], "Q1")
    assert (labels_of(mixed), in_common(mixed)) == (["Ice, Q1", "Sea, Q2"], "")


# ---- Medians ----


def median(**areas: AreaFigures) -> Compared:
    return of_median("Median", small_rubric(), CohortFigures(Cohort(Basis.ALL), 9, 6, areas))


def test_a_median_is_drawn_as_a_result_without_scores_and_with_gaps_where_too_few_are_rated() -> None:
    compared = [a_result("Q1", 2, 2, 2), median(area1=AreaFigures(1, 3, 4), area3=AreaFigures(median=1))]
    rows = difference_rows(compared)
    assert [(row.cells[1].level, row.cells[1].difference, row.cells[1].score) for row in rows] == [
        (1, "−1", "–"),
        (None, "–", "–"),
        (3, "+1", "–"),
    ]
    assert rows[1].cells[1].level_name == "Too few are rated"
    assert differing_areas(compared) == ()


# ---- Versions ----


def test_areas_of_another_version_are_matched_by_code_and_the_others_are_named() -> None:
    new = replace(small_rubric(areas=3), version="2")
    compared = [a_result("Q1", 2, 3), a_result("Q2", 3, 3, 5, rubric=new)]
    assert incomparable(compared) == ()
    assert [row.cells[1].difference for row in difference_rows(compared)] == ["same", "+1"]
    assert other_areas(compared) == ("Area 3",)
    back = difference_rows(compared[::-1])
    assert (back[0].cells[1].level_name, back[0].cells[1].difference) == ("Not in version 1", "–")


@pytest.mark.parametrize(
    "rubric",
    [
        replace(small_rubric(areas=2), code="other"),
        small_rubric(areas=2, levels=4),
        replace(small_rubric(areas=2), areas=small_rubric(areas=4).areas[2:]),
    ],
)
def test_levels_that_mean_something_else_are_not_compared(rubric: Rubric) -> None:
    stranger = a_result("Q2", 3, 3, rubric=rubric)
    assert incomparable([a_result("Q1", 2, 3), stranger]) == (stranger,)


# ---- What differs in the answers ----

LATER = date(2026, 1, 1)
LOG, PLAN = EvidenceLink("A log", "https://example.gov/log"), EvidenceLink("A plan", "https://example.gov/plan")


def differing(base: Compared, *others: Compared) -> tuple[AreaDifferences, ...]:
    return differing_areas([base, *others])


def test_a_later_cycle_tells_what_changed_by_whom_and_with_which_new_evidence() -> None:
    before = {"area1-1": GivenAnswer("area1-1", 2, rationale="Some.", evidence=(LOG,), answered_by="Ann")}
    after = {"area1-1": GivenAnswer("area1-1", 3, rationale="More.", evidence=(LOG, PLAN), answered_by="Bo")}
    (area,) = differing(a_result("Q1", 2, 3, given=before), a_result("Q2", 2, 3, starts_on=LATER, given=after))
    (group,) = area.groups
    (line,) = group.differences
    assert (area.name, area.summary, group.label, group.moved) == (
        "Area 1",
        "the answer to 1 of 2 questions differs",
        "Q2",
        True,
    )
    assert (line.name, line.before, line.after) == ("Area 1 1", "Level 2, Name 2", "Level 3, Name 3")
    assert (line.notes, line.by, line.evidence) == ("Changed rationale and changed evidence.", "Bo", (PLAN,))


def test_texts_that_are_new_or_gone_are_told_also_where_the_level_is_the_same() -> None:
    before = {"area1-1": GivenAnswer("area1-1", 2, evidence=(LOG,))}
    after = {"area1-1": GivenAnswer("area1-1", 2, rationale="Why.")}
    (area,) = differing(a_result("Q1", 2, given=before), a_result("Q2", 2, starts_on=LATER, given=after))
    (line,) = area.groups[0].differences
    assert (line.after, line.chosen, line.notes) == (
        "Level 2, Name 2",
        False,
        "New rationale and no evidence any more.",
    )
    assert line.rationale == "Why."
    assert area.summary == "the levels chosen are the same; only the rationale or evidence changed for 1 of 2 questions"


SAME_LEVEL = "more the level chosen is the same, only the rationale or evidence changed"


@pytest.mark.parametrize(
    ("levels", "texts", "summary"),
    [
        (2, 0, "answers to 2 of 4 questions differ"),
        (1, 1, f"the answer to 1 of 4 questions differs; for 1 {SAME_LEVEL}"),
        (0, 2, "the levels chosen are the same; only the rationale or evidence changed for 2 of 4 questions"),
        (2, 2, f"answers to 2 of 4 questions differ; for 2 {SAME_LEVEL}"),
    ],
)
def test_questions_are_counted_and_those_at_the_same_level_with_other_words_told_apart(
    levels: int, texts: int, summary: str
) -> None:
    codes = [f"area1-{number}" for number in range(1, 5)]
    before = {code: GivenAnswer(code, 2) for code in codes}
    after = before | {code: GivenAnswer(code, 3) for code in codes[:levels]}
    after |= {code: GivenAnswer(code, 2, rationale="Why.") for code in codes[levels : levels + texts]}
    rubric = small_rubric(areas=1, questions=4)
    (area,) = differing(
        a_result("Q1", 2, rubric=rubric, given=before),
        a_result("Q2", 2, rubric=rubric, given=after, starts_on=LATER),
    )
    assert area.summary == summary


@pytest.mark.parametrize(
    "other",
    [
        {"team": "Sea Watch", "starts_on": LATER},
        {"team": "Ice Watch", "starts_on": date(2025, 7, 1)},
    ],
)
def test_between_teams_and_looking_back_only_the_answer_itself_counts(other: dict[str, Any]) -> None:
    given = {
        "area1-1": GivenAnswer("area1-1", 2, rationale="Other words."),
        "area1-2": GivenAnswer("area1-2", "unknown", rationale="Other words.", evidence=(LOG,)),
    }
    (area,) = differing(a_result("Q1", 2), a_result("Q2", 2, given=given, **other))
    (group,) = area.groups
    (line,) = group.differences
    assert not group.moved
    assert (line.question, line.before, line.after) == ("area1-2", "Level 2, Name 2", "Don't know")
    assert (line.notes, line.evidence) == ("", ())


def test_a_question_that_several_results_answer_otherwise_counts_once_from_the_top_of_the_stack_down() -> None:
    areas = differing(a_result("Q1", 2, 2, 2), a_result("Q2", 3, 2, 2), a_result("Q3", 3, 2, 4, starts_on=LATER))
    assert [(area.name, area.summary) for area in areas] == [
        ("Area 3", "answers to 2 of 2 questions differ"),
        ("Area 1", "answers to 2 of 2 questions differ"),
    ]
    assert [(group.label, group.summary) for group in areas[1].groups] == [
        ("Q2", "answers to 2 of 2 questions differ"),
        ("Q3", "answers to 2 of 2 questions differ"),
    ]
    assert alike_areas(small_rubric(), areas) == "Area 2"


def test_other_words_in_one_result_and_another_level_in_the_next_are_one_question() -> None:
    words = {"area1-1": GivenAnswer("area1-1", 2, rationale="Why.")}
    level = {"area1-1": GivenAnswer("area1-1", 3)}
    (area,) = differing(
        a_result("Q1", 2), a_result("Q2", 2, starts_on=LATER, given=words), a_result("Q3", 2, given=level)
    )
    assert area.summary == "the answer to 1 of 2 questions differs"
    assert area.groups[0].summary.startswith("the levels chosen are the same;")


def test_questions_that_one_version_only_has_are_counted_too_and_a_median_has_none() -> None:
    old, new = small_rubric(areas=1, questions=2), replace(small_rubric(areas=1, questions=3), version="2")
    larger = Compared("Median", small_rubric(areas=1, questions=5), a_result("Q1", 2).result)
    (area,) = differing(a_result("Q1", 2, rubric=old), a_result("Q2", 3, rubric=new, starts_on=LATER), larger)
    assert area.summary == "answers to 2 of 3 questions differ"


def test_a_question_that_one_version_only_has_is_told_of_as_such() -> None:
    old, new = small_rubric(areas=1, questions=2), replace(small_rubric(areas=1, questions=3), version="2")
    added = a_result("Q2", 2, rubric=new, starts_on=LATER, given={"area1-3": GivenAnswer("area1-3", 4)})
    base = a_result("Q1", 2, rubric=old)
    (line,) = only(differing(base, added)).differences
    assert (line.name, line.before, line.after) == ("Area 1 3", "Not asked", "Level 4, Name 4")
    assert line.notes == "Only version 2 has this question."
    (line,) = only(differing(added, base)).differences
    assert (line.before, line.after, line.notes) == (
        "Level 4, Name 4",
        "Not asked",
        "Only version 2 has this question.",
    )


def test_a_question_that_was_worded_anew_is_told_of_as_such() -> None:
    old = small_rubric(areas=1)
    question = replace(old.areas[0].questions[0], text="Another wording?")
    area = replace(old.areas[0], questions=(question, old.areas[0].questions[1]))
    new = replace(old, version="2", areas=(area,))
    group = only(differing(a_result("Q1", 2), a_result("Q2", 3, rubric=new, starts_on=LATER)))
    assert [line.notes for line in group.differences] == ["The question is worded anew.", ""]


def only(areas: Sequence[AreaDifferences]) -> DifferenceGroup:
    (area,) = areas
    (group,) = area.groups
    return group


# ---- The radar of several results ----

FIVE = tuple(
    Series(f"Q{number}", a_result(f"Q{number}", *levels).result, "comparison" if number > 1 else "base")
    for number, levels in enumerate([(1, 2, 3), (2, 2, 2), (3, NA, 3), (4, 4, 4), (5, 1, 5)], start=1)
)


def test_five_series_differ_in_dash_and_in_marker_and_can_be_seen_on_white() -> None:
    styles = series_styles([*FIVE, Series("Validated", FIVE[0].result, "validated")])
    for one, other in combinations(styles, 2):
        assert one.dash != other.dash
        assert one.marker != other.marker
        assert one.symbol != other.symbol
    assert all(contrast(style.colour, "#ffffff") >= 4.5 for style in styles)


def test_several_results_are_outlines_none_of_which_covers_another() -> None:
    svg = radar_svg(small_rubric(), FIVE, ident="r", title="Radar")
    assert "fill-opacity" not in svg
    assert "clipPath" not in svg
    legend = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314
    assert [one.label for one in FIVE if one.label in legend] == ["Q1", "Q2", "Q3", "Q4", "Q5"]


def test_drawing_and_interactive_figure_say_what_the_table_says_gaps_too() -> None:
    compared = [Compared(one.label, small_rubric(), one.result) for one in FIVE]
    rows = difference_rows(compared)
    table = [[row.cells[place].level for row in reversed(rows)] for place in range(5)]
    geometry = radar_geometry(small_rubric(), FIVE)
    top, radius = geometry.layout.top, geometry.layout.radius
    for one, levels in zip(geometry.series, table, strict=True):
        drawn = {point.axis: round((point.x**2 + point.y**2) ** 0.5 / radius * top) for point in one.markers}
        assert [drawn.get(axis) for axis in range(3)] == levels
    data: Any = radar_figure(small_rubric(), FIVE)["data"]
    figure = {trace["name"]: trace["r"][:-1] for trace in data}
    assert [figure[one.label] for one in FIVE] == table
    assert not any(trace.get("fill") for trace in data)
    assert data[-1]["name"] == "Q1"


def test_a_gap_interrupts_the_line_of_its_series_alone() -> None:
    geometry = radar_geometry(small_rubric(), FIVE)
    assert [len(one.markers) for one in geometry.series] == [3, 3, 2, 3, 3]
    assert [all(line.closed for line in one.lines) for one in geometry.series] == [True, True, False, True, True]


def test_nobody_s_words_are_markup_in_the_legend() -> None:
    series = (replace(FIVE[0], label="<b>Ice</b>"), FIVE[1])
    svg = radar_svg(small_rubric(), series, ident="r", title="Radar")
    assert not re.search(r"<b>", svg)
