"""What a lead does to an assessment as a whole: giving its team another name, and deleting a draft."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from assessments import results
from assessments.models import Assessment, Organization, User

from .answers import AlreadyThere
from .base import NotEditable, locked, record


@transaction.atomic
def rename_team(*, assessment: Assessment, team: str, by: User) -> None:
    """Give the team another name while answers can change. `AlreadyThere` where another one has it in this cycle.

    Sealed scorecards keep the name they were sealed with.
    """
    # As when one is started: leads take turns, so that two assessments can't get the same name at once.
    Organization.objects.select_for_update(no_key=True).get(pk=assessment.organization_id)
    row = locked(assessment)
    if not row.is_editable:
        raise NotEditable(f"This assessment is {row.get_state_display().lower()}, so its team keeps its name.")
    before = row.team
    if team == before:
        return
    others = Assessment.objects.filter(organization=row.organization_id, cycle=row.cycle_id).exclude(pk=row.pk)
    existing = others.filter(team__iexact=team).first()
    if existing:
        raise AlreadyThere(f"{existing.team} already has an assessment for {assessment.cycle}.", existing)
    assessment.team = team
    assessment.save(update_fields=["team"])
    record("assessment renamed", by=by, assessment=assessment, team=[before, team])


@transaction.atomic
def discard(*, assessment: Assessment, by: User, at: datetime | None = None) -> None:
    """Delete a draft that was never submitted: nobody sees it any more. `NotEditable` for any other.

    Its rows stay, since the audit trail says what was done to them.
    """
    row = locked(assessment)
    if not row.is_discardable:
        raise NotEditable("What was submitted once is kept, so this assessment can't be deleted.")
    now = at or timezone.now()
    assessment.discarded_at = now
    assessment.save(update_fields=["discarded_at"])
    record(
        "assessment deleted",
        by=by,
        assessment=assessment,
        at=now,
        team=row.team,
        cycle=assessment.cycle.code,
        answers=results.answered_count(assessment),
    )
