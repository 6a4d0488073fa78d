"""Starting an assessment."""

from typing import Any

import pytest
from django.test import Client

from assessments.models import Assessment, Role, State
from tests.factories import Agency, client_of, make_member, make_user
from tests.uswds.markup import parse

NEW = "/assessments/new/"


@pytest.fixture
def fields(agency: Agency) -> dict[str, Any]:
    return {"organization": agency.organization.pk, "team": "Tide Tables", "cycle": agency.draft.cycle.pk}


def test_a_lead_starts_one_and_lands_on_its_overview(agency: Agency, fields: dict[str, Any]) -> None:
    response = client_of(agency.lead).post(NEW, fields)
    assessment = Assessment.objects.get(team="Tide Tables")
    assert (response.status_code, response["Location"]) == (302, f"/assessments/{assessment.pk}/")
    assert (assessment.organization, assessment.created_by, assessment.state) == (
        agency.organization,
        agency.lead,
        State.DRAFT,
    )
    assert assessment.answers.count() == 29


def test_the_form_has_my_organization_and_the_newest_cycle_chosen(agency: Agency) -> None:
    page = parse(client_of(agency.lead).get(NEW).content.decode())
    chosen = [option.text for option in page.all("option") if "selected" in option.attrs]
    assert chosen == [agency.organization.name, agency.draft.cycle.name]


def test_a_team_that_has_one_already_is_told_so_and_the_text_stays(agency: Agency, fields: dict[str, Any]) -> None:
    response = client_of(agency.lead).post(NEW, fields | {"team": "flood forecasts"})
    assert response.status_code == 422
    page = parse(response.content.decode())
    assert page.one("title").text.startswith("Error: ")
    assert f"Flood Forecasts already has an assessment for {agency.draft.cycle}." in page.text
    assert page.one("input", name="team")["value"] == "flood forecasts"
    assert Assessment.objects.count() == 1


@pytest.mark.only_on("postgresql")
def test_a_name_that_the_database_takes_for_the_same_is_one_too(agency: Agency, fields: dict[str, Any]) -> None:
    """PostgreSQL makes a k of the Kelvin sign when it compares in lower case, but not in upper case."""
    lead = client_of(agency.lead)
    assert lead.post(NEW, fields | {"team": "Kelvin K"}).status_code == 302
    response = lead.post(NEW, fields | {"team": "Kelvin \u212a"})
    assert response.status_code == 422
    assert "Kelvin K already has an assessment" in response.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"team": " "}, {"team": "x" * 101}, {"cycle": 0}, {"organization": "x"}, {"cycle": ""}]
)
def test_bad_input_is_refused(agency: Agency, fields: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert client_of(agency.lead).post(NEW, fields | wrong).status_code == 422
    assert Assessment.objects.count() == 1


def test_an_outsider_starts_none_for_others(other: Agency, fields: dict[str, Any]) -> None:
    assert client_of(other.lead).post(NEW, fields).status_code == 422
    assert not Assessment.objects.filter(team="Tide Tables").exists()


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.VIEWER, None])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_leads_start(agency: Agency, fields: dict[str, Any], role: str | None, method: str) -> None:
    person = make_member(organization=agency.organization, role=role) if role else make_user()
    assert getattr(client_of(person), method)(NEW, fields).status_code == 403
    assert Assessment.objects.count() == 1


def test_coe_staff_start_none(agency: Agency, fields: dict[str, Any], administrator: Any) -> None:
    assert client_of(administrator).post(NEW, fields).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_one_is_sent_to_sign_in(db: None, method: str) -> None:
    response = getattr(Client(), method)(NEW)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={NEW}")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(agency: Agency, method: str) -> None:
    assert getattr(client_of(agency.lead), method)(NEW).status_code == 405
