"""A maturity model as tables. Once published it can't be changed: the database refuses, see `rubric.immutability`.

Rows are named by natural keys, so that a fixture needs no numeric ids. `published()` is how the rest of the
application reads a rubric: as the frozen values of `rubric.datatypes`, kept in memory because they can't change.
"""

from datetime import datetime
from functools import reduce
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from rubric import datatypes

MAX_LEVELS = 9
MAX_WEIGHT = 100
AREA_CODE = "[a-z][a-z0-9]*"
IS_AREA_CODE = RegexValidator(rf"\A{AREA_CODE}\Z", "Use lower-case letters and digits, starting with a letter.")
IS_VERSION = RegexValidator(r"\A[0-9A-Za-z][0-9A-Za-z.-]*\Z", "Use letters, digits, dots and hyphens.")

Row = TypeVar("Row", bound="Keyed")


class KeyedManager(models.Manager[Row]):
    """Finds a row by its natural key, as fixtures do."""

    def get_by_natural_key(self, *key: object) -> Row:
        return self.get(**dict(zip(self.model.KEY, key, strict=True)))


class Keyed(models.Model):
    """A row with a natural key: the values of the lookups in `KEY`."""

    KEY: ClassVar[tuple[str, ...]] = ()

    objects: ClassVar[KeyedManager[Self]] = KeyedManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[Any, ...]:
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in self.KEY)


# ---- The rubric ----


class RubricQuerySet(models.QuerySet["Rubric"]):
    """Rubrics in the words of the domain."""

    def get_by_natural_key(self, code: str, version: str) -> "Rubric":
        return self.get(code=code, version=version)

    def published(self) -> Self:
        """Those that are published, newest first."""
        return (
            self.filter(publication__isnull=False)
            .select_related("publication")
            .order_by("-publication__published_at", "-version", "code")
        )

    def drafts(self) -> Self:
        return self.exclude(Exists(Publication.objects.filter(rubric=OuterRef("pk"))))

    def with_content(self) -> Self:
        """Loads levels, areas and all below along, in order: seven queries whatever the size."""
        return self.select_related("publication").prefetch_related(
            "levels", "areas__descriptors", "areas__activities", "areas__questions__anchors"
        )


class Rubric(models.Model):
    """One version of a maturity model; see `assessments.scoring` for `required_share` and `max_shortfall`."""

    code = models.SlugField(max_length=40, help_text="The model’s short name in addresses and files, such as “ai-cmm”.")
    version = models.CharField(max_length=20, validators=[IS_VERSION], help_text="Such as “2021-05”.")
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=300, help_text="Where the model’s words come from; shown beside every text.")
    required_share = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of an area’s weight that has to be answered at a level or above to reach it.",
    )
    max_shortfall = models.PositiveSmallIntegerField(
        default=1, help_text="How many levels below the area’s level its lowest question may lie."
    )

    objects = RubricQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rubric_unique_code_and_version"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(version="") & ~Q(name="") & ~Q(source=""), name="rubric_named_and_sourced"
            ),
            models.CheckConstraint(
                condition=Q(required_share__gte=1, required_share__lte=100),
                name="rubric_required_share_is_percent",
            ),
            models.CheckConstraint(condition=Q(max_shortfall__gte=0), name="rubric_max_shortfall_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    def natural_key(self) -> tuple[str, str]:
        return (self.code, self.version)

    @property
    def published_at(self) -> datetime | None:
        """When this version was published; None for a draft."""
        try:
            return self.publication.published_at
        except ObjectDoesNotExist:
            return None

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def to_datatypes(self) -> datatypes.Rubric:
        """This rubric as frozen values, in memory from the first time on if it is published."""
        key = (self.pk, self.published_at)
        if key in _in_memory:
            return _in_memory[key]
        values = values_of(Rubric.objects.with_content().get(pk=self.pk))
        if self.is_published:
            _in_memory[key] = values
        return values

    def publish(self, *, at: datetime | None = None) -> "Publication":
        """Publishes this draft for good; `ValidationError` with every problem where it is incomplete."""
        with transaction.atomic():
            return Publication.objects.create(rubric=self, published_at=at or timezone.now())


class Level(Keyed):
    """One rung, counted from 1; `scope` is the organizational scope the model gives it."""

    KEY = ("rubric__code", "rubric__version", "number")

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_LEVELS)])
    name = models.CharField(max_length=60)
    scope = models.CharField(max_length=60)

    class Meta:
        ordering = ["rubric", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "number"], name="level_unique_number"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MAX_LEVELS), name="level_number_in_range"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(scope=""), name="level_named"),
        ]

    def __str__(self) -> str:
        return f"Level {self.number}, {self.name}"


