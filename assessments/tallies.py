"""What is summed of many submissions, kept current by the difference that each one makes.

The page that shows the sums reads a few hundred rows, whatever the number of submissions. `manage.py recount` makes
them anew from the scorecards' own rows, in another way, so that either shows whether the other is right.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce, Sign

from assessments import results
from assessments.datatypes import ScoredAssessment
from assessments.models import (
    Assessment,
    Basis,
    Counted,
    Scorecard,
    ScorecardArea,
    ScorecardHold,
    State,
    Tally,
)
from assessments.scoring import Explanation, Result, foundation_gaps

NOT_RATED = 0
"""What stands for the level of an area that is not rated."""


class Key(NamedTuple):
    """What a tally counts, of a cycle; `organization` is None over all organizations."""

    basis: str
    kind: str
    subject: str
    value: int
    organization: int | None


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One area of one submission on one basis; see `ScorecardArea` for what they mean."""

    area: str
    level: int | None
    moved: int | None
    gaps: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A question that holds its area from the next level, and the level to raise it to on the shortest way, if any."""

    question: str
    step_to: int | None


# ---- What a submission says ----


def holds(result: Result, explanations: Iterable[Explanation]) -> Iterator[Hold]:
    """Every question below its area's next level, in rubric order."""
    for explanation, area in zip(explanations, result.areas, strict=True):
        steps = {change.question: change.to_level for change in area.next_level.changes} if area.next_level else {}
        for question in explanation.below_target:
            yield Hold(question, steps.get(question))


def area_figures(levels: Mapping[str, int | None], earlier: Mapping[str, int | None]) -> Iterator[AreaFigures]:
    """Each area of `levels`, which stand from the bottom up, beside the team's `earlier` ones."""
    gaps = Counter(gap.foundation for gap in foundation_gaps(levels.items()))
    for area, level in levels.items():
        before = earlier.get(area)
        moved = None if level is None or before is None else level - before
        yield AreaFigures(area, level, moved, gaps[area])


def claimed_figures(sheet: ScoredAssessment) -> Iterator[AreaFigures]:
    """What the team claims, beside its newest earlier cycle."""
    earlier = sheet.earlier[0].result.areas if sheet.earlier else ()
    return area_figures(
        {area.area: area.level for area in sheet.result.areas}, {area.area: area.level for area in earlier}
    )


def write_claimed(scorecard: Scorecard, sheet: ScoredAssessment) -> None:
    """Write how the claimed levels moved, what stands on them and what holds them back; in place of what was there."""
    rows = {row.area: row for row in scorecard.areas.all()}
    for figures in claimed_figures(sheet):
        rows[figures.area].moved, rows[figures.area].gaps = figures.moved, figures.gaps
    ScorecardArea.objects.bulk_update(rows.values(), ["moved", "gaps"])
    scorecard.holds.all().delete()
    ScorecardHold.objects.bulk_create(
        ScorecardHold(scorecard=scorecard, question=hold.question, step_to=hold.step_to)
        for hold in holds(sheet.result, sheet.explanations)
    )


def write_validated(scorecard: Scorecard) -> None:
    """The same of the accepted levels, beside what the CoE has accepted of the team's newest earlier cycle so far.

    Nothing is set beside a cycle whose second look is open, since that would tell its levels.
    """
    rows = {row.area: row for row in scorecard.areas.order_by("position")}
    assessment = scorecard.assessment
    earlier = Scorecard.objects.of_earlier_cycles(
        organization=assessment.organization_id, team=Value(assessment.team), starts_on=assessment.cycle.starts_on
    ).values("pk")[:1]
    seen = ScorecardArea.objects.filter(
        scorecard=earlier, scorecard__in=Scorecard.objects.second_look_not_open().values("pk")
    )
    before = dict(seen.values_list("area", "validated_level"))
    for figures in area_figures({area: row.validated_level for area, row in rows.items()}, before):
        rows[figures.area].validated_moved, rows[figures.area].validated_gaps = figures.moved, figures.gaps
    ScorecardArea.objects.bulk_update(rows.values(), ["validated_moved", "validated_gaps"])


# ---- What it adds ----


