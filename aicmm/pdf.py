"""HTML to PDF/UA-1. Nothing leaves the process: only `data:` addresses and our own assets are read.

Everything else works on a machine without Pango, which WeasyPrint needs: there `render` raises `PdfUnavailable`.
"""

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils._os import safe_join

try:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse
except (ImportError, OSError) as error:  # OSError: Pango's libraries are missing
    UNAVAILABLE: Exception | None = error
    URLFetcher = object
else:
    UNAVAILABLE = None

ASSETS = "asset:///"
"""Addresses of our own static files in the HTML of a report: `asset:///fonts/…`."""

FONTS = "".join(
    f"@font-face {{ font-family: 'Public Sans'; font-style: {style}; font-weight: {weight};"
    f" src: url('{ASSETS}fonts/public-sans/PublicSans-{name}.woff2') format('woff2'); }}\n"
    for name, style, weight in (
        ("Regular", "normal", 400),
        ("Italic", "italic", 400),
        ("SemiBold", "normal", 600),
        ("Bold", "normal", 700),
        ("BoldItalic", "italic", 700),
    )
)


class PdfUnavailable(Exception):
    """This machine can't make PDFs."""


class PdfFailed(Exception):
    """This one document couldn't be made."""


class AddressRefused(ValueError):
    """A report names something that isn't ours."""


def render(html: str) -> bytes:
    """`html`, a whole document with a title and a language, as PDF/UA-1; text in “Public Sans”.

    Raises `PdfUnavailable`, or `PdfFailed` with the reason. An address that isn't `data:` or `asset:///` is left out
    and logged, as is anything else that WeasyPrint can't use.
    """
    if UNAVAILABLE is not None:
        raise PdfUnavailable(f"PDFs can't be made on this machine: {UNAVAILABLE}") from UNAVAILABLE
    try:
        return _render(html)
    except Exception as error:
        raise PdfFailed(f"The PDF couldn't be made: {error}") from error


def _render(html: str) -> bytes:
    fetcher, fonts = OwnAssets(), FontConfiguration()
    css = weasyprint.CSS(string=FONTS, font_config=fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, base_url=ASSETS, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[css], font_config=fonts)
    return pdf


class OwnAssets(URLFetcher):  # type: ignore[misc]
    """Reads `data:` addresses and our own static files; refuses every other, so that nothing leaves the process."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url.lower().startswith("data:"):
            return super().fetch(url, headers)
        if not url.startswith(ASSETS):
            raise AddressRefused(f"Reports read their own assets only, not {url[:80]}")
        file = _asset(unquote(urlsplit(url).path).lstrip("/"))
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})


def _asset(name: str) -> Path:
    """A static file by its name: where it was built, or where it was collected."""
    found = finders.find(name)
    return Path(found) if found else Path(safe_join(settings.STATIC_ROOT, name))
