"""Handing back what was typed and could not be taken: to whom has been signed out, or has signed in again since."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from assessments import unsaved
from assessments.access import is_signed_in

AREA, REVIEW = "assessments/unsaved.html", "assessments/unsaved_review.html"
REVIEW_FORMS = ("assessments_assessment_change", "second-look")
ABOUT_TOKENS = "CSRF "
"""How Django's reasons begin that are about tokens; the others say that another site may have sent the form."""


def handed_back(request: HttpRequest, template: str, page: dict[str, Any], *, status: int) -> HttpResponse:
    response = render(request, template, page, status=status)
    add_never_cache_headers(response)
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django calls instead of a view when a form's token isn't the cookie's: signing in changes it.

    What was typed into an area's page or a review is handed back, unless another site may have posted it.
    """
    match = request.resolver_match
    if match and reason.startswith(ABOUT_TOKENS):
        if match.url_name == "area":
            page = unsaved.unsaved_page(request, match.kwargs["pk"], match.kwargs["code"])
            if page:
                return handed_back(request, AREA, page, status=403)
        if match.url_name in REVIEW_FORMS:
            page = unsaved.unsaved_review(request)
            if page:
                return handed_back(request, REVIEW, page, status=403)
    return render(request, "403_csrf.html", status=403)


class ReviewsHandedBack:
    """Middleware: notes that a reviewer sends after the session has ended are not lost on the way to the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.url_name not in REVIEW_FORMS:
            return None
        if is_signed_in(request.user):
            return None
        page = unsaved.unsaved_review(request)
        return handed_back(request, REVIEW, page, status=401) if page else None
