"""The result, where it stands among others, its PDF, and submitting."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from aicmm.pdf import PdfFailed, PdfUnavailable
from assessments import actions, outcome, paper_store, peer_page
from assessments.access import Access, led_assessment, readable_assessment, signed_in, submission_of
from assessments.datatypes import Submission
from assessments.models import User
from assessments.peers import Basis
from assessments.tasks import mail_notices
from assessments.views.papers import paper_response


@require_safe
@login_required
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Levels, pictures, reasons and the way up; live while drafting, sealed afterwards. `?submission=<number>` shows an
    earlier submission."""
    user = signed_in(request)
    access = readable_assessment(user, pk)
    page = outcome.result_page(access, user, asked_for(request, access))
    return render(request, "assessments/result.html", page)


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
    return _paper(request, pk, paper_store.scorecard, "scorecard")


@require_safe
@login_required
def brief_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result on one page of paper, for leadership; a draft is marked provisional."""
    return _paper(request, pk, paper_store.brief, "brief")


def _paper(
    request: HttpRequest, pk: UUID, print_: Callable[[Access, User, Submission | None], paper_store.Paper], kind: str
) -> HttpResponse:
    """What was printed of an assessment, or of the submission that was asked for."""
    user = signed_in(request)
    access = readable_assessment(user, pk)
    submission = asked_for(request, access)
    try:
        paper = print_(access, user, submission)
    except (PdfUnavailable, PdfFailed) as failure:
        return render(request, "assessments/no_pdf.html", {"reason": failure, "pk": pk}, status=503)
    named = access.assessment
    number = submission.sequence if submission else ""
    return paper_response(request, paper, f"{named.organization} {named.team} {named.cycle} {kind} {number}")


def asked_for(request: HttpRequest, access: Access) -> Submission | None:
    """The submission that `?submission=<number>` asks for; None without."""
    number = request.GET.get("submission")
    return None if number is None else submission_of(access.assessment, number)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Seal and send; refused while a question is open, where an answer changed since the page was opened, or where none
    has since the submission was returned, unless that is meant."""
    access = led_assessment(signed_in(request), pk)
    if request.method == "POST":
        try:
            scorecard = actions.submit(
                assessment=access.assessment,
                by=signed_in(request),
                seen=request.POST.get("seen"),
                may_be_unchanged="unchanged" in request.POST,
            )
        except actions.OpenQuestions:
            return render(request, "assessments/submit.html", outcome.submit_page(access), status=409)
        except actions.AnswersChanged as refusal:
            page = outcome.submit_page(access, changed=refusal.codes)
            return render(request, "assessments/submit.html", page, status=409)
        except actions.NothingChanged as refusal:
            error = {
                "href": "#unchanged",
                "text": f"{refusal} Tick the box if you mean to submit the same answers again.",
            }
            page = outcome.submit_page(access) | {"errors": [error]}
            return render(request, "assessments/submit.html", page, status=422)
        except actions.NotEditable as refusal:
            messages.error(request, str(refusal))
        else:
            mail_notices.enqueue(str(pk))
            messages.success(request, f"Submitted and sealed as {scorecard.code}. The answers are locked now.")
        return redirect("result", pk)
    if not access.assessment.is_editable:
        return redirect("result", pk)
    return render(request, "assessments/submit.html", outcome.submit_page(access))
