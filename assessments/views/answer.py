"""The overview of an assessment, its areas' questions, and saving answers."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import actions, answering, overview, unsaved
from assessments.access import is_signed_in, readable_assessment, signed_in, writable_assessment
from assessments.forms import AnswerForm
from assessments.results import rubric_of

from .unsaved import AREA, handed_back

CANNOT_BE_SAVED = "This answer can't be saved as it is."


@require_safe
@login_required
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the team stands, area by area, and one button that goes on."""
    user = signed_in(request)
    return render(request, "assessments/overview.html", overview.of_assessment(readable_assessment(user, pk), user))


@require_http_methods(["GET", "HEAD", "POST"])
def area(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """An area's questions. POST is the way without JavaScript: the whole page at once."""
    if not is_signed_in(request.user):
        page = unsaved.unsaved_page(request, pk, code) if request.method == "POST" else {}
        return handed_back(request, AREA, page, status=401) if page else redirect_to_login(request.get_full_path())
    load = writable_assessment if request.method == "POST" else readable_assessment
    user = signed_in(request)
    access = load(user, pk)
    if code not in rubric_of(access.assessment).area_by_code:
        raise Http404
    if request.method != "POST":
        return render(request, "assessments/area.html", answering.area_page(access, code, user))
    outcome = answering.save_page(access, code, request.POST, by=user)
    if outcome.all_stored:
        return redirect(answering.after_saving(access, code, request.POST.get("then", "stay")))
    page = answering.area_page(access, code, user, outcome)
    return render(request, "assessments/area.html", page, status=409 if outcome.conflicts else 422)


@require_POST
def save_answer(request: HttpRequest, pk: UUID, code: str) -> JsonResponse:
    """Save one answer for the page's script. Always answers JSON; see docs/saving.md for the protocol."""
    if not is_signed_in(request.user):
        sign_in = f"{reverse('account_login')}?next={reverse('assessment', args=[pk])}"
        return JsonResponse({"error": "You are signed out. Sign in again to save.", "sign_in": sign_in}, status=401)
    access = writable_assessment(request.user, pk)
    rubric = rubric_of(access.assessment)
    if code not in rubric.question_by_code:
        raise Http404
    form = AnswerForm(request.POST, code=code, rubric=rubric)
    if not form.is_valid():
        # Of what can't change any more nothing is to be mended.
        if not access.assessment.is_editable:
            return _locked(actions.locked_because(access.assessment))
        return JsonResponse({"error": CANNOT_BE_SAVED, "errors": form.messages}, status=422)
    try:
        saved = actions.save_answer(
            assessment=access.assessment,
            code=code,
            entry=form.entry,
            seen_version=form.cleaned_data["version"],
            save_id=form.cleaned_data["save_id"],
            by=request.user,
        )
    except actions.NotEditable as refusal:
        return _locked(str(refusal))
    except actions.SaveIdUsed as refusal:
        return JsonResponse({"error": CANNOT_BE_SAVED, "errors": {"save_id": [str(refusal)]}}, status=422)
    except actions.Conflict as conflict:
        return JsonResponse(answering.conflict_document(rubric, conflict), status=409)
    return JsonResponse(answering.saved_document(access, saved))


def _locked(sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence, "locked": True}, status=403)
