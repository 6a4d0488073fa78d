"""Asking for files that are made in the background."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assessments.models import ExportJob, ExportState, User
from assessments.tasks import make_zip

from .base import Refused, record

ZIP_LIMIT = 1000
"""Scorecards in one ZIP: at about a second each, a quarter of an hour."""
UNFINISHED_LIMIT = 3
"""What one person can have in the making at once: others wait for the same printer."""


@transaction.atomic
def start_zip(*, assessments: Sequence[UUID], filters: str, by: User) -> ExportJob:
    """Have the scorecards of those assessments made. `filters` is the query that chose them, for the audit trail."""
    if not assessments:
        raise Refused("There is no submission to make a ZIP of.")
    if len(assessments) > ZIP_LIMIT:
        raise Refused(f"A ZIP holds at most {ZIP_LIMIT:,} scorecards. Choose fewer, with the list's filters.")
    unfinished = [job for job in ExportJob.objects.of(by).unfinished() if job.is_under_way]
    if len(unfinished) >= UNFINISHED_LIMIT:
        raise Refused(f"{len(unfinished)} of your ZIPs are still being made. Wait until one is ready.")
    job = ExportJob.objects.create(requested_by=by, assessments=[str(pk) for pk in assessments], total=len(assessments))
    record("submissions exported", by=by, subject=str(job), format="zip", count=job.total, filters=filters)
    _enqueue(job)
    return job


@transaction.atomic
def start_again(*, job: ExportJob, by: User) -> None:
    """Begin anew what has failed or gives no sign of life; whoever might still work on it stops."""
    row = ExportJob.objects.select_for_update().get(pk=job.pk)
    if not row.can_start_again:
        raise Refused("This ZIP is being made or is ready, so there is nothing to start.")
    row.state, row.error, row.done, row.missing = ExportState.WAITING, "", 0, 0
    row.attempt += 1
    row.seen_alive_at = timezone.now()
    row.save(update_fields=["state", "error", "done", "missing", "attempt", "seen_alive_at"])
    record("submissions exported", by=by, subject=str(row), format="zip", count=row.total, attempt=row.attempt)
    _enqueue(row)


def _enqueue(job: ExportJob) -> None:
    # Only once the row is there for others to read.
    transaction.on_commit(partial(make_zip.enqueue, job.pk, job.attempt))
