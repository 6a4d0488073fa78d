"""Taking the audit trail along."""

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from aicmm.lists import shown
from assessments import trail
from assessments.access import for_reviewers, signed_in
from assessments.actions import record
from assessments.models import AuditEvent
from assessments.models.audit import AuditEventQuerySet


@require_GET
@for_reviewers
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What the list in the admin shows with the same filters, for a spreadsheet."""
    return _export(request, "csv", "text/csv", trail.as_csv)


@require_GET
@for_reviewers
def export_json_lines(request: HttpRequest) -> StreamingHttpResponse:
    """The same, for whoever verifies the chain."""
    return _export(request, "jsonl", "application/jsonl", trail.as_json_lines)


def _export(
    request: HttpRequest, ending: str, content_type: str, written: Callable[[Iterable[AuditEvent]], Iterator[str]]
) -> StreamingHttpResponse:
    """All up to now, oldest first, read while it is sent. That it was taken is an event itself, the next one."""
    table = admin.site.get_model_admin(AuditEvent)
    if not table.has_view_permission(request):
        raise PermissionDenied("Only administrators of the Center of Excellence can open the audit trail.")
    try:
        events = cast(AuditEventQuerySet, shown(table, request))
    except IncorrectLookupParameters as error:
        raise BadRequest("These filters mean nothing here.") from error
    newest = AuditEvent.objects.aggregate(newest=Max("position"))["newest"] or 0
    record("audit trail exported", by=signed_in(request), subject=f"as {ending}", filters=request.GET.dict())
    name = f"audit-{timezone.localdate()}.{ending}"
    return StreamingHttpResponse(
        written(events.filter(position__lte=newest).in_order()),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
