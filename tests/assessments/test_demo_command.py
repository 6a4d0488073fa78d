"""`manage.py demo`: what it promises, and whether the story it tells holds together."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from assessments import actions, reports, results, sealing
from assessments.demo.build import RUBRIC
from assessments.demo.cast import COLLEAGUES, SIGNING_IN
from assessments.models import (
    Answer,
    Assessment,
    AuditEvent,
    Cycle,
    Evidence,
    Membership,
    Organization,
    Review,
    Scorecard,
    State,
    User,
)
from assessments.narrative import narrative
from assessments.scoring import result_to_json
from rubric.models import published
from tests.assessments import pdf_checks

PASSWORD = "bought-a-blue-kettle"
ROOT = Path(__file__).resolve().parents[2]
SHORELINE, SURGE, PERMITS = "Shoreline Imagery Team", "Storm Surge Modeling Team", "Permit Correspondence Team"
YIELD, SMOKE = "Yield Estimates Team", "Smoke Forecasting Team"


def demo(**options: Any) -> str:
    """Run the command; what it prints."""
    printed = io.StringIO()
    call_command("demo", stdout=printed, **options)
    return printed.getvalue()


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


@pytest.fixture(scope="class")
def demo_made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, built once for a class. What a test changes is rolled back to here, and this after the last one."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as environment, transaction.atomic():
        environment.setenv("DEMO_PASSWORD", PASSWORD)
        demo(force=True)
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def built(demo_made: None, db: None) -> None:
    """The demo, in a transaction of the test's own."""


@pytest.fixture
def wanted_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)


def assessment(team: str, cycle: str = "fy2027-q1") -> Assessment:
    return Assessment.objects.get(team=team, cycle__code=cycle)


def levels(scorecard: Scorecard) -> dict[str, int | None]:
    return dict(scorecard.areas.values_list("area", "level"))


# ---- Where there is no demo yet ----


def test_a_random_password_is_printed_once(db: None) -> None:
    password = demo(force=True).split()[-1]
    assert User.objects.get(email="viewer@agency.example").check_password(password)
    assert password not in demo(force=True)
    assert "their password is as it was" in demo(force=True)


def test_a_wanted_password_is_not_printed(db: None, wanted_password: None) -> None:
    assert PASSWORD not in demo(force=True)


def test_it_refuses_where_debug_is_off(db: None) -> None:
    before = everything()
    with pytest.raises(CommandError, match="DEBUG is off") as refusal:
        demo()
    assert refusal.value.returncode != 0
    assert "\n" not in str(refusal.value)
    assert everything() == before


def test_it_needs_no_force_where_debug_is_on(db: None, settings: Settings) -> None:
    settings.DEBUG = True
    demo()
    assert Assessment.objects.exists()


def test_nothing_is_left_of_a_demo_that_failed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()

    def fail(**_: Any) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr(actions, "accept", fail)
    with pytest.raises(OSError, match="disk is full"):
        demo(force=True)
    assert everything() == before


def test_it_is_not_built_over_people_who_are_here(db: None) -> None:
    User.objects.create_user("lead@other.example", name="Somebody Else")
    before = everything()
    with pytest.raises(CommandError, match=r"lead@other\.example is here already"):
        demo(force=True)
    assert everything() == before


def test_it_is_not_built_over_an_organization_that_is_here(db: None) -> None:
    Organization.objects.create(code="wildland-air", name="Another")
    with pytest.raises(CommandError, match="wildland-air"):
        demo(force=True)


def test_it_uses_a_cycle_that_is_here(db: None) -> None:
    cycle = Cycle.objects.create(code="q1", name="FY2027 Q1", starts_on="2026-10-01", due_on="2027-01-08")
    demo(force=True)
    assert cycle.assessments.count() == 5


def test_on_a_new_database_it_says_to_migrate_and_then_loads_the_rubric(tmp_path: Path) -> None:
    database = tmp_path / "new.sqlite3"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "aicmm.settings"}

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    refused = manage("demo")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "migrate" in manage("demo", "--force").stderr
    assert manage("migrate").returncode == 0
    assert manage("demo", "--force").returncode == 0
    with sqlite3.connect(database) as connection:
        rubrics = connection.execute(
            "SELECT r.code, r.version FROM rubric_publication p JOIN rubric_rubric r ON r.id = rubric_id"
        )
        assert rubrics.fetchall() == [RUBRIC]
    connection.close()


# ---- Once it is built ----


