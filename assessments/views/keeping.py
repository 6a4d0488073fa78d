"""What a lead does to an assessment as a whole: another name for its team, and deleting a draft."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments import actions, results
from assessments.access import led_assessment, signed_in
from assessments.forms import RenameForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the team another name."""
    user = signed_in(request)
    assessment = led_assessment(user, pk).assessment
    if not assessment.is_editable:
        messages.error(request, actions.locked_because(assessment))
        return redirect("assessment", pk)
    form = RenameForm(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_team(assessment=assessment, team=form.cleaned_data["team"], by=user)
        except actions.AlreadyThere as refusal:
            form.refuse_name(refusal)
        except actions.NotEditable as refusal:
            messages.error(request, str(refusal))
            return redirect("assessment", pk)
        else:
            messages.success(request, f"The team is called {assessment.team} now.")
            return redirect("assessment", pk)
    page = {"assessment": assessment, "form": form}
    return render(request, "assessments/rename.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks whether a draft is to be deleted, and deletes it."""
    user = signed_in(request)
    assessment = led_assessment(user, pk).assessment
    if request.method != "POST" and assessment.is_discardable:
        answered = results.answered_count(assessment)
        return render(request, "assessments/discard.html", {"assessment": assessment, "answered": answered})
    try:
        actions.discard(assessment=assessment, by=user)
    except actions.NotEditable as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment", pk)
    messages.success(request, f"The draft of {assessment.team} for {assessment.cycle} is deleted.")
    return redirect("assessments")
