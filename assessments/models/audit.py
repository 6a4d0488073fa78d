"""The audit trail."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Self

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils import timezone

from assessments import chain

from .assessment import Assessment
from .people import Organization, User

SUBJECT_LIMIT = 200


class _ForwardOrNone(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    """Gives None for a row that is gone."""

    def get_object(self, instance: models.Model) -> models.Model | None:  # type: ignore[override]
        return self.get_queryset(instance=instance).filter(self.field.get_reverse_related_filter(instance)).first()


class OnceForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """Points at a row that was there once: the number stays when the row is gone, and leads to None then."""

    forward_related_accessor_class = _ForwardOrNone


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def moves_of(self, assessment: Assessment) -> Self:
        """An assessment's start, submissions, claims, second looks and what was decided, oldest first; no answers."""
        words = ("assessment ", "submission ", "second look ")
        moves = models.Q(*(("action__startswith", word) for word in words), _connector=models.Q.OR)
        return self.filter(moves, assessment=assessment).select_related("actor").order_by("at", "id")

    def in_order(self, *, batch: int = 2000) -> Iterator["AuditEvent"]:
        """Each event in the order of the chain, read `batch` at a time: neither memory nor a transaction grows."""
        last: int | None = 0
        while events := list(self.filter(position__gt=last).order_by("position")[:batch]):
            yield from events
            last = events[-1].position

    def outside_the_chain(self) -> Self:
        """Those without a position to be walked by: none, once they are committed."""
        return self.filter(models.Q(position=None) | models.Q(position__lt=1))

    def number_of(self, digest: str) -> int | None:
        """The number of the event with a hash; None for "" and for one that no event has."""
        return self.filter(hash=digest).values_list("pk", flat=True).first() if digest else None


class AuditEvent(models.Model):
    """Who did what to which object, when and from where. Written in the transaction of the change itself.

    The database only lets rows be added, and chains each to the one before: see `assessments.append_only`. `save_id`
    is the client-made id of a save, by which a retry is known. `detail` holds before and after by field name.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    organization = OnceForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="events")
    object_type = models.CharField(max_length=100, blank=True, help_text="Such as “assessments.membership”.")
    object_id = models.CharField(max_length=64, blank=True)
    subject = models.CharField(
        max_length=SUBJECT_LIMIT, blank=True, help_text="What it was done to, such as a question's code."
    )
    source = models.CharField(max_length=64, blank=True, help_text="The IP address it came from; empty for commands.")
    save_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True, unique=True, help_text="In the chain, from 1; set at the commit.")
    content_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True, default=chain.FIRST)
    hash = models.CharField(max_length=64, blank=True, default="")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "save_id"], name="audit_save_id_once"),
            models.CheckConstraint(condition=~models.Q(content_hash=""), name="audit_content_is_hashed"),
        ]
        indexes = [models.Index(fields=["at"], name="audit_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.subject}".rstrip()

    def save(self, **options: Any) -> None:
        self.content_hash = chain.content_hash(self.content)
        super().save(**options)

    @property
    def content(self) -> dict[str, Any]:
        """What is hashed: all that was written, the time in UTC, ids as they stand in the table."""
        return {
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor_id,
            "action": self.action,
            "organization": self.organization_id,
            "assessment": str(self.assessment_id) if self.assessment_id else None,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "subject": self.subject,
            "source": self.source,
            "save_id": str(self.save_id) if self.save_id else None,
            "detail": self.detail,
        }

    @property
    def link(self) -> chain.Link:
        return chain.Link(self.pk, self.content, self.content_hash, self.previous_hash, self.hash)