def contributions(
    organization: int, basis: str, areas: Iterable[AreaFigures], holding: Iterable[Hold]
) -> Mapping[Key, int]:
    """What one submission of an organization adds to each tally of its cycle."""
    counts: Counter[Key] = Counter()

    def add(kind: Counted, subject: str = "", value: int = 0, of: int | None = None) -> None:
        counts[Key(basis, kind, subject, value, of)] += 1

    for of in (None, organization):
        add(Counted.TEAMS, of=of)
    for area in areas:
        for of in (None, organization):
            add(Counted.LEVEL, area.area, area.level or NOT_RATED, of)
        if area.moved is not None:
            add(Counted.MOVEMENT, area.area, (area.moved > 0) - (area.moved < 0))
        if area.gaps:
            add(Counted.GAP, area.area)
    for hold in holding:
        add(Counted.HOLD, hold.question)
        if hold.step_to:
            add(Counted.STEP, hold.question, hold.step_to)
    return counts


def count_submission(scorecard: Scorecard) -> None:
    """Count a scorecard that was just sealed, in place of the one before it. In the transaction of the submission."""
    assessment = scorecard.assessment
    former = assessment.scorecards.filter(sequence=scorecard.sequence - 1).only("pk").first()
    difference = Counter(_stored(scorecard, assessment, Basis.CLAIMED))
    if former:
        difference.subtract(_stored(former, assessment, Basis.CLAIMED))
    _apply(assessment.cycle_id, difference)


def count_acceptance(scorecard: Scorecard) -> None:
    """Count an accepted scorecard, its assessment's last: in the transaction of the decision, or of the second look's
    end where that is later."""
    _apply(scorecard.assessment.cycle_id, _stored(scorecard, scorecard.assessment, Basis.VALIDATED))


FIGURES = {
    Basis.CLAIMED: ("area", "level", "moved", "gaps"),
    Basis.VALIDATED: ("area", "validated_level", "validated_moved", "validated_gaps"),
}
"""Where the rows have what `AreaFigures` says."""


def _stored(scorecard: Scorecard, assessment: Assessment, basis: Basis) -> Mapping[Key, int]:
    """What a scorecard adds, by its rows."""
    areas = [AreaFigures(*row) for row in scorecard.areas.values_list(*FIGURES[basis])]
    holding = [Hold(*row) for row in scorecard.holds.values_list("question", "step_to")]
    return contributions(assessment.organization_id, basis, areas, holding)


def _apply(cycle: int, difference: Mapping[Key, int]) -> None:
    """Add to the tallies of a cycle. Rows are made, then locked, in one order each, so nobody waits in a circle."""
    changes = {key: change for key, change in sorted(difference.items(), key=_order) if change}
    rows = _rows(cycle, changes)
    if rows.keys() != changes.keys():
        missing = [Tally(cycle_id=cycle, **_fields(key)) for key in changes if key not in rows]
        Tally.objects.bulk_create(missing, ignore_conflicts=True)
        rows = _rows(cycle, changes)
    list(Tally.objects.select_for_update().filter(pk__in=rows.values()).order_by("pk").values_list("pk"))
    for change in sorted(set(changes.values())):
        changed = [rows[key] for key in changes if changes[key] == change]
        Tally.objects.filter(pk__in=changed).update(count=F("count") + change)


def _order(entry: tuple[Key, int]) -> tuple[str, str, str, int, int]:
    basis, kind, subject, value, organization = entry[0]
    return basis, kind, subject, value, organization or 0


def _fields(key: Key) -> dict[str, str | int | None]:
    fields = key._asdict()
    return {"organization_id": fields.pop("organization"), **fields}


def _rows(cycle: int, keys: Iterable[Key]) -> dict[Key, int]:
    """The rows there are of these tallies. One query for all of the cycle's that could be meant: some hundreds."""
    wanted = set(keys)
    of = {key.organization for key in wanted if key.organization is not None}
    bases = {key.basis for key in wanted}
    rows = Tally.objects.filter(cycle=cycle, basis__in=bases).order_by().values_list(*Key._fields, "pk")
    # As two queries in one, since together no index finds them.
    found = rows.filter(organization=None).union(rows.filter(organization__in=of), all=True)
    return {key: row[-1] for row in found if (key := Key(*row[:-1])) in wanted}


