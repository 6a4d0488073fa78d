"""What holds for every response."""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control

from aicmm.auditing import current_request

Handler = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = "10"


class CompressedPages(GZipMiddleware):
    """Compresses what isn't compressed by itself: a PDF would take time and stay as long."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_pdf = response.get("Content-Type") == "application/pdf"
        return response if is_pdf else super().process_response(request, response)


def private_pages(get_response: Handler) -> Handler:
    """Keeps what a signed-in person sees out of every cache, unless the view has said otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # In this order: who it is takes the database, which may be what the response says is away.
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def come_again(get_response: Handler) -> Handler:
    """Says with every 503 when to try again, unless whoever answers has."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers.setdefault("Retry-After", RETRY_SECONDS)
        return response

    return middleware


def audit_source(get_response: Handler) -> Handler:
    """Lets rows of the audit trail know the request they come from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_request.set(request)
        try:
            return get_response(request)
        finally:
            current_request.reset(token)

    return middleware


MOST_BYTES = 3 * 1024 * 1024
"""Of a request's body; the longest form there is takes less than one MiB. docs/deploy.md names it to the proxy."""


class _SmallBodies:
    """Answers 413 before a larger body is read. A view that takes more says so with an attribute `most_bytes`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        # Without a Content-Length, or with none that is a number, Django reads no body at all.
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isdecimal() or int(length) <= getattr(view, "most_bytes", MOST_BYTES):
            return None
        return render(None, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


small_bodies = _SmallBodies


def is_away(exception: BaseException | None) -> bool:
    """Whether this says that the database can't be reached, or can't serve now.

    For a connection that breaks in the middle of a reply psycopg2 has no other name than the base class of all errors,
    which Django, too, raises with another meaning but then without a cause.
    """
    if type(exception) is DatabaseError:
        return exception.__cause__ is not None
    return isinstance(exception, OperationalError | InterfaceError)


class _DatabaseAway:
    """Answers 503 with Retry-After while the database can't be reached: the page keeps what was typed and retries."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return self.unavailable() if hasattr(request, "database_away") else response

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a view runs into."""
        return self.unavailable() if is_away(exception) else None

    @staticmethod
    def unavailable() -> HttpResponse:
        response = render(None, "503.html", status=503)
        response["Retry-After"] = RETRY_SECONDS
        add_never_cache_headers(response)
        return response


database_away = _DatabaseAway


@receiver(got_request_exception)
def notice_database_away(*, request: HttpRequest, **_: Any) -> None:
    """What a middleware runs into, such as one that saves the session: Django makes that a 500 before we see it."""
    if is_away(sys.exception()):
        request.database_away = True  # type: ignore[attr-defined]
