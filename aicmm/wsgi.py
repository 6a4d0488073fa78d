"""The application for gunicorn and the like."""

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aicmm.settings")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def only_utf8(application: Application) -> Application:
    """Answers 415 to whatever says that it comes in another charset.

    Around Django and not inside it, because Django believes the charset for the address, too: from there on every page
    and every log line about the request, this answer as well, would stumble over it.
    """

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_utf8(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        text = b"This application reads UTF-8 only.\n"
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [text]

    return guarded


def is_utf8(content_type: str) -> bool:
    """Whether a Content-Type says UTF-8, or nothing about a charset."""
    try:
        _, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):  # too long, or with an encoding of its own that nobody knows
        return False
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "")


application = only_utf8(get_wsgi_application())
