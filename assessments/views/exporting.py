"""Figures and scorecards as files: one assessment for its readers, many for the CoE."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assessments import exporting
from assessments.access import readable_assessment, reviews, signed_in
from assessments.actions import record
from assessments.exporting import Download


@require_safe
@login_required
def one(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """One assessment as JSON, CSV or XLSX; live while drafting, sealed afterwards."""
    user = signed_in(request)
    access = readable_assessment(user, pk)
    download = exporting.one(access, kind)
    if reviews(user):
        record("submissions exported", by=user, assessment=access.assessment, format=kind, count=1)
    return _sent(download)


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
