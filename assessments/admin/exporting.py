"""What the list of submissions has for taking them along: files of what it shows, and all scorecards as one ZIP."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from aicmm.lists import shown
from assessments import actions
from assessments.access import reviews, signed_in
from assessments.models import Assessment
from assessments.models.assessment import AssessmentQuerySet

KINDS = (("xlsx", "Excel (XLSX)"), ("csv", "CSV of the answers"), ("json", "JSON"))
PAGE_PARAMETERS = ("p", "all", "e")
"""What in the list's query says how it is shown, not what is in it."""


def query_of(request: HttpRequest) -> str:
    """The query of the list without what only turns its pages; empty, or beginning with "?"."""
    query = request.GET.copy()
    for name in PAGE_PARAMETERS:
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


def listed(request: HttpRequest) -> AssessmentQuerySet:
    """Exactly what the list of submissions shows for the request's query, on all its pages, in its order.

    `IncorrectLookupParameters` where the list can't make sense of the query, either.
    """
    return cast(AssessmentQuerySet, shown(admin.site.get_model_admin(Assessment), request))


class Exporting(admin.ModelAdmin):  # type: ignore[type-arg]
    """Offers what a list shows as files."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = query_of(request)
        exports = [(name, reverse(f"export-list-{kind}") + query) for kind, name in KINDS]
        response: HttpResponse = super().changelist_view(request, {"exports": exports} | (extra_context or {}))
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Beside what the list itself can do with its rows."""
        found: dict[str, Any] = super().get_actions(request)
        if reviews(request.user):
            found[zip_scorecards.__name__] = self.get_action(zip_scorecards)
        return found


@admin.action(description="All scorecards (PDF) as one ZIP")
def zip_scorecards(_: Exporting, request: HttpRequest, chosen: QuerySet[Assessment]) -> HttpResponse | None:
    """Has them made, and shows how that goes."""
    keys = list(chosen.values_list("pk", flat=True)[: actions.ZIP_LIMIT + 1])
    try:
        actions.start_zip(assessments=keys, filters=request.GET.urlencode(), by=signed_in(request))
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return None
    return redirect("exports")
