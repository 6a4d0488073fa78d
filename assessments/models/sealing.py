"""What is kept for good: sealed scorecards, their figures and what in them a reviewer should look at."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, FilteredRelation, Max, OuterRef, Q, Window
from django.db.models.functions import Lower, RowNumber

from .assessment import MAX_LEVELS, Assessment
from .audit import AuditEvent
from .people import Organization, User

HANDLED = ("submission claimed", "review noted")
"""What the audit trail says of whoever has had a first look in hand, also where another goes on with it."""

OF_WHAT = ("assessment__rubric", "assessment__organization", "assessment__cycle")
"""What a scorecard is of, as whoever checks its seal is told."""


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def with_code(self, code: str) -> Self:
        """The one whose seal has this code, typed in any case, with hyphens or without, O for 0, I or L for 1."""
        letters = code.upper().translate(str.maketrans("OIL", "011", "-_"))
        grouped = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
        return self.filter(code=grouped).select_related(*OF_WHAT).defer("document")

    def for_second_look(self) -> Self:
        """Those that were drawn, with what a page about them needs."""
        drawn = self.filter(second_look=True).select_related(
            "assessment__organization", "assessment__cycle", "assessment__rubric__publication"
        )
        return drawn.prefetch_related("areas", "flags", "reviews__reviewer")

    def awaiting_second_look(self, user: User) -> Self:
        """Those drawn whose second look is `user`'s to take or to go on with, oldest first."""
        taken = Q(reviews__look="second") & (~Q(reviews__reviewer=user) | Q(reviews__decided_at__isnull=False))
        others = self.model.objects.filter(taken).values("pk")
        seen = self.model.objects.first_seen_by(user).values("pk")
        return self.for_second_look().exclude(Q(pk__in=others) | Q(pk__in=seen)).defer("document").order_by("sealed_at")

    def first_seen_by(self, user: User) -> Self:
        """Those whose first look this person has had in hand: noted, decided on, or claimed since it was sealed."""
        handled = AuditEvent.objects.filter(
            assessment=OuterRef("assessment"), actor=user, action__in=HANDLED, at__gte=OuterRef("sealed_at")
        )
        theirs = self.model.objects.filter(reviews__look="first", reviews__reviewer=user)
        return self.filter(Q(pk__in=theirs.values("pk")) | Exists(handled))

    def second_look_open(self) -> Self:
        """Those drawn whose second look is not over: what the first one found is to stay unseen."""
        over = Q(reviews__look="second", reviews__decided_at__isnull=False)
        return self.filter(second_look=True).exclude(pk__in=self.model.objects.filter(over).values("pk"))

    def second_look_not_open(self) -> Self:
        """Those not drawn for a second look, and those whose second look is over."""
        return self.exclude(pk__in=self.model.objects.second_look_open().values("pk"))

    def with_decision(self) -> Self:
        """Adds `decision` and `decided_at` of the CoE's first look; empty while it waits. No second query."""
        first = FilteredRelation("reviews", condition=Q(reviews__look="first"))
        return self.annotate(first=first, decision=F("first__decision"), decided_at=F("first__decided_at"))

    def newest_before(self, moment: datetime) -> Self:
        """Of each assessment the newest that was sealed before `moment`."""
        newest = self.filter(sealed_at__lt=moment).values("assessment").annotate(newest=Max("id"))
        return self.filter(pk__in=newest.values("newest"))

    def newest_among(self, assessments: Collection[UUID]) -> Self:
        """The newest of each of those assessments, with all that is read along with its document."""
        newest = self.filter(assessment__in=assessments).values("assessment").annotate(newest=Max("id")).order_by()
        return self.filter(pk__in=newest.values("newest")).select_related(
            "assessment__organization",
            "assessment__cycle",
            "assessment__rubric__publication",
            "assessment__claimed_by",
        )

    def newest(self) -> Self:
        """Of each assessment the last one that was sealed."""
        later = Scorecard.objects.filter(
            assessment=models.OuterRef("assessment"), sequence__gt=models.OuterRef("sequence")
        )
        return self.filter(~models.Exists(later))

    def newest_of(self, assessment: models.OuterRef) -> models.QuerySet["Scorecard", int]:
        """The id of an assessment's last one, as a subquery. By its id alone a database finds a scorecard's rows at
        once; joined with the assessment, SQLite reads all rows of an area instead."""
        return self.filter(assessment=assessment).order_by("-sequence").values_list("pk", flat=True)[:1]

    def newest_of_organizations(self, organizations: Iterable[Organization], *, cycles: int | None = None) -> Self:
        """The newest of each assessment of these organizations, the oldest cycle first; only of the last `cycles` of
        each team, if that is told. Adds `team_key`, equal for the names that the constraint on teams takes for one."""
        newest = (
            self.filter(assessment__organization__in=organizations)
            .order_by()
            .values("assessment")
            .annotate(newest=Max("id"))
            .values("newest")
        )
        found = self.filter(pk__in=newest).annotate(team_key=Lower("assessment__team"))
        if cycles is not None:
            found = found.filter(pk__in=found._of_the_last(cycles))
        return found.order_by("assessment__cycle__starts_on", "pk")

    def _of_the_last(self, cycles: int) -> models.QuerySet["Scorecard", Any]:
        """Which of these belong to the last `cycles` of their team."""
        place = Window(
            RowNumber(),
            partition_by=[F("assessment__organization"), F("team_key")],
            order_by=[F("assessment__cycle__starts_on").desc(), F("pk").desc()],
        )
        return self.annotate(place=place).filter(place__lte=cycles).values("pk")

    def of_earlier_cycles(self, *, organization: Any, team: Any, starts_on: Any) -> Self:
        """A team's newest of each cycle that began before `starts_on`, from the newest cycle back.

        Each may be an expression; `team` has to be one, and is compared as the constraint on names does.
        """
        newest = (
            Scorecard.objects.alias(team=Lower("assessment__team"))
            .filter(
                team=Lower(team),
                assessment__organization=organization,
                assessment__cycle__starts_on__lt=starts_on,
            )
            .values("assessment")
            .annotate(newest=Max("id"))
            .values("newest")
        )
        return self.filter(pk__in=newest).order_by("-assessment__cycle__starts_on")


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
    second_look = models.BooleanField(
        default=False, help_text="Whether a second reviewer judges it, too, without seeing the first one's levels."
    )

    objects = ScorecardQuerySet.as_manager()

    # What `with_decision` adds; None where nobody has begun to review.
    decision: str | None
    decided_at: datetime | None

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
    validated_level = models.PositiveSmallIntegerField(
        null=True, help_text="What the CoE accepted; empty until then, and where it rated nothing."
    )
    moved = models.SmallIntegerField(
        null=True, help_text="Levels since the team's earlier cycle; empty where there is nothing to compare with."
    )
    gaps = models.PositiveSmallIntegerField(
        default=0, help_text="How many areas stand two or more levels above this one, the lowest beneath them."
    )
    validated_moved = models.SmallIntegerField(null=True, help_text="The same of accepted levels.")
    validated_gaps = models.PositiveSmallIntegerField(default=0, help_text="The same of accepted levels.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "area"], name="scorecard_area_once"),
            models.CheckConstraint(
                condition=Q(level=None, level_high=None, score_hundredths=None)
                | Q(level__isnull=False, level_high__gte=models.F("level"), score_hundredths__isnull=False),
                name="scorecard_area_all_or_no_figures",
            ),
            models.CheckConstraint(
                condition=Q(validated_level=None) | Q(validated_level__range=(1, MAX_LEVELS)),
                name="scorecard_area_validated_level_in_range",
            ),
            models.CheckConstraint(
                condition=(Q(moved=None) | Q(level__isnull=False))
                & (Q(validated_moved=None) | Q(validated_level__isnull=False)),
                name="scorecard_area_moved_to_a_level",
            ),
        ]
        indexes = [models.Index(fields=["area", "level"], name="scorecard_area_level")]

    def __str__(self) -> str:
        return f"{self.area}: {self.level or 'not rated'}"


