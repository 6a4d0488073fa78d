"""Checking a seal or a PDF, for everyone who holds one: whose it is and where it stands; no level or answer is told but
those in the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from aicmm import bounded, rates
from aicmm.uploads import OneFileInMemory, takes_up_to
from assessments import verifying
from assessments.models import Scorecard
from assessments.submissions import standing_of
from assessments.verify_forms import CodeForm, PaperForm

ABOUT_THE_FORM = 64 * 1024
"""Bytes of a form that takes a file, beside the file."""
BUSY = "Too many PDFs are being checked at the moment. Try again in a minute."


@require_safe
def seal(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a scorecard with this seal was sealed here, whose it is and where it stands; tells no level or answer."""
    if refusal := rates.refused(request, "verify-code", back=reverse("verify-paper")):
        return refusal
    scorecard = Scorecard.objects.with_code(code).first()
    page = {"code": code, "paper_form": PaperForm(), **_about(scorecard)}
    return render(request, "assessments/verify.html", page, status=200 if scorecard else 404)


@takes_up_to(verifying.MOST_FILE + ABOUT_THE_FORM)
@csrf_exempt  # here, where nothing of the form is read yet; `_with_file` below asks for the token
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    """Asks for a code or a PDF; `?code=` leads to the seal's page."""
    if request.method == "POST":
        if refusal := rates.refused(request, "verify-file", back=reverse("verify-paper")):
            return refusal
        request.upload_handlers = [OneFileInMemory(request)]
        return _with_file(request)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("verify", form.cleaned_data["code"])
    return _asking(request, code_form=form, status=422 if form.errors else 200)


@csrf_protect
def _with_file(request: HttpRequest) -> HttpResponse:
    """What is to be said of the file that was sent."""
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asking(request, paper_form=form, status=422)
    try:
        verdict = verifying.check(form.cleaned_data["paper"])
    except verifying.NotChecked as why:
        form.add_error("paper", str(why))
        return _asking(request, paper_form=form, status=422)
    except bounded.Busy:
        form.add_error("paper", BUSY)
        return _asking(request, paper_form=form, status=503)
    page = {"verdict": verdict, "paper_form": PaperForm(), **_about(verdict.scorecard)}
    return render(request, "assessments/verdict.html", page)


def _asking(
    request: HttpRequest, *, code_form: CodeForm | None = None, paper_form: PaperForm | None = None, status: int = 200
) -> HttpResponse:
    page = {"code_form": code_form or CodeForm(), "paper_form": paper_form or PaperForm()}
    return render(request, "assessments/verify_start.html", page, status=status)


def _about(scorecard: Scorecard | None) -> dict[str, Any]:
    return {"scorecard": scorecard, "standing": standing_of(scorecard) if scorecard else None}
