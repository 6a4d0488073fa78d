"""What all actions share: refusals, the audit row, the lock on an assessment and its change of state."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from aicmm import auditing
from assessments.models import Assessment, AuditEvent, Organization, State, User
from assessments.models.audit import SUBJECT_LIMIT


class Refused(Exception):
    """An action that was not done; the text says why and what to do."""


class NotEditable(Refused):
    """The assessment's state doesn't let answers change."""


LOCKED_BECAUSE = {
    State.SUBMITTED: "This assessment has been submitted, so its answers can't change.",
    State.ACCEPTED: "The Center of Excellence has accepted this assessment, so its answers can't change any more.",
}


def record(
    action: str,
    *,
    by: User | None,
    organization: Organization | None = None,
    assessment: Assessment | None = None,
    about: models.Model | None = None,
    subject: str = "",
    save_id: uuid.UUID | None = None,
    at: datetime | None = None,
    **detail: Any,
) -> None:
    """Write a row of the audit trail; call it inside the transaction of the change.

    `about` is the row it was done to, where that is another than the assessment. `detail` says what changed, such as
    before and after by field name. Of a long `subject` the beginning is kept.
    """
    AuditEvent.objects.create(
        at=at or timezone.now(),
        actor=by,
        action=action,
        organization_id=assessment.organization_id if assessment else organization.pk if organization else None,
        assessment=assessment,
        object_type=about._meta.label_lower if about else "",
        object_id=str(about.pk) if about else "",
        subject=subject[:SUBJECT_LIMIT],
        source=auditing.source(),
        save_id=save_id,
        detail=detail,
    )


def locked_because(assessment: Assessment) -> str:
    """Why the answers of an assessment can't change, as a sentence; empty while they can."""
    if assessment.discarded_at:
        return "This assessment was deleted, so its answers can't change."
    return LOCKED_BECAUSE.get(State(assessment.state), "")


def locked(assessment: Assessment) -> Assessment:
    """The assessment's row, locked until the transaction ends: saving and submitting take turns on it.

    `NotEditable` where its lead has deleted it meanwhile.
    """
    row = Assessment.objects.select_for_update().filter(pk=assessment.pk).first()
    if row is None:
        raise NotEditable("This assessment was deleted.")
    return row


def move(assessment: Assessment, before: str, after: State, *, by: User, at: datetime, **detail: Any) -> None:
    """Change the state, here and in the row, and record it. `before` comes from the locked row."""
    assessment.state = after
    assessment.save(update_fields=["state", "submitted_at"])
    record(f"assessment {after}", by=by, assessment=assessment, at=at, state=[before, after], **detail)