@pytest.mark.usefixtures("built")
class TestContract:
    def test_the_people_are_those_of_the_contract(self) -> None:
        people = {
            user.email: [user.coe_role, *user.memberships.values_list("role", "organization__name")]
            for user in User.objects.exclude(password__startswith="!")
        }
        coastal, harvest = "Office of Coastal Resilience", "Bureau of Harvest Statistics"
        assert people == {
            "lead@agency.example": ["", ("lead", coastal)],
            "contributor@agency.example": ["", ("contributor", coastal)],
            "viewer@agency.example": ["", ("viewer", coastal)],
            "lead@other.example": ["", ("lead", harvest)],
            "reviewer@coe.example": ["reviewer"],
            "admin@coe.example": ["administrator"],
        }

    def test_they_have_one_password_and_their_colleagues_none(self) -> None:
        assert all(User.objects.get(email=person.email).check_password(PASSWORD) for person in SIGNING_IN)
        assert not any(User.objects.get(email=person.email).has_usable_password() for person in COLLEAGUES)

    def test_it_says_who_there_is_and_what_to_try(self) -> None:
        printed = demo(force=True)
        for person in SIGNING_IN:
            (line,) = (line for line in printed.splitlines() if line.startswith(person.email))
            assert person.role_name in line
            assert line.endswith(person.tries)

    def test_repeating_it_changes_nothing(self) -> None:
        before = everything()
        demo(force=True)
        assert everything() == before

    def test_repeating_it_with_the_same_password_changes_nothing(self, wanted_password: None) -> None:
        before = everything()
        demo(force=True)
        assert everything() == before

    def test_repeating_it_leaves_what_people_did_since(self) -> None:
        lead = User.objects.get(email="lead@agency.example")
        actions.submit(assessment=assessment(PERMITS), by=lead)
        Membership.objects.get(user__email="contributor@agency.example").delete()
        before = everything()
        demo(force=True)
        assert everything() == before

    def test_repeating_it_with_another_password_changes_that_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = everything()
        monkeypatch.setenv("DEMO_PASSWORD", "sold-the-blue-kettle")
        assert "nothing else changed" in demo(force=True)
        assert all(User.objects.get(email=person.email).check_password("sold-the-blue-kettle") for person in SIGNING_IN)
        assert not any(User.objects.get(email=person.email).has_usable_password() for person in COLLEAGUES)
        after = everything()
        for row in before["assessments.User"] + after["assessments.User"]:
            del row["password"]
        assert after == before

    def test_one_password_that_differs_is_set_too(self, wanted_password: None) -> None:
        viewer = User.objects.get(email="viewer@agency.example")
        viewer.set_password("forgotten")
        viewer.save()
        demo(force=True)
        viewer.refresh_from_db()
        assert viewer.check_password(PASSWORD)


