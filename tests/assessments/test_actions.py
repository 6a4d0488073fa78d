"""Starting, saving, submitting, returning and accepting: what each does to the rows, and what it refuses."""

import json
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from assessments import actions, results, sealing
from assessments.actions import AnswerEntry
from assessments.datatypes import EvidenceLink
from assessments.models import (
    Answer,
    Assessment,
    AuditEvent,
    Evidence,
    Review,
    Scorecard,
    ScorecardArea,
    State,
    User,
)
from rubric.models import newest_published
from tests.factories import (
    Agency,
    answer_all,
    make_accepted,
    make_assessment,
    make_cycle,
    make_member,
    make_organization,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
LINK = EvidenceLink("Log", "https://example.gov/log")


def fresh(assessment: Assessment) -> Assessment:
    """The row as it is stored."""
    return Assessment.objects.get(pk=assessment.pk)


def trail(assessment: Assessment) -> list[str]:
    return list(AuditEvent.objects.filter(assessment=assessment).order_by("id").values_list("action", flat=True))


def save(
    assessment: Assessment, *, choice: str = "3", version: int = 0, by: User | None = None, **more: object
) -> None:
    entry = AnswerEntry(choice, rationale=str(more.pop("rationale", "")), evidence=more.pop("evidence", None))  # type: ignore[arg-type]
    actions.save_answer(
        assessment=assessment,
        code="mlops-1",
        entry=entry,
        seen_version=version,
        by=by or assessment.created_by,
        **more,  # type: ignore[arg-type]
    )


# ---- Starting ----


def test_a_new_assessment_is_a_draft_with_a_row_for_every_question() -> None:
    organization = make_organization()
    lead = make_member(organization=organization)
    assessment = actions.start_assessment(
        organization=organization, rubric=newest_published(), team="Tide Tables", cycle=make_cycle(), by=lead
    )
    assert (assessment.state, assessment.submitted_at, assessment.created_by) == (State.DRAFT, None, lead)
    assert [answer.question.code for answer in assessment.answers.select_related("question")] == list(
        results.rubric_of(assessment).question_by_code
    )
    assert not assessment.answers.exclude(choice="", version=0, answered_by=None, answered_at=None).exists()


@pytest.mark.parametrize("team", ["Tide Tables", "TIDE TABLES", "tide tables"])
def test_a_team_has_one_assessment_in_a_cycle(team: str) -> None:
    first = make_assessment(team="Tide Tables")
    with pytest.raises(actions.AlreadyThere, match="Tide Tables already has an assessment for Cycle") as refused:
        actions.start_assessment(
            organization=first.organization, rubric=first.rubric, team=team, cycle=first.cycle, by=first.created_by
        )
    assert refused.value.existing == first


def test_a_percent_sign_in_a_teams_name_matches_only_itself() -> None:
    first = make_assessment(team="Tide Tables")
    for team in ("Tide%", "Tide_Tables", "%"):
        actions.start_assessment(
            organization=first.organization, rubric=first.rubric, team=team, cycle=first.cycle, by=first.created_by
        )
    assert first.organization.assessments.count() == 4


def test_another_cycle_or_organization_may_have_a_team_of_that_name() -> None:
    first = make_assessment(team="Tide Tables")
    make_assessment(team="Tide Tables", organization=first.organization)
    make_assessment(team="Tide Tables", cycle=first.cycle)
    assert Assessment.objects.filter(team="Tide Tables").count() == 3


# ---- Saving ----


def test_a_save_counts_the_version_and_notes_before_and_after() -> None:
    assessment = make_assessment()
    save(assessment, choice="2", rationale="First", evidence=(LINK,), save_id=uuid.UUID(int=1), at=AT)
    save(assessment, choice="4", rationale="First", evidence=(LINK,), version=1)
    first, second = AuditEvent.objects.filter(action="answer saved").order_by("id")
    assert (first.at, first.subject, first.save_id, first.organization) == (
        AT,
        "mlops-1",
        uuid.UUID(int=1),
        assessment.organization,
    )
    assert first.detail == {
        "version": 1,
        "changes": {"choice": ["", "2"], "rationale": ["", "First"], "evidence": [[], [[LINK.title, LINK.url]]]},
    }
    assert second.detail == {"version": 2, "changes": {"choice": ["2", "4"]}}


def test_saving_what_stands_there_changes_nothing() -> None:
    assessment = make_assessment()
    save(assessment, rationale="Same")
    saved = actions.save_answer(
        assessment=assessment,
        code="mlops-1",
        entry=AnswerEntry("3", rationale="Same"),
        seen_version=1,
        by=assessment.created_by,
    )
    assert (saved.changed, saved.answer.version) == (False, 1)
    assert trail(assessment) == ["assessment started", "answer saved"]


def test_a_conflict_carries_the_stored_answer_and_its_evidence() -> None:
    assessment = make_assessment()
    save(assessment, rationale="Theirs", evidence=(LINK,))
    with pytest.raises(actions.Conflict) as met:
        save(assessment, rationale="Mine")
    assert met.value.theirs.rationale == "Theirs"
    assert met.value.evidence == (LINK,)


def test_a_question_of_no_rubric_of_this_assessment_is_none() -> None:
    assessment = make_assessment()
    with pytest.raises(Answer.DoesNotExist):
        actions.save_answer(
            assessment=assessment, code="x-1", entry=AnswerEntry("3"), seen_version=0, by=assessment.created_by
        )


@pytest.mark.parametrize("make", [make_submitted, make_accepted])
def test_nothing_is_saved_once_it_was_submitted(make: object) -> None:
    assessment = make()  # type: ignore[operator]
    with pytest.raises(actions.NotEditable):
        save(assessment, choice="5", version=1)


def test_the_state_is_read_anew_not_from_what_was_loaded_before() -> None:
    loaded_early = make_assessment()
    make_submitted(assessment=fresh(loaded_early))
    assert loaded_early.state == State.DRAFT
    with pytest.raises(actions.NotEditable):
        save(loaded_early, choice="5", version=1)
    with pytest.raises(actions.NotEditable):
        actions.submit(assessment=loaded_early, by=loaded_early.created_by)


def test_a_save_that_fails_halfway_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = make_assessment()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("The trail is full")

    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(RuntimeError, match="The trail is full"):
        save(assessment, rationale="Lost?", evidence=(LINK,))
    answer = assessment.answers.get(question__code="mlops-1")
    assert (answer.choice, answer.rationale, answer.version) == ("", "", 0)
    assert not Evidence.objects.exists()


# ---- Submitting ----


def test_submitting_seals_and_locks() -> None:
    assessment = answer_all(make_assessment(), choices={"secops-1": "unknown"})
    scorecard = actions.submit(assessment=assessment, by=assessment.created_by, at=AT)
    after = fresh(assessment)
    assert (after.state, after.submitted_at) == (State.SUBMITTED, AT)
    assert (scorecard.sequence, scorecard.sealed_by, scorecard.sealed_at) == (1, assessment.created_by, AT)
    assert scorecard.sha256 == sealing.digest(scorecard.document)
    assert scorecard.code == sealing.short_code(scorecard.sha256)
    assert trail(assessment)[-1] == "assessment submitted"


def test_the_figures_of_a_submission_stand_in_rows_as_the_result_has_them() -> None:
    choices = {f"secops-{n}": "not_applicable" for n in range(1, 10)} | {"mlops-1": "unknown", "aiops-1": 5}
    assessment = make_submitted(choices=choices)
    scorecard = assessment.scorecards.get()
    result = results.sealed(scorecard).result
    rows = {row.area: row for row in scorecard.areas.all()}
    assert [row.area for row in scorecard.areas.all()] == [area.area for area in result.areas]
    for area in result.areas:
        row = rows[area.area]
        assert (row.level, row.level_high) == (area.level, area.level_high)
        assert row.score_hundredths == (None if area.score is None else sealing.hundredths(area.score))
    assert rows["secops"].level is None
    assert (rows["mlops"].level, rows["mlops"].level_high) == (2, 3)


def test_open_questions_stop_a_submission_and_are_named_in_order() -> None:
    assessment = answer_all(make_assessment(), choices={"mlops-1": "", "peopleops-2": ""})
    with pytest.raises(actions.OpenQuestions, match=r"^2 questions are still open\.$") as refused:
        actions.submit(assessment=assessment, by=assessment.created_by)
    assert refused.value.codes == ("peopleops-2", "mlops-1")
    assert fresh(assessment).state == State.DRAFT
    assert not Scorecard.objects.exists()


@pytest.mark.parametrize(("make", "word"), [(make_submitted, "submitted"), (make_accepted, "accepted")])
def test_what_is_submitted_cannot_be_submitted_again(make: object, word: str) -> None:
    assessment = make()  # type: ignore[operator]
    with pytest.raises(actions.NotEditable, match=f"^This assessment is {word} already.$"):
        actions.submit(assessment=assessment, by=assessment.created_by)
    assert assessment.scorecards.count() == 1


def test_each_submission_is_kept() -> None:
    assessment = make_returned()
    first = assessment.scorecards.get()
    save(assessment, choice="5", version=1)
    second = actions.submit(assessment=assessment, by=assessment.created_by)
    assert (first.sequence, second.sequence) == (1, 2)
    assert results.sealed(first).answers["mlops-1"].choice == 3
    assert results.sealed(second).answers["mlops-1"].choice == 5
    assert json.loads(second.document)["sequence"] == 2


def test_a_submission_that_fails_halfway_leaves_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = answer_all(make_assessment())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("The trail is full")

    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(RuntimeError):
        actions.submit(assessment=assessment, by=assessment.created_by)
    assert fresh(assessment).state == State.DRAFT
    assert not Scorecard.objects.exists()
    assert not ScorecardArea.objects.exists()


# ---- Returning and accepting ----


def test_a_returned_submission_is_open_again(reviewer: User) -> None:
    assessment = make_submitted()
    review = actions.return_(assessment=assessment, by=reviewer, comment="  Say more. ", at=AT)
    assert fresh(assessment).state == State.RETURNED
    assert (review.decision, review.comment, review.reviewer, review.created_at) == (
        "returned",
        "Say more.",
        reviewer,
        AT,
    )
    save(assessment, choice="5", version=1)


@pytest.mark.parametrize("comment", ["", "  \n "])
def test_returning_needs_a_comment(reviewer: User, comment: str) -> None:
    assessment = make_submitted()
    with pytest.raises(actions.Refused, match="Say what the team has to do"):
        actions.return_(assessment=assessment, by=reviewer, comment=comment)
    assert fresh(assessment).state == State.SUBMITTED


def test_an_accepted_submission_stays_as_it_is(reviewer: User) -> None:
    assessment = make_submitted()
    actions.accept(assessment=assessment, by=reviewer)
    assert fresh(assessment).state == State.ACCEPTED
    for decide in (actions.return_, actions.accept):
        with pytest.raises(actions.Refused, match="This assessment is accepted, so"):
            decide(assessment=assessment, by=reviewer, comment="Again")


@pytest.mark.parametrize("make", [make_assessment, make_returned, make_accepted])
def test_only_a_submission_can_be_decided(reviewer: User, make: object) -> None:
    assessment = make()  # type: ignore[operator]
    before = (fresh(assessment).state, Review.objects.count())
    for decide in (actions.return_, actions.accept):
        with pytest.raises(actions.Refused):
            decide(assessment=assessment, by=reviewer, comment="No")
    assert (fresh(assessment).state, Review.objects.count()) == before


def test_a_decision_is_about_the_newest_submission(reviewer: User) -> None:
    assessment = make_returned()
    second = actions.submit(assessment=assessment, by=assessment.created_by)
    assert actions.accept(assessment=assessment, by=reviewer).scorecard == second


def test_a_decision_on_a_row_that_was_loaded_early_keeps_what_happened_since(reviewer: User) -> None:
    assessment = make_returned()
    loaded_early = fresh(assessment)
    actions.submit(assessment=assessment, by=assessment.created_by, at=AT)
    actions.accept(assessment=loaded_early, by=reviewer)
    assert fresh(assessment).submitted_at == AT
    assert AuditEvent.objects.latest("id").detail["state"] == ["submitted", "accepted"]


def test_the_whole_story_is_in_the_trail(agency: Agency, reviewer: User) -> None:
    assessment = answer_all(agency.draft)
    actions.submit(assessment=assessment, by=agency.lead)
    actions.return_(assessment=assessment, by=reviewer, comment="More")
    save(assessment, choice="5", version=1, by=agency.contributor)
    actions.submit(assessment=assessment, by=agency.lead)
    actions.accept(assessment=assessment, by=reviewer)
    assert trail(assessment) == [
        "assessment started",
        "assessment submitted",
        "assessment returned",
        "answer saved",
        "assessment submitted",
        "assessment accepted",
    ]
    moves = [event.detail["state"] for event in AuditEvent.objects.order_by("id") if "state" in event.detail]
    assert moves == [
        ["draft", "submitted"],
        ["submitted", "returned"],
        ["returned", "submitted"],
        ["submitted", "accepted"],
    ]


def test_an_integrity_error_that_is_none_of_ours_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = make_assessment()
    with pytest.raises(IntegrityError), transaction.atomic():
        save(assessment, choice="77", save_id=uuid.uuid4())
