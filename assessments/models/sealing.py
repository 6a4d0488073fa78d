"""What is kept for good: sealed scorecards and what reviewers said of them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .assessment import TEXT_LIMIT, Assessment
from .people import User


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def with_code(self, code: str) -> Self:
        """The one whose seal has this code, typed in any case, with hyphens or without, O for 0, I or L for 1."""
        letters = code.upper().translate(str.maketrans("OIL", "011", "-_"))
        grouped = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
        return self.filter(code=grouped).select_related("assessment__rubric").defer("document")


class Scorecard(models.Model):
    """A result sealed at submission. `document` is the canonical JSON text that `sha256` is the digest of.

    `document` holds everything needed to compute the result again; see `assessments.sealing`.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="scorecards")
    sequence = models.PositiveSmallIntegerField(help_text="1 for the first submission of the assessment.")
    document = models.TextField()
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    code = models.CharField(max_length=20, unique=True, help_text="The seal's short form.")
    sealed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        ordering = ["-sealed_at"]
        constraints = [models.UniqueConstraint(fields=["assessment", "sequence"], name="scorecard_sequence_once")]

    def __str__(self) -> str:
        return f"{self.assessment} ({self.code})"


class ScorecardArea(models.Model):
    """One area's figures of a scorecard, as rows that lists can be filtered by. Scores in hundredths of a level."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(null=True)
    level_high = models.PositiveSmallIntegerField(null=True)
    score_hundredths = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "area"], name="scorecard_area_once"),
            models.CheckConstraint(
                condition=Q(level=None, level_high=None, score_hundredths=None)
                | Q(level__isnull=False, level_high__gte=models.F("level"), score_hundredths__isnull=False),
                name="scorecard_area_all_or_no_figures",
            ),
        ]
        indexes = [models.Index(fields=["area", "level"], name="scorecard_area_level")]

    def __str__(self) -> str:
        return f"{self.area}: {self.level or 'not rated'}"


class Decision(models.TextChoices):
    RETURNED = "returned", "Returned"
    ACCEPTED = "accepted", "Accepted"


class ReviewQuerySet(models.QuerySet["Review"]):
    def of(self, assessment: Assessment) -> Self:
        """What was decided on the submissions of an assessment, newest first, with names; none for a mere draft."""
        if not assessment.submitted_at:
            return self.none()
        return self.filter(scorecard__assessment=assessment).select_related("reviewer", "scorecard")


class Review(models.Model):
    """What CoE staff decided on a scorecard."""

    scorecard = models.OneToOneField(Scorecard, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision)
    comment = models.TextField(blank=True, max_length=TEXT_LIMIT)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="review_decision_known"),
            models.CheckConstraint(
                condition=~Q(decision=Decision.RETURNED) | ~Q(comment=""), name="review_returned_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.reviewer}"
