"""How a PDF is handed out."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.text import slugify

from assessments.paper_store import Paper


def paper_response(request: HttpRequest, paper: Paper, name: str) -> HttpResponse:
    """The PDF under a file name made of `name`; no body for whoever has it already, by its tag."""
    headers = {"Content-Disposition": f'inline; filename="{slugify(name)}.pdf"'}
    if paper.digest:
        headers["ETag"] = f'"{paper.digest}"'
    response = HttpResponse(paper.content, content_type="application/pdf", headers=headers)
    return get_conditional_response(request, etag=response.get("ETag"), response=response) or response
