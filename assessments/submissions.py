"""Every sealed submission of an assessment, and what became of it."""

from assessments.datatypes import Submission
from assessments.models import Assessment, Decision, Scorecard


def submissions_of(assessment: Assessment) -> tuple[Submission, ...]:
    """The newest first; none for a mere draft. One query, without what was sealed."""
    if assessment.submitted_at is None:
        return ()
    scorecards = list(
        assessment.scorecards.with_decision().select_related("sealed_by").defer("document").order_by("-sequence")
    )
    later = [None, *scorecards]
    return tuple(_submission(scorecard, following) for scorecard, following in zip(scorecards, later, strict=False))


def standing_of(scorecard: Scorecard) -> Submission:
    """What became of one of them."""
    return next(one for one in submissions_of(scorecard.assessment) if one.sequence == scorecard.sequence)


def _submission(scorecard: Scorecard, following: Scorecard | None) -> Submission:
    return Submission(
        sequence=scorecard.sequence,
        code=scorecard.code,
        sealed_at=scorecard.sealed_at,
        sealed_by=str(scorecard.sealed_by),
        decision=scorecard.decision or "",
        decision_label=Decision(scorecard.decision).label if scorecard.decision else "Waits for review",
        decided_at=scorecard.decided_at if scorecard.decision else None,
        replaced_at=following.sealed_at if following else None,
    )
