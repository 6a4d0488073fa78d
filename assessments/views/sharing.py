"""Sharing a sealed submission with someone outside: what leads do, and what whoever holds a link gets."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aicmm.links import absolute
from aicmm.pdf import PdfUnavailable
from assessments import actions, sharing
from assessments.access import led_assessment, link_to, signed_in, submission_of, working_link
from assessments.models import ShareLink, VisitKind
from assessments.paper_store import Paper
from assessments.share_forms import PassphraseForm, ShareForm
from assessments.submissions import submissions_of
from assessments.views.papers import paper_response

NEW, OPENED = "share_new", "share_opened"
"""In a session: the address of the link that was just made, and the links whose passphrase was typed."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An assessment's links, and a form for a new one; `?submission=<number>` chooses what it is for. A new link's
    address is shown once."""
    user = signed_in(request)
    assessment = led_assessment(user, pk).assessment
    submissions = submissions_of(assessment)
    if not submissions:
        messages.error(request, "Nothing of this assessment was sealed yet, so there is nothing to share.")
        return redirect("result", pk)
    asked = request.GET.get("submission")
    chosen = submissions[0] if asked is None else submission_of(assessment, asked)
    form = ShareForm(request.POST or None, submissions=submissions, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        made = actions.share(assessment=assessment, **form.cleaned_data, by=user)
        request.session[NEW] = {"label": made.link.label, "address": absolute(reverse("shared", args=[made.token]))}
        return redirect("share", pk)
    page = sharing.links_page(assessment) | {"form": form, "new": request.session.pop(NEW, None)}
    return render(request, "assessments/share.html", page, status=422 if form.errors else 200)


@require_safe
@login_required
def visits(request: HttpRequest, pk: UUID, link: int) -> HttpResponse:
    """Who came by a link, as far as is kept."""
    assessment = led_assessment(signed_in(request), pk).assessment
    return render(request, "assessments/share_visits.html", sharing.log_page(assessment, link_to(assessment, link)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke(request: HttpRequest, pk: UUID, link: int) -> HttpResponse:
    """Asks whether a link is to end, and ends it at once."""
    user = signed_in(request)
    assessment = led_assessment(user, pk).assessment
    found = link_to(assessment, link)
    if not found.works:
        how = "was revoked before" if found.revoked_at else "has expired"
        messages.info(request, f"The link for {found.label} {how}; it no longer works.")
        return redirect("share", pk)
    if request.method != "POST":
        return render(request, "assessments/revoke_link.html", {"assessment": assessment, "link": found})
    actions.revoke(link=found, by=user)
    messages.success(request, f"The link for {found.label} is revoked; it no longer works.")
    return redirect("share", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The submission that a link is for, to whoever holds it and, where it has one, its passphrase."""
    link = working_link(token)
    if link is None:
        return _gone(request)
    if not _is_open(request, link):
        return _passphrase(request, link, token)
    if request.method == "POST":
        return redirect("shared", token)
    _note(request, link, VisitKind.PAGE)
    return render(request, "assessments/shared.html", sharing.shared_page(link) | {"token": token})


@require_safe
def shared_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The scorecard of that submission, where the link shows what people wrote: the scorecard holds it."""
    link = working_link(token)
    if link is None or not link.shows_texts:
        return _gone(request)
    return _printed(request, token, link, sharing.scorecard, VisitKind.PDF, "scorecard")


@require_safe
def shared_brief_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The result of that submission on one page; of figures only, it names nobody."""
    link = working_link(token)
    if link is None:
        return _gone(request)
    return _printed(request, token, link, sharing.brief, VisitKind.BRIEF, "brief")


def _printed(
    request: HttpRequest,
    token: str,
    link: ShareLink,
    print_: Callable[[ShareLink], Paper],
    kind: VisitKind,
    name: str,
) -> HttpResponse:
    """A PDF for whoever has opened the link; `name` is the last word of its file's."""
    if not _is_open(request, link):
        return redirect("shared", token)
    try:
        paper = print_(link)
    except PdfUnavailable as failure:
        return render(request, "assessments/shared_no_pdf.html", {"reason": failure, "token": token}, status=503)
    _note(request, link, kind)
    named = link.scorecard.assessment
    return paper_response(request, paper, f"{named.organization} {named.team} {named.cycle} {name}")


def _is_open(request: HttpRequest, link: ShareLink) -> bool:
    return not link.passphrase or link.pk in request.session.get(OPENED, [])


def _passphrase(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Asks for the passphrase, and remembers for as long as the session lasts that it was typed."""
    if request.method != "POST":
        _note(request, link, VisitKind.ASKED)
        return _ask(request, PassphraseForm(), status=200)
    form = PassphraseForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    attempt = sharing.take_try(link)
    if not attempt:
        form.add_error("passphrase", "There were too many wrong passphrases. Wait an hour, then try again.")
        return _ask(request, form, status=429)
    if not link.opens_with(form.cleaned_data["passphrase"]):
        _note(request, link, VisitKind.WRONG)
        form.add_error("passphrase", "This isn't the passphrase.")
        return _ask(request, form, status=422)
    sharing.give_back(attempt)
    # Somebody who knew the number of this session before can't read along.
    request.session.cycle_key()
    request.session[OPENED] = [*request.session.get(OPENED, []), link.pk]
    return redirect("shared", token)


def _ask(request: HttpRequest, form: PassphraseForm, *, status: int) -> HttpResponse:
    response = render(request, "assessments/shared_passphrase.html", {"form": form}, status=status)
    # With no referrer at all a browser sends the form as from nowhere, and it is taken for another site's.
    response["Referrer-Policy"] = "same-origin"
    if status == 429:
        response["Retry-After"] = str(sharing.HOUR)
    return response


def _gone(request: HttpRequest) -> HttpResponse:
    """One and the same for a link that never was, was revoked or has expired."""
    return render(request, "assessments/shared_gone.html", status=404)


def _note(request: HttpRequest, link: ShareLink, kind: VisitKind) -> None:
    sharing.note_visit(link, kind, agent=request.headers.get("User-Agent", ""))
