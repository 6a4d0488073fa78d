"""Who works on a submission: reviewers claim it, give it back, and keep off what another has claimed."""

from django.db import transaction
from django.utils import timezone

from assessments.models import Assessment, Look, State, User

from .base import Refused, locked, record

SECOND_IS_YOURS = "You have the second look at this submission, so the first is another reviewer's."


class ClaimedByAnother(Refused):
    """Another reviewer has claimed the submission."""


@transaction.atomic
def claim(*, assessment: Assessment, by: User, take_over: bool = False) -> None:
    """Make `by` the one who works on a submission. `ClaimedByAnother` unless `take_over`."""
    row = not_own(assessment, by)
    if row.claimed_by_id == by.pk:
        return
    if assessment.scorecards.latest("sequence").reviews.filter(look=Look.SECOND, reviewer=by).exists():
        raise Refused(SECOND_IS_YOURS)
    if row.claimed_by_id and not take_over:
        raise ClaimedByAnother(_has_it(row))
    before = row.claimed_by
    set_claim(assessment, by)
    record(
        "submission claimed",
        by=by,
        assessment=assessment,
        claimed_by=[before.email if before else None, by.email],
    )


@transaction.atomic
def release(*, assessment: Assessment, by: User) -> None:
    """Give a submission back to the queue; what was noted stays for whoever claims it next."""
    row = waiting(assessment)
    if row.claimed_by_id is None:
        return
    if row.claimed_by_id != by.pk and not by.is_administrator:
        raise ClaimedByAnother(_has_it(row))
    before = row.claimed_by
    set_claim(assessment, None)
    record("submission released", by=by, assessment=assessment, claimed_by=[before.email if before else None, None])


def waiting(assessment: Assessment) -> Assessment:
    """The locked row of a submission that waits for a decision; anything else is refused."""
    row = locked(assessment)
    if row.state != State.SUBMITTED:
        raise Refused(f"This assessment is {row.get_state_display().lower()}, so there is nothing to decide.")
    return row


def _has_it(row: Assessment) -> str:
    return f"{row.claimed_by} is working on this submission. Take it over only when you have agreed on that."


def set_claim(assessment: Assessment, by: User | None) -> None:
    """Write down who has it, without a word in the audit trail."""
    assessment.claimed_by, assessment.claimed_at = by, timezone.now() if by else None
    assessment.save(update_fields=["claimed_by", "claimed_at"])


def not_own(assessment: Assessment, by: User) -> Assessment:
    """The locked row of a submission that is of no organization of `by`'s."""
    row = waiting(assessment)
    if by.memberships.filter(organization=row.organization_id).exists():
        raise Refused("You are a member of this organization, so another reviewer decides on its submissions.")
    return row


def not_anothers(assessment: Assessment, by: User) -> Assessment:
    """The locked row of a submission that `by` may work on: it is claimed by them, or by nobody."""
    row = not_own(assessment, by)
    if row.claimed_by_id not in (None, by.pk):
        raise ClaimedByAnother(_has_it(row))
    return row
