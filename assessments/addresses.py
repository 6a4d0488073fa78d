"""Addresses of pages that set an organization's results beside one another, with what is chosen on them."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from django.urls import reverse


def compare_address(code: str, assessments: Iterable[str] = (), **more: str | Sequence[str]) -> str:
    """The page that compares these assessments of the organization with that code; `more` as its form sends it."""
    chosen = {"with": list(assessments), **more}
    return _with_query(reverse("compare", args=[code]), {name: value for name, value in chosen.items() if value})


def trend_address(code: str, team: str) -> str:
    """The trend of one team, of all where that is empty."""
    return _with_query(reverse("trend", args=[code]), {"team": team})


def _with_query(address: str, query: dict[str, str | Sequence[str]]) -> str:
    return f"{address}?{urlencode(query, doseq=True)}" if query else address
