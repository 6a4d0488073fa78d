"""What CoE staff say of a submission: a decision, a validated level per area, and comments on single answers."""

from typing import NamedTuple, Self

from django.db import models
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Value
from django.utils import timezone

from aicmm.prepared import Argument

from .assessment import MAX_LEVELS, TEXT_LIMIT, Assessment
from .people import User
from .sealing import Scorecard

COMMENT_LIMIT = 1000
QUERY_LIMIT = 1000
TOO_MANY_FILTERS = "These are too many filters to be kept. Choose fewer."
SEARCHES_LIMIT = 50
"""The searches one person keeps: more are no help to find one's way."""


class Decision(models.TextChoices):
    RETURNED = "returned", "Returned"
    ACCEPTED = "accepted", "Accepted"


class Look(models.TextChoices):
    """The first look decides; the second is blind and shows how far two reviewers agree."""

    FIRST = "first", "First look"
    SECOND = "second", "Second look"


class Said(NamedTuple):
    """What a review says of an area, with a level, or of an answer, without; `code` is that of either."""

    code: str
    text: str
    level: int | None
    claimed: int | None
    wants_evidence: bool


class ReviewQuerySet(models.QuerySet["Review"]):
    def of(self, assessment: Assessment) -> Self:
        """What was decided on the submissions of an assessment, newest first, with names; none for a mere draft."""
        if not assessment.submitted_at:
            return self.none()
        reviews = self.decided().filter(scorecard__assessment=assessment).order_by("-decided_at")
        return reviews.select_related("reviewer", "scorecard").defer("scorecard__document")

    def with_rows(self) -> Self:
        """Loads levels and comments along; two queries more."""
        return self.prefetch_related("areas", "answer_comments")

    def open_to(self, user: User | Argument) -> Self:
        """Those that someone of the CoE may see: while a second look is open, only whoever had the first one may."""
        over = Review.objects.filter(scorecard=OuterRef("scorecard"), look=Look.SECOND, decided_at__isnull=False)
        return self.filter(Q(scorecard__second_look=False) | Q(reviewer=user) | Exists(over))

    def decided(self) -> Self:
        """First looks that are over. Others are the CoE's own and nobody else's to see."""
        return self.filter(look=Look.FIRST).exclude(decision="")


class Review(models.Model):
    """What a reviewer makes of a scorecard. While `decided_at` is empty it is work in progress, seen by reviewers only.

    A second look is over without a decision. `version` counts the changes, `asks` the answers that are commented on.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="reviews")
    look = models.CharField(max_length=10, choices=Look, default=Look.FIRST)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision, blank=True, default="")
    comment = models.TextField(blank=True, max_length=TEXT_LIMIT)
    version = models.PositiveIntegerField(default=0)
    asks = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "look"], name="review_once_per_scorecard_and_look"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="review_decision_known"),
            models.CheckConstraint(
                condition=~Q(decision=Decision.RETURNED) | ~Q(comment="") | Q(asks__gt=0),
                name="review_returned_says_why",
            ),
            models.CheckConstraint(
                condition=Q(look=Look.SECOND, decision="")
                | Q(look=Look.FIRST, decision="", decided_at=None)
                | Q(look=Look.FIRST, decision__in=Decision.values, decided_at__isnull=False),
                name="review_first_look_ends_with_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display() or self.get_look_display()} by {self.reviewer}"

    def said(self) -> list[Said]:
        """What it says of areas and of single answers, in no order. One query."""
        none = Value(None, output_field=IntegerField())
        areas = self.areas.order_by().values_list("area", "reason", "validated_level", "claimed_level", Value(False))
        answers = self.answer_comments.order_by().values_list("question", "text", none, none, "wants_evidence")
        return [Said(*row) for row in areas.union(answers, all=True)]


class SavedSearch(models.Model):
    """A reviewer's own way to narrow the list of submissions, kept as a link. `query` is that of the list's address."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=QUERY_LIMIT)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "saved searches"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_search_name_once")]

    def __str__(self) -> str:
        return self.name

    def refused_because(self) -> str:
        """Why it can't be kept as another one of its owner's, as a sentence; empty where it can."""
        if len(self.query) > QUERY_LIMIT:
            return TOO_MANY_FILTERS
        if SavedSearch.objects.filter(owner=self.owner).count() >= SEARCHES_LIMIT:
            return f"You keep {SEARCHES_LIMIT} searches, and that is the most. Forget one of them first."
        return ""


class AreaReview(models.Model):
    """The level that a reviewer finds right for an area; where it differs from the claimed one, why."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="areas")
    area = models.CharField(max_length=60)
    claimed_level = models.PositiveSmallIntegerField(null=True)
    validated_level = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True, max_length=COMMENT_LIMIT)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "area"], name="area_review_once"),
            models.CheckConstraint(
                condition=Q(validated_level__range=(1, MAX_LEVELS)), name="area_review_level_in_range"
            ),
            models.CheckConstraint(
                condition=Q(claimed_level__isnull=False, claimed_level=F("validated_level")) | ~Q(reason=""),
                name="area_review_other_level_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: level {self.validated_level}"


class AnswerComment(models.Model):
    """What a reviewer says of one answer, and whether evidence is asked for."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="answer_comments")
    question = models.CharField(max_length=60)
    text = models.TextField(blank=True, max_length=COMMENT_LIMIT)
    wants_evidence = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "question"], name="answer_comment_once"),
            models.CheckConstraint(
                condition=~Q(text="") | Q(wants_evidence=True), name="answer_comment_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.text or 'evidence asked for'}"
