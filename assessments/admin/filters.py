"""How the list of submissions is narrowed beyond what Django's own filters do."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments.access import signed_in
from assessments.models import Assessment, FlagKind, Scorecard, ScorecardArea, ScorecardFlag, State
from rubric.datatypes import Area

NOT_RATED = "none"
ANY, NO = "any", "no"

WAITING, OVERDUE, UNCLAIMED, MINE = "waiting", "overdue", "unclaimed", "mine"
QUEUE_CHOICES = [
    (WAITING, "Waiting, oldest first"),
    (OVERDUE, "Waiting, review overdue"),
    (UNCLAIMED, "Waiting, nobody has it"),
    (MINE, "Waiting, I have it"),
    (State.RETURNED, "Returned"),
    (State.ACCEPTED, "Accepted"),
]
"""One choice for where a submission stands, so that no two of them shut everything out."""


def review_due(assessment: Assessment) -> date | None:
    """The day by which a waiting submission should be decided on; None where nothing waits."""
    if assessment.state != State.SUBMITTED or assessment.submitted_at is None:
        return None
    return timezone.localdate(assessment.submitted_at) + timedelta(days=settings.REVIEW_DAYS)


class QueueFilter(admin.SimpleListFilter):
    title = "where it stands"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(str(value), label) for value, label in QUEUE_CHOICES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value in (State.RETURNED, State.ACCEPTED):
            return queryset.filter(state=value)
        if value not in (WAITING, OVERDUE, UNCLAIMED, MINE):
            return queryset
        waiting = queryset.filter(state=State.SUBMITTED)
        if value == OVERDUE:
            today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
            return waiting.filter(submitted_at__lt=today - timedelta(days=settings.REVIEW_DAYS))
        if value == UNCLAIMED:
            return waiting.filter(claimed_by=None)
        return waiting.filter(claimed_by=signed_in(request)) if value == MINE else waiting


def newest_scorecard() -> QuerySet[Scorecard, int]:
    """The newest scorecard of the assessment two queries out: found by its id alone, without a join."""
    return Scorecard.objects.newest_of(OuterRef(OuterRef("pk")))


class FlagFilter(admin.SimpleListFilter):
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(ANY, "Any flag"), (NO, "No flag"), *((str(kind.value), str(kind.label)) for kind in FlagKind)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        value = self.value()
        flags = ScorecardFlag.objects.filter(scorecard=newest_scorecard())
        if value == ANY:
            return queryset.filter(Exists(flags))
        if value == NO:
            return queryset.filter(~Exists(flags))
        if value in FlagKind.values:
            return queryset.filter(Exists(flags.filter(kind=value)))
        return queryset


class SecondLookFilter(admin.SimpleListFilter):
    title = "second look"
    parameter_name = "second_look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("open", "Drawn, not done yet"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        drawn = Scorecard.objects.filter(assessment=OuterRef("pk"), second_look=True)
        done = Q(reviews__look="second", reviews__decided_at__isnull=False)
        if self.value() == "open":
            return queryset.filter(Exists(drawn.exclude(done)))
        return queryset.filter(Exists(drawn.filter(done))) if self.value() == "done" else queryset


def area_filter(area: Area, top: int) -> type[admin.SimpleListFilter]:
    """A filter by one area's level on the newest scorecard."""
    levels = [*((str(number), str(number)) for number in range(1, top + 1)), (NOT_RATED, "Not rated")]

    class AreaLevelFilter(admin.SimpleListFilter):
        title = area.name
        template = "admin/assessments/area_level_filter.html"
        parameter_name = f"level_{area.code}"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
            return levels

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
            value = self.value()
            if value not in dict(levels):
                return queryset
            figures = ScorecardArea.objects.filter(scorecard=newest_scorecard(), area=area.code)
            level = None if value == NOT_RATED else int(str(value))
            return queryset.filter(Exists(figures.filter(level=level)))

    return AreaLevelFilter
