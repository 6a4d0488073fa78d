"""Teams whose names mean the same to people."""

import re
from unicodedata import normalize

from assessments.models import Assessment, Cycle, Organization


def team_key(name: str) -> str:
    """What is left of a team's name without case, spaces, signs, widths of letters and a "team" at its end: equal for
    similar names."""
    plain = normalize("NFKC", name).casefold()
    words = re.findall(r"\w+", plain)
    if len(words) > 1 and words[-1] == "team":
        words.pop()
    return "".join(words) or plain


def similar_team(
    organization: Organization, cycle: Cycle, team: str, *, besides: Assessment | None = None
) -> Assessment | None:
    """An assessment of the same organization and cycle whose team has a similar name; `besides` doesn't count."""
    others = Assessment.objects.filter(organization=organization, cycle=cycle)
    if besides:
        others = others.exclude(pk=besides.pk)
    return next((other for other in others if team_key(other.team) == team_key(team)), None)
