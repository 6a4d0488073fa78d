"""Sums that are kept current by differences equal sums made anew, whatever was done and however many did it at once."""

import io
import random
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from assessments import actions, results, tallies
from assessments.actions import AreaEntry, ReviewEntry
from assessments.models import (
    Assessment,
    Basis,
    Counted,
    Cycle,
    Organization,
    Scorecard,
    ScorecardArea,
    ScorecardHold,
    State,
    Tally,
    User,
)
from assessments.tallies import AreaFigures, Hold, Key, area_figures, contributions
from tests.assessments.conftest import AtOnce
from tests.factories import (
    answer_all,
    make_assessment,
    make_cycle,
    make_organization,
    make_returned,
    make_reviewer,
    make_submitted,
)

pytestmark = pytest.mark.django_db

CHOICES = [1, 2, 3, 4, 5, "unknown", "not_applicable"]


def kept() -> dict[tuple[int, Key], int]:
    """Every tally above nought, as it stands."""
    return {
        (row.cycle_id, Key(row.basis, row.kind, row.subject, row.value, row.organization_id)): row.count
        for row in Tally.objects.filter(count__gt=0)
    }


def recount(*arguments: str) -> str:
    out = io.StringIO()
    call_command("recount", *arguments, stdout=out)
    return out.getvalue().strip()


def random_answers(dice: random.Random, assessment: Assessment) -> None:
    """Mostly near one level, so that areas rise and fall between submissions."""
    base = dice.choice([2, 3, 4])
    choices: Mapping[str, Any] = {
        code: dice.choice([*[base] * 4, *CHOICES]) for code in results.rubric_of(assessment).question_by_code
    }
    answer_all(assessment, choices=choices)


def look_again(dice: random.Random, scorecard: Scorecard, by: User) -> None:
    claimed = scorecard.areas.values_list("area", "level")
    entry = ReviewEntry(areas={area: AreaEntry(dice.randint(1, 5), "Seen.") for area, _ in claimed})
    actions.save_second_look(scorecard=scorecard, by=by, entry=entry, complete=True)


def decide(dice: random.Random, assessment: Assessment, reviewer: User) -> None:
    if dice.random() < 0.5:
        actions.return_(assessment=assessment, by=reviewer, comment="Say more.")
        return
    claimed = assessment.scorecards.latest("sequence").areas.values_list("area", "level")
    entry = ReviewEntry(
        areas={area: AreaEntry(dice.randint(1, 5), "Seen.") for area, _ in claimed if dice.random() < 0.3}
    )
    actions.accept(assessment=assessment, by=reviewer, entry=entry)


# ---- Kept and made anew ----


