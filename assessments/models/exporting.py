"""Files that are made in the background for the one who asked."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .people import User

KEPT_FOR = timedelta(days=7)
SILENT_AFTER = timedelta(minutes=3)
"""From then on a job that gave no sign of life is taken for dead, unless one PDF may take longer than that."""


class ExportState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being made"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"


UNFINISHED = frozenset({ExportState.WAITING, ExportState.RUNNING})


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def of(self, user: User) -> Self:
        """Those that someone asked for and can still fetch. Nobody else's are theirs to see."""
        return self.filter(requested_by=user, expires_at__gt=timezone.now())

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def begin(self, pk: int, attempt: int) -> bool:
        """Whether this attempt may start: False where it did, or where another took its place."""
        waiting = self.filter(pk=pk, attempt=attempt, state=ExportState.WAITING)
        return bool(waiting.update(state=ExportState.RUNNING, seen_alive_at=timezone.now(), done=0, missing=0))

    def progress(self, pk: int, attempt: int, *, done: int, missing: int) -> bool:
        """Note how far an attempt is: False where another took its place, so that it has to stop."""
        running = self.filter(pk=pk, attempt=attempt, state=ExportState.RUNNING)
        return bool(running.update(done=done, missing=missing, seen_alive_at=timezone.now()))

    def finish(self, pk: int, attempt: int, *, file: str = "", error: str = "") -> bool:
        """End an attempt, with a file or with a sentence that says why there is none."""
        state = ExportState.FAILED if error else ExportState.DONE
        running = self.filter(pk=pk, attempt=attempt, state=ExportState.RUNNING)
        return bool(running.update(state=state, file=file, error=error, seen_alive_at=timezone.now()))


def export_expiry() -> datetime:
    return timezone.now() + KEPT_FOR


class ExportJob(models.Model):
    """The scorecards of many assessments as one ZIP.

    `assessments` holds their ids. `attempt` counts how often it was started: whoever works on an older one stops.
    `done` of `total` scorecards are through, `missing` of them without a PDF. `seen_alive_at` is the last sign of life.
    """

    requested_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=export_expiry)
    assessments = models.JSONField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=ExportState, default=ExportState.WAITING)
    attempt = models.PositiveSmallIntegerField(default=1)
    seen_alive_at = models.DateTimeField(default=timezone.now)
    file = models.FileField(upload_to="exports", blank=True, default="")
    error = models.CharField(max_length=300, blank=True, default="")

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_job_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="export_job_done_within_total"),
            models.CheckConstraint(condition=Q(missing__lte=F("done")), name="export_job_missing_within_done"),
            models.CheckConstraint(condition=~Q(state=ExportState.DONE) | ~Q(file=""), name="export_job_done_has_file"),
            models.CheckConstraint(
                condition=~Q(state=ExportState.FAILED) | ~Q(error=""), name="export_job_failed_says_why"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="export_job_expiry")]

    def __str__(self) -> str:
        return "1 scorecard" if self.total == 1 else f"{self.total:,} scorecards"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_silent(self) -> bool:
        """Whether whoever made it has probably ended; one that waits may also be behind others."""
        longest = max(SILENT_AFTER, timedelta(seconds=4 * settings.PDF_SECONDS))
        return self.is_unfinished and self.seen_alive_at < timezone.now() - longest

    @property
    def is_under_way(self) -> bool:
        return self.is_unfinished and not self.is_silent

    @property
    def can_start_again(self) -> bool:
        return self.is_silent or self.state == ExportState.FAILED

    @property
    def standing(self) -> str:
        """How far it is, in a sentence."""
        if self.state == ExportState.FAILED:
            return self.error
        if self.is_silent and self.state == ExportState.WAITING:
            return "Its turn has not come for a while. Start it again if nothing else is being made."
        if self.is_silent:
            return f"{self.done:,} of {self.total:,} were made when the program that made them ended."
        if self.state == ExportState.WAITING:
            return "It waits for its turn."
        if self.state == ExportState.RUNNING:
            return f"{self.done:,} of {self.total:,} are made."
        if self.missing:
            return f"{self.missing:,} of {self.total:,} could not be made; index.csv in the ZIP says why."
        return "All are in it, with index.csv as their list."
