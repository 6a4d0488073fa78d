"""What leaders open: where the teams of an organization stand."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import leadership_page
from assessments.access import readable_results, signed_in


@require_safe
@login_required
def leadership(request: HttpRequest, code: str) -> HttpResponse:
    """Where each team stands, what moved and why, what holds back and what to decide; for one sheet of paper, too."""
    access = readable_results(signed_in(request), code)
    return render(request, "assessments/leadership.html", leadership_page.page(access))
