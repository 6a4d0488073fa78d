"""A result for other programs of an office: the radar as a picture, the gist as an e-mail."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assessments import outcome, summaries
from assessments.access import Access, readable_assessment, signed_in
from assessments.datatypes import ScoredAssessment
from assessments.views.result import asked_for


@require_safe
@login_required
def radar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The radar as an SVG file of its own."""
    _, sheet = _asked_for(request, pk)
    return _file(summaries.radar_file(sheet), "image/svg+xml", f"{summaries.file_name(sheet)}-radar.svg")


@require_safe
@login_required
def summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What an e-mail about the result would say, to copy or to open as a new one."""
    access, sheet = _asked_for(request, pk)
    page = {"assessment": access.assessment, "sheet": sheet} | summaries.summary_page(sheet)
    return render(request, "assessments/summary.html", page)


@require_safe
@login_required
def summary_mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a draft that a mail program opens."""
    _, sheet = _asked_for(request, pk)
    return _file(summaries.mail(sheet), "message/rfc822", f"{summaries.file_name(sheet)}.eml")


def _asked_for(request: HttpRequest, pk: UUID) -> tuple[Access, ScoredAssessment]:
    """The result that this reader sees, or that of the submission that was asked for."""
    user = signed_in(request)
    access = readable_assessment(user, pk)
    return access, outcome.sheet_for(access, user, asked_for(request, access))


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    """To be saved and never to be shown as a page of ours."""
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": str(header)})