# ---- All of them anew ----


def read_documents() -> int:
    """Write the rows that tallies are made of from each sealed document, as at submission; how many there were.

    For scorecards from before there were such rows. Earlier cycles come first, since later ones are set beside them.
    """
    scorecards = Scorecard.objects.select_related("assessment__organization", "assessment__cycle", "assessment__rubric")
    count = 0
    for scorecard in scorecards.order_by("assessment__cycle__starts_on", "pk").iterator(chunk_size=100):
        with transaction.atomic():
            write_claimed(scorecard, results.sealed(scorecard))
            if scorecard.areas.exclude(validated_level=None).exists():
                write_validated(scorecard)
        count += 1
    return count


@transaction.atomic
def recount() -> int:
    """Make every tally anew from the scorecards' rows; how many were wrong. Submissions wait for it, readers don't."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Tally._meta.db_table} IN EXCLUSIVE MODE")
    counts = counted_anew()
    rows = {(row.cycle_id, _key(row)): row for row in Tally.objects.all()}
    wrong = [row for place, row in rows.items() if row.count != counts[place]]
    for row in wrong:
        row.count = counts[row.cycle_id, _key(row)]
    missing = [(place, count) for place, count in counts.items() if place not in rows and count]
    Tally.objects.bulk_update(wrong, ["count"], batch_size=1000)
    Tally.objects.bulk_create(
        (Tally(cycle_id=cycle, count=count, **_fields(key)) for (cycle, key), count in missing), batch_size=1000
    )
    return len(wrong) + len(missing)


def _key(row: Tally) -> Key:
    return Key(row.basis, row.kind, row.subject, row.value, row.organization_id)


Place = tuple[int, Key]
"""A cycle, and what is counted of it."""


def counted_anew() -> Counter[Place]:
    """What every tally should be, counted by the database."""
    counts: Counter[Place] = Counter()
    newest = Scorecard.objects.newest()
    accepted = newest.filter(assessment__state=State.ACCEPTED).second_look_not_open()
    for basis, scorecards in ((Basis.CLAIMED, newest), (Basis.VALIDATED, accepted)):
        for cycle, organization, kind, subject, value, count in _groups(basis, scorecards):
            counts[cycle, Key(basis, kind, subject, value, None)] += count
            if organization is not None:
                counts[cycle, Key(basis, kind, subject, value, organization)] += count
    return counts


Group = tuple[int, int | None, str, str, int, int]
"""Cycle, organization where it matters, kind, subject, value, count."""


def _groups(basis: Basis, scorecards: QuerySet[Scorecard]) -> Iterator[Group]:
    _, level, moved, gaps = FIGURES[basis]
    cycle, organization = "scorecard__assessment__cycle", "scorecard__assessment__organization"
    areas = ScorecardArea.objects.filter(scorecard__in=scorecards).order_by()
    holding = ScorecardHold.objects.filter(scorecard__in=scorecards).order_by()
    teams = scorecards.order_by().values_list("assessment__cycle", "assessment__organization")
    for place, whose, count in teams.annotate(Count("pk")):
        yield place, whose, Counted.TEAMS, "", 0, count
    levels = areas.values_list(cycle, organization, "area", Coalesce(level, NOT_RATED))
    for place, whose, area, value, count in levels.annotate(Count("pk")):
        yield place, whose, Counted.LEVEL, area, value, count
    movements = areas.exclude(**{moved: None}).values_list(cycle, "area", Sign(moved))
    for place, area, value, count in movements.annotate(Count("pk")):
        yield place, None, Counted.MOVEMENT, area, int(value), count
    for place, area, count in areas.filter(**{f"{gaps}__gt": 0}).values_list(cycle, "area").annotate(Count("pk")):
        yield place, None, Counted.GAP, area, 0, count
    for place, question, count in holding.values_list(cycle, "question").annotate(Count("pk")):
        yield place, None, Counted.HOLD, question, 0, count
    steps = holding.exclude(step_to=None).values_list(cycle, "question", "step_to")
    for place, question, value, count in steps.annotate(Count("pk")):
        yield place, None, Counted.STEP, question, value, count
