"""From rows to results: live while a team answers, sealed afterwards, and what each reader gets."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments import actions, results
from assessments.access import Access, readable_assessment
from assessments.actions import AnswerEntry
from assessments.datatypes import EvidenceLink
from assessments.models import Assessment, Role, User
from tests.factories import (
    Agency,
    answer_all,
    make_accepted,
    make_assessment,
    make_cycle,
    make_member,
    make_returned,
    make_reviewer,
    make_submitted,
)

pytestmark = pytest.mark.django_db

LINK = ("Log", "https://example.gov/log")


def reader(assessment: Assessment, person: User) -> Access:
    return readable_assessment(person, assessment.pk)


def change(assessment: Assessment, text: str) -> None:
    entry = AnswerEntry("5", rationale=text)
    actions.save_answer(assessment=assessment, code="mlops-1", entry=entry, seen_version=1, by=assessment.created_by)


def test_answers_come_in_the_rubrics_order_with_their_evidence_in_its_order() -> None:
    assessment = answer_all(make_assessment(), evidence=[("B", "https://b.example/"), ("A", "https://a.example/")])
    answers = results.answers_of(assessment)
    assert list(answers) == list(results.rubric_of(assessment).question_by_code)
    answer = answers["mlops-1"]
    assert answer.evidence == (EvidenceLink("B", "https://b.example/"), EvidenceLink("A", "https://a.example/"))
    assert (answer.choice, answer.version, answer.answered_by) == (3, 1, str(assessment.created_by))


def test_answers_take_the_same_queries_however_many_and_long(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for assessment in (make_assessment(), answer_all(make_assessment(), evidence=[LINK] * 10)):
        results.rubric_of(assessment)
        with django_assert_num_queries(2):
            results.answers_of(assessment)


def test_a_live_result_is_provisional_and_says_who_answered() -> None:
    assessment = make_assessment()
    second = make_member(organization=assessment.organization, name="Zoe")
    answer_all(assessment, choices={"mlops-1": "", "aiops-1": "unknown"})
    assessment.answers.filter(question__code="aiops-1").update(answered_by=second)
    sheet = results.live(assessment)
    assert sheet.provisional
    assert sheet.people == tuple(sorted([str(assessment.created_by), "Zoe"]))
    areas = {area.area: area for area in sheet.result.areas}
    assert (areas["mlops"].complete, areas["aiops"].complete) == (False, True)
    assert (sheet.organization, sheet.team) == (assessment.organization.name, assessment.team)


def test_a_returned_one_is_provisional_and_names_the_seal_it_had() -> None:
    assessment = make_returned()
    scorecard = assessment.scorecards.get()
    sheet = results.live(assessment)
    assert sheet.provisional
    assert sheet.returned_seal is not None
    assert (sheet.returned_seal.code, sheet.returned_seal.sequence) == (scorecard.code, 1)
    assert results.live(make_assessment()).returned_seal is None


def test_a_sealed_result_comes_from_its_document_not_from_the_rows() -> None:
    assessment = make_submitted(level=2, rationale="Sealed", evidence=[LINK])
    scorecard = assessment.scorecards.get()
    assessment.answers.update(choice="5", rationale="Tampered")
    sheet = results.sealed(scorecard)
    assert {answer.choice for answer in sheet.answers.values()} == {2}
    assert {answer.rationale for answer in sheet.answers.values()} == {"Sealed"}
    assert {area.level for area in sheet.result.areas} == {2}
    assert sheet.seal is not None
    assert (sheet.seal.code, sheet.seal.sequence, sheet.seal.sealed_by) == (
        scorecard.code,
        1,
        str(assessment.created_by),
    )


def test_a_scorecard_keeps_the_names_of_its_day() -> None:
    assessment = make_submitted()
    before = results.sealed(assessment.scorecards.get())
    User.objects.filter(pk=assessment.created_by.pk).update(name="Married Name")
    after = results.sealed(assessment.scorecards.get())
    assert (after.people, after.seal) == (before.people, before.seal)


@pytest.mark.parametrize(
    ("make", "member", "staff"),
    [(make_submitted, True, True), (make_returned, False, True), (make_accepted, True, True)],
)
def test_members_see_the_live_result_while_answers_can_change_and_staff_the_sealed_one(
    reviewer: User, make: type, member: bool, staff: bool
) -> None:
    assessment = make()
    assert (results.for_reader(reader(assessment, assessment.created_by)).seal is not None) == member
    assert (results.for_reader(reader(assessment, reviewer)).seal is not None) == staff


def test_staff_get_the_newest_seal_and_none_of_what_came_after(reviewer: User) -> None:
    assessment = make_returned(rationale="First")
    change(assessment, "In the making")
    access = reader(assessment, reviewer)
    assert results.for_reader_answers(access)["mlops-1"].rationale == "First"
    assert results.for_reader(access).answers["mlops-1"].rationale == "First"
    mine = reader(assessment, assessment.created_by)
    assert results.for_reader_answers(mine)["mlops-1"].rationale == "In the making"
    actions.submit(assessment=assessment, by=assessment.created_by)
    assert results.for_reader_answers(reader(assessment, reviewer))["mlops-1"].rationale == "In the making"


# ---- Earlier results ----


def submitted_in(agency: Agency, *, days_ago: int, level: int = 3, team: str = "") -> Assessment:
    cycle = make_cycle(starts_on=timezone.localdate() - timedelta(days=days_ago))
    return make_submitted(
        organization=agency.organization, by=agency.lead, team=team or agency.draft.team, cycle=cycle, level=level
    )


def test_earlier_results_are_the_teams_own_newest_first(agency: Agency, other: Agency) -> None:
    oldest, newest = submitted_in(agency, days_ago=300, level=1), submitted_in(agency, days_ago=100, level=2)
    submitted_in(agency, days_ago=200, team="Another Team", level=5)
    submitted_in(other, days_ago=150, team=agency.draft.team, level=5)
    earlier = list(results.earlier_results(agency.draft))
    assert [row.cycle for row in earlier] == [newest.cycle.name, oldest.cycle.name]
    assert [row.answers["mlops-1"] for row in earlier] == [2, 1]
    assert [row.result.areas[0].level for row in earlier] == [2, 1]


def test_neither_the_same_cycle_nor_later_ones_nor_drafts_are_earlier(agency: Agency) -> None:
    before = submitted_in(agency, days_ago=100)
    make_assessment(
        organization=agency.organization,
        team=agency.draft.team,
        cycle=make_cycle(starts_on=timezone.localdate() - timedelta(days=60)),
    )
    submitted_in(agency, days_ago=10)
    assert [row.cycle for row in results.earlier_results(agency.draft)] == [before.cycle.name]
    assert list(results.earlier_results(before)) == []


def test_a_team_written_otherwise_is_the_same_team(agency: Agency) -> None:
    submitted_in(agency, days_ago=100, team=agency.draft.team.upper())
    assert len(list(results.earlier_results(agency.draft))) == 1


def test_the_newest_submission_of_each_cycle_counts(agency: Agency) -> None:
    before = submitted_in(agency, days_ago=100, level=2)
    actions.return_(assessment=before, by=make_reviewer(), comment="More")
    change(before, "Second")
    actions.submit(assessment=before, by=agency.lead)
    (row,) = results.earlier_results(agency.draft)
    assert row.answers["mlops-1"] == 5


def test_at_most_four_earlier_results_in_one_query(
    agency: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for days in (100, 200, 300, 400, 500):
        submitted_in(agency, days_ago=days)
    draft = Assessment.objects.with_names().get(pk=agency.draft.pk)
    with django_assert_num_queries(1):
        assert len(list(results.earlier_results(draft))) == 4


# ---- Many at once, and progress ----


def test_choices_of_many_come_with_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = answer_all(make_assessment(), choices={"mlops-1": "unknown", "mlops-2": "not_applicable", "mlops-3": ""})
    second = make_assessment()
    with django_assert_num_queries(1):
        choices = results.choices_of([first, second])
    assert choices[second.pk] == {}
    assert len(choices[first.pk]) == 28
    assert (choices[first.pk]["mlops-1"], choices[first.pk]["mlops-2"]) == ("unknown", "not_applicable")


def test_progress_counts_answers_of_any_kind_and_names_the_open_questions(agency: Agency) -> None:
    entry = AnswerEntry("unknown")
    actions.save_answer(assessment=agency.draft, code="mlops-2", entry=entry, seen_version=0, by=agency.lead)
    rubric = results.rubric_of(agency.draft)
    steps = {step.area.code: step for step in results.progress(rubric, results.answers_of(agency.draft))}
    mlops = steps["mlops"]
    assert (mlops.answered, mlops.questions) == (1, len(mlops.area.questions))
    assert [number for number, _ in mlops.open] == [1, *range(3, mlops.questions + 1)]
    assert steps["aiops"].answered == 0
    assert list(steps) == [area.code for area in rubric.areas]


@pytest.mark.parametrize("role", Role.values)
def test_every_member_sees_drafts(agency: Agency, role: str) -> None:
    person = make_member(organization=agency.organization, role=role)
    assert results.for_reader(reader(agency.draft, person)).seal is None
