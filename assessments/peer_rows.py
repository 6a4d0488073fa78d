"""The bridge from rows to where organizations stand together: tables in, `PeerTable` out."""

from collections import defaultdict
from random import Random, SystemRandom

from assessments.models import Assessment, PeerFigures, Scorecard, ScorecardArea
from assessments.peers import Peer, PeerTable, from_document, organization_levels, tabulate, to_document
from assessments.results import rubric_of

_AREA_FIELDS = ("scorecard__assessment__organization", "scorecard", "area", "level")
_TRAITS = ("scorecard__assessment__organization__kind", "scorecard__assessment__organization__size")


def peers_of(assessment: Assessment) -> tuple[Peer, ...]:
    """The organizations with a result of its cycle and rubric, by what each team had sealed when the due date ended.

    One query, however many there are.
    """
    sealed = Scorecard.objects.filter(assessment__cycle=assessment.cycle_id, assessment__rubric=assessment.rubric_id)
    rows = ScorecardArea.objects.filter(scorecard__in=sealed.newest_before(assessment.cycle.closes_at))
    teams: dict[int, dict[int, dict[str, int | None]]] = defaultdict(lambda: defaultdict(dict))
    traits: dict[int, tuple[str, str]] = {}
    for organization, scorecard, area, level, kind, size in rows.order_by("pk").values_list(*_AREA_FIELDS, *_TRAITS):
        teams[organization][scorecard][area] = level
        traits[organization] = kind, size
    return tuple(
        Peer(*traits[organization], organization_levels(list(sealed.values())))
        for organization, sealed in teams.items()
    )


def peer_table(assessment: Assessment, lot: Random | None = None) -> PeerTable | None:
    """What is shown of the assessment's cycle and rubric; None until its due date has ended.

    What was once shown is kept and shown for as long as that date stands, so that nothing can be learned from what
    changes later. Kept by the first who looks, since nobody else is there when a date ends; of two who look at once the
    first one's lot stands.
    """
    cycle = assessment.cycle
    if not cycle.is_over:
        return None
    kept = PeerFigures.objects.filter(cycle=cycle, rubric=assessment.rubric_id, due_on=cycle.due_on)
    document = kept.values_list("document", flat=True).first()
    if document is not None:
        return from_document(document)
    areas = [area.code for area in rubric_of(assessment).areas]
    table = tabulate(peers_of(assessment), areas, lot or SystemRandom())
    if not table.shown:
        return table
    row = PeerFigures(cycle=cycle, rubric_id=assessment.rubric_id, due_on=cycle.due_on, document=to_document(table))
    PeerFigures.objects.bulk_create([row], ignore_conflicts=True)
    return from_document(kept.values_list("document", flat=True).get())


def sealed_levels(assessment: Assessment) -> dict[str, int | None]:
    """The levels of its newest seal by area code; empty where it was never submitted. One query."""
    rows = ScorecardArea.objects.filter(scorecard__assessment=assessment).order_by("scorecard__sequence")
    return dict(rows.values_list("area", "level"))
