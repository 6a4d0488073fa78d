"""Results of an organization beside one another, and over all cycles."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.access import readable_results, signed_in
from assessments.compare_page import compare_page
from assessments.trend_page import trend_page


@require_safe
@login_required
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two to five results: `?with=<assessment>` for each, `peers=` for medians of the `cycle=` with that code, `base=`
    for the one that the others are compared with."""
    access = readable_results(signed_in(request), code)
    page = compare_page(access, request.GET)
    return render(request, "assessments/compare.html", page, status=422 if page["errors"] else 200)


@require_safe
@login_required
def trend(request: HttpRequest, code: str) -> HttpResponse:
    """Each area over all cycles; `?team=` shows one team, empty all."""
    access = readable_results(signed_in(request), code)
    return render(request, "assessments/trend.html", trend_page(access, request.GET.get("team")))