@pytest.mark.parametrize("seed", range(4))
def test_after_any_sequence_of_moves_the_sums_are_those_made_anew(seed: int, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 60
    dice = random.Random(seed)
    organizations = [make_organization(), make_organization()]
    now = make_cycle()
    cycles = [make_cycle(starts_on=now.starts_on.replace(year=now.starts_on.year - 1)), now]
    reviewer, another = make_reviewer(), make_reviewer()
    assessments = [
        make_assessment(organization=organization, cycle=cycle, team=team)
        for cycle in cycles
        for organization in organizations
        for team in ("One", "Two")
    ]
    for assessment in assessments:
        random_answers(dice, assessment)
        actions.submit(assessment=assessment, by=assessment.created_by)
    for _ in range(30):
        assessment = dice.choice(assessments)
        drawn = Scorecard.objects.awaiting_second_look(another).first()
        if drawn and dice.random() < 0.3:
            look_again(dice, drawn, another)
        elif assessment.state == State.SUBMITTED:
            decide(dice, assessment, reviewer)
        elif assessment.is_editable:
            random_answers(dice, assessment)
            actions.submit(assessment=assessment, by=assessment.created_by)
    before = kept()
    assert before == {place: count for place, count in tallies.counted_anew().items() if count}
    assert recount() == "Every figure was right."
    assert kept() == before


def test_a_submission_that_fails_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("The disk is full.")

    assessment = answer_all(make_assessment())
    monkeypatch.setattr(tallies, "_apply", fail)
    with pytest.raises(RuntimeError, match="The disk is full"):
        actions.submit(assessment=assessment, by=assessment.created_by)
    assert not kept()
    assert not Scorecard.objects.exists()


def test_recounting_puts_right_what_is_wrong_missing_or_too_much() -> None:
    cycle = make_submitted().cycle
    right = kept()
    wrong = Tally.objects.get(kind=Counted.TEAMS, organization=None)
    Tally.objects.filter(pk=wrong.pk).update(count=99)
    Tally.objects.filter(kind=Counted.LEVEL, subject="mlops", organization=None).delete()
    Tally.objects.create(cycle=cycle, basis=Basis.CLAIMED, kind=Counted.GAP, subject="mlops", count=7)
    assert recount() == "3 figures differed and are right now."
    assert kept() == right


def test_one_wrong_figure_is_told_as_one() -> None:
    make_submitted()
    Tally.objects.filter(kind=Counted.TEAMS, organization=None).update(count=99)
    assert recount() == "1 figure differed and is right now."


def test_rows_from_before_there_were_sums_are_worked_out_from_the_documents() -> None:
    now, reviewer = make_cycle(), make_reviewer()
    before = make_cycle(starts_on=now.starts_on.replace(year=now.starts_on.year - 1))
    organization = make_organization()
    for cycle, level in ((before, 2), (now, 4)):
        choices = {"secops-1": 1, "secops-2": 1}
        assessment = make_submitted(organization=organization, team="One", cycle=cycle, level=level, choices=choices)
        actions.accept(assessment=assessment, by=reviewer)
    make_returned(cycle=now, choices={"dataops-1": "unknown"})
    right = kept()
    rows = list(ScorecardArea.objects.order_by("pk").values())
    holds = sorted(ScorecardHold.objects.values_list("scorecard", "question", "step_to"))
    Tally.objects.all().delete()
    ScorecardHold.objects.all().delete()
    ScorecardArea.objects.update(moved=None, gaps=0, validated_moved=None, validated_gaps=0)
    assert recount("--from-documents") == f"3 scorecards read.\n{len(right)} figures differed and are right now."
    assert kept() == right
    assert list(ScorecardArea.objects.order_by("pk").values()) == rows
    assert sorted(ScorecardHold.objects.values_list("scorecard", "question", "step_to")) == holds


# ---- At the same moment ----


@pytest.mark.django_db(transaction=True)
def test_submissions_at_the_same_moment_are_all_counted(at_once: AtOnce) -> None:
    cycle, organization = make_cycle(), make_organization()
    drafts = [
        answer_all(make_assessment(organization=organization, cycle=cycle), level=1 + number % 5) for number in range(6)
    ]

    def submission(draft: Assessment) -> Any:
        return lambda: actions.submit(assessment=draft, by=draft.created_by)

    at_once(*(submission(draft) for draft in drafts))
    assert Tally.objects.get(kind=Counted.TEAMS, organization=None).count == 6
    assert recount() == "Every figure was right."


@pytest.mark.django_db(transaction=True)
def test_submitting_accepting_and_recounting_at_the_same_moment_leave_the_sums_right(at_once: AtOnce) -> None:
    cycle = make_cycle()
    drafts = [answer_all(make_assessment(cycle=cycle), level=level) for level in (2, 4)]
    waiting = [make_submitted(cycle=cycle, level=level) for level in (1, 3)]
    reviewer = make_reviewer()
    at_once(
        *(lambda draft=draft: actions.submit(assessment=draft, by=draft.created_by) for draft in drafts),
        *(lambda one=one: actions.accept(assessment=one, by=reviewer) for one in waiting),
        tallies.recount,
    )
    assert recount() == "Every figure was right."
    assert Tally.objects.get(kind=Counted.TEAMS, basis=Basis.CLAIMED, organization=None).count == 4
    assert Tally.objects.get(kind=Counted.TEAMS, basis=Basis.VALIDATED, organization=None).count == 2


# ---- What one submission adds ----


def test_an_area_counts_by_its_level_its_movement_and_what_stands_on_it() -> None:
    areas = [AreaFigures("secops", 1, -2, 1), AreaFigures("mlops", 3, 0, 0), AreaFigures("aiops", None, None, 0)]
    counts = contributions(7, "claimed", areas, [Hold("secops-1", 2), Hold("mlops-1", None)])
    over_all = {key[1:4] for key in counts if key.organization is None}
    own = {key[1:4] for key in counts if key.organization == 7}
    levels = {("teams", "", 0), ("level", "secops", 1), ("level", "mlops", 3), ("level", "aiops", 0)}
    assert own == levels
    assert over_all - levels == {
        ("movement", "secops", -1),
        ("movement", "mlops", 0),
        ("gap", "secops", 0),
        ("hold", "secops-1", 0),
        ("step", "secops-1", 2),
        ("hold", "mlops-1", 0),
    }
    assert set(counts.values()) == {1}


def test_figures_of_areas_are_set_beside_the_earlier_ones() -> None:
    levels = {"a": 1, "b": 3, "c": 4, "d": None}
    assert list(area_figures(levels, {"a": 2, "b": 3, "d": 1})) == [
        AreaFigures("a", 1, -1, 2),
        AreaFigures("b", 3, 0, 0),
        AreaFigures("c", 4, None, 0),
        AreaFigures("d", None, None, 0),
    ]


def test_what_holds_back_is_what_the_result_says() -> None:
    assessment = make_submitted(level=3, choices={"dataops-1": 1, "dataops-2": "not_applicable"})
    scorecard = assessment.scorecards.get()
    sheet = results.sealed(scorecard)
    held = dict(scorecard.holds.values_list("question", "step_to"))
    assert set(held) == {code for explanation in sheet.explanations for code in explanation.below_target}
    steps = {
        change.question: change.to_level
        for area in sheet.result.areas
        if area.next_level
        for change in area.next_level.changes
    }
    assert {question: level for question, level in held.items() if level} == steps


# ---- What the database refuses ----


def refused(**fields: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Tally.objects.create(**fields)


def tally(cycle: Cycle, organization: Organization | None = None, **fields: Any) -> dict[str, Any]:
    usual = {"basis": Basis.CLAIMED, "kind": Counted.LEVEL, "subject": "mlops", "value": 3}
    return {"cycle": cycle, "organization": organization, **usual, **fields}


def test_the_same_cannot_be_counted_twice() -> None:
    cycle, organization = make_cycle(), make_organization()
    for whose in (None, organization):
        Tally.objects.create(**tally(cycle, whose))
        refused(**tally(cycle, whose))


def test_a_tally_is_never_below_nought_nor_of_anything_unknown() -> None:
    cycle, organization = make_cycle(), make_organization()
    refused(**tally(cycle, count=-1))
    refused(**tally(cycle, basis="guessed"))
    refused(**tally(cycle, kind="mood"))
    refused(**tally(cycle, organization, kind=Counted.HOLD))


def test_a_question_holds_once_and_its_step_goes_up() -> None:
    scorecard = make_submitted(level=5).scorecards.get()
    ScorecardHold.objects.create(scorecard=scorecard, question="mlops-1", step_to=2)
    for question, step in (("mlops-1", 3), ("mlops-2", 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScorecardHold.objects.create(scorecard=scorecard, question=question, step_to=step)


def test_only_an_area_with_a_level_can_have_moved() -> None:
    scorecard = make_submitted(choices={"mlops-1": 3}, level="not_applicable").scorecards.get()
    for field in ("moved", "validated_moved"):
        with pytest.raises(IntegrityError), transaction.atomic():
            scorecard.areas.filter(area="secops").update(**{field: 1})
