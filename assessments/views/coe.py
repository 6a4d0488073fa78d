"""The CoE's own pages beside Django's admin."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments import portfolio as portfolios
from assessments.access import for_reviewers
from assessments.models import Basis
from rubric.models import newest_published


@require_safe
@for_reviewers
def portfolio(request: HttpRequest) -> HttpResponse:
    """Where the organizations stand in a cycle; without one that is named, in the newest with a submission."""
    cycles = portfolios.cycles_counted()
    code = request.GET.get("cycle", "")
    cycle = next((one for one in cycles if code in ("", one.code)), None)
    if cycle is None and code:
        raise Http404
    context = {**admin.site.each_context(request), "title": "Portfolio", "cycles": cycles}
    if cycle:
        basis = Basis.VALIDATED if request.GET.get("basis") == Basis.VALIDATED else Basis.CLAIMED
        context |= portfolios.portfolio_page(
            portfolios.portfolio(
                rubric=newest_published().to_datatypes(),
                cycle=cycle,
                basis=basis,
                page=request.GET.get("page"),
                queue=reverse("admin:assessments_assessment_changelist"),
            )
        )
    return render(request, "admin/portfolio.html", context)
