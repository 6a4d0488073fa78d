"""What the page on where a team stands among other organizations shows, or why there is nothing to show."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from assessments import charts, peer_rows, standing
from assessments.access import Access
from assessments.models import Assessment, Organization
from assessments.overview import drawn
from assessments.peers import FEWEST_OTHERS, SMALLEST, Basis, Cohort, CohortFigures, Hidden
from assessments.results import rubric_of


@dataclass(frozen=True, slots=True)
class CohortLink:
    """One of the cohorts to compare with, by its name in the address and in words."""

    name: str
    text: str
    current: bool


def peers_page(access: Access, basis: Basis) -> dict[str, Any]:
    """What the page on where you stand prints: figures or, where there are none, why."""
    assessment = access.assessment
    levels = peer_rows.sealed_levels(assessment)
    table = peer_rows.peer_table(assessment) if levels else None
    found = table.of(cohort_of(assessment.organization, basis)) if table else None
    page: dict[str, Any] = {
        "assessment": assessment,
        "links": [CohortLink(one.value, cohort_text(assessment.organization, one), one == basis) for one in Basis],
        "smallest": SMALLEST,
        "others": FEWEST_OTHERS,
    }
    if not isinstance(found, CohortFigures):
        return page | {"why": why_nothing(assessment, basis, submitted=bool(levels), hidden=found)}
    rubric = rubric_of(assessment)
    rows = standing.peer_rows(rubric, levels, found)
    words = standing.headline(rows, found)
    picture = charts.peers_svg(rubric, rows, ident="peers", title=f"Where you stand. {words}")
    return page | {"found": found, "rows": rows, "headline": words, "picture": drawn(picture)}


def cohort_of(organization: Organization, basis: Basis) -> Cohort:
    """The organizations that this one is compared with."""
    values = {Basis.ALL: "", Basis.KIND: organization.kind, Basis.SIZE: organization.size}
    return Cohort(basis, values[basis])


def cohort_text(organization: Organization, basis: Basis) -> str:
    """Whom a cohort is made of."""
    if basis == Basis.ALL:
        return "All organizations"
    if basis == Basis.KIND:
        return f"Same kind: {organization.get_kind_display()}"
    return f"Same size: {organization.get_size_display()}"


def _due(assessment: Assessment) -> str:
    """The last day of its cycle in words."""
    return date_format(assessment.cycle.due_on, "F j, Y")


def why_closed(assessment: Assessment, basis: Basis, hidden: Hidden | None) -> str:
    """Why a cohort's median can't be chosen, as a clause that follows "because"."""
    if hidden is None:
        return f"figures of {assessment.cycle} appear after {_due(assessment)}"
    if basis == Basis.SIZE and not assessment.organization.size:
        return f"nobody has said yet how large {assessment.organization} is"
    if hidden == Hidden.SUBTRACTION:
        return "together with the other figures it would show how the few organizations that are left over stand"
    return f"fewer than {SMALLEST} {standing.OF_WHOM[basis]} had a result in {assessment.cycle}"


def why_nothing(assessment: Assessment, basis: Basis, *, submitted: bool, hidden: Hidden | None) -> str:
    """Why there are no figures, and what would bring them."""
    whom = standing.OF_WHOM[basis]
    due = _due(assessment)
    if not submitted:
        return (
            "You see where you stand once this assessment has been submitted. "
            "Until then there is no sealed result to compare."
        )
    if hidden is None:
        return (
            f"Figures for {assessment.cycle} appear after {due}, when its submissions are complete. "
            "If they changed with each submission, the change would tell how that one organization stands."
        )
    if basis == Basis.SIZE and not assessment.organization.size:
        return (
            f"Nobody has said yet how large {assessment.organization} is. An administrator of the Center of Excellence "
            "can set its size. It counts in cycles whose figures have not been made by then."
        )
    if hidden == Hidden.SUBTRACTION:
        return (
            f"Figures of {whom} are not shown. Together with the other figures they would show how the few "
            "organizations that are left over stand."
        )
    return (
        f"Fewer than {SMALLEST} {whom} had a result in {assessment.cycle} when {due} ended. Figures are shown of yours "
        f"and at least {FEWEST_OTHERS} others, so that nobody can tell how a single one stands."
    )
