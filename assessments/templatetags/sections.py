"""Which of the main parts of the site a page belongs to."""

from django import template

register = template.Library()

PAGES = {"/": "home", "/model/": "model", "/assessments/": "assessments", "/accounts/login/": "sign in"}
PARTS = {path: f"in {name}" for path, name in PAGES.items() if name in ("model", "assessments")}


@register.filter
def section(path: str) -> str:
    """The name of a main page, such as "model"; "in model" for one below it; empty for any other address."""
    below = next((name for start, name in PARTS.items() if path.startswith(start)), "")
    return PAGES.get(path, below)
