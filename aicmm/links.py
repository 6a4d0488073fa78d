"""Links that leave the application, in mails and on paper: to `SITE_URL`, whatever name a request came by."""

from urllib.parse import urljoin

from django.conf import settings


def absolute(path: str) -> str:
    """The whole address of a page of ours, from its path."""
    return urljoin(settings.SITE_URL, path)
