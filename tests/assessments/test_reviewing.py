"""What reviewers do: claiming, noting levels and comments, deciding, and the second look."""

from typing import Any

import pytest

from assessments import actions
from assessments.actions import AreaEntry, CommentEntry, ReviewEntry, Seen
from assessments.actions.submitting import is_drawn
from assessments.models import Assessment, AuditEvent, Review, Scorecard, ScorecardFlag, State, User
from tests.assessments.conftest import AtOnce
from tests.factories import (
    answer_all,
    make_administrator,
    make_assessment,
    make_membership,
    make_returned,
    make_reviewer,
    make_submitted,
)

pytestmark = pytest.mark.django_db

ENTRY = ReviewEntry(
    comment="Thank you.",
    areas={"secops": AreaEntry(2, "The log is not kept."), "dataops": AreaEntry(3)},
    comments={"secops-2": CommentEntry("Link the log.", wants_evidence=True), "mlops-1": CommentEntry("", True)},
)


@pytest.fixture
def reviewer() -> User:
    return make_reviewer(name="Rhea Viewer")


@pytest.fixture
def another() -> User:
    return make_reviewer(name="Otto Other")


@pytest.fixture
def submission() -> Assessment:
    return make_submitted()


def fresh(assessment: Assessment) -> Assessment:
    return Assessment.objects.get(pk=assessment.pk)


def trail(assessment: Assessment) -> list[str]:
    return list(AuditEvent.objects.filter(assessment=assessment).order_by("pk").values_list("action", flat=True))


def validated(assessment: Assessment) -> dict[str, int | None]:
    return dict(assessment.scorecards.latest("sequence").areas.values_list("area", "validated_level"))


def seen(assessment: Assessment, version: int) -> Seen:
    """What a page shows that is opened now, with that version of the review."""
    return Seen(assessment.scorecards.latest("sequence").sha256, version)


# ---- Claiming ----


def test_a_claimed_submission_is_the_reviewers_until_it_is_released(submission: Assessment, reviewer: User) -> None:
    actions.claim(assessment=submission, by=reviewer)
    actions.claim(assessment=submission, by=reviewer)
    assert fresh(submission).claimed_by == reviewer
    actions.release(assessment=submission, by=reviewer)
    actions.release(assessment=submission, by=reviewer)
    after = fresh(submission)
    assert (after.claimed_by, after.claimed_at) == (None, None)
    assert trail(submission)[-2:] == ["submission claimed", "submission released"]


def test_what_another_has_claimed_is_refused_in_words(submission: Assessment, reviewer: User, another: User) -> None:
    actions.claim(assessment=submission, by=reviewer)
    attempts: list[Any] = [
        lambda: actions.claim(assessment=submission, by=another),
        lambda: actions.release(assessment=submission, by=another),
        lambda: actions.save_review(assessment=submission, by=another, entry=ENTRY),
        lambda: actions.return_(assessment=submission, by=another, comment="No."),
        lambda: actions.accept(assessment=submission, by=another),
    ]
    for attempt in attempts:
        with pytest.raises(actions.ClaimedByAnother, match="Rhea Viewer is working on this submission"):
            attempt()
    assert (fresh(submission).claimed_by, fresh(submission).state) == (reviewer, State.SUBMITTED)
    assert not Review.objects.exists()


def test_taking_over_is_told_in_the_trail(submission: Assessment, reviewer: User, another: User) -> None:
    actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    actions.claim(assessment=submission, by=another, take_over=True)
    assert fresh(submission).claimed_by == another
    event = AuditEvent.objects.filter(action="submission claimed").latest("pk")
    assert event.detail == {"claimed_by": [reviewer.email, another.email]}
    review = actions.accept(assessment=submission, by=another)
    assert (review.reviewer, review.comment) == (another, "Thank you.")


def test_an_administrator_can_release_for_someone_who_is_away(submission: Assessment, reviewer: User) -> None:
    actions.claim(assessment=submission, by=reviewer)
    actions.release(assessment=submission, by=make_administrator())
    assert fresh(submission).claimed_by is None


@pytest.mark.parametrize("make", [make_assessment, make_returned])
def test_only_what_waits_can_be_claimed(make: Any, reviewer: User) -> None:
    with pytest.raises(actions.Refused, match="nothing to decide"):
        actions.claim(assessment=make(), by=reviewer)


