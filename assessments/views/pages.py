"""Home, the list of assessments, a new one, and how scoring works."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments import actions, desk, overview
from assessments.access import is_signed_in, leads_anywhere, signed_in
from assessments.forms import StartForm
from rubric.models import Rubric, newest_published


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed in: what waits for me. Signed out: what this is."""
    if not is_signed_in(request.user):
        return render(request, "assessments/welcome.html", overview.welcome())
    return render(request, "assessments/home.html", desk.desk(request.user))


@require_safe
@login_required
def assessments(request: HttpRequest) -> HttpResponse:
    """Every assessment of my organizations, newest cycle first."""
    return render(request, "assessments/list.html", overview.shelf(signed_in(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Start an assessment; leads only."""
    user = signed_in(request)
    if not leads_anywhere(user):
        raise PermissionDenied("Only a lead of an organization can start an assessment.")
    form = StartForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            assessment = actions.start_assessment(**form.cleaned_data, rubric=newest_published(), by=user)
        except Rubric.DoesNotExist:
            form.add_error(None, "No model is published yet. Ask the Center of Excellence.")
        except actions.AlreadyThere as refusal:
            form.refuse_name(refusal)
        else:
            return redirect("assessment", assessment.pk)
    return render(request, "assessments/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def how_scoring_works(request: HttpRequest) -> HttpResponse:
    """The rule in the words of the design, for everyone; of the newest version unless `?version=…` names another."""
    try:
        page = overview.rule_page(request.GET.get("version"))
    except Rubric.DoesNotExist:
        raise Http404("No such version of the model is published.") from None
    return render(request, "assessments/how_scoring_works.html", page)
