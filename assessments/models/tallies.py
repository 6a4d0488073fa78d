"""Figures of many submissions, summed when each is made, so that nobody has to count them again."""

from typing import Self

from django.db import models
from django.db.models import Q

from .assessment import Cycle
from .people import Organization


class Basis(models.TextChoices):
    """Whose levels are counted: the teams' own, or those that the CoE accepted."""

    CLAIMED = "claimed", "Claimed"
    VALIDATED = "validated", "Validated"


class Counted(models.TextChoices):
    """What a tally counts; `subject` is an area's or a question's code, `value` says more."""

    TEAMS = "teams", "Submissions"
    LEVEL = "level", "Area at a level (0: not rated)"
    MOVEMENT = "movement", "Area fell (-1), stays (0) or rose (1)"
    GAP = "gap", "Area that others stand two or more levels above"
    HOLD = "hold", "Question that holds its area from the next level"
    STEP = "step", "Question to raise, to that level, on the shortest way"


OF_EACH_ORGANIZATION = (Counted.TEAMS, Counted.LEVEL)
"""What is counted for each organization as well as for all."""


class TallyQuerySet(models.QuerySet["Tally"]):
    def of(self, cycle: Cycle, basis: str) -> Self:
        """Those above nought of a cycle, on one basis."""
        return self.filter(cycle=cycle, basis=basis, count__gt=0)

    def over_all(self) -> Self:
        return self.filter(organization=None)

    def organizations(self) -> Self:
        """One for each organization with a submission, in the order of their names."""
        teams = self.filter(kind=Counted.TEAMS, organization__isnull=False)
        return teams.select_related("organization").order_by("organization__name", "organization")


class Tally(models.Model):
    """How many submissions of a cycle have something in common: of one organization, or of all where it has none.

    Each assessment counts with its newest scorecard. `assessments.tallies` writes them in the transaction of the
    submission, or of its acceptance.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="tallies")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")
    basis = models.CharField(max_length=10, choices=Basis)
    kind = models.CharField(max_length=10, choices=Counted)
    subject = models.CharField(max_length=60, blank=True)
    value = models.SmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "basis", "kind", "subject", "value"],
                condition=Q(organization=None),
                name="tally_once_over_all",
            ),
            models.UniqueConstraint(
                fields=["cycle", "organization", "basis", "kind", "subject", "value"],
                condition=Q(organization__isnull=False),
                name="tally_once_per_organization",
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="tally_basis_known"),
            models.CheckConstraint(condition=Q(kind__in=Counted.values), name="tally_kind_known"),
            models.CheckConstraint(
                condition=Q(organization=None) | Q(kind__in=OF_EACH_ORGANIZATION), name="tally_few_per_organization"
            ),
        ]
        indexes = [models.Index(fields=["cycle", "basis", "kind", "organization"], name="tally_organizations")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.value}: {self.count}"
