"""The audit trail."""

from typing import Self

from django.db import models
from django.utils import timezone

from .assessment import Assessment
from .people import Organization, User

SUBJECT_LIMIT = 200


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def moves_of(self, assessment: Assessment) -> Self:
        """An assessment's start, submissions and what was decided, oldest first; no single answers."""
        moves = self.filter(assessment=assessment, action__startswith="assessment ")
        return moves.select_related("actor").order_by("at", "id")


class AuditEvent(models.Model):
    """Who did what, when. Written in the transaction of the change itself, never changed afterwards.

    `save_id` is the client-made id of a save, by which a retry is known. `detail` holds before and after by field name.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.SET_NULL, related_name="+")
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="events")
    subject = models.CharField(
        max_length=SUBJECT_LIMIT, blank=True, help_text="What it was done to, such as a question's code."
    )
    save_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "save_id"], name="audit_save_id_once")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.subject}".rstrip()
