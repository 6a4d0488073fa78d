"""Addresses that are secrets themselves: whoever has one reads what it leads to. No search engine lists the pages, no
cache keeps them, no referrer tells where they are, and no log has the tokens."""

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PREFIX = "/shared/"
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
NO_REFERRER = "no-referrer"

_SLASH = r"(?:/|%2f)"
_TOKEN = re.compile(rf"({_SLASH}shared{_SLASH}+|(?<!/people){_SLASH}invitations{_SLASH}+)[^/?\s\"']+", re.IGNORECASE)
"""Also in addresses that are mistyped, or part of a query: the token in them is as good."""


def unlisted_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Says so with every response beneath `PREFIX`, refusals and errors too; a view may allow more of a referrer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(PREFIX):
            for name, value in HEADERS.items():
                response[name] = value
            response.headers.setdefault("Referrer-Policy", NO_REFERRER)
        return response

    return middleware


def without_tokens(text: str) -> str:
    """The same with “[token]” in place of each token."""
    return _TOKEN.sub(r"\1[token]", text)


def leave_out_tokens(record: logging.LogRecord) -> bool:
    """A filter for loggers whose format is another's, such as gunicorn's: changes the message, and lets it pass."""
    record.msg, record.args = without_tokens(record.getMessage()), ()
    return True
