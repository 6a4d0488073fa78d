"""What holds for every response."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

Handler = Callable[[HttpRequest], HttpResponse]


def private_pages(get_response: Handler) -> Handler:
    """Keeps what a signed-in person sees out of every cache, unless the view has said otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


class _DatabaseAway:
    """Answers 503 with Retry-After while the database can't be reached: the page keeps what was typed and retries."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return self.unavailable()

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return self.unavailable() if isinstance(exception, OperationalError | InterfaceError) else None

    @staticmethod
    def unavailable() -> HttpResponse:
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "10"
        return response


database_away = _DatabaseAway
