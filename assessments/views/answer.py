"""The overview of an assessment, its areas' questions, and saving answers."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import actions, answering, overview, unsaved
from assessments.access import is_signed_in, readable_assessment, signed_in, writable_assessment
from assessments.forms import AnswerForm
from assessments.results import rubric_of

ABOUT_TOKENS = "CSRF "
"""How Django's reasons begin that are about tokens; the others say that another site may have sent the form."""
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
        return _handed_back(request, page, status=401) if page else redirect_to_login(request.get_full_path())
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


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django calls instead of a view when a form's token isn't the cookie's: signing in changes it.

    What was typed into an area's page is handed back, unless another site may have posted it.
    """
    match = request.resolver_match
    if match and match.url_name == "area" and reason.startswith(ABOUT_TOKENS):
        page = unsaved.unsaved_page(request, match.kwargs["pk"], match.kwargs["code"])
        if page:
            return _handed_back(request, page, status=403)
    return render(request, "403_csrf.html", status=403)


def _handed_back(request: HttpRequest, page: dict[str, Any], *, status: int) -> HttpResponse:
    response = render(request, "assessments/unsaved.html", page, status=status)
    add_never_cache_headers(response)
    return response


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
        return JsonResponse({"error": str(refusal), "locked": True}, status=403)
    except actions.SaveIdUsed as refusal:
        return JsonResponse({"error": CANNOT_BE_SAVED, "errors": {"save_id": [str(refusal)]}}, status=422)
    except actions.Conflict as conflict:
        return JsonResponse(answering.conflict_document(rubric, conflict), status=409)
    return JsonResponse(answering.saved_document(access, saved))
