"""Figures and scorecards as files: one assessment for its readers, many for the CoE."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from assessments import actions, exporting, zips
from assessments.access import for_reviewers, own_export, readable_assessment, reviews, signed_in
from assessments.admin.exporting import listed as listed_assessments
from assessments.admin.exporting import query_of
from assessments.exporting import Download


@require_safe
@login_required
def one(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """One assessment as JSON, CSV or XLSX; live while drafting, sealed afterwards."""
    user = signed_in(request)
    access = readable_assessment(user, pk)
    download = exporting.one(access, user, kind)
    if reviews(user) and request.method == "GET":
        actions.record("submissions exported", by=user, assessment=access.assessment, format=kind, count=1)
    return _sent(download)


@require_safe
@for_reviewers
def listed(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the list of submissions shows for the same query, as JSON, CSV or XLSX."""
    there = f"{reverse('admin:assessments_assessment_changelist')}{query_of(request)}"
    try:
        assessments = listed_assessments(request)
    except IncorrectLookupParameters:
        return redirect(there)
    count, filters = assessments.count(), request.GET.urlencode()
    if kind == "xlsx" and count > exporting.XLSX_LIMIT:
        messages.error(request, exporting.TOO_LONG)
        return redirect(there)
    user = signed_in(request)
    if request.method == "GET":
        actions.record("submissions exported", by=user, format=kind, count=count, filters=filters)
    return _sent(exporting.many(assessments, user, kind, filters=filters))


@require_safe
@for_reviewers
def jobs(request: HttpRequest) -> HttpResponseBase:
    """What this person had made in the background, with its progress."""
    return render(request, "admin/exports.html", admin.site.each_context(request) | zips.page(signed_in(request)))


@require_POST
@for_reviewers
def start_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Begin an export of one's own anew that has failed or stopped."""
    user = signed_in(request)
    job = own_export(user, pk)
    try:
        actions.start_again(job=job, by=user)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("exports")


@require_safe
@for_reviewers
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The ZIP, for the one who asked for it."""
    job = own_export(signed_in(request), pk)
    file = zips.opened(job)
    if file is None:
        messages.error(request, "There is no file to download.")
        return redirect("exports")
    name = f"scorecards-{localdate(job.created_at)}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def _sent(download: Download) -> HttpResponseBase:
    """The file as an attachment, piece by piece."""
    if isinstance(download.content, Iterable) and not hasattr(download.content, "read"):
        header = content_disposition_header(as_attachment=True, filename=download.name)
        return StreamingHttpResponse(
            download.content, content_type=download.content_type, headers={"Content-Disposition": str(header)}
        )
    return FileResponse(
        download.content, as_attachment=True, filename=download.name, content_type=download.content_type
    )