def test_of_two_who_claim_at_the_same_moment_one_has_it(at_once: AtOnce, reviewer: User, another: User) -> None:
    submission = make_submitted()

    def attempt(by: User) -> str:
        try:
            actions.claim(assessment=fresh(submission), by=by)
        except actions.ClaimedByAnother:
            return "refused"
        return "claimed"

    assert sorted(at_once(lambda: attempt(reviewer), lambda: attempt(another))) == ["claimed", "refused"]
    assert fresh(submission).claimed_by in (reviewer, another)


# ---- Noting ----


def test_what_is_noted_is_kept_and_can_be_changed(submission: Assessment, reviewer: User) -> None:
    review = actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    assert (review.comment, review.asks, review.version, review.decision) == ("Thank you.", 2, 1, "")
    assert list(review.areas.values_list("area", "claimed_level", "validated_level", "reason")) == [
        ("secops", 3, 2, "The log is not kept."),
        ("dataops", 3, 3, ""),
    ]
    assert list(review.answer_comments.values_list("question", "text", "wants_evidence")) == [
        ("secops-2", "Link the log.", True),
        ("mlops-1", "", True),
    ]
    assert fresh(submission).claimed_by == reviewer
    again = actions.save_review(
        assessment=submission, by=reviewer, entry=ReviewEntry("Only this."), seen=seen(submission, 1)
    )
    assert (again.pk, again.version, again.areas.count(), again.answer_comments.count()) == (review.pk, 2, 0, 0)
    assert trail(submission)[-3:] == ["submission claimed", "review noted", "review noted"]
    event = AuditEvent.objects.latest("pk")
    assert event.detail["changes"]["secops"] == [[2, "The log is not kept."], None]
    assert event.detail["changes"]["comment"] == ["Thank you.", "Only this."]


def test_noting_the_same_again_changes_nothing(submission: Assessment, reviewer: User) -> None:
    actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    count = AuditEvent.objects.count()
    assert actions.save_review(assessment=submission, by=reviewer, entry=ENTRY).version == 1
    assert AuditEvent.objects.count() == count


def test_a_window_that_was_overtaken_writes_nothing(submission: Assessment, reviewer: User) -> None:
    actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    for attempt in (actions.save_review, actions.accept, actions.return_):
        with pytest.raises(actions.ReviewChanged, match="in another window"):
            attempt(assessment=submission, by=reviewer, entry=ReviewEntry("Old."), seen=seen(submission, 0))
    assert Review.objects.get().comment == "Thank you."


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (ReviewEntry(areas={"secops": AreaEntry(2)}), "Say why"),
        (ReviewEntry(areas={"netops": AreaEntry(2, "Why.")}), "no area netops"),
        (ReviewEntry(comments={"secops-99": CommentEntry("Hm.")}), "no question secops-99"),
    ],
)
def test_what_fits_no_submission_is_refused(
    submission: Assessment, reviewer: User, entry: ReviewEntry, sentence: str
) -> None:
    with pytest.raises(actions.Refused, match=sentence):
        actions.save_review(assessment=submission, by=reviewer, entry=entry)
    assert not Review.objects.exists()
    assert fresh(submission).claimed_by is None


def test_nobody_but_reviewers_sees_what_is_only_noted(submission: Assessment, reviewer: User) -> None:
    actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    assert not Review.objects.of(fresh(submission)).exists()
    actions.return_(assessment=submission, by=reviewer)
    assert Review.objects.of(fresh(submission)).count() == 1


# ---- Deciding ----


def test_accepting_validates_each_area_as_noted_or_as_claimed(reviewer: User) -> None:
    submission = make_submitted(choices={f"aiops-{n}": "not_applicable" for n in (1, 2, 3)})
    assert set(validated(submission).values()) == {None}
    actions.accept(assessment=submission, by=reviewer, entry=ENTRY)
    assert validated(submission) == {
        "peopleops": 3,
        "cloudops": 3,
        "secops": 2,
        "devops": 3,
        "dataops": 3,
        "mlops": 3,
        "aiops": None,
    }
    after = fresh(submission)
    assert (after.state, after.claimed_by) == (State.ACCEPTED, None)
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.detail["changes"]["secops"]) == (
        "assessment accepted",
        [None, [2, "The log is not kept."]],
    )


