"""The result, its PDF, and submitting."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import actions, outcome, paper_store
from assessments.access import readable_assessment, signed_in, submittable_assessment
from assessments.models import Scorecard


@require_safe
@login_required
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Levels, pictures, reasons and the way up; live while drafting, sealed afterwards."""
    access = readable_assessment(signed_in(request), pk)
    return render(request, "assessments/result.html", outcome.result_page(access))


@require_safe
@login_required
def scorecard_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The scorecard on paper; a draft is marked provisional."""
    access = readable_assessment(signed_in(request), pk)
    try:
        paper = paper_store.scorecard(access)
    except (PdfUnavailable, PdfFailed) as failure:
        return render(request, "assessments/no_pdf.html", {"reason": failure, "pk": pk}, status=503)
    named = access.assessment
    name = slugify(f"{named.organization} {named.team} {named.cycle} scorecard")
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'} | (
        {"ETag": f'"{paper.digest}"'} if paper.digest else {}
    )
    response = HttpResponse(paper.content, content_type="application/pdf", headers=headers)
    return get_conditional_response(request, etag=response.get("ETag"), response=response) or response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Seal and send; refused while a question is open."""
    access = submittable_assessment(signed_in(request), pk)
    if request.method == "POST":
        try:
            scorecard = actions.submit(assessment=access.assessment, by=signed_in(request))
        except actions.OpenQuestions:
            return render(request, "assessments/submit.html", outcome.submit_page(access), status=409)
        except actions.NotEditable as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Submitted and sealed as {scorecard.code}. The answers are locked now.")
        return redirect("result", pk)
    if not access.assessment.is_editable:
        return redirect("result", pk)
    return render(request, "assessments/submit.html", outcome.submit_page(access))


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a scorecard with this seal was sealed here, for everyone who holds it; tells nothing of what is in it."""
    scorecard = Scorecard.objects.with_code(code).first()
    page = {"code": code, "scorecard": scorecard}
    return render(request, "assessments/verify.html", page, status=200 if scorecard else 404)
