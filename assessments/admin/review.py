"""Submissions: finding them, reading one in one place, returning or accepting it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from assessments import actions, outcome
from assessments.access import Access, readable_assessment, reviews, signed_in
from assessments.forms import TidyTextField
from assessments.models import Assessment, AuditEvent, Decision, Scorecard, ScorecardArea, State
from assessments.models.assessment import TEXT_LIMIT
from rubric.datatypes import Area
from rubric.models import newest_published

from .base import ReadOnlyAdmin
from .paging import BoundedPaginator, BoundedRelatedFilter
from .portfolio_filters import CountedFilter

NOT_RATED = "none"


class DecisionForm(forms.Form):
    """What a reviewer says of a submission: accepted, or returned with what to do."""

    decision = forms.ChoiceField(choices=Decision)
    comment = TidyTextField(required=False, max_length=TEXT_LIMIT)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == Decision.RETURNED and not cleaned.get("comment"):
            self.add_error("comment", "Say what the team has to do before it submits again.")
        return cleaned


class WaitingFilter(admin.SimpleListFilter):
    title = "waiting for review"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("yes", "Waiting, oldest first")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(state=State.SUBMITTED) if self.value() else queryset


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
            newest = Scorecard.objects.newest_of(OuterRef(OuterRef("pk")))
            figures = ScorecardArea.objects.filter(scorecard=newest, area=area.code)
            level = None if value == NOT_RATED else int(str(value))
            return queryset.filter(Exists(figures.filter(level=level)))

    return AreaLevelFilter


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """Every submission of every organization. Drafts are the team's own and don't appear."""

    list_display = ["team", "organization", "cycle", "state", "submitted", "levels"]
    search_fields = ["team", "organization__name", "scorecards__code"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        scorecards = Scorecard.objects.defer("document").order_by("-sequence").prefetch_related("areas")
        queryset: QuerySet[Assessment] = super().get_queryset(request)
        return (
            queryset.exclude(submitted_at=None)
            .select_related("organization", "cycle")
            .prefetch_related(Prefetch("scorecards", scorecards))
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits stands oldest first; the list would put its own order over the filter's."""
        return ["submitted_at"] if request.GET.get(WaitingFilter.parameter_name) else ["-submitted_at"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 (Django's signature)
        rubric = newest_published().to_datatypes()
        areas = (area_filter(area, rubric.top) for area in rubric.areas)
        organization = ("organization", BoundedRelatedFilter)
        return [CountedFilter, WaitingFilter, "state", "cycle", organization, *areas]

    @admin.display(description="Submitted", ordering="submitted_at")
    def submitted(self, assessment: Assessment) -> str:
        return date_format(localtime(assessment.submitted_at), "M j, Y") if assessment.submitted_at else ""

    @admin.display(description="Levels")
    def levels(self, assessment: Assessment) -> SafeString | str:
        """The levels of the newest scorecard in stack order, each with its area's code to hover or hear."""
        newest = next(iter(assessment.scorecards.all()), None)
        if newest is None:
            return "–"
        return format_html(
            '<span class="level-row">{}</span>',
            format_html_join(
                "",
                '<span class="level-badge level-badge--{}" title="{}"><span class="usa-sr-only">{} </span>{}</span>',
                ((row.level or "none", row.area, row.area, row.level or "–") for row in newest.areas.all()),
            ),
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        titled = {"title": "Submissions"} | (extra_context or {})
        response: HttpResponse = super().changelist_view(request, titled)
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 (Django's signature)
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """The review page in place of Django's form."""
        access = _submission(request, object_id)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._decide(request, access.assessment, form)
        context = {
            **self.admin_site.each_context(request),
            **outcome.result_page(access),
            "title": f"{access.assessment}",
            "opts": self.opts,
            "form": form,
            "decidable": access.assessment.state == State.SUBMITTED,
            "comment_limit": TEXT_LIMIT,
        }
        return TemplateResponse(
            request, "admin/assessments/assessment/review.html", context, status=422 if form.errors else 200
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What became of a submission, from the audit trail; Django's own log knows nothing of it."""
        assessment = _submission(request, object_id).assessment
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {assessment}",
            "opts": self.opts,
            "assessment": assessment,
            "moves": AuditEvent.objects.moves_of(assessment),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/assessments/assessment/history.html", context)

    def _decide(self, request: HttpRequest, assessment: Assessment, form: DecisionForm) -> HttpResponse:
        comment = form.cleaned_data["comment"]
        act: Callable[..., Any] = (
            actions.return_ if form.cleaned_data["decision"] == Decision.RETURNED else actions.accept
        )
        try:
            review = act(assessment=assessment, by=signed_in(request), comment=comment)
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:assessments_assessment_change", assessment.pk)
        messages.success(request, f"{review.get_decision_display()}: {assessment}.")
        return redirect(f"{reverse('admin:assessments_assessment_changelist')}?waiting=yes")


def _submission(request: HttpRequest, object_id: str) -> Access:
    """A submission, to a reviewer as such: one who is in the team's organization sees no more of it here."""
    user = signed_in(request)
    if not reviews(user):
        raise PermissionDenied
    assessment = readable_assessment(user, _uuid(object_id)).assessment
    if assessment.submitted_at is None:
        raise Http404
    return Access(assessment, None)


def _uuid(text: str) -> UUID:
    """An object id out of an admin address; one that is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
