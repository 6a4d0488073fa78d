"""The Center of Excellence's own pages in the admin, beside Django's."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import actions, results, review_sheet
from assessments import agreement as agreements
from assessments import portfolio as portfolios
from assessments.access import for_reviewers, signed_in
from assessments.models import Basis, Cycle, SavedSearch, Scorecard
from assessments.review_forms import ReviewForm, SavedSearchForm
from rubric.models import newest_published


def _framed(request: HttpRequest, title: str, page: dict[str, Any]) -> dict[str, Any]:
    """A page's content with what the admin's frame needs."""
    return {**admin.site.each_context(request), "title": title, **page}


@require_POST
@for_reviewers
def save_search(request: HttpRequest) -> HttpResponse:
    """Keep the way the list of submissions is narrowed now, as a link of this reviewer's."""
    submissions = reverse("admin:assessments_assessment_changelist")
    form = SavedSearchForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(f"{submissions}?{form.cleaned_data.get('query', '')}")
    search = SavedSearch(owner=signed_in(request), **form.cleaned_data)
    refusal = search.refused_because()
    if refusal:
        messages.error(request, refusal)
        return redirect(submissions)
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError:
        messages.error(request, f"You have a search “{search}” already. Give this one another name.")
    return redirect(f"{submissions}?{search.query}")


@require_POST
@for_reviewers
def forget_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop one of this reviewer's searches."""
    get_object_or_404(SavedSearch, pk=pk, owner=signed_in(request)).delete()
    return redirect("admin:assessments_assessment_changelist")


@require_safe
@for_reviewers
def second_looks(request: HttpRequest) -> HttpResponse:
    """What was drawn for a second look and still waits for this reviewer, oldest first."""
    waiting = Scorecard.objects.awaiting_second_look(signed_in(request))
    return render(request, "admin/review/second_looks.html", _framed(request, "Second looks", {"scorecards": waiting}))


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def second_look(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge a submission without having seen what the first look found."""
    scorecard = get_object_or_404(Scorecard.objects.for_second_look(), pk=pk)
    user = signed_in(request)
    refusal = review_sheet.why_no_second_look(scorecard, user)
    if refusal and request.method != "POST":
        messages.warning(request, refusal)
        return redirect("admin:assessments_assessment_change", scorecard.assessment_id)
    noted = None if refusal else review_sheet.second_look(scorecard)
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        rubric=results.rubric_of(scorecard.assessment),
        claimed={row.area: row.level for row in scorecard.areas.all()},
        noted=noted,
        seal=scorecard.sha256,
        asks=False,
    )
    if request.method == "POST" and form.is_valid():
        complete = request.POST.get("act") == "complete"
        try:
            actions.save_second_look(scorecard=scorecard, by=user, entry=form.entry, seen=form.seen, complete=complete)
        except actions.Refused as problem:
            form.add_error(None, str(problem))
            if isinstance(problem, actions.ReviewChanged):
                form.go_on_from(scorecard.sha256, noted)
        else:
            messages.success(request, "The second look is over. Thank you." if complete else "Saved.")
            return redirect("second-looks") if complete else redirect("second-look", pk)
    page = review_sheet.page(scorecard.assessment, scorecard, form=form, noted=noted)
    return render(
        request,
        "admin/review/second_look.html",
        _framed(request, f"Second look: {scorecard.assessment}", page),
        status=422 if form.errors else 200,
    )


@require_safe
@for_reviewers
def agreement(request: HttpRequest) -> HttpResponse:
    """How far two reviewers of the same submission agree, so that the CoE can calibrate."""
    code = request.GET.get("cycle", "")
    cycle = get_object_or_404(Cycle, code=code) if code else None
    context: dict[str, Any] = {"cycles": Cycle.objects.all(), "cycle": cycle, "few": agreements.FEW_PAIRS}
    rubric, pairs = newest_published().to_datatypes(), agreements.pairs_of(cycle)
    try:
        page = agreements.agreement_page(rubric, pairs)
    except agreements.Unavailable as refusal:
        context["refusal"] = str(refusal)
    else:
        context |= {"page": page, "disagreements": agreements.disagreements(rubric, pairs)}
    return render(
        request,
        "admin/review/agreement.html",
        _framed(request, "Agreement of reviewers", context),
        status=503 if "refusal" in context else 200,
    )


@require_safe
@for_reviewers
def portfolio(request: HttpRequest) -> HttpResponse:
    """Where the organizations stand in a cycle; without one that is named, in the newest with a submission."""
    cycles = portfolios.cycles_counted()
    code = request.GET.get("cycle", "")
    cycle = next((one for one in cycles if code in ("", one.code)), None)
    if cycle is None and code:
        raise Http404
    context: dict[str, Any] = {"cycles": cycles}
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
    return render(request, "admin/portfolio.html", _framed(request, "Portfolio", context))