def test_returning_validates_nothing_yet_and_needs_something_to_do(submission: Assessment, reviewer: User) -> None:
    with pytest.raises(actions.Refused, match="Say what the team has to do"):
        actions.return_(assessment=submission, by=reviewer, entry=ReviewEntry(areas=ENTRY.areas))
    review = actions.return_(assessment=submission, by=reviewer, entry=ReviewEntry(comments=ENTRY.comments))
    assert (review.comment, review.asks, fresh(submission).state) == ("", 2, State.RETURNED)
    assert set(validated(submission).values()) == {None}


def test_a_decision_on_a_submission_that_another_has_replaced_is_refused(
    submission: Assessment, reviewer: User, another: User
) -> None:
    old = seen(submission, 0)
    actions.return_(assessment=submission, by=another, comment="Say more.")
    actions.submit(assessment=submission, by=submission.created_by)
    for attempt in (actions.save_review, actions.accept, actions.return_):
        with pytest.raises(actions.ReviewChanged, match="submitted again since"):
            attempt(assessment=submission, by=reviewer, entry=ReviewEntry("Fine."), seen=old)
    assert fresh(submission).state == State.SUBMITTED


def test_a_second_submission_gets_a_review_of_its_own(submission: Assessment, reviewer: User) -> None:
    actions.return_(assessment=submission, by=reviewer, entry=ENTRY)
    actions.submit(assessment=submission, by=submission.created_by)
    review = actions.accept(assessment=submission, by=reviewer)
    assert (review.scorecard.sequence, review.comment, review.areas.count()) == (2, "", 0)
    assert Review.objects.count() == 2


# ---- Many at once ----


def test_many_are_accepted_each_with_its_row_but_for_what_wants_a_look(reviewer: User, another: User) -> None:
    plain_ones, taken, returned = [make_submitted() for _ in range(3)], make_submitted(), make_returned()
    ScorecardFlag.objects.all().delete()
    flagged = make_submitted(level=4)
    actions.claim(assessment=taken, by=another)
    outcome = actions.accept_unflagged(assessments=[*plain_ones, taken, flagged, returned], by=reviewer)
    assert list(outcome.accepted) == plain_ones
    assert [sentence.split(": ")[1].split(",")[0].split(".")[0] for sentence in outcome.refusals] == [
        "Otto Other is working on this submission",
        "It carries a flag",
        "This assessment is returned",
    ]
    assert AuditEvent.objects.filter(action="assessment accepted").count() == 3
    assert [fresh(row).state for row in (taken, flagged)] == [State.SUBMITTED] * 2


# ---- Flags are written at submission ----


def test_a_submission_keeps_its_flags_with_their_words() -> None:
    submission = answer_all(make_assessment(), choices={"dataops-2": 5})
    scorecard = actions.submit(assessment=submission, by=submission.created_by)
    assert list(scorecard.flags.values_list("kind", "area", "question", "sentence")) == [
        ("rush", "", "", "29 of 29 answers were saved within 10 minutes."),
        ("no_evidence", "dataops", "dataops-2", "DataOps 2 claims Level 5 without any evidence."),
    ]


def test_many_at_once_leaves_out_what_somebody_has_noted_something_on(
    submission: Assessment, reviewer: User, another: User
) -> None:
    ScorecardFlag.objects.all().delete()
    actions.save_review(assessment=submission, by=reviewer, entry=ENTRY)
    actions.release(assessment=submission, by=reviewer)
    outcome = actions.accept_unflagged(assessments=[submission], by=another)
    assert outcome.accepted == ()
    assert "Something is noted on it" in outcome.refusals[0]
    assert fresh(submission).state == State.SUBMITTED


def test_nobody_decides_on_their_own_organization(submission: Assessment, reviewer: User) -> None:
    make_membership(user=reviewer, organization=submission.organization)
    for act in (actions.claim, actions.accept):
        with pytest.raises(actions.Refused, match="another reviewer decides"):
            act(assessment=submission, by=reviewer)
    assert fresh(submission).state == State.SUBMITTED


# ---- The second look ----


