"""Figures of a cycle's organizations taken together, kept as they were first shown."""

from django.db import models
from django.utils import timezone

from .assessment import Cycle


class PeerFigures(models.Model):
    """What is shown of a cycle's organizations together, by the rubric they used and the due date at that
    time. It never changes.

    `document` is `assessments.peers.to_document`: nothing in it tells of a single organization.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="peer_figures")
    rubric = models.ForeignKey("rubric.Rubric", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(help_text="The cycle's due date when they were made.")
    made_at = models.DateTimeField(default=timezone.now)
    document = models.JSONField()

    class Meta:
        verbose_name_plural = "peer figures"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "rubric", "due_on"], name="peer_figures_once_per_cycle_rubric_and_due_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cycle}, {self.rubric}"
