"""An assessment, its answers and the evidence for them."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from aicmm.names import NameField
from aicmm.prepared import Argument
from assessments.datatypes import EvidenceLink, GivenAnswer
from assessments.scoring import NOT_APPLICABLE, UNKNOWN
from assessments.scoring import Answer as Choice
from rubric.models import Publication

from .people import Membership, Organization, User

TEXT_LIMIT = 4000
REASON_LIMIT = 1000
EVIDENCE_LIMIT = 10
MAX_LEVELS = 9


LAST_DAY = date(2199, 12, 31)
"""Of a cycle: well before the last day there is, so that the day after it is one, too, in every time zone."""


class Cycle(models.Model):
    """A period in which teams assess themselves, such as a quarter."""

    code = models.SlugField(unique=True, help_text="Such as “fy2027-q1”.")
    name = NameField(max_length=60, unique=True)
    starts_on = models.DateField(help_text="Teams can start assessments from this day on.")
    due_on = models.DateField(help_text="Submissions are expected by the end of this day.")

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")),
                name="cycle_due_after_start",
                violation_error_message="The cycle has to be due on the day it starts, or later.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Empty days are told of by their fields."""
        late = [name for name in ("starts_on", "due_on") if (day := getattr(self, name)) and day > LAST_DAY]
        if late:
            raise ValidationError(dict.fromkeys(late, f"Choose a day before {LAST_DAY.year + 1}."))

    def is_open(self, today: date) -> bool:
        return self.starts_on <= today

    @property
    def is_over(self) -> bool:
        """Whether the day it is due has ended."""
        return timezone.now() >= self.closes_at

    @property
    def closes_at(self) -> datetime:
        """The moment the day it is due ends, in the time zone of the settings."""
        return timezone.make_aware(datetime.combine(self.due_on + timedelta(days=1), time.min))


class State(models.TextChoices):
    """Where an assessment stands; `assessments.actions` moves it."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    ACCEPTED = "accepted", "Accepted"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
"""The states in which answers can change."""


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of(self, user: User) -> Self:
        """Those of the organizations `user` is a member of."""
        return self.filter(organization__memberships__user=user)

    def of_team(self, organization: Organization, team: str) -> Self:
        """Those of a team, its name in any case: also as the constraint takes it, which for some letters differs."""
        lowered = self.filter(organization=organization).alias(lowered=Lower("team"))
        return lowered.filter(Q(team__iexact=team) | Q(lowered=Lower(Value(team))))

    def submitted(self) -> Self:
        """Those that have been submitted at least once."""
        return self.exclude(submitted_at=None)

    def waiting(self) -> Self:
        """Submissions that wait for the CoE, oldest first."""
        return self.filter(state=State.SUBMITTED).order_by("submitted_at")

    def at_work(self, organization: Organization) -> Self:
        """What teams of an organization can still change, with how far they are; what is due first comes first."""
        editable = self.filter(organization=organization, state__in=EDITABLE).select_related("cycle")
        return editable.with_progress().order_by("cycle__due_on", "team", "pk")

    def with_names(self) -> Self:
        """Loads organization and cycle along, and what `with_rubric` adds."""
        return self.select_related("organization", "cycle").with_rubric()

    def with_rubric(self) -> Self:
        """Adds `rubric_published_at`, by which `results.rubric_of` finds the rubric in memory."""
        publication = Publication.objects.filter(rubric=models.OuterRef("rubric")).order_by()
        return self.annotate(rubric_published_at=models.Subquery(publication.values("published_at")))

    def with_role_of(self, user: User | Argument) -> Self:
        """Adds `reader_role`: the role of `user` in the assessment's organization, or None."""
        membership = Membership.objects.filter(organization=models.OuterRef("organization"), user=user).order_by()
        return self.annotate(reader_role=models.Subquery(membership.values("role")))

    def with_progress(self) -> Self:
        """Adds `answered` and `questions`: how many of its questions have an answer of any kind."""
        return self.annotate(
            answered=models.Count("answers", filter=~Q(answers__choice="")), questions=models.Count("answers")
        )


_AssessmentManager = models.Manager.from_queryset(AssessmentQuerySet)