@pytest.fixture
def drawn(settings: Any) -> Scorecard:
    settings.SECOND_LOOK_PERCENT = 100
    return make_submitted().scorecards.get()


LEVELS = {code: AreaEntry(3) for code in ("peopleops", "cloudops", "secops", "devops", "dataops", "mlops", "aiops")}


def test_who_is_drawn_follows_from_the_digest() -> None:
    digests = [f"{number:064x}" for number in range(1000)]
    assert [sum(is_drawn(digest, percent) for digest in digests) for percent in (0, 10, 100)] == [0, 100, 1000]


def test_a_second_look_ends_with_a_level_for_each_area_and_decides_nothing(
    drawn: Scorecard, reviewer: User, another: User
) -> None:
    actions.save_review(assessment=drawn.assessment, by=reviewer, entry=ENTRY)
    entry = ReviewEntry(areas={"secops": AreaEntry(2, "No log.")})
    actions.save_second_look(scorecard=drawn, by=another, entry=entry)
    with pytest.raises(actions.Refused, match="Choose a level for each area"):
        actions.save_second_look(scorecard=drawn, by=another, entry=entry, complete=True)
    review = actions.save_second_look(scorecard=drawn, by=another, entry=ReviewEntry(areas=LEVELS), complete=True)
    assert (review.look, review.decision, review.decided_at is None) == ("second", "", False)
    assert fresh(drawn.assessment).state == State.SUBMITTED
    assert set(validated(drawn.assessment).values()) == {None}
    assert not Review.objects.of(fresh(drawn.assessment)).exists()
    with pytest.raises(actions.Refused, match="is over"):
        actions.save_second_look(scorecard=drawn, by=another, entry=entry)


def test_the_second_look_is_another_reviewers(drawn: Scorecard, reviewer: User, another: User) -> None:
    actions.save_review(assessment=drawn.assessment, by=reviewer, entry=ENTRY)
    with pytest.raises(actions.Refused, match="You had the first look"):
        actions.save_second_look(scorecard=drawn, by=reviewer, entry=ReviewEntry(areas=LEVELS))
    actions.save_second_look(scorecard=drawn, by=another, entry=ReviewEntry(areas=LEVELS))
    actions.release(assessment=drawn.assessment, by=reviewer)
    with pytest.raises(actions.Refused, match="You have the second look"):
        actions.accept(assessment=drawn.assessment, by=another)
    with pytest.raises(actions.ClaimedByAnother, match="Otto Other has the second look"):
        actions.save_second_look(scorecard=drawn, by=make_reviewer(), entry=ReviewEntry(areas=LEVELS))


def test_whoever_has_had_the_first_look_in_hand_gets_no_second(drawn: Scorecard, reviewer: User, another: User) -> None:
    """Also where another goes on with it: they have seen what was noted."""
    actions.save_review(assessment=drawn.assessment, by=reviewer, entry=ENTRY)
    actions.claim(assessment=drawn.assessment, by=another, take_over=True)
    actions.release(assessment=drawn.assessment, by=another)
    third = make_reviewer()
    actions.accept(assessment=drawn.assessment, by=third)
    for seen_it in (reviewer, another, third):
        assert drawn not in Scorecard.objects.awaiting_second_look(seen_it)
        with pytest.raises(actions.Refused, match="You had the first look"):
            actions.save_second_look(scorecard=drawn, by=seen_it, entry=ReviewEntry(areas=LEVELS))
    assert drawn in Scorecard.objects.awaiting_second_look(make_reviewer())


def test_whoever_has_begun_the_second_look_cannot_claim_the_first(drawn: Scorecard, another: User) -> None:
    actions.save_second_look(scorecard=drawn, by=another, entry=ReviewEntry("So far."))
    with pytest.raises(actions.Refused, match="You have the second look"):
        actions.claim(assessment=drawn.assessment, by=another, take_over=True)
    assert fresh(drawn.assessment).claimed_by is None


def test_what_was_not_drawn_gets_no_second_look(settings: Any, reviewer: User) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    scorecard = make_submitted().scorecards.get()
    with pytest.raises(actions.Refused, match="not drawn"):
        actions.save_second_look(scorecard=scorecard, by=reviewer, entry=ReviewEntry(areas=LEVELS))
