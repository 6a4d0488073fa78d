"""Home for someone who is signed in: what waits for them, and where their organizations stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assessments import leadership_page, overview
from assessments.access import ResultsAccess
from assessments.models import Assessment, Membership, Organization, Role, User


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """An organization that its viewer comes for, with the headline of its leadership page."""

    organization: Organization
    headline: str


def desk(user: User) -> dict[str, Any]:
    """What waits for this person first, then the rest. Whoever has nothing to answer anywhere gets the headlines of
    their organizations in front."""
    everything = overview.shelved(overview.visible_to(user))
    waiting = [entry for entry in everything if _waits_for(entry.assessment)]
    memberships = list(overview.memberships_of(user))
    views_only = all(membership.role == Role.VIEWER for membership in memberships)
    return {
        "waiting": waiting,
        "others": [entry for entry in everything if entry not in waiting],
        "memberships": memberships,
        "organizations": _cards(memberships) if views_only else (),
        "may_start": any(membership.role == Role.LEAD for membership in memberships),
        **overview.queue_for(user),
    }


def _cards(memberships: Sequence[Membership]) -> tuple[OrganizationCard, ...]:
    accesses = [ResultsAccess(one.organization, Role(one.role)) for one in memberships]
    headlines = leadership_page.in_short(accesses)
    return tuple(OrganizationCard(one.organization, headlines[one.organization.pk]) for one in accesses)


def _waits_for(assessment: Assessment) -> bool:
    """Whether this reader has something to do on it."""
    return assessment.is_editable and assessment.reader_role in {Role.LEAD, Role.CONTRIBUTOR}
