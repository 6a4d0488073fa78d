"""What leaders open: where the teams of an organization stand, on a page and on paper."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import leadership_page, paper_store
from assessments.access import readable_results, signed_in
from assessments.views.papers import paper_response


@require_safe
@login_required
def leadership(request: HttpRequest, code: str) -> HttpResponse:
    """Where each team stands, what moved and why, what holds back and what to decide; for one sheet of paper, too."""
    access = readable_results(signed_in(request), code)
    return render(request, "assessments/leadership.html", leadership_page.page(access))


@require_safe
@login_required
def portfolio_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """What the teams of an organization submitted, on paper; 404 while that is nothing."""
    access = readable_results(signed_in(request), code)
    try:
        paper = paper_store.portfolio(access)
    except paper_store.NothingSealed:
        return render(request, "assessments/no_portfolio.html", {"organization": access.organization}, status=404)
    except (PdfUnavailable, PdfFailed) as failure:
        return render(request, "assessments/no_pdf.html", {"reason": failure}, status=503)
    return paper_response(request, paper, f"{access.organization} portfolio")
