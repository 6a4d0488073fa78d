"""The way from a figure of the portfolio to the submissions behind it."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from assessments.models import Basis, Counted, Scorecard, ScorecardArea, ScorecardHold, State
from assessments.portfolio_words import tally_words
from assessments.tallies import FIGURES, NOT_RATED
from rubric.models import newest_published


class Wanted(NamedTuple):
    """What the submissions are to have in common, as a tally counts it."""

    basis: Basis
    kind: Counted
    subject: str
    value: int


def parsed(text: str) -> Wanted | None:
    """What `portfolio.counted` has written; None for anything else."""
    try:
        basis, kind, rest = text.split(".", 2)
        subject, value = rest.rsplit(".", 1)
        return Wanted(Basis(basis), Counted(kind), subject, int(value))
    except ValueError:
        return None


class CountedFilter(admin.SimpleListFilter):
    """The submissions that a tally counts. Shown only where someone came by a link that says which."""

    title = "figure of the portfolio"
    parameter_name = "counted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        wanted = parsed(self.value() or "")
        return [(str(self.value()), tally_words(newest_published().to_datatypes(), *wanted))] if wanted else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        wanted = parsed(self.value() or "")
        if not wanted:
            return queryset
        rows = _rows(wanted).filter(scorecard=Scorecard.objects.newest_of(OuterRef(OuterRef("pk"))))
        return queryset.filter(_counted_at_all(wanted.basis), Exists(rows))


def _counted_at_all(basis: Basis) -> Q:
    """Which assessments count on a basis: by accepted levels only those whose second look, if any, is over."""
    if basis == Basis.CLAIMED:
        return Q()
    open_looks = Scorecard.objects.second_look_open().filter(assessment=OuterRef("pk"))
    newest = open_looks.filter(pk=Scorecard.objects.newest_of(OuterRef(OuterRef("pk"))))
    return Q(state=State.ACCEPTED) & ~Q(Exists(newest))


def _rows(wanted: Wanted) -> QuerySet[Any]:
    """The rows of scorecards by which the tally counts them."""
    _, level, moved, gaps = FIGURES[wanted.basis]
    if wanted.kind in (Counted.HOLD, Counted.STEP):
        holds = ScorecardHold.objects.filter(question=wanted.subject)
        return holds.filter(step_to=wanted.value) if wanted.kind == Counted.STEP else holds
    areas = ScorecardArea.objects.filter(area=wanted.subject)
    match wanted.kind:
        case Counted.LEVEL:
            return areas.filter(**{level: None if wanted.value == NOT_RATED else wanted.value})
        case Counted.MOVEMENT if wanted.value:
            return areas.filter(**{f"{moved}__gt" if wanted.value > 0 else f"{moved}__lt": 0})
        case Counted.MOVEMENT:
            return areas.filter(**{moved: 0})
        case Counted.GAP:
            return areas.filter(**{f"{gaps}__gt": 0})
    return ScorecardArea.objects.all()
