"""Made-up submissions to measure with: what they are made of, and where they are refused."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from assessments import sealing, tallies
from assessments.models import (
    Assessment,
    Cycle,
    Organization,
    Review,
    Scorecard,
    ScorecardArea,
    ScorecardFlag,
    ScorecardHold,
    State,
    Tally,
    User,
)
from rubric.models import Publication
from tests.factories import client_of, make_organization, make_reviewer

pytestmark = pytest.mark.django_db


def synthesize(**options: Any) -> str:
    out = io.StringIO()
    call_command("synthesize", **{"submissions": 30, "organizations": 3, "force": True} | options, stdout=out)
    return out.getvalue().strip()


def test_as_many_are_made_as_are_asked_for_each_with_what_lists_are_made_of() -> None:
    assert synthesize() == "30 submissions made."
    assert Assessment.objects.count() == Scorecard.objects.count() == 30
    assert ScorecardArea.objects.count() == 30 * 7
    assert ScorecardHold.objects.exclude(step_to=None).exists()
    assert ScorecardFlag.objects.exists()
    assert {row.state for row in Assessment.objects.all()} == {State.SUBMITTED, State.RETURNED, State.ACCEPTED}
    assert Review.objects.count() == Assessment.objects.exclude(state=State.SUBMITTED).count()
    assert ScorecardArea.objects.exclude(moved=None).exists()
    accepted = ScorecardArea.objects.filter(scorecard__assessment__state=State.ACCEPTED)
    assert accepted.filter(validated_level__lt=F("level")).exists()
    assert all(sealing.digest(one.document) == one.sha256 for one in Scorecard.objects.all())


def test_one_is_told_as_one() -> None:
    assert synthesize(submissions=1) == "1 submission made."


def test_its_sums_are_right_and_the_portfolio_shows_them() -> None:
    synthesize()
    kept = dict(Tally.objects.values_list("pk", "count"))
    assert tallies.recount() == 0
    assert kept == dict(Tally.objects.values_list("pk", "count"))
    response = client_of(make_reviewer()).get("/admin/portfolio/")
    assert len(response.context["told"].heat.rows) == 3


def test_the_same_seed_gives_the_same_submissions() -> None:
    def made(seed: int) -> list[Any]:
        synthesize(seed=seed)
        levels = list(ScorecardArea.objects.order_by("pk").values_list("area", "level", "moved", "validated_level"))
        for model in (Tally, ScorecardHold, ScorecardFlag, ScorecardArea, Review, Scorecard, Assessment):
            model._default_manager.all().delete()
        Organization.objects.all().delete()
        Cycle.objects.all().delete()
        User.objects.all().delete()
        return levels

    first = made(1)
    assert made(1) == first
    assert made(2) != first


def test_it_refuses_a_database_that_may_be_real(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        synthesize(force=False)
    settings.DEBUG = True
    make_organization()
    with pytest.raises(CommandError, match="holds organizations"):
        synthesize(force=False)
    assert not Assessment.objects.exists()


def test_it_refuses_what_it_has_filled_already() -> None:
    synthesize()
    with pytest.raises(CommandError, match="holds made-up submissions already"):
        synthesize()


def test_it_refuses_without_a_rubric(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Publication.objects.none()
    monkeypatch.setattr("rubric.models.RubricQuerySet.published", lambda rows: rows.filter(publication__in=nothing))
    with pytest.raises(CommandError, match="loaddata ai_cmm"):
        synthesize()


@pytest.mark.parametrize("amount", ["0", "-1", "many", "1.5"])
def test_amounts_are_whole_numbers_from_one(amount: str) -> None:
    with pytest.raises(CommandError, match="is not a whole number from 1"):
        call_command("synthesize", f"--submissions={amount}")
