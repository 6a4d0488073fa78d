"""What a lead does to an assessment as a whole: another name for its team, deleting a draft, names that are alike."""

from typing import Any

import pytest
from django.urls import reverse

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import Assessment, AuditEvent, State, User
from assessments.teams import similar_team, team_key
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_assessment,
    make_cycle,
    make_returned,
    make_submitted,
)
from tests.uswds.markup import parse

NEW = "/assessments/new/"


def post(person: User, name: str, assessment: Assessment, **fields: str) -> Any:
    return client_of(person).post(reverse(name, args=[assessment.pk]), fields)


def team_of(assessment: Assessment) -> str:
    return Assessment.objects.get(pk=assessment.pk).team


# ---- Names that are alike ----


@pytest.mark.parametrize(
    "name",
    [
        "storm surge  modeling",
        "Storm Surge Modeling Team",
        "Storm-Surge Modeling",
        "StormSurge modeling team",
        "\uff33torm Surge Modeling",
    ],
)
def test_names_that_mean_the_same_have_the_same_key(name: str) -> None:
    assert team_key(name) == team_key("Storm Surge Modeling")


@pytest.mark.parametrize("name", ["Storm Surge", "Storm Surge Modeling 2", "Team", "+"])
def test_other_names_have_another(name: str) -> None:
    assert team_key(name) != team_key("Storm Surge Modeling")
    assert team_key(name)


def test_only_the_same_organization_and_cycle_count(agency: Agency, other: Agency) -> None:
    cycle = agency.draft.cycle
    make_assessment(organization=other.organization, team="Tide Tables", cycle=cycle)
    make_assessment(organization=agency.organization, team="Tide Tables", cycle=make_cycle())
    assert similar_team(agency.organization, cycle, "Tide Tables Team") is None
    assert similar_team(agency.organization, cycle, "Flood forecasts team") == agency.draft
    assert similar_team(agency.organization, cycle, "Flood forecasts team", besides=agency.draft) is None


def test_starting_one_with_a_similar_name_warns_first(agency: Agency) -> None:
    fields = {"organization": agency.organization.pk, "team": "Flood Forecasts Team", "cycle": agency.draft.cycle.pk}
    client = client_of(agency.lead)
    warned = client.post(NEW, fields)
    assert warned.status_code == 422
    page = parse(warned.content.decode())
    assert f"Flood Forecasts has a similar name and has an assessment for {agency.draft.cycle}." in page.text
    links = [link["href"] for link in page.one("main").all("a")]
    assert reverse("assessment", args=[agency.draft.pk]) in links
    assert page.one("input", name="team")["value"] == "Flood Forecasts Team"
    assert Assessment.objects.count() == 1
    assert page.one("input", name="another").get("checked") is None
    assert client.post(NEW, fields | {"another": "on"}).status_code == 302
    assert Assessment.objects.filter(team="Flood Forecasts Team").exists()


def test_the_very_name_is_refused_also_with_a_tick(agency: Agency) -> None:
    fields = {"organization": agency.organization.pk, "team": "flood forecasts", "cycle": agency.draft.cycle.pk}
    refused = client_of(agency.lead).post(NEW, fields | {"another": "on"})
    assert refused.status_code == 422
    page = parse(refused.content.decode())
    assert not page.all("input", name="another")
    assert reverse("assessment", args=[agency.draft.pk]) in [link["href"] for link in page.one("main").all("a")]


# ---- Renaming ----


@pytest.mark.parametrize("make", [make_assessment, make_returned])
def test_a_lead_renames_the_team_while_answers_can_change(agency: Agency, make: Any) -> None:
    assessment = make(organization=agency.organization, team="Tide Tables", by=agency.lead)
    assert post(agency.lead, "rename", assessment, team=" Tide  Charts ").status_code == 302
    assert team_of(assessment) == "Tide Charts"
    event = AuditEvent.objects.get(action="assessment renamed")
    assert (event.assessment, event.actor, event.detail) == (
        assessment,
        agency.lead,
        {"team": ["Tide Tables", "Tide Charts"]},
    )


@pytest.mark.parametrize("make", [make_submitted, make_accepted])
def test_what_is_with_the_coe_keeps_its_name(agency: Agency, make: Any) -> None:
    assessment = make(organization=agency.organization, team="Tide Tables", by=agency.lead)
    assert post(agency.lead, "rename", assessment, team="Other").status_code == 302
    assert team_of(assessment) == "Tide Tables"
    with pytest.raises(actions.NotEditable):
        actions.rename_team(assessment=assessment, team="Other", by=agency.lead)
    assert "Rename the team" not in client_of(agency.lead).get(reverse("assessment", args=[assessment.pk])).text


