"""The model for everyone to read: no account is needed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aicmm.pdf import PdfUnavailable
from rubric import pages, reports
from rubric.datatypes import Rubric as RubricValues
from rubric.models import Rubric, newest_published


@require_safe
def model(request: HttpRequest) -> HttpResponse:
    """The table: areas as the model stacks them, five levels."""
    rubric = _rubric()
    return render(request, "rubric/model.html", {"rubric": rubric, "rows": pages.table(rubric)})


@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area in full, with the anchors of its key questions."""
    rubric = _rubric()
    if code not in rubric.area_by_code:
        raise Http404
    return render(request, "rubric/area.html", {"rubric": rubric, "page": pages.area_page(rubric, code)})


@require_safe
def table_csv(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    rubric = _rubric()
    return _file(reports.table_csv(rubric), "text/csv; charset=utf-8", f"{rubric.code}-{rubric.version}.csv")


@require_safe
def table_pdf(request: HttpRequest) -> HttpResponse:
    rubric = _rubric()
    try:
        content = reports.table_pdf(rubric)
    except PdfUnavailable as unavailable:
        return render(request, "rubric/no_pdf.html", {"reason": unavailable}, status=503)
    return _file(content, "application/pdf", f"{rubric.code}-{rubric.version}.pdf")


def _rubric() -> RubricValues:
    try:
        return newest_published().to_datatypes()
    except Rubric.DoesNotExist:
        raise Http404("No model is published yet.") from None


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