class Area(Keyed):
    """An operational area; `position` is 1 at the bottom of the stack. All texts are the model's."""

    KEY = ("rubric__code", "rubric__version", "code")

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=40, validators=[IS_AREA_CODE])
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)], help_text="From the bottom of the stack: 1 carries all others."
    )
    summary = models.TextField(help_text="What the area is for, in one line.")
    introduction = models.TextField(blank=True)
    body = models.TextField(blank=True, help_text="A blank line parts two paragraphs.")

    class Meta:
        ordering = ["rubric", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "code"], name="area_unique_code"),
            models.UniqueConstraint(fields=["rubric", "position"], name="area_unique_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="area_position_from_1"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(summary=""), name="area_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Descriptor(Keyed):
    """What a level looks like in an area: one cell of the model's table."""

    KEY = ("area__rubric__code", "area__rubric__version", "area__code", "level")

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="descriptors")
    level = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_LEVELS)])
    text = models.TextField()

    class Meta:
        ordering = ["area", "level"]
        constraints = [
            models.UniqueConstraint(fields=["area", "level"], name="descriptor_unique_level"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=MAX_LEVELS), name="descriptor_level_in_range"),
            models.CheckConstraint(condition=~Q(text=""), name="descriptor_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.area} at level {self.level}"


class Activity(Keyed):
    """A key activity in the model's words."""

    KEY = ("area__rubric__code", "area__rubric__version", "area__code", "position")

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="activities")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    text = models.TextField()

    class Meta:
        ordering = ["area", "position"]
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["area", "position"], name="activity_unique_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="activity_position_from_1"),
            models.CheckConstraint(condition=~Q(text=""), name="activity_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.area}, activity {self.position}"


class Question(Keyed):
    """A key question in the model's words; `evidence_hint` is ours.

    Its code is the area's, a hyphen and its position. As area codes have no hyphen and are unique in a rubric, so are
    question codes. The database holds them unique in the area; that they follow the form is a condition of publishing.
    """

    KEY = ("area__rubric__code", "area__rubric__version", "code")

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    code = models.CharField(max_length=50, help_text="The area’s code, a hyphen and the position: “dataops-1”.")
    text = models.TextField()
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_WEIGHT)]
    )
    evidence_hint = models.TextField(blank=True, help_text="Two or three things a reviewer could ask to see.")

    class Meta:
        ordering = ["area", "position"]
        constraints = [
            models.UniqueConstraint(fields=["area", "code"], name="question_unique_code"),
            models.UniqueConstraint(fields=["area", "position"], name="question_unique_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="question_position_from_1"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=MAX_WEIGHT), name="question_weight_in_range"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(text=""), name="question_not_empty"),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.code = self.code or self.proper_code
        super().save(*args, **kwargs)

    @property
    def proper_code(self) -> str:
        """The code that goes with the question's place."""
        return f"{self.area.code}-{self.position}"


class Anchor(Keyed):
    """What a team would see if it were at a level for one key question. Our text, not the model's."""

    KEY = ("question__area__rubric__code", "question__area__rubric__version", "question__code", "level")

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="anchors")
    level = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_LEVELS)])
    text = models.TextField()

    class Meta:
        ordering = ["question", "level"]
        constraints = [
            models.UniqueConstraint(fields=["question", "level"], name="anchor_unique_level"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=MAX_LEVELS), name="anchor_level_in_range"),
            models.CheckConstraint(condition=~Q(text=""), name="anchor_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.question} at level {self.level}"


class Publication(Keyed):
    """That a rubric is published. The last row to be written: from then on nothing of the rubric changes."""

    KEY = ("rubric__code", "rubric__version")

    rubric = models.OneToOneField(Rubric, on_delete=models.CASCADE, related_name="publication")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return f"{self.rubric}, published {self.published_at:%B %-d, %Y}"


# ---- Published rubrics as values ----

_in_memory: dict[tuple[int, datetime | None], datatypes.Rubric] = {}


def published(code: str, version: str | None = None) -> datatypes.Rubric:
    """The published rubric with that code, the newest unless a version is named; one query once it is in memory.

    Raises `Rubric.DoesNotExist` where none is published.
    """
    candidates = Rubric.objects.published().filter(code=code)
    return _first(candidates if version is None else candidates.filter(version=version)).to_datatypes()


def published_versions(version: str | None = None) -> list[Rubric]:
    """The rows of all published versions of one model: first that `version`, or the newest of all models, then the
    others, newest first. One query; `Rubric.DoesNotExist` where there is no such version."""
    rubrics = list(Rubric.objects.published())
    shown = next((rubric for rubric in rubrics if version in (None, rubric.version)), None)
    if shown is None:
        raise Rubric.DoesNotExist("No such rubric is published.")
    return [shown, *(rubric for rubric in rubrics if rubric.code == shown.code and rubric != shown)]


def newest_published() -> Rubric:
    """The row of the rubric published last, of whatever code; `Rubric.DoesNotExist` where there is none."""
    return _first(Rubric.objects.published())


def in_memory(pk: int, published_at: datetime | None) -> datatypes.Rubric | None:
    """The published rubric with that key, if it is in memory. Takes no query and no row."""
    return _in_memory.get((pk, published_at))


def forget_published() -> None:
    """Empties the memory of published rubrics: for tests, where a rollback takes back what was published."""
    _in_memory.clear()


def _first(candidates: RubricQuerySet) -> Rubric:
    rubric = candidates.first()
    if rubric is None:
        raise Rubric.DoesNotExist("No such rubric is published.")
    return rubric


def values_of(rubric: Rubric) -> datatypes.Rubric:
    """The rows of a rubric loaded `with_content()` as frozen values."""
    return datatypes.Rubric(
        code=rubric.code,
        version=rubric.version,
        name=rubric.name,
        source=rubric.source,
        required_share=rubric.required_share,
        max_shortfall=rubric.max_shortfall,
        levels=tuple(datatypes.Level(level.number, level.name, level.scope) for level in rubric.levels.all()),
        areas=tuple(_area_values(area) for area in rubric.areas.all()),
    )


def _area_values(area: Area) -> datatypes.Area:
    return datatypes.Area(
        code=area.code,
        name=area.name,
        position=area.position,
        summary=area.summary,
        introduction=area.introduction,
        body=area.body,
        descriptors=tuple(descriptor.text for descriptor in area.descriptors.all()),
        activities=tuple(activity.text for activity in area.activities.all()),
        questions=tuple(_question_values(question) for question in area.questions.all()),
    )


def _question_values(question: Question) -> datatypes.Question:
    return datatypes.Question(
        code=question.code,
        text=question.text,
        weight=question.weight,
        anchors=tuple(datatypes.Anchor(anchor.level, anchor.text) for anchor in question.anchors.all()),
        evidence_hint=question.evidence_hint,
    )