def test_a_name_of_another_team_is_refused_and_a_similar_one_warned_of(agency: Agency) -> None:
    assessment = make_assessment(
        organization=agency.organization, team="Tide Tables", cycle=agency.draft.cycle, by=agency.lead
    )
    assert post(agency.lead, "rename", assessment, team="flood FORECASTS", another="on").status_code == 422
    assert post(agency.lead, "rename", assessment, team="Flood Forecasts Team").status_code == 422
    assert team_of(assessment) == "Tide Tables"
    assert post(agency.lead, "rename", assessment, team="Flood Forecasts Team", another="on").status_code == 302
    assert team_of(assessment) == "Flood Forecasts Team"


def test_the_same_name_again_leaves_no_row(agency: Agency) -> None:
    assert post(agency.lead, "rename", agency.draft, team="Flood Forecasts").status_code == 302
    assert not AuditEvent.objects.filter(action="assessment renamed").exists()
    assert post(agency.lead, "rename", agency.draft, team="FLOOD forecasts").status_code == 302
    assert team_of(agency.draft) == "FLOOD forecasts"


@pytest.mark.parametrize("team", ["", " ", "x" * 101])
def test_a_team_needs_a_name_that_fits(agency: Agency, team: str) -> None:
    assert post(agency.lead, "rename", agency.draft, team=team).status_code == 422


# ---- Deleting a draft ----


def test_a_lead_is_asked_and_told_what_goes(agency: Agency) -> None:
    actions.save_answer(
        assessment=agency.draft, code="secops-1", entry=AnswerEntry("3"), seen_version=0, by=agency.lead
    )
    page = parse(client_of(agency.lead).get(reverse("discard", args=[agency.draft.pk])).content.decode())
    assert "One answer goes with it." in page.text
    assert Assessment.objects.filter(pk=agency.draft.pk).exists()


def test_a_deleted_draft_is_nowhere_and_its_trail_stays(agency: Agency) -> None:
    pk = agency.draft.pk
    actions.save_answer(
        assessment=agency.draft, code="secops-1", entry=AnswerEntry("3"), seen_version=0, by=agency.contributor
    )
    response = post(agency.lead, "discard", agency.draft)
    assert (response.status_code, response["Location"]) == (302, reverse("assessments"))
    client = client_of(agency.lead)
    for name, more in (("assessment", []), ("area", ["secops"]), ("result", []), ("submit", []), ("rename", [])):
        assert client.get(reverse(name, args=[pk, *more])).status_code == 404
    for address in ("/", "/assessments/"):
        response = client.get(address)
        shown = parse(response.content.decode()).one("main")
        assert not shown.all("article")
    assert not agency.organization.assessments.exists()
    event = AuditEvent.objects.get(action="assessment deleted")
    assert event.assessment_id == pk
    assert event.detail == {"team": "Flood Forecasts", "cycle": agency.draft.cycle.code, "answers": 1}
    assert AuditEvent.objects.filter(assessment_id=pk, action="answer saved").exists()


def test_the_name_is_free_again(agency: Agency) -> None:
    actions.discard(assessment=agency.draft, by=agency.lead)
    again = make_assessment(organization=agency.organization, team="Flood Forecasts", cycle=agency.draft.cycle)
    assert again.pk != agency.draft.pk


@pytest.mark.parametrize("make", [make_submitted, make_returned, make_accepted])
def test_what_was_submitted_once_is_kept(agency: Agency, make: Any) -> None:
    assessment = make(organization=agency.organization, by=agency.lead)
    assert post(agency.lead, "discard", assessment).status_code == 302
    assert client_of(agency.lead).get(reverse("discard", args=[assessment.pk])).status_code == 302
    assert Assessment.objects.filter(pk=assessment.pk, discarded_at=None).exists()


@pytest.mark.parametrize("who", ["contributor", "viewer"])
def test_others_neither_delete_nor_rename(agency: Agency, who: str) -> None:
    person = getattr(agency, who)
    assert post(person, "discard", agency.draft).status_code == 403
    assert post(person, "rename", agency.draft, team="Mine").status_code == 403
    text = client_of(person).get(reverse("assessment", args=[agency.draft.pk])).text
    assert "Delete this draft" not in text
    assert team_of(agency.draft) == "Flood Forecasts"


def test_whoever_still_has_it_open_is_refused(agency: Agency) -> None:
    stale = Assessment.objects.get(pk=agency.draft.pk)
    actions.discard(assessment=agency.draft, by=agency.lead)
    with pytest.raises(actions.NotEditable, match="was deleted"):
        actions.save_answer(
            assessment=stale, code="secops-1", entry=AnswerEntry("3"), seen_version=0, by=agency.contributor
        )
    with pytest.raises(actions.NotEditable, match="was deleted"):
        actions.submit(assessment=stale, by=agency.lead)
    assert stale.state == State.DRAFT