class AssessmentManager(_AssessmentManager["Assessment"]):
    """Every assessment but the drafts that were deleted: those are there for the audit trail alone."""

    def get_queryset(self) -> AssessmentQuerySet:
        return AssessmentQuerySet(self.model, using=self._db).filter(discarded_at=None)


class Assessment(models.Model):
    """One run of a rubric by a team of an organization in a cycle.

    A draft that its lead deletes keeps its row with `discarded_at`, because what was done to it stays in the audit
    trail; no query through `objects`, or from another row's side, finds it any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="assessments")
    team = NameField(max_length=100)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="assessments")
    rubric = models.ForeignKey("rubric.Rubric", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="The latest submission.")
    claimed_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="The reviewer who works on the submission.",
    )
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    discarded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AssessmentManager()

    # What `with_rubric`, `with_role_of` and `with_progress` add.
    rubric_published_at: datetime | None
    reader_role: str | None
    answered: int
    questions: int

    class Meta:
        ordering = ["-created_at"]
        # What the admin lists of them.
        verbose_name_plural = "submissions"
        permissions = [("review_assessment", "Can return and accept submissions")]
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("team"),
                "cycle",
                condition=Q(discarded_at=None),
                name="assessment_once_per_team_and_cycle",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="assessment_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(submitted_at__isnull=False),
                name="assessment_beyond_draft_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False, state=State.SUBMITTED),
                name="assessment_claimed_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(discarded_at=None) | Q(state=State.DRAFT, submitted_at=None),
                name="assessment_discarded_was_never_submitted",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="assessment_queue"),
            models.Index(fields=["submitted_at", "id"], name="assessment_submissions"),
            models.Index(fields=["cycle", "submitted_at", "id"], name="assessment_submissions_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.organization}, {self.cycle}"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE and self.discarded_at is None

    @property
    def is_discardable(self) -> bool:
        """Whether its lead can delete it: what was submitted once is kept for good."""
        return self.state == State.DRAFT and self.submitted_at is None


CHOICES = ["", UNKNOWN, NOT_APPLICABLE, *(str(number) for number in range(1, MAX_LEVELS + 1))]


class Answer(models.Model):
    """What a team says of one question. Every assessment has one row per question from its start; `choice` is "" while
    unanswered, a level as text, or "unknown" or "not_applicable". `version` counts the changes."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey("rubric.Question", on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=20, blank=True, default="")
    reason = models.TextField(blank=True, max_length=REASON_LIMIT)
    rationale = models.TextField(blank=True, max_length=TEXT_LIMIT)
    version = models.PositiveIntegerField(default=0)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["question__area__position", "question__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question"], name="answer_once_per_question"),
            models.CheckConstraint(condition=Q(choice__in=CHOICES), name="answer_choice_known"),
            models.CheckConstraint(
                condition=~Q(choice=NOT_APPLICABLE) | ~Q(reason=""), name="answer_not_applicable_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(version=0, answered_by=None, answered_at=None)
                | Q(version__gt=0, answered_by__isnull=False, answered_at__isnull=False),
                name="answer_changed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.choice or 'unanswered'}"

    @property
    def value(self) -> Choice | None:
        """The choice as scoring takes it; None while unanswered."""
        return parse_choice(self.choice)

    def given(self, code: str, evidence: tuple[EvidenceLink, ...]) -> GivenAnswer:
        return GivenAnswer(
            question=code,
            choice=self.value,
            reason=self.reason,
            rationale=self.rationale,
            evidence=evidence,
            answered_by=str(self.answered_by) if self.answered_by else "",
            answered_at=self.answered_at,
            version=self.version,
        )


OTHER_CHOICES: dict[str, Choice] = {UNKNOWN: UNKNOWN, NOT_APPLICABLE: NOT_APPLICABLE}
"""The choices that are no level."""


def parse_choice(text: str) -> Choice | None:
    """A choice as stored ("", "3", "unknown", "not_applicable") as scoring takes it."""
    if text in OTHER_CHOICES:
        return OTHER_CHOICES[text]
    return int(text) if text else None


class Evidence(models.Model):
    """A link that shows what an answer claims."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=1000)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["answer", "position"], name="evidence_position_once"),
            models.CheckConstraint(condition=~Q(title=""), name="evidence_has_title"),
            models.CheckConstraint(
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"), name="evidence_is_a_web_link"
            ),
        ]

    def __str__(self) -> str:
        return self.title