@pytest.mark.usefixtures("built")
class TestStory:
    def test_every_brief_is_one_page(self) -> None:
        for scorecard in Scorecard.objects.select_related("assessment"):
            pdf = reports.brief_pdf(results.sealed(scorecard))
            assert len(pdf_checks.page_sizes(pdf)) == 1, scorecard.code

    def test_three_agencies_have_five_assessments_in_every_state(self) -> None:
        current = Assessment.objects.filter(cycle__code="fy2027-q1")
        assert {(row.organization.code, row.team): row.state for row in current} == {
            ("coastal-resilience", SHORELINE): State.ACCEPTED,
            ("coastal-resilience", SURGE): State.DRAFT,
            ("coastal-resilience", PERMITS): State.RETURNED,
            ("harvest-statistics", YIELD): State.SUBMITTED,
            ("wildland-air", SMOKE): State.ACCEPTED,
        }

    def test_one_team_has_a_history_of_three_cycles(self) -> None:
        history = Scorecard.objects.filter(assessment__team=SHORELINE, reviews__decision="accepted").order_by(
            "sealed_at"
        )
        assert [(card.assessment.cycle.name, list(levels(card).values())) for card in history] == [
            ("FY2026 Q3", [1, 2, 1, 2, 3, 2, 1]),
            ("FY2026 Q4", [2, 3, 2, 2, 3, 3, 2]),
            ("FY2027 Q1", [2, 3, 3, 3, 2, 4, 3]),
        ]

    def test_its_newest_result_moves_up_but_for_one_area_and_has_a_gap(self) -> None:
        sheet = results.sealed(assessment(SHORELINE).scorecards.get())
        moved = {move.area: (move.level_after or 0) - (move.level_before or 0) for move in narrative(sheet).moved}
        assert [area for area, difference in moved.items() if difference < 0] == ["dataops"]
        assert [area for area, difference in moved.items() if difference > 0] == ["secops", "devops", "mlops", "aiops"]
        assert [(gap.area, gap.foundation) for gap in sheet.result.foundation_gaps] == [("mlops", "peopleops")]

    def test_the_draft_is_two_thirds_full_with_a_sealed_result_behind_it(self) -> None:
        draft = assessment(SURGE)
        sheet = results.live(draft)
        choices = sealing.choices(sheet.answers)
        assert len(choices) == 20
        assert {"unknown", "not_applicable"} < set(choices.values())
        assert sheet.answers["devops-3"].reason
        assert [earlier.cycle for earlier in sheet.earlier] == ["FY2026 Q4"]

    def test_what_was_returned_is_being_revised(self) -> None:
        returned = assessment(PERMITS)
        review = Review.objects.get(scorecard__assessment=returned)
        assert review.comment
        assert returned.answers.filter(answered_at__gt=review.created_at).count() == 3

    def test_one_agency_is_clearly_further(self) -> None:
        means = {
            card.assessment.team: sum(level or 0 for level in levels(card).values()) / 7
            for card in Scorecard.objects.filter(assessment__cycle__code="fy2027-q1")
        }
        best = means.pop(SMOKE)
        assert best >= max(means.values()) + 1

    def test_every_seal_is_that_of_its_document_and_its_result_can_be_computed_again(self) -> None:
        cards = Scorecard.objects.all()
        assert cards.count() == 8
        for card in cards:
            content = json.loads(card.document)
            assert sealing.digest(card.document) == card.sha256
            assert sealing.short_code(card.sha256) == card.code
            again = results.sealed(card).result
            assert result_to_json(again) == content["result"]
            assert {area.area: area.level for area in again.areas} == levels(card)
            assert content["sealed_at"] == card.sealed_at.isoformat()

    def test_times_are_in_order_and_within_their_cycle(self) -> None:
        for row in Assessment.objects.select_related("cycle"):
            moments = list(row.events.order_by("id").values_list("at", flat=True))
            assert moments[0] == row.created_at
            assert all(before < after for before, after in pairwise(moments))
            assert row.cycle.starts_on <= moments[0].date()
            assert moments[-1].date() <= row.cycle.due_on
            assert all(moment.weekday() < 5 for moment in moments)
        whole = list(AuditEvent.objects.order_by("id").values_list("at", flat=True))
        assert whole == sorted(whole)

    def test_the_audit_trail_has_every_change_at_its_time(self) -> None:
        for card in Scorecard.objects.all():
            assert card.assessment.events.filter(action="assessment submitted", at=card.sealed_at).exists()
        for review in Review.objects.decided():
            happened = review.scorecard.assessment.events.get(action=f"assessment {review.decision}")
            assert happened.at == review.decided_at > review.scorecard.sealed_at
        for answer in Answer.objects.exclude(version=0).select_related("question"):
            saved = answer.assessment.events.filter(action="answer saved", subject=answer.question.code)
            assert saved.count() == answer.version
            assert saved.latest("at").at == answer.answered_at

    def test_people_act_where_they_belong(self) -> None:
        memberships = set(Membership.objects.values_list("organization", "user"))
        staff = set(User.objects.exclude(coe_role="").values_list("pk", flat=True))
        left = set(User.objects.filter(is_active=False).values_list("pk", flat=True))
        for event in AuditEvent.objects.all():
            reviewed = event.action in {
                "assessment returned",
                "assessment accepted",
                "review noted",
                "second look ended",
            }
            assert (
                event.actor_id in staff
                if reviewed
                else ((event.organization_id, event.actor_id) in memberships or event.actor_id in left)
            )

    def test_no_two_rationales_are_the_same_and_most_sealed_answers_have_one(self) -> None:
        rationales = list(Answer.objects.exclude(rationale="").values_list("rationale", flat=True))
        assert len(rationales) == len(set(rationales))
        for card in Scorecard.objects.all():
            answers = sealing.answers_of(json.loads(card.document)).values()
            assert 0.6 <= sum(bool(answer.rationale) for answer in answers) / len(answers) <= 0.9

    def test_evidence_is_found_under_the_agency_s_own_domain(self) -> None:
        domains = {
            "coastal-resilience": "agency.example",
            "harvest-statistics": "other.example",
            "wildland-air": "wildland-air.example",
        }
        for link in Evidence.objects.select_related("answer__assessment__organization"):
            domain = domains[link.answer.assessment.organization.code]
            assert re.fullmatch(rf"https://\w+\.{re.escape(domain)}/\S+", link.url)
            link.full_clean()

    def test_reviewers_speak_of_questions_there_are_and_of_the_level_that_was_claimed(self) -> None:
        rubric = published(*RUBRIC)
        for review in Review.objects.decided().select_related("scorecard"):
            answers = sealing.answers_of(json.loads(review.scorecard.document))
            spoken = re.findall(r"^(\w+Ops) (\d)(?: \(level (\d)\))?", review.comment, re.MULTILINE)
            commented = list(review.answer_comments.values_list("question", flat=True))
            assert spoken or commented
            assert set(commented) <= set(answers)
            for area, number, level in spoken:
                answer = answers[f"{area.lower()}-{number}"]
                assert not level or answer.choice == int(level)
        assert set(answers) == set(rubric.question_by_code)

    def test_each_sitting_takes_as_long_as_reading_and_typing(self) -> None:
        for row in Assessment.objects.all():
            saved = row.events.filter(action="answer saved").order_by("id").values_list("at", flat=True)
            assert all(after - before >= timedelta(minutes=2) for before, after in pairwise(saved))
