"""The result, where it stands among others, its PDF, and submitting."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import actions, outcome, peer_page, reports, results
from assessments.access import readable_assessment, signed_in, submittable_assessment
from assessments.models import Scorecard
from assessments.peers import Basis


@require_safe
@login_required
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Levels, pictures, reasons and the way up; live while drafting, sealed afterwards."""
    access = readable_assessment(signed_in(request), pk)
    return render(request, "assessments/result.html", outcome.result_page(access))


@require_safe
@login_required
def peers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the team stands among organizations of its cycle; `?cohort=` is all, kind or size."""
    access = readable_assessment(signed_in(request), pk)
    cohort = request.GET.get("cohort", Basis.ALL)
    if cohort not in list(Basis):
        raise Http404
    return render(request, "assessments/peers.html", peer_page.peers_page(access, Basis(cohort)))


@require_safe
@login_required
def scorecard_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The scorecard on paper; a draft is marked provisional."""
    sheet = results.for_reader(readable_assessment(signed_in(request), pk))
    try:
        content = reports.scorecard_pdf(sheet)
    except (PdfUnavailable, PdfFailed) as failure:
        return render(request, "assessments/no_pdf.html", {"reason": failure, "pk": pk}, status=503)
    name = slugify(f"{sheet.organization} {sheet.team} {sheet.cycle} scorecard")
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )


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
