"""The model for everyone to read: no account is needed. `?version=<version>` shows that one, else the newest."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aicmm.pdf import PdfUnavailable
from rubric import pages, reports
from rubric.models import Rubric, published_versions
from rubric.pages import Edition


@require_safe
def model(request: HttpRequest) -> HttpResponse:
    """The table: areas as the model stacks them, five levels; and which other versions there are."""
    edition = _edition(request)
    page = {"edition": edition, "rubric": edition.rubric, "rows": pages.table(edition.rubric, edition.query)}
    return render(request, "rubric/model.html", page)


@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area in full, with the anchors of its key questions."""
    edition = _edition(request)
    if code not in edition.rubric.area_by_code:
        raise Http404
    page = {"edition": edition, "rubric": edition.rubric, "page": pages.area_page(edition.rubric, code, edition.query)}
    return render(request, "rubric/area.html", page)


@require_safe
def table_csv(request: HttpRequest) -> HttpResponse:
    rubric = _edition(request).rubric
    return _file(reports.table_csv(rubric), "text/csv; charset=utf-8", f"{rubric.code}-{rubric.version}.csv")


@require_safe
def table_pdf(request: HttpRequest) -> HttpResponse:
    edition = _edition(request)
    rubric = edition.rubric
    try:
        content = reports.table_pdf(rubric)
    except PdfUnavailable as unavailable:
        return render(request, "rubric/no_pdf.html", {"reason": unavailable, "edition": edition}, status=503)
    return _file(content, "application/pdf", f"{rubric.code}-{rubric.version}.pdf")


def _edition(request: HttpRequest) -> Edition:
    version = request.GET.get("version")
    try:
        shown, *others = published_versions(version)
    except Rubric.DoesNotExist:
        raise Http404("No such version of the model is published.") from None
    return Edition(
        rubric=shown.to_datatypes(),
        published_at=shown.published_at,
        others=tuple((other.version, other.published_at) for other in others),
        query=pages.version_query(shown.version) if version else "",
    )


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