class ScorecardHold(models.Model):
    """A question that holds its area from the next level. `step_to` is the level to raise it to where it is on the
    shortest way there."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="holds")
    question = models.CharField(max_length=60)
    step_to = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "question"], name="scorecard_hold_once"),
            models.CheckConstraint(
                condition=Q(step_to=None) | Q(step_to__range=(2, MAX_LEVELS)), name="scorecard_hold_step_goes_up"
            ),
        ]
        indexes = [models.Index(fields=["question", "step_to"], name="scorecard_hold_question")]

    def __str__(self) -> str:
        return f"{self.question}, to {self.step_to}" if self.step_to else self.question


class FlagKind(models.TextChoices):
    """What can point a reviewer's eye; `assessments.flags` says when."""

    NO_EVIDENCE = "no_evidence", "High claim without evidence"
    JUMP = "jump", "Jump since last cycle"
    FOUNDATION = "foundation", "Foundation gap"
    REPEATED = "repeated", "Same rationale repeated"
    NOT_APPLICABLE = "not_applicable", "Many “Not applicable”"
    RUSH = "rush", "Answered in a rush"


class ScorecardFlag(models.Model):
    """Something in a scorecard that is worth a second thought, with its reason in words. It decides nothing."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="flags")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=FlagKind)
    area = models.CharField(max_length=60, blank=True)
    question = models.CharField(max_length=60, blank=True)
    sentence = models.CharField(max_length=500)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "position"], name="scorecard_flag_position_once"),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="scorecard_flag_kind_known"),
            models.CheckConstraint(condition=~Q(sentence=""), name="scorecard_flag_says_why"),
        ]
        indexes = [models.Index(fields=["kind", "scorecard"], name="scorecard_flag_kind")]

    def __str__(self) -> str:
        return self.sentence
